//! Messages that wait until their agent is at its prompt. They are kept on its pane, so that they
//! outlive editor and backend; whoever watches the session sends them ([`watch`]). When it ends, they
//! are written down, and the next session of the polecat holds them until a person says otherwise.

pub(in crate::session) mod error;
mod send;
mod turns;
pub(in crate::session) mod watch;

use crate::{
    core::{
        names::PolecatName,
        session::queue::{Queue, QueuedMessage},
    },
    host::queues,
    session::{
        error::{MessageError, QueueError, SessionError},
        messages::{
            Messenger,
            delivery::{Delivery, Draft},
            inject::{require_live, require_text},
            recipient::Recipient,
        },
        sessions::{
            list::Session,
            pending::{self, QUEUE},
        },
    },
};

/// What is said of messages that were queued before a stop.
const STOPPED: &str = "its session has ended since they were queued";

impl Messenger {
    /// The messages that wait for the agent of `polecat`, or were left when its session ended.
    ///
    /// # Errors
    /// There is no such polecat, or they cannot be read.
    pub async fn queue(&self, polecat: &str) -> Result<Queue, SessionError> {
        self.queue_of(&PolecatName::parse(polecat)?).await
    }

    /// The same by its name.
    pub(in crate::session) async fn queue_of(
        &self,
        polecat: &PolecatName,
    ) -> Result<Queue, SessionError> {
        Ok(self.find_queue(polecat).await?.1)
    }

