//! What is known of a host.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::Offer;
use crate::{
    core::{
        batch_job::BatchJob,
        hosts::HostName,
        session::{Exit, ExitHow, SessionInfo, State, StateSource},
    },
    fleet::{identity::Identity, wire::FarRig},
};

/// Whether a host can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It is being connected to.
    Connecting,
    /// It is connected, and what is shown of it is so.
    Up,
    /// It is not, and what is shown of it was so.
    Down {
        /// Why, in the words of the command that reaches it, or ours.
        why: String,
        /// Whether it is left alone until a person says so: it refused.
        refused: bool,
    },
}

/// A host as it was seen last.
#[derive(Clone, Debug, PartialEq)]
pub struct HostStatus {
    /// Its name.
    pub name: HostName,
    /// Whether it can be reached.
    pub reached: Reached,
    /// Its rigs, with the times of the clock here.
    pub rigs: Arc<Vec<FarRig>>,
    /// When it said anything last.
    pub seen: Option<Timestamp>,
    /// What else is known of it.
    pub facts: HostFacts,
}

/// What is known of a host besides its rigs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostFacts {
    /// Our program, which is missing there, and can be put there.
    pub offer: Option<Offer>,
    /// Whether only a person's login helps, in a terminal.
    pub needs_login: bool,
    /// What is done while it is being connected to.
    pub step: Option<String>,
    /// What a person must know of it, and since when.
    pub notice: Option<(Timestamp, &'static str)>,
    /// Who it is, and our program there.
    pub serving: Option<(Identity, String)>,
    /// The job that it runs in, and with which it ends.
    pub job: Option<BatchJob>,
    /// How long it took to answer a ping, as measured last.
    pub round_trip: Option<Duration>,
    /// How often it was tried.
    pub(in crate::fleet) tries: u64,
}

impl Reached {
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Down { refused: true, .. })
    }
}

impl HostStatus {
    /// What tells a rig of it from all others: no folder of this machine begins without a `/`.
    #[must_use]
    pub fn home_of(&self, rig: &FarRig) -> String {
        format!("{}:{}", self.name, rig.path)
    }

    /// When the job that it was ended, if that is why it cannot be reached.
    #[must_use]
    pub fn job_ended(&self) -> Option<Timestamp> {
        let job = self.facts.job.as_ref().filter(|_| self.reached != Reached::Up);
        job?.ended(Timestamp::now(), self.seen)
    }

    /// Puts the polecats that were seen before into those of `rigs` that have not been read since.
    pub(super) fn keep_unread(&self, rigs: &mut [FarRig]) {
        for rig in rigs.iter_mut().filter(|rig| rig.unread) {
            let before = self.rigs.iter().find(|before| before.path == rig.path);
            rig.polecats = before.map(|before| before.polecats.clone()).unwrap_or_default();
        }
    }

    /// A session of one of its rigs as it can be known now.
    #[must_use]
    pub fn seen(&self, rig: &FarRig, info: &SessionInfo) -> SessionInfo {
        if self.reached == Reached::Up && !rig.unread {
            return info.clone();
        }
        if let Some(at) = self.job_ended().filter(|_| info.running) {
            return ended_with_job(info, at);
        }
        SessionInfo {
            running: false,
            state: State::Unknown,
            state_source: StateSource::None,
            state_since: None,
            waiting: None,
            detail: None,
            ..info.clone()
        }
    }

    /// What names a polecat of it from here: `build1:shop/ash`.
    #[must_use]
    pub fn address_of(&self, rig: &FarRig, info: &SessionInfo) -> String {
        format!("{}:{}/{}", self.name, rig.address, info.polecat)
    }

    /// What names each of its rigs from here.
    pub fn rig_addresses(&self) -> impl Iterator<Item = String> {
        self.rigs.iter().map(|rig| format!("{}:{}", self.name, rig.address))
    }

    /// All its polecats, each with what names it.
    pub fn polecats(&self) -> impl Iterator<Item = (String, &SessionInfo)> {
        self.rigs.iter().flat_map(move |rig| {
            rig.polecats.iter().map(move |info| (self.address_of(rig, info), info))
        })
    }
}

/// What ran when its job ended: its tmux server went with it.
fn ended_with_job(info: &SessionInfo, at: Timestamp) -> SessionInfo {
    let lived = info.created.map(|began| at.duration_since(began).as_millis());
    let lived_ms = lived.and_then(|lived| lived.try_into().ok()).unwrap_or_default();
    let command = info.command.clone().unwrap_or_default();
    SessionInfo {
        running: false,
        state: State::Died,
        state_source: StateSource::None,
        state_since: Some(at),
        waiting: None,
        detail: None,
        lost: true,
        exit: Some(Exit { how: ExitHow::Job, at, lived_ms, command, tail: Vec::new() }),
        ..info.clone()
    }
}
