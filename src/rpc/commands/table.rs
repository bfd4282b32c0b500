//! Every command, once: what Neovim registers, what is parsed, what is completed and what the help
//! lists come from these rows.

mod word;

pub(in crate::rpc) use word::{Kind, NamedWord, Word};

use crate::session::Reach;

/// A command `:Polecat{name}`, which is `:Polecat {sub}` too.
#[derive(Debug)]
pub(in crate::rpc) struct Spec {
    /// What it does.
    pub(in crate::rpc) command: Command,
    /// `StopAll`.
    pub(in crate::rpc) name: &'static str,
    /// Its words, in their order.
    pub(in crate::rpc) words: &'static [Word],
    /// The `key=value` pairs behind them, in the order in which they are completed.
    pub(in crate::rpc) keys: &'static [NamedWord],
    /// Whether it takes a `!`.
    pub(in crate::rpc) bang: bool,
    /// What a range or a count in front of it means.
    pub(in crate::rpc) range: Range,
    /// Whether a `|` ends it: not where that may be part of a text.
    #[cfg_attr(not(test), expect(dead_code, reason = "for what is generated"))]
    pub(in crate::rpc) bar: bool,
    /// The mode of its map `<Plug>(Polecat{name})`: one for each command that means something
    /// without a word.
    #[cfg_attr(not(test), expect(dead_code, reason = "for what is generated"))]
    pub(in crate::rpc) map: Option<&'static str>,
    /// The view that it opens where it has no words: Lua does so without a backend, which may be
    /// what is broken.
    #[cfg_attr(not(test), expect(dead_code, reason = "for what is generated"))]
    pub(in crate::rpc) opens: Option<&'static str>,
    /// Whether it must know what the editor has open, and where it stands.
    pub(in crate::rpc) editor: bool,
    /// One line for the help and for who lists commands.
    #[cfg_attr(not(test), expect(dead_code, reason = "for what is generated"))]
    pub(in crate::rpc) about: &'static str,
}

/// What a command does: one arm each in `run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum Command {
    Start,
    Stop,
    StopAll,
    Resume,
    Status,
    List,
    Capture,
    CaptureSession,
    Inject,
    Queue,
    Interrupt,
    Answer,
    Diff,
    Attach,
    New,
    Fork,
    Sling,
    Issues,
    Setup,
    Remove,
    Restore,
    Merge,
    Push,
    Shell,
    Label,
    Rig,
    Connect,
    Reconnect,
    Tour,
    Log,
}

/// What `:PolecatStatus` opens docked, in place of a polecat.
pub(super) const SIDEBAR: &str = "sidebar";

impl Command {
    /// How far the name of a polecat reaches, where it names no rig.
    pub(super) fn reach(self) -> Reach {
        match self {
            Self::Start
            | Self::Stop
            | Self::New
            | Self::Fork
            | Self::Sling
            | Self::Setup
            | Self::Remove
            | Self::Merge
            | Self::Push
            | Self::Restore => Reach::Here,
            _ => Reach::Anywhere,
        }
    }

    /// Whether it is about the polecat that its buffer is about, where it names none. The others are
    /// about a rig then, whatever has become of that polecat.
    pub(super) fn is_about_buffer(self) -> bool {
        !matches!(self, Self::Status | Self::New | Self::Sling)
    }
}

/// What stands in front of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum Range {
    /// Nothing may.
    None,
    /// A count: the size of the window, as with `:split`.
    Size,
    /// Lines of the buffer.
    Lines,
}

const fn word(name: &'static str, kind: Kind) -> Word {
    Word { name, kind, needed: true }
}

const fn maybe(name: &'static str, kind: Kind) -> Word {
    Word { name, kind, needed: false }
}

const fn key(name: &'static str, kind: Kind) -> NamedWord {
    NamedWord { name, kind }
}

/// The size of the window that a command opens, where a count is no size.
const SIZE: NamedWord = key("size", Kind::Number);

/// A command without anything.
const fn plain(command: Command, name: &'static str, about: &'static str) -> Spec {
    Spec {
        command,
        name,
        words: &[],
        keys: &[],
        bang: false,
        range: Range::None,
        bar: true,
        map: None,
        opens: None,
        editor: false,
        about,
    }
}

