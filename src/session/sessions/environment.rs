//! Sessions that gastown started: they have no metadata of ours, and are recognised by their tmux
//! environment, whatever their names.

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

/// The prefix of gastown's variables.
const VARIABLES: &str = "GT_";

/// A polecat's session started by gastown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) struct Started {
    pub(in crate::session) polecat: PolecatName,
    /// The session with this environment.
    pub(in crate::session) session: SessionId,
    /// The agent's pane (`GT_PANE_ID`); unknown before 0.6.
    pub(in crate::session) pane: Option<PaneId>,
    /// The agent's name in presets or settings (`GT_AGENT`); unknown before 0.6.
    pub(in crate::session) agent: Option<String>,
    /// The names of the agent's processes (`GT_PROCESS_NAMES`).
    pub(in crate::session) processes: Vec<String>,
}

/// The owner of a session without our metadata.
#[derive(Clone, Debug)]
pub(in crate::session) enum Owner {
    /// A polecat of the rig.
    Polecat(Arc<Started>),
    /// Another rig, another town, or another of gastown's roles.
    Other,
}

/// The owners of sessions without our metadata, by their environment. If that says nothing, the name
/// decides.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Owners(HashMap<SessionId, Owner>);

impl Owners {
    pub(in crate::session) fn of(&self, session: SessionId) -> Option<&Owner> {
        self.0.get(&session)
    }
}

impl Sessions {
    /// The owners of the sessions in `panes` that have no metadata.
    pub(in crate::session) async fn owners(&self, panes: &[Pane]) -> Result<Owners, SessionError> {
        // Boxed, to keep the futures of all callers small.
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

/// The sessions that contain a pane without metadata.
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

/// The owner of a session, by its environment: gastown's `config.AgentEnv` (527b7ce79 and a8bd79bf8,
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

/// Whether `name` means this rig: gastown names a rig by its folder.
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
