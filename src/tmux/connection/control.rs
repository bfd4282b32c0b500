//! One kept-open control-mode client: lines in, replies and notifications out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::Child;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, trace};

use super::lifeline::{CREATED, Lifeline, NOT_HELD};
use super::signal;
use crate::tmux::error::shown;
use crate::tmux::protocol::request::ReplyEnd;
use crate::tmux::protocol::{Block, Decoder, Message, Notification};

/// How long a client may take to end by itself once its input is closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How much of the client's stderr is kept, in bytes.
const STDERR_LIMIT: u64 = 4 << 10;

/// A connection through one control-mode client. Dropping it closes the client's input, which
/// ends and reaps it.
#[derive(Debug)]
pub(crate) struct Link {
    lines: mpsc::UnboundedSender<Asked>,
    stop: CancellationToken,
    entered: CancellationToken,
    end: End,
    mark: String,
}

/// What is known of a connection's end.
#[derive(Clone, Debug, Default)]
struct End {
    reason: Arc<OnceLock<String>>,
    reaped: CancellationToken,
}

/// A line on its way out, and who waits for its answer.
#[derive(Debug)]
struct Asked {
    line: Vec<u8>,
    waiter: Waiter,
}

/// Who waits for an answer.
#[derive(Debug)]
struct Waiter {
    end: ReplyEnd,
    answer: oneshot::Sender<Vec<Block>>,
}

/// The connection ended before the answer came. The text is what the client said last.
#[derive(Debug)]
pub(crate) struct Disconnected(pub(crate) String);

impl Link {
    /// Takes over a client that was started with all three streams piped.
    ///
    /// `mark` must be unguessable: it ends each request's answer, and no pane's text may. `leaving`
    /// is the last line that the client is sent.
    pub(crate) fn new(
        child: Child,
        lifeline: Lifeline,
        mark: String,
        leaving: Vec<u8>,
        notices: broadcast::Sender<Notification>,
    ) -> Self {
        let (lines, inbox) = mpsc::unbounded_channel();
        let (stop, end) = (CancellationToken::new(), End::default());
        let reader = Reader::new(lifeline, mark.clone().into_bytes(), notices);
        let entered = reader.entered.clone();
        let client = Client { child, leaving, reader };
        tokio::spawn(client.run(inbox, stop.clone(), end.clone()));
        Self { lines, stop, entered, end, mark }
    }

    /// Waits until the client's own command line is done, which must end by printing the mark. Up
    /// to
    /// 3.3a tmux takes requests before that, and runs them in any session it likes.
    pub(crate) async fn entered(&self) -> Result<(), Disconnected> {
        tokio::select! {
            () = self.entered.cancelled() => Ok(()),
            () = self.end.reaped.cancelled() => Err(self.disconnected()),
        }
    }

    fn disconnected(&self) -> Disconnected {
        Disconnected(self.end.reason.get().cloned().unwrap_or_default())
    }

    /// Whether requests can still be sent.
    pub(crate) fn is_alive(&self) -> bool {
        !self.lines.is_closed()
    }

    /// Whether the connection ended by itself.
    pub(crate) fn was_lost(&self) -> bool {
        !self.is_alive() && !self.stop.is_cancelled()
    }

    /// Sends one line and waits for what its commands answer.
    ///
    /// A caller that stops waiting changes nothing for the others: its line is left out if it was
    /// not written yet, else its answer is dropped.
    pub(crate) async fn ask(&self, line: &[u8], end: ReplyEnd) -> Result<Vec<Block>, Disconnected> {
        let line = match end {
            ReplyEnd::OneBlock => [line, b"\n"].concat(),
            ReplyEnd::Mark => {
                [line, b"\ndisplay-message -p ", self.mark.as_bytes(), b"\n"].concat()
            }
        };
        let (answer, answered) = oneshot::channel();
        // If the link is down, the receiver fails.
        let _ = self.lines.send(Asked { line, waiter: Waiter { end, answer } });
        answered.await.map_err(|_| self.disconnected())
    }

    /// Ends the client and waits until it is reaped.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.end.reaped.cancelled().await;
    }
}

/// The client's process, until it is reaped.
struct Client {
    child: Child,
    leaving: Vec<u8>,
    reader: Reader,
}

