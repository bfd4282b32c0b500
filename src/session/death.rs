//! How an agent ended: read off its dead pane, and kept.

use jiff::Timestamp;

use super::{error::SessionError, manager::SessionManager, table::Session};
use crate::{
    core::session::Exit,
    host::records::{self, ExitRecord},
    tmux::{Capture, Pane},
};

/// How many of its last lines a record keeps.
const TAIL: u32 = 40;

impl SessionManager {
    /// How the agent of a dead `session` ended.
    pub(super) async fn exit_of(&self, session: &Session) -> Result<Exit, SessionError> {
        let session = self.with_status(session.clone()).await?;
        let tail = self.last_lines(&session.pane).await?;
        let now = Timestamp::now();
        session.exit(tail, now).ok_or_else(|| SessionError::SessionRunning {
            session: session.pane.session_name.clone(),
        })
    }

    /// Writes down how `session` ended, then removes it. In this order: a record that could not
    /// be written leaves the dead pane for another look.
    pub(super) async fn bury(&self, session: &Session) -> Result<Exit, SessionError> {
        let exit = self.exit_of(session).await?;
        let mark = session.mark.clone().unwrap_or_default();
        let record = ExitRecord {
            session: session.pane.session_name.clone(),
            agent: mark.agent,
            issue: mark.issue,
            workdir: Some(mark.workdir).filter(|dir| !dir.as_os_str().is_empty()),
            exit: exit.clone(),
        };
        records::save(&self.rig, &session.polecat, &record).await?;
        self.tools.tmux.kill_session(session.pane.session_id).await?;
        Ok(exit)
    }

    /// The end of what `pane` shows, as plain text, without the blank lines at its edges.
    async fn last_lines(&self, pane: &Pane) -> Result<Vec<String>, SessionError> {
        let captured = self.tools.tmux.capture(pane.pane_id, Capture::last(TAIL)).await?;
        let text = String::from_utf8_lossy(&captured.text).into_owned();
        let lines: Vec<_> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        let is_text = |line: &String| !line.is_empty();
        let first = lines.iter().position(is_text).unwrap_or(lines.len());
        let end = lines.iter().rposition(is_text).map_or(first, |last| last + 1);
        Ok(lines[first..end].to_vec())
    }

    /// The same session with its exit status, which tmux before 3.6 loses now and then until
    /// another child of its ends (facts/tmux.md, trap 4).
    async fn with_status(&self, session: Session) -> Result<Session, SessionError> {
        let lost = |session: &Session| {
            session
                .pane
                .dead
                .as_ref()
                .is_some_and(|death| death.status.is_none() && death.signal.is_none())
        };
        if !lost(&session) {
            return Ok(session);
        }
        self.tools.tmux.reap().await?;
        let again = self.session(&session.polecat).await?;
        Ok(again.filter(|again| again.pane.pane_id == session.pane.pane_id).unwrap_or(session))
    }
}
