//! What happens on hosts, told as what happens here.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    future::pending,
    path::PathBuf,
    sync::Arc,
};

use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use super::until;
use crate::{
    core::hosts::HostName,
    fleet::{FarRig, Fleet, HostStatus, Reached},
    session::{Event, EventQueue, HostRigs, JobEnding, Snapshot},
};

/// Tells `news` of each rig of the hosts in use, whenever something has changed in it or it is gone, and
/// of the ends of jobs before they come.
pub(in crate::rpc) async fn tell_of_hosts(fleet: Fleet, news: EventQueue) {
    let mut watch = fleet.listen();
    let mut told: HashMap<PathBuf, Arc<Snapshot>> = HashMap::new();
    let (mut seen, mut jobs) = (HashMap::new(), Jobs::default());
    let mut last: Option<Arc<HostRigs>> = None;
    loop {
        let hosts = watch.newest();
        // First: what is told of a rig that was gone and is back is told anew.
        let rigs = Arc::new(rigs_of(&hosts));
        if last.as_ref() != Some(&rigs) {
            told.retain(|home, _| rigs.may_have(home));
            last = Some(rigs.clone());
            news.tell(Event::HostRigs(rigs));
        }
        for host in &hosts {
            // Of many hosts one has changed.
            let now = HostSnapshot::of(host);
            if seen.get(&host.name) == Some(&now) {
                continue;
            }
            seen.insert(host.name.clone(), now);
            // Of one that was never read nothing is known.
            for rig in host.rigs.iter().filter(|rig| !rig.unread || !rig.polecats.is_empty()) {
                let snapshot = Arc::new(snapshot(host, rig));
                if told.get(&snapshot.home) != Some(&snapshot) {
                    told.insert(snapshot.home.clone(), snapshot.clone());
                    news.tell(Event::Snapshot(snapshot));
                }
            }
        }
        let now = Timestamp::now();
        jobs.ending(&hosts, now).into_iter().for_each(|ending| news.tell(Event::JobEnding(ending)));
        tokio::select! {
            () = watch.changed() => {}
            () = at(Jobs::due(&hosts, now)) => {}
        }
    }
}

/// The rigs of those that tell of them at the moment: those of a host that cannot be reached are not
/// known to be gone.
fn rigs_of(hosts: &[HostStatus]) -> HostRigs {
    let of = |host: &HostStatus| {
        let homes = host.rigs.iter().map(|rig| PathBuf::from(host.home_of(rig)));
        (host.name.clone(), (host.reached == Reached::Up).then(|| homes.collect::<BTreeSet<_>>()))
    };
    HostRigs(hosts.iter().map(of).collect())
}

/// What a host was like when its rigs were looked at, as far as that is told.
struct HostSnapshot {
    rigs: Arc<Vec<FarRig>>,
    machine: Option<String>,
    is_up: bool,
    has_ended: bool,
}

impl HostSnapshot {
    fn of(host: &HostStatus) -> Self {
        Self {
            rigs: host.rigs.clone(),
            machine: machine(host),
            is_up: host.reached == Reached::Up,
            has_ended: host.job_ended().is_some(),
        }
    }
}

impl PartialEq for HostSnapshot {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rigs, &other.rigs)
            && (&self.machine, self.is_up, self.has_ended)
                == (&other.machine, other.is_up, other.has_ended)
    }
}

fn machine(host: &HostStatus) -> Option<String> {
    host.facts.serving.as_ref().map(|(who, _)| who.machine())
}

async fn at(due: Option<Timestamp>) {
    match due {
        Some(due) => sleep_until(Instant::now() + until(due)).await,
        None => pending().await,
    }
}

/// The jobs whose ends were told.
#[derive(Default)]
struct Jobs(HashSet<(HostName, u64)>);

impl Jobs {
    /// Those that end soon, each once.
    fn ending(&mut self, hosts: &[HostStatus], now: Timestamp) -> Vec<JobEnding> {
        let soon = running(hosts).filter(|(notice, ending)| *notice <= now && now < ending.ends);
        let ending: Vec<_> = soon.map(|(_, ending)| ending).collect();
        ending.into_iter().filter(|one| self.0.insert((one.host.clone(), one.job))).collect()
    }

    /// When the next is to be told.
    fn due(hosts: &[HostStatus], now: Timestamp) -> Option<Timestamp> {
        running(hosts).map(|(notice, _)| notice).filter(|notice| *notice > now).min()
    }
}

/// The jobs that can be reached, and when their ends are to be told.
fn running(hosts: &[HostStatus]) -> impl Iterator<Item = (Timestamp, JobEnding)> {
    let up = hosts.iter().filter(|host| host.reached == Reached::Up);
    up.filter_map(|host| {
        let job = host.facts.job.as_ref()?;
        let (notice, ends) = (job.notice()?, job.ends?);
        Some((notice, JobEnding { host: host.name.clone(), job: job.id, ends }))
    })
}

fn snapshot(host: &HostStatus, rig: &FarRig) -> Snapshot {
    // What has ended with its job is known to have.
    let reached = host.reached == Reached::Up && !rig.unread || host.job_ended().is_some();
    Snapshot {
        rig: format!("{}:{}", host.name, rig.address),
        host: Some(host.name.clone()),
        home: host.home_of(rig).into(),
        path: rig.path.clone().into(),
        machine: machine(host),
        reached,
        polecats: rig.polecats.iter().map(|info| host.seen(rig, info)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{core::batch_job::BatchJob, fleet::HostFacts};

    #[test]
    fn the_end_of_a_job_is_told_once_ten_minutes_before() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let mut facts = HostFacts::default();
        facts.job = Some(BatchJob { id: 17, ends: Some(at(60)) });
        let (name, reached) = ("hpc".parse().unwrap(), Reached::Up);
        let mut hosts = [HostStatus { name, reached, rigs: Arc::default(), seen: None, facts }];
        let mut jobs = Jobs::default();
        assert_eq!(
            (jobs.ending(&hosts, at(49)), Jobs::due(&hosts, at(49))),
            (vec![], Some(at(50)))
        );
        let ending = jobs.ending(&hosts, at(50));
        assert_eq!(
            ending.iter().map(|one| (one.job, one.ends)).collect::<Vec<_>>(),
            [(17, at(60))]
        );
        assert_eq!((jobs.ending(&hosts, at(51)), Jobs::due(&hosts, at(51))), (vec![], None));
        // The next one under the same name, which is connected to late, and one that is over.
        hosts[0].facts.job = Some(BatchJob { id: 18, ends: Some(at(60)) });
        assert_eq!(jobs.ending(&hosts, at(58)).len(), 1);
        hosts[0].facts.job = Some(BatchJob { id: 19, ends: Some(at(60)) });
        assert_eq!(jobs.ending(&hosts, at(61)), []);
    }
}
