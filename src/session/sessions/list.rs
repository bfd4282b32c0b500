//! tmux's panes, read as the sessions of a rig's polecats.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::{
    core::{
        names::PolecatName,
        rig::Rig,
        session::{Exit, ExitHow, SessionInfo, State, StateSource},
        state::Told,
    },
    session::sessions::{
        environment::{Owner, Owners, Started},
        metadata::Metadata,
        pending::{self, PendingPrompts, UnsubmittedPaste},
    },
    tmux::{Death, Pane, PaneId, PaneLiveness, SessionId},
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
pub(in crate::session) struct Session {
    pub(in crate::session) polecat: PolecatName,
    /// The agent's pane.
    pub(in crate::session) pane: Pane,
    /// What we wrote on its pane; in gastown's own sessions there is nothing.
    pub(in crate::session) mark: Option<Metadata>,
    /// What its table says, where gastown started it.
    pub(in crate::session) started: Option<Arc<Started>>,
    /// Whether somebody is stopping it.
    pub(in crate::session) stopping: bool,
    /// What its start still owes the agent.
    pub(in crate::session) owed: Option<PendingPrompts>,
    /// The text in the composer that is about to be submitted.
    pub(in crate::session) pasted: Option<UnsubmittedPaste>,
}

/// The agents of `rig`'s polecats among `panes`, in the order of their names: by what is written on
/// their panes, else by the tables of their sessions, which gastown's own have, whatever the session
/// is called that they are in. One without either is that of the polecat whose name it has, unless
/// it shows another's agent.
pub(in crate::session) fn sessions(rig: &Rig, panes: Vec<Pane>, owners: &Owners) -> Vec<Session> {
    let rows: Vec<Row> = panes.into_iter().map(Row::of).collect();
    let found = marked(rig, &rows).into_iter().chain(started(&rows, owners));
    let found = found.chain(named(rig, &rows, owners));
    let mut best: BTreeMap<PolecatName, (Rank, Session)> = BTreeMap::new();
    for session in found {
        let rank = session.rank(rig);
        match best.get(&session.polecat) {
            Some((better, _)) if *better <= rank => {}
            _ => drop(best.insert(session.polecat.clone(), (rank, session))),
        }
    }
    best.into_values().map(|(_, session)| session).collect()
}

/// The one of `polecat` among them.
pub(in crate::session) fn of(
    rig: &Rig,
    polecat: &PolecatName,
    panes: Vec<Pane>,
    owners: &Owners,
) -> Option<Session> {
    sessions(rig, panes, owners).into_iter().find(|session| session.polecat == *polecat)
}

/// What makes one of several that seem to be a polecat's the one that is taken, the lowest first:
/// known by no more than its name, a dead agent, a session of another name (a person's that shows the same window, or one
/// of a group), and the age of session and pane.
type Rank = (bool, bool, bool, SessionId, PaneId);

/// A pane with what is written on it, or on its session.
struct Row {
    pane: Pane,
    mark: Option<Metadata>,
}

impl Row {
    fn of(pane: Pane) -> Self {
        let mark = pane.options.first().and_then(|value| Metadata::decode(value));
        Self { pane, mark }
    }
}

/// The agents that bear a mark of the rig.
fn marked(rig: &Rig, rows: &[Row]) -> Vec<Session> {
    let named = |row: &Row| {
        let mark = row.mark.as_ref().filter(|mark| mark.is_of(&rig.home))?;
        let polecat = match &mark.polecat {
            Some(polecat) => PolecatName::parse(polecat).ok(),
            None => of_older(rig, mark, row, rows),
        };
        Some(Session::new(polecat?, row.pane.clone(), Some(mark.clone()), None))
    };
    rows.iter().filter_map(named).collect()
}

