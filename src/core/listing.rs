//! How the status window lists polecats: its columns, and what a person chose of order, filter and
//! folds.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::session::{SessionInfo, State};

/// Enums of which each variant has a word.
macro_rules! words {
    ($name:ident, $($variant:ident = $word:literal),+ $(,)?) => {
        impl $name {
            /// All of them, by their words.
            pub const ALL: &[(&str, Self)] = &[$(($word, Self::$variant)),+];

            /// Its word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The state as a sign.
    Sign,
    /// The polecat.
    Name,
    /// Which of several attempts at one task it is.
    Attempt,
    /// What a person calls it.
    Label,
    /// The state; of one that waits, what for.
    State,
    /// How long it has been in it.
    Since,
    /// Its issue.
    Issue,
    /// Its agent.
    Agent,
    /// Its agent's model.
    Model,
    /// Lines added and removed, commits.
    Work,
    /// Its branch, unless that is called after it.
    Branch,
    /// What it asks, what is wrong, or else what it works on.
    Doing,
    /// The tokens of its conversation.
    Tokens,
    /// How full its context is.
    Context,
    /// What its conversation has cost.
    Cost,
    /// How long a working agent has printed nothing.
    Silence,
    /// How many messages wait for it.
    Queued,
    /// Whether a terminal shows it.
    Attached,
    /// Whether it can go on with its last conversation.
    Resume,
}

words!(
    Column,
    Sign = "sign",
    Name = "name",
    Attempt = "attempt",
    Label = "label",
    State = "state",
    Since = "since",
    Issue = "issue",
    Agent = "agent",
    Model = "model",
    Work = "work",
    Branch = "branch",
    Doing = "doing",
    Tokens = "tokens",
    Context = "context",
    Cost = "cost",
    Silence = "silence",
    Queued = "queued",
    Attached = "attached",
    Resume = "resume",
);

impl Column {
    /// Those that are shown unless a person says otherwise.
    pub const DEFAULT: &[Self] = &[
        Self::Sign,
        Self::Name,
        Self::Attempt,
        Self::Label,
        Self::State,
        Self::Since,
        Self::Agent,
        Self::Work,
        Self::Issue,
        Self::Branch,
        Self::Doing,
        Self::Silence,
        Self::Queued,
        Self::Attached,
        Self::Resume,
    ];

    /// What stands in it, for the list of keys.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Sign => "`!` waits, `✗` died, `●` works, `○` at its prompt, `·` stopped",
            Self::Name => "the polecat",
            Self::Attempt => "which of several attempts at one task",
            Self::Label => "what you call it (:PolecatLabel)",
            Self::State => "the state, or what it waits for",
            Self::Since => "how long it has been in that state",
            Self::Issue => "its issue",
            Self::Agent => "its agent",
            Self::Model => "its agent's model",
            Self::Work => "lines added and removed, ↑ commits",
            Self::Branch => "its branch, unless named after it",
            Self::Doing => "what it asks, what is wrong, or what it works on",
            Self::Tokens => "tokens of its conversation",
            Self::Context => "how full its context is",
            Self::Cost => "what its conversation has cost",
            Self::Silence => "how long it has worked without printing",
            Self::Queued => "messages that wait for it",
            Self::Attached => "whether a terminal shows it",
            Self::Resume => "whether `R` goes on with its last conversation",
        }
    }
}

/// In which order the polecats of a rig are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Who needs a person first.
    #[default]
    Urgency,
    /// By name.
    Name,
    /// Who has been in its state longest first.
    Since,
    /// By agent.
    Agent,
}

words!(Order, Urgency = "urgency", Name = "name", Since = "since", Agent = "agent");

impl Order {
    /// What stands first.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Urgency => "who needs you first",
            Self::Name => "by name",
            Self::Since => "longest in its state first",
            Self::Agent => "by agent",
        }
    }
}

/// What a person chose for the list. It outlives the editor: an unknown word of another version is
/// ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// The order within a rig.
    pub order: Order,
    /// Who is shown.
    pub filter: Filter,
    /// The rigs of which only the heading is shown, by their homes.
    pub folded: BTreeSet<String>,
}

/// Who is shown; `None` is no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Those in this state, by its word; or [`NEEDS_YOU`].
    pub state: Option<String>,
    /// Those with this agent.
    pub agent: Option<String>,
    /// Those of the rig with this home.
    pub rig: Option<String>,
}

