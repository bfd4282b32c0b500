//! What an agent has told by its events, on its pane.

use jiff::Timestamp;

use crate::{core::hook_events::AgentEvent, tmux::Pane};

/// The pane option that holds the last event.
pub(in crate::session) const EVENT: &str = "@polecat_event";
/// The pane option that says when the agent was given its last message, in Unix milliseconds.
pub(in crate::session) const PROMPTED: &str = "@polecat_prompted";

/// What an agent has told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::session) struct Told {
    /// Its last event.
    pub(in crate::session) event: Option<AgentEvent>,
    /// When it was given its last message.
    pub(in crate::session) prompted: Option<Timestamp>,
}

impl Told {
    /// From the options of its pane, at these places.
    pub(in crate::session) fn of(pane: &Pane, (event, prompted): (usize, usize)) -> Self {
        let option = |at: usize| pane.options.get(at).filter(|value| !value.is_empty());
        let time = |text: &String| Timestamp::from_millisecond(text.parse().ok()?).ok();
        Self {
            event: option(event).and_then(|text| AgentEvent::decode(text)),
            prompted: option(prompted).and_then(time),
        }
    }
}
