//! What agents tell of themselves: by a stream of events that they serve over HTTP on this machine,
//! or by hooks. How the screen checks it is in [`crate::core::session::debounced_state`].

mod hooks;
mod own_word;

pub use hooks::{HookEvents, HookReport, HookState, HookWord, SettingsBy, SettingsVariable};
pub use own_word::OwnWord;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::core::{agent::ConversationId, screen::Reason, session::State};

/// How many conversations, and how many questions, are remembered of one agent.
const COUNT_LIMIT: usize = 64;
/// The longest id, in bytes.
const ID_LIMIT: usize = 80;

/// Reads what an agent answers about how things are.
pub type ReadAnswer = fn(&str) -> Vec<AgentEvent>;

/// How an agent serves its events.
#[derive(Clone, Copy)]
pub struct EventServer {
    /// The flag that takes the port to listen on.
    pub port_flag: &'static str,
    /// The flag that takes the address to listen on.
    pub host_flag: &'static str,
    /// The user that it expects in HTTP's basic authentication.
    pub user: &'static str,
    /// The variable from which it takes the password.
    pub password_variable: &'static str,
    /// Arguments and variables of a user who has a server of their own, or with which it serves
    /// none.
    pub not_with: &'static [&'static str],
    /// The first version that asks everybody for the password and still works with it, and the
    /// first one that is other again.
    pub versions: [(u32, u32); 2],
    /// The path of its event stream.
    pub path: &'static str,
    /// The paths that answer how things are now, and how each answer is read.
    pub present: &'static [(&'static str, ReadAnswer)],
    /// Reads one event.
    pub read: fn(&str) -> Option<AgentEvent>,
}

impl EventServer {
    /// Whether one can be asked for beside these arguments, and in an environment with these
    /// variables.
    #[must_use]
    pub fn fits(&self, args: &[String], has_variable: impl Fn(&str) -> bool) -> bool {
        let is_own = |word: &String| {
            let flag = word.split('=').next().unwrap_or_default();
            self.not_with.contains(&flag)
        };
        !args.iter().any(is_own) && !self.not_with.iter().any(|name| has_variable(name))
    }

    /// Whether a version, as the program prints it, is one of those that it is used with.
    #[must_use]
    pub fn takes_version(&self, printed: &str) -> bool {
        let mut parts = printed.trim().split('.').map(str::parse);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else { return false };
        let [first, other] = self.versions;
        (first..other).contains(&(major, minor))
    }
}

/// An id that an agent gave to something: short, and nothing but letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId(String);

impl FromStr for EventId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let is_id = (1..=ID_LIMIT).contains(&text.len()) && text.bytes().all(plain);
        if is_id { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something that an agent told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentEvent {
    /// It works in this conversation.
    Busy(EventId),
    /// Its turn in this conversation is over.
    Idle(EventId),
    /// It asks a person.
    Asked(AgentRequest),
    /// The question of this id is answered or withdrawn.
    Answered(EventId),
    /// It is in this conversation, which is no subagent's.
    In(EventId),
}

/// A question that an agent told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRequest {
    /// Its id.
    pub id: EventId,
    /// The conversation in which it was asked.
    pub conversation: EventId,
    /// What it needs.
    pub reason: Reason,
}

/// What an agent does by all that it told. A subagent has a conversation of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    busy: BTreeSet<EventId>,
    /// The conversation that a person has with it.
    conversation: Option<EventId>,
    /// The questions that are open, oldest first.
    requests: Vec<AgentRequest>,
}

impl Activity {
    /// Takes up what was told next.
    pub fn take(&mut self, event: AgentEvent) {
        match event {
            AgentEvent::Busy(conversation) if self.busy.len() < COUNT_LIMIT => {
                self.busy.insert(conversation);
            }
            AgentEvent::Idle(conversation) => {
                self.busy.remove(&conversation);
                // What was asked in a turn that is over is not asked any more.
                self.requests.retain(|request| request.conversation != conversation);
            }
            AgentEvent::Asked(request) if self.requests.len() < COUNT_LIMIT => {
                self.requests.retain(|known| known.id != request.id);
                self.requests.push(request);
            }
            AgentEvent::Answered(id) => self.requests.retain(|request| request.id != id),
            AgentEvent::In(conversation) => self.conversation = Some(conversation),
            AgentEvent::Busy(_) | AgentEvent::Asked(_) => {}
        }
    }

