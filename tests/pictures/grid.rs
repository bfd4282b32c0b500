//! A terminal's screen as cells, from what `tmux capture-pane -e` prints of it.

use unicode_width::UnicodeWidthChar;
use vte::ansi::{
    Attr, CharsetIndex, Color, Handler, Processor, Rgb, StandardCharset, StdSyncHandler,
};

/// One character, and how it is drawn. A wide one is followed by none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) character: char,
    pub(crate) style: Style,
}

impl Cell {
    pub(crate) fn width(&self) -> usize {
        self.character.width().unwrap_or(0)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a terminal sets each on its own")]
pub(crate) struct Style {
    pub(crate) front: Option<Rgb>,
    pub(crate) back: Option<Rgb>,
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) underline: bool,
    pub(crate) reverse: bool,
}

pub(crate) type Row = Vec<Cell>;

/// The rows of `printed`, each as long as what is on it.
pub(crate) fn rows(printed: &str) -> Vec<Row> {
    let mut reader = Reader::default();
    Processor::<StdSyncHandler>::new().advance(&mut reader, printed.as_bytes());
    reader.rows.push(reader.row);
    reader.rows
}

pub(crate) fn text(row: &Row) -> String {
    row.iter().map(|cell| cell.character).collect()
}

/// One stream for all rows: tmux carries a row's style over into the next without saying so again.
#[derive(Default)]
struct Reader {
    rows: Vec<Row>,
    row: Row,
    style: Style,
    draws_lines: bool,
}

impl Handler for Reader {
    fn input(&mut self, character: char) {
        let lines = StandardCharset::SpecialCharacterAndLineDrawing;
        let character = if self.draws_lines { lines.map(character) } else { character };
        self.row.push(Cell { character, style: self.style.clone() });
    }

    fn linefeed(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    fn set_active_charset(&mut self, index: CharsetIndex) {
        self.draws_lines = index as usize == CharsetIndex::G1 as usize;
    }

    fn terminal_attribute(&mut self, attribute: Attr) {
        let style = &mut self.style;
        match attribute {
            Attr::Reset => *style = Style::default(),
            Attr::Bold => style.bold = true,
            Attr::Italic => style.italic = true,
            Attr::Underline | Attr::Undercurl => style.underline = true,
            Attr::Reverse => style.reverse = true,
            Attr::CancelBold | Attr::CancelBoldDim => style.bold = false,
            Attr::CancelItalic => style.italic = false,
            Attr::CancelUnderline => style.underline = false,
            Attr::CancelReverse => style.reverse = false,
            Attr::Foreground(color) => style.front = exact(color),
            Attr::Background(color) => style.back = exact(color),
            _ => {}
        }
    }
}

/// With 'termguicolors' Neovim names no other; but for the terminal's own, which is none.
fn exact(color: Color) -> Option<Rgb> {
    if let Color::Spec(rgb) = color { Some(rgb) } else { None }
}
