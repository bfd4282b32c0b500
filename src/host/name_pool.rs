//! gastown's name pool as files have it: `settings/config.json`, `.runtime/namepool-state.json`
//! and the folders of `polecats/`.
//!
//! Which names are in use is read off the folders each time, never kept: a list of them would
//! outlive the polecats. The state file changes only when a number is given.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::dir::Dir;
use super::error::HostError;
use super::files::{blocking, broken, entries};
use super::{layouts, pending, settings};
use crate::core::name_pool::{Kept, Pick, Pool};
use crate::core::{PolecatName, Rig};

/// In the rig's `.runtime/`.
const STATE: &str = "namepool-state.json";

/// A name that nobody has.
pub(super) struct Given {
    pub(super) name: PolecatName,
    /// What of the settings could not be followed.
    pub(super) warnings: Vec<String>,
}

/// The next free name of `rig` besides those `taken`. It is nobody's before its folder is made:
/// who asks holds the lock that makers of polecats hold.
///
/// # Errors
/// The settings, the state file or `polecats/` cannot be read, or the state not be written.
pub(super) async fn next(rig: &Rig, taken: BTreeSet<String>) -> Result<Given, HostError> {
    let rig = rig.clone();
    blocking(move || next_now(&rig, taken)).await
}

fn next_now(rig: &Rig, mut taken: BTreeSet<String>) -> Result<Given, HostError> {
    let state = State::read(rig)?;
    let (file, wishes) = settings::name_pool_now(rig)?.unzip();
    for layout in rig.layouts() {
        if layouts::is_there(rig, layout)? {
            taken.extend(in_use(&layout.dir)?);
        }
    }
    let pool = Pool::new(&rig.name, wishes.as_ref(), state.kept()?);
    let Some(Pick { name, overflow_next }) = pool.pick(|name| taken.contains(name)) else {
        return Err(broken(&state.path, "`overflow_next` leaves no number"));
    };
    if let Some(next) = overflow_next {
        // Before the polecat is made: a number is not given twice, whatever comes of it.
        let own = wishes.map(|wishes| wishes.names).unwrap_or_default();
        state.write(rig, &pool, &own, next)?;
    }
    let of_file = |warning| format!("`{}`: {warning}", file.clone().unwrap_or_default().display());
    Ok(Given { name, warnings: pool.warnings.iter().map(of_file).collect() })
}

/// The names of all that stands where polecats are, folder or not, and of what gastown is about to
/// make there.
fn in_use(dir: &Path) -> Result<Vec<String>, HostError> {
    let mut names = Vec::new();
    for entry in entries(dir)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        names.extend(pending::name(&name, entry.metadata().ok().as_ref()).map(str::to_owned));
        names.push(name);
    }
    Ok(names)
}

/// The state file with all its keys, those too that we do not know.
struct State {
    path: PathBuf,
    keys: Map<String, Value>,
}

impl State {
    fn read(rig: &Rig) -> Result<Self, HostError> {
        let path = rig.runtime_dir().join(STATE);
        let dir = Dir::open(rig.anchor(), &rig.runtime_dir())?;
        let text = dir.map(|dir| dir.read(STATE)).transpose()?.flatten();
        let Some(text) = text else { return Ok(Self { path, keys: Map::new() }) };
        let keys = serde_json::from_str(&text).map_err(|err| broken(&path, err.to_string()))?;
        Ok(Self { path, keys })
    }

    fn kept(&self) -> Result<Kept, HostError> {
        let (overflow_next, max_size) = (self.number("overflow_next")?, self.number("max_size")?);
        Ok(Kept { overflow_next, max_size })
    }

    fn number(&self, key: &str) -> Result<i64, HostError> {
        match self.keys.get(key) {
            None | Some(Value::Null) => Ok(0),
            Some(value) => value.as_i64().ok_or_else(|| {
                broken(&self.path, format!("`{key}`: `{value}`, expected a whole number"))
            }),
        }
    }

    /// Writes the next number. A file of ours begins with what gastown's has.
    fn write(mut self, rig: &Rig, pool: &Pool, own: &[String], next: i64) -> Result<(), HostError> {
        if self.keys.is_empty() {
            self.put("rig_name", rig.name.as_str());
            self.put("theme", pool.theme.as_str());
            self.put("max_size", pool.max);
            if !own.is_empty() {
                self.put("custom_names", own);
            }
        }
        self.put("overflow_next", next);
        let text = serde_json::to_string_pretty(&self.keys);
        let text = text.map_err(|err| HostError::Internal(err.to_string()))?;
        Dir::make(rig.anchor(), &rig.runtime_dir())?.0.replace(STATE, &(text + "\n"))
    }

    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.keys.insert(key.to_owned(), value.into());
    }
}
