//! One message on its way to an agent: whether it arrived, and what helps it on.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    brief::Addressee, error::SessionError, manager::SessionManager, owed::Owed, pulse::Pulse,
    table::Session,
};
use crate::{
    core::screen::{self, Look, Patterns, Place},
    tmux::Capture,
};

/// How long an agent may take to show that a message was submitted, or that it has it at all.
const SHOWN: Duration = Duration::from_secs(2);
/// How long it is looked for before it counts as lost: a second one would be worse.
const LOST: Duration = Duration::from_secs(5);
/// How often the key that submits is pressed for one message.
const PRESSES: u32 = 3;
/// How long a message may stand in the composer before it counts as stuck there.
pub(super) const PATIENCE: Duration = SHOWN.saturating_mul(PRESSES);
/// How old a look may be when tmux told of no change.
const TICK: Duration = Duration::from_millis(100);
/// How far back a message is looked for, in lines.
const LINES: u32 = 2_000;

/// One message to one agent.
pub(super) struct Message<'a> {
    pub(super) manager: &'a SessionManager,
    pub(super) session: &'a Session,
    pub(super) patterns: &'a Patterns,
    pub(super) text: &'a str,
}

/// What became of a message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Submitted,
    /// The agent ended meanwhile.
    Over,
    /// It stands in the composer, whatever is pressed.
    Stuck,
    /// It is nowhere to be seen.
    Unseen,
    /// It certainly never arrived.
    Lost,
}

impl Message<'_> {
    /// Sends it as the next of the first words, once more if it got lost, and says what is in
    /// doubt. Nobody else types before it is known what became of it.
    pub(super) async fn deliver(
        &self,
        to: &Addressee,
        owed: &Owed,
    ) -> Result<Option<String>, SessionError> {
        let _turn = self.manager.turn(self.session).await?;
        let mut fate = self.send(to, owed).await?;
        if fate == Fate::Lost {
            fate = self.send(to, owed).await?;
        }
        Ok(self.doubt(fate, to))
    }

    /// Sees to it that a message arrived whose sender was killed when it had just submitted it.
    pub(super) async fn confirm(
        &self,
        to: &Addressee,
        owed: &Owed,
    ) -> Result<Option<String>, SessionError> {
        let _turn = self.manager.turn(self.session).await?;
        let mut pulse = Pulse::of(&self.manager.tools.tmux, &self.session.pane).await;
        let fate = self.fate(&mut pulse).await;
        pulse.end().await;
        let mut fate = fate?;
        if fate == Fate::Lost {
            fate = self.send(to, owed).await?;
        }
        Ok(self.doubt(fate, to))
    }

    fn doubt(&self, fate: Fate, to: &Addressee) -> Option<String> {
        let doubt = match fate {
            Fate::Submitted | Fate::Over => return None,
            Fate::Stuck => "has not taken",
            Fate::Unseen | Fate::Lost => "does not show",
        };
        let begin = self.text.lines().next().unwrap_or_default();
        Some(format!("`{}` {doubt} the message that begins with `{begin}`", to.agent.name))
    }

    async fn send(&self, to: &Addressee, owed: &Owed) -> Result<Fate, SessionError> {
        let mut pulse = Pulse::of(&self.manager.tools.tmux, &self.session.pane).await;
        let (text, agent) = (self.text.as_bytes(), Some(&to.agent));
        let sent = self.manager.send(self.session, agent, text, Some(owed), Some(&mut pulse)).await;
        let fate = match sent {
            Ok(()) => self.fate(&mut pulse).await,
            Err(error) => Err(error),
        };
        pulse.end().await;
        fate
    }

    /// Waits until the message is submitted, and presses the key again while it is not: an agent
    /// that is busy drawing loses one now and then.
    async fn fate(&self, pulse: &mut Pulse) -> Result<Fate, SessionError> {
        let (sent_at, mut pressed) = (Instant::now(), Presses::new());
        loop {
            let Some(place) = self.place().await? else { return Ok(Fate::Over) };
            match place {
                Place::Conversation => return Ok(Fate::Submitted),
                Place::Composer => {
                    if !self.pressed_again(&mut pressed).await? {
                        return Ok(Fate::Stuck);
                    }
                }
                Place::Nowhere { proven: true } if sent_at.elapsed() >= LOST => {
                    return Ok(Fate::Lost);
                }
                Place::Nowhere { proven: false } if sent_at.elapsed() >= SHOWN => {
                    return Ok(Fate::Unseen);
                }
                Place::Nowhere { .. } => {}
            }
            pulse.next(TICK).await;
        }
    }

    /// Waits until a message that was just submitted has left the composer, where it can be seen
    /// there, and presses the key again while it has not. Of who shows nothing nothing is known.
    pub(super) async fn left_composer(&self, pulse: &mut Pulse) -> Result<Fate, SessionError> {
        let mut pressed = Presses::new();
        // Blanks stand in every composer.
        while !self.text.trim().is_empty() && self.stands_in_composer().await? {
            if !self.pressed_again(&mut pressed).await? {
                return Ok(Fate::Stuck);
            }
            pulse.next(TICK).await;
        }
        Ok(Fate::Submitted)
    }

    /// Presses the key once more when the last time is long enough ago; `false` when that was
    /// done often enough.
    async fn pressed_again(&self, pressed: &mut Presses) -> Result<bool, SessionError> {
        if pressed.at.elapsed() < SHOWN {
            return Ok(true);
        }
        if pressed.count == PRESSES {
            return Ok(false);
        }
        self.manager.tools.tmux.press(self.session.pane.pane_id, &["Enter"]).await?;
        *pressed = Presses { at: Instant::now(), count: pressed.count + 1 };
        Ok(true)
    }

    async fn stands_in_composer(&self) -> Result<bool, SessionError> {
        let pane = self.session.pane.pane_id;
        let seen = self.manager.tools.tmux.capture(pane, Capture::screen()).await?;
        let on_screen = self.on_screen(&seen.text, seen.cursor.1);
        Ok(!seen.dead && on_screen == Place::Composer)
    }

    /// Where it stands now; `None` when the agent has ended. What stands nowhere on the screen
    /// may have scrolled off it.
    async fn place(&self) -> Result<Option<Place>, SessionError> {
        let (tmux, pane) = (&self.manager.tools.tmux, self.session.pane.pane_id);
        let seen = tmux.capture(pane, Capture::screen()).await?;
        if seen.dead {
            return Ok(None);
        }
        let place = self.on_screen(&seen.text, seen.cursor.1);
        if place == Place::Conversation || place == Place::Composer {
            return Ok(Some(place));
        }
        let all = tmux.capture(pane, Capture::last(LINES)).await?;
        let shown = screen::shows(&String::from_utf8_lossy(&all.text), self.text);
        Ok(Some(if shown && !all.alternate { Place::Conversation } else { place }))
    }

    fn on_screen(&self, screen: &[u8], cursor_row: u32) -> Place {
        let text = String::from_utf8_lossy(screen);
        let rows: Vec<_> = text.lines().map(str::to_owned).collect();
        let look = Look { title: "", lines: &rows };
        let row = usize::try_from(cursor_row).unwrap_or(usize::MAX);
        screen::place(self.patterns, &look, row, self.text)
    }
}

/// How often the key that submits was pressed, and when last.
struct Presses {
    at: Instant,
    count: u32,
}

impl Presses {
    /// Just now, for the first time.
    fn new() -> Self {
        Self { at: Instant::now(), count: 1 }
    }
}
