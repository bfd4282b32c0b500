//! Settings that an agent is given for one session: a file of ours, made of those that it would have
//! been given without us and our own.
//!
//! It may hold what is nobody else's business, so it is readable by its owner only, and lies in the
//! rig's `.runtime/polecat/settings/`. It has a name of its own for each start: whoever ends a
//! session removes that session's file, and cannot hit that of the next one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};

use crate::core::{PolecatName, Rig, agent::events::HookEvents, trust::Content};
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, dir::Dir, read_text};

/// The folder of the files, beside the other records.
const FOLDER: &str = "settings";
/// How long an agent may wait for one of our hooks, in seconds. They end by themselves much sooner;
/// this is for a disk that hangs.
const TIMEOUT_S: u64 = 5;

/// A file of settings for a session that is being started. It is removed with the last handle,
/// unless the session exists by then.
#[derive(Clone, Debug)]
pub struct SessionSettings(Arc<File>);

#[derive(Debug)]
struct File {
    rig: Rig,
    name: String,
    kept: AtomicBool,
}

impl SessionSettings {
    /// Writes the settings for a session of `polecat`.
    ///
    /// # Errors
    /// The file could not be written; then there is none.
    pub async fn write(
        rig: &Rig,
        polecat: &PolecatName,
        settings: &Value,
    ) -> Result<Self, HostError> {
        let (rig, name, text) = (rig.clone(), new_name(polecat), settings.to_string());
        blocking(move || {
            let (dir, _) = Dir::make(rig.anchor(), &folder(&rig))?;
            // An agent may write its file anew, readable by all: Qwen Code does.
            dir.keep_private()?;
            dir.replace(&name, &text)?;
            Ok(Self(Arc::new(File { rig, name, kept: AtomicBool::new(false) })))
        })
        .await
    }

    /// The file's name, by which a session remembers it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        folder(&self.0.rig).join(&self.0.name)
    }

    /// Keeps it for as long as the session lives.
    pub fn keep(&self) {
        self.0.kept.store(true, Ordering::Relaxed);
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed)
            && let Err(error) = remove(&self.rig, &self.name)
        {
            tracing::warn!(%error, "a file of settings stays behind");
        }
    }
}

/// Settings with nothing but hooks for these events, which run `command` in a shell.
#[must_use]
pub fn with_hooks(hooks: &HookEvents, command: &str) -> Value {
    let hook = json!({ "type": "command", "command": command, "timeout": TIMEOUT_S });
    let entry = |matcher: &str| match matcher {
        "" => json!([{ "hooks": [hook] }]),
        matcher => json!([{ "matcher": matcher, "hooks": [hook] }]),
    };
    let events = hooks.events.iter().map(|(event, matcher)| ((*event).to_owned(), entry(matcher)));
    json!({ "hooks": events.collect::<Map<_, _>>() })
}

/// Settings that say what both do. As the agents themselves merge theirs: lists are joined, without
/// what is in both, and of two other values `more`'s counts.
#[must_use]
pub fn merged(settings: Value, more: Value) -> Value {
    match (settings, more) {
        (Value::Object(mut settings), Value::Object(more)) => {
            for (key, value) in more {
                let both = match settings.remove(&key) {
                    Some(known) => merged(known, value),
                    None => value,
                };
                settings.insert(key, both);
            }
            Value::Object(settings)
        }
        (Value::Array(mut settings), Value::Array(more)) => {
            for value in more {
                if !settings.contains(&value) {
                    settings.push(value);
                }
            }
            Value::Array(settings)
        }
        (_, more) => more,
    }
}

/// The settings that a word of a command line names: a file, from `dir`, or the settings themselves.
///
/// # Errors
/// They cannot be read, or are no settings.
pub async fn named(word: &str, dir: &Path) -> Result<Value, HostError> {
    if word.trim_start().starts_with('{') {
        return parse(word, Path::new("settings"));
    }
    let path = dir.join(word);
    blocking(move || match read_text(&path)? {
        Some(text) => parse(&text, &path),
        None => Err(broken(&path, "there is no such file")),
    })
    .await
}

/// The settings in a file; none where there is none.
///
/// # Errors
/// They cannot be read, or are no settings.
pub async fn of_file(path: &Path) -> Result<Option<Value>, HostError> {
    let path = path.to_owned();
    blocking(move || read_text(&path)?.map(|text| parse(&text, &path)).transpose()).await
}

