//! What a session printed last, once.

use crate::{
    core::names::{self, PolecatName},
    session::{error::SessionError, observe::Observer, workspace::Workspace},
    tmux::{Capture, Pane},
};

/// How many lines are captured by default.
const DEFAULT_LINES: u32 = 200;

/// What to capture.
#[derive(Clone, Copy, Debug)]
pub struct CaptureOptions {
    /// How many lines, counted from the end.
    pub lines: u32,
    /// Whether with colours, as escape sequences.
    pub ansi: bool,
}

impl CaptureOptions {
    /// 200 lines without colours, unless told otherwise.
    #[must_use]
    pub fn new(lines: Option<u32>, ansi: Option<bool>) -> Self {
        Self { lines: lines.unwrap_or(DEFAULT_LINES), ansi: ansi.unwrap_or(false) }
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

impl Observer {
    /// The last lines of `polecat`'s pane, joined by line feeds. Its agent may be dead.
    ///
    /// # Errors
    /// When it has no session.
    pub async fn capture(
        &self,
        polecat: &str,
        options: CaptureOptions,
    ) -> Result<Vec<u8>, SessionError> {
        let wanted = options.request()?;
        let session = self.context.sessions().existing(&PolecatName::parse(polecat)?).await?;
        let captured = self.context.tmux.capture(session.pane.pane_id, wanted).await?;
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

    /// The oldest pane of `session`.
    pub(in crate::session) async fn pane_of(&self, session: &str) -> Result<Pane, SessionError> {
        let panes = self.tmux().panes_of(session, &[]).await?;
        panes.into_iter().min_by_key(|pane| pane.pane_id).ok_or_else(|| {
            SessionError::SessionNotFound { session: names::shown(session), why: String::new() }
        })
    }
}

/// tmux ends each row with a line feed; what we give back has none after the last.
fn joined(mut output: Vec<u8>) -> Vec<u8> {
    if output.last() == Some(&b'\n') {
        output.pop();
    }
    output
}
