//! Buffers of tmux's, through which text comes from panes.

use std::sync::atomic::{AtomicU64, Ordering};

use super::client::Tmux;
use super::command::Command;
use super::error::TmuxError;
use super::oneshot::unguessable;
use super::owners;
use super::request::Request;
use super::scratch::Scratch;

/// Names for the buffers of one client, which tell whose they are.
pub(crate) struct Buffers {
    prefix: String,
    count: AtomicU64,
}

impl Buffers {
    pub(crate) fn new() -> Self {
        let word = unguessable();
        let word = word.rsplit('-').next().unwrap_or_default();
        Self { prefix: format!("{}-{word}", owners::us()), count: AtomicU64::new(0) }
    }

    /// The next one.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.prefix, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

/// What a pane was asked, and what it showed in that moment.
pub(crate) struct Saved {
    pub(crate) request: Request,
    /// The answer to the question.
    pub(crate) said: String,
    /// What was captured.
    pub(crate) text: Vec<u8>,
}

impl Tmux {
    /// Runs `ask` and then `capture`, with nothing in between.
    ///
    /// Not by `capture-pane -p`: below 3.6 a server loses as much memory with each as it captures.
    pub(crate) async fn save(&self, ask: Command, capture: Command) -> Result<Saved, TmuxError> {
        let io = |source| TmuxError::Io { doing: "make a file for tmux", source };
        let mut scratch = Scratch::new().map_err(io)?;
        let buffer = self.buffer();
        let delete = Command::new("delete-buffer").args(["-b", &buffer]);
        let request = Request::new(vec![
            ask,
            capture.args(["-b", &buffer]),
            Command::new("save-buffer").args(["-b", &buffer]).arg(scratch.path()),
            delete.clone(),
        ]);
        match self.run(request.clone()).await {
            Ok(replies) => {
                let (said, text) = (replies[0].text(), scratch.read().map_err(io)?);
                Ok(Saved { request, said, text })
            }
            Err(error) => {
                // What came after the failure was not run.
                let _ = self.run_one(delete).await;
                Err(error)
            }
        }
    }
}