/// The settings in a project's file, as they were when it was allowed.
///
/// # Errors
/// It has changed since, cannot be read, or holds no settings.
pub async fn allowed(file: &Content) -> Result<Value, HostError> {
    let file = file.clone();
    blocking(move || match read_text(&file.path)?.filter(|text| file.is(text.as_bytes())) {
        Some(text) => parse(&text, &file.path),
        None => Err(broken(&file.path, "it was changed during the start")),
    })
    .await
}

fn parse(text: &str, path: &Path) -> Result<Value, HostError> {
    let settings: Value =
        serde_json::from_str(text).map_err(|error| broken(path, error.to_string()))?;
    if settings.is_object() { Ok(settings) } else { Err(broken(path, "it is not a JSON object")) }
}

/// Removes the file `name` of a session that has ended; having none is as good.
///
/// # Errors
/// It is there and could not be removed.
pub async fn delete(rig: &Rig, name: &str) -> Result<(), HostError> {
    let (rig, name) = (rig.clone(), name.to_owned());
    blocking(move || remove(&rig, &name)).await
}

/// Removes the files that sessions of `polecat` have left, which ended with their server; all but
/// `kept`.
///
/// # Errors
/// Some could not be removed.
pub async fn delete_left(
    rig: &Rig,
    polecat: &PolecatName,
    kept: Option<&str>,
) -> Result<(), HostError> {
    let (rig, polecat, kept) = (rig.clone(), polecat.clone(), kept.map(str::to_owned));
    blocking(move || {
        let Some(dir) = Dir::open(rig.anchor(), &folder(&rig))? else { return Ok(()) };
        for name in dir.names()? {
            let name = name.to_string_lossy().into_owned();
            if owner(&name) == Some(polecat.as_str()) && kept.as_ref() != Some(&name) {
                dir.remove(&name)?;
            }
        }
        Ok(())
    })
    .await
}

fn remove(rig: &Rig, name: &str) -> Result<(), HostError> {
    // The name comes out of a session's options: it must be one that we give.
    if owner(name).is_none() {
        return Ok(());
    }
    Dir::open(rig.anchor(), &folder(rig))?.map_or(Ok(()), |dir| dir.remove(name))
}

fn folder(rig: &Rig) -> PathBuf {
    rig.runtime_dir().join("polecat").join(FOLDER)
}

/// `ash.0f3a....json`
fn new_name(polecat: &PolecatName) -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{polecat}.{random:016x}.json")
}

/// Whose file this is by its name; `None` if it is none of ours. No polecat's name has a dot.
fn owner(name: &str) -> Option<&str> {
    let (polecat, random) = name.strip_suffix(".json")?.split_once('.')?;
    let is_ours = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_ours && PolecatName::parse(polecat).is_ok()).then_some(polecat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::agent::events::SettingsBy;

    #[test]
    fn a_name_tells_whose_the_file_is_and_leads_nowhere_else() {
        let ash = PolecatName::parse("ash").unwrap();
        assert_eq!(owner(&new_name(&ash)), Some("ash"));
        for name in ["../x.0123456789abcdef.json", "ash.json", "ash.x.json", "ash", "", "../../x"] {
            assert_eq!(owner(name), None, "{name}");
        }
    }

    #[test]
    fn merged_settings_have_what_both_say_and_the_later_wins() {
        let town = json!({ "editorMode": "normal", "hooks": { "Stop": [{ "hooks": ["a"] }] } });
        let mine = json!({
            "editorMode": "vim", "env": { "A": "1" },
            "hooks": { "Stop": [{ "hooks": ["a"] }, { "hooks": ["b"] }] },
        });
        assert_eq!(
            merged(town, mine),
            json!({
                "editorMode": "vim", "env": { "A": "1" },
                "hooks": { "Stop": [{ "hooks": ["a"] }, { "hooks": ["b"] }] },
            })
        );
    }

    #[test]
    fn an_event_with_something_to_match_says_so() {
        const EVENTS: &[(&str, &str)] = &[("Stop", ""), ("Notification", "idle_prompt")];
        let settings = HookEvents { settings: SettingsBy::Flag, events: EVENTS };
        let hook = json!({ "type": "command", "command": "x", "timeout": TIMEOUT_S });
        assert_eq!(
            with_hooks(&settings, "x"),
            json!({ "hooks": {
                "Stop": [{ "hooks": [hook] }],
                "Notification": [{ "matcher": "idle_prompt", "hooks": [hook] }],
            } })
        );
    }
}
