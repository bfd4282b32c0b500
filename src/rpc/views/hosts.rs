//! The rigs of hosts, as a list shows them beside those of this machine.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::rows::Row;
use crate::{
    core::{hosts::HostName, session::SessionInfo},
    fleet::{FarRig, HostStatus, Reached},
    view::Section,
};

/// How long a change of a host is news.
const NEWS_AGE: SignedDuration = SignedDuration::from_mins(10);

/// One rig of a host, or a host of which no rig is known.
pub(super) struct FarSection {
    host: HostName,
    /// The rig's folder there.
    path: String,
    /// What names it from here: `build1:shop`.
    address: String,
    /// What tells it from all others: no folder of this machine begins without a `/`.
    home: String,
    prefix: String,
    socket: Option<String>,
    sessions: Vec<SessionInfo>,
    problem: Option<String>,
}

/// What is shown of `hosts`. What is not connected stays as it was seen last, but nobody knows what
/// it does now.
pub(super) fn sections(hosts: &[HostStatus]) -> Vec<FarSection> {
    hosts.iter().flat_map(of_host).collect()
}

fn of_host(host: &HostStatus) -> Vec<FarSection> {
    let problem = problem(host);
    if host.rigs.is_empty() {
        let none = || format!("no rigs: add some to `hosts.{}.rigs`", host.name);
        let problem = Some(problem.unwrap_or_else(none));
        let (host, socket, sessions) = (host.name.clone(), None, Vec::new());
        let (address, home) = (host.to_string(), format!("{host}:"));
        let (path, prefix) = (String::new(), home.clone());
        return vec![FarSection { host, path, address, home, prefix, socket, sessions, problem }];
    }
    let section = |rig: &FarRig| {
        let address = format!("{}:{}", host.name, rig.address);
        FarSection {
            host: host.name.clone(),
            path: rig.path.clone(),
            home: host.home_of(rig),
            prefix: format!("{address}/"),
            address,
            socket: rig.socket.clone(),
            sessions: rig.polecats.iter().map(|info| host.seen(rig, info)).collect(),
            problem: problem.clone().or_else(|| rig.problem.clone()).or_else(|| nobody(rig)),
        }
    };
    host.rigs.iter().map(section).collect()
}

/// What stands in a rig without polecats.
fn nobody(rig: &FarRig) -> Option<String> {
    rig.polecats.is_empty().then(|| "no polecats there".to_owned())
}

/// Why what is shown of a host may not be so any more.
fn problem(host: &HostStatus) -> Option<String> {
    let seen = host.seen.map(|at| format!(", last seen {}", clock(at))).unwrap_or_default();
    match (&host.reached, &host.facts.step) {
        (Reached::Up, _) => host.facts.notice.and_then(notice).or_else(|| job(host)),
        (Reached::Connecting, Some(step)) => Some(step.clone()),
        (Reached::Connecting, None) => Some(format!("connecting{seen}")),
        (Reached::Down { why, refused }, _) => Some(down(host, why, *refused, &seen)),
    }
}

/// What a person can do about it stands in front of a reason that may be long.
fn down(host: &HostStatus, why: &str, refused: bool, seen: &str) -> String {
    let (name, facts) = (&host.name, &host.facts);
    if let Some((job, at)) = facts.job.as_ref().zip(host.job_ended()) {
        format!("job {} ended {}", job.id, clock(at))
    } else if facts.offer.is_some() {
        format!("polecat-nvim is missing there; `:PolecatConnect {name}` puts it there")
    } else if facts.needs_login {
        format!("unreachable{seen}; `:PolecatConnect {name}` logs in: {why}")
    } else if refused {
        format!("unreachable{seen}: {why} (`:PolecatReconnect` tries again)")
    } else {
        format!("unreachable{seen}: {why}")
    }
}

/// The job that it runs in, and its end: one that it has outlived is none.
fn job(host: &HostStatus) -> Option<String> {
    let job = host.facts.job.as_ref()?;
    Some(match job.ends.filter(|ends| *ends > Timestamp::now()) {
        Some(ends) => format!("job {} ends {}", job.id, clock(ends)),
        None => format!("in job {}", job.id),
    })
}

/// What has changed there, as long as it is news.
fn notice((at, what): (Timestamp, &'static str)) -> Option<String> {
    let is_news = Timestamp::now().duration_since(at) < NEWS_AGE;
    is_news.then(|| format!("{what}, {}", clock(at)))
}

/// `12:03`, of this machine's day.
pub(in crate::rpc) fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%H:%M").to_string()
}

