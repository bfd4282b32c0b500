//! `<town>/mayor/accounts.json`: whose configuration folder an agent uses.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    BadSetting, File,
    files::{Others, Whole, check_version},
    said,
};
use crate::core::names::shown;

/// Accounts by their handles.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `accounts` and `default`")]
pub struct Accounts {
    version: Option<Whole>,
    accounts: Option<BTreeMap<String, Account>>,
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

/// A handle that leads to no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{who} names account `{handle}`, which is not in `{}`: known are {known}", path.display())]
pub struct BadAccount {
    /// Who names it: `account` or `GT_ACCOUNT`.
    pub who: WhoAsked,
    /// The handle, safe to show.
    pub handle: String,
    /// The file that was looked in.
    pub path: PathBuf,
    /// The handles in it.
    pub known: String,
}

/// Who wants an account.
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
    /// What gastown checks before it uses the file.
    ///
    /// # Errors
    /// A version that is not known, an account without a folder, or a default that is no account.
    pub fn check(self) -> Result<Self, BadSetting> {
        check_version(&self.path, self.content.version)?;
        let accounts = self.content.accounts.iter().flatten();
        for (handle, account) in accounts {
            if said(account.config_dir.as_ref()).is_none() {
                let key = format!("accounts.{handle}.config_dir");
                return Err(BadSetting::new(&self.path, key, "it is missing, expected a folder"));
            }
        }
        if let Some(handle) = said(self.content.default.as_ref())
            && self.content.accounts.as_ref().is_some_and(|accounts| !accounts.is_empty())
            && self.account(handle).is_none()
        {
            let why = format!("it is `{}`, expected one of {}", shown(handle), self.handles());
            return Err(BadSetting::new(&self.path, "default", why));
        }
        Ok(self)
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
            known: self.handles(),
        })
    }

    /// The folder of the default account, when there is one.
    #[must_use]
    pub fn default_folder(&self, home: Option<&Path>) -> Option<PathBuf> {
        let handle = said(self.content.default.as_ref())?;
        self.account(handle).map(|folder| expanded(folder, home))
    }

    fn account(&self, handle: &str) -> Option<&str> {
        said(self.content.accounts.as_ref()?.get(handle)?.config_dir.as_ref())
    }

    fn handles(&self) -> String {
        let handles: Vec<_> =
            self.content.accounts.iter().flatten().map(|(name, _)| name.as_str()).collect();
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
