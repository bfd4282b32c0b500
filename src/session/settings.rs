//! What the user configured, as far as sessions are concerned.

use std::{collections::BTreeMap, path::PathBuf};

/// The configuration of design.md section 6 without what only Lua needs. Absent is default.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `rig.path`: the rig, wherever the editor is.
    pub rig_path: Option<PathBuf>,
    /// `rig.name`: its name, in place of its folder's.
    pub rig_name: Option<String>,
    /// `tmux.command`.
    pub tmux_command: Option<String>,
    /// `tmux.socket`: a name (`-L`), or with a `/` a path (`-S`).
    pub tmux_socket: Option<String>,
    /// `tracker.command`, which may carry arguments.
    pub tracker_command: Option<String>,
    /// `agent`: the default agent's name.
    pub agent: Option<String>,
    /// `agents`: what is added to the presets, or changed in them.
    pub agents: BTreeMap<String, AgentSettings>,
    /// `$TMUX` of the editor, when it runs in a tmux itself.
    pub editor_tmux: Option<String>,
}

/// One entry of `agents`. Over a preset of the same name, only what is given changes.
#[derive(Clone, Debug, Default)]
pub struct AgentSettings {
    /// The program.
    pub command: Option<String>,
    /// Its arguments.
    pub args: Option<Vec<String>>,
    /// Environment variables for it.
    pub env: Vec<(String, String)>,
    /// How it may be called in a process table.
    pub process_names: Option<Vec<String>>,
    /// `ready.prompt`: what its prompt begins with.
    pub prompt: Option<String>,
    /// `ready.title`: what its terminal title holds when it is ready.
    pub title: Option<String>,
    /// `ready.delay_ms`: when nothing else tells, ready after so long.
    pub delay_ms: Option<u64>,
}
