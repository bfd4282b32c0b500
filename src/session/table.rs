//! tmux's panes, read as the sessions of a rig's polecats.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    mark::Mark,
    owed::{self, Owed, Pasted},
};
use crate::{
    core::{
        names::PolecatName,
        rig::Rig,
        session::{Exit, ExitHow, SessionInfo, State, StateSource},
        state::Told,
    },
    tmux::{Death, Pane, PaneId, Sign},
};

/// How long a start may be under way before its mark is stale: its backend was killed.
const START_BOUND_MS: i64 = 5 * 60 * 1_000;
/// By how much a clock may have been set back during a start.
const SKEW_MS: i64 = 60 * 1_000;
/// How long a stop may take to end an agent.
const STOP_BOUND_S: i64 = 10;
/// An agent that printed something within so many seconds counts as working, in the absence of
/// anything better. tmux tells the time of output in whole seconds.
const BUSY_S: i64 = 3;

/// A polecat's session as tmux has it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) polecat: PolecatName,
    /// The agent's pane.
    pub(super) pane: Pane,
    /// What we wrote on it; gastown's own sessions have none.
    pub(super) mark: Option<Mark>,
    /// Whether somebody is stopping it.
    pub(super) stopping: bool,
    /// What its start still owes the agent.
    pub(super) owed: Option<Owed>,
    /// The text in the composer that is about to be submitted.
    pub(super) pasted: Option<Pasted>,
}

/// The sessions of `rig` among `panes`, in the order of their names. A session that bears the
/// mark of another rig is not ours, whatever its name.
pub(super) fn sessions(rig: &Rig, panes: Vec<Pane>) -> Vec<Session> {
    let mut by_name: BTreeMap<String, Vec<Pane>> = BTreeMap::new();
    for pane in panes {
        by_name.entry(pane.session_name.clone()).or_default().push(pane);
    }
    by_name
        .into_iter()
        .filter_map(|(name, panes)| {
            let polecat = rig.polecat_of(&name)?;
            let mark = panes[0].options.first().and_then(|value| Mark::decode(value));
            let stopped_at = panes[0].options.get(1).and_then(|value| value.parse().ok());
            let owed = owed::decode(panes[0].options.get(2));
            let pasted = owed::decode(panes[0].options.get(3));
            let pane = agent_pane(rig, panes, |pane| pane.pane_id, mark.as_ref())?;
            let stopping = stopped_at.is_some_and(|at| is_stopping(&pane, at));
            Some(Session { polecat, pane, mark, stopping, owed, pasted })
        })
        .collect()
}

/// Whether a stop that began at `began_s` is what ended the agent of `pane`, or is about to. One
/// whose backend was killed ends nobody any more.
fn is_stopping(pane: &Pane, began_s: i64) -> bool {
    let at = match &pane.dead {
        Some(death) => death.at.unwrap_or(pane.activity),
        None => Timestamp::now().as_second(),
    };
    (-1..=STOP_BOUND_S).contains(&(at - began_s))
}

/// Whether the agent runs in a session of a polecat's name that has these panes.
pub(super) fn runs(rig: &Rig, panes: Vec<Sign>) -> bool {
    let mark = panes.first().and_then(|pane| Mark::decode(&pane.option));
    let pane = agent_pane(rig, panes, |pane| pane.pane_id, mark.as_ref());
    pane.is_some_and(|pane| !pane.is_dead)
}

/// The pane that the session was created with: the marked one, else the oldest. None in a
/// session that is not ours.
fn agent_pane<P>(
    rig: &Rig,
    panes: Vec<P>,
    id: impl Fn(&P) -> PaneId,
    mark: Option<&Mark>,
) -> Option<P> {
    if mark.is_some_and(|mark| !mark.is_of(&rig.home)) {
        return None;
    }
    let marked = mark.and_then(|mark| mark.pane.as_deref());
    let is_marked = |pane: &P| Some(id(pane).to_string().as_str()) == marked;
    match panes.iter().position(is_marked) {
        Some(at) => panes.into_iter().nth(at),
        // A marked pane that is gone took its agent along; what is left is somebody's shell.
        None if marked.is_some() => None,
        None => panes.into_iter().min_by_key(id),
    }
}

