//! The window for what an agent asks: which keys it has, and what each of them gives.

use crate::rpc::commands::{invocation::Invocation, words::word};
use crate::{
    core::session::{SessionInfo, Waiting},
    rpc::{
        calls::Answers,
        effects::{
            Effect, compose,
            question::{QuestionAction, QuestionChoice, QuestionKey, QuestionWindow},
        },
    },
    view,
};

/// The highest number that one key can give.
const LAST_DIGIT: usize = 9;

/// The window in which what `session`, called `polecat` here, asks is answered.
pub(in crate::rpc::commands) fn window(
    asked: &Invocation,
    polecat: &str,
    session: &SessionInfo,
    waiting: &Waiting,
) -> Effect {
    let drawn = view::question(waiting);
    let asks = Asks { asked, polecat, waiting };
    let choices: Vec<QuestionChoice> = asks.choices(&drawn.rows);
    let marked = waiting.selected.and_then(|at| at.checked_sub(waiting.first));
    Effect::Question(Box::new(QuestionWindow {
        polecat: asks.polecat.to_owned(),
        at: Some(asked.at()),
        session: session.session_id.clone(),
        id: waiting.id.clone(),
        title: format!("{} asks: {}", asks.polecat, waiting.reason),
        marked: marked.and_then(|at| drawn.rows.get(at).copied()),
        lines: drawn.lines,
        choices,
        keys: asks.keys(),
        send: (asks.is_answerable() && waiting.multi)
            .then(|| asked.with(&word(asks.polecat), asks.answers())),
        footer: asks.footer(),
        again: format!(":PolecatAnswer {}", word(asks.polecat)),
    }))
}

