//! Follows all that a pane prints, at a cost that depends only on what is new.
//!
//! [`Mirror`] looks at the pane; `look` is one look. `transcript` puts the looks together, which is
//! tested against a model of tmux's grid (`simulation`). Where in it the rows of a look belong is
//! found in `transcript/align`, or in `reflow` if they were wrapped to another width, by the rows
//! that `anchors` remembers.

mod anchors;
mod reflow;
mod rows;
#[cfg(test)]
mod simulation;
mod transcript;

use super::buffers::Saved;
use super::capture::rows;
use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::ids::PaneId;
use crate::tmux::protocol::request::Request;
use rows::{PaneState, Rows, Want};
use transcript::{LookResult, Transcript};

pub use transcript::Update;

/// Follows a pane.
///
/// It makes a transcript of rows, beginning with the last ones before the first look. Rows on the
/// screen may change; those that have scrolled off never do, with one exception: while more is
/// printed than can be followed, the rows after the last gap give way to newer ones.
#[derive(Debug)]
pub struct Mirror {
    tmux: Tmux,
    pane: PaneId,
    transcript: Transcript,
    /// The look that the transcript is up to date with.
    last: Option<Rows>,
}

impl Mirror {
    /// For `pane`, beginning with its last `lines` lines.
    #[must_use]
    pub fn new(tmux: Tmux, pane: PaneId, lines: usize) -> Self {
        Self { tmux, pane, transcript: Transcript::new(lines), last: None }
    }

    /// Looks at the pane: what has changed since the last look, if anything has. Cancelling it
    /// loses nothing.
    ///
    /// # Errors
    /// [`TmuxError::is_missing_target`] tells that there is no such pane.
    pub async fn look(&mut self) -> Result<Option<Update>, TmuxError> {
        if self.is_still().await? {
            return Ok(None);
        }
        loop {
            let look = self.capture(self.transcript.want()).await?;
            let same = self.last.as_ref().is_some_and(|last| last.is_the_same(&look));
            let step = if same { None } else { Some(self.transcript.feed(&look)) };
            // A look that left something out must be followed by another one.
            self.last = self.transcript.is_complete().then_some(look);
            match step {
                None => return Ok(None),
                Some(LookResult::Update(update)) => return Ok(Some(update)),
                Some(LookResult::Again) => {}
            }
        }
    }

    /// Asks only for a few numbers, if these can show that nothing was printed.
    async fn is_still(&self) -> Result<bool, TmuxError> {
        let Some(last) = self.last.as_ref().filter(|last| last.seen.can_be_still()) else {
            return Ok(false);
        };
        let request = Request::new(vec![rows::ask(self.pane)]);
        let replies = self.tmux.run(request).await?;
        // `None` if the pane is gone, which tmux reports for a capture only.
        let seen = PaneState::parse(&replies[0].text(), self.pane);
        Ok(seen.is_some_and(|seen| last.seen.is_still(&seen)))
    }

    async fn capture(&self, want: Want) -> Result<Rows, TmuxError> {
        let (ask, capture) = (rows::ask(self.pane), rows::capture(self.pane, want));
        let Saved { request, said, text } = self.tmux.save(ask, capture).await?;
        let count = rows(&text).count();
        PaneState::parse(&said, self.pane)
            .and_then(|seen| Rows::new(seen, want, text))
            .ok_or_else(|| request.unexpected(&format!("{said}, and {count} rows")))
    }
}