impl Session {
    /// Whether its agent runs.
    pub(super) fn is_live(&self) -> bool {
        self.pane.dead.is_none()
    }

    /// Whether its agent ended, and was not made to.
    pub(super) fn has_died(&self) -> bool {
        !self.is_live() && !self.stopping
    }

    /// Whether its agent ended, and tmux does not know how.
    pub(super) fn has_lost_status(&self) -> bool {
        let death = self.pane.dead.as_ref();
        death.is_some_and(|death| death.status.is_none() && death.signal.is_none())
    }

    /// What tmux knows of it at `now`.
    pub(super) fn info(&self, rig: &Rig, now: Timestamp) -> SessionInfo {
        let Told { state, source: state_source } = self.silence(now);
        let mark = self.mark.clone().unwrap_or_default();
        SessionInfo {
            running: self.is_live(),
            attached: self.pane.attached > 0,
            created: Timestamp::from_second(self.pane.created).ok(),
            windows: self.pane.windows,
            last_activity: Timestamp::from_second(self.pane.activity).ok(),
            state,
            state_source,
            state_since: self.died_at().filter(|_| !self.is_live()),
            agent: mark.agent,
            command: Some(mark.command).filter(|command| !command.is_empty()),
            workdir: Some(mark.workdir)
                .filter(|dir| !dir.as_os_str().is_empty())
                .or_else(|| Some(self.pane.session_path.clone().into())),
            branch: mark.branch,
            issue: mark.issue,
            pane_id: Some(self.pane.pane_id.to_string()),
            pid: self.pane.pid,
            ..stopped(rig, &self.polecat)
        }
    }

    /// The arguments of its command, as far as they are known.
    pub(super) fn args(&self) -> Vec<String> {
        let command = self.mark.as_ref().map(|mark| mark.command.as_str()).unwrap_or_default();
        shlex::split(command).unwrap_or_default().into_iter().skip(1).collect()
    }

    /// What can be told without a look at its screen.
    pub(super) fn silence(&self, now: Timestamp) -> Told {
        let (state, source) = match self.pane.dead {
            Some(_) if self.stopping => (State::Stopped, StateSource::Pane),
            Some(Death { status: Some(0), .. }) => (State::Exited, StateSource::Pane),
            Some(_) => (State::Died, StateSource::Pane),
            None if self.is_starting(now) => (State::Starting, StateSource::Pane),
            // A time of the future is of a clock that was set back since.
            None if (-1..BUSY_S).contains(&(now.as_second() - self.pane.activity)) => {
                (State::Working, StateSource::Silence)
            }
            None => (State::Idle, StateSource::Silence),
        };
        Told { state, source }
    }

    /// Whether its start is under way.
    pub(super) fn is_starting(&self, now: Timestamp) -> bool {
        self.mark.as_ref().is_some_and(|mark| {
            let age_ms = now.as_millisecond() - mark.started_ms;
            mark.starting && (-SKEW_MS..START_BOUND_MS).contains(&age_ms)
        })
    }

    fn died_at(&self) -> Option<Timestamp> {
        self.pane.dead.as_ref()?.at.and_then(|at| Timestamp::from_second(at).ok())
    }

    /// How its agent ended, with `tail` as its last lines. tmux before 3.3 does not tell when:
    /// then it is the moment of the last output.
    pub(super) fn exit(&self, tail: Vec<String>, now: Timestamp) -> Option<Exit> {
        let death = self.pane.dead.as_ref()?;
        let at = self.died_at().or_else(|| Timestamp::from_second(self.pane.activity).ok());
        // tmux dates it in whole seconds, starts are dated in milliseconds: seen within that
        // second, it is now.
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
            // Deaths are dated in whole seconds, starts in milliseconds.
            lived_ms: u64::try_from(at.as_millisecond() - began).unwrap_or(0),
            command: self.mark.as_ref().map(|mark| mark.command.clone()).unwrap_or_default(),
            tail,
        })
    }
}

/// A polecat without a session.
pub(super) fn stopped(rig: &Rig, polecat: &PolecatName) -> SessionInfo {
    let session = rig.session(polecat).to_string();
    SessionInfo::stopped(polecat.clone(), session, rig.name.to_string())
}