/// All of them, in the order of the help.
pub(in crate::rpc) static COMMANDS: &[Spec] = &[
    Spec {
        words: &[word("polecat", Kind::Startable)],
        keys: &[
            key("issue", Kind::Issue),
            key("base", Kind::Branch),
            key("branch", Kind::Branch),
            key("changes", Kind::Changes),
            key("agent", Kind::Agent),
            key("account", Kind::Account),
            key("workdir", Kind::Folder),
            key("config_dir", Kind::Folder),
            key("resume", Kind::Conversation),
            key("prompt", Kind::Message),
            key("cmd", Kind::Rest),
        ],
        bang: true,
        range: Range::Lines,
        bar: false,
        ..plain(Command::Start, "Start", "Start a polecat's agent; ! creates the polecat")
    },
    Spec {
        words: &[word("polecat", Kind::Running)],
        bang: true,
        ..plain(Command::Stop, "Stop", "Stop a polecat's session; ! at once")
    },
    Spec {
        words: &[maybe("rig", Kind::Rig)],
        bang: true,
        map: Some("n"),
        ..plain(Command::StopAll, "StopAll", "Stop all polecats of the rig")
    },
    Spec {
        words: &[maybe("rig", Kind::Rig)],
        bang: true,
        map: Some("n"),
        ..plain(Command::Resume, "Resume", "Resume all that were cut off; ! the stopped ones too")
    },
    Spec {
        words: &[maybe("polecat", Kind::Shown)],
        bang: true,
        map: Some("n"),
        ..plain(Command::Status, "Status", "Show all polecats, or one in detail; ! of all rigs")
    },
    Spec {
        bang: true,
        map: Some("n"),
        ..plain(Command::List, "List", "Choose a session and what to do with it; ! of all rigs")
    },
    Spec {
        words: &[word("polecat", Kind::Running), maybe("lines", Kind::Lines)],
        keys: &[SIZE],
        bang: true,
        range: Range::Size,
        ..plain(Command::Capture, "Capture", "Follow what a polecat prints; ! a snapshot")
    },
    Spec {
        words: &[word("session", Kind::Session), maybe("lines", Kind::Lines)],
        keys: &[SIZE],
        bang: true,
        range: Range::Size,
        // A session may be called anything.
        bar: false,
        ..plain(Command::CaptureSession, "CaptureSession", "Follow what any tmux session prints")
    },
    Spec {
        words: &[maybe("polecat", Kind::Running), maybe("message", Kind::Message)],
        range: Range::Lines,
        bar: false,
        map: Some("x"),
        ..plain(Command::Inject, "Inject", "Send a message, or the lines of a range")
    },
    Spec {
        words: &[maybe("polecat", Kind::Polecat), maybe("message", Kind::Rest)],
        bang: true,
        range: Range::Lines,
        bar: false,
        map: Some("n"),
        ..plain(Command::Queue, "Queue", "Queue a message, or show them; ! sends the held ones")
    },
    Spec {
        words: &[maybe("polecat", Kind::Running)],
        map: Some("n"),
        ..plain(Command::Interrupt, "Interrupt", "Interrupt what a polecat is doing")
    },
    Spec {
        words: &[
            maybe("polecat", Kind::Running),
            maybe("choice", Kind::Choice),
            maybe("words", Kind::Rest),
        ],
        bar: false,
        map: Some("n"),
        ..plain(Command::Answer, "Answer", "Answer what a polecat asks, or the one waiting longest")
    },
    Spec {
        words: &[maybe("polecat", Kind::Polecat), maybe("other", Kind::Polecat)],
        keys: &[key("since", Kind::Since), SIZE],
        bang: true,
        range: Range::Size,
        map: Some("n"),
        ..plain(Command::Diff, "Diff", "Show changes, or how two differ; ! side by side")
    },
    Spec {
        words: &[word("polecat", Kind::Running)],
        keys: &[SIZE],
        range: Range::Size,
        ..plain(Command::Attach, "Attach", "Use a polecat's session in a terminal")
    },
    Spec {
        words: &[maybe("polecat", Kind::NewName)],
        keys: &[
            key("issue", Kind::Issue),
            key("base", Kind::Branch),
            key("branch", Kind::Branch),
            key("changes", Kind::Changes),
        ],
        map: Some("n"),
        ..plain(Command::New, "New", "Create a polecat: name, worktree and branch")
    },
    Spec {
        words: &[word("polecat", Kind::Polecat), maybe("new", Kind::NewName)],
        keys: &[key("prompt", Kind::Message)],
        bang: true,
        range: Range::Lines,
        bar: false,
        ..plain(Command::Fork, "Fork", "Fork a polecat and its conversation; ! its work alone")
    },
    Spec {
        words: &[maybe("issue", Kind::Issue), maybe("polecat", Kind::Polecat)],
        keys: &[
            key("base", Kind::Branch),
            key("branch", Kind::Branch),
            key("changes", Kind::Changes),
            key("agent", Kind::Agent),
            key("account", Kind::Account),
            key("config_dir", Kind::Folder),
            key("prompt", Kind::Message),
            key("cmd", Kind::Rest),
        ],
        bar: false,
        range: Range::Lines,
        map: Some("n"),
        ..plain(Command::Sling, "Sling", "Give an issue or a task to a free or new polecat")
    },
    Spec {
        words: &[maybe("rig", Kind::Rig)],
        map: Some("n"),
        ..plain(Command::Issues, "Issues", "Choose a ready issue for a polecat")
    },
    Spec {
        words: &[maybe("polecat", Kind::Polecat)],
        bang: true,
        map: Some("n"),
        ..plain(Command::Setup, "Setup", "Set a worktree up again; ! shows what that prints")
    },
    Spec {
        words: &[word("polecat", Kind::Polecat)],
        bang: true,
        editor: true,
        ..plain(Command::Remove, "Remove", "Remove a polecat; ! saves its work first")
    },
    Spec {
        words: &[maybe("polecat", Kind::Polecat), maybe("how", Kind::MergeHow)],
        bang: true,
        editor: true,
        map: Some("n"),
        ..plain(Command::Merge, "Merge", "Merge what a polecat committed; ! leaves conflicts")
    },
    Spec {
        words: &[maybe("polecat", Kind::Polecat)],
        map: Some("n"),
        ..plain(Command::Push, "Push", "Push a polecat's branch, and open a pull request")
    },
    Spec {
        words: &[maybe("polecat", Kind::Polecat)],
        keys: &[SIZE],
        range: Range::Size,
        map: Some("n"),
        ..plain(Command::Shell, "Shell", "Open a shell in a polecat's worktree")
    },
    Spec {
        words: &[word("polecat", Kind::Backup)],
        ..plain(Command::Restore, "Restore", "Bring back a removed polecat")
    },
    Spec {
        words: &[word("polecat", Kind::Polecat), maybe("label", Kind::Rest)],
        bar: false,
        ..plain(Command::Label, "Label", "Label a polecat")
    },
    Spec {
        words: &[maybe("path", Kind::RestFolder)],
        bang: true,
        bar: false,
        map: Some("n"),
        ..plain(Command::Rig, "Rig", "Show or pin the rig; ! unpins")
    },
    plain(Command::Tour, "Tour", "Try everything with scripted agents, in five steps"),
    Spec {
        words: &[word("host", Kind::Host)],
        ..plain(Command::Connect, "Connect", "Connect to a host: log in, install the backend")
    },
    Spec { map: Some("n"), ..plain(Command::Reconnect, "Reconnect", "Reconnect to hosts") },
    Spec {
        keys: &[SIZE],
        range: Range::Size,
        map: Some("n"),
        opens: Some("log"),
        ..plain(Command::Log, "Log", "Open the backend's log")
    },
];

impl Spec {
    /// The command `:Polecat{name}` or `:Polecat {name}`.
    pub(in crate::rpc) fn named(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|spec| spec.name == name || spec.sub() == name)
    }

    /// Its name behind `:Polecat`: `StopAll` is `stop-all`.
    pub(super) fn sub(&self) -> String {
        let mut sub = String::new();
        for letter in self.name.chars() {
            if letter.is_uppercase() && !sub.is_empty() {
                sub.push('-');
            }
            sub.extend(letter.to_lowercase());
        }
        sub
    }

    /// How it is written, for who wrote it wrong: `:PolecatSling {issue} [polecat] [key=value ...]`.
    pub(super) fn usage(&self) -> String {
        let words = self.words.iter().map(|Word { name, needed, .. }| {
            if *needed { format!(" {{{name}}}") } else { format!(" [{name}]") }
        });
        let pairs = if self.keys.is_empty() { "" } else { " [key=value ...]" };
        format!(":Polecat{}{}{pairs}", self.name, words.collect::<String>())
    }
}
