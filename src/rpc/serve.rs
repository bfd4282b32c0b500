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
    config,
    editor::{Editor, Writer},
    encode::Map,
    error::RpcError,
    handler::{Call, Inbox},
    methods,
    news::Teller,
    outbox::Outbox,
    stdio,
    views::Views,
};
use crate::session::{EditorFacts, EventQueue, Launch, Workspace};

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
    let mut server = Server::new(editor, launch, news, teller);
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

/// What the calls of one Neovim share.
struct Server {
    editor: Editor,
    launch: Launch,
    news: EventQueue,
    teller: Teller,
    workspace: Option<Workspace>,
    /// Why the configuration of last cannot be followed: then nothing is begun by an older one.
    refused: Option<RpcError>,
    views: Views,
}

impl Server {
    fn new(editor: Editor, launch: Launch, news: EventQueue, teller: Teller) -> Self {
        let views = Views::new(editor.clone());
        Self { editor, launch, news, teller, workspace: None, refused: None, views }
    }

    /// Takes one call. It does not wait: what takes time goes on in a task of its own, and what
    /// must stay in order (the greeting, the configuration, views) is done before the next call.
    fn handle(&mut self, call: Call) {
        debug!(call.id, call.method, "called");
        let result = match call.method.as_str() {
            "hello" => self.hello(call.args),
            "configure" => self.configure(call.args),
            _ => match (&self.workspace, &self.refused) {
                (None, _) => Err(RpcError::internal("`hello` must be the first call")),
                (_, Some(refused)) if !is_of_open_view(&call.method) => Err(refused.clone()),
                (Some(workspace), _) if call.method.starts_with("view.") => {
                    return self.views.handle(workspace.clone(), call);
                }
                (Some(workspace), _) => return spawn(self.editor.clone(), workspace.clone(), call),
            },
        };
        self.editor.answer(call.id, result);
    }

    fn hello(&mut self, args: Value) -> Result<Value, RpcError> {
        // Looked at before all else: of another protocol's arguments we may know nothing.
        let theirs = protocol(&args);
        if theirs != Some(PROTOCOL) {
            return Err(mismatch(theirs));
        }
        let hello: Hello = args::decode("hello", args)?;
        let nvim = hello.nvim.unwrap_or_default();
        let editor = EditorFacts { tmux: nvim.tmux, data: nvim.data, state: nvim.state };
        let settings = config::settings(hello.config, editor)?;
        let workspace = Workspace::new(settings, self.launch.clone(), self.news.clone())?;
        // Else it is the one of the configuration, if that names one.
        if hello.pin.is_some() {
            workspace.pin_to(hello.pin);
        }
        self.teller.remember(hello.known.unwrap_or_default());
        self.teller.follow(&workspace);
        self.workspace = Some(workspace);
        let version = env!("CARGO_PKG_VERSION");
        info!(version, protocol = PROTOCOL, "greeted");
        Ok(Map::new()
            .put("protocol", PROTOCOL)
            .put("version", version)
            .put("pid", std::process::id())
            .into())
    }

    fn configure(&mut self, args: Value) -> Result<Value, RpcError> {
        let Configure { config } = args::decode("configure", args)?;
        let Some(workspace) = &self.workspace else {
            return Err(RpcError::internal("`hello` must be the first call"));
        };
        let settings = config::settings(config, workspace.editor());
        let workspace = settings.and_then(|settings| Ok(workspace.configured(settings)?));
        match workspace {
            Ok(workspace) => {
                self.teller.follow(&workspace);
                (self.workspace, self.refused) = (Some(workspace), None);
            }
            Err(refused) => self.refused = Some(refused),
        }
        Ok(Value::Nil)
    }

    async fn end(self) {
        self.views.close_all();
        if let Some(workspace) = self.workspace {
            workspace.close().await;
        }
    }
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
