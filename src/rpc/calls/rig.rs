//! What is around us, and what there is in a rig.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{At, CallContext, Everywhere, FindAgents, Operation, RigName, calls};
use crate::{
    core::{
        agent,
        hosts::{HostName, engines},
        names::shown,
    },
    fleet::{HostStatus, Unanswered},
    rpc::{encode::encoded_by_serde, error::Refusal},
    session::{Completion, FoundAgent, HealthRow, Issue, Level},
};

/// The longest that hosts may take to be connected to: Neovim is blocked until all is known.
const HOST_TIMEOUT: Duration = Duration::from_secs(2);

calls! {
    /// What `:checkhealth` shows.
    "health" => Health { at: Option<At> }
    /// The names that commands can be completed with.
    "complete" => Complete { at: At }
    /// The issues that can be begun.
    #[derive(serde::Serialize)]
    "rig.issues" => Issues { at: At, rig: Option<RigName> }
}

impl Operation for Health {
    type Answer = Vec<HealthRow>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<HealthRow>, Refusal> {
        let place = self.at.map(Into::into);
        let (mut rows, hosts) =
            tokio::join!(context.workspace.health(place.as_ref()), hosts_health(context));
        rows.extend(hosts);
        Ok(rows)
    }
}

impl Everywhere for Issues {
    type Answer = Vec<Issue>;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Vec<Issue>, Refusal> {
        let rig = context.named_rig(self.at, self.rig.as_ref()).await?;
        Ok(rig.polecats().ready_issues().await?)
    }

    fn arrived(issues: &mut Vec<Issue>, _ahead: i64) {
        issues.retain(Issue::has_valid_id);
    }
}

encoded_by_serde! { Vec<Issue> }

impl Operation for Complete {
    type Answer = Completion;

    async fn run(self, context: &CallContext<'_>) -> Result<Completion, Refusal> {
        let names = context.workspace.completion(&self.at.into()).await;
        let hosts = context.fleet.hosts();
        let mut names = match names {
            Err(_) if !hosts.is_empty() => Completion::default(),
            names => names?,
        };
        for (name, info) in hosts.iter().flat_map(HostStatus::polecats) {
            names.running.extend(info.pane_id.as_ref().map(|_| name.clone()));
            names.startable.extend((!info.running).then(|| name.clone()));
            names.polecats.push(name);
        }
        names.rigs.extend(hosts.iter().flat_map(HostStatus::rig_addresses));
        names.hosts = hosts.iter().map(|host| host.name.to_string()).collect();
        Ok(names)
    }
}

/// Whether the hosts can be reached, each in a row.
async fn hosts_health(context: &CallContext<'_>) -> Vec<HealthRow> {
    let fleet = context.fleet;
    let _watch = fleet.connect_all();
    let names: Vec<_> = fleet.hosts().into_iter().map(|host| host.name).collect();
    let deadline = Instant::now() + HOST_TIMEOUT;
    let mut rows = Vec::new();
    for name in names {
        let found = timeout_at(deadline, fleet.connected(&name)).await;
        let is_up = matches!(found, Ok(Ok(_)));
        rows.push(host_health(&name, found.ok()));
        if is_up && let Ok(found) = timeout_at(deadline, context.there(&name, FindAgents {})).await
        {
            rows.extend(found.ok().map(|found| agents_there(&name, &found)));
        }
        let advice = fleet.settings(&name).and_then(|one| engines::advice(&one.command));
        rows.extend(advice.map(|advice| hosts_row(Level::Warn, format!("`{name}`: {advice}"))));
    }
    rows.extend(same(&fleet.hosts()));
    rows
}

fn hosts_row(level: Level, text: String) -> HealthRow {
    HealthRow { section: "hosts", level, text, hint: None }
}

/// The known agents that a host has.
fn agents_there(name: &HostName, found: &[FoundAgent]) -> HealthRow {
    let known = found.iter().filter(|one| agent::preset(&one.name).is_some());
    let found: Vec<_> = known.map(|one| format!("{}: {}", one.name, shown(&one.path))).collect();
    if found.is_empty() {
        let hint = "your login shell's PATH there is used: see |polecat-hosts|";
        let text = format!("no known agent is on PATH of `{name}`");
        return HealthRow { hint: Some(hint.to_owned()), ..hosts_row(Level::Warn, text) };
    }
    hosts_row(Level::Ok, format!("agents of `{name}`: {}", found.join(", ")))
}

/// That two names lead to one machine: fine, but its polecats are there twice.
fn same(hosts: &[HostStatus]) -> Vec<HealthRow> {
    let who = |host: &HostStatus| host.facts.serving.as_ref().map(|(who, _)| who.clone());
    let mut rows = Vec::new();
    for (index, host) in hosts.iter().enumerate() {
        let Some(found) = who(host) else { continue };
        let other =
            hosts[..index].iter().find(|other| who(other).is_some_and(|who| who.is(&found)));
        rows.extend(other.map(|other| {
            let text = format!(
                "`{}` and `{}` are the same user of the same machine",
                other.name, host.name
            );
            hosts_row(Level::Info, text)
        }));
    }
    rows
}

fn host_health(name: &HostName, found: Option<Result<HostStatus, Unanswered>>) -> HealthRow {
    let row = hosts_row;
    match found {
        Some(Ok(host)) => {
            let rigs = match host.rigs.len() {
                1 => "1 rig".to_owned(),
                many => format!("{many} rigs"),
            };
            let serving = host.facts.serving.as_ref();
            let who = serving.map(|(who, program)| format!(", as {}, by `{program}`", who.user()));
            let (who, away) = (who.unwrap_or_default(), host.facts.round_trip);
            let away = away.map(|time| format!(", {} ms away", time.as_millis()));
            let away = away.unwrap_or_default();
            row(Level::Ok, format!("`{name}` is connected, {rigs}{who}{away}"))
        }
        Some(Err(Unanswered::Unreachable { why })) => HealthRow {
            hint: Some(format!("see |polecat-hosts|; `:PolecatConnect {name}` tries again")),
            ..row(Level::Warn, format!("`{name}` cannot be reached: {why}"))
        },
        Some(Err(_)) | None => row(Level::Warn, format!("still connecting to `{name}`")),
    }
}