/// The filter for those that wait, have died, or whose last turn failed.
pub const NEEDS_YOU: &str = "needs you";

/// One thing that a person changes of a [`Listing`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Another order.
    Order(Order),
    /// Only those in this state; or [`NEEDS_YOU`].
    State(String),
    /// Only those with this agent.
    Agent(String),
    /// Only those of this rig.
    Rig(String),
    /// All are shown.
    NoFilter,
    /// The rig is folded, or with `None` turned over.
    Fold(String, Option<bool>),
    /// All rigs are folded, or none.
    FoldAll(Vec<String>, bool),
}

impl Listing {
    /// After a change.
    #[must_use]
    pub fn after(mut self, change: Change) -> Self {
        match change {
            Change::Order(order) => self.order = order,
            Change::State(state) => self.filter.state = Some(state),
            Change::Agent(agent) => self.filter.agent = Some(agent),
            Change::Rig(rig) => self.filter.rig = Some(rig),
            Change::NoFilter => self.filter = Filter::default(),
            Change::Fold(rig, fold) => {
                if fold.unwrap_or(!self.folded.contains(&rig)) {
                    self.folded.insert(rig);
                } else {
                    self.folded.remove(&rig);
                }
            }
            Change::FoldAll(rigs, true) => self.folded.extend(rigs),
            Change::FoldAll(rigs, false) => self.folded.retain(|rig| !rigs.contains(rig)),
        }
        self
    }
}

impl Filter {
    /// Whether nothing is hidden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether `session`, of the rig with this home, is shown.
    #[must_use]
    pub fn shows(&self, session: &SessionInfo, rig: &str) -> bool {
        let fits = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == found)
        };
        let state = match self.state.as_deref() {
            Some(NEEDS_YOU) => needs_person(session),
            _ => fits(&self.state, Some(session.state.as_str())),
        };
        state && fits(&self.agent, session.agent.as_deref()) && fits(&self.rig, Some(rig))
    }
}

/// Whether it waits, has died, or its last turn failed.
#[must_use]
pub fn needs_person(session: &SessionInfo) -> bool {
    let failed = session.running && session.turn_failed();
    failed || matches!(session.state, State::Waiting | State::Died)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::names::PolecatName;

    fn session(state: State, agent: Option<&str>) -> SessionInfo {
        let polecat = PolecatName::parse("ash").unwrap();
        let stopped = SessionInfo::stopped(polecat, "gt-shop-ash".into(), "shop".into());
        SessionInfo { state, agent: agent.map(str::to_owned), ..stopped }
    }

    #[test]
    fn conditions_are_met_together_and_chosen_one_by_one() {
        let chosen = Listing::default()
            .after(Change::State("waiting".into()))
            .after(Change::Agent("claude".into()));
        let shows = |state, agent, rig| chosen.filter.shows(&session(state, agent), rig);
        assert!(shows(State::Waiting, Some("claude"), "/shop"));
        assert!(!shows(State::Idle, Some("claude"), "/shop"));
        assert!(!shows(State::Waiting, None, "/shop"));
        let all = chosen.clone().after(Change::NoFilter);
        assert!(all.filter.is_empty() && !chosen.filter.is_empty());
        let one = all.after(Change::Rig("/bank".into()));
        assert!(!one.filter.shows(&session(State::Idle, None), "/shop"));
    }

    #[test]
    fn who_needs_a_person_is_shown_whatever_the_state_is_called() {
        let needs = Listing::default().after(Change::State(NEEDS_YOU.into())).filter;
        for (state, shown) in [(State::Waiting, true), (State::Died, true), (State::Idle, false)] {
            assert_eq!(needs.shows(&session(state, None), "/shop"), shown, "{state}");
        }
    }

    #[test]
    fn a_rig_is_folded_unfolded_and_turned_over() {
        let fold = |listing: Listing, fold| listing.after(Change::Fold("/shop".into(), fold));
        let folded = fold(Listing::default(), None);
        assert!(folded.folded.contains("/shop"));
        assert_eq!(fold(folded.clone(), Some(true)), folded);
        assert_eq!(fold(folded.clone(), None), Listing::default());
        let rigs = vec!["/shop".to_owned(), "/bank".to_owned()];
        let all = folded.after(Change::FoldAll(rigs.clone(), true));
        assert_eq!(all.folded.len(), 2);
        assert_eq!(all.after(Change::FoldAll(rigs, false)), Listing::default());
    }
}
