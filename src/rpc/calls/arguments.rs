//! What several calls are given alike.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{
    core::{agent::BadConversationId, names::shown},
    rpc::{error::RpcError, paths},
    session::{self, Answer},
};

/// A rig as it was named, whether there is a `/` behind it or not: `bank`, `build1:shop`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub(in crate::rpc) struct RigName(String);

impl From<String> for RigName {
    fn from(mut name: String) -> Self {
        if !name.ends_with('/') {
            name.push('/');
        }
        Self(name)
    }
}

impl From<RigName> for String {
    fn from(RigName(name): RigName) -> Self {
        name
    }
}

impl RigName {
    /// What stands in front of a polecat of it: `build1:shop/`.
    pub(in crate::rpc) fn prefix(&self) -> &str {
        &self.0
    }
}

/// A path as a user wrote it: `~` and relative paths are allowed, nothing is not.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "PathBuf")]
pub(in crate::rpc) struct UserPath(PathBuf);

impl TryFrom<PathBuf> for UserPath {
    type Error = &'static str;

    fn try_from(path: PathBuf) -> Result<Self, Self::Error> {
        if path.as_os_str().is_empty() {
            Err("expected a path, got nothing")
        } else {
            Ok(Self(path))
        }
    }
}

impl UserPath {
    /// The path behind a command; `None` where nothing was written.
    pub(in crate::rpc) fn written(path: &[u8]) -> Option<Self> {
        Self::try_from(PathBuf::from(OsStr::from_bytes(path))).ok()
    }

    /// What is meant in an editor whose working directory is `cwd`.
    pub(in crate::rpc) fn absolute(&self, cwd: &Path) -> PathBuf {
        paths::absolute(&self.0, cwd, paths::home().as_deref())
    }
}

/// How a person answered an `untrusted` error.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "&'static str")]
pub(in crate::rpc) struct Trust(pub(in crate::rpc) Answer);

const TRUST: [(&str, Answer); 2] = [("once", Answer::Once), ("always", Answer::Always)];

impl TryFrom<String> for Trust {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        one_of(&TRUST, &word).map(Self)
    }
}

impl From<Trust> for &'static str {
    fn from(Trust(answer): Trust) -> Self {
        TRUST.into_iter().find(|(_, known)| *known == answer).map_or("", |(word, _)| word)
    }
}

/// The agents that a task is given to: a name, several with commas between them, or a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Names", into = "Names")]
pub(in crate::rpc) struct Agents {
    pub(in crate::rpc) names: Vec<String>,
    /// Whether the answer is a list.
    pub(in crate::rpc) several: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged, expecting = "expected the name of an agent, or a list of names")]
enum Names {
    Text(String),
    List(Vec<String>),
}

impl Agents {
    /// The agents that are written so.
    pub(in crate::rpc) fn written(text: String) -> Result<Self, RpcError> {
        Self::try_from(Names::Text(text)).map_err(RpcError::bad_argument)
    }
}

impl TryFrom<Names> for Agents {
    type Error = &'static str;

    fn try_from(names: Names) -> Result<Self, Self::Error> {
        let (names, is_list) = match names {
            Names::Text(text) => {
                (text.split(',').map(str::trim).map(str::to_owned).collect(), false)
            }
            Names::List(names) => (names, true),
        };
        let several = is_list || names.len() > 1;
        if names.is_empty() || several && names.iter().any(String::is_empty) {
            return Err("the name of an agent is missing");
        }
        Ok(Self { names, several })
    }
}

impl From<Agents> for Names {
    fn from(Agents { names, several }: Agents) -> Self {
        if several { Self::List(names) } else { Self::Text(names.join(",")) }
    }
}

/// Which conversation a start goes on with: `true` for the last one of the polecat, or an id.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Which", into = "Which")]
pub(in crate::rpc) struct ResumeArgument(Option<session::Resuming>);

