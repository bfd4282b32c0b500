//! Gives one answer to one agent. The person who answers holds the lock on typing.

use crate::{
    core::screen::{self, NoChoice, Opens, Question, Reason},
    session::{
        answers::{Giving, Reply, error::AnswerError, look::SeenDialog},
        error::{MessageError, SessionError},
        messages::delivery::{Delivery, Draft, Outcome},
        sessions::output_watch::OutputWatch,
    },
    tmux::Guard,
};

/// Stands for no choice, where words follow.
const NO_CHOICE: char = ':';

impl Giving<'_> {
    /// Gives `reply` to the question with the id `meant`, and waits until it is gone; what was
    /// answered, in the agent's words.
    pub(super) async fn give(&self, meant: &str, reply: &Reply) -> Result<String, SessionError> {
        let mut output = None;
        let given = self.given(meant, reply, &mut output).await;
        end(output).await;
        given
    }

    /// The id of the question that is meant where none is named: what is asked now.
    pub(super) async fn meant(&self) -> Result<String, SessionError> {
        let mut output = None;
        let id = self.id(&mut output).await;
        end(output).await;
        id
    }

    async fn given(
        &self,
        meant: &str,
        reply: &Reply,
        output: &mut Option<OutputWatch>,
    ) -> Result<String, SessionError> {
        self.until_heard(meant, output).await?;
        let (seen, question) = self.same(meant, output).await?;
        if screen::in_field(self.patterns(), &seen.shown, &question) {
            // A digit would be a word in it.
            let (session, why) = (self.name(), "somebody is typing into it");
            return Err(AnswerError::NotAnswerable { session, why }.into());
        }
        let words = reply.words.as_deref().map(str::trim).filter(|words| !words.is_empty());
        if question.field {
            return self.give_text(&question, (meant, reply), words, output).await;
        }
        if let Some(ticks) = self.patterns().ticks(&question) {
            // Boxes that are ticked and never sent would be half an answer.
            if !self.patterns().has_way(&question) {
                return Err(self.no_way().into());
            }
            self.refuse_cut(&question, (meant, reply), &reply.choice)?;
            return self.tick(meant, &question, ticks, reply, output).await;
        }
        self.give_choice(&question, (meant, reply), words, output).await
    }

    /// Writes the answer of a question that has no choices.
    async fn give_text(
        &self,
        question: &Question,
        (meant, reply): (&str, &Reply),
        words: Option<&str>,
        output: &mut Option<OutputWatch>,
    ) -> Result<String, SessionError> {
        // Typed as a command, its first word is taken for a choice.
        let choice = reply.choice.trim().trim_start_matches(NO_CHOICE);
        let said = [choice, words.unwrap_or_default()].join(" ");
        self.refuse_cut(question, (meant, reply), said.trim())?;
        self.write(meant, None, said.trim(), output).await?;
        Ok(said.trim().to_owned())
    }

    /// Presses the key of a choice; with words, if it takes some.
    async fn give_choice(
        &self,
        question: &Question,
        (meant, reply): (&str, &Reply),
        words: Option<&str>,
        output: &mut Option<OutputWatch>,
    ) -> Result<String, SessionError> {
        let choice = self.choose(question, &reply.choice)?;
        let choice = if words.is_some() { self.with_words(question, choice) } else { choice };
        let label = question.choices[choice].clone();
        if question.no != Some(choice) {
            self.refuse_cut(question, (meant, reply), &label)?;
        }
        match (self.takes_words(question, choice), words) {
            (Some((_, true)), None) => {
                let (choice, id) = (label, meant.to_owned());
                return Err(AnswerError::WordsNeeded { choice, id }.into());
            }
            (None, Some(_)) => return Err(AnswerError::WordsRefused { choice: label }.into()),
            (_, None) => self.press_choice(meant, choice, output).await?,
            (Some((Opens::Message, _)), Some(words)) => {
                self.press_choice(meant, choice, output).await?;
                self.until_rest(output).await?;
                self.say(words).await?;
            }
            (Some((opens, _)), Some(words)) => {
                self.write(meant, Some((choice, opens)), words, output).await?;
            }
        }
        Ok(label)
    }

    /// How the words of a choice are given, and whether it means nothing without them. What to do
    /// instead of what is not permitted can always be said afterwards.
    fn takes_words(&self, question: &Question, choice: usize) -> Option<(Opens, bool)> {
        let known = self.patterns().words(question, choice);
        let refuses = question.no == Some(choice) && question.reason == Reason::Permission;
        known
            .map(|words| (words.opens, words.needed))
            .or_else(|| refuses.then_some((Opens::Message, false)))
    }

    /// Refuses to agree to something of which only a part is on the screen.
    fn refuse_cut(
        &self,
        question: &Question,
        (meant, reply): (&str, &Reply),
        choice: &str,
    ) -> Result<(), AnswerError> {
        if !question.cut || reply.cut {
            return Ok(());
        }
        let (choice, id) = (choice.to_owned(), meant.to_owned());
        Err(AnswerError::Cut { session: self.name(), choice, id })
    }

    /// The choice that `said` means.
    pub(super) fn choose(&self, question: &Question, said: &str) -> Result<usize, AnswerError> {
        let said = said.trim();
        if question.choices.is_empty() {
            let session = self.name();
            return Err(AnswerError::NotAnswerable { session, why: "it shows no choices" });
        }
        self.patterns().choose(question, said).map_err(|why| match why {
            NoChoice::Unknown => {
                AnswerError::UnknownChoice { said: said.to_owned(), choices: numbered(question) }
            }
            NoChoice::Ambiguous(choices) => {
                AnswerError::AmbiguousChoice { said: said.to_owned(), choices }
            }
        })
    }

    /// The choice that takes the words of `choice`: `Reject with feedback` those of `Reject`.
    fn with_words(&self, question: &Question, choice: usize) -> usize {
        let takes = |at: usize| self.patterns().words(question, at).is_some();
        let longer = |at: &usize| {
            question.choices[*at].starts_with(question.choices[choice].as_str()) && takes(*at)
        };
        let other = (0..question.choices.len()).find(longer).filter(|_| !takes(choice));
        other.unwrap_or(choice)
    }

    /// Gives a choice without words.
    async fn press_choice(
        &self,
        meant: &str,
        choice: usize,
        output: &mut Option<OutputWatch>,
    ) -> Result<(), SessionError> {
        let step =
            |_: &SeenDialog, question: &Question| match self.patterns().step(question, choice) {
                Some(step) => Ok(Some(step)),
                None => Err(self.no_way().into()),
            };
        let (seen, keys) = self.steps(meant, output, step).await?;
        self.until_gone(&seen, &keys, output).await
    }

    pub(super) fn no_way(&self) -> AnswerError {
        AnswerError::NotAnswerable { session: self.name(), why: "which keys answer is not known" }
    }

    /// Sends words as a message, once the choice was taken.
    async fn say(&self, words: &str) -> Result<(), SessionError> {
        let Self { context, session, to } = *self;
        let (bytes, draft) = (words.as_bytes(), Draft::Keep);
        let delivery = Delivery { context, session, to, bytes, text: words, owed: None, draft };
        let session = self.name();
        match delivery.deliver().await? {
            Outcome::Submitted => Ok(()),
            Outcome::Stuck => Err(MessageError::Stuck { session }.into()),
            Outcome::NotShown { lost } => Err(MessageError::NotShown { session, lost }.into()),
        }
    }

    /// That the composer still shows what it shows.
    pub(super) fn composer_guard(&self, seen: &SeenDialog) -> Guard {
        let rows = screen::composer_rows(self.patterns(), &seen.shown);
        Guard::of(&seen.screen, &seen.shown.rows, &rows)
    }
}

async fn end(output: Option<OutputWatch>) {
    if let Some(output) = output {
        output.end().await;
    }
}

/// `1. Yes`
pub(super) fn numbered(question: &Question) -> Vec<String> {
    let choices = question.choices.iter().enumerate();
    choices.map(|(at, label)| format!("{}. {label}", at + question.first)).collect()
}
