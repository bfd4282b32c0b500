//! The buffers that Neovim shows of us, each drawn by a task of its own.

mod canvas;
mod capture;
mod diff;
pub(super) mod drawn_diff;
mod far_capture;
mod far_status;
mod frames;
pub(super) mod hosts;
mod listing;
mod queue;
mod rest;
pub(super) mod rows;
mod setup;
mod status;
mod transcript;

use std::collections::HashMap;

use rmpv::Value;
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use self::{
    canvas::{Canvas, Offered, Order},
    rows::Rows,
};
use super::{
    calls::{At, CallContext, Far, ViewAct, ViewOpen, ViewSet},
    commands::{self, ListKey},
    editor::Editor,
    encode::Encode,
    error::RpcError,
    methods::ViewCall,
};
use crate::{
    core::{
        hosts::{HostName, HostSettings},
        listing::Change,
    },
    fleet::Fleet,
    session::Workspace,
};

/// Why what is open of a host is opened anew.
const MOVED: &str = "the settings of its host have changed";

/// What can be reached: the rigs of this machine, and those of hosts.
pub(super) type Reach = (Workspace, Fleet);

/// All open views. Closing one is dropping its sender.
pub(super) struct Views {
    editor: Editor,
    open: HashMap<u64, Open>,
}

struct Open {
    orders: UnboundedSender<Order>,
    task: JoinHandle<()>,
    /// From where it was opened.
    at: At,
    rows: Rows,
    /// The host that it is of, as it is reached.
    host: Option<(HostName, HostSettings)>,
    /// Cancelled when it is to be opened anew, as that host is another one by now.
    moved: CancellationToken,
}

impl Open {
    /// Whether its host is another one among those of `fleet`, or none any more.
    fn has_moved(&self, fleet: &Fleet) -> bool {
        let host = self.host.as_ref();
        host.is_some_and(|(name, settings)| fleet.settings(name) != Some(settings))
    }
}

impl Views {
    pub(super) fn new(editor: Editor) -> Self {
        Self { editor, open: HashMap::new() }
    }

    /// Takes the call `id`.
    pub(super) fn handle(&mut self, reach: Reach, id: u64, call: ViewCall) {
        self.open.retain(|_, open| !open.task.is_finished());
        match call {
            ViewCall::ViewOpen(open) => return self.open(reach, id, open),
            ViewCall::ViewAct(asked) => return self.act(reach, id, asked),
            ViewCall::ViewSet(set) => self.set(&set),
            ViewCall::ViewList(list) => {
                self.list(&listing::changes(list));
                // It follows a choice, whose answer is a list of effects.
                return self.editor.answer(id, Ok(Value::Array(Vec::new())));
            }
            ViewCall::ViewRefresh(one) => self.tell(one.view, Order::Refresh),
            ViewCall::ViewClose(one) => drop(self.open.remove(&one.view)),
        }
        self.editor.answer(id, Ok(Value::Nil));
    }

    /// What the view `view` shows, if it is open.
    pub(super) fn rows(&self, view: u64) -> Option<Rows> {
        self.open.get(&view).map(|open| open.rows.clone())
    }

    /// These are the hosts from now on. What is open of one that is another one by now is gone: nothing
    /// that is done there is done to what it shows.
    pub(super) fn follow(&mut self, fleet: &Fleet) {
        let moved = self.open.extract_if(|_, open| open.has_moved(fleet));
        moved.for_each(|(_, open)| open.moved.cancel());
        for open in self.open.values() {
            drop(open.orders.send(Order::Hosts(fleet.clone())));
        }
    }

    pub(super) fn close_all(self) {
        for open in self.open.into_values() {
            open.task.abort();
        }
    }

