//! Whether a message was sent to an agent between two looks.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{core::screen::Messages, session::observe::poller::view::View};

/// How long an agent may take to draw its conversation anew after a change of its window's size.
const REDRAW: SignedDuration = SignedDuration::from_secs(3);

/// The messages that were sent to an agent, by what its screen has shown.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// None before its composer was seen.
    shown: Option<Arc<Messages>>,
    size: (u32, u32),
    /// When the size was last seen to change.
    resized: Timestamp,
}

impl Sent {
    /// After the first look.
    pub(super) fn first(view: &View, now: Timestamp) -> Self {
        let (shown, size) = view.messages.clone().unzip();
        Self { shown, size: size.unwrap_or_default(), resized: now }
    }

    /// After another look, and whether a message was sent between the two.
    pub(super) fn after(&self, view: &View, now: Timestamp) -> (Self, bool) {
        let Some((messages, size)) = &view.messages else { return (self.clone(), false) };
        let resized = if *size == self.size { self.resized } else { now };
        // What a window of another size shows, or has not drawn yet, tells of no message.
        let is_redrawn = now.duration_since(resized).abs() < REDRAW;
        match &self.shown {
            Some(before) if !is_redrawn => {
                let (after, is_sent) = before.after(messages);
                (Self { shown: Some(Arc::new(after)), size: *size, resized }, is_sent)
            }
            _ => (Self { shown: Some(messages.clone()), size: *size, resized }, false),
        }
    }
}
