//! The rigs that are known: those that were used in this Neovim, and those of the configuration.
//!
//! Each is read in a task of its own and remembered with its trouble: one whose folder does not
//! answer holds up nobody.

pub(in crate::session) mod known;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    core::rig::address::{self, Named},
    session::{context::RigContext, error::SessionError},
};

/// For how long a rig counts as read.
const RIG_CACHE_AGE: Duration = Duration::from_secs(2);

/// A rig that was used or is configured.
#[derive(Clone)]
pub struct KnownRig {
    /// What names it, alone among the known ones: `shop`, or `src/shop`.
    pub address: String,
    /// Its project's folder.
    pub path: PathBuf,
    /// Itself, as it was read last.
    pub context: Option<RigContext>,
    /// Why it cannot be read, or has not been yet.
    pub problem: Option<String>,
}

/// The known rigs of a workspace. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::session) struct Rigs(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// By the folder that was used or configured.
    entries: Mutex<BTreeMap<PathBuf, Entry>>,
    /// Changes with what is known of them, or seen in them.
    changes: watch::Sender<()>,
}

#[derive(Default)]
struct Entry {
    configured: bool,
    /// As it was read last.
    context: Option<RigContext>,
    /// Why it could not be read since.
    problem: Option<String>,
    /// When that was.
    read: Option<Instant>,
    reading: bool,
}

impl Entry {
    fn is_stale(&self) -> bool {
        !self.reading && self.read.is_none_or(|at| at.elapsed() >= RIG_CACHE_AGE)
    }
}

impl Rigs {
    /// With those of the configuration.
    pub(in crate::session) fn configured<'a>(folders: impl Iterator<Item = &'a PathBuf>) -> Self {
        let entry =
            |folder: &PathBuf| (folder.clone(), Entry { configured: true, ..Entry::default() });
        let rigs = Self::default();
        *rigs.entries() = folders.map(entry).collect();
        rigs
    }

    /// Notes that `context` is used.
    pub(in crate::session) fn used(&self, context: &RigContext) {
        let mut entries = self.entries();
        let entry = entries.entry(context.rig.path.clone()).or_default();
        let is_new = entry.context.as_ref().is_none_or(|known| known.rig != context.rig);
        let changed = is_new || entry.problem.is_some();
        (entry.context, entry.problem) = (Some(context.clone()), None);
        entry.read = Some(Instant::now());
        drop(entries);
        if changed {
            self.changed();
        }
    }

    /// The folders that are to be read again now, which count as being read, and of each whether
    /// nothing else is known of it that is good.
    pub(in crate::session) fn stale(&self) -> Vec<(PathBuf, bool)> {
        let mut entries = self.entries();
        let stale = entries.iter_mut().filter(|(_, entry)| entry.is_stale());
        stale
            .map(|(folder, entry)| {
                entry.reading = true;
                (folder.clone(), entry.context.is_none() || entry.problem.is_some())
            })
            .collect()
    }

    /// What was `found` at `folder`.
    pub(in crate::session) fn put(&self, folder: &Path, found: Result<RigContext, SessionError>) {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(folder) else { return };
        (entry.reading, entry.read) = (false, Some(Instant::now()));
        let before = (entry.context.as_ref().map(|one| one.rig.clone()), entry.problem.take());
        match found {
            Ok(context) => entry.context = Some(context),
            Err(error) => entry.problem = Some(error.to_string()),
        }
        let now = (entry.context.as_ref().map(|one| one.rig.clone()), entry.problem.clone());
        drop(entries);
        if before != now {
            self.changed();
        }
    }

    /// Forgets a rig that was only used, and is gone; gives what it was.
    pub(in crate::session) fn forget(&self, folder: &Path) -> Option<RigContext> {
        let mut entries = self.entries();
        if entries.get(folder)?.configured {
            return None;
        }
        let forgotten = entries.remove(folder);
        drop(entries);
        self.changed();
        forgotten?.context
    }

    /// All of them in the order of their names, each once.
    pub(in crate::session) fn all(&self) -> Vec<KnownRig> {
        let mut known = self.unnamed();
        let named: Vec<_> = known.iter().map(KnownRig::named).collect();
        let addresses = address::addresses(&named);
        for (rig, address) in known.iter_mut().zip(addresses) {
            rig.address = address;
        }
        known.sort_by(|a, b| (&a.address, &a.path).cmp(&(&b.address, &b.path)));
        known
    }

    /// The same without their addresses.
    fn unnamed(&self) -> Vec<KnownRig> {
        let mut known = BTreeMap::new();
        for (folder, entry) in &*self.entries() {
            let Entry { context, problem, read, .. } = entry;
            let unread = || read.is_none().then(|| "it has not been read yet".to_owned());
            let problem = problem.clone().or_else(unread);
            let path = context.as_ref().map_or(folder, |context| &context.rig.path).clone();
            // A folder of the configuration may be a link to one that is used.
            let (address, context) = (String::new(), context.clone());
            known.entry(path.clone()).or_insert(KnownRig { address, path, context, problem });
        }
        known.into_values().collect()
    }

    /// What names the rig with this home.
    pub(in crate::session) fn address(&self, home: &Path) -> Option<String> {
        let is_it = |rig: &KnownRig| rig.context.as_ref().is_some_and(|one| one.rig.home == home);
        self.all().into_iter().find(is_it).map(|rig| rig.address)
    }

    /// Notified of each change.
    pub(in crate::session) fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    /// Tells that something has changed.
    pub(in crate::session) fn changed(&self) {
        self.0.changes.send_replace(());
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Entry>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KnownRig {
    /// Itself, if it can be read.
    #[must_use]
    pub fn readable(&self) -> Option<&RigContext> {
        self.context.as_ref().filter(|_| self.problem.is_none())
    }

    /// What names its `polecat` from anywhere.
    pub(in crate::session) fn address_of(&self, polecat: &str) -> String {
        format!("{}/{polecat}", self.address)
    }

    pub(in crate::session) fn named(&self) -> Named<'_> {
        let folder = self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let name = self.context.as_ref().map_or(folder, RigContext::rig_name);
        Named { name, path: &self.path }
    }
}
