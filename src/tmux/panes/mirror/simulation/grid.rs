//! A model of the part of tmux that keeps rows.

use crate::tmux::panes::mirror::look::{Look, Seen, Want};

/// A row, and whether its line goes on in the next one.
pub(super) type Row = (String, bool);

/// What tmux does with rows, as far as a program that only prints lines can tell.
#[derive(Debug)]
pub(super) struct Grid {
    rows: Vec<Row>,
    pub(super) history: usize,
    limit: usize,
    width: usize,
    pub(super) height: usize,
    cursor: usize,
    /// The main screen, its height and its cursor's row, while the alternate one covers it.
    pub(super) saved: Option<(Vec<Row>, usize, usize)>,
}

impl Grid {
    pub(super) fn new(limit: usize, width: usize, height: usize) -> Self {
        let rows = vec![(String::new(), false); height];
        Self { rows, history: 0, limit, width, height, cursor: 0, saved: None }
    }

    /// Prints a line, wrapped, and goes to the next one.
    pub(super) fn print(&mut self, line: &str) {
        let pieces: Vec<&str> = line
            .as_bytes()
            .chunks(self.width)
            .map(|piece| std::str::from_utf8(piece).unwrap())
            .collect();
        for (index, piece) in pieces.iter().enumerate() {
            let wraps = index + 1 < pieces.len();
            self.rows[self.history + self.cursor] = ((*piece).to_owned(), wraps);
            self.line_feed();
        }
    }

    fn line_feed(&mut self) {
        if self.cursor + 1 < self.height {
            self.cursor += 1;
            return;
        }
        if self.history >= self.limit && self.history > 0 {
            let dropped = (self.limit / 10).max(1).min(self.history);
            self.rows.drain(..dropped);
            self.history -= dropped;
        }
        self.history += 1;
        self.rows.push((String::new(), false));
    }

    /// What a program does that draws: changes a row of the screen in place.
    pub(super) fn draw(&mut self, row: usize, text: &str) {
        let row = self.history + row % self.height;
        self.rows[row] = (text.chars().take(self.width).collect(), false);
    }

    pub(super) fn clear_history(&mut self) {
        self.rows.drain(..self.history);
        self.history = 0;
    }

    pub(super) fn resize_height(&mut self, height: usize) {
        let mut less = self.height.saturating_sub(height);
        while less > 0 && self.cursor + 1 < self.height {
            self.rows.pop();
            (self.height, less) = (self.height - 1, less - 1);
        }
        (self.history, self.cursor) = (self.history + less, self.cursor - less);
        let more = height.saturating_sub(self.height - less);
        let back = if self.saved.is_none() { more.min(self.history) } else { 0 };
        (self.history, self.cursor) = (self.history - back, self.cursor + back);
        self.rows.extend(std::iter::repeat_n((String::new(), false), more - back));
        self.height = height;
    }

    pub(super) fn resize_width(&mut self, width: usize) {
        if self.saved.is_some() {
            self.width = width;
            return;
        }
        let cursor = self.history + self.cursor;
        let mut lines: Vec<Row> = Vec::new();
        let mut cursor_line = 0;
        let mut joins = false;
        for (index, (text, wraps)) in self.rows.iter().enumerate() {
            match lines.last_mut() {
                Some((line, _)) if joins => line.push_str(text),
                _ => lines.push((text.clone(), false)),
            }
            joins = *wraps;
            if index == cursor {
                cursor_line = lines.len() - 1;
            }
        }
        let mut rows = Vec::new();
        let mut cursor_row = 0;
        for (index, (line, _)) in lines.iter().enumerate() {
            if index == cursor_line {
                cursor_row = rows.len();
            }
            if line.is_empty() {
                rows.push((String::new(), false));
            }
            let pieces: Vec<_> = line.as_bytes().chunks(width).collect();
            for (piece, bytes) in pieces.iter().enumerate() {
                let text = String::from_utf8(bytes.to_vec()).unwrap();
                rows.push((text, piece + 1 < pieces.len()));
            }
        }
        while rows.len() < self.height {
            rows.push((String::new(), false));
        }
        self.history = rows.len() - self.height;
        // tmux scrolls the cursor into view; blank rows below it are no loss.
        if cursor_row < self.history {
            let below = self.history - cursor_row;
            rows.truncate(rows.len() - below);
            self.history -= below;
        }
        (self.rows, self.width, self.cursor) = (rows, width, cursor_row - self.history);
    }

    pub(super) fn enter_alternate(&mut self) {
        let screen = self.rows.split_off(self.history);
        let size = (self.height, self.cursor);
        self.saved = Some((screen, size.0, size.1));
        self.rows.extend(std::iter::repeat_n(("~".to_owned(), false), self.height));
        self.cursor = 0;
    }

    pub(super) fn leave_alternate(&mut self) {
        let Some((screen, height, cursor)) = self.saved.take() else { return };
        let (wanted, width) = (self.height, self.width);
        self.rows.truncate(self.history);
        self.rows.extend(screen);
        (self.height, self.cursor) = (height, cursor);
        self.resize_height(wanted);
        self.resize_width(width);
    }

    pub(super) fn look(&self, want: Want) -> Look {
        let seen = Seen {
            history: self.history,
            limit: self.limit,
            width: self.width,
            height: self.height,
            cursor: (0, self.cursor),
            alternate: self.saved.is_some(),
            ..Seen::default()
        };
        let first = self.history.saturating_sub(want.above);
        let end = want.count.map_or(self.rows.len(), |count| {
            (self.history + count).saturating_sub(want.above).max(1)
        });
        let rows = self.rows[first..end].iter();
        let text: String = rows.map(|(row, _)| row.clone() + "\n").collect();
        Look::new(seen, want, text.into_bytes()).expect("the model counts as tmux does")
    }
}
