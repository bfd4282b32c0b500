//! The sets of characters that a terminal draws from.

use vte::ansi::{CharsetIndex, StandardCharset};

/// The four sets of a terminal, and which of them letters are drawn from.
#[derive(Default)]
pub struct Charsets {
    sets: [StandardCharset; 4],
    active: usize,
}

impl Charsets {
    /// What stands on the screen for `letter`.
    #[must_use]
    pub fn drawn(&self, letter: char) -> char {
        self.sets[self.active].map(letter)
    }

    /// tmux writes line-drawing characters as SO ... SI, as a VT100 does.
    pub fn select(&mut self, index: CharsetIndex) {
        self.active = index as usize;
        if index == CharsetIndex::G1 {
            self.configure(index, StandardCharset::SpecialCharacterAndLineDrawing);
        }
    }

    /// Has `index` stand for `set`.
    pub fn configure(&mut self, index: CharsetIndex, set: StandardCharset) {
        self.sets[index as usize] = set;
    }
}