    /// Adds `text` to what waits for the agent of `polecat`; returns the queue then.
    ///
    /// # Errors
    /// There is no live session, nothing would show when its agent is at its prompt, the text cannot
    /// be sent to it, or the queue is full or a newer version's: nothing was added.
    pub async fn enqueue(&self, polecat: &str, text: &[u8]) -> Result<Queue, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        require_text(text)?;
        let wrong = |_| SessionError::BadArgument("a queued message must be UTF-8".to_owned());
        let text = String::from_utf8(text.to_vec()).map_err(wrong)?;
        let _typing = self.lock_typing(&polecat).await?;
        let session = self.context.sessions().existing(&polecat).await?;
        require_live(&session)?;
        self.require_sendable(&session, &text).await?;
        let mut queue = self.known_queue(&polecat, session.queue.clone().unwrap_or_default())?;
        let (waiting, bytes) = (queue.messages.len(), text.len());
        queue.push(text);
        let session_name = session.pane.session_name.clone();
        let full = || QueueError::Full { session: session_name, waiting, bytes };
        let value = pending::encode_queue(&queue).ok_or_else(full)?;
        self.context.tmux.set_options(&[session.option(QUEUE, value)]).await?;
        Ok(queue)
    }

    /// Drops the message `id` from what waits, or all; returns what was dropped. What is being sent
    /// at this moment is waited for.
    ///
    /// # Errors
    /// There is no such polecat, that message is gone by now, or the queue is a newer version's.
    pub async fn drop_queued(
        &self,
        polecat: &str,
        id: Option<u64>,
    ) -> Result<Vec<QueuedMessage>, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let _typing = self.lock_typing(&polecat).await?;
        let (session, queue) = self.find_queue(&polecat).await?;
        let mut queue = self.known_queue(&polecat, queue)?;
        let dropped = queue.drop(id);
        if dropped.is_empty() {
            let gone = || QueueError::Gone { session: self.session_name(&polecat) };
            return id.map_or(Ok(dropped), |_| Err(gone().into()));
        }
        match session {
            Some(session) => self.put_queue(&session, &queue).await?,
            None => queues::keep(&self.context.rig, &polecat, &queue).await?,
        }
        Ok(dropped)
    }

    /// Lets messages that are held be sent.
    ///
    /// # Errors
    /// There is no live session, or the queue is a newer version's.
    pub async fn release_queue(&self, polecat: &str) -> Result<Queue, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let _typing = self.lock_typing(&polecat).await?;
        let session = self.context.sessions().existing(&polecat).await?;
        require_live(&session)?;
        let queue = self.known_queue(&polecat, session.queue.clone().unwrap_or_default())?;
        let queue = queue.released(session.sent.as_ref());
        self.put_queue(&session, &queue).await?;
        Ok(queue)
    }

    /// Gives a new session what was queued when the last one ended, held; with a warning about it.
    pub(in crate::session) async fn adopt_queue(
        &self,
        session: &Session,
    ) -> Result<Option<String>, SessionError> {
        let polecat = &session.polecat;
        let _typing = self.lock_typing(polecat).await?;
        let Some(left) = queues::load(&self.context.rig, polecat).await? else { return Ok(None) };
        let Some(now) = self.context.sessions().session(polecat).await? else { return Ok(None) };
        if !left.is_known() || now.queue.is_some() || now.pane.pane_id != session.pane.pane_id {
            return Ok(None);
        }
        let count = counted(left.messages.len());
        self.put_queue(&now, &left.held(STOPPED)).await?;
        queues::keep(&self.context.rig, polecat, &Queue::default()).await?;
        Ok(Some(format!(
            "{count} queued before its last session ended: `:PolecatQueue! {polecat}` sends the queue"
        )))
    }

    /// Writes down what is queued in `gone`, a session that has vanished, unless whoever ended it did.
    async fn keep_vanished(&self, gone: &Session, queue: &Queue) -> Result<(), SessionError> {
        let polecat = &gone.polecat;
        let _typing = self.lock_typing(polecat).await?;
        let (session, left) = self.find_queue(polecat).await?;
        if session.is_some() || !left.messages.is_empty() {
            return Ok(());
        }
        queues::keep(&self.context.rig, polecat, queue).await?;
        let count = counted(queue.messages.len());
        let what =
            format!("polecat `{polecat}`: {count} queued in the session that is gone, and kept");
        self.context.shared.news.warn(what);
        Ok(())
    }

    /// Where the queue of `polecat` is kept: on its session, or else in a file; and the queue.
    async fn find_queue(
        &self,
        polecat: &PolecatName,
    ) -> Result<(Option<Session>, Queue), SessionError> {
        if let Some(session) = self.context.sessions().session(polecat).await? {
            let queue = session.queue.clone().unwrap_or_default();
            return Ok((Some(session), queue));
        }
        self.context.known(polecat.as_str()).await?;
        Ok((None, queues::load(&self.context.rig, polecat).await?.unwrap_or_default()))
    }

    /// Refuses a queue that a newer version wrote.
    fn known_queue(&self, polecat: &PolecatName, queue: Queue) -> Result<Queue, SessionError> {
        if queue.is_known() {
            return Ok(queue);
        }
        Err(QueueError::Newer { session: self.session_name(polecat) }.into())
    }

    fn session_name(&self, polecat: &PolecatName) -> String {
        self.context.rig.session(polecat).to_string()
    }

    /// Writes a queue that is no longer than what is there.
    async fn put_queue(&self, session: &Session, queue: &Queue) -> Result<(), SessionError> {
        let value = pending::encode_queue(queue).unwrap_or_default();
        Ok(self.context.tmux.set_options(&[session.option(QUEUE, value)]).await?)
    }

    /// Refuses what could never be sent.
    async fn require_sendable(&self, session: &Session, text: &str) -> Result<(), SessionError> {
        let to = &self.recipient(session).await;
        let (context, bytes) = (&self.context, text.as_bytes());
        Delivery { context, session, to, bytes, text, owed: None, draft: Draft::Keep }.typed()?;
        if shows_its_prompt(session, to) {
            return Ok(());
        }
        let session = session.pane.session_name.clone();
        let why = "nothing shows when it is at its prompt".to_owned();
        Err(MessageError::NotReady { session, why }.into())
    }
}

/// `1 message was`, `2 messages were`
fn counted(count: usize) -> String {
    if count == 1 { "1 message was".to_owned() } else { format!("{count} messages were") }
}

/// Whether something tells when the agent is at its prompt: its screen, or its own word.
fn shows_its_prompt(session: &Session, to: &Recipient) -> bool {
    let ready = &to.agent.ready;
    let speaks = session.events.is_some() || session.said.is_some();
    speaks || to.patterns.reads_screen() || ready.prompt.is_some() || ready.title.is_some()
}
