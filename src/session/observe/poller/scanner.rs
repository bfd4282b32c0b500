//! Looks at all sessions of a rig, with the memory of the looks before.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    core::{
        agent::{ConversationId, events::OwnWord},
        names::PolecatName,
        session::{ExitHow, SessionInfo},
    },
    host::{heartbeats, processes::ProcessList, records},
    session::{
        context::RigContext,
        error::SessionError,
        messages::queue::watch::QueueWatch,
        observe::poller::{
            conversations::Conversations, folders::Folders, gone::Gone, poll::Poll,
            streams::Streams, tracked::Tracked,
        },
        sessions::list::{self, Session},
        start::unfinished::Unfinished,
    },
};

/// How many screens are read at once.
const PARALLEL_LIMIT: usize = 8;

/// What looks at the polecats of one rig, and what it remembers of them.
pub(in crate::session) struct Scanner {
    context: RigContext,
    known: HashMap<PolecatName, Tracked>,
    folders: Folders,
    /// The sessions of the last look.
    sessions: Vec<Session>,
    /// What that look said of them.
    told: Vec<SessionInfo>,
    gone: Gone,
    /// What agents tell of themselves.
    streams: Streams,
    unfinished: Unfinished,
    queues: QueueWatch,
    conversations: Conversations,
    /// Polecats without a session whose heartbeats were removed.
    silent: HashSet<PolecatName>,
}

impl Scanner {
    pub(in crate::session) fn new(context: RigContext) -> Self {
        Self {
            context,
            known: HashMap::new(),
            folders: Folders::default(),
            sessions: Vec::new(),
            told: Vec::new(),
            gone: Gone::default(),
            streams: Streams::default(),
            unfinished: Unfinished::default(),
            queues: QueueWatch::default(),
            conversations: Conversations::default(),
            silent: HashSet::new(),
        }
    }

    /// Makes the next look read the folders as well.
    pub(in crate::session) fn expect_change(&mut self) {
        self.folders.expect_change();
    }

    /// All polecats of the rig as they are at `now`, in the order of their names.
    pub(in crate::session) async fn scan(
        &mut self,
        now: Timestamp,
    ) -> Result<Vec<SessionInfo>, SessionError> {
        let sessions = self.context.sessions().current_sessions().await?;
        self.gone.note((&self.sessions, &sessions), (&self.known, &self.told), now);
        self.gone.looked(now, self.context.tmux.listed());
        if self.gone.settle(&self.context, now).await? {
            self.folders.expect_change();
        }
        self.folders.read(&self.context, &sessions, now).await?;
        self.forget_gone(&sessions).await?;
        self.streams.follow(&sessions);
        self.known.retain(|name, _| sessions.iter().any(|session| session.polecat == *name));
        let mut infos = self.look_at_all(&sessions, now).await?;
        self.told.clone_from(&infos);
        infos.extend(self.gone.held().cloned());
        for name in self.folders.names() {
            if !infos.iter().any(|info| info.polecat == *name) {
                infos.push(self.folders.left(list::stopped(&self.context.rig, name)));
            }
        }
        infos.sort_by(|a, b| a.polecat.cmp(&b.polecat));
        for info in &mut infos {
            self.folders.complete(info);
        }
        self.silence(&sessions);
        self.sessions = sessions;
        Ok(infos)
    }

    /// Removes the heartbeats of polecats that no longer have a session: gastown would take these
    /// for alive for ever.
    fn silence(&mut self, sessions: &[Session]) {
        let has_session = |name: &PolecatName| sessions.iter().any(|one| one.polecat == *name);
        self.silent.retain(|name| !has_session(name));
        for name in self.folders.names().filter(|name| !has_session(name)) {
            if self.silent.insert(name.clone()) {
                let (rig, name) = (self.context.rig.clone(), name.clone());
                tokio::spawn(async move { drop(heartbeats::forget_left(&rig, &name).await) });
            }
        }
    }

    /// Forgets the record of an agent that vanished once gastown has started another one: when that
    /// one is stopped, the death before it is old news.
    async fn forget_gone(&mut self, sessions: &[Session]) -> Result<(), SessionError> {
        for session in sessions.iter().filter(|session| session.started.is_some()) {
            let exit = self.folders.exit(&session.polecat);
            if exit.is_some_and(|exit| exit.how == ExitHow::Gone) {
                records::delete(&self.context.rig, &session.polecat).await?;
                self.folders.expect_change();
            }
        }
        Ok(())
    }

    /// Finishes starts and messages that were cut off in sessions that look like `infos`, and sends
    /// what is queued for those that rest.
    pub(in crate::session) fn take_up(&mut self, infos: &[SessionInfo]) {
        self.queues.retain(&self.context, &self.sessions);
        self.conversations.retain(&self.sessions);
        for session in &self.sessions {
            let told = self.conversation(session);
            self.conversations.note(&self.context, session, told);
            if let Some(info) = infos.iter().find(|info| info.polecat == session.polecat) {
                self.unfinished.look(&self.context, session, info);
                self.queues.look(&self.context, session, info, &self.streams.told());
            }
        }
    }

    /// Reads the screens, several at once: most of a look is waiting for tmux.
    async fn look_at_all(
        &mut self,
        sessions: &[Session],
        now: Timestamp,
    ) -> Result<Vec<SessionInfo>, SessionError> {
        let (mut infos, processes) = (Vec::new(), Arc::<ProcessList>::default());
        for some in sessions.chunks(PARALLEL_LIMIT) {
            let mut looks = JoinSet::new();
            for session in some {
                let known = self.known.remove(&session.polecat);
                let heard = self.heard(session);
                let (context, session) = (self.context.clone(), session.clone());
                let processes = processes.clone();
                let look = Poll { context, session, heard, processes, now };
                looks.spawn(look.at(known));
            }
            for seen in looks.join_all().await {
                let (known, info) = seen?;
                self.known.insert(info.polecat.clone(), known);
                infos.push(info);
            }
        }
        Ok(infos)
    }

    /// What the agent of `session` says of itself.
    fn heard(&self, session: &Session) -> Option<OwnWord> {
        if let Some(activity) = self.streams.heard(session.pane.pane_id) {
            return Some(OwnWord::Stream(activity));
        }
        // What another program in its pane has said is none of its agent's.
        session.said.filter(|_| session.is_certain()).map(OwnWord::Hook)
    }

    /// The conversation that the agent of `session` is in, by its own word.
    fn conversation(&self, session: &Session) -> Option<ConversationId> {
        let streamed = self.streams.heard(session.pane.pane_id);
        let streamed = streamed.and_then(|activity| activity.conversation());
        streamed.or_else(|| session.conversation.clone()).filter(|_| session.is_certain())
    }

    /// Notified when an agent does something else, by its own word.
    pub(in crate::session) fn told(&self) -> Arc<Notify> {
        self.streams.told()
    }

    /// How soon the next look must follow; `None` when no agent is about to change.
    pub(in crate::session) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        let known = self.known.values().filter_map(|known| known.due(now));
        known.chain(self.gone.due(now)).min()
    }
}
