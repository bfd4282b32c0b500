//! What the hub has a host do with one polecat, and what comes of it.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::texts;
use crate::{
    core::session::{SessionInfo, State, Waiting},
    session::{AnswerError, Answered, CaptureOptions, Reply, SessionError, Whom, Workspace},
};

/// The codes of errors that a host can answer with, of those that `:help polecat-errors` lists.
const CODES: &[&str] = &[
    "agent_not_ready",
    "agent_waiting",
    "ambiguous_choice",
    "bad_argument",
    "bad_name",
    "draft",
    "not_answerable",
    "not_interruptible",
    "not_shown",
    "not_working",
    "nothing_asked",
    "pane_input_off",
    "pane_synchronized",
    "polecat_not_found",
    "question_changed",
    "question_cut",
    "queue_full",
    "queue_newer",
    "rig_not_found",
    "session_not_found",
    "timeout",
    "tmux_failed",
    "tmux_missing",
    "unknown_choice",
    "words_needed",
    "would_run_shell",
];

/// What a host is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum FarCall {
    /// What is known of it.
    Status,
    /// The same, with what its screen asks now.
    Asked,
    /// The last lines that it printed.
    Capture {
        /// How many.
        lines: Option<u32>,
        /// Whether with colours.
        ansi: Option<bool>,
    },
    /// Sends a message to its agent.
    Inject {
        /// The message.
        text: ByteBuf,
        /// Whether a draft is taken out of the composer first.
        take: bool,
    },
    /// Has a message wait until the agent is at its prompt.
    Enqueue {
        /// The message.
        text: ByteBuf,
    },
    /// Interrupts its agent.
    Interrupt,
    /// Answers what its agent asks.
    Answer(Reply),
    /// Stops its session.
    Stop {
        /// At once.
        force: bool,
    },
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum FarDone {
    /// The session.
    Session(Box<SessionInfo>),
    /// What it printed.
    Printed(ByteBuf),
    /// The message was sent.
    Sent,
    /// How many messages wait, and why they are not sent.
    Queued {
        /// Their number.
        messages: usize,
        /// Why they wait for a person's word.
        held: Option<String>,
    },
    /// What the agent does now, and what is left of it.
    Interrupted {
        /// The state.
        state: State,
        /// In whole sentences.
        warnings: Vec<String>,
    },
    /// The session after the answer, and what was answered.
    Answered {
        /// The session.
        info: Box<SessionInfo>,
        /// In the agent's words.
        answered: String,
    },
    /// What went wrong without being in the way.
    Stopped {
        /// In whole sentences.
        warnings: Vec<String>,
    },
}

/// Why it was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarError {
    /// One of the codes of `:help polecat-errors`.
    pub code: String,
    /// What is wrong with what.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What is asked instead, where another question was answered.
    pub waiting: Option<Box<Waiting>>,
}

impl FarCall {
    /// Whether it changes nothing: of one that does, nobody knows whether it has, once the host is
    /// gone.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        matches!(self, Self::Status | Self::Asked | Self::Capture { .. })
    }

    /// Does it, on the host.
    pub(super) async fn run(
        self,
        workspace: &Workspace,
        whom: &Whom,
    ) -> Result<FarDone, SessionError> {
        let (context, polecat) = (&whom.context, whom.polecat.as_str());
        let messenger = context.messenger();
        Ok(match self {
            Self::Status => {
                let mut info = context.sessions().status(polecat).await?;
                workspace.hold(context, std::slice::from_mut(&mut info)).await;
                FarDone::Session(Box::new(info))
            }
            Self::Asked => FarDone::Session(Box::new(context.answers().asked(polecat).await?)),
            Self::Capture { lines, ansi } => {
                let options = CaptureOptions::new(lines, ansi);
                FarDone::Printed(context.observer().capture(polecat, options).await?.into())
            }
            Self::Inject { text, take } => {
                messenger.inject(polecat, &text, take).await?;
                FarDone::Sent
            }
            Self::Enqueue { text } => {
                let queue = messenger.enqueue(polecat, &text).await?;
                FarDone::Queued { messages: queue.messages.len(), held: queue.held }
            }
            Self::Interrupt => {
                let done = messenger.interrupt(polecat).await?;
                FarDone::Interrupted { state: done.state, warnings: done.warnings }
            }
            Self::Answer(reply) => {
                let Answered { info, answered } = context.answers().answer(polecat, &reply).await?;
                FarDone::Answered { info: Box::new(info), answered }
            }
            Self::Stop { force } => {
                FarDone::Stopped { warnings: context.sessions().stop(polecat, force).await? }
            }
        })
    }
}

impl FarDone {
    /// The same as it can be shown here, with the times of the clock here.
    pub(super) fn here(mut self, ahead: i64) -> Self {
        match &mut self {
            Self::Session(info) => texts::here(info, ahead),
            Self::Answered { info, answered } => {
                texts::here(info, ahead);
                texts::clean(answered);
            }
            Self::Interrupted { warnings, .. } | Self::Stopped { warnings } => {
                warnings.iter_mut().for_each(texts::clean);
            }
            Self::Queued { held, .. } => held.iter_mut().for_each(texts::clean),
            // What an agent prints is shown as what it prints.
            Self::Printed(_) | Self::Sent => {}
        }
        self
    }
}

impl FarError {
    pub(super) fn of(error: &SessionError) -> Self {
        let waiting = match error {
            SessionError::Answer(error) => AnswerError::asked_now(error).cloned().map(Box::new),
            _ => None,
        };
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            hint: error.hint(),
            waiting,
        }
    }

    /// The same as it can be shown here.
    pub(super) fn here(mut self) -> Self {
        [&mut self.message].into_iter().chain(&mut self.hint).for_each(texts::clean);
        self.waiting.iter_mut().for_each(|waiting| texts::question(waiting));
        self
    }

    /// The code, where it is one that a host can answer with.
    #[must_use]
    pub fn known_code(&self) -> &'static str {
        CODES.iter().find(|code| **code == self.code).copied().unwrap_or("internal")
    }
}
