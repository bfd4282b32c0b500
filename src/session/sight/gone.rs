//! Sessions that gastown started and that are gone. tmux keeps no pane of theirs (gastown turns
//! `remain-on-exit` off), so nothing tells how their agents ended; but tmux's log has what somebody
//! did to end them. Where it has nothing of that, they died.
//!
//! gastown's stop (`SessionManager.Stop` of `internal/polecat/session_manager.go`) types a Ctrl-C,
//! then kills the session; since 0.6 it takes its `pane-died` hook off first and ends the processes,
//! which takes up to 4 s (`KillSessionWithProcesses` of `internal/tmux/tmux.go`).

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use tracing::debug;

use super::known::Known;
use crate::{
    core::{
        names::PolecatName,
        session::{Exit, ExitHow, SessionInfo},
    },
    host::records::{self, ExitRecord},
    session::{error::SessionError, manager::SessionManager, mark, table::Session},
    tmux::{Logged, Subject},
};

/// How soon after an agent ended by a Ctrl-C its session is killed at the latest.
const AFTER: SignedDuration = SignedDuration::from_millis(400);
/// How long before an agent's end its stop may have begun.
const BEFORE: SignedDuration = SignedDuration::from_secs(5);
/// How many of its last lines a record keeps.
const TAIL: usize = 40;

/// Those that are gone, until it is told whether their agents died.
#[derive(Default)]
pub(super) struct Gone {
    open: Vec<Case>,
    /// The looks of the last seconds: when, and the number of tmux's list.
    looks: VecDeque<(Timestamp, u64)>,
}

struct Case {
    session: Session,
    /// What was told of it last.
    info: SessionInfo,
    /// The end of what it showed last.
    tail: Vec<String>,
    at: Timestamp,
    /// The number of a list before its stop would have begun.
    since: Option<u64>,
}

impl Gone {
    /// Notes which of the sessions `before` are not among those of `now` any more.
    pub(super) fn note(
        &mut self,
        (before, now): (&[Session], &[Session]),
        (known, told): (&HashMap<PolecatName, Known>, &[SessionInfo]),
        at: Timestamp,
    ) {
        let is_there = |session: &Session| now.iter().any(|one| one.polecat == session.polecat);
        self.open.retain(|case| !is_there(&case.session));
        let since = self.looks.front().filter(|(then, _)| at.duration_since(*then) >= BEFORE);
        let since = since.map(|(_, number)| *number);
        let watched = before.iter().filter(|session| session.started.is_some());
        for session in watched.filter(|one| one.is_live() && !one.stopping && !is_there(one)) {
            let Some(info) = told.iter().find(|info| info.polecat == session.polecat) else {
                continue;
            };
            let tail = known.get(&session.polecat).map(|known| known.tail(TAIL));
            let (session, info) = (session.clone(), info.clone());
            self.open.push(Case { session, info, tail: tail.unwrap_or_default(), at, since });
        }
    }

    /// Notes a look at all sessions.
    pub(super) fn looked(&mut self, at: Timestamp, number: u64) {
        // The first is the newest that is old enough.
        while self.looks.get(1).is_some_and(|(then, _)| at.duration_since(*then) >= BEFORE) {
            self.looks.pop_front();
        }
        self.looks.push_back((at, number));
    }

    /// What is told of those of whom it is open still: what was told last.
    pub(super) fn held(&self) -> impl Iterator<Item = &SessionInfo> {
        self.open.iter().map(|case| &case.info)
    }

    /// How soon the next is to be settled.
    pub(super) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        let due =
            |case: &Case| (AFTER - now.duration_since(case.at)).clamp(SignedDuration::ZERO, AFTER);
        self.open.iter().map(due).min()
    }

    /// Settles those that are due, and writes down who died; whether somebody did.
    pub(super) async fn settle(
        &mut self,
        manager: &SessionManager,
        now: Timestamp,
    ) -> Result<bool, SessionError> {
        let is_due = |case: &Case| now.duration_since(case.at).abs() >= AFTER;
        let mut died = false;
        while let Some(at) = self.open.iter().position(is_due) {
            // It stays open where nothing can be told.
            let case = &self.open[at];
            if case.has_died(manager).await? {
                records::save(&manager.rig, &case.session.polecat, &case.record()).await?;
                died = true;
            }
            self.open.remove(at);
        }
        Ok(died)
    }
}

impl Case {
    /// Whether its agent ended though nobody ended it. What cannot be known is no death: a person
    /// who was attached may have ended it by its own keys, and of what a log does not reach back to
    /// it says nothing.
    async fn has_died(&self, manager: &SessionManager) -> Result<bool, SessionError> {
        let pane = &self.session.pane;
        let there = manager.tmux.facts(&[]).await?;
        if pane.attached > 0 || there.iter().any(|one| one.pane_id == pane.pane_id) {
            return Ok(false);
        }
        let subject =
            Subject { name: &pane.session_name, session: pane.session_id, pane: pane.pane_id };
        let log = manager.tmux.log(self.since).await.inspect_err(
            |error| debug!(%error, polecat = %self.session.polecat, "nothing tells how it ended"),
        );
        let Ok(Some(log)) = log else { return Ok(false) };
        let mut since = log.iter().take_while(|command| !command.makes(subject.name));
        Ok(!since.any(|command| ends(command, &subject)))
    }

    fn record(&self) -> ExitRecord {
        let Self { session, info, tail, at, .. } = self;
        let lived = at.as_millisecond() - session.pane.created * 1_000;
        let exit = Exit {
            how: ExitHow::Gone,
            at: *at,
            lived_ms: u64::try_from(lived).unwrap_or(0),
            command: info.command.clone().unwrap_or_default(),
            tail: tail.clone(),
        };
        ExitRecord {
            session: session.pane.session_name.clone(),
            agent: info.agent.clone(),
            issue: info.issue.clone(),
            workdir: info.workdir.clone(),
            exit,
        }
    }
}

/// Whether a command ends a session or its agent, or is part of what does.
fn ends(command: &Logged, subject: &Subject<'_>) -> bool {
    let ends = match command.name() {
        "kill-server" => return true,
        // With `-a` it ends all others; with `-C` it clears alerts.
        "kill-session" | "kill-window" | "kill-pane" if command.has_flag('a') => return true,
        "kill-session" => !command.has_flag('C'),
        "kill-window" | "kill-pane" | "unlink-window" => true,
        "send-keys" => ["C-c", "C-d", "C-\\"].iter().any(|key| command.has(key)),
        "set-hook" => command.has_flag('u') && command.has("pane-died"),
        "set-option" => command.has(mark::STOPPING),
        _ => false,
    };
    ends && command.may_be_about(subject)
}