    fn open(&mut self, (workspace, fleet): Reach, call: u64, open: ViewOpen) {
        let (orders, inbox) = unbounded_channel();
        let (view, at, rows) = (open.view, open.at.clone(), Rows::default());
        let host = open.polecat.as_deref().and_then(|said| Far::host(&fleet, said));
        // What is open of one keeps no other, however long it is open.
        let is_list = open.kind == "status" && open.polecat.is_none();
        let shown = if is_list { fleet.clone() } else { fleet.only(host.as_ref()) };
        let host = host.and_then(|name| fleet.settings(&name).cloned().map(|how| (name, how)));
        let editor = self.editor.clone();
        let mut canvas = Canvas::new((editor.clone(), view), inbox, rows.clone(), call);
        let moved = CancellationToken::new();
        let token = moved.clone();
        let task = tokio::spawn(async move {
            let drawn = tokio::select! {
                drawn = draw(&editor, (workspace, shown), (call, open), &mut canvas) => drawn,
                () = token.cancelled() => Ok(()),
            };
            match drawn {
                _ if token.is_cancelled() => canvas.reopen(MOVED),
                Err(error) => canvas.refuse(error),
                Ok(()) => {}
            }
        });
        self.open.insert(view, Open { orders, task, at, rows, host, moved });
    }

    /// Does what a key is for, in a task of its own.
    fn act(&self, (workspace, fleet): Reach, call: u64, asked: ViewAct) {
        let open = asked.view.and_then(|view| self.open.get(&view));
        if let Some((open, key)) = open.zip(commands::lists(&asked)) {
            return self.act_on_list(call, open, (key, &asked));
        }
        let orders = open.map(|open| open.orders.clone());
        let open = open.map(|open| (open.at.clone(), open.rows.clone()));
        let editor = self.editor.clone();
        tokio::spawn(async move {
            let context = CallContext::new(&editor, (&workspace, &fleet), call);
            // What it may wait for is large: not all of it on one stack.
            let done = Box::pin(commands::press(&context, open, &asked)).await;
            // What was refused may be so because what is shown is old.
            if let (Err(_), Some(orders)) = (&done, orders) {
                drop(orders.send(Order::Refresh));
            }
            let effects = done.map_err(RpcError::from);
            editor.answer(call, effects.and_then(|all| all.encode().map_err(RpcError::internal)));
        });
    }

    /// Changes how polecats are listed, or lets the person choose how.
    fn act_on_list(&self, call: u64, open: &Open, (key, asked): (ListKey, &ViewAct)) {
        let editor = self.editor.clone();
        let offered = match key {
            ListKey::Filter => Offered::Filters,
            ListKey::Order => Offered::Orders,
            ListKey::Fold(_) | ListKey::FoldAll(_) => {
                self.list(&listing::folds(key, asked, &open.rows));
                return editor.answer(call, Ok(Value::Array(Vec::new())));
            }
        };
        let orders = open.orders.clone();
        tokio::spawn(async move {
            let effects = listing::offer(offered, &orders).await;
            editor.answer(call, effects.encode().map_err(RpcError::internal));
        });
    }

    /// Tells every list of these changes.
    fn list(&self, changes: &[Change]) {
        for open in self.open.values() {
            for change in changes {
                drop(open.orders.send(Order::List(change.clone())));
            }
        }
    }

    fn set(&self, set: &ViewSet) {
        if let Some(width) = set.width {
            self.tell(set.view, Order::Width(width));
        }
        if let Some(visible) = set.visible {
            self.tell(set.view, Order::Visible(visible));
        }
    }

    /// A view that is gone has nothing to be told.
    fn tell(&self, view: u64, order: Order) {
        if let Some(open) = self.open.get(&view) {
            drop(open.orders.send(order));
        }
    }
}

/// Draws what the call `call` opens until it is closed.
async fn draw(
    editor: &Editor,
    (workspace, fleet): Reach,
    (call, open): (u64, ViewOpen),
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    match open.kind.as_str() {
        "status" => status::run((&workspace, fleet), open, canvas).await,
        "capture" => capture::run((&workspace, &fleet), open, canvas).await,
        "queue" => queue::run((&workspace, &fleet), open, canvas).await,
        "setup" => setup::run((&workspace, &fleet), open, canvas).await,
        "diff" => {
            let context = CallContext::new(editor, (&workspace, &fleet), call);
            diff::run(&context, open, canvas).await
        }
        kind => Err(RpcError::bad_argument(format!("no view `{kind}`"))),
    }
}
