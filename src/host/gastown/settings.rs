//! Reading gastown's settings files: of the rig, of the town above it, and the accounts.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::core::{
    Rig,
    rig::name_pool::Wishes,
    settings::{Accounts, BadSetting, File, RigIdentity, RigSettings, Sources},
};
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, read_text};

/// All files that say something of the agents of `rig`; what the plugin's configuration says is
/// left open. A file that is not there says nothing.
///
/// # Errors
/// A file cannot be read, is no JSON, or holds something of the wrong type: the error names the
/// file and the key.
pub async fn agents(rig: &Rig) -> Result<Sources, HostError> {
    let (rig, town) = (rig.home.join("settings"), town(rig).map(|town| town.join("settings")));
    blocking(move || {
        let mut sources = Sources {
            rig: file(rig.join("config.json"))?
                .map(File::<RigSettings>::check)
                .transpose()
                .map_err(setting)?,
            rig_agents: file(rig.join("agents.json"))?,
            ..Sources::default()
        };
        if let Some(town) = town {
            sources.town = file(town.join("config.json"))?;
            sources.town_agents = file(town.join("agents.json"))?;
        }
        Ok(sources)
    })
    .await
}

/// What the settings of `rig` say of the names of its polecats, and which file says it. For a
/// thread that may wait.
pub(in crate::host) fn name_pool_now(rig: &Rig) -> Result<Option<(PathBuf, Wishes)>, HostError> {
    let settings = file(rig.home.join("settings/config.json"))?
        .map(File::<RigSettings>::check)
        .transpose()
        .map_err(setting)?;
    let wishes = |file: File<RigSettings>| Some((file.path, file.content.namepool?.wishes()));
    Ok(settings.and_then(wishes))
}

/// `polecat_names` of the rig's own `config.json`, and that file; none where it names nobody. For a
/// thread that may wait.
pub(in crate::host) fn polecat_names_now(
    rig: &Rig,
) -> Result<Option<(PathBuf, Vec<String>)>, HostError> {
    let file = file::<RigIdentity>(rig.home.join("config.json"))?;
    let names = |file: File<RigIdentity>| Some((file.path, file.content.polecat_names?));
    Ok(file.and_then(names).filter(|(_, names)| !names.is_empty()))
}

/// The accounts of the town of `rig`; `None` without a town or without the file.
///
/// # Errors
/// As [`agents`].
pub async fn accounts(rig: &Rig) -> Result<Option<File<Accounts>>, HostError> {
    let Some(path) = accounts_path(rig) else { return Ok(None) };
    blocking(move || file(path)?.map(File::<Accounts>::check).transpose().map_err(setting)).await
}

/// Where the accounts of `rig` are; nowhere without a town.
#[must_use]
pub fn accounts_path(rig: &Rig) -> Option<PathBuf> {
    town(rig).map(|town| town.join("mayor/accounts.json"))
}

fn town(rig: &Rig) -> Option<&Path> {
    rig.town().map(|town| town.root.as_path())
}

fn file<T: DeserializeOwned>(path: PathBuf) -> Result<Option<File<T>>, HostError> {
    read_text(&path)?.map(|text| parse(path, &text)).transpose()
}

/// The settings file at `path`, whose content is `text`.
///
/// # Errors
/// It is no JSON, or holds something of the wrong type: the error names the file and the key.
pub fn parse<T: DeserializeOwned>(path: PathBuf, text: &str) -> Result<File<T>, HostError> {
    let content = read(text).map_err(|why| broken(&path, why))?;
    Ok(File { path, content })
}

/// Reads JSON in two steps: a key that stands twice is gastown's last one, not an error.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let key = error.path().to_string();
        match error.inner().to_string() {
            why if key == "." => why,
            why => format!("`{key}`: {why}"),
        }
    })
}

fn setting(bad: BadSetting) -> HostError {
    HostError::Broken { why: format!("`{}`: {}", bad.key, bad.why), path: bad.path }
}
