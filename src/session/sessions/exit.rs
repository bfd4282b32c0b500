//! How an agent exited: read from its dead pane, and recorded.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, interval};
use tracing::warn;

use crate::{
    core::{
        rig::town::Town,
        session::{Exit, ExitHow, record::Ended},
    },
    host::{
        heartbeats, path,
        records::{self, ExitRecord},
        run::Program,
        session_records,
    },
    session::{
        error::SessionError,
        sessions::{Sessions, list::Session},
    },
    tmux::{Capture, Pane, PaneOption},
};

/// The pane option that says that the agent's exit is recorded.
const RECORDED: &str = "@polecat_recorded";
/// How long an agent may run on after it closed its terminal.
const REAP_TIMEOUT: Duration = Duration::from_secs(1);
/// How often to ask for its status meanwhile.
const REAP_INTERVAL: Duration = Duration::from_millis(20);
/// How many of its last lines are recorded.
const TAIL_LINES: u32 = 40;

impl Sessions {
    /// How the agent of a dead `session` exited.
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

    /// Records how the agent of a dead `session` exited, once even if several backends see it, and
    /// tells gastown's log.
    pub(in crate::session) async fn record_exit(
        &self,
        session: &Session,
    ) -> Result<Exit, SessionError> {
        let exit = self.exit_of(session).await?;
        let pane = session.pane.pane_id;
        let _recording = self.context.shared.recording.lock().await;
        if session.has_died() && self.context.tmux.claim(pane, RECORDED).await? {
            if let Err(error) = self.record(session, &exit).await {
                let again = PaneOption { pane, option: RECORDED, value: String::new() };
                self.context.tmux.set_options(&[again]).await?;
                return Err(error);
            }
            // Sessions that gastown started have a hook that does this.
            if session.started.is_none() {
                // In the background: nothing depends on gastown's log.
                let (sessions, session, how) = (self.clone(), session.clone(), exit.how);
                tokio::spawn(async move { sessions.log_crash(&session, how).await });
            }
        }
        Ok(exit)
    }

    /// Records how `session` ended, then closes it with all processes its agent left behind. In
    /// this order: if the record cannot be written, the dead pane stays for the next attempt.
    pub(in crate::session) async fn reap(&self, session: &Session) -> Result<Exit, SessionError> {
        let exit = self.record_exit(session).await?;
        self.end_orphans(session).await?;
        self.keep_queue(session).await;
        self.close(session).await?;
        heartbeats::delete(&self.context.rig, &session.polecat).await?;
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
        records::save(&self.context.rig, &session.polecat, &record).await?;
        self.note_end(session, Ended::by_itself(exit.how, exit.at)).await;
        Ok(())
    }

    /// Notes in the record of what ran in `session` how it ended. Without that it counts as lost.
    pub(in crate::session) async fn note_end(&self, session: &Session, ended: Ended) {
        let Some(started) = session.started_at() else { return };
        let (rig, polecat) = (&self.context.rig, &session.polecat);
        let noted = session_records::change(rig, polecat, started, |record| {
            record.ended = Some(ended);
            if let Some(told) = &session.conversation {
                record.conversation = Some(told.clone());
            }
        });
        if let Err(error) = noted.await {
            warn!(%error, %polecat, "how a session ended is not written down");
        }
    }

    /// Reports the crash to `gt`, in a town that has it. It is an additional record, so a failure is
    /// only logged.
    async fn log_crash(&self, session: &Session, how: ExitHow) {
        let Some(Town { root, .. }) = self.context.rig.town() else { return };
        if path::find_program("gt", root).is_none() {
            return;
        }
        let agent = format!("{}/{}", self.context.rig.name, session.polecat);
        let status = exit_code(how).to_string();
        let name = &session.pane.session_name;
        let log = ["log", "crash", "--agent", &agent, "--session", name, "--exit-code", &status];
        let logged =
            Program::new(&self.context.shared.launch, "gt").args(log).dir(root).run().await;
        if let Err(error) = logged {
            warn!(%error, polecat = %session.polecat, "gt did not log a death");
        }
    }

    /// The last lines of `pane` as plain text, without leading and trailing blank ones.
    async fn last_lines(&self, pane: &Pane) -> Result<Vec<String>, SessionError> {
        let captured = self.context.tmux.capture(pane.pane_id, Capture::last(TAIL_LINES)).await?;
        let text = String::from_utf8_lossy(&captured.text).into_owned();
        let lines: Vec<_> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        let is_text = |line: &String| !line.is_empty();
        let first = lines.iter().position(is_text).unwrap_or(lines.len());
        let end = lines.iter().rposition(is_text).map_or(first, |last| last + 1);
        Ok(lines[first..end].to_vec())
    }

    /// The session with its exit status. tmux learns the status after the terminal was closed;
    /// before 3.6 sometimes only when another of its children exits.
    async fn with_status(&self, session: Session) -> Result<Session, SessionError> {
        let pane = session.pane.pane_id;
        let (mut session, mut again) = (session, interval(REAP_INTERVAL));
        let deadline = Instant::now() + REAP_TIMEOUT;
        while session.has_lost_status() && Instant::now() < deadline {
            again.tick().await;
            self.context.tmux.reap().await?;
            let now = self.session(&session.polecat).await?;
            let Some(now) = now.filter(|now| now.pane.pane_id == pane) else { break };
            session = now;
            if let Some(death) = session.pane.dead.as_mut() {
                // tmux 3.2 reports a signal only in the pane.
                let told = self.context.tmux.capture(pane, Capture::last(1)).await;
                death.signal = death.signal.or(told.ok().and_then(|told| told.signal));
            }
        }
        Ok(session)
    }
}

impl Session {
    /// How its agent exited, with `tail` as its last lines. tmux before 3.3 does not say when; then
    /// the time of the last output is used.
    pub(in crate::session) fn exit(&self, tail: Vec<String>, now: Timestamp) -> Option<Exit> {
        let death = self.pane.dead.as_ref()?;
        let at = self.died_at().or_else(|| Timestamp::from_second(self.pane.activity).ok());
        // tmux gives whole seconds, starts have milliseconds: within the same second, use `now`.
        let at = at.map_or(now, |at| now.min(at + SignedDuration::from_millis(999)));
        let began = self.mark.as_ref().map_or(self.pane.created * 1_000, |mark| mark.started_ms);
        let how = match (death.status, death.signal) {
            (_, Some(signal)) => ExitHow::Signal(signal),
            (Some(status), None) => ExitHow::Status(status),
            (None, None) => ExitHow::Unknown,
        };
        Some(Exit {
            how,
            at,
            // May be negative, because an exit is dated in whole seconds.
            lived_ms: u64::try_from(at.as_millisecond() - began).unwrap_or(0),
            command: self.mark.as_ref().map(|mark| mark.command.clone()).unwrap_or_default(),
            tail,
        })
    }
}

/// The status as a shell reports it: for a signal, 128 plus its number.
fn exit_code(how: ExitHow) -> i32 {
    match how {
        ExitHow::Status(status) => status,
        ExitHow::Signal(signal) => 128 + signal,
        // gastown counts everything but 0 and 130 as a crash.
        ExitHow::Unknown | ExitHow::Gone | ExitHow::Job => 1,
    }
}
