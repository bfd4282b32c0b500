//! The life of the process: one loop that takes calls in order until Neovim is gone.

use nvim_rs::Neovim;
use rmpv::Value;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};
use tokio_util::compat::{TokioAsyncReadCompatExt as _, TokioAsyncWriteCompatExt as _};
use tracing::{Instrument, debug, debug_span, info};

use super::{
    PROTOCOL,
    calls::{CallContext, Configure, Greeting, Hello, Method},
    editor::{Editor, Writer},
    encode::{self, Encode},
    error::RpcError,
    handler::{CallHandler, Message},
    methods::{Call, OperationCall, ServerCall},
    outbox::Outbox,
    stdio,
    views::Views,
};
use crate::session::{Event, EventQueue, Launch, Workspace};

/// Serves the Neovim at the other end of stdio until it closes its end.
///
/// # Errors
/// When stdio cannot be used for messages at all.
pub async fn serve(launch: Launch) -> std::io::Result<()> {
    let (inbox, mut calls) = mpsc::unbounded_channel();
    let (input, outbox) = (stdio::input()?.compat(), Outbox::new(stdio::output()?));
    let writer = outbox.letterbox().compat_write();
    let (nvim, io) = Neovim::<Writer>::new(input, writer, CallHandler(inbox));
    let (editor, news) = (Editor::new(nvim, outbox), EventQueue::default());
    tokio::spawn(tell(editor.clone(), news.clone()));
    let mut server = Server::new(editor, launch, news);
    let mut signals = Signals::new()?;
    tokio::pin!(io);
    loop {
        tokio::select! {
            Some(call) = calls.recv() => server.handle(call),
            ended = &mut io => {
                info!(?ended, "Neovim is gone");
                break;
            }
            () = signals.next() => break,
        }
    }
    // Neovim tells us while we are still leaving tmux, and waits: the lifeline does the rest. With
    // the runtime go all tasks, and with them the programs that they wait for.
    tokio::select! {
        () = server.end() => {}
        () = signals.next() => {}
    }
    Ok(())
}

/// The signals by which we are told to end. They would end us at once, but not what we started.
struct Signals([Signal; 3]);

