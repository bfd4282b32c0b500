//! Lines of a buffer as an agent reads them: in a fenced block, under the place that they have in
//! every worktree.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

use crate::rpc::commands::diff;
use crate::{
    core::host_files::HostFile,
    rpc::{calls::CallContext, calls::Lines},
    session::RigContext,
};

/// The lines in a fenced block under their place: `src/main.rs:10-20`. None of it stands for
/// something else in a message.
pub(in crate::rpc::commands) async fn quoted(
    context: &CallContext<'_>,
    rig: &RigContext,
    lines: &Lines,
) -> Vec<Vec<u8>> {
    block(place(context, rig, lines).await, lines)
}

/// Where the lines are: `src/main.rs:10-20`.
pub(in crate::rpc::commands) async fn place(
    context: &CallContext<'_>,
    rig: &RigContext,
    lines: &Lines,
) -> Vec<u8> {
    if let Some(place) = in_diff(context, lines) {
        return place;
    }
    let end = if lines.first == lines.last { String::new() } else { format!("-{}", lines.last) };
    [name(context, rig, &lines.name).await, format!(":{}{end}", lines.first).into_bytes()].concat()
}

/// The same of lines of a diff, where that is still drawn.
pub(in crate::rpc::commands) fn in_diff(
    context: &CallContext<'_>,
    lines: &Lines,
) -> Option<Vec<u8>> {
    let (id, last_id) = (lines.id.as_deref()?, lines.last_id.as_deref()?);
    diff::place(&*context.rows.as_ref()?.diff()?, id, last_id)
}

/// What an agent knows a file by; a buffer that shows none has only its name.
pub(in crate::rpc::commands) async fn name(
    context: &CallContext<'_>,
    rig: &RigContext,
    name: &[u8],
) -> Vec<u8> {
    if name.is_empty() {
        return b"unnamed buffer".to_vec();
    }
    if let Some(file) = HostFile::named(name) {
        let path = context.polecat_of(&file).map_or(file.path, |(_, below)| below);
        return path.as_os_str().as_bytes().to_vec();
    }
    let file = Path::new(OsStr::from_bytes(name));
    if !file.is_absolute() {
        return name.to_vec();
    }
    rig.path_for_agents(file).await.as_os_str().as_bytes().to_vec()
}

fn block(place: Vec<u8>, lines: &Lines) -> Vec<Vec<u8>> {
    let fence = fence(lines.text.iter().map(|line| &line[..]));
    // Of our own buffers, only what a diff shows has a language.
    let language = lines.filetype.strip_prefix("polecat-");
    let language = language.map_or(&*lines.filetype, |own| if own == "diff" { own } else { "" });
    let mut block = vec![place, format!("{fence}{language}").into_bytes()];
    block.extend(lines.text.iter().map(|line| line.to_vec()));
    block.push(fence.into_bytes());
    block
}

/// `text` in a fenced block.
pub(in crate::rpc::commands) fn fenced(text: &[u8], language: &str) -> Vec<u8> {
    let text = text.trim_ascii_end();
    let fence = fence(text.split(|byte| *byte == b'\n'));
    [fence.as_bytes(), language.as_bytes(), b"\n", text, b"\n", fence.as_bytes()].concat()
}

/// A fence longer than any in `lines`, so that none of them ends the block.
fn fence<'a>(lines: impl Iterator<Item = &'a [u8]>) -> String {
    let ticks =
        |line: &[u8]| line.trim_ascii_start().iter().take_while(|byte| **byte == b'`').count();
    "`".repeat(lines.map(ticks).max().unwrap_or(0).max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(filetype: &str, text: &[&str], expected: &[&str]) {
        let bytes = |text: &&str| text.as_bytes().to_vec().into();
        let lines = Lines {
            name: Vec::new().into(),
            filetype: filetype.to_owned(),
            first: 1,
            last: text.len(),
            text: text.iter().map(bytes).collect(),
            id: None,
            last_id: None,
        };
        let block: Vec<_> =
            block(b"src/a.rs:1-2".to_vec(), &lines).into_iter().map(String::from_utf8).collect();
        assert_eq!(block, expected.iter().map(|line| Ok((*line).to_owned())).collect::<Vec<_>>());
    }

    #[test]
    fn lines_stand_in_a_fence_under_their_place() {
        check("rust", &["a", "b"], &["src/a.rs:1-2", "```rust", "a", "b", "```"]);
        check("polecat-diff", &["+a"], &["src/a.rs:1-2", "```diff", "+a", "```"]);
        check("polecat-capture", &["a"], &["src/a.rs:1-2", "```", "a", "```"]);
        assert_eq!(fenced(b"+a\n", "diff"), b"```diff\n+a\n```");
    }

    #[test]
    fn no_fence_in_the_lines_ends_theirs() {
        let text = ["  ````", "x ``````"];
        check("rust", &text, &["src/a.rs:1-2", "`````rust", text[0], text[1], "`````"]);
    }
}
