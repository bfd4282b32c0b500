//! What the user configured, as far as sessions are concerned.

use std::{collections::BTreeMap, path::PathBuf};

use crate::core::{Gastown, Template, agent::Changes, screen::Policy, session::State};

/// The configuration without what only Lua needs. Absent is default.
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
    pub agents: BTreeMap<String, Changes>,
    /// `dialogs`: who answers what agents ask before they begin.
    pub dialogs: Policy,
    /// `gastown`: which one runs the town; else the town tells.
    pub gastown: Option<Gastown>,
    /// `worktrees`: where polecats of plain repositories work.
    pub worktrees: Template,
    /// `notify`: the states that a person is told of.
    pub notify: Vec<State>,
    /// The editor that we work for.
    pub editor: EditorFacts,
}

/// What no configuration says of the editor.
#[derive(Clone, Debug, Default)]
pub struct EditorFacts {
    /// `$TMUX`, when it runs in a tmux itself.
    pub tmux: Option<String>,
    /// Its folder for our data.
    pub data: Option<PathBuf>,
    /// The folder for what it keeps, in which answers are remembered.
    pub state: Option<PathBuf>,
}
