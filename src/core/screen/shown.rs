//! A screen with its colours, which distinguish typed text from hints.

use vte::ansi::{
    Attr, CharsetIndex, Color, Handler, NamedColor, Processor, Rgb, StandardCharset, StdSyncHandler,
};

use super::rows::normal;
use super::{Charsets, Look};

/// A screen, as needed before typing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownScreen {
    /// The pane's title.
    pub title: String,
    /// The rows without colours and trailing blanks, top to bottom.
    pub rows: Vec<String>,
    /// The same with blanks as they are drawn: some are U+00A0.
    pub drawn: Vec<String>,
    /// The same without faint or grey text: placeholders, suggestions.
    pub(super) bright: Vec<String>,
    /// What is behind each letter of `rows`: equal numbers for equal backgrounds.
    pub(super) behind: Vec<Vec<u16>>,
    /// Which letters of `rows` are drawn in red or yellow, as agents draw errors.
    warning: Vec<Vec<bool>>,
    /// Column and row of the cursor, from 0.
    pub cursor: (usize, usize),
}

impl ShownScreen {
    /// Parses rows with SGR sequences, which carry over from row to row.
    #[must_use]
    pub fn new(title: &str, coloured: &[u8], cursor: (usize, usize)) -> Self {
        let mut reader = Reader::default();
        Processor::<StdSyncHandler>::new().advance(&mut reader, coloured);
        if !coloured.ends_with(b"\n") {
            reader.end_row();
        }
        let Reader { rows, drawn, bright, behind, warning, .. } = reader;
        Self { title: title.to_owned(), rows, drawn, bright, behind, warning, cursor }
    }

    /// The part that a state is read from.
    #[must_use]
    pub fn look(&self) -> Look<'_> {
        Look { title: &self.title, lines: &self.rows }
    }

    /// Whether a letter is drawn in red or yellow.
    pub(super) fn is_warning(&self, row: usize, letter: usize) -> bool {
        self.warning.get(row).and_then(|row| row.get(letter)).copied().unwrap_or(false)
    }

    /// The text up to the cursor.
    pub(super) fn up_to_cursor(&self) -> String {
        let (column, row) = self.cursor;
        let mut text = self.rows.get(..row).unwrap_or_default().concat();
        let last = self.rows.get(row).map_or("", String::as_str);
        text.push_str(left_of(last, column));
        text
    }
}

/// The part of a row to the left of a column, in cells.
fn left_of(row: &str, column: usize) -> &str {
    let mut cells = 0;
    for (at, letter) in row.char_indices() {
        if cells >= column {
            return &row[..at];
        }
        cells += unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
    }
    row
}

/// How text is drawn.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute that an agent sets alone")]
struct Style {
    faint: bool,
    grey: bool,
    /// Red or yellow.
    warning: bool,
    reverse: bool,
    /// Whether it has a background.
    block: bool,
    /// Whether it is underlined.
    line: bool,
    /// Which one, by its place in [`Reader::colours`].
    behind: u16,
}

impl Style {
    fn is_hint(self) -> bool {
        self.faint || self.grey
    }

    /// What is behind a letter, for comparison.
    fn background(self) -> u16 {
        let behind = if self.block { self.behind } else { 0 };
        behind * 2 + u16::from(self.reverse)
    }
}

#[derive(Default)]
struct Reader {
    style: Style,
    row: Vec<(char, Style)>,
    rows: Vec<String>,
    drawn: Vec<String>,
    bright: Vec<String>,
    behind: Vec<Vec<u16>>,
    warning: Vec<Vec<bool>>,
    /// The backgrounds that occur.
    colours: Vec<Color>,
    charsets: Charsets,
}

impl Reader {
    fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        let text: String = row.iter().map(|(letter, _)| letter).collect();
        let bright: String = (0..row.len()).map(|at| bright(&row, at)).collect();
        self.behind.push(row.iter().map(|(_, style)| style.background()).collect());
        self.warning.push(row.iter().map(|(_, style)| style.warning).collect());
        self.rows.push(normal(&text));
        self.drawn.push(text.trim_end_matches(' ').to_owned());
        self.bright.push(normal(&bright));
    }
}

/// The letter, or a blank if it belongs to a hint. Some agents draw their cursor on a hint's first
/// letter, in reverse, as a block or as a line under it.
fn bright(row: &[(char, Style)], at: usize) -> char {
    let (letter, style) = row[at];
    // A word may have one letter.
    let next = row.iter().skip(at + 1).take(2).find(|(next, _)| *next != ' ');
    let next = next.filter(|(_, style)| style.is_hint());
    let cursor = next.is_some_and(|(_, next)| {
        style.reverse || (style.block && !next.block) || (style.line && !next.line)
    });
    if style.is_hint() || cursor { ' ' } else { letter }
}

