//! Terminal output as lines with spans: input is what `tmux capture-pane -e` prints. Behind the
//! first 0xff (which no UTF-8 holds) stands what the screen showed before; as the updates of one
//! buffer each part says by its first byte how many rows it takes back.

use polecat::view::{Frame, Group, Line, Patch, Tail, capture, patches};

pub fn check(bytes: &[u8]) {
    let mut screens = bytes.splitn(2, |byte| *byte == 0xff);
    let (new, old) = (screens.next().unwrap_or_default(), screens.next().unwrap_or_default());
    let (shown, before) = (frame(new), frame(old));
    frame(bytes);
    patches_lead_from_one_to_the_other(&before, &shown);
    patches_lead_from_one_to_the_other(&shown, &before);
    a_buffer_that_follows_shows_the_transcript(bytes);
}

/// The frame, which a buffer must be able to show.
fn frame(bytes: &[u8]) -> Frame {
    let frame = capture(bytes);
    frame.lines.iter().for_each(a_buffer_can_show_it);
    let text: usize = frame.lines.iter().map(|line| line.text.chars().count()).sum();
    let rows = frame.lines.len();
    assert!(text.max(rows) <= bytes.len() + 1, "{rows} rows, {text} characters of {bytes:?}");
    frame
}

fn a_buffer_can_show_it(line: &Line) {
    let Line { text, spans, .. } = line;
    // A tab is shown by the editor, and is what the agent printed.
    let control = text.chars().find(|letter| letter.is_control() && *letter != '\t');
    assert_eq!(control, None, "in {text:?}");
    let mut at = 0;
    for span in spans {
        assert!(at <= span.from && span.from < span.to, "{spans:?} overlap or are empty");
        assert!(text.get(span.from..span.to).is_some(), "{span:?} is no part of {text:?}");
        assert!(matches!(span.group, Group::Styled(_)), "{span:?} is none of the terminal's");
        at = span.to;
    }
    assert!(!text[at..].ends_with(' '), "blanks at the end of {text:?}");
}

fn patches_lead_from_one_to_the_other(old: &Frame, new: &Frame) {
    let mut lines = old.lines.clone();
    apply(&mut lines, patches(&old.lines, &new.lines));
    assert_eq!(lines, new.lines);
}

fn apply(lines: &mut Vec<Line>, patches: Vec<Patch>) {
    for Patch { from, to, lines: fresh } in patches {
        assert!(from < to || !fresh.is_empty(), "a patch of nothing at {from}");
        drop(lines.splice(from..to, fresh));
    }
}

fn a_buffer_that_follows_shows_the_transcript(bytes: &[u8]) {
    let (mut tail, mut shown, mut transcript) = (Tail::default(), Vec::new(), Vec::new());
    for part in bytes.split(|byte| *byte == 0xff) {
        let Some((back, output)) = part.split_first() else { continue };
        let from = transcript.len().saturating_sub(usize::from(*back));
        transcript.truncate(from);
        transcript.extend(capture(output).lines);
        for patches in tail.replace(from, false, output) {
            apply(&mut shown, patches);
        }
        assert_eq!(shown, transcript);
    }
}
