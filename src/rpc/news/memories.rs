//! What is remembered of the rigs in use, to tell what is new in them.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use jiff::Timestamp;

use crate::{
    core::session::{
        SessionInfo,
        notifications::{News, Occasion, RigMemory},
    },
    rpc::calls::KnownRig,
    session::{HostRigs, Snapshot},
};

/// Of the rigs in use, by their homes.
#[derive(Default)]
pub(super) struct Memories {
    rigs: BTreeMap<PathBuf, Rig>,
    /// What a person is told of.
    pub(super) notified: Vec<Occasion>,
}

#[derive(Default)]
struct Rig {
    /// Its folder.
    path: Option<PathBuf>,
    /// None before its first snapshot.
    memory: Option<RigMemory>,
    /// None before the first of this backend.
    snapshot: Option<Arc<Snapshot>>,
}

impl Memories {
    /// Goes on from what another backend has told before.
    pub(super) fn remember(&mut self, known: Vec<KnownRig>) {
        for KnownRig { home, path, memory } in known {
            // One that another version wrote is as good as none: then nothing is new at first.
            let memory = memory.and_then(|memory| serde_json::from_str(&memory).ok());
            drop(self.rigs.insert(home, Rig { path, memory, snapshot: None }));
        }
    }

    /// The homes of all rigs, and their folders as far as they are known.
    pub(super) fn places(&self) -> impl Iterator<Item = (PathBuf, Option<PathBuf>)> {
        self.rigs.iter().map(|(home, rig)| (home.clone(), rig.path.clone()))
    }

    /// Forgets the rigs that hosts do not have, and gives their homes.
    pub(super) fn forget(&mut self, rigs: &HostRigs) -> Vec<PathBuf> {
        let gone = self.rigs.keys().filter(|home| !rigs.may_have(home)).cloned();
        let gone: Vec<_> = gone.collect();
        self.rigs.retain(|home, _| rigs.may_have(home));
        gone
    }

    /// All polecats of all rigs, as they were seen last.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &SessionInfo> {
        self.rigs.values().flat_map(Rig::sessions)
    }

    /// What is new in `snapshot`, and the memory of its rig for the next backend.
    pub(super) fn update(
        &mut self,
        snapshot: &Arc<Snapshot>,
        now: Timestamp,
    ) -> (Vec<News>, &RigMemory) {
        let Snapshot { home, path, polecats, .. } = &**snapshot;
        let rig = self.rigs.entry(home.clone()).or_default();
        if rig.snapshot.as_ref().is_some_and(|before| before.machine != snapshot.machine) {
            rig.memory = None;
        }
        (rig.path, rig.snapshot) = (Some(path.clone()), Some(snapshot.clone()));
        let memory = rig.memory.get_or_insert_with(|| RigMemory::first(polecats));
        if !snapshot.reached {
            // Nothing has happened because nobody can look.
            return (Vec::new(), memory);
        }
        (memory.update(polecats, &self.notified, now), memory)
    }

    /// When there may be something new though nothing changes until then.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.rigs.values().filter_map(Rig::due).min()
    }

    /// The snapshots in which something has turned out to last.
    pub(super) fn overdue(&self, now: Timestamp) -> Vec<Arc<Snapshot>> {
        let rigs = self.rigs.values().filter(|rig| rig.due().is_some_and(|due| due <= now));
        rigs.filter_map(|rig| rig.snapshot.clone()).collect()
    }
}

impl Rig {
    /// Its polecats as they were seen last.
    fn sessions(&self) -> Vec<&SessionInfo> {
        match (&self.snapshot, &self.memory) {
            (Some(snapshot), _) => snapshot.polecats.iter().collect(),
            (None, memory) => memory.iter().flat_map(RigMemory::sessions).collect(),
        }
    }

    fn due(&self) -> Option<Timestamp> {
        // Before that there is nothing to be told with it.
        let snapshot = self.snapshot.as_ref().filter(|snapshot| snapshot.reached);
        snapshot.and(self.memory.as_ref())?.due()
    }
}
