//! Looks at what an agent asks.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::{
        screen::{self, Composing, Patterns, Question, ShownScreen},
        session::Waiting,
    },
    session::{
        answers::{Giving, error::AnswerError},
        error::SessionError,
        sessions::{
            output_watch::OutputWatch,
            pending::ANSWERS,
            screen_reader::{self, count, shown},
        },
    },
    tmux::{Guard, PaneScreen},
};

/// How long an agent that draws itself anew may show less than all of it.
pub(super) const REDRAW_TIMEOUT: Duration = Duration::from_millis(400);

/// The question that is meant.
#[derive(Clone, Copy)]
pub(super) enum Meant<'a> {
    /// The one with this id.
    Id(&'a str),
    /// This one, whichever part of its list is in sight.
    Part(&'a SeenDialog),
}

impl<'a> From<&'a str> for Meant<'a> {
    fn from(id: &'a str) -> Self {
        Self::Id(id)
    }
}

impl Meant<'_> {
    fn is(self, seen: &SeenDialog) -> bool {
        match self {
            Self::Id(id) => seen.waiting().is_some_and(|now| now.id == id),
            Self::Part(before) => seen.answers() == before.answers() && seen.asks_as(before),
        }
    }
}

/// A screen, and what it asks.
pub(super) struct SeenDialog {
    pub(super) screen: PaneScreen,
    pub(super) shown: ShownScreen,
    pub(super) question: Option<Question>,
}

impl SeenDialog {
    /// How many answers its agent was given before.
    pub(super) fn answers(&self) -> u64 {
        count(&self.screen.option)
    }

    fn waiting(&self) -> Option<Waiting> {
        let question = self.question.as_ref()?;
        Some(screen_reader::waiting(question, &self.screen.option))
    }

    /// Whether it asks something.
    pub(super) fn asks(&self) -> bool {
        self.question.is_some()
    }

    /// Whether it shows a question with the same words, whichever answer it waits for.
    pub(super) fn asks_like(&self, before: &Question) -> bool {
        self.question.as_ref().is_some_and(|now| now.key() == before.key())
    }

    /// Whether it is a part of the same list.
    fn asks_as(&self, before: &Self) -> bool {
        let list = |seen: &Self| {
            let question = seen.question.as_ref()?;
            question.ticked.is_some().then(|| (question.dialog, question.text.clone()))
        };
        list(self).is_some() && list(self) == list(before)
    }

    /// Whether only its title tells that it asks something.
    pub(super) fn asks_by_title(&self) -> bool {
        let told = |now: &Question| !now.text.is_empty() || !now.choices.is_empty() || now.field;
        self.question.as_ref().is_some_and(|now| !told(now))
    }

    /// The question as it is drawn, wherever that is: its rows, and the cursor from the first one.
    pub(super) fn drawn(&self, patterns: &Patterns) -> (Vec<&str>, usize, Option<usize>) {
        let rows = screen::question_rows(patterns, &self.shown);
        let (column, row) = self.shown.cursor;
        let below = rows.first().and_then(|first| row.checked_sub(*first));
        let texts = rows.into_iter().filter_map(|at| Some(self.shown.rows.get(at)?.as_str()));
        (texts.collect(), column, below)
    }

    /// What else it shows, without what moves by itself.
    pub(super) fn surroundings(&self, patterns: &Patterns) -> String {
        let rows = screen::question_rows(patterns, &self.shown);
        let first = rows.first().copied().unwrap_or(0);
        let above = self.shown.rows.get(..first).unwrap_or_default().concat();
        above.chars().filter(char::is_ascii_alphabetic).collect()
    }
}

impl Giving<'_> {
    pub(super) fn patterns(&self) -> &Patterns {
        &self.to.patterns
    }

    pub(super) fn name(&self) -> String {
        self.session.pane.session_name.clone()
    }

    pub(super) async fn look(&self) -> Result<SeenDialog, SessionError> {
        let screen = self.context.tmux.screen(self.session.pane.pane_id, ANSWERS).await?;
        if screen.captured.dead {
            return Err(self.session.ended());
        }
        let shown = shown(&screen);
        let question = screen::asked(self.patterns(), &shown);
        Ok(SeenDialog { screen, shown, question })
    }

    /// Looks until it shows what is looked for, or would do so if it were only drawing itself anew;
    /// gives the last look.
    pub(super) async fn look_for(
        &self,
        output: &mut Option<OutputWatch>,
        is_there: impl Fn(&SeenDialog) -> bool,
    ) -> Result<SeenDialog, SessionError> {
        let deadline = Instant::now() + REDRAW_TIMEOUT;
        loop {
            let seen = self.look().await?;
            if is_there(&seen) || Instant::now() >= deadline {
                return Ok(seen);
            }
            self.wait(output).await;
        }
    }

    /// The id of what is asked now.
    pub(super) async fn id(
        &self,
        output: &mut Option<OutputWatch>,
    ) -> Result<String, SessionError> {
        let seen = self.look_for(output, SeenDialog::asks).await?;
        seen.waiting().map(|now| now.id).ok_or_else(|| self.nothing(&seen).into())
    }

    /// Looks; the question must be the one that is meant.
    pub(super) async fn same<'a>(
        &self,
        meant: impl Into<Meant<'a>>,
        output: &mut Option<OutputWatch>,
    ) -> Result<(SeenDialog, Question), SessionError> {
        // While it is drawn anew, what is left of it may look like another one.
        let meant = meant.into();
        let seen = self.look_for(output, |seen| meant.is(seen)).await?;
        self.refuse_pane(&seen)?;
        match &seen.question {
            Some(question) if meant.is(&seen) => {
                let question = question.clone();
                Ok((seen, question))
            }
            _ => Err(self.changed_to(&seen)),
        }
    }

    pub(super) fn changed(&self, now: Option<Waiting>) -> AnswerError {
        AnswerError::QuestionChanged { session: self.name(), now: now.map(Box::new) }
    }

    /// The error that says what is asked instead.
    pub(super) fn changed_to(&self, seen: &SeenDialog) -> SessionError {
        self.changed(seen.waiting()).into()
    }

    fn nothing(&self, seen: &SeenDialog) -> AnswerError {
        let session = self.name();
        match screen::composing(self.patterns(), &seen.shown, "") {
            Composing::Asked { .. } => {
                AnswerError::NotAnswerable { session, why: "its screen is not known" }
            }
            _ => AnswerError::NothingAsked { session },
        }
    }

    pub(super) fn refuse_pane(&self, seen: &SeenDialog) -> Result<(), SessionError> {
        screen_reader::require_keys(&seen.screen, self.name())
    }

    /// That the pane still shows this question, and has been given no answer since.
    pub(super) fn guard(&self, seen: &SeenDialog) -> Guard {
        let rows = screen::question_rows(self.patterns(), &seen.shown);
        Guard::exactly(&seen.shown.drawn, &rows, (ANSWERS, &seen.screen.option))
    }
}
