//! Typing an agent its first words, and seeing to it that each message is submitted once.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    error::SessionError, glimpse, manager::SessionManager, plan::Plan, pulse::Pulse,
    start::Progress, table::Session,
};
use crate::{
    core::{
        agent::Agent,
        screen::{self, Look, Patterns, Place, Seen},
    },
    tmux::Capture,
};

/// How long an agent may take to show that a message was submitted, or that it has it at all.
const SHOWN: Duration = Duration::from_secs(2);
/// How long it is looked for before it counts as lost: a second one would be worse.
const LOST: Duration = Duration::from_secs(5);
/// How often the key that submits is pressed for one message.
const PRESSES: usize = 3;
/// How old a look may be when tmux told of no change.
const TICK: Duration = Duration::from_millis(100);
/// How far back a message is looked for, in lines.
const LINES: u32 = 2_000;

/// One message on its way to one agent.
struct Message<'a> {
    manager: &'a SessionManager,
    session: &'a Session,
    patterns: &'a Patterns,
    text: &'a str,
}

/// What became of a message that was sent.
#[derive(PartialEq, Eq)]
enum Fate {
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

impl SessionManager {
    /// Types `words` to the agent in `session`, one message after the other, each submitted.
    /// What cannot be told to have arrived comes back as a warning.
    pub(super) async fn tell(
        &self,
        session: &Session,
        plan: &Plan,
        words: &[String],
        progress: Progress<'_>,
    ) -> Result<Vec<String>, SessionError> {
        let patterns = glimpse::patterns(&plan.agent);
        let mut warnings = Vec::new();
        for text in words {
            if let Some(warning) = self.asks(session, plan, &patterns, progress).await? {
                warnings.push(format!("{warning}; it was not told its first words"));
                break;
            }
            progress("starting: sending the first words");
            let message = Message { manager: self, session, patterns: &patterns, text };
            warnings.extend(message.deliver(&plan.agent.name).await?);
        }
        Ok(warnings)
    }

    /// Sees to it that `text`, which was just sent, does not stay in the composer of `agent`: one
    /// that is still starting up shows what is typed, and takes no notice of the key that submits.
    /// It is never sent again.
    pub(super) async fn see_submitted(
        &self,
        session: &Session,
        agent: &Agent,
        text: &[u8],
    ) -> Result<(), SessionError> {
        let text = &*String::from_utf8_lossy(text);
        let patterns = &glimpse::patterns(agent);
        let message = Message { manager: self, session, patterns, text };
        let mut pulse = Pulse::of(&self.tools.tmux, &session.pane).await;
        let fate = message.left_in_composer(&mut pulse).await;
        pulse.end().await;
        if fate? {
            let what = format!("`{}` has not taken the message, which it shows", agent.name);
            let presses = u32::try_from(PRESSES).unwrap_or(u32::MAX);
            return Err(SessionError::TooSlow { what, waited: SHOWN * presses });
        }
        Ok(())
    }

    /// Nothing is typed to a question, which that would answer: the start waits for the answer,
    /// and says so if none comes.
    async fn asks(
        &self,
        session: &Session,
        plan: &Plan,
        patterns: &Patterns,
        progress: Progress<'_>,
    ) -> Result<Option<String>, SessionError> {
        let seen = self.glimpse(session, patterns).await?.reading.seen;
        if !matches!(seen, Seen::Waiting(_)) {
            return Ok(None);
        }
        let readiness = self.wait_until_ready(session, plan, progress).await?;
        Ok(readiness.warning(&plan.agent.name))
    }
}

impl Message<'_> {
    /// Sends it, once more if it got lost; says what is in doubt.
    async fn deliver(&self, agent: &str) -> Result<Option<String>, SessionError> {
        let mut fate = self.send().await?;
        if fate == Fate::Lost {
            fate = self.send().await?;
        }
        let begin = self.text.lines().next().unwrap_or_default();
        let doubt = match fate {
            Fate::Submitted | Fate::Over => return Ok(None),
            Fate::Stuck => "has not taken",
            Fate::Unseen | Fate::Lost => "does not show",
        };
        Ok(Some(format!("`{agent}` {doubt} the message that begins with `{begin}`")))
    }

    async fn send(&self) -> Result<Fate, SessionError> {
        self.manager.send(self.session, self.text.as_bytes()).await?;
        // Only now: sending has a pulse of its own, and a session has one.
        let mut pulse = Pulse::of(&self.manager.tools.tmux, &self.session.pane).await;
        let fate = self.fate(&mut pulse).await;
        pulse.end().await;
        fate
    }

    /// Waits until the message is submitted, and presses the key again while it is not: an agent
    /// that is busy drawing loses one now and then.
    async fn fate(&self, pulse: &mut Pulse) -> Result<Fate, SessionError> {
        let (sent_at, mut pressed_at, mut presses) = (Instant::now(), Instant::now(), 1);
        loop {
            let Some(place) = self.place().await? else { return Ok(Fate::Over) };
            match place {
                Place::Conversation => return Ok(Fate::Submitted),
                Place::Composer if pressed_at.elapsed() < SHOWN => {}
                Place::Composer if presses == PRESSES => return Ok(Fate::Stuck),
                Place::Composer => {
                    let pane = self.session.pane.pane_id;
                    self.manager.tools.tmux.press(pane, &["Enter"]).await?;
                    (pressed_at, presses) = (Instant::now(), presses + 1);
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

    /// Whether it stays in the composer, however often it is submitted.
    async fn left_in_composer(&self, pulse: &mut Pulse) -> Result<bool, SessionError> {
        let (mut pressed_at, mut presses) = (Instant::now(), 1);
        while self.place().await? == Some(Place::Composer) {
            if pressed_at.elapsed() >= SHOWN {
                if presses == PRESSES {
                    return Ok(true);
                }
                self.manager.tools.tmux.press(self.session.pane.pane_id, &["Enter"]).await?;
                (pressed_at, presses) = (Instant::now(), presses + 1);
            }
            pulse.next(TICK).await;
        }
        Ok(false)
    }

    /// Where it stands now; `None` when the agent has ended. What stands nowhere on the screen
    /// may have scrolled off it.
    async fn place(&self) -> Result<Option<Place>, SessionError> {
        let (tmux, pane) = (&self.manager.tools.tmux, self.session.pane.pane_id);
        let seen = tmux.capture(pane, Capture::screen()).await?;
        if seen.dead {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&seen.text);
        let rows: Vec<_> = text.lines().map(str::to_owned).collect();
        let look = Look { title: "", lines: &rows };
        let row = usize::try_from(seen.cursor.1).unwrap_or(usize::MAX);
        let place = screen::place(self.patterns, &look, row, self.text);
        if place == Place::Conversation || place == Place::Composer {
            return Ok(Some(place));
        }
        let all = tmux.capture(pane, Capture::last(LINES)).await?;
        let shown = screen::shows(&String::from_utf8_lossy(&all.text), self.text);
        Ok(Some(if shown && !all.alternate { Place::Conversation } else { place }))
    }
}
