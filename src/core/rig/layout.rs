//! Where the polecats of a rig are on disk, and the user's template for it.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::core::names::PolecatName;

/// A folder with a subfolder for each polecat, and the path from there to its worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The folder that holds the polecats' folders.
    pub dir: PathBuf,
    /// The worktree relative to a polecat's folder; empty if it is that folder.
    pub inner: PathBuf,
}

impl Layout {
    /// The polecat's folder.
    #[must_use]
    pub fn polecat_dir(&self, polecat: &PolecatName) -> PathBuf {
        self.dir.join(polecat.as_str())
    }

    /// The polecat's worktree.
    #[must_use]
    pub fn worktree(&self, polecat: &PolecatName) -> PathBuf {
        self.within(&self.polecat_dir(polecat))
    }

    /// The worktree in a polecat's folder, which may be set aside.
    #[must_use]
    pub fn within(&self, polecat_dir: &Path) -> PathBuf {
        // Joined to nothing, a path would end in `/`.
        if self.inner.as_os_str().is_empty() {
            return polecat_dir.to_owned();
        }
        polecat_dir.join(&self.inner)
    }
}

/// The prefix of the names of folders that are set aside by [`Layout::aside`].
#[must_use]
pub fn aside_prefix(doing: &str, polecat: &PolecatName) -> String {
    format!(".{doing}-{polecat}-")
}

/// The name of a polecat's folder that was set aside at `time` for, say, `removing`.
#[must_use]
pub fn aside_name(doing: &str, polecat: &PolecatName, time: impl Display) -> String {
    format!("{}{time}", aside_prefix(doing, polecat))
}

/// Where new worktrees of a repository go: `{parent}/{repo}.polecats/{polecat}/{repo}`.
///
/// `{polecat}` is a path component of its own, so that one folder holds all polecats of a repository;
/// the path before it contains `{repo}`, so that it holds no other repository's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    root: Root,
    /// The components before the first one with `{repo}`: the user's own folders.
    base: Vec<String>,
    /// The components from there up to `{polecat}`.
    own: Vec<String>,
    /// The components after it.
    inner: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Root {
    /// The folder that contains the repository.
    Parent,
    /// Any other folder.
    Folder(PathBuf),
}

/// An invalid template, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{template}`: {why}")]
pub struct BadTemplate {
    /// As it was given.
    pub template: String,
    /// What is wrong with it.
    pub why: String,
}

impl Default for Template {
    fn default() -> Self {
        let repo = "{repo}".to_owned();
        let own = vec![format!("{repo}.polecats")];
        Self { root: Root::Parent, base: Vec::new(), own, inner: vec![repo] }
    }
}

impl Template {
    /// Parses a template; `data` is the value of `{data}`, if known.
    ///
    /// # Errors
    /// It does not give one folder for all polecats of a repository.
    pub fn parse(template: &str, data: Option<&Path>) -> Result<Self, BadTemplate> {
        Self::read(template, data).map_err(|why| BadTemplate { template: template.to_owned(), why })
    }

    fn read(template: &str, data: Option<&Path>) -> Result<Self, String> {
        let (root, parts) = root(template, data)?;
        for part in &parts {
            check(part)?;
        }
        let mut names = parts.iter().enumerate().filter(|(_, part)| **part == POLECAT);
        let (Some((at, _)), None) = (names.next(), names.next()) else {
            return Err("`{polecat}` must be in it once, as a folder of its own".to_owned());
        };
        let Some(own) = parts[..at].iter().position(|part| part.contains(REPO)) else {
            return Err(
                "`{repo}` must be in a folder before `{polecat}`: repositories would share \
                        one"
                .to_owned(),
            );
        };
        let texts = |parts: &[&str]| parts.iter().map(|&part| part.to_owned()).collect();
        let (base, own, inner) =
            (texts(&parts[..own]), texts(&parts[own..at]), texts(&parts[at + 1..]));
        Ok(Self { root, base, own, inner })
    }

    /// The folder that the user chose, above everything named after the repository, which is in
    /// `parent`.
    #[must_use]
    pub fn base(&self, parent: &Path) -> PathBuf {
        let root = match &self.root {
            Root::Parent => parent,
            Root::Folder(folder) => folder,
        };
        let mut base = root.to_owned();
        base.extend(&self.base);
        base
    }

    /// The layout for the repository `repo`, below [`Template::base`].
    #[must_use]
    pub fn layout(&self, base: &Path, repo: &str) -> Layout {
        let filled = |parts: &[String]| {
            parts.iter().map(|part| part.replace(REPO, repo)).collect::<PathBuf>()
        };
        Layout { dir: base.join(filled(&self.own)), inner: filled(&self.inner) }
    }
}