#[derive(Deserialize, Serialize)]
#[serde(untagged, expecting = "expected `true`, or the id of a conversation")]
enum Which {
    Last(bool),
    Earlier(String),
}

impl TryFrom<Which> for ResumeArgument {
    type Error = BadConversationId;

    fn try_from(which: Which) -> Result<Self, BadConversationId> {
        Ok(Self(match which {
            Which::Last(last) => last.then_some(session::Resuming::Last),
            Which::Earlier(id) => Some(session::Resuming::Earlier(id.parse()?)),
        }))
    }
}

impl From<ResumeArgument> for Which {
    fn from(ResumeArgument(resume): ResumeArgument) -> Self {
        match resume {
            Some(session::Resuming::Earlier(id)) => Self::Earlier(id.to_string()),
            last => Self::Last(last.is_some()),
        }
    }
}

impl ResumeArgument {
    /// As it was written behind a command: `resume` or `resume={id}`.
    pub(in crate::rpc) fn written(id: &str) -> Result<Self, RpcError> {
        let which = if id.is_empty() { Which::Last(true) } else { Which::Earlier(id.to_owned()) };
        let wrong = |error: BadConversationId| RpcError::bad_argument(format!("`resume`: {error}"));
        which.try_into().map_err(wrong)
    }

    pub(in crate::rpc) fn of(said: Option<Self>) -> Option<session::Resuming> {
        said?.0
    }
}

/// What a person said about others who work in the worktree.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "&'static str")]
pub(in crate::rpc) enum InUse {
    Ignore,
}

impl TryFrom<String> for InUse {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        one_of(&[("ignore", Self::Ignore)], &word)
    }
}

impl From<InUse> for &'static str {
    fn from(InUse::Ignore: InUse) -> Self {
        "ignore"
    }
}

impl InUse {
    pub(in crate::rpc) fn of(said: Option<Self>) -> session::InUse {
        said.map_or(session::InUse::Refuse, |Self::Ignore| session::InUse::Ignore)
    }
}

/// A choice, as it was said: its number, or words, or several of both.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Choice")]
pub(in crate::rpc) struct AnswerText(pub(in crate::rpc) String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Choice {
    Number(u32),
    Text(String),
    Several(Vec<Choice>),
}

impl From<Choice> for AnswerText {
    fn from(choice: Choice) -> Self {
        Self(match choice {
            Choice::Number(number) => number.to_string(),
            Choice::Text(text) => text,
            Choice::Several(several) => {
                let said = several.into_iter().map(|choice| Self::from(choice).0);
                said.collect::<Vec<_>>().join(",")
            }
        })
    }
}

/// Since when changes are shown, where not since the branch began.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::rpc) struct Since(session::Since);

const SINCE: [(&str, session::Since); 2] =
    [("review", session::Since::Review), ("start", session::Since::Start)];

impl TryFrom<String> for Since {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        one_of(&SINCE, &word).map(Self)
    }
}

impl Since {
    /// The word for it.
    pub(in crate::rpc) fn name(self) -> &'static str {
        match self.0 {
            session::Since::Start => "start",
            session::Since::Review => "review",
        }
    }

    pub(in crate::rpc) fn of(said: Option<Self>) -> session::Since {
        said.map_or(session::Since::Start, |Self(since)| since)
    }
}

/// Reads a word of our own, such as the side of a diff.
pub(super) fn word<'de, D: Deserializer<'de>, T>(
    from: D,
    named: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let word = String::deserialize(from)?;
    named(&word).ok_or_else(|| D::Error::custom(format!("`{}` is not known here", shown(&word))))
}

fn one_of<T: Copy>(known: &[(&str, T)], word: &str) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| *name == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
        format!("expected {}, got `{}`", names.join(" or "), shown(word))
    })
}

/// What is done with what is not committed in the main worktree: `move` or `copy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(in crate::rpc) struct Bring(pub(in crate::rpc) session::BringMode);

impl<'de> Deserialize<'de> for Bring {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        word(from, session::BringMode::named).map(Self)
    }
}
