//! Files that an editor on another machine shows: looked at wherever they are, written only below
//! folders that a person works in, and only over what the editor has read.

use std::{
    ffi::OsStr,
    fs,
    io::ErrorKind,
    path::{Component, Path, PathBuf},
};

use super::{
    error::HostError,
    files::{
        blocking,
        dir::{Bytes, Dir, bytes, open_file},
        look, look_at_link, unwritten,
    },
};
use crate::core::host_files::{FileContent, SIZE_LIMIT, digest};

/// Who may do what with a file that is new.
const NEW_MODE: u32 = 0o644;

/// Each of `paths` that is a file, as a path that goes straight down. `~/` is the user's home.
///
/// # Errors
/// None that is known of: what cannot be looked at is no file to be opened.
pub async fn stat(paths: Vec<PathBuf>) -> Result<Vec<Option<PathBuf>>, HostError> {
    blocking(move || {
        let home = std::env::home_dir();
        Ok(paths.into_iter().map(|path| file_at(path, home.as_deref())).collect())
    })
    .await
}

fn file_at(path: PathBuf, home: Option<&Path>) -> Option<PathBuf> {
    let path = match path.strip_prefix("~") {
        Ok(below) => home?.join(below),
        Err(_) => path,
    };
    let is_file = path.is_absolute() && fs::metadata(&path).is_ok_and(|found| found.is_file());
    let leads_up = path.components().any(|part| part == Component::ParentDir);
    let straight = if leads_up { fs::canonicalize(path).ok() } else { Some(path) };
    straight.filter(|_| is_file)
}

/// What is in the file at `path`, which can be written if it is below one of `roots`.
///
/// # Errors
/// It is no file, too large, or cannot be read.
pub async fn read(path: PathBuf, roots: Vec<PathBuf>) -> Result<FileContent, HostError> {
    blocking(move || {
        let may_write = place(&path, &roots).is_ok();
        let Some(found) = look(&path)? else {
            return Ok(FileContent { text: Vec::new(), digest: None, writable: may_write });
        };
        if !found.is_file() {
            return Err(HostError::Refused(format!("`{}` is not a file", path.display())));
        }
        require_size(&path, found.len())?;
        let gone = || unwritten(&path, ErrorKind::NotFound.into());
        let text = bytes(open_file(&path)?.ok_or_else(gone)?, &path, SIZE_LIMIT as u64)?;
        let is_link = look_at_link(&path)?.is_none_or(|found| found.is_symlink());
        let writable = may_write && !is_link && !found.permissions().readonly();
        Ok(FileContent { digest: Some(digest(&text)), text, writable })
    })
    .await
}

/// Puts `text` in place of the file at `path` below one of `roots`, if that still is what `seen`
/// identifies (with nothing: if there is none), or by `force` whatever it is. Makes no folder.
///
/// # Errors
/// It is something else, not below any of them, or cannot be written; then it is as it was.
pub async fn write(
    (path, roots): (PathBuf, Vec<PathBuf>),
    text: Vec<u8>,
    (seen, force): (Option<String>, bool),
) -> Result<(), HostError> {
    blocking(move || {
        require_size(&path, text.len() as u64)?;
        let (dir, name) = place(&path, &roots)?;
        if look_at_link(&path)?.is_some_and(|found| found.is_symlink()) {
            return Err(HostError::Link { path });
        }
        let now = dir.bytes(Path::new(name), SIZE_LIMIT as u64)?;
        let (was, mode) = now.map(|now| (digest(&now.bytes), now.mode)).unzip();
        // A word that it was written may have been lost.
        if was.as_ref() == Some(&digest(&text)) {
            return Ok(());
        }
        if was != seen && !force {
            return Err(HostError::Conflict { path });
        }
        dir.put(Path::new(name), &Bytes { bytes: text, mode: mode.unwrap_or(NEW_MODE) })
    })
    .await
}

/// The folder of `path`, reached from the root that it is below without following a link, and its
/// name in there.
///
/// # Errors
/// It is below none, or there is no such folder.
fn place<'a>(path: &'a Path, roots: &[PathBuf]) -> Result<(Dir, &'a OsStr), HostError> {
    let outside = || {
        let why = "is in no worktree of a project, so it is only read";
        HostError::Refused(format!("`{}` {why}", path.display()))
    };
    let (folder, name) = path.parent().zip(path.file_name()).ok_or_else(outside)?;
    // The nearest: a worktree may lie in its project.
    let around = roots.iter().filter(|root| folder.starts_with(root));
    let root = around.max_by_key(|root| root.components().count()).ok_or_else(outside)?;
    let gone = || HostError::Refused(format!("there is no folder `{}`", folder.display()));
    Ok((Dir::open(root, folder)?.ok_or_else(gone)?, name))
}

