//! `hosts.json` in the user's state folder: the hosts on which our program may be put.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::host::error::HostError;
use crate::host::files::{blocking, broken, state};
use crate::host::locks::Grants;

/// What this version writes. A newer file is only read.
const FORMAT: u64 = 1;

/// Where agreements are kept.
#[derive(Clone, Debug)]
pub struct Agreements {
    path: PathBuf,
}

impl Agreements {
    /// The one in the state folder `state`, which need not exist.
    #[must_use]
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("polecat/hosts.json") }
    }

    /// Whether our program may be put on the host `name` that is reached by `way`: a name that leads
    /// elsewhere by now is another host.
    ///
    /// # Errors
    /// The file cannot be read or understood: what was agreed to is not known.
    pub async fn holds(&self, name: &str, way: &str) -> Result<bool, HostError> {
        let path = self.path.clone();
        let keys = blocking(move || state::read(&path)).await?;
        Ok(entries(&self.path, &keys)?.iter().any(|entry| is(entry, name, way)))
    }

    /// Keeps that it may. Others who write at the same time lose nothing by it.
    ///
    /// # Errors
    /// The file cannot be read, understood or written, or is that of a newer version.
    pub async fn add(&self, name: &str, way: &str) -> Result<(), HostError> {
        let path = self.path.clone();
        let folder = path.parent().unwrap_or(&path).to_owned();
        let made = folder.clone();
        blocking(move || state::make(&made)).await?;
        let _turn = Grants::lock(&folder).await?;
        let since = format!("{:.0}", Timestamp::now());
        let entry = json!({ "name": name, "way": way, "since": since });
        let (name, way) = (name.to_owned(), way.to_owned());
        blocking(move || {
            let mut keys = state::read(&path)?;
            state::check_format(&path, &keys, FORMAT)?;
            let mut all = entries(&path, &keys)?;
            all.retain(|other| !is(other, &name, &way));
            all.push(entry);
            keys.insert("hosts".to_owned(), all.into());
            state::write(&path, keys, FORMAT)
        })
        .await
    }
}

fn is(entry: &Value, name: &str, way: &str) -> bool {
    entry["name"] == name && entry["way"] == way
}

fn entries(path: &Path, keys: &Map<String, Value>) -> Result<Vec<Value>, HostError> {
    match keys.get("hosts") {
        None => Ok(Vec::new()),
        Some(Value::Array(entries)) => Ok(entries.clone()),
        Some(_) => Err(broken(path, "`hosts`: expected a list")),
    }
}
