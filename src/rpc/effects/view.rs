//! What is opened in a window, and all that Neovim must know of it.

use crate::rpc::{encode::Map, views::drawn_diff};

/// What is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum View {
    Status {
        polecat: Option<String>,
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
    /// The file under the cursor beside what it was; `polecat` is whose it must be.
    SideBySide {
        polecat: Option<String>,
    },
    Log,
}

impl View {
    /// The name of the buffer that shows a queue.
    pub(in crate::rpc) fn queue_buffer(polecat: &str) -> String {
        format!("polecat://queue/{polecat}")
    }

    /// Whether it is about a polecat, and with that of one rig.
    pub(in crate::rpc) fn is_of_polecat(&self) -> bool {
        match self {
            Self::Status { polecat, .. }
            | Self::Capture { polecat, .. }
            | Self::SideBySide { polecat } => polecat.is_some(),
            Self::Diff { .. } | Self::Queue { .. } => true,
            Self::Log => false,
        }
    }

    /// The effect that opens it.
    pub(super) fn encode(self) -> Map {
        let open = |view: &str| Map::new().put("kind", "open").put("view", view);
        let spec = |kind: &str, polecat: Option<String>| {
            Map::new().put("kind", kind).some("polecat", polecat)
        };
        match self {
            Self::Status { polecat, all } => {
                let (subject, keys) = match &polecat {
                    Some(polecat) => (format!("/{polecat}"), "detail"),
                    None => (String::new(), "rows"),
                };
                open("status")
                    .put("name", format!("polecat://status{subject}"))
                    .put("title", polecat.clone().unwrap_or_else(|| "polecats".to_owned()))
                    .put("keys", keys)
                    .put("spec", spec("status", polecat).flag("all", all))
            }
            Self::Capture { polecat, session, lines, snapshot } => {
                let named = polecat.is_none().then(|| session.clone());
                let spec = spec("capture", polecat)
                    .some("session", named)
                    .put("lines", lines)
                    .some("follow", (!snapshot).then_some(true));
                open("capture")
                    .put("name", format!("polecat://capture/{session}"))
                    .put("title", session)
                    .put("keys", if snapshot { "snapshot" } else { "capture" })
                    .put("snapshot", snapshot)
                    .put("spec", spec)
            }
            Self::Diff { polecat, since } => {
                let since = since.unwrap_or_else(|| "start".to_owned());
                open("diff")
                    .put("name", drawn_diff::buffer(&polecat))
                    .put("title", polecat.clone())
                    .put("keys", "diff")
                    .put("spec", spec("diff", Some(polecat)).put("since", since))
            }
            Self::Queue { polecat } => open("queue")
                .put("name", Self::queue_buffer(&polecat))
                .put("title", format!("queue of {polecat}"))
                .put("keys", "queue")
                .put("spec", spec("queue", Some(polecat))),
            Self::SideBySide { polecat } => {
                Map::new().put("kind", "compare").some("polecat", polecat)
            }
            Self::Log => Map::new().put("kind", "log"),
        }
    }
}