fn require_size(path: &Path, size: u64) -> Result<(), HostError> {
    if size <= SIZE_LIMIT as u64 {
        return Ok(());
    }
    let most = SIZE_LIMIT / 1024 / 1024;
    let why = format!("`{}` has {size} bytes: more than {most} MiB are not opened", path.display());
    Err(HostError::Refused(why))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// A folder with the project `shop`, in which `a` can be run, and a file that is none of it.
    fn project() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let shop = dir.path().join("shop");
        fs::create_dir(&shop).unwrap();
        fs::write(shop.join("a"), "one\n").unwrap();
        fs::set_permissions(shop.join("a"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(dir.path().join("precious"), "precious").unwrap();
        (dir, shop)
    }

    async fn write_over(
        shop: &Path,
        path: &str,
        seen: Option<&str>,
        force: bool,
    ) -> Result<(), HostError> {
        let seen = seen.map(|text| digest(text.as_bytes()));
        write((shop.join(path), vec![shop.to_owned()]), b"two\n".to_vec(), (seen, force)).await
    }

    #[tokio::test]
    async fn what_was_read_is_written_and_keeps_its_mode() {
        let (_dir, shop) = project();
        let content = read(shop.join("a"), vec![shop.clone()]).await.unwrap();
        assert_eq!((&content.text[..], content.writable), (&b"one\n"[..], true));
        write_over(&shop, "a", Some("one\n"), false).await.unwrap();
        assert_eq!(fs::read_to_string(shop.join("a")).unwrap(), "two\n");
        assert_eq!(fs::metadata(shop.join("a")).unwrap().permissions().mode() & 0o777, 0o755);
        // As if nobody had heard that it was.
        write_over(&shop, "a", Some("one\n"), false).await.unwrap();
        assert_eq!(fs::read_dir(&shop).unwrap().count(), 1, "nothing is left behind");
    }

    #[tokio::test]
    async fn what_somebody_else_wrote_meanwhile_stays_unless_a_person_says_so() {
        let (_dir, shop) = project();
        for seen in [Some("none of it"), None] {
            let refused = write_over(&shop, "a", seen, false).await;
            assert!(matches!(refused, Err(HostError::Conflict { .. })), "{refused:?}");
        }
        let gone = write_over(&shop, "b", Some("one\n"), false).await;
        assert!(matches!(gone, Err(HostError::Conflict { .. })), "{gone:?}");
        assert_eq!(fs::read_to_string(shop.join("a")).unwrap(), "one\n");
        write_over(&shop, "a", None, true).await.unwrap();
        write_over(&shop, "b", None, false).await.unwrap();
        for name in ["a", "b"] {
            assert_eq!(fs::read_to_string(shop.join(name)).unwrap(), "two\n");
        }
    }

    #[tokio::test]
    async fn nothing_is_written_outside_through_a_link_or_into_a_folder_that_is_not_there() {
        let (dir, shop) = project();
        symlink(dir.path(), shop.join("out")).unwrap();
        symlink(dir.path().join("precious"), shop.join("link")).unwrap();
        for path in ["../precious", "out/precious", "link", "none/a", "../new"] {
            let refused = write_over(&shop, path, Some("precious"), true).await;
            assert!(refused.is_err(), "{path}");
            let content = read(shop.join(path), vec![shop.clone()]).await.unwrap();
            assert!(!content.writable, "{path}");
        }
        assert_eq!(fs::read_to_string(dir.path().join("precious")).unwrap(), "precious");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[tokio::test]
    async fn what_is_large_or_no_file_is_not_read() {
        let (_dir, shop) = project();
        let large = shop.join("large");
        fs::File::create(&large).unwrap().set_len(SIZE_LIMIT as u64).unwrap();
        let content = read(large.clone(), Vec::new()).await.unwrap();
        assert_eq!((content.text.len(), content.writable), (SIZE_LIMIT, false));
        fs::File::options()
            .write(true)
            .open(&large)
            .unwrap()
            .set_len(SIZE_LIMIT as u64 + 1)
            .unwrap();
        for (path, why) in [(large, "more than 10 MiB"), (shop.clone(), "not a file")] {
            let refused = read(path, Vec::new()).await.unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[tokio::test]
    async fn many_paths_are_looked_at_at_once() {
        let (_dir, shop) = project();
        let paths = ["a", "none", ".", "../shop/a"].map(|path| shop.join(path));
        let found = stat(paths.to_vec()).await.unwrap();
        let real = fs::canonicalize(shop.join("a")).unwrap();
        assert_eq!(found, [Some(shop.join("a")), None, None, Some(real)]);
        assert_eq!(stat(vec!["a".into()]).await.unwrap(), [None]);
    }
}
