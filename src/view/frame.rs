//! What a frame is made of.

/// The whole content of one of our buffers at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The buffer's lines, first to last.
    pub lines: Vec<Line>,
    /// The rows of polecats that wait for a person.
    pub waiting: Vec<usize>,
    /// Lines that are shown below rows without being rows.
    pub notes: Vec<(usize, Line)>,
    /// What its window is called, where that is not always the same.
    pub title: Option<Line>,
}

/// One buffer line with its highlights.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    /// The text, without a line break.
    pub text: String,
    /// What stands out in it, left to right, without overlap.
    pub spans: Vec<Span>,
    /// What the row stands for (a polecat's name, a rig with a `/` behind it), or nothing.
    pub key: String,
    /// How it stands in the folds of its buffer; `None` where a buffer has no folds.
    pub fold: Option<Fold>,
}

/// How a line stands in the folds of its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fold {
    /// A fold of this level begins with it.
    Starts(u8),
    /// It is in a fold of this level; 0 is in none.
    In(u8),
}

/// A highlighted stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Its first byte in the line's text.
    pub from: usize,
    /// The byte after its last.
    pub to: usize,
    /// How it looks.
    pub group: Group,
}

/// How a span looks: a highlight group of ours, or what the agent's terminal asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// A group that users know by name, such as `PolecatWaiting`.
    Named(&'static str),
    /// Colours and attributes of terminal output.
    Styled(Style),
}

/// Colours and attributes of terminal output (ECMA-48 SGR, and the colon forms of ITU T.416).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are the independent attributes of SGR, not the states of a machine"
)]
pub struct Style {
    /// Of the text; none is the editor's own.
    pub foreground: Option<Color>,
    /// Behind the text; none is the editor's own.
    pub background: Option<Color>,
    /// Of the underline; none is that of the text.
    pub underline_color: Option<Color>,
    /// SGR 1.
    pub bold: bool,
    /// SGR 2.
    pub dim: bool,
    /// SGR 3.
    pub italic: bool,
    /// SGR 4, in any of its shapes.
    pub underline: bool,
    /// SGR 7.
    pub reverse: bool,
    /// SGR 9.
    pub strikethrough: bool,
}

/// A colour as terminals name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Color {
    /// One of the sixteen that a person's palette decides.
    Palette(u8),
    /// A fixed one.
    Rgb(u8, u8, u8),
}

impl Line {
    /// A line that nothing stands out in.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        let text = if text.contains('\n') { text.replace('\n', " ") } else { text };
        Self { text, ..Self::default() }
    }

    /// Appends `text`, highlighted as `group` where one is given. A line break in it becomes a
    /// blank: texts come from records and names that others may have written.
    pub(crate) fn push(&mut self, text: &str, group: Option<Group>) {
        let from = self.text.len();
        self.text.push_str(text);
        if text.contains('\n') {
            self.text.replace_range(from.., &text.replace('\n', " "));
        }
        if let Some(group) = group.filter(|_| !text.is_empty()) {
            self.spans.push(Span { from, to: self.text.len(), group });
        }
    }
}

impl Frame {
    /// The text of its lines, for tests and for people who want no colours.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_line_break_whoever_wrote_its_text() {
        let mut line = Line::plain("one\ntwo");
        line.push("\nthree", Some(Group::Named("PolecatMuted")));
        assert_eq!(line.text, "one two three");
        assert_eq!((line.spans[0].from, line.spans[0].to), (7, 13));
    }
}
