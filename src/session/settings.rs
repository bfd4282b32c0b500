//! The user's configuration, as far as sessions are concerned.

use std::{collections::BTreeMap, path::PathBuf};

use crate::core::{Gastown, Template, agent::Changes, notifications::Occasion, screen::Policy};

/// The configuration without what only Lua needs. `None` means the default.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `rig.path`: the rig to use, wherever the editor is.
    pub rig_path: Option<PathBuf>,
    /// `rig.name`: the rig's name, instead of its folder's.
    pub rig_name: Option<String>,
    /// `tmux.command`.
    pub tmux_command: Option<String>,
    /// `tmux.socket`: a name (`-L`), or with a `/` a path (`-S`).
    pub tmux_socket: Option<String>,
    /// `tracker.command`, which may carry arguments.
    pub tracker_command: Option<String>,
    /// `capture.lines`: how many lines a capture opens with.
    pub capture_lines: Option<u32>,
    /// `capture.fit`: whether sessions take the width of the windows that show them; they do.
    pub capture_fit: Option<bool>,
    /// `agent`: the default agent's name.
    pub agent: Option<String>,
    /// `agents`: additions and changes to the presets.
    pub agents: BTreeMap<String, Changes>,
    /// `dialogs`: who answers the dialogs that agents show at startup.
    pub dialogs: Policy,
    /// `gastown`: the version that runs the town; otherwise detected.
    pub gastown: Option<Gastown>,
    /// `worktrees`: where the worktrees of plain repositories go.
    pub worktrees: Template,
    /// `notify`: what the user is notified of.
    pub notify: Vec<Occasion>,
    /// `notify_command`: the program, and its arguments, that is run for the same; empty where there
    /// is none.
    pub notify_command: Vec<String>,
    /// `prompts`: texts for messages, by name.
    pub prompts: BTreeMap<String, String>,
    /// `questions`: whether questions of agents are put by the user's own `vim.ui.select`.
    pub questions_by_select: bool,
    /// The editor we work for.
    pub editor: EditorFacts,
}

/// Facts about the editor that are not configuration.
#[derive(Clone, Debug, Default)]
pub struct EditorFacts {
    /// `$TMUX`, if the editor runs inside tmux.
    pub tmux: Option<String>,
    /// Our data directory.
    pub data: Option<PathBuf>,
    /// Our state directory, where trust is remembered.
    pub state: Option<PathBuf>,
}
