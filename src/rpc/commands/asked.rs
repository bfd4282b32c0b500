//! The window for what an agent asks: which keys it has, and what each of them gives.

use super::invocation::Invocation;
use crate::{
    core::session::{SessionInfo, Waiting},
    rpc::{
        calls::Answers,
        effects::{
            Effect, compose,
            question::{Choice, Does, Key, Question},
        },
    },
    view,
};

/// The highest number that one key can give.
const LAST_DIGIT: usize = 9;

/// The window in which what `session` asks is answered.
pub(super) fn window(asked: &Invocation, session: &SessionInfo, waiting: &Waiting) -> Effect {
    let drawn = view::question(waiting);
    let asks = Asks { asked, polecat: session.polecat.as_str(), waiting };
    let choices: Vec<Choice> = asks.choices(&drawn.rows);
    let marked = waiting.selected.and_then(|at| at.checked_sub(waiting.first));
    Effect::Question(Box::new(Question {
        polecat: asks.polecat.to_owned(),
        session: session.session_id.clone(),
        id: waiting.id.clone(),
        title: format!("{} asks: {}", asks.polecat, waiting.reason),
        marked: marked.and_then(|at| drawn.rows.get(at).copied()),
        lines: drawn.lines,
        choices,
        keys: asks.keys(),
        send: (asks.is_answerable() && waiting.multi)
            .then(|| asked.with(asks.polecat, asks.answers())),
        footer: asks.footer(),
        again: format!(":PolecatAnswer {}", asks.polecat),
    }))
}

/// The field in which all that can be answered are words.
pub(super) fn field(asked: &Invocation, polecat: &str, waiting: &Waiting) -> Effect {
    let asks = Asks { asked, polecat, waiting };
    let call = asked.with(&format!("{polecat} :"), asks.answers());
    Effect::Compose(Box::new(compose::answer(polecat, &waiting.text, call)))
}

/// A question, and the command that it came of.
struct Asks<'a> {
    asked: &'a Invocation,
    polecat: &'a str,
    waiting: &'a Waiting,
}

impl Asks<'_> {
    /// Whether it can be answered otherwise than in its terminal.
    fn is_answerable(&self) -> bool {
        !self.waiting.id.is_empty()
    }

    /// For exactly this question.
    fn answers(&self) -> Answers {
        let (question, round) = (Some(self.waiting.id.clone()), self.asked.answers().round);
        Answers { question, round, ..Answers::default() }
    }

    fn choices(&self, rows: &[usize]) -> Vec<Choice> {
        let Waiting { first, multi, ticked, .. } = self.waiting;
        let choice = |(at, row): (usize, &usize)| {
            let number = at + first;
            let line = format!("{} {number}", self.polecat);
            Choice {
                number,
                row: *row,
                call: (!multi).then(|| self.asked.with(&line, self.answers())),
                ticked: ticked.contains(&number),
            }
        };
        let answerable = if self.is_answerable() { rows } else { &[] };
        answerable.iter().enumerate().map(choice).collect()
    }

    fn keys(&self) -> Vec<Key> {
        let call = |lhs: &str, about: &str, call| Key {
            lhs: lhs.to_owned(),
            about: about.to_owned(),
            does: Does::Call(call),
        };
        let mut keys = if self.is_answerable() { self.answering() } else { Vec::new() };
        keys.push(call("a", "Attach", self.asked.other("Attach", self.polecat, false)));
        let (after, round) = (Some(self.polecat.to_owned()), Some(true));
        let next = Answers { after, round, ..Answers::default() };
        keys.push(call("]w", "Go to the next one who waits", self.asked.with("", next)));
        let again = Answers { round: self.asked.answers().round, ..Answers::default() };
        keys.push(call("r", "Show what is asked now", self.asked.with(self.polecat, again)));
        keys
    }

    /// Those that answer.
    fn answering(&self) -> Vec<Key> {
        let Waiting { first, choices, .. } = self.waiting;
        let label = |number: usize| choices.get(number - first).cloned().unwrap_or_default();
        let choose = |lhs: String, number: usize| Key {
            lhs,
            about: label(number),
            does: Does::Choose(number),
        };
        let numbers = *first..(first + choices.len()).min(LAST_DIGIT + 1);
        let mut keys: Vec<Key> = numbers.map(|number| choose(number.to_string(), number)).collect();
        if !self.waiting.multi {
            let letters = [("y", self.waiting.yes), ("n", self.waiting.no)];
            let known = letters.into_iter().filter_map(|(key, number)| Some((key, number?)));
            keys.extend(known.map(|(key, number)| choose(key.to_owned(), number)));
            keys.extend(self.instead());
        }
        keys
    }

    /// What lets a person say what to do instead: the choice for words, else the words of No.
    fn instead(&self) -> Option<Key> {
        let key = |about: &str, does| Key { lhs: "i".to_owned(), about: about.to_owned(), does };
        if let Some(free) = self.waiting.free {
            return Some(key("Answer in your own words", Does::Choose(free)));
        }
        let no = self.waiting.no.filter(|_| self.waiting.reason == "permission")?;
        let call = self.asked.with(&format!("{} {no}", self.polecat), self.answers());
        let compose = compose::answer(self.polecat, "no, and what instead", call);
        Some(key("No, and say what instead", Does::Apply(Effect::Compose(Box::new(compose)))))
    }

    fn footer(&self) -> String {
        if !self.is_answerable() {
            return "a attaches, q leaves".to_owned();
        }
        let keys: Vec<String> = self.answering().into_iter().map(|key| key.lhs).collect();
        let answer = if self.waiting.multi { "tick, <CR> sends" } else { "<CR> answer" };
        format!("{} {answer}, q leaves", keys.join(" "))
    }
}
