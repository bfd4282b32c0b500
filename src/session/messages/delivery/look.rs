//! Looks at an agent's screen before typing, and what may prevent that.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::{
        agent::{Agent, is_shell},
        screen::{self, Composing, MessagePosition, Question, ScreenBaseline, ShownScreen},
    },
    session::{
        context::RigContext,
        error::{MessageError, SessionError},
        messages::delivery::Delivery,
        sessions::{
            list::Session,
            output_watch::OutputWatch,
            pending::ANSWERS,
            screen_reader::{self, shown},
        },
    },
    tmux::{Guard, PaneScreen},
};

/// How often to look without news from tmux.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// How long an agent whose screen is not known must have shown the same to be taken for one at its
/// prompt.
const STILL_INTERVAL: Duration = Duration::from_millis(400);

/// What a screen shows, and since when.
#[derive(Default)]
pub(super) struct Stillness(Option<(ShownScreen, Instant)>);

impl Stillness {
    /// Whether it has shown the same for a while.
    pub(super) fn lasts(&mut self, shown: &ShownScreen) -> bool {
        match &self.0 {
            Some((last, since)) if last == shown => since.elapsed() >= STILL_INTERVAL,
            _ => {
                self.0 = Some((shown.clone(), Instant::now()));
                false
            }
        }
    }
}

/// A screen, as tmux and as the agent see it.
pub(in crate::session::messages) struct SeenScreen {
    pub(in crate::session::messages) screen: PaneScreen,
    pub(in crate::session::messages) shown: ShownScreen,
}

impl Delivery<'_> {
    pub(in crate::session::messages) async fn look(&self) -> Result<SeenScreen, SessionError> {
        let screen = self.context.tmux.screen(self.session.pane.pane_id, ANSWERS).await?;
        if screen.captured.dead {
            return Err(self.session.ended());
        }
        let shown = shown(&screen);
        Ok(SeenScreen { screen, shown })
    }

    pub(in crate::session::messages) fn guard(&self, seen: &SeenScreen) -> Guard {
        let rows = screen::composer_rows(&self.to.patterns, &seen.shown);
        Guard::of(&seen.screen, &seen.shown.rows, &rows)
    }

    pub(in crate::session::messages) fn composing(&self, seen: &SeenScreen) -> Composing {
        screen::composing(&self.to.patterns, &seen.shown, self.text)
    }

    pub(in crate::session::messages) fn place(
        &self,
        seen: &SeenScreen,
        before: ScreenBaseline,
    ) -> MessagePosition {
        screen::place(&self.to.patterns, &seen.shown, self.text, before)
    }

    pub(in crate::session::messages) fn stands(&self, seen: &SeenScreen) -> bool {
        self.place(seen, ScreenBaseline::unknown()) == MessagePosition::Composer
    }

    pub(in crate::session::messages) fn refuse_pane(
        &self,
        seen: &SeenScreen,
    ) -> Result<(), SessionError> {
        screen_reader::require_keys(&seen.screen, self.name())
    }

    pub(in crate::session::messages) fn refuse_question(
        &self,
        seen: &SeenScreen,
    ) -> Result<(), SessionError> {
        match self.composing(seen) {
            Composing::Asked { question, guessed } => Err(self.asked(question, guessed)),
            _ => Ok(()),
        }
    }

    pub(in crate::session::messages) fn asked(
        &self,
        question: Question,
        guessed: bool,
    ) -> SessionError {
        MessageError::AgentWaiting { session: self.name(), question: Box::new(question), guessed }
            .into()
    }
}

/// Why an unknown program cannot be the agent at its prompt, if so.
pub(in crate::session) fn deaf(agent: &Agent, screen: &PaneScreen) -> Option<&'static str> {
    if is_shell(&screen.command) && !is_shell(agent.program()) {
        return Some("a shell has its terminal");
    }
    let has_sign = agent.ready.prompt.is_some() || agent.ready.title.is_some();
    let takes_lines = screen.takes_lines() == Some(true);
    (takes_lines && !has_sign).then_some("it reads whole lines, and its prompt is not known")
}

/// Waits for output; notifications are turned on only once there is something to wait for.
pub(in crate::session::messages) struct Watch<'a> {
    context: &'a RigContext,
    session: &'a Session,
    output: Option<OutputWatch>,
}

impl<'a> Watch<'a> {
    pub(in crate::session::messages) fn of(delivery: &Delivery<'a>) -> Self {
        Self { context: delivery.context, session: delivery.session, output: None }
    }

    /// Waits until there may be something new to see.
    pub(in crate::session::messages) async fn next(&mut self) {
        if let Some(output) = &mut self.output {
            return output.next(LOOK_INTERVAL).await;
        }
        // Output until now is seen at the next look.
        let RigContext { tmux, rig, .. } = self.context;
        self.output = Some(OutputWatch::of(tmux, rig, self.session).await);
    }

    pub(in crate::session::messages) async fn end(self) {
        if let Some(output) = self.output {
            output.end().await;
        }
    }
}
