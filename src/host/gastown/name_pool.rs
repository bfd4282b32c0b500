//! gastown's name pool as files have it: `settings/config.json`, `.runtime/namepool-state.json`
//! and the folders of `polecats/`; since 0.6 also the rig's `config.json` and themes of the town's
//! own.
//!
//! Which names are in use is read off the folders each time, never kept: a list of them would
//! outlive the polecats. The state file changes only when a number is given.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{pending, settings};
use crate::core::rig::name_pool::{Kept, Pick, Pool, ThemeFile, Wishes, file_name, is_built_in};
use crate::core::{Gastown, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, broken, entries};
use crate::host::rigs::layouts;

/// In the rig's `.runtime/`.
const STATE: &str = "namepool-state.json";

/// A name that nobody has.
pub(in crate::host) struct FreeName {
    pub(in crate::host) name: PolecatName,
    /// What of the settings could not be followed.
    pub(in crate::host) warnings: Vec<String>,
}

/// The next free name of `rig` besides those `taken`. It is nobody's before its folder is made:
/// the caller holds the pool lock.
///
/// # Errors
/// The settings, the state file or `polecats/` cannot be read, or the state not be written.
pub(in crate::host) async fn next(
    rig: &Rig,
    taken: BTreeSet<String>,
) -> Result<FreeName, HostError> {
    let rig = rig.clone();
    blocking(move || next_now(&rig, taken)).await
}

fn next_now(rig: &Rig, mut taken: BTreeSet<String>) -> Result<FreeName, HostError> {
    let state = StateFile::read(rig)?;
    let PoolSettings { wishes, file, mut warnings } = PoolSettings::read(rig)?;
    for layout in rig.layouts() {
        if layouts::is_there(rig, layout)? {
            taken.extend(in_use(&layout.dir)?);
        }
    }
    let pool = Pool::new(&rig.name, rig.gastown(), wishes.as_ref(), state.kept()?);
    let Some(Pick { name, overflow_next }) = pool.pick(|name| taken.contains(name)) else {
        return Err(broken(&state.path, "`overflow_next` leaves no number"));
    };
    if let Some(next) = overflow_next {
        // Before the polecat is made: a number is not given twice, whatever comes of it.
        let own = wishes.map(|wishes| wishes.names).unwrap_or_default();
        state.write(rig, &pool, &own, next)?;
    }
    warnings.extend(pool.warnings.iter().map(|warning| of(&file, warning)));
    Ok(FreeName { name, warnings })
}

fn of(file: &Path, warning: &str) -> String {
    format!("`{}`: {warning}", file.display())
}

/// What files say of the names.
#[derive(Default)]
struct PoolSettings {
    wishes: Option<Wishes>,
    /// The one that says so.
    file: PathBuf,
    /// What is wrong with another one.
    warnings: Vec<String>,
}

impl PoolSettings {
    fn read(rig: &Rig) -> Result<Self, HostError> {
        let is_0_6 = rig.gastown() == Some(Gastown::V0_6);
        match settings::name_pool_now(rig)? {
            Some((file, wishes)) => {
                let wanted = Self { wishes: Some(wishes), file, warnings: Vec::new() };
                Ok(if is_0_6 { wanted.with_theme(rig) } else { wanted })
            }
            None if is_0_6 => Self::of_rig(rig),
            None => Ok(Self::default()),
        }
    }

    /// `polecat_names` of the rig's own file.
    fn of_rig(rig: &Rig) -> Result<Self, HostError> {
        let Some((file, names)) = settings::polecat_names_now(rig)? else {
            return Ok(Self::default());
        };
        let wishes = Wishes { names, ..Wishes::default() };
        Ok(Self { wishes: Some(wishes), file, warnings: Vec::new() })
    }

    /// The names of a theme of the town's own. One that cannot be read is as one that is not
    /// there: names are not worth a refusal.
    fn with_theme(mut self, rig: &Rig) -> Self {
        let Some(wishes) = &mut self.wishes else { return self };
        let style = wishes.style.as_deref().filter(|style| !is_built_in(style));
        let Some(name) = style.filter(|_| wishes.names.is_empty()).and_then(file_name) else {
            return self;
        };
        let Some(town) = rig.town() else { return self };
        let dir = town.root.join("settings/themes");
        let path = dir.join(&name);
        let text = Dir::open(&town.root, &dir)
            .and_then(|dir| dir.map(|dir| dir.read(&name)).transpose().map(Option::flatten));
        match text.map(|text| text.map(|text| ThemeFile::parse(&text))) {
            Ok(None) => {}
            Ok(Some(Ok(theme))) => {
                self.warnings.extend(theme.warnings.iter().map(|warning| of(&path, warning)));
                wishes.names = theme.names;
            }
            Ok(Some(Err(why))) => self.warnings.push(of(&path, &why)),
            Err(error) => self.warnings.push(error.to_string()),
        }
        self
    }
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
struct StateFile {
    path: PathBuf,
    keys: Map<String, Value>,
}

impl StateFile {
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

    /// Writes the next number. A file of ours begins with what gastown's has: since 0.6 that is
    /// not what the settings say.
    fn write(mut self, rig: &Rig, pool: &Pool, own: &[String], next: i64) -> Result<(), HostError> {
        if self.keys.is_empty() {
            self.put("rig_name", rig.name.as_str());
            self.put("max_size", pool.max);
            if rig.gastown() != Some(Gastown::V0_6) {
                self.put("theme", pool.theme.as_str());
                if !own.is_empty() {
                    self.put("custom_names", own);
                }
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
