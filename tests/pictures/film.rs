//! Shots of a screen: some are pictures of their own, all of them together are a film.

use std::fmt::Write;
use std::path::PathBuf;

use regex_lite::{Captures, Regex};

use super::grid::{self, Cell, Row};
use super::svg::{self, Ground};
use crate::support::{eventually, neovim::checkout, pause, screen::Screen};

pub(crate) const COLUMNS: usize = 104;
pub(crate) const ROWS: usize = 27;

/// How old things are in the pictures, by polecat: time goes on while they are made.
const AGES: &[(&str, &str)] = &[("ash", "40s"), ("birch", "2m"), ("cedar", "7m"), ("doc", "1h")];

/// The Neovim that `tests/tools/get` brings.
const PICTURED: &str = "NVIM v0.11.";

struct Shot {
    caption: String,
    seconds: f32,
    content: String,
}

/// Takes pictures of a screen or, if there are some, holds it against them.
pub(crate) struct Film<'a> {
    screen: &'a Screen,
    ground: Ground,
    /// `dark` or `light`.
    theme: &'static str,
    writes: bool,
    /// Whether this is the Neovim of the pictures: another one draws some things in its own way.
    compares: bool,
    shots: Vec<Shot>,
}

impl<'a> Film<'a> {
    pub(crate) fn new(screen: &'a Screen, ground: Ground, theme: &'static str) -> Self {
        let writes = std::env::var_os("POLECAT_PICTURES").is_some();
        let compares = !writes && screen.version.starts_with(PICTURED);
        Self { screen, ground, theme, writes, compares, shots: Vec::new() }
    }

    /// One shot once `parts` are on the screen, shown for `seconds`.
    pub(crate) async fn shot(&mut self, seconds: f32, caption: &str, parts: &[&str]) {
        for part in parts {
            self.screen.expect(part).await;
        }
        let content = self.taken("tour").await;
        self.shots.push(Shot { caption: caption.to_owned(), seconds, content });
    }

    /// The same, which is also a picture of its own.
    pub(crate) async fn still(&mut self, name: &str, seconds: f32, caption: &str, parts: &[&str]) {
        self.shot(seconds, caption, parts).await;
        let content = &self.shots.last().expect("just taken").content;
        let picture = svg::picture(self.ground, (COLUMNS, ROWS), content);
        self.keep(name, &picture);
    }

    /// The end: all shots one after the other.
    pub(crate) fn cut(self) {
        let film = self.film();
        self.keep("tour", &film);
    }

    fn keep(&self, name: &str, picture: &str) {
        let path = self.path(name);
        if self.writes {
            std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("writable");
            std::fs::write(&path, picture).expect("the checkout is writable");
        } else if self.compares {
            let drawn = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                drawn == picture,
                "{} is drawn in another way: `make pictures`",
                path.display()
            );
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        checkout().join(format!("doc/pictures/{name}-{}.svg", self.theme))
    }

    /// What the screen shows: as it is on the picture or, where that does not count, once it is still.
    async fn taken(&self, name: &str) -> String {
        let drawn = std::fs::read_to_string(self.path(name)).unwrap_or_default();
        let mut before = String::new();
        eventually(
            "the screen as it is on the pictures (`make pictures` makes them anew)",
            async || {
                if !self.compares {
                    pause(std::time::Duration::from_millis(300)).await;
                }
                let now = svg::screen(self.ground, &self.rows());
                let is_it = if self.compares { drawn.contains(&now) } else { now == before };
                before.clone_from(&now);
                if is_it { Ok(now) } else { Err(format!("\n{}", self.screen.text())) }
            },
        )
        .await
    }

    fn rows(&self) -> Vec<Row> {
        let pane = ["capture-pane", "-p", "-e", "-N", "-t", "=tui:"];
        let mut rows = grid::rows(&self.screen.terminal.run(&pane));
        let at = ["display-message", "-p", "-t", "=tui:", "#{cursor_flag} #{cursor_x} #{cursor_y}"];
        let at = self.screen.terminal.run(&at);
        let at: Vec<usize> = at.split(' ').filter_map(|number| number.parse().ok()).collect();
        if let [1, column, row] = at[..]
            && let Some(cell) = rows.get_mut(row).and_then(|row| row.get_mut(column))
        {
            cell.style.reverse = !cell.style.reverse;
        }
        rows.iter_mut().for_each(settle);
        rows
    }

    fn film(&self) -> String {
        let whole: f32 = self.shots.iter().map(|shot| shot.seconds).sum();
        // Where nothing may move, one that says most.
        let mut style = format!(
            "g{{visibility:hidden;animation:{whole}s step-end infinite}}#f2{{visibility:visible}}\
             @media(prefers-reduced-motion:reduce){{g{{animation:none}}}}"
        );
        let (mut frames, mut begin) = (String::new(), 0.0);
        for (number, shot) in self.shots.iter().enumerate() {
            let end = begin + shot.seconds;
            let (from, to) = (begin / whole * 100.0, end / whole * 100.0);
            let first = if number == 0 { "" } else { "0%{visibility:hidden}" };
            let _ = write!(
                style,
                "#f{number}{{animation-name:f{number}}}@keyframes f{number}{{{first}\
                 {from:.2}%{{visibility:visible}}{to:.2}%{{visibility:hidden}}}}"
            );
            let _ =
                writeln!(frames, "<g id=\"f{number}\">\n{}{}</g>", shot.content, self.told(shot));
            begin = end;
        }
        let content = format!("<style>{style}</style>\n{frames}");
        svg::picture(self.ground, (COLUMNS, ROWS + 2), &content)
    }

    fn told(&self, shot: &Shot) -> String {
        svg::caption(self.ground, ROWS + 1, &shot.caption)
    }
}

/// Makes of what depends on the time what is the same each time.
fn settle(row: &mut Row) {
    let text = grid::text(row);
    let age = Regex::new(r"[!✗●○◌·✓?] +(\w+) +[a-z ]+? +(now|\d+[smh]) ?").expect("a pattern");
    let work = Regex::new(r"\((\d)s · ").expect("a pattern");
    let commit = Regex::new(r" \(([0-9a-f]{7})\)").expect("a pattern");
    if let Some(found) = age.captures(&text)
        && let Some((_, age)) = AGES.iter().find(|(name, _)| *name == &found[1])
    {
        put(row, &text, &found, 2, &format!("{age:<3}"));
    }
    if let Some(found) = work.captures(&text) {
        put(row, &text, &found, 1, "2");
    }
    if let Some(found) = commit.captures(&text) {
        put(row, &text, &found, 1, "4f1c2d9");
    }
}

fn put(row: &mut [Cell], text: &str, found: &Captures, group: usize, new: &str) {
    let start = found.get(group).expect("the pattern has it").start();
    let first = text[..start].chars().count();
    for (cell, character) in row[first..].iter_mut().zip(new.chars()) {
        cell.character = character;
    }
}
