//! Talking to an agent: the text whole, once, then one submit.

use std::{sync::Arc, time::Duration};

use tokio::sync::OwnedMutexGuard;

use super::{
    error::SessionError,
    glimpse,
    manager::SessionManager,
    message::{Fate, Message},
    owed::{self, OWED, Owed, PASTED, Pasted},
    pulse::Pulse,
    table::Session,
};
use crate::{
    core::{agent::Agent, names::PolecatName},
    host::{locks::Typing, processes::Holder},
    tmux::Note,
};

/// An agent that draws nothing of a paste is not waited for longer than this.
const DRAWN: Duration = Duration::from_secs(1);

/// Being the one who types into a session, in this backend and among all of them.
pub(super) struct Turn {
    _here: OwnedMutexGuard<()>,
    _everywhere: Typing,
}

/// An agent that can be talked to.
pub struct Listener {
    session: Session,
    agent: Option<Agent>,
}

impl SessionManager {
    /// Sends `text` to the agent of `polecat` and submits it.
    ///
    /// # Errors
    /// When there is no live session, the text is empty or holds a NUL byte, or tmux refuses.
    /// After `timeout` the text has arrived or may have, perhaps without being submitted; in every
    /// other case it did not.
    pub async fn inject(&self, polecat: &str, text: Vec<u8>) -> Result<(), SessionError> {
        self.inject_into(self.listener(polecat, &text).await?, &text).await
    }

    /// Who can be told `text` as `polecat`. This changes nothing yet.
    ///
    /// # Errors
    /// As [`SessionManager::inject`].
    pub async fn listener(&self, polecat: &str, text: &[u8]) -> Result<Listener, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        require_text(text)?;
        let session = self.existing(&polecat).await?;
        require_live(&session)?;
        // Before the paste: what comes after it is a matter of milliseconds.
        let agent = self.agent_of(&session).await;
        Ok(Listener { session, agent })
    }

    /// Sends `text` to one who was there a moment ago.
    ///
    /// # Errors
    /// As [`SessionManager::inject`].
    pub async fn inject_into(&self, to: Listener, text: &[u8]) -> Result<(), SessionError> {
        let Listener { session, agent } = to;
        let _turn = self.turn(&session).await?;
        let session = if session.pasted.is_some() { self.cleared(session).await? } else { session };
        // Of other agents nobody knows what they show of a message.
        match agent.filter(|agent| agent.settle_ms > 0) {
            Some(agent) => self.send_and_see(&session, &agent, text).await,
            None => self.send(&session, None, text, None, None).await,
        }
    }

    /// Sends `text` and sees to it that it leaves the composer.
    async fn send_and_see(
        &self,
        session: &Session,
        agent: &Agent,
        text: &[u8],
    ) -> Result<(), SessionError> {
        let mut pulse = Pulse::of(&self.tools.tmux, &session.pane).await;
        let sent = self.send(session, Some(agent), text, None, Some(&mut pulse)).await;
        let patterns = &glimpse::patterns(agent);
        let text = &*String::from_utf8_lossy(text);
        let message = Message { manager: self, session, patterns, text };
        let fate = match sent {
            Ok(()) => message.left_composer(&mut pulse).await,
            Err(error) => Err(error),
        };
        pulse.end().await;
        match fate? {
            Fate::Stuck => Err(stuck(session)),
            _ => Ok(()),
        }
    }

    /// Pastes `text` and submits it, in the caller's turn. With `owed` it is the next of the
    /// first words. Whoever is killed on the way leaves word on the session of how far it came.
    /// With a `pulse`, the agent is given the time to draw what it took.
    pub(super) async fn send(
        &self,
        session: &Session,
        agent: Option<&Agent>,
        text: &[u8],
        owed: Option<&Owed>,
        pulse: Option<&mut Pulse>,
    ) -> Result<(), SessionError> {
        let (tmux, pane) = (&self.tools.tmux, session.pane.pane_id);
        let gap = Duration::from_millis(agent.map_or(0, |agent| agent.settle_ms));
        let pasted = Pasted { by: Holder::this(), first_words: owed.is_some() };
        let terminal = tmux.paste_noting(pane, text, &[pasted.note(session)]).await?;
        // On a busy machine an agent takes a paste long after it has read it: what it draws tells.
        let taken = async {
            if let Some(pulse) = pulse {
                pulse.next(DRAWN).await;
            }
        };
        tmux.settle(&terminal, taken, gap).await;
        tmux.press_noting(pane, &["Enter"], &submitted(session, owed)).await?;
        Ok(())
    }

    /// The turn of those who type into `session`.
    pub(super) async fn turn(&self, session: &Session) -> Result<Turn, SessionError> {
        self.turn_at(&session.polecat).await
    }

    /// The same where there may be no session.
    pub(super) async fn turn_at(&self, polecat: &PolecatName) -> Result<Turn, SessionError> {
        let here: Arc<_> = self.tools.turn(self.rig.session(polecat).as_str());
        let here = here.lock_owned().await;
        let everywhere = Typing::lock(&self.rig, polecat).await?;
        Ok(Turn { _here: here, _everywhere: everywhere })
    }

    /// The session as it is now that nobody types into it any more.
    async fn cleared(&self, session: Session) -> Result<Session, SessionError> {
        let mut session = self.existing(&session.polecat).await?;
        require_live(&session)?;
        submit_pasted(self, &mut session).await?;
        Ok(session)
    }
}

/// Submits the text in the composer whose sender was killed before it could. In the caller's
/// turn, so that whoever pasted it is not just about to.
pub(super) async fn submit_pasted(
    manager: &SessionManager,
    session: &mut Session,
) -> Result<(), SessionError> {
    let Some(pasted) = session.pasted.take() else { return Ok(()) };
    let owed = session.owed.as_mut().filter(|_| pasted.first_words);
    let owed = owed.map(|owed| {
        let before = owed.clone();
        owed.done += 1;
        before
    });
    let notes = submitted(session, owed.as_ref());
    manager.tools.tmux.press_noting(session.pane.pane_id, &["Enter"], &notes).await?;
    Ok(())
}

/// What is written with the key that submits: there is nothing to take up any more.
fn submitted(session: &Session, owed: Option<&Owed>) -> Vec<Note> {
    let told = owed.map(|owed| Owed { done: owed.done + 1, ..owed.clone() });
    let told = told.map(|owed| owed::note(session, OWED, owed.encode()));
    [owed::note(session, PASTED, String::new())].into_iter().chain(told).collect()
}

fn require_text(text: &[u8]) -> Result<(), SessionError> {
    let refused = |message: &str| Err(SessionError::BadArgument(message.to_owned()));
    if text.is_empty() {
        return refused("the message is empty");
    }
    if text.contains(&0) {
        return refused("the message holds a NUL byte, which no terminal input can");
    }
    Ok(())
}

fn require_live(session: &Session) -> Result<(), SessionError> {
    if session.is_live() {
        return Ok(());
    }
    let session = session.pane.session_name.clone();
    Err(SessionError::SessionNotFound { session, why: " (its agent has ended)".to_owned() })
}

fn stuck(session: &Session) -> SessionError {
    let what = format!(
        "the agent in `{}` did not take the message, which stands in its composer,",
        session.pane.session_name
    );
    SessionError::TooSlow { what, waited: super::message::PATIENCE }
}
