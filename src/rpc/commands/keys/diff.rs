//! The keys of a diff.

use super::{DiffKey, Key, MERGE, Meaning, PUSH, act, jump};

pub(super) const DIFF: &[Key] = &[
    Key {
        follows: true,
        ..diff(
            "<CR>",
            "Open the file in the worktree, at this line; in the tree, go to its changes",
            "edit",
            "opening",
            DiffKey::Edit,
        )
    },
    diff("gf", "Open the file, also from the tree", "goto_file", "opening", DiffKey::Edit),
    diff(
        "dv",
        "Show the file side by side with its old content",
        "side_by_side",
        "opening",
        DiffKey::SideBySide,
    ),
    jump("]c", "Go to the next hunk", "hunk", 1),
    jump("[c", "Go to the previous hunk", "hunk", -1),
    jump("]f", "Go to the next file", "file", 1),
    jump("[f", "Go to the previous file", "file", -1),
    jump("]]", "The same as `]f`", "file", 1),
    jump("[[", "The same as `[f`", "file", -1),
    Key {
        modes: "nx",
        ..diff("c", "Comment on the line or the selection", "comment", "opening", DiffKey::Comment)
    },
    diff("x", "Drop the comment on this line", "drop_comment", "dropping", DiffKey::DropComment),
    diff(
        "gQ",
        "List the comments in the quickfix window",
        "list_comments",
        "listing",
        DiffKey::ListComments,
    ),
    diff("S", "Send all comments to the agent", "send_comments", "sending", DiffKey::SendComments),
    diff(
        "gR",
        "Show only what was changed since the last review, or all",
        "toggle_since",
        "looking",
        DiffKey::ToggleSince,
    ),
    Key {
        modes: "nx",
        ..diff(
            "s",
            "Stage the hunk, the file, the folder or the selected lines in the main worktree",
            "stage",
            "staging",
            DiffKey::Stage,
        )
    },
    Key {
        modes: "nx",
        ..diff(
            "X",
            "Undo the hunk, the file, the folder or the selected lines in the polecat's worktree",
            "undo_hunk",
            "undoing",
            DiffKey::UndoHunk,
        )
    },
    MERGE,
    PUSH,
    diff("u", "Undo the last `s` or `X`", "undo_last", "undoing", DiffKey::UndoLast),
];

/// A key of a diff.
const fn diff(
    lhs: &'static str,
    about: &'static str,
    name: &'static str,
    doing: &'static str,
    key: DiffKey,
) -> Key {
    act(lhs, about, name, doing, Meaning::Diff(key))
}
