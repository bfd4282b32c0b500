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
    args::{self, Configure, Hello},
    configured::{Configured, Greeted},
    editor::{Editor, Writer},
    encode::{self, Map},
    error::RpcError,
    handler::{Call, Inbox},
    methods,
    news::Teller,
    outbox::Outbox,
    stdio,
    views::Views,
};
use crate::session::{EventQueue, Launch, Workspace};

/// Serves the Neovim at the other end of stdio until it closes its end.
///
/// # Errors
/// When stdio cannot be used for messages at all.
pub async fn serve(launch: Launch) -> std::io::Result<()> {
    let (inbox, mut calls) = mpsc::unbounded_channel();
    let (input, outbox) = (stdio::input()?.compat(), Outbox::new(stdio::output()?));
    let writer = outbox.writer().compat_write();
    let (nvim, io) = Neovim::<Writer>::new(input, writer, Inbox(inbox));
    let (editor, news) = (Editor::new(nvim, outbox), EventQueue::default());
    let teller = Teller::default();
    tokio::spawn(teller.clone().run(editor.clone(), news.clone()));
    let mut server = Server::new(editor, Configured::new(launch, news, teller));
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

/// Who answers a call.
enum Taken {
    Answer(Value),
    View(Workspace),
    Operation(Workspace),
}

/// What the calls of one Neovim share.
struct Server {
    editor: Editor,
    configured: Configured,
    views: Views,
}

impl Server {
    fn new(editor: Editor, configured: Configured) -> Self {
        let views = Views::new(editor.clone());
        Self { editor, configured, views }
    }

    /// Takes one call. It does not wait: what takes time goes on in a task of its own, and what
    /// must stay in order (the greeting, the configuration, views) is done before the next call.
    fn handle(&mut self, call: Call) {
        debug!(call.id, call.method, "called");
        match self.take(&call.method, &call.args) {
            Ok(Taken::Answer(value)) => self.editor.answer(call.id, Ok(value)),
            Ok(Taken::View(workspace)) => self.views.handle(workspace, call),
            Ok(Taken::Operation(workspace)) => spawn(self.editor.clone(), workspace, call),
            Err(refused) => self.editor.answer(call.id, Err(refused)),
        }
    }

    fn take(&mut self, method: &str, args: &Value) -> Result<Taken, RpcError> {
        Ok(match (method, self.configured.problems()) {
            ("hello", _) => Taken::Answer(self.hello(args.clone())?),
            ("configure", _) => {
                let Configure { config } = args::decode("configure", args.clone())?;
                self.configured.follow(config.unwrap_or_default())?;
                Taken::Answer(Value::Nil)
            }
            ("health", Some(problems)) => Taken::Answer(encode::health(&problems)),
            _ if is_of_open_view(method) => Taken::View(self.configured.last()?),
            _ if method.starts_with("view.") => Taken::View(self.configured.workspace()?),
            _ => Taken::Operation(self.configured.workspace()?),
        })
    }

    fn hello(&mut self, args: Value) -> Result<Value, RpcError> {
        let mut hello = hello(args);
        let config = hello.as_mut().ok().and_then(|hello| hello.config.take());
        let known = hello.as_mut().ok().and_then(|hello| hello.known.take());
        let greeted = |hello: Hello| Greeted {
            editor: hello.nvim.unwrap_or_default().into(),
            pin: hello.pin,
        };
        self.configured.greet(hello.map(greeted), known.unwrap_or_default());
        self.configured.follow(config.unwrap_or_default())?;
        let version = env!("CARGO_PKG_VERSION");
        info!(version, protocol = PROTOCOL, "greeted");
        Ok(Map::new()
            .put("protocol", PROTOCOL)
            .put("version", version)
            .put("pid", std::process::id())
            .into())
    }

    async fn end(self) {
        self.views.close_all();
        self.configured.close().await;
    }
}

/// The arguments of a `hello`.
fn hello(args: Value) -> Result<Hello, RpcError> {
    // Looked at before all else: of another protocol's arguments we may know nothing.
    let theirs = protocol(&args);
    if theirs != Some(PROTOCOL) {
        return Err(mismatch(theirs));
    }
    args::decode("hello", args)
}

fn spawn(editor: Editor, workspace: Workspace, call: Call) {
    let span = debug_span!("call", id = call.id, method = call.method);
    let work = async move {
        let id = call.id;
        let result = methods::call(&editor, &workspace, call).await;
        editor.answer(id, result);
    };
    tokio::spawn(work.instrument(span));
}

/// What goes on with views that are there whatever the configuration says by now.
fn is_of_open_view(method: &str) -> bool {
    matches!(method, "view.set" | "view.refresh" | "view.close")
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
