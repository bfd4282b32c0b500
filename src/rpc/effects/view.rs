//! What is opened in a window, and all that Neovim must know of it.

use rmpv::Value;

use crate::{
    core::{host_files::own_buffer, listing::Column},
    rpc::{
        commands::keys::views as keys,
        encode::{Map, texts},
        views::drawn_diff,
    },
    session::{Sidebar, Workspace},
};

/// What is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum View {
    /// One polecat.
    Status {
        polecat: String,
    },
    /// All polecats.
    List {
        columns: Vec<Column>,
        /// In a window at the side, instead of a float.
        docked: Option<Sidebar>,
        /// Of all rigs.
        all: bool,
    },
    Capture {
        polecat: Option<String>,
        session: String,
        lines: u32,
        snapshot: bool,
    },
    Diff {
        polecat: String,
        since: Option<String>,
    },
    Queue {
        polecat: String,
    },
    /// What the set-up of a worktree prints.
    Setup {
        polecat: String,
    },
    /// The file under the cursor beside what it was; `polecat` is whose it must be.
    SideBySide {
        polecat: Option<String>,
    },
    Log,
}

/// The keys that the frame of a list names, the most useful first; what there is room for.
const LIST_FOOTER: &[&str] = &[
    "<CR> follow",
    "A answer",
    "i write",
    "d diff",
    "K detail",
    "s start",
    "R resume",
    "x stop",
    "t task",
    "f filter",
    "g? all keys",
];

/// The same of one polecat.
const DETAIL_FOOTER: &[&str] = &[
    "<CR> follow",
    "A answer",
    "i write",
    "d diff",
    "s start",
    "R resume",
    "x stop",
    "g? all keys",
];

fn dock(sidebar: Sidebar) -> Map {
    let side = if sidebar.right { "right" } else { "left" };
    Map::new().put("side", side).put("width", sidebar.width)
}

impl View {
    /// All polecats of the rig around, or of all rigs.
    pub(in crate::rpc) fn list(workspace: &Workspace, all: bool, docked: bool) -> Self {
        let (columns, docked) = (workspace.columns().to_vec(), docked.then(|| workspace.sidebar()));
        Self::List { columns, docked, all }
    }

    /// The name of the buffer that shows a queue.
    pub(in crate::rpc) fn queue_buffer(polecat: &str) -> String {
        own_buffer("queue", polecat)
    }

    /// Whether it is about a polecat, and with that of one rig.
    pub(in crate::rpc) fn is_of_polecat(&self) -> bool {
        match self {
            Self::Capture { polecat, .. } | Self::SideBySide { polecat } => polecat.is_some(),
            Self::Status { .. } | Self::Diff { .. } | Self::Queue { .. } | Self::Setup { .. } => {
                true
            }
            Self::List { .. } | Self::Log => false,
        }
    }

    /// What `polecat` of a host prints; it is named as a whole, which no session of this machine is.
    pub(in crate::rpc) fn of_far(polecat: String, lines: u32, snapshot: bool) -> Self {
        Self::Capture { session: polecat.clone(), polecat: Some(polecat), lines, snapshot }
    }

    /// The effect that opens it.
    pub(super) fn encode(self) -> Map {
        let open = |view: &str| Map::new().put("kind", "open").put("view", view);
        let spec = |kind: &str, polecat: Option<String>| {
            Map::new().put("kind", kind).some("polecat", polecat)
        };
        match self {
            Self::Status { polecat } => open("detail")
                .put("name", own_buffer("status", &polecat))
                .put("title", polecat.as_str())
                .put("keys", &keys::DETAIL)
                .put("footer", texts(DETAIL_FOOTER))
                .put("spec", spec("status", Some(polecat))),
            Self::List { columns, docked, all } => {
                let about = |column: &Column| texts([column.as_str(), column.about()]);
                let kind = if docked.is_some() { "sidebar" } else { "status" };
                open(kind)
                    .put("name", own_buffer(kind, ""))
                    .put("title", "polecats")
                    .put("keys", &keys::LIST)
                    .put("legend", Value::Array(columns.iter().map(about).collect()))
                    .put("footer", texts(LIST_FOOTER))
                    .some("dock", docked.map(dock))
                    .put("spec", spec("status", None).flag("all", all))
            }
            Self::Capture { polecat, session, lines, snapshot } => {
                let named = polecat.is_none().then(|| session.clone());
                let spec = spec("capture", polecat)
                    .some("session", named)
                    .put("lines", lines)
                    .some("follow", (!snapshot).then_some(true));
                open("capture")
                    .put("name", own_buffer("capture", &session))
                    .put("title", session)
                    .put("keys", if snapshot { &keys::SNAPSHOT } else { &keys::CAPTURE })
                    .put("snapshot", snapshot)
                    .put("spec", spec)
            }
            Self::Diff { polecat, since } => {
                let since = since.unwrap_or_else(|| "start".to_owned());
                open("diff")
                    .put("name", drawn_diff::buffer(&polecat))
                    .put("title", polecat.clone())
                    .put("keys", &keys::CHANGES)
                    .put("spec", spec("diff", Some(polecat)).put("since", since))
            }
            Self::Queue { polecat } => open("queue")
                .put("name", Self::queue_buffer(&polecat))
                .put("title", format!("queue of {polecat}"))
                .put("keys", &keys::QUEUE)
                .put("spec", spec("queue", Some(polecat))),
            Self::Setup { polecat } => open("setup")
                .put("name", own_buffer("setup", &polecat))
                .put("title", format!("set-up of {polecat}"))
                .put("keys", &keys::SETUP)
                .put("spec", spec("setup", Some(polecat))),
            Self::SideBySide { polecat } => {
                Map::new().put("kind", "compare").some("polecat", polecat)
            }
            Self::Log => Map::new().put("kind", "log"),
        }
    }
}
