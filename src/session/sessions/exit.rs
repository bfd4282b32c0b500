//! How an agent ended: read off its dead pane, and kept.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, interval};
use tracing::warn;

use crate::{
    core::{
        session::{Exit, ExitHow},
        town::Town,
    },
    host::{
        heartbeats, path,
        records::{self, ExitRecord},
        run::Program,
    },
    session::{context::RigContext, error::SessionError, sessions::list::Session},
    tmux::{Capture, Pane, PaneOption},
};

/// The user option of a pane that says that its agent's death is written down.
const RECORDED: &str = "@polecat_recorded";
/// How long an agent may take to end after its terminal was closed.
const REAP: Duration = Duration::from_secs(1);
/// How often its status is asked for meanwhile.
const PAUSE: Duration = Duration::from_millis(20);
/// How many of its last lines a record keeps.
const TAIL: u32 = 40;

impl RigContext {
    /// How the agent of a dead `session` ended.
    pub(in crate::session) async fn exit_of(
        &self,
        session: &Session,
    ) -> Result<Exit, SessionError> {
        let session = self.with_status(session.clone()).await?;
        let tail = self.last_lines(&session.pane).await?;
        let now = Timestamp::now();
        session.exit(tail, now).ok_or_else(|| SessionError::SessionRunning {
            session: session.pane.session_name.clone(),
        })
    }

    /// Writes down how the agent of a dead `session` ended, once whatever the number of backends
    /// that see it, and tells gastown's log of it.
    pub(in crate::session) async fn record_death(
        &self,
        session: &Session,
    ) -> Result<Exit, SessionError> {
        let exit = self.exit_of(session).await?;
        let pane = session.pane.pane_id;
        if session.has_died() && self.tmux.claim(pane, RECORDED).await? {
            if let Err(error) = self.record(session, &exit).await {
                let again = PaneOption { pane, option: RECORDED, value: String::new() };
                self.tmux.set_options(&[again]).await?;
                return Err(error);
            }
            // A hook of its own does that for those that gastown started.
            if session.started.is_none() {
                // Nobody waits for gastown's log.
                let (context, session, how) = (self.clone(), session.clone(), exit.how);
                tokio::spawn(async move { context.log_crash(&session, how).await });
            }
        }
        Ok(exit)
    }

    /// Writes down how `session` ended, then closes it with all that its agent left behind. In
    /// this order: a record that could not be written leaves the dead pane for another look.
    pub(in crate::session) async fn bury(&self, session: &Session) -> Result<Exit, SessionError> {
        let exit = self.record_death(session).await?;
        self.end_orphans(session).await?;
        self.close(session).await?;
        heartbeats::delete(&self.rig, &session.polecat).await?;
        Ok(exit)
    }

    async fn record(&self, session: &Session, exit: &Exit) -> Result<(), SessionError> {
        let mark = session.mark.clone().unwrap_or_default();
        let record = ExitRecord {
            session: session.pane.session_name.clone(),
            agent: mark.agent,
            issue: mark.issue,
            workdir: Some(mark.workdir).filter(|dir| !dir.as_os_str().is_empty()),
            exit: exit.clone(),
        };
        Ok(records::save(&self.rig, &session.polecat, &record).await?)
    }

    /// Tells `gt` of the death, in a town that has it. That is gastown's own record besides ours,
    /// so a failure is only noted.
    async fn log_crash(&self, session: &Session, how: ExitHow) {
        let Some(Town { root, .. }) = self.rig.town() else { return };
        if path::find_program("gt", root).is_none() {
            return;
        }
        let agent = format!("{}/{}", self.rig.name, session.polecat);
        let status = exit_code(how).to_string();
        let name = &session.pane.session_name;
        let log = ["log", "crash", "--agent", &agent, "--session", name, "--exit-code", &status];
        let logged = Program::new(&self.tools.launch, "gt").args(log).dir(root).run().await;
        if let Err(error) = logged {
            warn!(%error, polecat = %session.polecat, "gt did not log a death");
        }
    }

    /// The end of what `pane` shows, as plain text, without the blank lines at its edges.
    async fn last_lines(&self, pane: &Pane) -> Result<Vec<String>, SessionError> {
        let captured = self.tmux.capture(pane.pane_id, Capture::last(TAIL)).await?;
        let text = String::from_utf8_lossy(&captured.text).into_owned();
        let lines: Vec<_> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        let is_text = |line: &String| !line.is_empty();
        let first = lines.iter().position(is_text).unwrap_or(lines.len());
        let end = lines.iter().rposition(is_text).map_or(first, |last| last + 1);
        Ok(lines[first..end].to_vec())
    }

    /// The same session with its exit status. tmux learns it after the terminal was closed, and
    /// before 3.6 now and then only when another child of its ends.
    async fn with_status(&self, session: Session) -> Result<Session, SessionError> {
        let pane = session.pane.pane_id;
        let (mut session, mut again) = (session, interval(PAUSE));
        let deadline = Instant::now() + REAP;
        while session.has_lost_status() && Instant::now() < deadline {
            again.tick().await;
            self.tmux.reap().await?;
            let now = self.session(&session.polecat).await?;
            let Some(now) = now.filter(|now| now.pane.pane_id == pane) else { break };
            session = now;
            if let Some(death) = session.pane.dead.as_mut() {
                // tmux 3.2 tells of a signal in the pane only.
                let told = self.tmux.capture(pane, Capture::last(1)).await;
                death.signal = death.signal.or(told.ok().and_then(|told| told.signal));
            }
        }
        Ok(session)
    }
}

/// The status as a shell tells it: a signal is 128 and its number.
fn exit_code(how: ExitHow) -> i32 {
    match how {
        ExitHow::Status(status) => status,
        ExitHow::Signal(signal) => 128 + signal,
        // gastown counts everything but 0 and 130 as a crash.
        ExitHow::Unknown | ExitHow::Gone => 1,
    }
}
