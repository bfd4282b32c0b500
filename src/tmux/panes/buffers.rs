//! What a pane shows, by way of a buffer of tmux's.

use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::memfd::MemFile;
use crate::tmux::protocol::request::Request;

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
        let file = MemFile::new().map_err(io)?;
        let buffer = self.buffer();
        let delete = Command::new("delete-buffer").args(["-b", &buffer]);
        let request = Request::new(vec![
            ask,
            capture.args(["-b", &buffer]),
            Command::new("save-buffer").args(["-b", &buffer]).arg(file.path()),
            delete.clone(),
        ]);
        match self.run(request.clone()).await {
            Ok(replies) => {
                let (said, text) = (replies[0].text(), file.read().map_err(io)?);
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
