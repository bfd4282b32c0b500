//! `trust.json` in the user's state folder: what was allowed for good.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::core::trust::TrustRequest;
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, state};
use crate::host::locks::Grants;

/// What this version writes. A newer file is only read.
const FORMAT: u64 = 1;

/// Where answers are kept.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
}

/// Something that was allowed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The [`TrustRequest::id`] of it.
    pub id: String,
    /// The files that said so.
    pub files: Vec<String>,
    /// What they have run, for people.
    pub command: String,
    /// Since when, as RFC 3339.
    pub since: String,
}

impl Store {
    /// The one in the state folder `state`, which need not exist.
    #[must_use]
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("polecat/trust.json") }
    }

    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All that was allowed for good.
    ///
    /// # Errors
    /// The file cannot be read or understood: what is allowed is not known.
    pub async fn grants(&self) -> Result<Vec<Grant>, HostError> {
        let path = self.path.clone();
        let keys = blocking(move || state::read(&path)).await?;
        Ok(entries(&self.path, &keys)?.iter().filter_map(grant).collect())
    }

    /// Whether the request with this id was allowed for good.
    ///
    /// # Errors
    /// As [`Store::grants`].
    pub async fn holds(&self, id: &str) -> Result<bool, HostError> {
        Ok(self.grants().await?.iter().any(|grant| grant.id == id))
    }

    /// Allows `request` for good. Others who write at the same time lose nothing by it.
    ///
    /// # Errors
    /// The file cannot be read, understood or written, or is that of a newer version.
    pub async fn add(&self, request: &TrustRequest) -> Result<(), HostError> {
        let (path, entry) = (self.path.clone(), entry(request));
        let folder = path.parent().unwrap_or(&path).to_owned();
        blocking({
            let folder = folder.clone();
            move || state::make(&folder)
        })
        .await?;
        let _turn = Grants::lock(&folder).await?;
        blocking(move || {
            let mut keys = state::read(&path)?;
            state::check_format(&path, &keys, FORMAT)?;
            let mut all = entries(&path, &keys)?;
            all.retain(|other| other["id"] != entry["id"]);
            all.push(entry);
            keys.insert("trusted".to_owned(), all.into());
            state::write(&path, keys, FORMAT)
        })
        .await
    }
}

fn entries(path: &Path, keys: &Map<String, Value>) -> Result<Vec<Value>, HostError> {
    match keys.get("trusted") {
        None => Ok(Vec::new()),
        Some(Value::Array(entries)) => Ok(entries.clone()),
        Some(_) => Err(broken(path, "`trusted`: expected a list")),
    }
}

fn entry(request: &TrustRequest) -> Value {
    let files: Vec<_> = request.files.iter().map(|file| file.to_string_lossy()).collect();
    let since = format!("{:.0}", Timestamp::now());
    json!({ "id": request.id(), "files": files, "command": request.command(), "since": since })
}

fn grant(entry: &Value) -> Option<Grant> {
    let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let files = entry["files"].as_array().into_iter().flatten();
    Some(Grant {
        id: entry["id"].as_str()?.to_owned(),
        files: files.filter_map(|file| file.as_str().map(str::to_owned)).collect(),
        command: text("command"),
        since: text("since"),
    })
}
