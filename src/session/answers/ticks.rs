//! Several choices at once: each box is set as it is wanted and seen to be, then the list is ended.

use crate::{
    core::screen::{self, Done, Question, Step, Ticks, Toggle},
    session::{
        answers::{Giving, Reply, error::AnswerError, look::Seen},
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
        for (at, wanted) in wanted.into_iter().enumerate() {
            let toggle = |_: &Seen, now: &Question| self.toggle(now, at, wanted, ticks);
            self.steps(meant, output, toggle).await?;
        }
        let done = |seen: &Seen, now: &Question| match ticks.done {
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
                let why = "words beside ticked choices are not known how to give";
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

const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