impl Handler for Reader {
    fn input(&mut self, letter: char) {
        if !letter.is_control() {
            self.row.push((self.charsets.drawn(letter), self.style));
        }
    }

    fn linefeed(&mut self) {
        self.end_row();
    }

    fn set_active_charset(&mut self, index: CharsetIndex) {
        self.charsets.select(index);
    }

    fn configure_charset(&mut self, index: CharsetIndex, charset: StandardCharset) {
        self.charsets.configure(index, charset);
    }

    fn terminal_attribute(&mut self, attribute: Attr) {
        match attribute {
            Attr::Reset => self.style = Style::default(),
            Attr::Dim => self.style.faint = true,
            Attr::CancelBoldDim => self.style.faint = false,
            Attr::Reverse => self.style.reverse = true,
            Attr::CancelReverse => self.style.reverse = false,
            Attr::Underline => self.style.line = true,
            Attr::CancelUnderline => self.style.line = false,
            Attr::Foreground(colour) => {
                self.style.grey = is_grey(colour);
                self.style.warning = is_warning(colour);
            }
            Attr::Background(colour) => {
                self.style.block = colour != Color::Named(NamedColor::Background);
                let known = self.colours.iter().position(|known| *known == colour);
                let at = known.unwrap_or(self.colours.len());
                if known.is_none() {
                    self.colours.push(colour);
                }
                self.style.behind = u16::try_from(at + 1).unwrap_or(u16::MAX);
            }
            _ => {}
        }
    }
}

/// Bright black, and the greys in between, which may have a tint: what is darker stands on a bright
/// block.
fn is_grey(colour: Color) -> bool {
    match colour {
        Color::Named(named) => named == NamedColor::BrightBlack,
        Color::Indexed(index @ 16..=231) => is_dull(cube(index)),
        Color::Indexed(index) => index == 8 || (236..=250).contains(&index),
        Color::Spec(colour) => is_dull(colour),
    }
}

fn is_warning(colour: Color) -> bool {
    match colour {
        Color::Named(named) => matches!(
            named,
            NamedColor::Red | NamedColor::BrightRed | NamedColor::Yellow | NamedColor::BrightYellow
        ),
        Color::Indexed(index @ 16..=231) => is_warm(cube(index)),
        Color::Indexed(index) => matches!(index, 1 | 3 | 9 | 11),
        Color::Spec(colour) => is_warm(colour),
    }
}

/// Red, pink, orange or yellow, on a dark or a bright screen.
fn is_warm(Rgb { r, g, b }: Rgb) -> bool {
    r >= 130 && r >= g && r.saturating_sub(b) >= 60
}

fn is_dull(Rgb { r, g, b }: Rgb) -> bool {
    let (least, most) = (r.min(g).min(b), r.max(g).max(b));
    most - least <= 40 && (64..=190).contains(&most)
}

/// A colour of the 256 colours' cube of six by six by six.
fn cube(index: u8) -> Rgb {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    let at = index - 16;
    Rgb { r: level(at / 36), g: level(at / 6 % 6), b: level(at % 6) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bright(coloured: &str) -> Vec<String> {
        ShownScreen::new("", coloured.as_bytes(), (0, 0)).bright
    }

    #[test]
    fn hints_are_told_from_typed_text_by_how_they_are_drawn() {
        for (row, expected) in [
            ("\x1b[1m›\x1b[0m \x1b[2mAsk Codex to do anything", "›"),
            ("\x1b[39m❯\u{a0}\x1b[7mT\x1b[0;2mry it\x1b[0m", "❯"),
            ("\x1b[39m❯ please explain\x1b[7m \x1b[0m", "❯ please explain"),
            ("\x1b[39m❯ \x1b[7mx\x1b[0m", "❯ x"),
            (
                " > \x1b[38;5;248m\x1b[48;5;240m Type your message\x1b[39m x",
                " >                    x",
            ),
            // Qwen's suggestion.
            ("> \x1b[39m\x1b[48;5;252mM\x1b[38;5;103m\x1b[49mock it", ">"),
            (" > \x1b[38;2;108;108;120mType\x1b[38:2:255:255:255mtyped", " >     typed"),
        ] {
            assert_eq!(bright(row), [expected], "{row:?}");
        }
    }

    #[test]
    fn rows_and_what_is_left_of_the_cursor_are_read_across_styles_and_wide_letters() {
        let shown = ShownScreen::new("", "a\x1b[31m\n漢字\x1b[0mx\n\n".as_bytes(), (4, 1));
        assert_eq!(shown.rows, ["a", "漢字x", ""]);
        assert_eq!(shown.up_to_cursor(), "a漢字");
    }
}
