//! A scripted agent, which draws its screen as Claude Code does. Each message, the first word of its
//! command line first, is a task: it thinks for a moment, and adds a discount to `cart.py`, or rounds
//! the one that is there; where the task speaks of a test it writes one, and asks before it runs that.

mod typing;

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs, io,
    io::Write as _,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    termios::{OptionalActions, tcgetattr, tcgetwinsize, tcsetattr},
};

use typing::{Key, Typing};

use crate::host::Launch;

const CHOICES: &[&str] =
    &["Yes", "Yes, and don't ask again for python3 commands", "No, and tell me what to do instead"];
const TEST: &str = "import unittest\n\nfrom cart import total\n\n\nclass Total(unittest.TestCase):\n    \
    def test_of_two(self):\n        self.assertEqual(total([1, 2]), 3)\n";
const COMMAND: &str = "python3 -m unittest test_cart";
const PRICE: &str = "total(prices) * (100 - percent) / 100";
const WORK_DURATION: Duration = Duration::from_secs(3);
const TICK_INTERVAL: Duration = Duration::from_millis(300);

#[derive(Default)]
struct Agent {
    told: Vec<String>,
    typing: Typing,
    working_until: Option<Instant>,
    /// The choice that is marked, while it asks.
    marked: Option<usize>,
    task: String,
    drawn: String,
    over: bool,
}

/// Acts until Ctrl-C, or until its terminal is gone.
///
/// # Errors
/// When it is not in a terminal.
pub fn act(words: &[OsString], launch: &Launch) -> io::Result<()> {
    let (stdin, before) = (io::stdin(), tcgetattr(io::stdin())?);
    let mut raw = before.clone();
    raw.make_raw();
    tcsetattr(&stdin, OptionalActions::Now, &raw)?;
    let acted = Agent::default().run(first_message(words), launch);
    show("\x1b[?2004l")?;
    tcsetattr(&stdin, OptionalActions::Now, &before)?;
    acted
}

impl Agent {
    fn run(&mut self, words: Option<String>, launch: &Launch) -> io::Result<()> {
        self.tell(&["A scripted agent for the tour."]);
        if let Some(words) = words {
            self.begin(words);
        }
        show("\x1b[?2004h\x1b[2J")?;
        while !self.over {
            self.draw()?;
            let stdin = io::stdin();
            let mut waits = [PollFd::new(&stdin, PollFlags::IN)];
            // Not for ever: the terminal's size may change meanwhile.
            if poll(&mut waits, Some(&TICK_INTERVAL.try_into().unwrap_or_default()))? > 0 {
                let mut piece = [0; 4096];
                let read = rustix::io::read(&stdin, &mut piece)?;
                self.over = read == 0;
                for key in self.typing.push(&piece[..read]) {
                    self.take(key, launch);
                }
            }
            if self.working_until.is_some_and(|end| Instant::now() >= end) {
                self.work()?;
            }
        }
        Ok(())
    }

    fn tell(&mut self, lines: &[&str]) {
        let lines = lines.iter().flat_map(|line| line.split('\n'));
        self.told.extend(lines.map(str::to_owned));
        self.told.push(String::new());
    }

    fn rows(&self, columns: usize) -> Vec<String> {
        let rule = "─".repeat(columns);
        let mut rows = self.told.clone();
        if let Some(marked) = self.marked {
            let about =
                ["", " Bash command", "", &format!("   {COMMAND}"), "   Run the new test", ""];
            rows.push(rule);
            rows.extend(about.map(str::to_owned));
            rows.push(" Do you want to proceed?".to_owned());
            rows.extend(CHOICES.iter().enumerate().map(|(at, choice)| {
                format!(" {} {}. {choice}", if at == marked { '❯' } else { ' ' }, at + 1)
            }));
            rows.extend([String::new(), " Esc to cancel · Tab to amend".to_owned()]);
            return rows;
        }
        if let Some(end) = self.working_until {
            let spent = WORK_DURATION.saturating_sub(end.saturating_duration_since(Instant::now()));
            rows.push(format!("✻ Thinking… ({}s · esc to interrupt)", spent.as_secs()));
            rows.push(String::new());
        }
        let typed = format!("❯ {}", self.typing.text().replace('\n', "\n  "));
        rows.push(rule.clone());
        rows.extend(typed.split('\n').map(str::to_owned));
        rows.extend([rule, "  ? for shortcuts".to_owned()]);
        rows
    }

