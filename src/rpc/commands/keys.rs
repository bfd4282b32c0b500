//! The keys of our buffers. Which view has which is in `views.rs` there; what they do in the backend is
//! in `press.rs`.

mod diff;
mod list;
mod queue;
mod setup;
pub(in crate::rpc) mod views;

pub(in crate::rpc) use self::list::ListKey;
use self::{diff::DIFF, list::LIST, queue::QUEUED, setup::SET_UP};
use crate::core::names::shown;
use crate::rpc::error::RpcError;

/// A key of a view.
#[derive(Debug)]
pub(super) struct Key {
    /// As Neovim maps it.
    pub(super) lhs: &'static str,
    /// A letter for each mode that it is mapped in.
    pub(super) modes: &'static str,
    /// What it does, for the list of keys and for that of what can be done.
    pub(super) about: &'static str,
    /// Whether Neovim goes where the row leads, without a backend, if it leads anywhere.
    pub(super) follows: bool,
    pub(super) does: KeyAction,
}

/// Who does what a key is for.
#[derive(Debug)]
pub(super) enum KeyAction {
    /// Neovim, also without a backend: the name of a function in Lua.
    Lua(&'static str),
    /// The same: goes to a stop of this kind, forward (1) or back (-1).
    Jump(&'static str, i8),
    /// The backend, by `view.act`.
    Act(Act),
}

/// What is sent by `view.act`.
#[derive(Debug)]
pub(super) struct Act {
    /// Its name, the same in every view that has it.
    pub(super) name: &'static str,
    /// What its row says while it takes time.
    pub(super) doing: &'static str,
    /// What of the buffer's text goes along.
    pub(super) sends: Option<Sends>,
    pub(super) meaning: Meaning,
}

/// The text that a key is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sends {
    /// The line of the cursor, and its column.
    Line,
    /// The last lines of the buffer.
    Lines,
}

/// What a key means. One of a new kind is a variant here and its arm in `press.rs`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// A command about the polecat of the row, or of the view: its name, and what follows the polecat.
    Command { name: &'static str, bang: bool, manner: Manner },
    /// What a diff does about the line.
    Diff(DiffKey),
    /// What a queue does about the message.
    Queue(QueueKey),
    /// Opens the file that stands under the cursor, there or at the line that stands behind it.
    OpenFile { at_line: bool },
    /// Leads to the worktree of the row.
    Worktree(WorktreeKey),
    /// How the polecats are listed.
    List(ListKey),
    /// Opens a buffer for a task that a free or new polecat gets, in the rig of the row.
    Task,
    /// Lists the lines of files that the text names.
    ListLocations,
    /// Follows the next polecat that waits for a person, or with -1 the one before.
    Waiting(i8),
}

/// What a key of a diff does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiffKey {
    Edit,
    SideBySide,
    Comment,
    DropComment,
    ListComments,
    SendComments,
    ToggleSince,
    Stage,
    UndoHunk,
    UndoLast,
}

/// What a key does with the worktree of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorktreeKey {
    /// Opens it in a tab page of its own.
    Open,
    /// Puts its branch into the unnamed register.
    YankBranch,
    /// The same with its path.
    YankPath,
}

/// What a key of a queue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueueKey {
    Drop,
    DropAll,
    Release,
}

/// How a key differs from its command as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// In nothing.
    Plain,
    /// It asks first.
    Asks,
    /// It asks first while the agent is in the middle of something; success is seen in the window.
    AsksIfBusy,
    /// Success is seen in the window, and not told.
    Silent,
}

const INTERRUPT: Key = command(
    "gI",
    "Interrupt what it is doing",
    "interrupt",
    "interrupting",
    "Interrupt",
    Manner::Silent,
);

/// It asks by itself.
const MERGE: Key = command(
    "M",
    "Merge what it committed into the main worktree",
    "merge",
    "looking",
    "Merge",
    Manner::Plain,
);

/// The same.
const PUSH: Key = command(
    "P",
    "Push its branch, and open a pull request",
    "push",
    "pushing",
    "Push",
    Manner::Plain,
);

const QUEUE: Key =
    command("Q", "Show what is queued for it", "queue", "opening", "Queue", Manner::Plain);

const KILL: Meaning = Meaning::Command { name: "Stop", bang: true, manner: Manner::AsksIfBusy };

/// Of a polecat's row, and of its details.
const OF_POLECAT: &[Key] = &[
    command("<CR>", "Follow what it prints", "capture", "opening", "Capture", Manner::Plain),
    command(
        "a",
        "Attach: use its session in a terminal",
        "attach",
        "attaching",
        "Attach",
        Manner::Plain,
    ),
    command("A", "Answer what it asks", "answer", "looking", "Answer", Manner::Plain),
    command("i", "Inject: write a message to it", "compose", "opening", "Inject", Manner::Plain),
    INTERRUPT,
    QUEUE,
    command("d", "Show what it changed", "diff", "opening", "Diff", Manner::Plain),
    MERGE,
    PUSH,
    command("s", "Start it", "start", "starting", "Start", Manner::Plain),
    command(
        "R",
        "Resume its last conversation",
        "resume",
        "resuming",
        "Start resume",
        Manner::Plain,
    ),
    command("x", "Stop it", "stop", "stopping", "Stop", Manner::AsksIfBusy),
    act("X", "Stop it by force", "kill", "stopping", KILL),
    worktree(
        "gd",
        "Open its worktree in a tab page, with that directory",
        "open_worktree",
        WorktreeKey::Open,
    ),
    worktree("gy", "Yank its branch", "yank_branch", WorktreeKey::YankBranch),
    worktree("gY", "Yank the path of its worktree", "yank_path", WorktreeKey::YankPath),
    command("D", "Remove it, with its folder", "remove", "looking", "Remove", Manner::Asks),
];

