//! Messages that wait until their agent is at its prompt.

use serde::{Deserialize, Serialize};

use crate::core::session::{SessionInfo, State, StateSource};
use crate::core::unknown_fields::UnknownFields;

/// What this version writes. A newer queue is only read.
const FORMAT: u32 = 1;

/// The messages that wait for one agent. What a later version adds survives being written again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Queue {
    format: u32,
    /// The id of the next message.
    next: u64,
    /// Why none is sent before a person says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// After which message a person last said so: its turn may have failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<String>,
    /// In the order in which they are sent.
    pub messages: Vec<QueuedMessage>,
    #[serde(flatten)]
    more: UnknownFields,
}

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedMessage {
    /// No other one of its queue ever has this.
    pub id: u64,
    /// What is sent.
    pub text: String,
    #[serde(flatten)]
    more: UnknownFields,
}

impl Default for Queue {
    fn default() -> Self {
        let (messages, more) = (Vec::new(), UnknownFields::new());
        Self { format: FORMAT, next: 1, held: None, released: None, messages, more }
    }
}

impl Queue {
    /// Whether it can be changed: a newer version may mean something else by it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.format <= FORMAT
    }

    /// What stands for a queue that could not be read.
    #[must_use]
    pub fn unreadable() -> Self {
        Self { format: u32::MAX, ..Self::default() }
    }

    /// Adds a message behind the others; gives its id.
    pub fn push(&mut self, text: String) -> u64 {
        let id = self.next;
        self.next += 1;
        self.messages.push(QueuedMessage { id, text, more: UnknownFields::new() });
        id
    }

    /// Drops the message `id`, or all of them; gives those that were dropped.
    pub fn drop(&mut self, id: Option<u64>) -> Vec<QueuedMessage> {
        let is_meant = |message: &QueuedMessage| id.is_none_or(|id| message.id == id);
        let dropped = self.messages.extract_if(.., |message| is_meant(message)).collect();
        self.tidied();
        dropped
    }

    /// The queue once its first message has been sent.
    #[must_use]
    pub fn sent(&self) -> Self {
        let mut left = self.clone();
        if !left.messages.is_empty() {
            left.messages.remove(0);
        }
        left.tidied();
        left
    }

    /// The queue held, if there is something to hold.
    #[must_use]
    pub fn held(mut self, why: &str) -> Self {
        self.held = (!self.messages.is_empty()).then(|| why.to_owned());
        self
    }

    /// The queue held no more, though the turn of the message `sent` may have failed.
    #[must_use]
    pub fn released(self, sent: Option<&String>) -> Self {
        Self { held: None, released: Some(sent.cloned().unwrap_or_default()), ..self }
    }

    /// Whether to hold it for an agent that is as `info` says after the message `sent`: if that turn
    /// failed, what was to come after it waits for a person.
    #[must_use]
    pub fn is_stopped_by(&self, info: &SessionInfo, sent: Option<&String>) -> bool {
        let sent = sent.map(String::as_str).unwrap_or_default();
        info.turn_failed() && self.released.as_deref() != Some(sent)
    }

    /// The next message to send, unless it is held or a newer version's.
    #[must_use]
    pub fn next(&self) -> Option<&QueuedMessage> {
        self.messages.first().filter(|_| self.held.is_none() && self.is_known())
    }

    /// Shows in `info` what waits.
    pub fn tell(&self, info: &mut SessionInfo) {
        let count = self.messages.len();
        info.queued = u32::try_from(count).ok().filter(|count| *count > 0);
        info.queue_held.clone_from(&self.held);
    }

    /// An empty queue holds nothing.
    fn tidied(&mut self) {
        if self.messages.is_empty() {
            self.held = None;
        }
    }
}

/// Whether an agent is at its prompt by what it shows or says itself. Silence proves nothing.
#[must_use]
pub fn may_be_sent_to(info: &SessionInfo) -> bool {
    let is_told = !matches!(info.state_source, StateSource::Guessed | StateSource::None);
    info.state == State::Idle && is_told
}

/// Whether an agent at its prompt is about to get its next message.
#[must_use]
pub fn goes_on(info: &SessionInfo) -> bool {
    info.queued.is_some() && info.queue_held.is_none() && !info.turn_failed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::session::{Detail, DetailKind};
    use crate::core::unknown_fields::Unknown;

    fn of(texts: &[&str]) -> Queue {
        let mut queue = Queue::default();
        for text in texts {
            queue.push((*text).to_owned());
        }
        queue
    }

    fn texts(queue: &Queue) -> Vec<&str> {
        queue.messages.iter().map(|message| message.text.as_str()).collect()
    }

    #[test]
    fn messages_leave_in_order_and_an_id_is_given_once() {
        let mut queue = of(&["a", "b", "c"]).sent();
        assert_eq!((texts(&queue), queue.next().map(|next| next.id)), (vec!["b", "c"], Some(2)));
        assert_eq!(queue.drop(Some(3)).len(), 1);
        assert_eq!(queue.drop(Some(3)), []);
        assert_eq!(queue.push("d".to_owned()), 4);
        assert_eq!(texts(&queue), ["b", "d"]);
    }

    #[test]
    fn what_is_held_stays_until_nothing_is_left_to_hold() {
        let queue = of(&["a"]).held("why");
        assert_eq!(queue.next(), None);
        assert_eq!(queue.sent().held, None);
        assert_eq!(of(&[]).held("why").held, None);
    }

    #[test]
    fn a_failed_turn_stops_it_until_a_person_says_so_after_that_turn() {
        let polecat = crate::core::PolecatName::parse("ash").unwrap();
        let info = SessionInfo::stopped(polecat, "gt-shop-ash".to_owned(), "shop".to_owned());
        let (kind, text) = (DetailKind::Error, "529 overloaded".to_owned());
        let detail = Some(Detail { kind, text, attempt: None, wait: None, until: None });
        let failed = SessionInfo { detail, ..info.clone() };
        let (one, two) = ("1".to_owned(), "2".to_owned());
        let queue = of(&["a"]);
        assert!(!queue.is_stopped_by(&info, Some(&one)));
        assert!(queue.is_stopped_by(&failed, Some(&one)) && queue.is_stopped_by(&failed, None));
        let released = queue.held("why").released(Some(&one));
        assert!(!released.is_stopped_by(&failed, Some(&one)));
        assert!(released.is_stopped_by(&failed, Some(&two)));
        assert!(!released.released(None).is_stopped_by(&failed, None));
    }

    #[test]
    fn a_newer_queue_is_read_and_nothing_of_it_is_lost() {
        let text = r#"{"format":2,"next":8,"messages":[{"id":7,"text":"a","by":[null,1.5]}],
            "when":{"noon":true}}"#;
        let newer: Queue = serde_json::from_str(text).unwrap();
        assert_eq!((newer.is_known(), newer.next(), texts(&newer)), (false, None, vec!["a"]));
        let read = serde_json::from_str::<Unknown>(text).unwrap();
        let written = serde_json::to_string(&newer).unwrap();
        assert_eq!(serde_json::from_str::<Unknown>(&written).unwrap(), read);
    }
}
