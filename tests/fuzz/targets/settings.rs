//! Settings files: input is which of them (`rig`, `town`, `agents` or `accounts`), a line feed,
//! and the file's text.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use polecat::core::settings::{
    Accounts, File, Registry, RigSettings, Sources, TownSettings, WhoAsked,
};
use polecat::host::settings::parse;
use serde_json::Value;

const PATH: &str = "/town/settings/the-file.json";

pub fn check(bytes: &[u8]) {
    let Ok(input) = std::str::from_utf8(bytes) else { return };
    let Some((kind, text)) = input.split_once('\n') else { return };
    match kind {
        "rig" => rig(text),
        "town" => town(text),
        "agents" => registry(text),
        "accounts" => accounts(text),
        _ => {}
    }
}

fn rig(text: &str) {
    let Some(file) = read::<RigSettings>(text) else { return };
    match file.check() {
        Ok(file) => resolve(&Sources { rig: Some(file), ..Sources::default() }),
        Err(error) => it_names_file_and_key(&error.to_string(), text),
    }
}

fn town(text: &str) {
    let Some(file) = read::<TownSettings>(text) else { return };
    resolve(&Sources { town: Some(file), ..Sources::default() });
}

fn registry(text: &str) {
    let Some(file) = read::<Registry>(text) else { return };
    resolve(&Sources { rig_agents: Some(file), ..Sources::default() });
}

fn accounts(text: &str) {
    let Some(file) = read::<Accounts>(text) else { return };
    let file = match file.check() {
        Ok(file) => file,
        Err(error) => return it_names_file_and_key(&error.to_string(), text),
    };
    let handles: Value = serde_json::from_str(text).expect("it was read");
    for handle in handles["accounts"].as_object().into_iter().flat_map(|accounts| accounts.keys()) {
        let folder = file.folder(handle, WhoAsked::Command, Some(Path::new("/home/ada")));
        assert!(folder.is_ok_and(|folder| folder != Path::new("")), "{handle:?} of {text}");
    }
}

/// The file, which must read the same with a key that we do not know.
fn read<T: serde::de::DeserializeOwned + Debug>(text: &str) -> Option<File<T>> {
    let file = match parse::<T>(PATH.into(), text) {
        Ok(file) => file,
        Err(error) => {
            it_names_file_and_key(&error.to_string(), text);
            return None;
        }
    };
    let mut value: Value = serde_json::from_str(text).expect("it was read");
    let object = value.as_object_mut().unwrap_or_else(|| panic!("{text} is read as settings"));
    object.insert("of_a_newer_gastown".to_owned(), Value::Bool(true));
    let newer = parse::<T>(PathBuf::from(PATH), &value.to_string());
    assert_eq!(newer.map(|newer| format!("{newer:?}")).ok(), Some(format!("{file:?}")), "{text}");
    Some(file)
}

fn it_names_file_and_key(error: &str, text: &str) {
    let why = error.strip_prefix(&format!("`{PATH}` is broken: "));
    let why = why.unwrap_or_else(|| panic!("{error} does not name the file"));
    assert!(!why.is_empty());
    if let Ok(Value::Object(object)) = serde_json::from_str(text) {
        let named = |key: &str| why.contains(key);
        assert!(object.keys().any(|key| named(key)), "{error} names no key of {text}");
    }
}

/// Whatever is asked for is an agent with a command, or an error that says where it comes from.
fn resolve(sources: &Sources) {
    let names = sources.names();
    assert!(names.is_sorted(), "{names:?}");
    let asked = names.iter().map(|name| Some(name.as_str())).chain([None, Some("no such agent")]);
    for name in asked.take(40) {
        for installed in [true, false] {
            match sources.resolve(name, &|_| installed) {
                Ok(resolved) => assert!(!resolved.agent.argv().is_empty(), "{name:?}"),
                Err(error) => assert!(!error.to_string().is_empty(), "{name:?}"),
            }
        }
    }
}