    /// The state of the agent.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.requests.is_empty(), self.busy.is_empty()) {
            (false, _) => State::Waiting,
            (true, false) => State::Working,
            (true, true) => State::Idle,
        }
    }

    /// The conversation that a person has with it, if it told.
    #[must_use]
    pub fn conversation(&self) -> Option<ConversationId> {
        self.conversation.as_ref()?.0.parse().ok()
    }

    /// The oldest open question.
    #[must_use]
    pub fn oldest(&self) -> Option<&AgentRequest> {
        self.requests.first()
    }

    /// The oldest open question of this kind: it is the one that is shown.
    #[must_use]
    pub fn request(&self, reason: &str) -> Option<&AgentRequest> {
        self.requests.iter().find(|request| request.reason.as_str() == reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> EventId {
        text.parse().unwrap()
    }

    fn asked(text: &str, conversation: &str, reason: Reason) -> AgentEvent {
        AgentEvent::Asked(AgentRequest { id: id(text), conversation: id(conversation), reason })
    }

    #[test]
    fn an_agent_works_while_one_conversation_does_and_waits_while_one_question_is_open() {
        let mut activity = Activity::default();
        for (event, state) in [
            (AgentEvent::Busy(id("main")), State::Working),
            (AgentEvent::Busy(id("sub")), State::Working),
            (asked("per_1", "sub", Reason::Permission), State::Waiting),
            (asked("que_1", "main", Reason::Question), State::Waiting),
            (AgentEvent::Answered(id("per_1")), State::Waiting),
            (AgentEvent::Answered(id("que_1")), State::Working),
            (AgentEvent::Idle(id("sub")), State::Working),
            (asked("per_2", "main", Reason::Permission), State::Waiting),
            // It was interrupted.
            (AgentEvent::Idle(id("main")), State::Idle),
        ] {
            let told = format!("{event:?}");
            activity.take(event);
            assert_eq!(activity.state(), state, "{told}");
        }
    }

    #[test]
    fn the_question_that_is_shown_is_the_oldest_of_its_kind() {
        let mut activity = Activity::default();
        for (text, reason) in [
            ("que_1", Reason::Question),
            ("per_1", Reason::Permission),
            ("per_2", Reason::Permission),
        ] {
            activity.take(asked(text, "main", reason));
        }
        let shown = |reason| activity.request(reason).map(|request| request.id.to_string());
        assert_eq!(shown("permission").as_deref(), Some("per_1"));
        assert_eq!(shown("question").as_deref(), Some("que_1"));
        assert_eq!(shown("trust"), None);
    }

    #[test]
    fn what_an_agent_tells_is_bounded() {
        let mut activity = Activity::default();
        for number in 0..1_000 {
            activity.take(AgentEvent::Busy(id(&format!("ses_{number}"))));
            activity.take(asked(&format!("per_{number}"), "main", Reason::Permission));
        }
        assert_eq!((activity.busy.len(), activity.requests.len()), (COUNT_LIMIT, COUNT_LIMIT));
        for bad in ["", "a b", "../x", "a\n", "é", &"x".repeat(ID_LIMIT + 1)] {
            assert_eq!(bad.parse::<EventId>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn a_server_of_the_users_own_is_left_alone() {
        let server = EventServer::of_agent("opencode").unwrap();
        let fits = |line: &str, variable: &str| {
            let args: Vec<_> = line.split(' ').map(str::to_owned).collect();
            server.fits(&args, |name| name == variable)
        };
        assert!(fits("-m mock/mock --session ses_1 folder", "HOME"));
        for line in ["--port 1", "--port=1", "--hostname=0.0.0.0", "--mdns", "serve", "--mini"] {
            assert!(!fits(line, "HOME"), "{line}");
        }
        assert!(!fits("", "OPENCODE_SERVER_PASSWORD"));
    }

    #[test]
    fn only_versions_that_are_known_to_protect_it_are_used() {
        let server = EventServer::of_agent("opencode").unwrap();
        for (printed, taken) in [
            ("1.18.33\n", true),
            ("1.18.3", true),
            ("1.20.0", true),
            ("1.17.0", false),
            ("2.0.6", false),
            ("opencode", false),
            ("", false),
        ] {
            assert_eq!(server.takes_version(printed), taken, "{printed}");
        }
    }
}
