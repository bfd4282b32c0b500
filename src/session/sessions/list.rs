//! Recognises the sessions of a rig's polecats among tmux's panes.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{
    core::{
        agent::{ConversationId, events::HookWord},
        names::PolecatName,
        rig::Rig,
        session::{SessionInfo, State, StateSource, debounced_state::Observation, queue::Queue},
    },
    session::{
        error::SessionError,
        sessions::{
            environment::{Owner, Owners, Started},
            event_source::EventSource,
            metadata::{self, Metadata},
            pending::{self, PendingPrompts, UnsubmittedPaste},
        },
    },
    tmux::{Death, Pane, PaneId, PaneLiveness, PaneOption, SessionId},
};

/// After this, the metadata of a start in progress is stale: its backend was killed.
const START_TIMEOUT_MS: i64 = 5 * 60 * 1_000;
/// How far the clock may have been set back during a start.
const CLOCK_SKEW_LIMIT_MS: i64 = 60 * 1_000;
/// How long a stop may take.
const STOP_TIMEOUT_S: i64 = 10;
/// How long after its start an agent may show something else before its first prompt: the slowest
/// takes a minute on a busy machine.
const YOUNG_AGE_MS: i64 = 60_000;
/// Without better evidence, an agent counts as working this long after its last output, whose time
/// tmux gives in whole seconds.
const BUSY_INTERVAL_S: i64 = 3;

/// A polecat's session, as tmux sees it.
#[derive(Clone, Debug)]
pub(in crate::session) struct Session {
    pub(in crate::session) polecat: PolecatName,
    /// The agent's pane.
    pub(in crate::session) pane: Pane,
    /// Our metadata on its pane; gastown's sessions have none.
    pub(in crate::session) mark: Option<Metadata>,
    /// What its environment says, if gastown started it.
    pub(in crate::session) started: Option<Arc<Started>>,
    /// Whether it is being stopped.
    pub(in crate::session) stopping: bool,
    /// The prompts that its start has not sent yet.
    pub(in crate::session) owed: Option<PendingPrompts>,
    /// The text in the composer that has not been submitted yet.
    pub(in crate::session) pasted: Option<UnsubmittedPaste>,
    /// The messages that wait for its agent.
    pub(in crate::session) queue: Option<Queue>,
    /// Another one after each message that was submitted.
    pub(in crate::session) sent: Option<String>,
    /// Where its agent serves its events.
    pub(in crate::session) events: Option<EventSource>,
    /// What its agent said last by a hook.
    pub(in crate::session) said: Option<HookWord>,
    /// The conversation that it was in then.
    pub(in crate::session) conversation: Option<ConversationId>,
}

/// The sessions of `rig`'s polecats among `panes`, sorted by polecat. They are recognised by the
/// metadata on their panes, else by their environment (gastown's own sessions), whatever their names.
/// A session with neither belongs to the polecat it is named after, unless it shows another's agent.
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

/// The session of `polecat` among `panes`.
pub(in crate::session) fn of(
    rig: &Rig,
    polecat: &PolecatName,
    panes: Vec<Pane>,
    owners: &Owners,
) -> Option<Session> {
    sessions(rig, panes, owners).into_iter().find(|session| session.polecat == *polecat)
}

/// How to choose among several candidates for a polecat; the lowest wins. In order: recognised only
/// by name, dead, in a session of another name (one that shows the same window, or one of a group),
/// and the ages of session and pane.
type Rank = (bool, bool, bool, SessionId, PaneId);

/// A pane with its metadata, or its session's.
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

/// The sessions with metadata of the rig.
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

/// The polecat of a pane with metadata of an older version, which names no polecat: it was written
/// on the session, and so appears on each of its panes.
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

/// The sessions that gastown started: with the pane that their environment names, wherever it is now,
/// else with their first pane.
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
        // Once for each session, not once for each pane.
        let is_first = first.pane.pane_id == row.pane.pane_id;
        is_first.then(|| Session::new(started.polecat.clone(), pane, None, Some(started.clone())))
    };
    rows.iter().filter_map(of).collect()
}