const PARENT: &str = "{parent}";
const REPO: &str = "{repo}";
const POLECAT: &str = "{polecat}";
const DATA: &str = "{data}";

/// Where it begins, and the parts below.
fn root<'a>(template: &'a str, data: Option<&Path>) -> Result<(Root, Vec<&'a str>), String> {
    let (first, rest) = template.split_once('/').unwrap_or((template, ""));
    let root = match first {
        "" if template.starts_with('/') => Root::Folder("/".into()),
        PARENT => Root::Parent,
        DATA => Root::Folder(data.ok_or("`{data}` is not known here")?.to_owned()),
        _ => return Err("it must begin with `/`, `~/`, `{parent}` or `{data}`".to_owned()),
    };
    Ok((root, rest.split('/').filter(|part| !part.is_empty()).collect()))
}

fn check(part: &str) -> Result<(), String> {
    match part {
        "." | ".." => Err(format!("`{part}` is not a folder name")),
        ".git" => Err("tools refuse to work inside of `.git`".to_owned()),
        POLECAT => Ok(()),
        _ if part.chars().any(char::is_control) => Err("it has a control character".to_owned()),
        _ if part.contains(POLECAT) => Err("`{polecat}` must be a folder of its own".to_owned()),
        _ if part.replace(REPO, "").contains(['{', '}']) => Err(format!(
            "`{part}` is not a placeholder; known: `{{parent}}` and `{{data}}` at the beginning, `{{repo}}` and \
             `{{polecat}}`"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir_and_worktree(template: &str) -> (String, String) {
        let template = Template::parse(template, Some(Path::new("/data"))).unwrap();
        let layout = template.layout(&template.base(Path::new("/src")), "shop");
        let ash = PolecatName::parse("ash").unwrap();
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        (text(layout.dir.clone()), text(layout.worktree(&ash)))
    }

    #[test]
    fn a_template_says_which_folder_holds_the_polecats_and_where_in_it_each_works() {
        for (template, dir, worktree) in [
            (
                "{parent}/{repo}.polecats/{polecat}/{repo}",
                "/src/shop.polecats",
                "/src/shop.polecats/ash/shop",
            ),
            ("{data}/{repo}/{polecat}", "/data/shop", "/data/shop/ash"),
            ("/w/x-{repo}/all/{polecat}/a/b", "/w/x-shop/all", "/w/x-shop/all/ash/a/b"),
            ("{parent}//{repo}-w/{polecat}/", "/src/shop-w", "/src/shop-w/ash"),
        ] {
            assert_eq!(dir_and_worktree(template), (dir.into(), worktree.into()), "{template}");
        }
        assert_eq!(
            Template::parse("{parent}/{repo}.polecats/{polecat}/{repo}", None),
            Ok(Template::default())
        );
    }

    #[test]
    fn what_is_named_like_a_placeholder_is_not_filled_again() {
        let template = Template::default();
        let layout = template.layout(Path::new("/src"), "{repo}{polecat}");
        assert_eq!(layout.dir, Path::new("/src/{repo}{polecat}.polecats"));
    }

    #[test]
    fn a_template_that_tells_no_folder_of_the_repositorys_own_is_refused() {
        for (template, why) in [
            ("", "must begin with"),
            ("../{repo}/{polecat}", "must begin with"),
            ("~ada/{repo}/{polecat}", "must begin with"),
            ("x{parent}/{repo}/{polecat}", "must begin with"),
            ("{parent}/{repo}", "`{polecat}` must be in it once"),
            ("{parent}/{repo}/{polecat}/{polecat}", "`{polecat}` must be in it once"),
            ("{parent}/{repo}-{polecat}", "a folder of its own"),
            ("{parent}/{polecat}/{repo}", "repositories would share"),
            ("{parent}/../{repo}/{polecat}", "not a folder name"),
            ("{parent}/{repo}/.git/{polecat}", "inside of `.git`"),
            ("{parent}/{repo}/{branch}/{polecat}", "known:"),
            ("{parent}/{parent}/{repo}/{polecat}", "known:"),
            ("{parent}/{repo}\n/{polecat}", "control character"),
        ] {
            let refused = Template::parse(template, None).unwrap_err().to_string();
            assert!(refused.contains(why), "{template}: {refused}");
        }
        let refused = Template::parse("{data}/{repo}/{polecat}", None).unwrap_err();
        assert_eq!(refused.why, "`{data}` is not known here");
    }
}
