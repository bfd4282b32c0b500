//! Which conversation a start goes on with, and what it takes over from the session before.

pub(in crate::session) mod error;

use std::path::PathBuf;

use crate::{
    core::{
        agent::{Agent, Conversation, ConversationId, Resume, is_program, preset},
        names::PolecatName,
        session::{UNNAMED_AGENT, record::SessionRecord},
    },
    host::{HostError, flags::Installed, machine, path, session_records},
    session::{
        error::{ResumeError, SessionError},
        sessions::last_session::{goes_by_folder, may_run_elsewhere},
        start::{
            Starter,
            options::{Recorded, Resuming, StartOptions},
            resolve_agent::AgentChoice,
        },
    },
};

/// The conversation that an agent is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) enum Begins {
    /// A new one, whose id the agent chooses.
    Unnamed,
    /// A new one with this id.
    New(ConversationId),
    /// An earlier one.
    Earlier(ConversationId),
    /// The last one in its folder.
    Last,
    /// A copy of an earlier one.
    Fork {
        of: ConversationId,
        /// Its id, where its agent takes one.
        new: Option<ConversationId>,
    },
}

impl Begins {
    /// The id, where it is known at the start.
    pub(in crate::session) fn id(&self) -> Option<&ConversationId> {
        match self {
            Self::New(id) | Self::Earlier(id) => Some(id),
            Self::Fork { new, .. } => new.as_ref(),
            Self::Unnamed | Self::Last => None,
        }
    }

    /// Whether it begins with nothing said.
    pub(in crate::session) fn is_new(&self) -> bool {
        matches!(self, Self::Unnamed | Self::New(_))
    }

    /// How the agent is told; `None` if it need not be.
    pub(in crate::session) fn told(&self) -> Option<Conversation<'_>> {
        match self {
            Self::Unnamed => None,
            Self::New(id) => Some(Conversation::New(id.as_str())),
            Self::Earlier(id) => Some(Conversation::Earlier(id.as_str())),
            Self::Last => Some(Conversation::Last),
            Self::Fork { of, new } => {
                let new = new.as_ref().map(ConversationId::as_str);
                Some(Conversation::Fork { id: of.as_str(), new })
            }
        }
    }
}

/// What is known of the session before.
#[derive(Debug, Default)]
pub(in crate::session) struct PreviousSession {
    /// The polecat whose session it was.
    polecat: Option<PolecatName>,
    /// Its record.
    pub(in crate::session) record: Option<SessionRecord>,
    /// Why it is not known what is in its record.
    unread: Option<HostError>,
}

impl PreviousSession {
    fn unknown(&self, why: String) -> SessionError {
        let polecat = self.polecat.as_ref().map(ToString::to_string).unwrap_or_default();
        ResumeError::Unknown { polecat, why }.into()
    }

    /// The record.
    fn known(&self) -> Result<&SessionRecord, SessionError> {
        let why = match (&self.record, &self.unread) {
            (Some(record), _) => return Ok(record),
            (None, Some(error)) => error.to_string(),
            (None, None) => "there is no record of what it ran".to_owned(),
        };
        Err(self.unknown(why))
    }

    /// A warning if it is not known what ran before.
    pub(in crate::session) fn warning(&self) -> Option<String> {
        let (polecat, error) = self.polecat.as_ref().zip(self.unread.as_ref())?;
        Some(format!("what `{polecat}` ran before is not known: {error}"))
    }
}

impl Starter {
    /// What is known of the session before that of `polecat`, or of the one that it is to be like.
    pub(in crate::session) async fn before(
        &self,
        polecat: &PolecatName,
        options: &StartOptions,
    ) -> PreviousSession {
        let polecat = options.like.as_ref().unwrap_or(polecat).clone();
        let read = session_records::load(&self.context.rig, &polecat).await;
        let (record, unread) = match read {
            Ok(record) => (record, None),
            Err(error) => (None, Some(error)),
        };
        PreviousSession { polecat: Some(polecat), record, unread }
    }