/// Whose agent is in a pane that has the mark of a version before, which names no polecat: it was
/// written on the session, and seems to be that of each of its panes.
fn of_older(rig: &Rig, mark: &Metadata, row: &Row, rows: &[Row]) -> Option<PolecatName> {
    let id = row.pane.pane_id;
    let is_its = match &mark.pane {
        Some(pane) => *pane == id.to_string(),
        None => oldest(row.pane.session_id, rows) == Some(id),
    };
    let by_folder = || {
        let below = rig.layouts().find_map(|layout| mark.workdir.strip_prefix(&layout.dir).ok())?;
        PolecatName::parse(below.iter().next()?.to_str()?).ok()
    };
    is_its.then(|| rig.polecat_of(&row.pane.session_name).or_else(by_folder))?
}

/// The sessions that gastown started: with the pane that their table names, wherever that is now,
/// else with the one that was there first.
fn started(rows: &[Row], owners: &Owners) -> Vec<Session> {
    let free = |row: &&Row| row.mark.is_none();
    let of = |row: &Row| {
        let Some(Owner::Polecat(started)) = owners.of(row.pane.session_id) else { return None };
        let named = |one: &&Row| Some(one.pane.pane_id) == started.pane;
        let in_it = |one: &&Row| one.pane.session_id == row.pane.session_id;
        let mut its: Vec<&Row> = rows.iter().filter(free).filter(in_it).collect();
        its.sort_by_key(|one| (!named(one), one.pane.pane_id));
        let first = *its.first()?;
        let elsewhere = rows.iter().filter(free).find(named).filter(|_| !named(&first));
        let pane = elsewhere.unwrap_or(first).pane.clone();
        // Once for each session, not for each of its panes.
        let is_first = first.pane.pane_id == row.pane.pane_id;
        is_first.then(|| Session::new(started.polecat.clone(), pane, None, Some(started.clone())))
    };
    rows.iter().filter_map(of).collect()
}

/// The sessions of which neither mark nor table tells, with the pane that was there first.
fn named(rig: &Rig, rows: &[Row], owners: &Owners) -> Vec<Session> {
    let of = |row: &Row| {
        let polecat = rig.polecat_of(&row.pane.session_name)?;
        let id = row.pane.session_id;
        let is_first = oldest(id, rows) == Some(row.pane.pane_id);
        // A group's sessions show the same panes, and a table or an older mark is of one only.
        let is_told = |one: &Row| one.mark.is_some() || owners.of(one.pane.session_id).is_some();
        let is_others =
            |one: &Row| rows.iter().any(|row| row.pane.pane_id == one.pane.pane_id && is_told(row));
        let mut in_it = rows.iter().filter(|one| one.pane.session_id == id);
        let free = is_first && !in_it.any(is_others);
        free.then(|| Session::new(polecat, row.pane.clone(), None, None))
    };
    rows.iter().filter_map(of).collect()
}

