//! The ways to do a job that are compared.

/// A way to do a job, and a column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// This plugin, through its Lua functions in Neovim.
    Plugin,
    /// The same without Neovim: the library of its backend.
    Library,
    /// gastown's sequence of programs, each spawned, without its sleeps.
    Gastown,
    /// A Lua plugin that runs the same programs by `vim.system():wait()`.
    Sync,
    /// The least that any plugin with a backend needs: Neovim to a process that does nothing but
    /// pass one line to tmux over control mode, and back with the same answer.
    Floor,
    /// The least without Neovim: that line and tmux's answer.
    Pipe,
}

pub(crate) const WAYS: [Way; 6] =
    [Way::Plugin, Way::Library, Way::Gastown, Way::Sync, Way::Floor, Way::Pipe];

impl Way {
    /// The head of its column.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Way::Plugin => "plugin",
            Way::Library => "library",
            Way::Gastown => "gastown 527b7ce79",
            Way::Sync => "sync Lua",
            Way::Floor => "floor",
            Way::Pipe => "floor, library",
        }
    }
}
