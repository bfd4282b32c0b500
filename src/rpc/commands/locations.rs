//! The keys about files that a session's output names.

use std::path::{Path, PathBuf};

use super::pressed::Press;
use crate::{
    core::locations::location_at,
    rpc::{
        aside::aside,
        calls::{Operation, Status},
        effects::{Effect, Level, info},
        error::Refusal,
        paths,
    },
    session::Viewpoint,
};

/// Opens the file whose name is under the cursor, as seen from where the session works.
pub(super) async fn open(press: &Press<'_>, at_line: bool) -> Result<Vec<Effect>, Refusal> {
    let Some(found) = location_at(press.text(), press.asked.column.unwrap_or_default()) else {
        return Ok(vec![warning("no file name under the cursor".to_owned())]);
    };
    let seen = viewpoint(press).await?.0;
    let dir = seen.dir.clone();
    let path = String::from_utf8_lossy(&found.path).into_owned();
    match aside(move || seen.file(&found.path)).await? {
        Some(file) if at_line => {
            Ok(vec![Effect::Edit { file, line: found.line, column: found.column }])
        }
        Some(file) => Ok(vec![Effect::Edit { file, line: None, column: None }]),
        None => Ok(vec![warning(format!("no file `{path}` in `{}`", dir.display()))]),
    }
}

/// Lists all locations that the text names and whose files are there.
pub(super) async fn list(press: &Press<'_>) -> Result<Vec<Effect>, Refusal> {
    let (seen, title) = viewpoint(press).await?;
    let text = press.text().to_vec();
    let items = aside(move || seen.locations(&text)).await?;
    if items.is_empty() {
        return Ok(vec![info("nothing here names a line of a file")]);
    }
    Ok(vec![Effect::Quickfix { title, items }])
}

fn warning(text: String) -> Effect {
    Effect::Notify(Level::Warn, text)
}

/// From where the session sees files, and what it is called.
async fn viewpoint(press: &Press<'_>) -> Result<(Viewpoint, String), Refusal> {
    let (dir, title) = folder(press).await?;
    Ok((Viewpoint { dir, home: paths::home() }, title))
}

/// The folder of a polecat is its session's; of a session that was opened by its name none is known.
async fn folder(press: &Press<'_>) -> Result<(PathBuf, String), Refusal> {
    let here = Path::to_owned(&press.at.cwd);
    let Some(polecat) = press.asked.whom() else {
        let session = press.asked.about.as_ref().and_then(|about| about.session.clone());
        return Ok((here, session.unwrap_or_else(|| "polecat".to_owned())));
    };
    let (at, polecat) = press.still_shown(polecat)?;
    let status = Status { at, polecat };
    let info = status.run(press.context).await?;
    Ok((info.workdir.unwrap_or(here), info.session_id))
}