impl FarSection {
    pub(super) fn section(&self) -> Section<'_> {
        Section {
            rig: &self.address,
            home: &self.home,
            prefix: &self.prefix,
            socket: self.socket.as_deref(),
            sessions: &self.sessions,
            problem: self.problem.as_deref(),
        }
    }

    /// What tells it from all others, and what its rows stand for.
    pub(super) fn rows(&self) -> (String, Vec<(String, Row)>) {
        let row = |info: &SessionInfo| {
            let row = Row {
                host: Some(self.host.clone()),
                rig: self.path.clone().into(),
                polecat: info.polecat.to_string(),
            };
            (format!("{}{}", self.prefix, info.polecat), row)
        };
        (self.home.clone(), self.sessions.iter().map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;

    use super::*;
    use crate::{
        core::{
            batch_job::BatchJob,
            names::PolecatName,
            session::{ExitHow, State},
        },
        fleet::{HostFacts, Offer},
    };

    fn host(reached: Reached) -> HostStatus {
        let ash = PolecatName::parse("ash").unwrap();
        let mut info = SessionInfo::stopped(ash, "gt-shop-ash".to_owned(), "shop".to_owned());
        (info.state, info.running) = (State::Waiting, true);
        let rig = FarRig {
            address: "shop".to_owned(),
            path: "/srv/shop".to_owned(),
            socket: None,
            problem: None,
            polecats: vec![info],
            unread: false,
        };
        let rigs = Arc::new(vec![rig]);
        HostStatus {
            name: "build1".parse().unwrap(),
            reached,
            rigs,
            seen: None,
            facts: HostFacts::default(),
        }
    }

    #[test]
    fn a_host_that_cannot_be_reached_keeps_its_rows_and_nobody_knows_what_they_do() {
        let up = sections(&[host(Reached::Up)]).remove(0);
        assert_eq!((up.sessions[0].state, &up.problem), (State::Waiting, &None));
        let why = "No route to host".to_owned();
        let down = sections(&[host(Reached::Down { why, refused: false })]).remove(0);
        assert_eq!(down.sessions[0].state, State::Unknown);
        assert_eq!(down.problem.as_deref(), Some("unreachable: No route to host"));
        for section in [up, down] {
            let (home, rows) = section.rows();
            assert_eq!((&*home, &*rows[0].0), ("build1:/srv/shop", "build1:shop/ash"));
            assert_eq!(rows[0].1.host.as_ref().map(HostName::as_str), Some("build1"));
        }
    }

    #[test]
    fn what_a_person_can_do_about_it_is_told_first() {
        let why = "me@build1: Permission denied (publickey).".to_owned();
        let mut down = host(Reached::Down { why, refused: true });
        let told = |host: &HostStatus| problem(host).unwrap();
        assert!(told(&down).ends_with("(publickey). (`:PolecatReconnect` tries again)"));
        down.facts.needs_login = true;
        assert!(
            told(&down).starts_with("unreachable; `:PolecatConnect build1` logs in: me@build1")
        );
        let [folder, target, sum] =
            ["/cache", "x86_64-unknown-linux-musl", "1f"].map(str::to_owned);
        down.facts.offer = Some(Offer { folder, target, sum, skipped: None, size: 7 });
        assert_eq!(
            told(&down),
            "polecat-nvim is missing there; `:PolecatConnect build1` puts it there"
        );
        let mut up = host(Reached::Up);
        up.facts.notice = Some((Timestamp::now(), "restarted since"));
        assert!(told(&up).starts_with("restarted since, "));
        up.facts.notice = Some((Timestamp::UNIX_EPOCH, "restarted since"));
        assert_eq!(problem(&up), None);
    }

    #[test]
    fn the_end_of_a_job_is_told_before_it_and_after_it() {
        let at = |minutes: i64| Some(Timestamp::now() + SignedDuration::from_mins(minutes));
        let heading = |reached: Reached, ends| {
            let mut facts = HostFacts::default();
            facts.job = Some(BatchJob { id: 17, ends });
            let sections = sections(&[HostStatus { facts, seen: ends, ..host(reached) }]);
            sections[0].problem.clone().unwrap_or_default()
        };
        assert!(heading(Reached::Up, at(7)).starts_with("job 17 ends "));
        assert_eq!(heading(Reached::Up, None), "in job 17");
        let down = || Reached::Down { why: "exit status: 1".to_owned(), refused: false };
        assert_eq!(heading(Reached::Up, at(-1)), "in job 17");
        assert!(heading(down(), at(-1)).starts_with("job 17 ended "));
        assert!(heading(down(), at(7)).starts_with("unreachable"));
    }

    #[test]
    fn what_ran_in_a_job_that_has_ended_has_died_with_it() {
        let mut ended = host(Reached::Down { why: "exit status: 1".to_owned(), refused: false });
        let ends = Some(Timestamp::now() - SignedDuration::from_mins(1));
        (ended.facts.job, ended.seen) = (Some(BatchJob { id: 17, ends }), ends);
        let session = &sections(&[ended.clone()])[0].sessions[0];
        let how = session.exit.as_ref().map(|exit| exit.how);
        assert_eq!((session.state, how), (State::Died, Some(ExitHow::Job)));
        // It was heard of when its time had long been over.
        ended.facts.job = Some(BatchJob { id: 17, ends: Some(Timestamp::UNIX_EPOCH) });
        ended.seen = Some(Timestamp::now());
        assert_eq!(sections(&[ended])[0].sessions[0].state, State::Unknown);
    }

    #[test]
    fn a_host_without_rigs_has_a_heading_that_says_why() {
        let empty = HostStatus { rigs: Arc::default(), ..host(Reached::Connecting) };
        let section = sections(&[empty]).remove(0);
        assert_eq!(section.section().rig, "build1");
        assert_eq!(section.section().problem, Some("connecting"));
        assert_eq!(section.rows().1, []);
    }
}
