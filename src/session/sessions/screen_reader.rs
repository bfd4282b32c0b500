//! One look at a session's screen, and what it says of its agent.

use jiff::Timestamp;

use crate::{
    core::{
        agent::Agent,
        screen::{self, Patterns, Question, Reading, Seen, Shown},
        session::{SessionInfo, Waiting},
    },
    session::{error::SessionError, sessions::Sessions, sessions::list::Session},
    tmux::PaneScreen,
};

/// What was seen at one look.
pub(in crate::session) struct ScreenReading {
    pub(in crate::session) screen: PaneScreen,
    /// Its rows without colours and trailing blanks, and its title.
    pub(in crate::session) shown: Shown,
    /// What they say.
    pub(in crate::session) reading: Reading,
}

impl Sessions {
    /// Looks at `session` as one whose agent is read by `patterns`.
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

    /// What is known of a living session, its state as its screen tells it.
    pub(in crate::session) async fn seen(&self, session: &Session) -> SessionInfo {
        let mut info = session.info(&self.context.rig, Timestamp::now());
        let patterns = self.patterns_of(session).await;
        // Without a look, silence tells.
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

/// What an agent shows, of what tmux has.
pub(in crate::session) fn shown(screen: &PaneScreen) -> Shown {
    let whole = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (column, row) = screen.captured.cursor;
    Shown::new(&screen.title, &screen.captured.text, (whole(column), whole(row)))
}

/// By what `agent` is read: what is known of it, and what its settings add.
pub(in crate::session) fn patterns(agent: &Agent) -> Patterns {
    let mut patterns = Patterns::for_agent(&agent.patterns).unwrap_or_else(Patterns::generic);
    if let Some(prompt) = &agent.ready.prompt {
        patterns = patterns.with_ready_prompt(prompt);
    }
    if let Some(title) = &agent.ready.title {
        patterns = patterns.with_ready_title(title);
    }
    patterns.with_dialogs(agent.dialogs.clone())
}

/// The question as a person is told of it.
pub(in crate::session) fn waiting(question: &Question) -> Waiting {
    let Question { reason, text, about, choices, .. } = question.clone();
    let (text, about) = if text.is_empty() { (about, text) } else { (text, about) };
    Waiting { reason: reason.as_str().to_owned(), text, about, choices }
}