/// The sessions with neither metadata nor environment, with their first pane.
fn named(rig: &Rig, rows: &[Row], owners: &Owners) -> Vec<Session> {
    let of = |row: &Row| {
        let polecat = rig.polecat_of(&row.pane.session_name)?;
        let id = row.pane.session_id;
        let is_first = oldest(id, rows) == Some(row.pane.pane_id);
        // The sessions of a group show the same panes, but only one has the environment or metadata.
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

/// Whether a stop that began at `began_s` has ended the agent of `pane`, or is about to. A stop whose
/// backend was killed no longer counts.
fn is_stopping(pane: &Pane, began_s: i64) -> bool {
    let at = match &pane.dead {
        Some(death) => death.at.unwrap_or(pane.activity),
        None => Timestamp::now().as_second(),
    };
    (-1..=STOP_TIMEOUT_S).contains(&(at - began_s))
}

/// Whether the polecat's agent is certainly running in one of these panes, those of the session of its
/// name. `false` proves nothing: the agent may be elsewhere.
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
        let events = option(4).and_then(|value| EventSource::decode(value));
        let said = option(5).and_then(|value| value.parse().ok());
        let queue = pending::decode_queue(option(6));
        let sent = option(7).filter(|sent| !sent.is_empty()).cloned();
        let conversation = option(8).and_then(|value| metadata::decode_conversation(value));
        Self {
            polecat,
            pane,
            mark,
            started,
            stopping,
            owed,
            pasted,
            queue,
            sent,
            events,
            said,
            conversation,
        }
    }

    fn rank(&self, rig: &Rig) -> Rank {
        let (dead, moved) = (!self.is_live(), self.is_moved(rig));
        let by_name = self.mark.is_none() && self.started.is_none();
        (by_name, dead, moved, self.pane.session_id, self.pane.pane_id)
    }

    /// Whether its pane was moved to another session, or its session renamed. gastown's own
    /// sessions are recognised by their environment under any name.
    pub(in crate::session) fn is_moved(&self, rig: &Rig) -> bool {
        match &self.started {
            Some(started) => self.pane.session_id != started.session,
            None => self.is_called_otherwise(rig),
        }
    }

    fn is_called_otherwise(&self, rig: &Rig) -> bool {
        self.pane.session_name != rig.session(&self.polecat).as_str()
    }

    /// Whether its pane runs another process than its start left there: the metadata stays when a
    /// user respawns the pane.
    pub(in crate::session) fn is_respawned(&self) -> bool {
        let pid = self.mark.as_ref().and_then(|mark| mark.pid);
        pid.is_some() && pid != self.pane.pid
    }

    /// A user option to be set on the agent's pane.
    pub(in crate::session) fn option(&self, option: &'static str, value: String) -> PaneOption {
        PaneOption { pane: self.pane.pane_id, option, value }
    }

    /// The error of an operation that needs its agent, which has exited.
    pub(in crate::session) fn ended(&self) -> SessionError {
        let session = self.pane.session_name.clone();
        SessionError::SessionNotFound { session, why: " (its agent has ended)".to_owned() }
    }

    /// `error`, or "its agent has ended" if tmux says that the pane is gone.
    pub(in crate::session) fn explain(&self, error: SessionError) -> SessionError {
        match error {
            SessionError::Tmux(error) if error.is_missing_target() => self.ended(),
            other => other,
        }
    }

    /// When it was started, by us, as its record has it.
    pub(in crate::session) fn started_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.mark.as_ref()?.started_ms).ok()
    }

    /// Whether there is no need to search further for the polecat's agent.
    pub(in crate::session) fn is_certain(&self) -> bool {
        self.mark.is_some() && !self.is_respawned()
    }

    /// Whether its agent is running.
    pub(in crate::session) fn is_live(&self) -> bool {
        self.pane.dead.is_none()
    }

    /// Whether its agent exited by itself, rather than by a stop.
    pub(in crate::session) fn has_died(&self) -> bool {
        !self.is_live() && !self.stopping
    }

    /// Whether its agent exited and tmux does not know its status.
    pub(in crate::session) fn has_lost_status(&self) -> bool {
        let death = self.pane.dead.as_ref();
        death.is_some_and(|death| death.status.is_none() && death.signal.is_none())
    }

    /// What tmux knows about it at `now`.
    pub(in crate::session) fn info(&self, rig: &Rig, now: Timestamp) -> SessionInfo {
        let Observation { state, source: state_source } = self.silence(now);
        let mark = self.mark.clone().unwrap_or_default();
        let mut info = SessionInfo {
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
            attempt: mark.attempt,
            task: self.sent.as_ref().and_then(|sent| pending::sent_line(sent)).or(mark.task),
            pane_id: Some(self.pane.pane_id.to_string()),
            pid: self.pane.pid,
            found_in: self.is_called_otherwise(rig).then(|| self.pane.session_name.clone()),
            ..stopped(rig, &self.polecat)
        };
        self.queue.iter().for_each(|queue| queue.tell(&mut info));
        info
    }

    /// The arguments of its command, if known.
    pub(in crate::session) fn args(&self) -> Vec<String> {
        let command = self.mark.as_ref().map(|mark| mark.command.as_str()).unwrap_or_default();
        shlex::split(command).unwrap_or_default().into_iter().skip(1).collect()
    }

    /// Its state without reading the screen.
    pub(in crate::session) fn silence(&self, now: Timestamp) -> Observation {
        let (state, source) = match self.pane.dead {
            Some(_) if self.stopping => (State::Stopped, StateSource::Pane),
            Some(Death { status: Some(0), .. }) => (State::Exited, StateSource::Pane),
            Some(_) => (State::Died, StateSource::Pane),
            None if self.is_starting(now) => (State::Starting, StateSource::Pane),
            // A time in the future means that the clock was set back.
            None if (-1..BUSY_INTERVAL_S).contains(&(now.as_second() - self.pane.activity)) => {
                (State::Working, StateSource::Guessed)
            }
            None => (State::Idle, StateSource::Guessed),
        };
        Observation { state, source }
    }

    /// Whether its start is in progress.
    pub(in crate::session) fn is_starting(&self, now: Timestamp) -> bool {
        self.mark.as_ref().is_some_and(|mark| {
            let age_ms = now.as_millisecond() - mark.started_ms;
            mark.starting && (-CLOCK_SKEW_LIMIT_MS..START_TIMEOUT_MS).contains(&age_ms)
        })
    }

    /// Whether we started it so recently that it may still be about to show its prompt.
    pub(in crate::session) fn is_young(&self, now: Timestamp) -> bool {
        self.mark.as_ref().is_some_and(|mark| {
            (0..YOUNG_AGE_MS).contains(&(now.as_millisecond() - mark.started_ms))
        })
    }

    pub(in crate::session) fn died_at(&self) -> Option<Timestamp> {
        self.pane.dead.as_ref()?.at.and_then(|at| Timestamp::from_second(at).ok())
    }
}

/// A polecat without a session.
pub(in crate::session) fn stopped(rig: &Rig, polecat: &PolecatName) -> SessionInfo {
    let session = rig.session(polecat).to_string();
    SessionInfo::stopped(polecat.clone(), session, rig.name.to_string())
}
