//! Sessions that gastown started: they bear no mark of ours, and are known by their own tables of
//! environment, whatever they are called.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use crate::{
    core::{names::PolecatName, rig::Rig},
    session::{error::SessionError, sessions::Sessions, sessions::metadata::Metadata},
    tmux::{Environment, Pane, PaneId, SessionId, TableOf},
};

/// What gastown's variables begin with.
const VARIABLES: &str = "GT_";

/// A polecat's session that gastown started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) struct Started {
    pub(in crate::session) polecat: PolecatName,
    /// The session that has the table.
    pub(in crate::session) session: SessionId,
    /// The pane of its agent (`GT_PANE_ID`); before 0.6 nothing tells it.
    pub(in crate::session) pane: Option<PaneId>,
    /// Its agent's name in presets or settings (`GT_AGENT`); before 0.6 nothing tells it.
    pub(in crate::session) agent: Option<String>,
    /// What its agent's processes are called (`GT_PROCESS_NAMES`).
    pub(in crate::session) processes: Vec<String>,
}

/// Whose a session is without our mark.
#[derive(Clone, Debug)]
pub(in crate::session) enum Owner {
    /// A polecat of the rig.
    Polecat(Arc<Started>),
    /// Another rig, another town, or another of gastown's roles.
    Other,
}

/// What the tables of sessions without our mark say; of those that say nothing the name tells.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Owners(HashMap<SessionId, Owner>);

impl Owners {
    pub(in crate::session) fn of(&self, session: SessionId) -> Option<&Owner> {
        self.0.get(&session)
    }
}

impl Sessions {
    /// Whose the sessions of those `panes` are that have no mark.
    pub(in crate::session) async fn owners(&self, panes: &[Pane]) -> Result<Owners, SessionError> {
        // Boxed, so that the futures of all who look for sessions stay small.
        let tables = Box::pin(self.context.tmux.environments(&unmarked(panes), VARIABLES)).await?;
        let mut owners = HashMap::new();
        for (session, table) in &tables {
            if let Some(owner) = owner(&self.context.rig, *session, table).await {
                owners.insert(*session, owner);
            }
        }
        Ok(Owners(owners))
    }
}

/// The sessions that show a pane without a mark.
fn unmarked(panes: &[Pane]) -> Vec<TableOf> {
    let is_marked =
        |pane: &Pane| pane.options.first().is_some_and(|it| Metadata::decode(it).is_some());
    let mut oldest: BTreeMap<SessionId, &Pane> = BTreeMap::new();
    for pane in panes.iter().filter(|pane| !is_marked(pane)) {
        let first = oldest.entry(pane.session_id).or_insert(pane);
        if pane.pane_id < first.pane_id {
            *first = pane;
        }
    }
    let table =
        |pane: &Pane| TableOf { session: pane.session_id, created: pane.created, pid: pane.pid };
    oldest.into_values().map(table).collect()
}

/// Whose a session is by its table: gastown's `config.AgentEnv` (527b7ce79 and a8bd79bf8,
/// internal/config/env.go) sets `GT_ROLE`, `GT_RIG`, `GT_POLECAT` and `GT_ROOT`.
async fn owner(rig: &Rig, session: SessionId, table: &Environment) -> Option<Owner> {
    let role = table.get("GT_ROLE");
    if role.is_some_and(|role| !is_polecats(role)) {
        return Some(Owner::Other);
    }
    let (of_rig, polecat) = (table.get("GT_RIG")?, table.get("GT_POLECAT")?);
    let polecat = PolecatName::parse(polecat).ok().filter(|_| is_called(rig, of_rig));
    let Some(polecat) = polecat else { return Some(Owner::Other) };
    for root in ["GT_ROOT", "GT_TOWN_ROOT"].into_iter().filter_map(|name| table.get(name)) {
        if !is_root(rig, root).await {
            return Some(Owner::Other);
        }
    }
    let processes = table.get("GT_PROCESS_NAMES").unwrap_or_default().split(',');
    Some(Owner::Polecat(Arc::new(Started {
        polecat,
        session,
        pane: table.get("GT_PANE_ID").and_then(|pane| pane.parse().ok()),
        agent: table.get("GT_AGENT").map(str::to_owned),
        processes: processes.map(|name| name.trim().to_owned()).collect(),
    })))
}

/// `polecat` before 0.6, `<rig>/polecats/<name>` since.
fn is_polecats(role: &str) -> bool {
    role == "polecat" || role.split('/').nth(1) == Some("polecats")
}

/// Whether gastown, which knows a rig by its folder, means this one.
fn is_called(rig: &Rig, name: &str) -> bool {
    let folder = rig.path.file_name().is_some_and(|folder| folder == name);
    folder || rig.name.as_str() == name
}

async fn is_root(rig: &Rig, root: &str) -> bool {
    let (ours, theirs) = (rig.root(), Path::new(root));
    if ours == theirs {
        return true;
    }
    let Ok(theirs) = tokio::fs::canonicalize(theirs).await else { return false };
    tokio::fs::canonicalize(ours).await.is_ok_and(|ours| ours == theirs)
}