    /// The options with what the session before had, where the person says nothing else; and what
    /// that is.
    pub(in crate::session) fn as_before(
        &self,
        options: StartOptions,
        before: &PreviousSession,
    ) -> (StartOptions, Recorded) {
        let Some((polecat, record)) = before.polecat.as_ref().zip(before.record.as_ref()) else {
            return (options, Recorded::default());
        };
        let file = session_records::file(&self.context.rig, polecat);
        options.like_record(record, file)
    }

    /// Which conversation `choice` begins with.
    ///
    /// # Errors
    /// It cannot go on with that of the session before, or that is not known.
    pub(in crate::session) async fn begins(
        &self,
        choice: &AgentChoice,
        options: &StartOptions,
        before: &PreviousSession,
    ) -> Result<Begins, SessionError> {
        let Some(resuming) = &options.conversation else { return Ok(Begins::Unnamed) };
        if let Resuming::Earlier(id) = resuming {
            return able(choice, Begins::Earlier(id.clone()));
        }
        let record = before.known()?;
        self.require_here(record, options, before).await?;
        if record.agent.as_ref().is_some_and(|agent| *agent != choice.agent.name) {
            let (ran, asked) = (record.agent.clone().unwrap_or_default(), &choice.agent.name);
            return Err(SessionError::BadArgument(format!(
                "the last conversation is one of `{ran}`, which `{asked}` cannot resume"
            )));
        }
        let begins = match resuming {
            Resuming::Fork => {
                // Before it is looked for.
                let copy = copy_of(choice, ConversationId::random([0; 16]));
                able(choice, copy)?;
                copy_of(choice, self.last_conversation(choice, record, before).await?)
            }
            _ if goes_by_folder(&choice.agent, record) => self.last_of_folder(before).await?,
            _ => {
                // Before it is looked for.
                able(choice, Begins::Earlier(ConversationId::random([0; 16])))?;
                Begins::Earlier(self.last_conversation(choice, record, before).await?)
            }
        };
        able(choice, begins)
    }

    /// Refuses one that may go on elsewhere, but where the person is asked about that: of a start in the
    /// worktree.
    async fn require_here(
        &self,
        record: &SessionRecord,
        options: &StartOptions,
        before: &PreviousSession,
    ) -> Result<(), SessionError> {
        let in_worktree = options.workdir.is_none() && !options.new;
        let is_asked = in_worktree && options.conversation == Some(Resuming::Last);
        if is_asked || !may_run_elsewhere(record, machine::here().await.as_deref()) {
            return Ok(());
        }
        let sessions = self.context.sessions().current_sessions().await?;
        let is_here = sessions
            .iter()
            .any(|one| Some(&one.polecat) == before.polecat.as_ref() && one.is_live());
        let elsewhere = || before.unknown("it may still run on another machine".to_owned());
        is_here.then_some(()).ok_or_else(elsewhere)
    }

    /// The last conversation of the folder, where that is the polecat's alone.
    async fn last_of_folder(&self, before: &PreviousSession) -> Result<Begins, SessionError> {
        let polecat = before.polecat.as_ref().ok_or_else(|| before.unknown(String::new()))?;
        let own = self.context.sessions().own_workdir(polecat).await;
        own.map(|_| Begins::Last).map_err(|why| before.unknown(why))
    }

    async fn last_conversation(
        &self,
        choice: &AgentChoice,
        record: &SessionRecord,
        before: &PreviousSession,
    ) -> Result<ConversationId, SessionError> {
        let polecat = before.polecat.as_ref().ok_or_else(|| before.unknown(String::new()))?;
        let agent = &choice.agent;
        let found = self.context.sessions().conversation_of(polecat, record, agent).await;
        found.map_err(|why| before.unknown(why))
    }

    /// A new conversation with an id of our choice, where its agent takes one.
    pub(in crate::session) async fn with_id(&self, begins: Begins, choice: &AgentChoice) -> Begins {
        if begins != Begins::Unnamed || !self.takes_id(choice).await {
            return begins;
        }
        session_records::new_conversation().map_or(begins, Begins::New)
    }

