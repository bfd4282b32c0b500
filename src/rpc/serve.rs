//! The life of the process: one loop that takes calls in order until Neovim is gone.

use std::collections::BTreeMap;

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
    calls::{CallContext, FarCalls, Greeting, Hello, Method},
    configured::{Configured, Greeted},
    editor::{Editor, Writer},
    encode::Encode,
    error::RpcError,
    handler::{CallHandler, Message},
    methods::{Call, OperationCall, ServerCall},
    news::{Outside, Teller},
    outbox::Outbox,
    styles::Groups,
    views::{Reach, Views, rows::Rows},
};
use crate::{
    fleet::{self, Fleet},
    session::{EventQueue, Launch, Notifier, Ticket, Tickets},
    stdio,
};

/// Serves the Neovim at the other end of stdio until it closes its end.
///
/// # Errors
/// When stdio cannot be used for messages at all.
pub async fn serve(launch: Launch) -> std::io::Result<()> {
    let (inbox, mut calls) = mpsc::unbounded_channel();
    let (input, outbox) = (stdio::input()?.compat(), Outbox::new(stdio::output()?));
    let writer = outbox.writer().compat_write();
    let (nvim, io) = Neovim::<Writer>::new(input, writer, CallHandler(inbox));
    let (editor, news) = (Editor::new(nvim, outbox), EventQueue::default());
    let (outside, onward) = (notify_outside(&launch, &news), EventQueue::default());
    let teller = Teller::default();
    tokio::spawn(outside.clone().run(news.clone(), onward.clone()));
    tokio::spawn(teller.clone().run(editor.clone(), onward));
    let mut server = Server::new(editor, Configured::new(launch, news, teller, outside));
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

/// Serves the hub at the other end of stdio until it is gone, on a host.
///
/// # Errors
/// When stdio cannot be used for messages at all.
pub async fn serve_hub(launch: Launch) -> std::io::Result<()> {
    let no_hosts = Fleet::new(&BTreeMap::new(), &launch, None, &EventQueue::default());
    let mut signals = Signals::new()?;
    fleet::serve(launch, FarCalls::new(no_hosts), async move { signals.next().await }).await
}

/// What has the user's `notify_command` run, from now on.
fn notify_outside(launch: &Launch, news: &EventQueue) -> Outside {
    let notifier = Notifier::new(launch.clone(), news.clone());
    tokio::spawn(notifier.clone().run());
    Outside::new(notifier)
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
    configured: Configured,
    views: Views,
    tickets: Tickets,
}

impl Server {
    fn new(editor: Editor, configured: Configured) -> Self {
        let views = Views::new(editor.clone());
        Self { editor, configured, views, tickets: Tickets::default() }
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
        let call = self.decode(&method, args)?;
        let health = matches!(call, Call::Operation(OperationCall::Health(_)));
        match (call, self.configured.problems().filter(|_| health)) {
            (Call::Server(ServerCall::Hello(hello)), _) => return self.hello(hello).map(Some),
            (Call::Server(ServerCall::Configure(call)), _) => {
                if let Some(fleet) = self.configured.follow(call.config.unwrap_or_default())? {
                    self.views.follow(&fleet);
                }
                return Ok(Some(Value::Nil));
            }
            (_, Some(problems)) => return problems.encode().map(Some).map_err(RpcError::internal),
            (Call::View(call), _) if call.is_about_open_view() => {
                self.views.handle(self.configured.last_reach()?, id, call);
            }
            (Call::View(call), _) => self.views.handle(self.configured.reach()?, id, call),
            (Call::Operation(call), _) => {
                let rows = call.view().and_then(|view| self.views.rows(view));
                let ticket = call.is_in_order().then(|| self.tickets.take());
                let reach = self.configured.reach()?;
                spawn(self.editor.clone(), reach, (id, &method), call, (rows, ticket));
            }
        }
        Ok(None)
    }

    /// Reads a call. While a `hello` is refused, all other calls are, for the same reason.
    fn decode(&mut self, method: &str, args: Value) -> Result<Call, RpcError> {
        if method != Hello::NAME {
            return Call::decode(method, args);
        }
        // Looked at before all else: of another protocol's arguments we may know nothing.
        let hello = same_protocol(&args).and_then(|()| Call::decode(method, args));
        hello.inspect_err(|error| self.configured.greet(Err(error.clone()), Vec::new()))
    }

    fn hello(&mut self, hello: Hello) -> Result<Value, RpcError> {
        if let Some(made) = hello.nvim.as_ref().and_then(|nvim| nvim.groups) {
            *self.editor.groups() = Groups::after(made);
        }
        let greeted = Greeted { editor: hello.nvim.unwrap_or_default().into(), pin: hello.pin };
        self.configured.greet(Ok(greeted), hello.known.unwrap_or_default());
        self.configured.follow(hello.config.unwrap_or_default())?;
        let version = env!("CARGO_PKG_VERSION");
        info!(version, protocol = PROTOCOL, "greeted");
        let greeting = Greeting { protocol: PROTOCOL, version, pid: std::process::id() };
        greeting.encode().map_err(RpcError::internal)
    }

    async fn end(self) {
        self.views.close_all();
        self.configured.close().await;
    }
}

fn spawn(
    editor: Editor,
    (workspace, fleet): Reach,
    (id, method): (u64, &str),
    call: OperationCall,
    (rows, ticket): (Option<Rows>, Option<Ticket>),
) {
    let span = debug_span!("call", id, method);
    let work = async move {
        let context = CallContext::new(&editor, (&workspace, &fleet), id);
        let context = context.about(rows).with_ticket(ticket);
        let result = call.answer(&context).await;
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
        // Lua knows which program it started, and what brings one that fits.
        hint: None,
        detail: None,
    }
}
