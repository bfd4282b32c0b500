//! The user's configuration, as far as sessions are concerned.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::core::{
    Gastown, Template,
    agent::AgentOverrides,
    hosts::{HostName, HostSettings},
    listing::Column,
    screen::Policy,
    session::notifications::Occasion,
};
pub use crate::host::setup::{Wanted, bad_pattern};

/// The configuration without what only Lua needs. `None` means the default.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `rig.path`: the rig to use, wherever the editor is.
    pub rig_path: Option<PathBuf>,
    /// `rig.name`: the rig's name, instead of its folder's.
    pub rig_name: Option<String>,
    /// `rigs`: other rigs to know, by their folders.
    pub rigs: BTreeMap<PathBuf, RigSettings>,
    /// `hosts`: other machines with rigs.
    pub hosts: BTreeMap<HostName, HostSettings>,
    /// `all`: whether lists are of all rigs where nobody says otherwise.
    pub all_rigs: bool,
    /// `tmux.command`.
    pub tmux_command: Option<String>,
    /// `tmux.socket`: a name (`-L`), or with a `/` a path (`-S`).
    pub tmux_socket: Option<String>,
    /// Why no tmux server is started where there is none, if none is.
    pub no_tmux_start: Option<&'static str>,
    /// How long what was changed is not counted after a rig was first seen: who shows it comes first.
    pub count_delay: Duration,
    /// `tracker.command`, which may carry arguments.
    pub tracker_command: Option<String>,
    /// `capture.lines`: how many lines a capture opens with.
    pub capture_lines: Option<u32>,
    /// `capture.fit`: whether sessions take the width of the windows that show them; they do.
    pub capture_fit: Option<bool>,
    /// `agent`: the default agent's name.
    pub agent: Option<String>,
    /// `agents`: additions and changes to the presets.
    pub agents: BTreeMap<String, AgentOverrides>,
    /// `dialogs`: who answers the dialogs that agents show at startup.
    pub dialogs: Policy,
    /// `setup`: what a new worktree gets, where nothing is said for its rig.
    pub setup: SetupSettings,
    /// `wrap`: the words in front of what is run in worktrees, where nothing is said for its rig.
    pub wrap: Vec<String>,
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
    /// `status.columns`: the columns of the status window.
    pub columns: Option<Vec<Column>>,
    /// `status.sidebar`: where it is docked.
    pub sidebar: Sidebar,
    /// The editor we work for.
    pub editor: EditorFacts,
}

/// How the status window is docked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sidebar {
    /// At the right, instead of the left.
    pub right: bool,
    /// In cells.
    pub width: u32,
}

impl Default for Sidebar {
    fn default() -> Self {
        Self { right: false, width: 40 }
    }
}

/// What is configured of one rig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RigSettings {
    /// `watch`: whether it is watched from the start, as if it had been used.
    pub watch: bool,
    /// `setup`, in place of that for all rigs.
    pub setup: Option<SetupSettings>,
    /// `wrap`, in place of that for all rigs.
    pub wrap: Option<Vec<String>>,
}

/// What a new worktree gets, besides what the project's `.worktreeinclude` names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupSettings {
    /// `copy` and `link`.
    pub wanted: Wanted,
    /// `run`: a command for the shell.
    pub run: Option<String>,
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
