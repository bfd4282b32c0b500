//! Reads a session's screen, and what it says about the agent.

use jiff::Timestamp;

use crate::{
    core::{
        screen::{self, Patterns, Question, Reading, Reason, Seen, Shown},
        session::{SessionInfo, Waiting},
    },
    session::{error::SessionError, sessions::Sessions, sessions::list::Session},
    tmux::PaneScreen,
};

/// What one look at a screen gave.
pub(in crate::session) struct ScreenReading {
    pub(in crate::session) screen: PaneScreen,
    /// Its rows without colours and trailing blanks, its cursor and its title.
    pub(in crate::session) shown: Shown,
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
        let screen = self.context.tmux.screen(session.pane.pane_id).await?;
        let shown = shown(&screen);
        let reading = screen::read(patterns, &shown.look());
        Ok(ScreenReading { screen, shown, reading })
    }

    /// What is known about a live session, with the state that its screen shows.
    pub(in crate::session) async fn seen(&self, session: &Session) -> SessionInfo {
        let mut info = session.info(&self.context.rig, Timestamp::now());
        let patterns = self.patterns_of(session).await;
        // If the screen cannot be read, the state comes from silence alone.
        if let Ok(ScreenReading { reading, .. }) = self.read_screen(session, &patterns).await
            && reading.seen != Seen::Unknown
        {
            (info.state, info.state_source) = (reading.seen.state(), reading.source);
            if let Seen::Waiting(question) = &reading.seen {
                info.waiting = Some(waiting(question));
            }
        }
        info
    }
}

/// What an agent shows, from tmux's capture.
pub(in crate::session) fn shown(screen: &PaneScreen) -> Shown {
    let whole = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (column, row) = screen.captured.cursor;
    Shown::new(&screen.title, &screen.captured.text, (whole(column), whole(row)))
}

/// A question of which only the agent itself has told.
pub(in crate::session) fn untold(reason: Reason) -> Waiting {
    let (text, about, choices) = (String::new(), String::new(), Vec::new());
    Waiting { reason: reason.as_str().to_owned(), text, about, choices, request: None }
}

/// The question, as a user is shown it.
pub(in crate::session) fn waiting(question: &Question) -> Waiting {
    let Question { reason, text, about, choices, .. } = question.clone();
    let (text, about) = if text.is_empty() { (about, text) } else { (text, about) };
    Waiting { reason: reason.as_str().to_owned(), text, about, choices, request: None }
}
