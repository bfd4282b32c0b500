//! Reads a session's screen, and what it says about the agent.

use jiff::Timestamp;

use crate::{
    core::{
        screen::{self, Patterns, Question, Reading, Reason, ScreenState, ShownScreen},
        session::{SessionInfo, Waiting},
    },
    session::{
        error::{MessageError, SessionError},
        sessions::{Sessions, list::Session, pending::ANSWERS},
    },
    tmux::PaneScreen,
};

/// What one look at a screen gave.
pub(in crate::session) struct ScreenReading {
    pub(in crate::session) screen: PaneScreen,
    /// Its rows without colours and trailing blanks, its cursor and its title.
    pub(in crate::session) shown: ShownScreen,
    /// What they mean.
    pub(in crate::session) reading: Reading,
}

impl Sessions {
    /// Reads the screen of `session` by `patterns`.
    pub(in crate::session) async fn read_screen(
        &self,
        session: &Session,
        patterns: &Patterns,
    ) -> Result<ScreenReading, SessionError> {
        let screen = self.context.tmux.screen(session.pane.pane_id, ANSWERS).await?;
        let shown = shown(&screen);
        let reading = screen::read(patterns, &shown.look());
        Ok(ScreenReading { screen, shown, reading })
    }

    /// What is known about a live session, with the state that its screen shows.
    pub(in crate::session) async fn seen(&self, session: &Session) -> SessionInfo {
        let mut info = session.info(&self.context.rig, Timestamp::now());
        let patterns = self.patterns_of(session).await;
        // If the screen cannot be read, the state comes from silence alone.
        if let Ok(ScreenReading { reading, screen, shown }) =
            self.read_screen(session, &patterns).await
            && reading.seen != ScreenState::Unknown
        {
            (info.state, info.state_source) = (reading.seen.state(), reading.source);
            info.detail = screen::trouble(&patterns, &shown, &reading.seen);
            if let ScreenState::Waiting(question) = &reading.seen {
                info.waiting = Some(waiting(question, &screen.option));
            }
        }
        info
    }
}

/// Fails where what is typed into the pane of `session` would reach others too, or nobody.
pub(in crate::session) fn require_keys(
    screen: &PaneScreen,
    session: String,
) -> Result<(), SessionError> {
    if screen.synchronized {
        return Err(MessageError::PaneSynchronized { session }.into());
    }
    if screen.input_off {
        return Err(MessageError::PaneInputOff { session }.into());
    }
    Ok(())
}

/// What an agent shows, from tmux's capture.
pub(in crate::session) fn shown(screen: &PaneScreen) -> ShownScreen {
    let whole = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (column, row) = screen.captured.cursor;
    ShownScreen::new(&screen.title, &screen.captured.text, (whole(column), whole(row)))
}

/// A question of which only the agent itself has told.
pub(in crate::session) fn untold(reason: Reason) -> Waiting {
    Waiting { reason: reason.as_str().to_owned(), ..Waiting::default() }
}

/// The question, as a user is shown it; its agent was given `answers` answers before.
pub(in crate::session) fn waiting(question: &Question, answers: &str) -> Waiting {
    let Question { reason, text, about, lines, first, .. } = question.clone();
    let number = |choice: Option<usize>| choice.map(|at| at + first);
    let boxes = question.ticked.iter().flatten().enumerate();
    let (text, subject) = if text.is_empty() { (about, text) } else { (text, about) };
    Waiting {
        id: question.id(count(answers)),
        reason: reason.as_str().to_owned(),
        text,
        about: lines,
        subject,
        first,
        choices: question.labels(),
        selected: number(question.selected),
        multi: question.ticked.is_some(),
        ticked: boxes.filter(|(_, ticked)| **ticked).map(|(at, _)| at + first).collect(),
        yes: number(question.yes),
        no: number(question.no),
        free: number(question.free),
        field: question.field,
        about_cut: question.cut,
        request: None,
    }
}

/// A guessed question: it is answered only in its terminal, so it has no id.
pub(in crate::session) fn guessed(question: &Question) -> Waiting {
    Waiting { id: String::new(), ..waiting(question, "") }
}

/// The number of answers, as [`ANSWERS`] holds it: nothing for none.
pub(in crate::session) fn count(answers: &str) -> u64 {
    answers.parse().unwrap_or(0)
}
