//! What the set-up of a worktree prints.

use super::{
    capture,
    frame::{Frame, Group, Line},
};

const CUT: &str = "┄┄ older lines were dropped ┄┄";

/// What the set-up of `polecat` has printed, which is `output`, and whether there was more; `ended` with
/// what went wrong, once it has ended.
#[must_use]
pub fn setup(
    polecat: &str,
    command: Option<&str>,
    (output, cut): (&[u8], bool),
    ended: Option<Option<&str>>,
) -> Frame {
    let (how, group) = match ended {
        None => ("is being set up", "PolecatTitle"),
        Some(None) => ("is set up", "PolecatTitle"),
        Some(Some(_)) => ("was not set up", "PolecatWaiting"),
    };
    let mut lines = vec![line(&format!("{polecat} {how}"), group)];
    lines.extend(command.map(|command| line(&format!("$ {}", plain(command)), "PolecatMuted")));
    lines.extend(cut.then(|| line(CUT, "PolecatMuted")));
    lines.extend(capture(&written_over(output)).lines);
    if let Some(Some(why)) = ended {
        // What was printed stands above it.
        let why = why.lines().next().unwrap_or_default();
        lines.extend([Line::default(), line(&plain(why), "PolecatWaiting")]);
    }
    Frame { lines, ..Frame::default() }
}

fn line(text: &str, group: &'static str) -> Line {
    let mut line = Line::default();
    line.push(text, Some(Group::Named(group)));
    line
}

/// One line stays one line.
fn plain(text: &str) -> String {
    text.chars().map(|each| if each.is_control() { ' ' } else { each }).collect()
}

/// Of each line what stands there last: progress is drawn over itself.
fn written_over(output: &[u8]) -> Vec<u8> {
    let last = |line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.rsplit(|byte| *byte == b'\r').next().unwrap_or_default().to_vec()
    };
    output.split(|byte| *byte == b'\n').map(last).collect::<Vec<_>>().join(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_with_how_it_goes_and_ends_with_what_went_wrong() {
        let goes_on = setup("ash", Some("npm ci"), (b"10%\r100%\r\nadded", false), None);
        assert_eq!(goes_on.texts(), ["ash is being set up", "$ npm ci", "100%", "added"]);
        let failed = setup("ash", Some("a\nb"), (b"", true), Some(Some("it failed\nmore")));
        assert_eq!(failed.texts(), ["ash was not set up", "$ a b", CUT, "", "it failed"]);
        assert_eq!(setup("ash", None, (b"", false), Some(None)).texts(), ["ash is set up"]);
    }
}