impl Client {
    async fn run(
        self,
        mut inbox: mpsc::UnboundedReceiver<Asked>,
        stop: CancellationToken,
        end: End,
    ) {
        let Self { mut child, leaving, mut reader } = self;
        // However this ends, those who wait for it are told.
        let _told = end.reaped.clone().drop_guard();
        let (Some(stdin), Some(mut stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return;
        };
        let (written, mut pending) = mpsc::unbounded_channel();
        let mut writer = Writer { stdin, within_line: false };
        // Two futures, not one loop: a write that is stuck must never stop the reading.
        let lost = tokio::select! {
            () = writer.write(&mut inbox, written) => false,
            () = reader.read(&mut stdout, &mut pending) => true,
            () = stop.cancelled() => false,
        };
        // Whoever comes now must look for a new connection; who is inside is answered below.
        inbox.close();
        let mut complaint = String::new();
        let goodbye = async {
            // The hub may end with us: no client of ours may be connecting then.
            let _guard = if lost { None } else { reader.lifeline.ending().await };
            writer.leave(&leaving).await;
            // tmux lets no client go before it has told it everything: listen to the end.
            reader.read(&mut stdout, &mut pending).await;
            let _ = stderr.take(STDERR_LIMIT).read_to_string(&mut complaint).await;
            let _ = child.wait().await;
        };
        if timeout(CLOSE_TIMEOUT, goodbye).await.is_err() {
            let _ = child.kill().await;
        }
        let reason = [complaint, reader.reason].concat();
        debug!(reason, "control client ended");
        let _ = end.reason.set(reason);
        if reader.answered {
            let _ = reader.notices.send(Notification::Lost);
        }
        // Only now are `inbox` and the reader's queue dropped, which answers all who still wait.
        drop(reader.waiting);
    }
}

/// What goes to the client.
struct Writer<W> {
    stdin: W,
    /// Whether a line may be half written, so that what follows would become a part of it.
    within_line: bool,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Writes until nobody can ask any more.
    async fn write(
        &mut self,
        inbox: &mut mpsc::UnboundedReceiver<Asked>,
        written: mpsc::UnboundedSender<Waiter>,
    ) {
        while let Some(Asked { line, waiter }) = inbox.recv().await {
            if waiter.answer.is_closed() {
                continue;
            }
            trace!(line = shown(&line), "to tmux");
            // Before the line, so that the answer finds its waiter.
            let _ = written.send(waiter);
            self.within_line = true;
            if self.stdin.write_all(&line).await.is_err() {
                // The reader will see the end too, perhaps with a reason.
                std::future::pending::<()>().await;
            }
            self.within_line = false;
        }
    }

    /// Sends the last line and closes the client's input. (tmux does not run a line that is only
    /// half written.)
    async fn leave(mut self, leaving: &[u8]) {
        if !self.within_line {
            // If the client is gone, that is as good.
            let _ = self.stdin.write_all(&[leaving, b"\n"].concat()).await;
        }
    }
}

/// What comes from the client, and who waits for it.
struct Reader {
    decoder: Decoder,
    mark: Vec<u8>,
    entered: CancellationToken,
    lifeline: Lifeline,
    /// Whether we have created the hub.
    created: bool,
    /// Whether the client is in the hub, but we cannot keep the hub alive.
    refused: bool,
    waiting: VecDeque<Waiter>,
    blocks: Vec<Block>,
    notices: broadcast::Sender<Notification>,
    answered: bool,
    reason: String,
}

impl Reader {
    fn new(lifeline: Lifeline, mark: Vec<u8>, notices: broadcast::Sender<Notification>) -> Self {
        Self {
            decoder: Decoder::default(),
            mark,
            entered: CancellationToken::new(),
            lifeline,
            created: false,
            refused: false,
            waiting: VecDeque::new(),
            blocks: Vec::new(),
            notices,
            answered: false,
            reason: String::new(),
        }
    }

    async fn read(
        &mut self,
        stdout: &mut (impl AsyncRead + Unpin),
        pending: &mut mpsc::UnboundedReceiver<Waiter>,
    ) {
        let mut bytes = vec![0; 64 << 10];
        let mut messages = Vec::new();
        loop {
            let Ok(count @ 1..) = stdout.read(&mut bytes).await else { return };
            self.decoder.push(&bytes[..count], &mut messages);
            while let Ok(waiter) = pending.try_recv() {
                self.waiting.push_back(waiter);
            }
            messages.drain(..).for_each(|message| self.take(message));
            if std::mem::take(&mut self.refused) {
                return;
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Block(block) if block.ours => self.take_block(block),
            Message::Block(block) if !self.entered.is_cancelled() => self.take_entry(&block),
            // A hook's.
            Message::Block(_) => {}
            // Never waits: a receiver that is slow, or waits for us, must not hold up an answer. It
            // misses notifications, and is told so.
            Message::Notification(notice) => drop(self.notices.send(signal::refine(notice))),
            Message::Stray(line) => debug!(line = shown(&line), "tmux says outside any reply"),
            Message::Exit(reason) => self.reason.push_str(reason.as_deref().unwrap_or_default()),
        }
    }

    /// Takes what a command of the client's own command line printed: after the mark, how to hold
    /// the hub; without it, why the client cannot stay.
    fn take_entry(&mut self, block: &Block) {
        let text = String::from_utf8_lossy(&block.body);
        let held = match block.body.strip_prefix(&self.mark[..]).map(<[u8]>::trim_ascii_end) {
            Some(word) if word == CREATED.as_bytes() => {
                self.created = true;
                return;
            }
            Some(_) if self.created => Ok(()),
            Some(holder) => self.lifeline.join(number(holder)),
            None => return self.reason.push_str(&text),
        };
        match held {
            Ok(()) => self.entered.cancel(),
            Err(error) => {
                self.refused = true;
                self.reason = format!("{NOT_HELD} ({error})");
            }
        }
    }

    fn take_block(&mut self, block: Block) {
        let is_mark = block.ok && block.body.strip_suffix(b"\n") == Some(&self.mark);
        let is_alone = self.waiting.front().is_some_and(|waiter| waiter.end == ReplyEnd::OneBlock);
        if !is_mark {
            self.blocks.push(block);
        }
        if !is_mark && !is_alone {
            return;
        }
        let blocks = std::mem::take(&mut self.blocks);
        if !std::mem::replace(&mut self.answered, true) {
            let _ = self.notices.send(Notification::Connected);
        }
        if let Some(waiter) = self.waiting.pop_front() {
            // Whoever asked may have stopped waiting.
            let _ = waiter.answer.send(blocks);
        }
    }
}

fn number(digits: &[u8]) -> u32 {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
