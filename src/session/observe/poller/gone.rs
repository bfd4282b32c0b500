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

use crate::{
    core::{
        names::PolecatName,
        session::{Exit, ExitHow, SessionInfo},
    },
    host::records::{self, ExitRecord},
    session::{
        context::RigContext,
        error::SessionError,
        observe::poller::tracked::Tracked,
        sessions::{list::Session, metadata},
    },
    tmux::{Logged, Subject},
};

/// How soon after an agent ended by a Ctrl-C its session is killed at the latest.
const AFTER: SignedDuration = SignedDuration::from_millis(400);
/// How long before an agent's end its stop may have begun.
const BEFORE: SignedDuration = SignedDuration::from_secs(5);
/// The same of one that goes on after that end for some time: see [`LATE`].
const SHORTLY: SignedDuration = SignedDuration::from_secs(1);
/// How soon after an agent's end that came late in its stop its session is killed at the latest.
const LATE: SignedDuration = SignedDuration::from_millis(2_600);
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
    /// The number of a list before its stop would have begun, and of one shortly before it was gone.
    since: (Option<u64>, Option<u64>),
    /// Whether it is waited for what comes late.
    late: bool,
}

enum Verdict {
    Died,
    /// Somebody ended it, or nothing can be known.
    Stopped,
    /// It is to be seen later whether somebody was about to end it, by what comes after this list.
    Open(u64),
}

impl Gone {
    /// Notes which of the sessions `before` are not among those of `now` any more.
    pub(super) fn note(
        &mut self,
        (before, now): (&[Session], &[Session]),
        (known, told): (&HashMap<PolecatName, Tracked>, &[SessionInfo]),
        at: Timestamp,
    ) {
        let is_there = |session: &Session| now.iter().any(|one| one.polecat == session.polecat);
        self.open.retain(|case| !is_there(&case.session));
        let since = (self.look_before(at, BEFORE), self.look_before(at, SHORTLY));
        let watched = before.iter().filter(|session| session.started.is_some());
        for session in watched.filter(|one| one.is_live() && !one.stopping && !is_there(one)) {
            let Some(info) = told.iter().find(|info| info.polecat == session.polecat) else {
                continue;
            };
            let tail = known.get(&session.polecat).map(|known| known.tail(TAIL));
            let (session, info) = (session.clone(), info.clone());
            let tail = tail.unwrap_or_default();
            self.open.push(Case { session, info, tail, at, since, late: false });
        }
    }

    /// The number of the newest look that is as old as that.
    fn look_before(&self, at: Timestamp, age: SignedDuration) -> Option<u64> {
        let is_old = |look: &&(Timestamp, u64)| at.duration_since(look.0) >= age;
        self.looks.iter().rev().find(is_old).map(|(_, number)| *number)
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
        let left = |case: &Case| case.patience() - now.duration_since(case.at);
        let due = |case: &Case| left(case).clamp(SignedDuration::ZERO, LATE);
        self.open.iter().map(due).min()
    }

    /// Settles those that are due, and writes down who died; whether somebody did.
    pub(super) async fn settle(
        &mut self,
        context: &RigContext,
        now: Timestamp,
    ) -> Result<bool, SessionError> {
        let is_due = |case: &Case| now.duration_since(case.at).abs() >= case.patience();
        let mut died = false;
        while let Some(at) = self.open.iter().position(is_due) {
            // It stays open where nothing can be told.
            let case = &mut self.open[at];
            match case.verdict(context).await? {
                Verdict::Open(number) => {
                    (case.since, case.late) = ((Some(number), None), true);
                    continue;
                }
                Verdict::Died => {
                    records::save(&context.rig, &case.session.polecat, &case.record()).await?;
                    died = true;
                }
                Verdict::Stopped => {}
            }
            self.open.remove(at);
        }
        Ok(died)
    }
}

impl Case {
    fn patience(&self) -> SignedDuration {
        if self.late { LATE } else { AFTER }
    }

    /// Whether its agent ended though nobody ended it. What cannot be known is no death: a person
    /// who was attached may have ended it by its own keys, and of what the log does not reach back
    /// to it says nothing. On a busy server that is soon; a stop that began before goes on after.
    async fn verdict(&self, context: &RigContext) -> Result<Verdict, SessionError> {
        let pane = &self.session.pane;
        let there = context.tmux.facts(&[]).await?;
        let number = context.tmux.listed();
        if pane.attached > 0 || there.iter().any(|one| one.pane_id == pane.pane_id) {
            return Ok(Verdict::Stopped);
        }
        let (long, short) = self.since;
        Ok(match self.was_ended(context, long).await {
            Some(false) => Verdict::Died,
            None if !self.late && self.was_ended(context, short).await == Some(false) => {
                Verdict::Open(number)
            }
            Some(true) | None => Verdict::Stopped,
        })
    }

    /// Whether somebody ended it since then; `None` when that cannot be known.
    async fn was_ended(&self, context: &RigContext, since: Option<u64>) -> Option<bool> {
        let Session { polecat, pane, .. } = &self.session;
        let (session, name) = (pane.session_id, pane.session_name.as_str());
        let subject = Subject { name, session, pane: pane.pane_id };
        let log = context.tmux.log(since).await;
        let log = log.inspect_err(|error| debug!(%error, %polecat, "nothing tells how it ended"));
        let log = log.ok()??;
        let mut since = log.iter().take_while(|command| !command.makes(name));
        Some(since.any(|command| ends(command, &subject)))
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
        "set-option" => command.has(metadata::STOPPING),
        _ => false,
    };
    ends && command.may_be_about(subject)
}
