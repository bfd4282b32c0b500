//! Where the polecats of a rig are: in the place that the configuration names, in those that it
//! named earlier, and of a plain repository inside of git's folder, where they once were made.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::core::rig::layout::aside_prefix;
use crate::core::{Layout, PolecatName, Rig, RigKind, Template};
use crate::host::error::HostError;
use crate::host::files::{
    broken, is_dir, look_at_link, make_inside, read_text, real, replace, unwritten,
};
use crate::host::repository;

/// The newest format of the file that we write.
const FORMAT: u32 = 1;

/// The places outside of the rig's home that were ever used. Two editors may be told different
/// ones, and a person may change their mind.
#[derive(Debug, Serialize, Deserialize)]
struct Used {
    format: u32,
    #[serde(default)]
    layouts: Vec<Stored>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    dir: PathBuf,
    #[serde(default)]
    inner: PathBuf,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The rig with all places where its polecats may be.
pub(in crate::host) fn settle(rig: Rig, template: &Template) -> Result<Rig, HostError> {
    let RigKind::Repository { common_dir } = &rig.kind else { return Ok(rig) };
    let layout = wanted(common_dir, template)?;
    let used = used(&rig)?.into_iter().flat_map(|used| used.layouts).filter_map(Stored::layout);
    let mut former: Vec<Layout> = used.filter(|used| *used != layout).collect();
    former.push(rig.layout.clone());
    Ok(Rig { layout, former, ..rig })
}

/// What the template comes to. Of what a person chose links are followed, as they would be by
/// anything else; what is below is ours to make, and never a link.
fn wanted(common_dir: &Path, template: &Template) -> Result<Layout, HostError> {
    let named = repository::named(common_dir);
    let repo = named.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let base = template.base(named.parent().unwrap_or(&named));
    Ok(template.layout(&without_links(&base)?, &repo))
}

/// A path with the links resolved of what is there of it.
pub(in crate::host) fn without_links(path: &Path) -> Result<PathBuf, HostError> {
    for above in path.ancestors() {
        if let Some(real) = real(above)? {
            let below = path.strip_prefix(above).unwrap_or(Path::new(""));
            return Ok(if below.as_os_str().is_empty() { real } else { real.join(below) });
        }
    }
    Ok(path.to_owned())
}

/// Writes down where a polecat is about to be made, so that it is found there whatever the
/// configuration says by then; gives the folders this made.
pub(in crate::host) fn remember(rig: &Rig) -> Result<Vec<PathBuf>, HostError> {
    if rig.owns(&rig.layout) {
        return Ok(Vec::new());
    }
    let mut used =
        used(rig)?.unwrap_or(Used { format: FORMAT, layouts: Vec::new(), rest: Map::new() });
    let known = used.layouts.iter().any(|known| known.is(&rig.layout));
    if known || used.format > FORMAT {
        return Ok(Vec::new());
    }
    let Layout { dir, inner } = rig.layout.clone();
    used.layouts.push(Stored { dir, inner, rest: Map::new() });
    write(rig, &used)
}

fn write(rig: &Rig, used: &Used) -> Result<Vec<PathBuf>, HostError> {
    let text = serde_json::to_string(used).map_err(|err| HostError::Internal(err.to_string()))?;
    let path = path(rig);
    let made = make_inside(rig.anchor(), path.parent().unwrap_or(&path))?;
    replace(&path, &text)?;
    Ok(made)
}

/// Whether there is a layout to look into. Outside of the rig's home somebody else's file may have
/// the name of its folder.
pub(in crate::host) fn is_there(rig: &Rig, layout: &Layout) -> Result<bool, HostError> {
    Ok(rig.owns(layout) || is_dir(&layout.dir)?)
}

/// The layout whose polecat works, or would work, at `worktree`.
pub(in crate::host) fn of_worktree<'a>(
    rig: &'a Rig,
    polecat: &PolecatName,
    worktree: &Path,
) -> Option<&'a Layout> {
    rig.layouts().find(|layout| layout.worktree(polecat) == worktree)
}

/// Where a polecat's folder stands aside while it is, say, `removing`, and in which place; none where
/// it is gone.
pub(in crate::host) fn aside(
    rig: &Rig,
    doing: &str,
    polecat: &PolecatName,
    name: &str,
) -> Result<Option<(Layout, PathBuf)>, HostError> {
    if !name.starts_with(&aside_prefix(doing, polecat)) || name.contains('/') {
        return Err(broken(Path::new(name), format!("nothing is {doing} by this name")));
    }
    for layout in rig.layouts() {
        let aside = layout.dir.join(name);
        if look_at_link(&aside)?.is_some() && !is_linked(rig, layout)? {
            return Ok(Some((layout.clone(), aside)));
        }
    }
    Ok(None)
}

/// Whether a link came in the way to a folder whose path was taken without links.
fn is_linked(rig: &Rig, layout: &Layout) -> Result<bool, HostError> {
    Ok(!rig.owns(layout) && real(&layout.dir)?.as_ref() != Some(&layout.dir))
}

/// Removes the folder of a layout outside of the rig's home when its last polecat is gone, and what
/// a polecat that was moved out of git's folder by hand has left inside. What holds anything stays.
pub(in crate::host) fn tidy(rig: &Rig, layout: &Layout, polecat: &PolecatName) {
    for inside in rig.former.iter().filter(|former| rig.owns(former)) {
        let _ = fs::remove_dir(inside.polecat_dir(polecat));
    }
    if rig.owns(layout) {
        return;
    }
    let gone = match fs::remove_dir(&layout.dir) {
        Ok(()) => true,
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    if gone {
        // At worst an empty place is looked into.
        let _ = forget(rig, layout);
    }
}

fn forget(rig: &Rig, layout: &Layout) -> Result<(), HostError> {
    let Some(mut used) = used(rig)?.filter(|used| used.format <= FORMAT) else { return Ok(()) };
    used.layouts.retain(|known| !known.is(layout));
    if used.layouts.is_empty() && used.rest.is_empty() {
        let path = path(rig);
        return fs::remove_file(&path).map_err(|source| unwritten(&path, source));
    }
    write(rig, &used).map(drop)
}

impl Stored {
    fn is(&self, layout: &Layout) -> bool {
        self.dir == layout.dir && self.inner == layout.inner
    }

    /// None of what could lead elsewhere.
    fn layout(self) -> Option<Layout> {
        let plain =
            |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        let below = self.dir.strip_prefix("/").ok()?;
        let safe = !below.as_os_str().is_empty() && plain(below) && plain(&self.inner);
        safe.then_some(Layout { dir: self.dir, inner: self.inner })
    }
}

fn path(rig: &Rig) -> PathBuf {
    rig.runtime_dir().join("polecat/layouts.json")
}

fn used(rig: &Rig) -> Result<Option<Used>, HostError> {
    let path = path(rig);
    let Some(text) = read_text(&path)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|err| broken(&path, err.to_string()))
}
