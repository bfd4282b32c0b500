//! Several choices at once: each box is set as it is wanted and seen to be, then the list is ended.

use crate::{
    core::screen::{self, Done, Question, Step, Ticks, Toggle},
    session::{
        answers::{
            Giving, Reply,
            error::AnswerError,
            look::{Meant, SeenDialog},
        },
        error::SessionError,
        sessions::output_watch::OutputWatch,
    },
};

impl Giving<'_> {
    /// Ticks the choices that `reply` names, and no others; their labels.
    pub(super) async fn tick(
        &self,
        meant: &str,
        question: &Question,
        ticks: Ticks,
        reply: &Reply,
        output: &mut Option<OutputWatch>,
    ) -> Result<String, SessionError> {
        let wanted = self.wanted(question, reply)?;
        let labels = question.labels().into_iter().zip(&wanted).filter(|(_, wanted)| **wanted);
        let labels: Vec<String> = labels.map(|(label, _)| label).collect();
        for (at, wanted) in wanted.iter().copied().enumerate() {
            let toggle = |_: &SeenDialog, now: &Question| match () {
                () if !wanted && follows_others(question, now, at) => Ok(None),
                () => self.toggle(now, at, wanted, ticks),
            };
            self.steps(meant, output, toggle).await?;
        }
        let (seen, ticked) = self.same(meant, output).await?;
        if let Done::Row(text) = ticks.done
            && !screen::is_in_sight(self.patterns(), &seen.shown, text)
        {
            self.end_out_of_sight((&seen, &ticked), &wanted, text, output).await?;
            return Ok(labels.join(", "));
        }
        let done = |seen: &SeenDialog, now: &Question| match ticks.done {
            Done::Key(key) => Ok(Some(Step::Give(vec![key.to_owned()]))),
            Done::Row(text) if screen::is_marked(self.patterns(), &seen.shown, now, text) => {
                Ok(Some(Step::Give(vec!["Enter".to_owned()])))
            }
            Done::Row(_) => Ok(Some(Step::Move("Down"))),
        };
        let (seen, keys) = self.steps(meant, output, done).await?;
        self.until_gone(&seen, &keys, output).await?;
        Ok(labels.join(", "))
    }

    /// Ends a list of which the last row, `text`, is out of sight, behind a row for all choices, if
    /// there are several, and one for words: the mark goes there from the first one backwards. Only
    /// if those in sight were all there are.
    async fn end_out_of_sight(
        &self,
        (seen, ticked): (&SeenDialog, &Question),
        wanted: &[bool],
        text: &str,
        output: &mut Option<OutputWatch>,
    ) -> Result<(), SessionError> {
        let list = Meant::Part(seen);
        let is_there = |seen: &SeenDialog, now: &Question| {
            screen::is_marked(self.patterns(), &seen.shown, now, text)
        };
        let up = |seen: &SeenDialog, now: &Question| {
            Ok((!is_there(seen, now)).then_some(Step::Move("Up")))
        };
        let (end, _) = self.steps(list, output, up).await?;
        let is_right = end.question.as_ref().is_some_and(|end| sends(ticked, end, wanted));
        if !is_right {
            let down = |_: &SeenDialog, now: &Question| {
                Ok((now.first != ticked.first).then_some(Step::Move("Down")))
            };
            self.steps(list, output, down).await?;
            let (session, why) = (self.name(), "it has choices that are out of sight");
            return Err(AnswerError::NotAnswerable { session, why }.into());
        }
        let enter = |seen: &SeenDialog, now: &Question| {
            if is_there(seen, now) {
                return Ok(Some(Step::Give(vec!["Enter".to_owned()])));
            }
            Err(self.changed_to(seen))
        };
        let (seen, keys) = self.steps(list, output, enter).await?;
        self.until_gone(&seen, &keys, output).await
    }

    /// Which choices shall be ticked.
    fn wanted(&self, question: &Question, reply: &Reply) -> Result<Vec<bool>, AnswerError> {
        let mut wanted = vec![false; question.choices.len()];
        let said: Vec<&str> = match self.choose(question, &reply.choice) {
            Ok(_) => vec![&reply.choice],
            Err(_) => reply.choice.split(',').collect(),
        };
        for said in said {
            let choice = self.choose(question, said)?;
            let label = question.choices[choice].clone();
            if question.free == Some(choice) || reply.words.is_some() {
                let session = self.name();
                let why = "how to give words with ticked choices is not known";
                return Err(match &reply.words {
                    Some(_) if question.free != Some(choice) => {
                        AnswerError::WordsRefused { choice: label }
                    }
                    _ => AnswerError::NotAnswerable { session, why },
                });
            }
            wanted[choice] = true;
        }
        Ok(wanted)
    }

    /// The next key that makes the box at `at` as it is wanted.
    fn toggle(
        &self,
        now: &Question,
        at: usize,
        wanted: bool,
        ticks: Ticks,
    ) -> Result<Option<Step>, SessionError> {
        let is = now.ticked.as_ref().and_then(|ticked| ticked.get(at).copied());
        if is == Some(wanted) {
            return Ok(None);
        }
        match ticks.toggle {
            Toggle::Number => {
                let number = now.first + at;
                let key = DIGITS.get(number).filter(|_| is.is_some());
                key.map(|key| Some(Step::Move(key))).ok_or_else(|| self.no_way().into())
            }
            Toggle::Key(key) if now.selected == Some(at) => Ok(Some(Step::Move(key))),
            Toggle::Key(_) => match self.patterns().towards(now, at) {
                Some(step) => Ok(Some(step)),
                None => Err(self.no_way().into()),
            },
        }
    }
}

/// Whether the last box, that of a row for all choices, was ticked with the last of the others.
fn follows_others(before: &Question, now: &Question, at: usize) -> bool {
    let was = before.ticked.as_ref().and_then(|ticked| ticked.get(at));
    let all = now.ticked.as_ref().is_some_and(|ticked| ticked.iter().all(|ticked| *ticked));
    at > 0 && at + 1 == now.choices.len() && was == Some(&false) && all
}

/// Whether what is `ticked` is all that is `wanted`, and all of the list, which has `end` behind it:
/// a box for all choices, unless it is in sight already or there is only one choice, and one for words.
fn sends(ticked: &Question, end: &Question, wanted: &[bool]) -> bool {
    let (Some(boxes), Some(behind)) = (&ticked.ticked, &end.ticked) else { return false };
    let words = end.first + end.choices.len() - 1;
    // A row for all has the number behind the last choice, and the one for words follows.
    let choices = words.saturating_sub(2);
    let in_sight = ticked.choices.len();
    let for_all = in_sight == choices + 1 && wanted.last() == Some(&true);
    let right = |at: usize| boxes.get(at) == wanted.get(at) || for_all && boxes[at];
    let has_no_words = behind.last() == Some(&false);
    ticked.first == 1
        && (in_sight == choices || in_sight == choices + 1)
        && has_no_words
        && (0..choices).all(right)
}

const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