    /// Row over row: a cleared screen would go into tmux's history each time.
    fn draw(&mut self) -> io::Result<()> {
        let size = tcgetwinsize(io::stdout())?;
        let rows = self.rows(size.ws_col.into());
        let first = rows.len().saturating_sub(usize::from(size.ws_row).saturating_sub(1));
        let title = if self.working_until.is_some() { "⠂ At work" } else { "✳ Claude Code" };
        let mut drawn = format!("\x1b]2;{title}\x07\x1b[H");
        for (at, row) in rows[first..].iter().enumerate() {
            let _ = write!(drawn, "{}\x1b[K{}", if at == 0 { "" } else { "\r\n" }, painted(row));
        }
        drawn.push_str("\x1b[J");
        if drawn != self.drawn {
            show(&drawn)?;
            self.drawn = drawn;
        }
        Ok(())
    }

    fn take(&mut self, key: Key, launch: &Launch) {
        match (key, self.marked) {
            (Key::End, _) => self.over = true,
            (Key::Up, Some(marked)) => self.marked = Some(marked.saturating_sub(1)),
            (Key::Down, Some(marked)) => self.marked = Some((marked + 1).min(CHOICES.len() - 1)),
            (Key::Message(_), Some(marked)) => self.answer(marked, launch),
            (Key::Escape, Some(_)) => self.answer(CHOICES.len() - 1, launch),
            (Key::Text(text), Some(_)) => {
                self.typing.clear();
                if let Ok(number @ 1..=3) = text.parse::<usize>() {
                    self.answer(number - 1, launch);
                }
            }
            (Key::Message(text), None) if !text.trim().is_empty() => self.begin(text),
            (Key::Escape, None) if self.working_until.take().is_some() => {
                self.tell(&["  ⎿  Interrupted · What should Claude do instead?"]);
            }
            _ => {}
        }
    }

    fn begin(&mut self, task: String) {
        self.tell(&[&format!("❯ {task}")]);
        self.working_until = Some(Instant::now() + WORK_DURATION);
        self.task = task;
    }

    fn work(&mut self) -> io::Result<()> {
        self.working_until = None;
        if self.task.contains("test") {
            fs::write("test_cart.py", TEST)?;
            self.tell(&["● Write(test_cart.py)", "  ⎿  Wrote 8 lines"]);
            self.marked = Some(0);
            return Ok(());
        }
        let done = change()?;
        self.tell(&["● Update(cart.py)", &format!("  ⎿  {done}"), "", "● It is done."]);
        Ok(())
    }

    fn answer(&mut self, at: usize, launch: &Launch) {
        self.marked = None;
        if at == CHOICES.len() - 1 {
            return self.tell(&["● Then not. What should I do instead?"]);
        }
        let words: Vec<&str> = COMMAND.split(' ').collect();
        let mut test = launch(words[0].as_ref());
        let done = test.arg("-B").args(&words[1..]).output();
        let last = match done {
            Ok(done) => String::from_utf8_lossy(&done.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        let last = last.lines().last().unwrap_or_default();
        let ran = format!("● Bash({COMMAND})");
        self.tell(&[&ran, &format!("  ⎿  {last}"), "", "● The test is there."]);
    }
}

/// The last word, where it is no flag's: the preset's own come before it.
fn first_message(words: &[OsString]) -> Option<String> {
    let is_flag = |word: &OsString| word.as_encoded_bytes().starts_with(b"--");
    let (last, before) = words.split_last()?;
    let of_a_flag = before.last().is_some_and(is_flag);
    (!is_flag(last) && !of_a_flag).then(|| last.to_string_lossy().into_owned())
}

/// A discount; once that is there, a better one.
fn change() -> io::Result<&'static str> {
    let before = fs::read_to_string("cart.py")?;
    let (after, told) = if before.contains(PRICE) {
        let rounded = format!("return round({PRICE}, 2)");
        (before.replace(&format!("return {PRICE}"), &rounded), "Changed 1 line")
    } else {
        let new = "\n\ndef discounted(prices, percent):\n    \"\"\"A price for friends.\"\"\"\n";
        (format!("{before}{new}    return {PRICE}\n"), "Added 5 lines")
    };
    fs::write("cart.py", after)?;
    Ok(told)
}

/// In the colours of the terminal's own palette.
fn painted(row: &str) -> String {
    let colours = [("● ", 32), ("  ⎿", 2), ("───", 2), ("✻ ", 33), (" ❯ ", 34)];
    let Some((begin, colour)) = colours.iter().find(|(begin, _)| row.starts_with(begin)) else {
        return row.to_owned();
    };
    let mark = if *colour == 32 { begin } else { row };
    format!("\x1b[{colour}m{mark}\x1b[m{}", &row[mark.len()..])
}

fn show(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
