//! What an agent is told when it begins, and that it has been told.

use std::time::Duration;

use jiff::Zoned;
use tokio::time::Instant;

use super::{
    error::SessionError,
    glimpse::{self, Glimpse},
    manager::SessionManager,
    plan::Plan,
    table::Session,
};
use crate::{
    core::{
        agent::Agent,
        rig::RigKind,
        screen::{Patterns, Seen},
        startup,
    },
    host::path,
    tmux::Capture,
};

/// How long an agent may take to show that a message was submitted.
const SUBMITTED: Duration = Duration::from_secs(2);
/// How often the key that submits is pressed for one message.
const PRESSES: usize = 3;
/// How much of the end of a message is looked for on the screen, in characters.
const TAIL: usize = 24;
/// How far back it is looked for, in lines.
const LINES: u32 = 2_000;

/// The first words to an agent, and how they reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FirstWords {
    /// With its command.
    Argument(String),
    /// Typed, one after the other, once it is ready. None at all is possible.
    Typed(Vec<String>),
}

impl SessionManager {
    /// What the agent of `plan` is told first: in a town what gastown says, elsewhere which
    /// issue it is to work on, if any.
    pub(super) async fn first_words(&self, plan: &Plan) -> FirstWords {
        let mut words: Vec<String> = plan.agent.initial_prompt.iter().cloned().collect();
        match &self.rig.kind {
            RigKind::Town { .. } => words.extend(self.gastowns_words(plan).await),
            RigKind::Repository { .. } | RigKind::Folder => words.extend(self.issue_words(plan)),
        }
        let whole = words.join("\n\n");
        if !words.is_empty() && plan.agent.takes_prompt(&whole) {
            return FirstWords::Argument(whole);
        }
        FirstWords::Typed(words)
    }

    async fn gastowns_words(&self, plan: &Plan) -> Vec<String> {
        let issue = plan.issue.as_ref().map(|(id, _)| id);
        let beacon = startup::beacon(&self.rig, &plan.polecat, Zoned::now().datetime(), issue);
        let id = tokio::fs::read_to_string(plan.workdir.join(".runtime/session_id")).await;
        let id = id.ok().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        let mut words = Vec::new();
        // Agents with hooks run this by themselves.
        if plan.agent.hooks.is_none() && path::find_program("gt", &plan.workdir).is_some() {
            words.push(startup::HOOKLESS.to_owned());
        }
        words.extend([beacon, startup::propulsion_nudge(id.as_deref())]);
        words
    }

    fn issue_words(&self, plan: &Plan) -> Option<String> {
        let (id, issue) = plan.issue.as_ref()?;
        let show = format!("{} show {id}", self.tools.tracker.program());
        Some(startup::issue_words(id, &issue.title, &show))
    }

    /// Types `words` to the agent in `session`, one message after the other, each submitted.
    /// What cannot be told to have arrived comes back as a warning.
    pub(super) async fn say(
        &self,
        session: &Session,
        agent: &Agent,
        words: &[String],
    ) -> Result<Vec<String>, SessionError> {
        let patterns = glimpse::patterns(agent);
        let mut warnings = Vec::new();
        for text in words {
            self.send(session, text.as_bytes()).await?;
            if !self.arrived(session, &patterns, text).await? {
                warnings.push(format!(
                    "`{}` does not show the message that begins with `{}`",
                    agent.name,
                    text.lines().next().unwrap_or_default()
                ));
            }
        }
        Ok(warnings)
    }

    /// Sees to it that `text` was submitted. It is sent again only when it is nowhere to be
    /// seen and the agent stands at an empty prompt: then it never arrived.
    async fn arrived(
        &self,
        session: &Session,
        patterns: &Patterns,
        text: &str,
    ) -> Result<bool, SessionError> {
        if self.submitted(session, patterns, text).await? {
            return Ok(true);
        }
        let glimpse = self.glimpse(session, patterns).await?;
        if !is_idle_and_empty(&glimpse) {
            return Ok(false);
        }
        self.send(session, text.as_bytes()).await?;
        self.submitted(session, patterns, text).await
    }

    /// Waits until the message is on the screen and no more in the prompt, and presses the key
    /// again while it still is: an agent that is busy drawing loses one now and then.
    async fn submitted(
        &self,
        session: &Session,
        patterns: &Patterns,
        text: &str,
    ) -> Result<bool, SessionError> {
        for press in 0..PRESSES {
            if press > 0 {
                self.tools.tmux.press(session.pane.pane_id, &["Enter"]).await?;
            }
            let deadline = Instant::now() + SUBMITTED;
            let mut pulse = super::pulse::Pulse::of(&self.tools.tmux, &session.pane).await;
            let mut state = self.message(session, patterns, text).await;
            while matches!(state, Ok(Message::Typed | Message::Missing))
                && Instant::now() < deadline
            {
                pulse.next(Duration::from_millis(100)).await;
                state = self.message(session, patterns, text).await;
            }
            pulse.end().await;
            match state? {
                Message::Submitted => return Ok(true),
                Message::Missing => return Ok(false),
                Message::Typed => {}
            }
        }
        Ok(false)
    }

    async fn message(
        &self,
        session: &Session,
        patterns: &Patterns,
        text: &str,
    ) -> Result<Message, SessionError> {
        let glimpse = self.glimpse(session, patterns).await?;
        let typed = glimpse.reading.typed.as_deref().unwrap_or_default();
        let tail = tail(text);
        if !typed.is_empty() && squashed(typed).contains(&tail) {
            return Ok(Message::Typed);
        }
        if glimpse.reading.seen == Seen::Working {
            return Ok(Message::Submitted);
        }
        let all = self.tools.tmux.capture(session.pane.pane_id, Capture::last(LINES)).await?;
        let shown = squashed(&String::from_utf8_lossy(&all.text)).contains(&tail);
        Ok(if shown { Message::Submitted } else { Message::Missing })
    }
}

/// Where a message is.
enum Message {
    /// In the prompt, not submitted.
    Typed,
    /// On its way into the agent.
    Submitted,
    /// Nowhere to be seen.
    Missing,
}

fn is_idle_and_empty(glimpse: &Glimpse) -> bool {
    glimpse.reading.seen == Seen::Idle && glimpse.reading.typed.as_deref() == Some("")
}

/// The end of a message, as it can be found however rows break.
fn tail(text: &str) -> String {
    let text = squashed(text);
    let skipped = text.chars().count().saturating_sub(TAIL);
    text.chars().skip(skipped).collect()
}

fn squashed(text: &str) -> String {
    text.chars().filter(|each| !each.is_whitespace() && *each != '│').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_however_its_rows_break() {
        let end = tail("Work is on your hook. Run `gt hook` now and begin immediately.");
        let screen = "❯ Work is on your hook. Run `gt hook` now and beg\n  in immediately.";
        assert!(squashed(screen).contains(&end), "{end}");
        assert!(!squashed("❯ Work is on your hook.").contains(&end), "{end}");
    }
}
