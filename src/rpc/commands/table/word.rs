//! The words of commands, and what each can stand for.

/// A word of a command.
#[derive(Debug)]
pub(in crate::rpc) struct Word {
    /// What it is called where it is missing or wrong.
    pub(in crate::rpc) name: &'static str,
    pub(in crate::rpc) kind: Kind,
    /// Whether the command means nothing without it.
    pub(in crate::rpc) needed: bool,
}

/// A pair `name=value`.
#[derive(Debug)]
pub(in crate::rpc) struct NamedWord {
    pub(in crate::rpc) name: &'static str,
    pub(in crate::rpc) kind: Kind,
}

/// What a word or a value stands for: from this it is completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum Kind {
    /// A polecat of the rig.
    Polecat,
    /// The same, or [`SIDEBAR`].
    Shown,
    /// One that has a session.
    Running,
    /// One whose agent does not run.
    Startable,
    /// An answer to what it asks.
    Choice,
    /// One that was removed and has a backup.
    Backup,
    /// The name of a new polecat, for the user to invent.
    NewName,
    /// Any tmux session.
    Session,
    /// A host of the configuration.
    Host,
    /// A known rig, of this machine or of a host.
    Rig,
    Issue,
    Agent,
    Account,
    /// The id of a conversation; alone, the last one.
    Conversation,
    /// From where a difference is counted.
    Since,
    /// A branch, tag or commit.
    Branch,
    /// What is done with uncommitted changes.
    Changes,
    /// A way of merging.
    MergeHow,
    /// A whole number from 1.
    Number,
    /// The same, of lines.
    Lines,
    Folder,
    /// A message to an agent: the rest of the line.
    Message,
    /// All that follows, as it stands; also a path, in which blanks are no ends.
    Rest,
    RestFolder,
}

impl Kind {
    /// Whether its key means something without a value.
    pub(in crate::rpc::commands) fn stands_alone(self) -> bool {
        self == Self::Conversation
    }

    /// Whether it takes the rest of the line.
    pub(in crate::rpc::commands) fn takes_the_rest(self) -> bool {
        matches!(self, Self::Message | Self::Rest | Self::RestFolder)
    }
}
