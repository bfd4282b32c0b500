//! Sessions of gastown's that have vanished. tmux keeps no pane of theirs, since gastown turns
//! `remain-on-exit` off, so nothing says how their agents ended. But tmux's log has what somebody
//! did to end them; if it has nothing of the kind, they died.
//!
//! gastown's stop (`SessionManager.Stop` of `internal/polecat/session_manager.go`) types a Ctrl-C,
//! then kills the session. Since 0.6 it first removes its `pane-died` hook and ends the processes,
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

/// How long after an agent's end by Ctrl-C its session is killed at the latest.
const VERDICT_DELAY: SignedDuration = SignedDuration::from_millis(400);
/// How long before an agent's end its stop may have begun.
const STOP_DURATION: SignedDuration = SignedDuration::from_secs(5);
/// The same for a stop that goes on for some time after that end, see [`LATE_VERDICT_DELAY`].
const RECENT_STOP_DURATION: SignedDuration = SignedDuration::from_secs(1);
/// How long after an agent's end its session is killed at the latest, if the agent ended late in
/// its stop.
const LATE_VERDICT_DELAY: SignedDuration = SignedDuration::from_millis(2_600);
/// How many of its last lines a record keeps.
const TAIL_LINES: usize = 40;

/// Vanished sessions, until it is known whether their agents died.
#[derive(Default)]
pub(super) struct Gone {
    open: Vec<Case>,
    /// The looks of the last seconds, with the number of tmux's list that each had.
    looks: VecDeque<(Timestamp, u64)>,
}

struct Case {
    session: Session,
    /// What the last look said of it.
    info: SessionInfo,
    /// The last lines that it showed.
    tail: Vec<String>,
    at: Timestamp,
    /// The numbers of a list from before its stop would have begun, and of one shortly before it
    /// was gone.
    since: (Option<u64>, Option<u64>),
    /// Whether to wait for the end of a stop that goes on.
    late: bool,
}

enum Verdict {
    Died,
    /// Somebody ended it, or nothing can be known.
    Stopped,
    /// Not known yet: what comes after this list shows whether somebody was about to end it.
    Open(u64),
}

impl Gone {
    /// Notes which sessions of `before` are missing from those of `now`.
    pub(super) fn note(
        &mut self,
        (before, now): (&[Session], &[Session]),
        (known, told): (&HashMap<PolecatName, Tracked>, &[SessionInfo]),
        at: Timestamp,
    ) {
        let is_there = |session: &Session| now.iter().any(|one| one.polecat == session.polecat);
        self.open.retain(|case| !is_there(&case.session));
        let since =
            (self.look_before(at, STOP_DURATION), self.look_before(at, RECENT_STOP_DURATION));
        let watched = before.iter().filter(|session| session.started.is_some());
        for session in watched.filter(|one| one.is_live() && !one.stopping && !is_there(one)) {
            let Some(info) = told.iter().find(|info| info.polecat == session.polecat) else {
                continue;
            };
            let tail = known.get(&session.polecat).map(|known| known.tail(TAIL_LINES));
            let (session, info) = (session.clone(), info.clone());
            let tail = tail.unwrap_or_default();
            self.open.push(Case { session, info, tail, at, since, late: false });
        }
    }

    /// The number of the newest look that is at least that old.
    fn look_before(&self, at: Timestamp, age: SignedDuration) -> Option<u64> {
        let is_old = |look: &&(Timestamp, u64)| at.duration_since(look.0) >= age;
        self.looks.iter().rev().find(is_old).map(|(_, number)| *number)
    }

    /// Notes the time of a look, and the number of its list.
    pub(super) fn looked(&mut self, at: Timestamp, number: u64) {
        // The first one stays the newest that is old enough.
        while self.looks.get(1).is_some_and(|(then, _)| at.duration_since(*then) >= STOP_DURATION) {
            self.looks.pop_front();
        }
        self.looks.push_back((at, number));
    }

    /// What to show of sessions whose case is open: the same as before.
    pub(super) fn held(&self) -> impl Iterator<Item = &SessionInfo> {
        self.open.iter().map(|case| &case.info)
    }

    /// How soon the next case is to be settled.
    pub(super) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        let left = |case: &Case| case.delay() - now.duration_since(case.at);
        let due = |case: &Case| left(case).clamp(SignedDuration::ZERO, LATE_VERDICT_DELAY);
        self.open.iter().map(due).min()
    }

    /// Settles the cases that are due and records deaths; true if there was one.
    pub(super) async fn settle(
        &mut self,
        context: &RigContext,
        now: Timestamp,
    ) -> Result<bool, SessionError> {
        let is_due = |case: &Case| now.duration_since(case.at).abs() >= case.delay();
        let mut died = false;
        while let Some(at) = self.open.iter().position(is_due) {
            // On an error it stays open.
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
    fn delay(&self) -> SignedDuration {
        if self.late { LATE_VERDICT_DELAY } else { VERDICT_DELAY }
    }

    /// Whether its agent ended although nobody ended it. What is not known is no death: an attached
    /// person may have ended it with the agent's own keys, and the log reaches back only so far. On
    /// a busy server that is not far; but a stop that began earlier still goes on.
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

    /// Whether somebody ended it since then; `None` if that cannot be known.
    async fn was_ended(&self, context: &RigContext, since: Option<u64>) -> Option<bool> {
        let Session { polecat, pane, .. } = &self.session;
        let (session, name) = (pane.session_id, pane.session_name.as_str());
        let subject = Subject { name, session, pane: pane.pane_id };
        let log = context.tmux.log(since).await;
        let log =
            log.inspect_err(|error| debug!(%error, %polecat, "tmux does not tell how it ended"));
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

/// Whether a command ends a session or its agent, or is a part of doing so.
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
