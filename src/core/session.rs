//! What is known about a polecat's session.

pub mod attempt;
pub mod branch_status;
pub mod debounced_state;
mod detail;
pub mod diffstat;
mod exit;
pub mod notifications;
pub mod queue;
pub mod record;
pub mod setting_up;
pub mod transitions;
mod usage;
mod waiting;

use std::path::PathBuf;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use self::attempt::Attempt;
use self::branch_status::BranchStatus;
use self::diffstat::Diffstat;
pub use self::{
    detail::{Detail, DetailKind},
    exit::{Exit, ExitHow, describe, signal_text},
    usage::{Usage, short},
    waiting::Waiting,
};
use super::names::PolecatName;

/// The name of an agent of which only the command is known.
pub const UNNAMED_AGENT: &str = "cmd";

/// A polecat's session, as users see it too: the fields are those that Lua reads, gastown's first.
/// A field with no value is `None`, never a zero, and absent on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The polecat.
    pub polecat: PolecatName,
    /// The tmux session's name (gastown calls it an id).
    pub session_id: String,
    /// The session its pane is in, if its name is another: moved, renamed, or named by gastown.
    pub found_in: Option<String>,
    /// Whether the session exists and its pane is alive.
    pub running: bool,
    /// The rig's name.
    pub rig_name: String,
    /// Whether a user's client is attached; our own control client does not count.
    pub attached: bool,
    /// When tmux created it.
    #[serde(serialize_with = "in_seconds")]
    pub created: Option<Timestamp>,
    /// How many windows it has; `None` unless it is running.
    pub windows: Option<u32>,
    /// The time of the last output, not of the last key.
    #[serde(serialize_with = "in_seconds")]
    pub last_activity: Option<Timestamp>,
    /// What the agent is doing.
    pub state: State,
    /// The source of `state`.
    pub state_source: StateSource,
    /// The beginning of `state`.
    #[serde(serialize_with = "in_seconds")]
    pub state_since: Option<Timestamp>,
    /// What it needs the user for, while it waits.
    pub waiting: Option<Waiting>,
    /// What holds it up, or ended its last turn.
    #[serde(default)]
    pub detail: Option<Detail>,
    /// The agent's name in presets or configuration.
    pub agent: Option<String>,
    /// The command line that was started.
    pub command: Option<String>,
    /// Where it was started.
    #[serde(serialize_with = "path")]
    pub workdir: Option<PathBuf>,
    /// The branch checked out there.
    pub branch: Option<String>,
    /// What it has changed since its branch began; `None` while unknown.
    pub diff: Option<Diffstat>,
    /// How its branch stands to the one that it is meant for; `None` while unknown.
    #[serde(default)]
    pub branch_status: Option<BranchStatus>,
    /// The issue it was started on.
    pub issue: Option<String>,
    /// What it works on: as it calls that itself, else the first line of what it was given.
    #[serde(default)]
    pub task: Option<String>,
    /// Which of several attempts at one task it is.
    #[serde(default)]
    pub attempt: Option<Attempt>,
    /// What a person calls it.
    #[serde(default)]
    pub label: Option<String>,
    /// The model and what its conversation used, as far as its screen shows them.
    #[serde(default)]
    pub usage: Option<Usage>,
    /// How many messages wait until it is at its prompt; `None` for none.
    pub queued: Option<u32>,
    /// Why they are not sent before a person says so.
    pub queue_held: Option<String>,
    /// tmux's id of its pane, `%7`.
    pub pane_id: Option<String>,
    /// The pane's process.
    pub pid: Option<u32>,
    /// How its last agent exited.
    pub exit: Option<Exit>,
    /// The conversation that it can go on with, while it does not run: its id, or `last`.
    #[serde(default)]
    pub resumable: Option<String>,
    /// Whether its session was lost with its tmux server.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
    /// What the set-up of its worktree is at, while that goes on.
    #[serde(default)]
    pub setup: Option<String>,
}

impl SessionInfo {
    /// The info of a polecat without a session.
    #[must_use]
    pub fn stopped(polecat: PolecatName, session_id: String, rig_name: String) -> Self {
        Self {
            polecat,
            session_id,
            found_in: None,
            running: false,
            rig_name,
            attached: false,
            created: None,
            windows: None,
            last_activity: None,
            state: State::Stopped,
            state_source: StateSource::None,
            state_since: None,
            waiting: None,
            detail: None,
            agent: None,
            command: None,
            workdir: None,
            branch: None,
            diff: None,
            branch_status: None,
            issue: None,
            task: None,
            attempt: None,
            label: None,
            usage: None,
            queued: None,
            queue_held: None,
            pane_id: None,
            pid: None,
            exit: None,
            resumable: None,
            lost: false,
            setup: None,
        }
    }

