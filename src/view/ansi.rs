//! Terminal output with its colours, as lines with spans.

use vte::ansi::{
    Attr, CharsetIndex, Color as Ansi, Handler, NamedColor, Processor, StandardCharset,
};

use super::frame::{Color, Group, Line, Style};
use crate::core::screen::Charsets;

/// Reads `bytes` as `tmux capture-pane -e` prints them: rows that end in a line feed.
///
/// One stream, not row by row: tmux 3.3a carries a row's colours over into the next without
/// saying so again. What is not UTF-8 becomes U+FFFD; hyperlinks (OSC 8) leave their text.
pub(crate) fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut reader = Reader { room: bytes.len(), ..Reader::default() };
    Processor::<vte::ansi::StdSyncHandler>::new().advance(&mut reader, bytes);
    if !reader.line.text.is_empty() || !reader.pending.is_empty() {
        reader.end_line();
    }
    reader.lines
}

#[derive(Default)]
struct Reader {
    /// How many characters may still come. It takes a byte at least to print one; but for the
    /// sequence that repeats the last one, of which tmux writes none and ten bytes ask for 65,535.
    room: usize,
    lines: Vec<Line>,
    line: Line,
    pending: String,
    style: Style,
    charsets: Charsets,
}

impl Reader {
    /// Ends the stretch of text that looks alike.
    fn flush(&mut self) {
        let group = (self.style != Style::default()).then(|| Group::Styled(self.style.clone()));
        self.line.push(&self.pending, group);
        self.pending.clear();
    }

    fn end_line(&mut self) {
        self.flush();
        self.lines.push(std::mem::take(&mut self.line));
    }
}

impl Handler for Reader {
    fn input(&mut self, character: char) {
        // DEL and the controls of ISO 6429 have no shape; no terminal shows them.
        if !character.is_control() && self.room > 0 {
            self.room -= 1;
            self.pending.push(self.charsets.drawn(character));
        }
    }

    fn linefeed(&mut self) {
        self.end_line();
    }

    fn put_tab(&mut self, count: u16) {
        let count = usize::from(count).min(self.room);
        self.room -= count;
        self.pending.extend(std::iter::repeat_n('\t', count));
    }

    fn set_active_charset(&mut self, index: CharsetIndex) {
        self.charsets.select(index);
    }

    fn configure_charset(&mut self, index: CharsetIndex, charset: StandardCharset) {
        self.charsets.configure(index, charset);
    }

    fn terminal_attribute(&mut self, attribute: Attr) {
        let mut style = self.style.clone();
        apply(&mut style, &attribute);
        if style != self.style {
            self.flush();
            self.style = style;
        }
    }
}

fn apply(style: &mut Style, attribute: &Attr) {
    match *attribute {
        Attr::Reset => *style = Style::default(),
        Attr::Bold => style.bold = true,
        Attr::Dim => style.dim = true,
        Attr::Italic => style.italic = true,
        Attr::Underline
        | Attr::DoubleUnderline
        | Attr::Undercurl
        | Attr::DottedUnderline
        | Attr::DashedUnderline => style.underline = true,
        Attr::Reverse => style.reverse = true,
        Attr::Strike => style.strikethrough = true,
        Attr::CancelBold => style.bold = false,
        Attr::CancelBoldDim => (style.bold, style.dim) = (false, false),
        Attr::CancelItalic => style.italic = false,
        Attr::CancelUnderline => style.underline = false,
        Attr::CancelReverse => style.reverse = false,
        Attr::CancelStrike => style.strikethrough = false,
        Attr::Foreground(color) => style.foreground = resolve(color),
        Attr::Background(color) => style.background = resolve(color),
        Attr::UnderlineColor(color) => style.underline_color = color.and_then(resolve),
        Attr::BlinkSlow
        | Attr::BlinkFast
        | Attr::CancelBlink
        | Attr::Hidden
        | Attr::CancelHidden => {}
    }
}

/// The colour as the editor can show it; none for the terminal's own.
fn resolve(color: Ansi) -> Option<Color> {
    match color {
        Ansi::Spec(rgb) => Some(Color::Rgb(rgb.r, rgb.g, rgb.b)),
        Ansi::Indexed(index) => Some(indexed(index)),
        Ansi::Named(named) if (named as usize) <= NamedColor::BrightWhite as usize => {
            u8::try_from(named as usize).ok().map(Color::Palette)
        }
        Ansi::Named(_) => None,
    }
}

