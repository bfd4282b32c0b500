//! The keys about files that a session's output names.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::pressed::Press;
use crate::{
    core::{host_files::HostFile, hosts::HostName, locations::location_at},
    rpc::{
        blocking::aside,
        calls::{Operation, Status},
        effects::{Effect, Level, info},
        error::Refusal,
        paths,
    },
    session::{FoundLocation, Viewpoint, found_locations, named_paths},
};

/// Where the session works, and sees files from.
struct Works {
    /// On which host, if it is on one.
    host: Option<HostName>,
    seen: Viewpoint,
    /// What the session is called.
    title: String,
}

/// Opens the file whose name is under the cursor, as seen from where the session works.
pub(super) async fn open(press: &Press<'_>, at_line: bool) -> Result<Vec<Effect>, Refusal> {
    let Some(found) = location_at(press.text(), press.asked.column.unwrap_or_default()) else {
        return Ok(vec![warning("no file name under the cursor".to_owned())]);
    };
    let works = works(press).await?;
    let (dir, path) = (works.seen.dir.clone(), String::from_utf8_lossy(&found.path).into_owned());
    let (line, column) = if at_line { (found.line, found.column) } else { (None, None) };
    let Some(host) = works.host else {
        let file = aside(move || works.seen.file(&found.path)).await?;
        let edit = |file| Effect::Edit { file, content: None, line, column };
        return Ok(vec![file.map_or_else(|| no_file(&path, &dir), edit)]);
    };
    let candidates = works.seen.candidates(&found.path);
    let there = press.context.stat_files(&host, candidates).await?;
    let Some(file) = there.into_iter().flatten().next() else {
        return Ok(vec![no_file(&path, &dir)]);
    };
    let content = Some(Box::new(press.context.read_file(&file).await?));
    Ok(vec![Effect::Edit { file: file.name(), content, line, column }])
}

fn no_file(path: &str, dir: &Path) -> Effect {
    warning(format!("no file `{path}` in `{}`", dir.display()))
}

/// Lists all locations that the text names and whose files are there.
pub(super) async fn list(press: &Press<'_>) -> Result<Vec<Effect>, Refusal> {
    let works = works(press).await?;
    let text = press.text().to_vec();
    let title = works.title.clone();
    let items = match works.host {
        Some(host) => on_host(press, &host, (&works.seen, text)).await?,
        None => aside(move || found_locations(&text, |path| works.seen.file(path))).await?,
    };
    if items.is_empty() {
        return Ok(vec![info("nothing here names a line of a file")]);
    }
    Ok(vec![Effect::Quickfix { title, items }])
}

/// The host is asked about all of them at once.
async fn on_host(
    press: &Press<'_>,
    host: &HostName,
    (seen, text): (&Viewpoint, Vec<u8>),
) -> Result<Vec<FoundLocation>, Refusal> {
    let tries = |path: Vec<u8>| {
        let candidates = seen.candidates(&path);
        candidates.into_iter().map(move |candidate| (path.clone(), candidate))
    };
    let (paths, candidates): (Vec<_>, Vec<_>) =
        named_paths(&text).into_iter().flat_map(tries).unzip();
    let there = press.context.stat_files(host, candidates).await?;
    let mut files = HashMap::new();
    for (path, file) in paths.into_iter().zip(there) {
        if let Some(file) = file {
            // The first that is there is meant.
            files.entry(path).or_insert_with(|| HostFile::name(&file));
        }
    }
    Ok(aside(move || found_locations(&text, |path| files.get(path).cloned())).await?)
}

fn warning(text: String) -> Effect {
    Effect::Notify(Level::Warn, text)
}

/// The folder of a polecat is its session's; of a session that was opened by its name none is known.
async fn works(press: &Press<'_>) -> Result<Works, Refusal> {
    let here = |title| {
        let dir = Path::to_owned(&press.at.cwd);
        Works { host: None, seen: Viewpoint { dir, home: paths::home() }, title }
    };
    let Some(polecat) = press.asked.whom() else {
        let session = press.asked.about.as_ref().and_then(|about| about.session.clone());
        return Ok(here(session.unwrap_or_else(|| "polecat".to_owned())));
    };
    let (at, polecat) = press.still_shown(polecat)?;
    let host = press.context.host(&polecat);
    let info = Status { at, polecat }.run(press.context).await?;
    let works = here(info.session_id);
    // The host knows its own home.
    let home = works.seen.home.filter(|_| host.is_none());
    let folder = if host.is_some() { PathBuf::new() } else { works.seen.dir };
    let seen = Viewpoint { dir: info.workdir.unwrap_or(folder), home };
    Ok(Works { host, seen, ..works })
}
