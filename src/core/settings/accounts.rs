//! `<town>/mayor/accounts.json`: which account's configuration folder an agent uses.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    BadSetting, File,
    files::check_version,
    said,
    values::{Others, Whole},
};
use crate::core::names::shown;

/// Accounts by their handles.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `accounts` and `default`")]
pub struct Accounts {
    version: Option<Whole>,
    #[serde(rename = "accounts")]
    by_handle: Option<BTreeMap<String, Account>>,
    default: Option<String>,
    #[serde(flatten)]
    _others: Others,
}

/// One account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `config_dir`")]
pub struct Account {
    /// Its configuration folder, which may begin with `~/`.
    pub config_dir: Option<String>,
    #[serde(flatten)]
    _others: Others,
}

/// A handle without an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{who} names account `{handle}`, which is not in `{}`; known: {known}", path.display())]
pub struct BadAccount {
    /// What names it: `account` or `GT_ACCOUNT`.
    pub who: WhoAsked,
    /// The handle, safe to display.
    pub handle: String,
    /// The file that was read.
    pub path: PathBuf,
    /// The handles that it has.
    pub known: String,
}

/// What asks for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhoAsked {
    /// The command's `account=`.
    #[error("`account`")]
    Command,
    /// The environment.
    #[error("GT_ACCOUNT of the environment")]
    Environment,
}

impl File<Accounts> {
    /// The checks that gastown makes before it uses the file. Where it silently ignores the file,
    /// this is an error.
    ///
    /// # Errors
    /// An unknown version, or an account without a folder.
    pub fn check(self) -> Result<Self, BadSetting> {
        check_version(&self.path, self.content.version)?;
        let accounts = self.content.by_handle.iter().flatten();
        for (handle, account) in accounts {
            if said(account.config_dir.as_ref()).is_none() {
                let key = format!("accounts.{handle}.config_dir");
                return Err(BadSetting::new(&self.path, key, "it is missing, expected a folder"));
            }
        }
        Ok(self)
    }

    /// The warning about an undefined `default`: then there is no default account.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let handle = said(self.content.default.as_ref())?;
        self.account(handle).is_none().then(|| {
            format!(
                "`default` of `{}` is `{}`, which is not an account, so none is used (known: {})",
                self.path.display(),
                shown(handle),
                self.known()
            )
        })
    }

    /// The folder of account `handle`.
    ///
    /// # Errors
    /// There is no such account.
    pub fn folder(
        &self,
        handle: &str,
        who: WhoAsked,
        home: Option<&Path>,
    ) -> Result<PathBuf, BadAccount> {
        self.account(handle).map(|folder| expanded(folder, home)).ok_or_else(|| BadAccount {
            who,
            handle: shown(handle),
            path: self.path.clone(),
            known: self.known(),
        })
    }

    /// The folder of the default account, if there is one.
    #[must_use]
    pub fn default_folder(&self, home: Option<&Path>) -> Option<PathBuf> {
        let handle = said(self.content.default.as_ref())?;
        self.account(handle).map(|folder| expanded(folder, home))
    }

    /// The handle of the default account, if there is one.
    #[must_use]
    pub fn default_handle(&self) -> Option<&str> {
        let handle = said(self.content.default.as_ref())?;
        self.account(handle).map(|_| handle)
    }

    fn account(&self, handle: &str) -> Option<&str> {
        said(self.content.by_handle.as_ref()?.get(handle)?.config_dir.as_ref())
    }

    /// The handles of all accounts.
    pub fn handles(&self) -> impl Iterator<Item = &str> {
        self.content.by_handle.iter().flatten().map(|(handle, _)| handle.as_str())
    }

    fn known(&self) -> String {
        let handles: Vec<_> = self.handles().collect();
        if handles.is_empty() { "none".to_owned() } else { handles.join(", ") }
    }
}

/// The path with `~` for the home at its beginning replaced.
#[must_use]
pub fn expanded(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => path.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::file;
    use super::*;

    #[test]
    fn an_account_is_its_folder() {
        let home = Path::new("/home/ada");
        let accounts = file::<Accounts>(
            "/town/mayor/accounts.json",
            r#"{ "version": 1, "default": "work", "accounts": {
                "work": { "email": "a@b", "description": "x", "config_dir": "~/.claude-accounts/work" },
                "other": { "config_dir": "/srv/o ther" } } }"#,
        );
        let accounts = accounts.unwrap().check().unwrap();
        let folder = |handle| accounts.folder(handle, WhoAsked::Command, Some(home));
        assert_eq!(folder("work").unwrap(), Path::new("/home/ada/.claude-accounts/work"));
        assert_eq!(folder("other").unwrap(), Path::new("/srv/o ther"));
        assert_eq!(accounts.default_folder(Some(home)), folder("work").ok());
        assert_eq!(
            folder("Work").unwrap_err().to_string(),
            "`account` names account `Work`, which is not in `/town/mayor/accounts.json`; known: \
             other, work"
        );
        let empty = file::<Accounts>("/f", "{}").unwrap().check().unwrap();
        assert_eq!(empty.default_folder(None), None);
        let error = empty.folder("x", WhoAsked::Environment, None).unwrap_err().to_string();
        assert!(error.starts_with("GT_ACCOUNT of the environment names account `x`"), "{error}");
        assert!(error.ends_with("known: none"), "{error}");
    }

    #[test]
    fn accounts_that_lead_nowhere_are_refused() {
        for (text, expected) in [
            (
                r#"{ "accounts": { "a": { "email": "x" } } }"#,
                "`accounts.a.config_dir`: it is missing, expected a folder",
            ),
            (r#"{ "version": 3 }"#, "`version`: it is 3, expected at most 1"),
        ] {
            let error = file::<Accounts>("/f", text).unwrap().check().map(drop).unwrap_err();
            assert_eq!(error.to_string(), format!("`/f` is broken: {expected}"));
        }
    }

    #[test]
    fn a_default_that_names_nobody_is_no_account_and_a_warning() {
        let of = |text| file::<Accounts>("/f", text).unwrap().check().unwrap();
        let accounts = of(r#"{ "default": "b", "accounts": { "a": { "config_dir": "/a" } } }"#);
        assert_eq!(accounts.default_folder(None), None);
        assert_eq!(
            accounts.warning().as_deref(),
            Some("`default` of `/f` is `b`, which is not an account, so none is used (known: a)")
        );
        assert_eq!(accounts.folder("a", WhoAsked::Command, None).unwrap(), Path::new("/a"));
        for said_nothing in [r#"{ "default": "", "accounts": {} }"#, "{}"] {
            assert_eq!(of(said_nothing).warning(), None);
        }
    }

    #[test]
    fn only_a_tilde_of_our_own_is_the_home() {
        let home = Some(Path::new("/h"));
        for (text, expected) in [
            ("~", "/h"),
            ("~/", "/h/"),
            ("~/a", "/h/a"),
            ("~ada/a", "~ada/a"),
            ("/~/a", "/~/a"),
            ("a~", "a~"),
        ] {
            assert_eq!(expanded(text, home), Path::new(expected), "{text}");
        }
        assert_eq!(expanded("~/a", None), Path::new("~/a"));
    }
}