    /// The state by which it is listed: while its worktree is set up it is about to start.
    #[must_use]
    pub fn shown_state(&self) -> State {
        if self.setting_up().is_some() { State::Starting } else { self.state }
    }

    /// What the set-up of its worktree is at, while that goes on and nothing runs yet.
    #[must_use]
    pub fn setting_up(&self) -> Option<&str> {
        self.setup.as_deref().filter(|_| !self.running)
    }

    /// Whether its last turn ended in an error or at a limit, as far as is known: the next message is
    /// a person's to send.
    #[must_use]
    pub fn turn_failed(&self) -> bool {
        self.detail.as_ref().is_some_and(Detail::ends_turn)
    }

    /// Names the agent that was found to run, unless its start named one.
    pub fn name_agent(&mut self, found: Option<&String>) {
        let named = self.agent.as_deref().is_some_and(|name| name != UNNAMED_AGENT);
        if let Some(found) = found.filter(|_| !named) {
            self.agent = Some(found.clone());
        }
    }

    /// Moves all its times by so many milliseconds.
    pub fn shift_times(&mut self, by: i64) {
        let by = SignedDuration::from_millis(by);
        let exit = self.exit.as_mut().map(|exit| &mut exit.at);
        let times = [&mut self.created, &mut self.last_activity, &mut self.state_since];
        for time in times.into_iter().filter_map(Option::as_mut).chain(exit) {
            *time = time.saturating_add(by).unwrap_or(*time);
        }
    }

    /// Adds how its last agent exited. One that vanished with its session counts as died.
    #[must_use]
    pub fn after(self, exit: Option<Exit>) -> Self {
        match &exit {
            Some(Exit { how: ExitHow::Gone, at, .. }) => Self {
                state: State::Died,
                state_source: StateSource::Pane,
                state_since: Some(*at),
                exit,
                ..self
            },
            _ => Self { exit, ..self },
        }
    }
}

/// A time as users read it: RFC 3339 in whole seconds.
fn seconds<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{at:.0}"))
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn in_seconds<S: Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => seconds(at, to),
        None => to.serialize_none(),
    }
}

/// A path as text: serde refuses one that is not UTF-8.
#[expect(clippy::ref_option, reason = "serde passes the field")]
fn path<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.display().to_string()).serialize(to)
}

/// What an agent is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Created, not ready yet.
    Starting,
    /// Busy.
    Working,
    /// At its prompt.
    Idle,
    /// It needs the user: permission, a question, sign-in, trust.
    Waiting,
    /// It exited with status 0.
    Exited,
    /// It exited otherwise.
    Died,
    /// There is no session.
    Stopped,
    /// It is not known.
    Unknown,
}

/// The source of a state, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateSource {
    /// The pane is dead, or there is none.
    Pane,
    /// The agent's own events, and its screen says nothing else.
    Events,
    /// The pane's title, which the agent sets.
    Title,
    /// Patterns on the screen.
    Screen,
    /// A guess, by the time since the last output and by what most questions look like: nothing is
    /// known of the agent's screen.
    Guessed,
    /// Nothing.
    None,
}

macro_rules! words {
    ($name:ident, $what:literal, $($variant:ident = $word:literal),+ $(,)?) => {
        impl $name {
            /// The word on the wire and in tmux options.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(D::Error::custom)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { what: $what, word: super::names::shown(word) }),
                }
            }
        }
    };
}

words!(
    State,
    "state",
    Starting = "starting",
    Working = "working",
    Idle = "idle",
    Waiting = "waiting",
    Exited = "exited",
    Died = "died",
    Stopped = "stopped",
    Unknown = "unknown",
);
words!(
    StateSource,
    "state source",
    Pane = "pane",
    Events = "events",
    Title = "title",
    Screen = "screen",
    Guessed = "guessed",
    None = "none",
);

/// An unknown word; another version of the program may have written it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {what}")]
pub struct UnknownWord {
    /// What it should have been.
    pub what: &'static str,
    /// The word, safe to show.
    pub word: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_back_from_its_word_and_a_stranger_is_refused() {
        for state in [State::Starting, State::Waiting, State::Died, State::Unknown] {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert_eq!("none".parse(), Ok(StateSource::None));
        let refused = "Idle\n".parse::<State>().map_err(|err| err.to_string());
        assert_eq!(refused, Err("`Idle\\n` is not a state".to_owned()));
    }
}