/// The field in which all that can be answered are words.
pub(in crate::rpc::commands) fn field(
    asked: &Invocation,
    polecat: &str,
    waiting: &Waiting,
) -> Effect {
    Asks { asked, polecat, waiting }.write(&waiting.text, ":")
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
        let Waiting { id, choices, field, .. } = self.waiting;
        !id.is_empty() && (*field || !choices.is_empty())
    }

    /// For exactly this question.
    fn answers(&self) -> Answers {
        let (question, round) = (Some(self.waiting.id.clone()), self.asked.answers().round);
        Answers { question, round, ..Answers::default() }
    }

    fn choices(&self, rows: &[usize]) -> Vec<QuestionChoice> {
        let Waiting { first, multi, ticked, .. } = self.waiting;
        let choice = |(at, row): (usize, &usize)| {
            let number = at + first;
            let line = format!("{} {number}", word(self.polecat));
            QuestionChoice {
                number,
                row: *row,
                call: (!multi).then(|| self.asked.with(&line, self.answers())),
                ticked: ticked.contains(&number),
            }
        };
        let answerable = if self.is_answerable() { rows } else { &[] };
        answerable.iter().enumerate().map(choice).collect()
    }

    fn keys(&self) -> Vec<QuestionKey> {
        let call = |lhs: &str, about: &str, call| QuestionKey {
            lhs: lhs.to_owned(),
            about: about.to_owned(),
            does: QuestionAction::Call(call),
        };
        let mut keys = if self.is_answerable() { self.answering() } else { Vec::new() };
        keys.push(call("a", "Attach", self.asked.other("Attach", &word(self.polecat), false)));
        let (polecat, round) = (Some(self.polecat.to_owned()), Some(true));
        let next = Answers { polecat, round, ..Answers::default() };
        keys.push(call("]w", "Go to the next one who waits", self.asked.with("", next)));
        let again = Answers { round: self.asked.answers().round, ..Answers::default() };
        keys.push(call("r", "Show what is asked now", self.asked.with(&word(self.polecat), again)));
        keys
    }

    /// Those that answer.
    fn answering(&self) -> Vec<QuestionKey> {
        let Waiting { first, choices, .. } = self.waiting;
        let label = |number: usize| choices.get(number - first).cloned().unwrap_or_default();
        let choose = |lhs: String, number: usize| QuestionKey {
            lhs,
            about: label(number),
            does: QuestionAction::Choose(number),
        };
        let numbers = *first..(first + choices.len()).min(LAST_DIGIT + 1);
        let mut keys: Vec<QuestionKey> =
            numbers.map(|number| choose(number.to_string(), number)).collect();
        if !self.waiting.multi {
            let letters = [("y", self.waiting.yes), ("n", self.waiting.no)];
            let known = letters.into_iter().filter_map(|(key, number)| Some((key, number?)));
            keys.extend(known.map(|(key, number)| choose(key.to_owned(), number)));
            keys.extend(self.instead());
        }
        keys
    }

    /// What lets a person say what to do instead: the choice for words, else the words of No.
    fn instead(&self) -> Option<QuestionKey> {
        let key =
            |about: &str, does| QuestionKey { lhs: "i".to_owned(), about: about.to_owned(), does };
        if self.waiting.field {
            return Some(key(
                "Write the answer",
                QuestionAction::Apply(self.write(&self.waiting.text, ":")),
            ));
        }
        if let Some(free) = self.waiting.free {
            return Some(key("Answer in your own words", QuestionAction::Choose(free)));
        }
        let no = self.waiting.no.filter(|_| self.waiting.reason == "permission")?;
        let write = self.write("no, and what instead", &no.to_string());
        Some(key("No, and say what instead", QuestionAction::Apply(write)))
    }

    /// A place for the words of `choice`.
    fn write(&self, title: &str, choice: &str) -> Effect {
        let line = format!("{} {choice}", word(self.polecat));
        let call = self.asked.with(&line, self.answers());
        let whom = (self.polecat, Some(self.asked.at()));
        Effect::Compose(Box::new(compose::answer(whom, title, call)))
    }

    fn footer(&self) -> String {
        if !self.is_answerable() {
            return "a attaches, q leaves".to_owned();
        }
        let keys: Vec<String> = self.answering().into_iter().map(|key| key.lhs).collect();
        let answer = match self.waiting {
            Waiting { multi: true, .. } => "tick, <CR> sends",
            Waiting { field: true, .. } => "answers",
            _ => "<CR> answer",
        };
        format!("{} {answer}, q leaves", keys.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::names::PolecatName,
        rpc::calls::{At, CommandRun},
    };

    fn asked() -> Invocation {
        let at = At { file: None, cwd: "/shop".into(), rig: None };
        Invocation::read(CommandRun::typed(&at, "Answer", "ash"))
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// The keys that answer, and what the frame says of them.
    fn keys(waiting: &Waiting) -> (String, String) {
        let polecat = PolecatName::parse("ash").unwrap();
        let session = SessionInfo::stopped(polecat, "gt-shop-ash".to_owned(), "shop".to_owned());
        let Effect::Question(question) = window(&asked(), "ash", &session, waiting) else {
            panic!("a window")
        };
        let all: Vec<_> = question.keys.into_iter().map(|key| key.lhs).collect();
        let [keys @ .., attach, next, again] = &all[..] else { panic!("{all:?}") };
        assert_eq!([attach, next, again], ["a", "]w", "r"]);
        (keys.join(" "), question.footer)
    }

    fn waiting(choices: usize) -> Waiting {
        let choices = (1..=choices).map(|at| format!("choice {at}")).collect();
        Waiting { id: "1f".to_owned(), first: 1, choices, ..Waiting::default() }
    }

    #[test]
    fn each_choice_has_a_key_up_to_nine_and_no_may_say_what_instead() {
        let (reason, yes, no) = ("permission".to_owned(), Some(1), Some(2));
        let (keys_of, footer) = keys(&Waiting { reason, yes, no, ..waiting(2) });
        assert_eq!((&*keys_of, &*footer), ("1 2 y n i", "1 2 y n i <CR> answer, q leaves"));
        assert_eq!(keys(&waiting(11)).0, "1 2 3 4 5 6 7 8 9");
        assert_eq!(keys(&Waiting { first: 3, ..waiting(2) }).0, "3 4");
        assert_eq!(keys(&Waiting { first: 12, ..waiting(2) }).0, "");
    }

    #[test]
    fn what_can_only_be_answered_in_its_terminal_has_no_key_that_answers() {
        let attach = (String::new(), "a attaches, q leaves".to_owned());
        assert_eq!(keys(&waiting(0)), attach);
        assert_eq!(keys(&Waiting { id: String::new(), ..waiting(2) }), attach);
        let field = Waiting { field: true, ..waiting(0) };
        assert_eq!(keys(&field), ("i".to_owned(), "i answers, q leaves".to_owned()));
    }
}
