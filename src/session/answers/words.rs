//! Words of a person's own: pasted into a field that was seen to open, and submitted once they show.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::screen::{self, Opens, Question},
    session::{
        answers::{Giving, error::AnswerError, look::SeenDialog, press::DRAWN_TIMEOUT},
        error::{MessageError, SessionError},
        sessions::output_watch::OutputWatch,
    },
};

/// How many letters on each side tell that words follow themselves.
const SEAM_LENGTH: usize = 12;

impl Giving<'_> {
    /// Writes `words` into the field of a choice, or into the one that is open, and submits them.
    pub(super) async fn write(
        &self,
        meant: &str,
        choice: Option<(usize, Opens)>,
        words: &str,
        output: &mut Option<OutputWatch>,
    ) -> Result<(), SessionError> {
        // A line break would submit the half.
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let (seen, question) = self.same(meant, output).await?;
        if words.is_empty() {
            let id = meant.to_owned();
            return Err(AnswerError::WordsNeeded { choice: question.text, id }.into());
        }
        let open = match choice {
            None => seen,
            Some((choice, opens)) => self.open(meant, (choice, opens), output).await?,
        };
        let shown = self.pasted(&open, &question, &words, output).await?;
        if !self.press(&shown, &["Enter".to_owned()], true).await? {
            return Err(self.changed_to(&self.look().await?));
        }
        self.until_gone(
            &SeenDialog { question: shown.question.clone().or(Some(question)), ..shown },
            &[],
            output,
        )
        .await
    }

    /// Opens the field of a choice; what is shown then.
    async fn open(
        &self,
        meant: &str,
        (choice, opens): (usize, Opens),
        output: &mut Option<OutputWatch>,
    ) -> Result<SeenDialog, SessionError> {
        let patterns = self.patterns();
        let marked = |_: &SeenDialog, question: &Question| {
            if question.selected.is_none() {
                return Err(self.no_way().into());
            }
            Ok(patterns.towards(question, choice))
        };
        let key = match opens {
            Opens::Marked => {
                let (seen, _) = self.steps(meant, output, marked).await?;
                return Ok(seen);
            }
            Opens::Key(key) => {
                self.steps(meant, output, marked).await?;
                key.to_owned()
            }
            Opens::Choice | Opens::Message => {
                let (_, question) = self.same(meant, output).await?;
                let number = question.first + choice;
                if number > 9 {
                    return Err(self.no_way().into());
                }
                number.to_string()
            }
        };
        let (before, question) = self.same(meant, output).await?;
        let is_open = question.selected == Some(choice) && opens == Opens::Choice;
        if !is_open && !self.press(&before, &[key], false).await? {
            return Err(self.changed_to(&self.look().await?));
        }
        let open = self.until_open(&before, &question, is_open, output).await?;
        match open.question.as_ref().and_then(|now| now.selected) {
            Some(at) if at != choice => Err(self.changed_to(&open)),
            _ => Ok(open),
        }
    }

    /// Waits until the field is drawn.
    async fn until_open(
        &self,
        before: &SeenDialog,
        question: &Question,
        is_open: bool,
        output: &mut Option<OutputWatch>,
    ) -> Result<SeenDialog, SessionError> {
        let (patterns, deadline) = (self.patterns(), Instant::now() + DRAWN_TIMEOUT);
        loop {
            let seen = self.still_about(question, output).await?;
            // What moves beside the question says nothing of its field.
            if seen.drawn(patterns) != before.drawn(patterns) || is_open {
                return Ok(seen);
            }
            if Instant::now() >= deadline {
                return Err(AnswerError::NotTaken { session: self.name() }.into());
            }
            self.wait(output).await;
        }
    }

    /// Looks at a screen that must show the question; its choices may have become others.
    async fn still_about(
        &self,
        question: &Question,
        output: &mut Option<OutputWatch>,
    ) -> Result<SeenDialog, SessionError> {
        let shows = |seen: &SeenDialog| {
            let text = &question.text;
            seen.asks() && (text.is_empty() || screen::shows(&seen.shown, text) > 0)
        };
        let seen = self.look_for(output, shows).await?;
        if shows(&seen) { Ok(seen) } else { Err(self.changed_to(&seen)) }
    }

    /// Pastes `words`, and does it once more if its field shows nothing of them: a busy agent may not
    /// hear at once in what it has drawn. Both together are not sent.
    async fn pasted(
        &self,
        open: &SeenDialog,
        question: &Question,
        words: &str,
        output: &mut Option<OutputWatch>,
    ) -> Result<SeenDialog, SessionError> {
        if let Some(shown) = self.paste(open, question, words, output).await? {
            return Ok(shown);
        }
        let not_shown = || MessageError::NotShown { session: self.name(), lost: false };
        let seen = self.still_about(question, output).await?;
        if seen.drawn(self.patterns()) != open.drawn(self.patterns()) {
            return Err(not_shown().into());
        }
        let shown = self.paste(&seen, question, words, output).await?.ok_or_else(not_shown)?;
        if screen::shows(&shown.shown, &seam(words)) > 0 {
            return Err(not_shown().into());
        }
        Ok(shown)
    }

    /// Pastes `words`, and waits until they show; `None` if they do not.
    async fn paste(
        &self,
        seen: &SeenDialog,
        question: &Question,
        words: &str,
        output: &mut Option<OutputWatch>,
    ) -> Result<Option<SeenDialog>, SessionError> {
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        let before = screen::shows(&seen.shown, words);
        let Some(terminal) = tmux.paste(pane, words.as_bytes(), &self.guard(seen), &[]).await?
        else {
            return Err(self.changed_to(&self.look().await?));
        };
        let mut shown = Ok(None);
        let gap = Duration::from_millis(self.to.agent.settle_ms);
        let taken = async { shown = self.until_shown(question, words, before, output).await };
        tmux.wait_until_read(&terminal, taken, gap).await;
        shown
    }

    async fn until_shown(
        &self,
        question: &Question,
        words: &str,
        before: usize,
        output: &mut Option<OutputWatch>,
    ) -> Result<Option<SeenDialog>, SessionError> {
        let deadline = Instant::now() + DRAWN_TIMEOUT;
        loop {
            let seen = self.still_about(question, output).await?;
            if screen::shows(&seen.shown, words) > before {
                return Ok(Some(seen));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            self.wait(output).await;
        }
    }
}

/// What stands where `words` follow themselves.
fn seam(words: &str) -> String {
    let letters: Vec<char> = words.chars().filter(|letter| !letter.is_whitespace()).collect();
    let end = letters.iter().skip(letters.len().saturating_sub(SEAM_LENGTH));
    end.chain(letters.iter().take(SEAM_LENGTH)).collect()
}
