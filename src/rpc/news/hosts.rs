//! What happens on hosts, told as what happens here.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use crate::{
    fleet::{FarRig, Fleet, HostStatus, Reached},
    session::{Event, EventQueue, Snapshot},
};

/// Tells `news` of each rig of the hosts in use, whenever something has changed in it.
pub(in crate::rpc) async fn tell_of_hosts(fleet: Fleet, news: EventQueue) {
    let mut watch = fleet.listen();
    let mut told: HashMap<PathBuf, Arc<Snapshot>> = HashMap::new();
    loop {
        for host in watch.newest() {
            for rig in host.rigs.iter() {
                let snapshot = Arc::new(snapshot(&host, rig));
                if told.get(&snapshot.home) != Some(&snapshot) {
                    told.insert(snapshot.home.clone(), snapshot.clone());
                    news.tell(Event::Snapshot(snapshot));
                }
            }
        }
        watch.changed().await;
    }
}

fn snapshot(host: &HostStatus, rig: &FarRig) -> Snapshot {
    let reached = host.reached == Reached::Up;
    Snapshot {
        rig: format!("{}:{}", host.name, rig.address),
        host: Some(host.name.clone()),
        home: host.home_of(rig).into(),
        path: rig.path.clone().into(),
        machine: host.facts.serving.as_ref().map(|(who, _)| who.machine()),
        reached,
        polecats: rig.polecats.iter().map(|info| host.seen(info)).collect(),
    }
}
