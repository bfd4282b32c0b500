//! The table in doc/agents.md. A run replaces the rows of the agents that it drove, and keeps the
//! others.

use std::fmt::Write as _;
use std::path::PathBuf;

/// What is checked, in the order of the columns.
pub(crate) const COLUMNS: &[&str] = &[
    "ready",
    "working",
    "idle",
    "permission",
    "question",
    "inject",
    "refused",
    "error",
    "interrupt",
    "answer",
    "death",
    "stop",
    "mixed work",
    "answers",
    "resume",
    "fork",
    "messages",
    "plan",
    "trust",
];

const BEGIN: &str = "<!-- written by `make agents` from here on -->";

/// What came of one check.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// It held; the state was told that many seconds after the event.
    After(f64),
    Held,
    /// The agent has nothing of the kind.
    None,
    /// The plugin cannot do that yet.
    Missing,
    Failed(String),
    Counted {
        text: String,
        notes: Vec<String>,
    },
}

/// What came of one agent.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) version: String,
    cells: Vec<(&'static str, Cell)>,
}

impl Row {
    pub(crate) fn new(name: &str, version: &str) -> Row {
        Row { name: name.to_owned(), version: version.to_owned(), cells: Vec::new() }
    }

    pub(crate) fn set(&mut self, column: &'static str, cell: Cell) {
        self.cells.retain(|(set, _)| *set != column);
        self.cells.push((column, cell));
    }

    /// Its line of the table. Of what was not checked this time, the line before tells, if it is
    /// of the same version.
    fn line(&self, date: &str, before: Option<&str>) -> String {
        let old: Vec<&str> = before.unwrap_or_default().split('|').map(str::trim).collect();
        let same = old.get(2) == Some(&self.version.as_str());
        let mut line = format!("| {} | {} | {date} |", self.name, self.version);
        for (at, column) in COLUMNS.iter().enumerate() {
            let old = old.get(at + 4).filter(|_| same).copied().unwrap_or_default();
            let text = self.cell(column).map_or_else(|| old.to_owned(), Cell::text);
            let _ = write!(line, " {text} |");
        }
        line
    }

    fn cell(&self, column: &str) -> Option<&Cell> {
        self.cells.iter().find(|(set, _)| *set == column).map(|(_, cell)| cell)
    }

    /// Whether a note in the document is of a check that was made again.
    fn replaces(&self, note: &str) -> bool {
        name(note) == self.name
            && self.cells.iter().any(|(column, _)| note.contains(&format!(", {column}: ")))
    }

    /// What did not hold, each in one line.
    fn notes(&self) -> Vec<String> {
        let note = |column: &str, why: &str| {
            let why = why.lines().next().unwrap_or_default().replace('|', "/");
            format!("* {}, {column}: {why}", self.name)
        };
        let notes = |(column, cell): &(&'static str, Cell)| match cell {
            Cell::Failed(why) => vec![note(column, why)],
            Cell::Counted { notes, .. } => notes.iter().map(|why| note(column, why)).collect(),
            _ => Vec::new(),
        };
        self.cells.iter().flat_map(notes).collect()
    }

    /// All of it, for whoever runs it.
    pub(crate) fn print(&self) -> String {
        let mut text = format!("{} {}\n", self.name, self.version);
        for (column, cell) in &self.cells {
            let _ = writeln!(text, "  {column}: {}", cell.text());
            match cell {
                Cell::Failed(why) => {
                    let _ = writeln!(text, "    {}", why.replace('\n', "\n    "));
                }
                Cell::Counted { notes, .. } => {
                    for why in notes {
                        let _ = writeln!(text, "    {}", why.replace('\n', "\n    "));
                    }
                }
                _ => {}
            }
        }
        text
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::After(seconds) => format!("{:.1} s", seconds.max(0.0)),
            Self::Held => "yes".to_owned(),
            Self::None => "-".to_owned(),
            Self::Missing => "not yet".to_owned(),
            Self::Failed(_) => "**no**".to_owned(),
            Self::Counted { text, .. } => text.clone(),
        }
    }
}

/// Puts the rows into the document.
pub(crate) fn write(rows: &[Row], absent: &[&str]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("doc/agents.md");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let (words, old) = before.split_once(BEGIN).unwrap_or((&before, ""));
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let before =
        |agent: &str| old.lines().find(|line| line.starts_with("| ") && name(line) == agent);
    let is_new = |line: &str| rows.iter().any(|row| name(line) == row.name);
    let kept = old.lines().filter(|line| line.starts_with("| ") && !is_new(line));
    let mut lines: Vec<String> = kept.map(str::to_owned).collect();
    lines.retain(|line| !["agent", "---"].contains(&name(line)));
    lines.extend(rows.iter().map(|row| row.line(&date, before(&row.name))));
    let has = |lines: &[String], agent: &str| lines.iter().any(|line| name(line) == agent);
    for agent in absent {
        if !has(&lines, agent) {
            lines.push(format!("| {agent} | not installed | |{}", " |".repeat(COLUMNS.len())));
        }
    }
    let is_old = |note: &&str| note.starts_with("* ") && !rows.iter().any(|row| row.replaces(note));
    let mut notes: Vec<String> = old.lines().filter(is_old).map(str::to_owned).collect();
    notes.extend(rows.iter().flat_map(Row::notes));
    lines.sort();
    notes.sort();
    notes.dedup();
    let text = format!("{words}{BEGIN}\n\n{}{}", table(&lines), list(&notes));
    std::fs::write(path, text).expect("doc/agents.md is writable");
}

/// The agent that a line is about.
fn name(line: &str) -> &str {
    line.trim_start_matches(['|', '*', ' ']).split([' ', ',']).next().unwrap_or_default()
}

fn table(lines: &[String]) -> String {
    let head = format!("| agent | version | date | {} |", COLUMNS.join(" | "));
    let rule = "| --- ".repeat(COLUMNS.len() + 3) + "|";
    format!("{head}\n{rule}\n{}\n", lines.join("\n"))
}

fn list(notes: &[String]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    format!("\nWhat did not hold, and what was reported late:\n\n{}\n", notes.join("\n"))
}