    /// Whether the agent of `choice` takes the id of a new conversation. A person's own command line
    /// is run as it was written, and an older program may not know the flag.
    async fn takes_id(&self, choice: &AgentChoice) -> bool {
        let AgentChoice { agent, argv, .. } = choice;
        let new = |agent: &Agent| agent.resume.as_ref()?.new.clone();
        let Some(words) = new(agent).filter(|_| !choice.own_command) else { return false };
        if agent.names_conversation(argv) {
            return false;
        }
        if agent.resume.as_ref().is_some_and(|resume| resume.says_new) {
            return true;
        }
        let known = preset(&agent.patterns);
        let is_known = known.is_some_and(|known| is_program(&agent.command, &known.command));
        let flag = words.split_whitespace().next().unwrap_or_default();
        is_known && self.lists_flag(agent, flag).await
    }

    async fn lists_flag(&self, agent: &Agent, flag: &str) -> bool {
        let Some(program) = path::find_program(&agent.command, &self.context.rig.path) else {
            return false;
        };
        let (helps, launch) = (&self.context.shared.helps, &self.context.shared.launch);
        // One that is slow is no reason to lose its conversations: only old versions do not know the flag.
        let installed = Installed { path: &program, env: &agent.env };
        helps.list(&installed, flag, launch).await.unwrap_or(true)
    }
}

impl StartOptions {
    /// With what `record` says, where the person says nothing else.
    fn like_record(mut self, record: &SessionRecord, file: PathBuf) -> (Self, Recorded) {
        let mut recorded = Recorded { file, ..Recorded::default() };
        let agent = record.agent.as_ref().filter(|agent| *agent != UNNAMED_AGENT);
        let says_agent = self.agent.is_some() || self.command.is_some();
        let is_same = self.command.is_none() && self.agent.as_ref() == agent;
        if !says_agent {
            self.agent = agent.cloned();
            self.command.clone_from(&record.command);
            recorded.command = self.command.is_some();
        }
        let says_folder = self.account.is_some() || self.config_dir.is_some();
        if (!says_agent || is_same) && !says_folder {
            self.account.clone_from(&record.account);
            if self.account.is_none() {
                self.config_dir.clone_from(&record.config_dir);
                recorded.config_dir = self.config_dir.is_some();
            }
        }
        // A copy of one is no attempt of its own.
        if self.like.is_none() {
            self.attempt.clone_from(&record.attempt);
        }
        // A conversation belongs to its folder.
        if self.conversation.is_some() && self.like.is_none() && self.workdir.is_none() {
            self.workdir.clone_from(&record.workdir);
            recorded.workdir = self.workdir.is_some();
        }
        (self, recorded)
    }
}

/// A copy of a conversation; without an id of ours where the system gives no random numbers, which an
/// agent that needs one is then not able to.
fn copy_of(choice: &AgentChoice, of: ConversationId) -> Begins {
    let named = choice.agent.resume.as_ref().is_some_and(Resume::names_copies);
    let new = named.then(session_records::new_conversation).and_then(Result::ok);
    Begins::Fork { of, new }
}

/// Refuses what the agent of `choice` cannot do.
fn able(choice: &AgentChoice, begins: Begins) -> Result<Begins, SessionError> {
    let cannot = |why: &str| {
        let (agent, why) = (choice.agent.name.clone(), why.to_owned());
        Err(ResumeError::Unable { agent, why }.into())
    };
    if choice.by_shell {
        return cannot("its command is a shell line, to which nothing can be added");
    }
    let told = begins.told().map(|told| choice.agent.with_conversation(choice.argv.clone(), told));
    match (told, &begins) {
        (Some(None), Begins::Fork { .. }) => cannot("its agent cannot copy conversations"),
        (Some(None), _) => cannot(why_not(&choice.agent)),
        _ => Ok(begins),
    }
}

fn why_not(agent: &Agent) -> &'static str {
    match &agent.resume {
        Some(resume) if resume.last.is_some() => "it can only resume the last one of a folder",
        _ => "it is not known how to choose one",
    }
}