fn oldest(session: SessionId, rows: &[Row]) -> Option<PaneId> {
    let in_it = rows.iter().filter(|row| row.pane.session_id == session);
    in_it.map(|row| row.pane.pane_id).min()
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

/// Whether one of the panes of the session that has the polecat's name certainly has its agent, and
/// that runs. Elsewhere it may run all the same.
pub(in crate::session) fn runs(rig: &Rig, polecat: &PolecatName, panes: &[PaneLiveness]) -> bool {
    panes.iter().filter(|pane| !pane.is_dead).any(|pane| {
        let mark = Metadata::decode(&pane.option).filter(|mark| mark.is_of(&rig.home));
        mark.is_some_and(|mark| match (mark.polecat, mark.pane) {
            (Some(name), _) => {
                name == polecat.as_str() && (mark.pid.is_none() || mark.pid == pane.pid)
            }
            (None, Some(id)) => id == pane.pane_id.to_string(),
            (None, None) => false,
        })
    })
}

impl Session {
    fn new(
        polecat: PolecatName,
        pane: Pane,
        mark: Option<Metadata>,
        started: Option<Arc<Started>>,
    ) -> Self {
        let option = |at: usize| pane.options.get(at);
        let stopped_at = option(1).and_then(|value| value.parse().ok());
        let stopping = stopped_at.is_some_and(|at| is_stopping(&pane, at));
        let (owed, pasted) = (pending::decode(option(2)), pending::decode(option(3)));
        Self { polecat, pane, mark, started, stopping, owed, pasted }
    }

    fn rank(&self, rig: &Rig) -> Rank {
        let (dead, moved) = (!self.is_live(), self.is_moved(rig));
        let by_name = self.mark.is_none() && self.started.is_none();
        (by_name, dead, moved, self.pane.session_id, self.pane.pane_id)
    }

    /// Whether a person has moved its pane to another session, or given its session another name.
    /// gastown's own sessions are known by their tables under any name.
    pub(in crate::session) fn is_moved(&self, rig: &Rig) -> bool {
        match &self.started {
            Some(started) => self.pane.session_id != started.session,
            None => self.is_called_otherwise(rig),
        }
    }

    fn is_called_otherwise(&self, rig: &Rig) -> bool {
        self.pane.session_name != rig.session(&self.polecat).as_str()
    }

    /// Whether its pane runs another process than its start ended with: the mark stays when
    /// somebody has another program run there, or a hook of theirs the same again.
    pub(in crate::session) fn is_respawned(&self) -> bool {
        let pid = self.mark.as_ref().and_then(|mark| mark.pid);
        pid.is_some() && pid != self.pane.pid
    }

    /// Whether there is no need to look any further for the polecat's agent.
    pub(in crate::session) fn is_certain(&self) -> bool {
        self.mark.is_some() && !self.is_respawned()
    }

    /// Whether its agent runs.
    pub(in crate::session) fn is_live(&self) -> bool {
        self.pane.dead.is_none()
    }

    /// Whether its agent ended, and was not made to.
    pub(in crate::session) fn has_died(&self) -> bool {
        !self.is_live() && !self.stopping
    }

    /// Whether its agent ended, and tmux does not know how.
    pub(in crate::session) fn has_lost_status(&self) -> bool {
        let death = self.pane.dead.as_ref();
        death.is_some_and(|death| death.status.is_none() && death.signal.is_none())
    }

    /// What tmux knows of it at `now`.
    pub(in crate::session) fn info(&self, rig: &Rig, now: Timestamp) -> SessionInfo {
        let Told { state, source: state_source } = self.silence(now);
        let mark = self.mark.clone().unwrap_or_default();
        SessionInfo {
            running: self.is_live(),
            attached: self.pane.attached > 0,
            created: Timestamp::from_second(self.pane.created).ok(),
            windows: self.is_live().then_some(self.pane.windows),
            last_activity: Timestamp::from_second(self.pane.activity).ok(),
            state,
            state_source,
            state_since: self.died_at().filter(|_| !self.is_live()),
            agent: mark.agent.or_else(|| self.started.as_ref()?.agent.clone()),
            command: Some(mark.command).filter(|command| !command.is_empty()),
            workdir: Some(mark.workdir)
                .filter(|dir| !dir.as_os_str().is_empty())
                .or_else(|| Some(self.pane.session_path.clone().into())),
            branch: mark.branch,
            issue: mark.issue,
            pane_id: Some(self.pane.pane_id.to_string()),
            pid: self.pane.pid,
            found_in: self.is_called_otherwise(rig).then(|| self.pane.session_name.clone()),
            ..stopped(rig, &self.polecat)
        }
    }

    /// The arguments of its command, as far as they are known.
    pub(in crate::session) fn args(&self) -> Vec<String> {
        let command = self.mark.as_ref().map(|mark| mark.command.as_str()).unwrap_or_default();
        shlex::split(command).unwrap_or_default().into_iter().skip(1).collect()
    }

    /// What can be told without a look at its screen.
    pub(in crate::session) fn silence(&self, now: Timestamp) -> Told {
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
    pub(in crate::session) fn is_starting(&self, now: Timestamp) -> bool {
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
    pub(in crate::session) fn exit(&self, tail: Vec<String>, now: Timestamp) -> Option<Exit> {
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
pub(in crate::session) fn stopped(rig: &Rig, polecat: &PolecatName) -> SessionInfo {
    let session = rig.session(polecat).to_string();
    SessionInfo::stopped(polecat.clone(), session, rig.name.to_string())
}
