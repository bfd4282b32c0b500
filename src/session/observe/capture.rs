//! What an agent printed last.

use crate::{
    core::names::{self, PolecatName},
    session::{context::RigContext, error::SessionError, workspace::Workspace},
    tmux::{Capture, Pane},
};

/// How many lines are captured when nobody says.
const LINES: u32 = 200;

/// What to capture.
#[derive(Clone, Copy, Debug)]
pub struct CaptureOptions {
    /// How many of the last lines.
    pub lines: u32,
    /// Whether with colours, as escape sequences.
    pub ansi: bool,
}

impl CaptureOptions {
    /// The defaults in place of what is absent: 200 lines, plain.
    #[must_use]
    pub fn new(lines: Option<u32>, ansi: Option<bool>) -> Self {
        Self { lines: lines.unwrap_or(LINES), ansi: ansi.unwrap_or(false) }
    }

    pub(in crate::session) fn checked_lines(self) -> Result<usize, SessionError> {
        match usize::try_from(self.lines) {
            Ok(lines @ 1..) => Ok(lines),
            _ => Err(SessionError::BadArgument("`lines` must be 1 or more".to_owned())),
        }
    }

    pub(in crate::session) fn request(self) -> Result<Capture, SessionError> {
        self.checked_lines()?;
        let capture = Capture::last(self.lines);
        Ok(if self.ansi { capture.with_colours() } else { capture })
    }
}

impl RigContext {
    /// The last lines of `polecat`'s pane, joined by line feeds; also of a dead one.
    ///
    /// # Errors
    /// When it has no session.
    pub async fn capture(
        &self,
        polecat: &str,
        options: CaptureOptions,
    ) -> Result<Vec<u8>, SessionError> {
        let wanted = options.request()?;
        let session = self.sessions().existing(&PolecatName::parse(polecat)?).await?;
        let captured = self.tmux.capture(session.pane.pane_id, wanted).await?;
        Ok(joined(captured.text))
    }
}

impl Workspace {
    /// The last lines of the active pane of any tmux session, named exactly.
    ///
    /// # Errors
    /// When there is no such session.
    pub async fn capture_session(
        &self,
        session: &str,
        options: CaptureOptions,
    ) -> Result<Vec<u8>, SessionError> {
        let wanted = options.request()?;
        let pane = self.pane_of(session).await?;
        Ok(joined(self.tmux().capture(pane.pane_id, wanted).await?.text))
    }

    /// The pane that was there first in `session`.
    pub(in crate::session) async fn pane_of(&self, session: &str) -> Result<Pane, SessionError> {
        let panes = self.tmux().panes_of(session, &[]).await?;
        panes.into_iter().min_by_key(|pane| pane.pane_id).ok_or_else(|| {
            SessionError::SessionNotFound { session: names::shown(session), why: String::new() }
        })
    }
}

/// tmux ends each row with a line feed; a string of lines has none behind its last.
fn joined(mut output: Vec<u8>) -> Vec<u8> {
    if output.last() == Some(&b'\n') {
        output.pop();
    }
    output
}
