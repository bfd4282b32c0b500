//! The records of a rig's polecats for many reads: each of their folders is opened once.

use super::{StoredExit, get_in, labels::StoredLabel, open, path, setups::StoredSetup};
use crate::core::{
    Exit, PolecatName, Rig, SessionRecord,
    session::{queue::Queue, setting_up::SettingUp},
};
use crate::host::{error::HostError, files::dir::Dir};

/// The folders of the records that are shown.
pub(in crate::host) struct Opened<'a> {
    rig: &'a Rig,
    exits: Option<Dir>,
    queues: Option<Dir>,
    labels: Option<Dir>,
    sessions: Option<Dir>,
    setups: Option<Dir>,
}

impl<'a> Opened<'a> {
    /// Opens those that there are, on a thread that may wait.
    ///
    /// # Errors
    /// The folder of exits cannot be read. What else cannot be read is not shown.
    pub(in crate::host) fn of(rig: &'a Rig) -> Result<Self, HostError> {
        Ok(Self {
            rig,
            exits: open::<StoredExit>(rig)?,
            queues: open::<Queue>(rig).ok().flatten(),
            labels: open::<StoredLabel>(rig).ok().flatten(),
            sessions: open::<SessionRecord>(rig).ok().flatten(),
            setups: open::<StoredSetup>(rig).ok().flatten(),
        })
    }

    /// How the last agent of `polecat` ended.
    ///
    /// # Errors
    /// The record cannot be read.
    pub(in crate::host) fn exit(&self, polecat: &PolecatName) -> Result<Option<Exit>, HostError> {
        let stored = get_in::<StoredExit>(self.exits.as_ref(), self.rig, polecat)?;
        let path = path::<StoredExit>(self.rig, polecat);
        let record = stored.map(|stored| stored.record(&path)).transpose()?;
        Ok(record.map(|record| record.exit))
    }

    /// What was queued for it when its session ended.
    pub(in crate::host) fn queue(&self, polecat: &PolecatName) -> Option<Queue> {
        get_in(self.queues.as_ref(), self.rig, polecat).ok().flatten()
    }

    /// What a person calls it.
    pub(in crate::host) fn label(&self, polecat: &PolecatName) -> Option<String> {
        let stored = get_in::<StoredLabel>(self.labels.as_ref(), self.rig, polecat).ok().flatten();
        stored.map(StoredLabel::text).filter(|label| !label.is_empty())
    }

    /// What it ran last. What cannot be read is told to who asks for it.
    pub(in crate::host) fn session(&self, polecat: &PolecatName) -> Option<SessionRecord> {
        get_in(self.sessions.as_ref(), self.rig, polecat).ok().flatten()
    }

    /// What its set-up is at, while that goes on.
    pub(in crate::host) fn setting_up(&self, polecat: &PolecatName) -> Option<SettingUp> {
        let stored = get_in::<StoredSetup>(self.setups.as_ref(), self.rig, polecat).ok().flatten();
        stored.and_then(StoredSetup::under_way)
    }
}