impl Signals {
    fn new() -> std::io::Result<Self> {
        let [hangup, interrupt, terminate] =
            [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
        Ok(Self([signal(hangup)?, signal(interrupt)?, signal(terminate)?]))
    }

    async fn next(&mut self) {
        let [hangup, interrupt, terminate] = &mut self.0;
        tokio::select! {
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        info!("told to end");
    }
}

/// Tells the news, the next when Neovim has taken the last: while it is suspended nothing piles up.
async fn tell(editor: Editor, desk: EventQueue) {
    loop {
        let (event, data) = match desk.next().await {
            Event::Changed(snapshot) => match encode::snapshot(&snapshot) {
                Ok(data) => ("snapshot", data),
                Err(why) => ("notice", encode::warning(&why)),
            },
            Event::Files(files) => ("files", encode::files(&files)),
            Event::Warning(text) => ("notice", encode::warning(&text)),
        };
        editor.event_taken(event, data).await;
    }
}

/// What the calls of one Neovim share.
struct Server {
    editor: Editor,
    launch: Launch,
    news: EventQueue,
    workspace: Option<Workspace>,
    /// Why the configuration of last cannot be followed: then nothing is begun by an older one.
    refused: Option<RpcError>,
    views: Views,
}

impl Server {
    fn new(editor: Editor, launch: Launch, news: EventQueue) -> Self {
        let views = Views::new(editor.clone());
        Self { editor, launch, news, workspace: None, refused: None, views }
    }

    /// Takes one call. It does not wait: what takes time goes on in a task of its own, and what
    /// must stay in order (the greeting, the configuration, views) is done before the next call.
    fn handle(&mut self, message: Message) {
        debug!(message.id, message.method, "called");
        let id = message.id;
        match self.take(message) {
            Ok(Some(value)) => self.editor.answer(id, Ok(value)),
            Ok(None) => {}
            Err(error) => self.editor.answer(id, Err(error)),
        }
    }

    /// Answers the call, unless somebody else does that later.
    fn take(&mut self, message: Message) -> Result<Option<Value>, RpcError> {
        let Message { id, method, args } = message;
        // Looked at before all else: of another protocol's arguments we may know nothing.
        if method == Hello::NAME {
            same_protocol(&args)?;
        }
        match Call::decode(&method, args)? {
            Call::Server(ServerCall::Hello(hello)) => return self.hello(hello).map(Some),
            Call::Server(ServerCall::Configure(configure)) => {
                self.configure(configure)?;
                return Ok(Some(Value::Nil));
            }
            Call::View(call) if call.is_about_open_view() => {
                self.views.handle(self.greeted()?, id, call);
            }
            Call::View(call) => self.views.handle(self.followed()?, id, call),
            Call::Operation(call) => {
                spawn(self.editor.clone(), self.followed()?, id, &method, call);
            }
        }
        Ok(None)
    }

    fn greeted(&self) -> Result<Workspace, RpcError> {
        self.workspace.clone().ok_or_else(|| RpcError::internal("`hello` must be the first call"))
    }

    /// The same, by the configuration of last.
    fn followed(&self) -> Result<Workspace, RpcError> {
        let workspace = self.greeted()?;
        self.refused.clone().map_or(Ok(workspace), Err)
    }

    fn hello(&mut self, mut hello: Hello) -> Result<Value, RpcError> {
        let settings = hello.settings()?;
        let workspace = Workspace::new(settings, self.launch.clone(), self.news.clone())?;
        // Else it is the one of the configuration, if that names one.
        if hello.pin.is_some() {
            workspace.pin_to(hello.pin);
        }
        self.workspace = Some(workspace);
        let version = env!("CARGO_PKG_VERSION");
        info!(version, protocol = PROTOCOL, "greeted");
        let greeting = Greeting { protocol: PROTOCOL, version, pid: std::process::id() };
        greeting.encode().map_err(RpcError::internal)
    }

    fn configure(&mut self, configure: Configure) -> Result<(), RpcError> {
        let workspace = self.greeted()?;
        let settings = configure.settings(workspace.editor());
        match settings.and_then(|settings| Ok(workspace.configured(settings)?)) {
            Ok(workspace) => (self.workspace, self.refused) = (Some(workspace), None),
            Err(refused) => self.refused = Some(refused),
        }
        Ok(())
    }

    async fn end(self) {
        self.views.close_all();
        if let Some(workspace) = self.workspace {
            workspace.close().await;
        }
    }
}

fn spawn(editor: Editor, workspace: Workspace, id: u64, method: &str, call: OperationCall) {
    let span = debug_span!("call", id, method);
    let work = async move {
        let result = call.answer(&CallContext::new(&editor, &workspace, id)).await;
        editor.answer(id, result);
    };
    tokio::spawn(work.instrument(span));
}

fn same_protocol(args: &Value) -> Result<(), RpcError> {
    let theirs = protocol(args);
    if theirs == Some(PROTOCOL) { Ok(()) } else { Err(mismatch(theirs)) }
}

fn protocol(args: &Value) -> Option<u32> {
    let pairs = args.as_map()?;
    let (_, value) = pairs.iter().find(|(key, _)| key.as_str() == Some("protocol"))?;
    value.as_u64()?.try_into().ok()
}

fn mismatch(theirs: Option<u32>) -> RpcError {
    let theirs = theirs.map_or_else(|| "none".to_owned(), |theirs| theirs.to_string());
    RpcError {
        code: "internal",
        message: format!(
            "the plugin speaks protocol {theirs}, its backend (version {}) speaks {PROTOCOL}",
            env!("CARGO_PKG_VERSION")
        ),
        hint: Some("rebuild the backend: run `make build` in the plugin's folder".to_owned()),
        untrusted: None,
    }
}