/// xterm's 256 colours: 16 of the palette, a cube of 6x6x6, and 24 greys.
fn indexed(index: u8) -> Color {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..=15 => Color::Palette(index),
        16..=231 => {
            let cube = index - 16;
            Color::Rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            Color::Rgb(grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line's text, and its spans as first byte, end and style.
    type Expected<'a> = (&'a str, &'a [(usize, usize, Style)]);

    fn check(input: &[u8], expected: &[Expected<'_>]) {
        let found: Vec<(String, Vec<_>)> = lines(input)
            .into_iter()
            .map(|line| {
                let spans = line.spans.into_iter().map(|span| match span.group {
                    Group::Styled(style) => (span.from, span.to, style),
                    Group::Named(name) => panic!("a named group `{name}` in terminal output"),
                });
                (line.text, spans.collect())
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(text, spans)| ((*text).to_owned(), spans.to_vec())).collect();
        assert_eq!(found, expected, "of {:?}", String::from_utf8_lossy(input));
    }

    fn foreground(color: Color) -> Style {
        Style { foreground: Some(color), ..Style::default() }
    }

    #[test]
    fn a_colour_lasts_into_the_next_row_until_it_is_reset() {
        let red = foreground(Color::Palette(1));
        check(
            b"\x1b[31mred\nstill\x1b[0m not\n",
            &[("red", &[(0, 3, red.clone())]), ("still not", &[(0, 5, red)])],
        );
    }

    #[test]
    fn bright_indexed_and_true_colours_are_told_apart() {
        check(b"\x1b[92mx", &[("x", &[(0, 1, foreground(Color::Palette(10)))])]);
        check(b"\x1b[38;5;9mx", &[("x", &[(0, 1, foreground(Color::Palette(9)))])]);
        check(b"\x1b[38;5;208mx", &[("x", &[(0, 1, foreground(Color::Rgb(255, 135, 0)))])]);
        check(b"\x1b[38;5;255mx", &[("x", &[(0, 1, foreground(Color::Rgb(238, 238, 238)))])]);
        check(b"\x1b[38;2;1;2;3mx", &[("x", &[(0, 1, foreground(Color::Rgb(1, 2, 3)))])]);
        check(b"\x1b[38:2::1:2:3mx", &[("x", &[(0, 1, foreground(Color::Rgb(1, 2, 3)))])]);
    }

    #[test]
    fn attributes_add_up_and_are_taken_back_one_by_one() {
        let bold = Style { bold: true, ..Style::default() };
        let both = Style { underline: true, ..bold.clone() };
        check(
            b"\x1b[1ma\x1b[4mb\x1b[24mc",
            &[("abc", &[(0, 1, bold.clone()), (1, 2, both), (2, 3, bold)])],
        );
    }

    #[test]
    fn reverse_and_every_kind_of_underline_are_kept_with_its_colour() {
        let reverse = Style { reverse: true, ..Style::default() };
        check(b"\x1b[7mx\x1b[27my", &[("xy", &[(0, 1, reverse)])]);
        let underline = Style { underline: true, ..Style::default() };
        for start in ["\x1b[4m", "\x1b[4:2m", "\x1b[4:3m", "\x1b[4:4m", "\x1b[4:5m"] {
            let input = format!("{start}x\x1b[24my");
            check(input.as_bytes(), &[("xy", &[(0, 1, underline.clone())])]);
        }
        let red = Style { underline_color: Some(Color::Rgb(255, 0, 0)), ..underline };
        check(b"\x1b[4;58:2::255:0:0mx\x1b[0my", &[("xy", &[(0, 1, red)])]);
    }

    #[test]
    fn a_background_reaches_over_blanks() {
        let blue = Style { background: Some(Color::Palette(4)), ..Style::default() };
        check(b"a\x1b[44m  \x1b[49m b", &[("a   b", &[(1, 3, blue)])]);
    }

    #[test]
    fn what_no_terminal_shows_is_left_out() {
        check(b"a\x07\x1b[3Gb\x1b]0;title\x07c\x1b[?25l\x1bPdata\x1b\\d", &[("abcd", &[])]);
    }

    #[test]
    fn spans_are_counted_in_bytes_also_behind_wide_and_combining_characters() {
        let dim = Style { dim: true, ..Style::default() };
        check("漢e\u{301}\x1b[2mx".as_bytes(), &[("漢e\u{301}x", &[(6, 7, dim)])]);
    }

    #[test]
    fn what_is_not_utf8_is_shown_as_such_and_breaks_nothing() {
        check(b"a\xffb\nc\n", &[("a\u{fffd}b", &[]), ("c", &[])]);
    }

    #[test]
    fn controls_have_no_shape_and_a_repetition_cannot_fill_the_memory() {
        check("a\u{7f}\u{85}\u{9b}b".as_bytes(), &[("ab", &[])]);
        check(b"x\x1b[65535b", &[("xxxxxxxxx", &[])]);
    }

    #[test]
    fn hyperlinks_leave_their_text() {
        check(b"\x1b]8;;file:///x\x1b\\name\x1b]8;;\x1b\\ end", &[("name end", &[])]);
    }

    #[test]
    fn line_drawing_between_shift_out_and_shift_in_becomes_unicode() {
        check(b"\x0elqk\x0f q", &[("┌─┐ q", &[])]);
    }

    #[test]
    fn blank_rows_are_rows() {
        check(b"\n\nx\n\n", &[("", &[]), ("", &[]), ("x", &[]), ("", &[])]);
    }
}