const SHOW: &[Key] =
    &[command("K", "Show it in detail", "detail", "opening", "Status", Manner::Plain)];

const WAITING: &[Key] = &[
    jump("]w", "Go to the next one that waits", "waiting", 1),
    jump("[w", "Go to the previous one that waits", "waiting", -1),
];

const CAPTURED: &[Key] = &[
    command(
        "a",
        "Attach: use the session in a terminal",
        "attach",
        "attaching",
        "Attach",
        Manner::Plain,
    ),
    command("A", "Answer what it asks", "answer", "looking", "Answer", Manner::Plain),
    command(
        "i",
        "Inject: write a message to the polecat",
        "compose",
        "opening",
        "Inject",
        Manner::Plain,
    ),
    INTERRUPT,
    QUEUE,
    about_text(
        "gf",
        "Open the file under the cursor",
        "open_file",
        Sends::Line,
        Meaning::OpenFile { at_line: false },
    ),
    about_text(
        "gF",
        "Open it at the line that follows it",
        "open_line",
        Sends::Line,
        Meaning::OpenFile { at_line: true },
    ),
    about_text(
        "gQ",
        "List all such locations in the quickfix window",
        "locations",
        Sends::Lines,
        Meaning::ListLocations,
    ),
    act(
        "]w",
        "Show the next one that waits instead",
        "next_waiting",
        "looking",
        Meaning::Waiting(1),
    ),
    act(
        "[w",
        "Show the previous one that waits",
        "previous_waiting",
        "looking",
        Meaning::Waiting(-1),
    ),
];

const REFRESH: &[Key] = &[lua("r", "Refresh", "refresh")];

/// Of every buffer of ours.
const END: &[Key] = &[lua("q", "Close", "close"), lua("g?", "List the keys", "help")];

/// A key of Neovim's own.
const fn lua(lhs: &'static str, about: &'static str, name: &'static str) -> Key {
    Key { lhs, modes: "n", about, follows: false, does: KeyAction::Lua(name) }
}

/// A motion to what frames call a stop of this kind.
const fn jump(lhs: &'static str, about: &'static str, to: &'static str, step: i8) -> Key {
    Key { lhs, modes: "nxo", about, follows: false, does: KeyAction::Jump(to, step) }
}

/// A key that the backend gives its meaning.
const fn act(
    lhs: &'static str,
    about: &'static str,
    name: &'static str,
    doing: &'static str,
    meaning: Meaning,
) -> Key {
    let act = Act { name, doing, sends: None, meaning };
    Key { lhs, modes: "n", about, follows: false, does: KeyAction::Act(act) }
}

/// A key that leads to the worktree.
const fn worktree(
    lhs: &'static str,
    about: &'static str,
    name: &'static str,
    key: WorktreeKey,
) -> Key {
    act(lhs, about, name, "looking", Meaning::Worktree(key))
}

/// A key about what is printed.
const fn about_text(
    lhs: &'static str,
    about: &'static str,
    name: &'static str,
    sends: Sends,
    meaning: Meaning,
) -> Key {
    let act = Act { name, doing: "looking", sends: Some(sends), meaning };
    Key { lhs, modes: "n", about, follows: false, does: KeyAction::Act(act) }
}

/// A key that is a command about a polecat.
const fn command(
    lhs: &'static str,
    about: &'static str,
    name: &'static str,
    doing: &'static str,
    command: &'static str,
    manner: Manner,
) -> Key {
    act(lhs, about, name, doing, Meaning::Command { name: command, bang: false, manner })
}

/// The key that sends `act`, as any view has it.
pub(super) fn named(act: &str) -> Result<(&'static Key, &'static Act), RpcError> {
    let unknown = || RpcError::bad_argument(format!("no key does `{}`", shown(act)));
    acts().find(|(_, found)| found.name == act).ok_or_else(unknown)
}

/// All keys that are sent, those of several views several times.
pub(super) fn acts() -> impl Iterator<Item = (&'static Key, &'static Act)> {
    views::ALL.iter().flat_map(|view| view.iter()).filter_map(|key| match &key.does {
        KeyAction::Act(act) => Some((key, act)),
        KeyAction::Lua(_) | KeyAction::Jump(..) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_of_several_views_is_the_same_key_and_means_the_same() {
        for (key, act) in acts() {
            let (first, found) = named(act.name).unwrap();
            let meaning = |act: &Act| format!("{:?}", act.meaning);
            assert_eq!((first.lhs, meaning(found)), (key.lhs, meaning(act)), "{}", act.name);
        }
        let refused = named("fly").map(|_| ()).unwrap_err();
        assert_eq!(refused.message, "no key does `fly`");
    }
}
