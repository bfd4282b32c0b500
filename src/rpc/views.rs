//! The buffers that Neovim shows of us, each drawn by a task of its own.

use std::collections::HashMap;

use rmpv::Value;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};

use super::{
    calls::{At, CallContext, ViewAct, ViewOpen, ViewSet},
    capture_view, commands, diff_view,
    editor::Editor,
    encode::{self, Encode, Map},
    error::RpcError,
    methods::ViewCall,
    rows::Rows,
    status_view,
};
use crate::{
    session::Workspace,
    view::{Frame, Patch, patches},
};

/// What Neovim tells an open view.
#[derive(Debug)]
pub(super) enum Order {
    Width(usize),
    Visible(bool),
    Refresh,
}

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
}

impl Views {
    pub(super) fn new(editor: Editor) -> Self {
        Self { editor, open: HashMap::new() }
    }

    /// Takes the call `id`.
    pub(super) fn handle(&mut self, workspace: Workspace, id: u64, call: ViewCall) {
        self.open.retain(|_, open| !open.task.is_finished());
        match call {
            ViewCall::ViewOpen(open) => return self.open(workspace, id, open),
            ViewCall::ViewAct(asked) => return self.act(workspace, id, asked),
            ViewCall::ViewSet(set) => self.set(&set),
            ViewCall::ViewRefresh(one) => self.tell(one.view, Order::Refresh),
            ViewCall::ViewClose(one) => drop(self.open.remove(&one.view)),
        }
        self.editor.answer(id, Ok(Value::Nil));
    }

    pub(super) fn close_all(self) {
        for open in self.open.into_values() {
            open.task.abort();
        }
    }

    fn open(&mut self, workspace: Workspace, call: u64, open: ViewOpen) {
        let (orders, inbox) = unbounded_channel();
        let view = open.view;
        let pen = Pen::new(self.editor.clone(), view);
        let (at, rows) = (open.at.clone(), Rows::default());
        let mut canvas =
            Canvas { pen, orders: inbox, rows: rows.clone(), call: Some(call), visible: true };
        let task = tokio::spawn(async move {
            let drawn = match open.kind.as_str() {
                "status" => status_view::run(&workspace, open, &mut canvas).await,
                "capture" => capture_view::run(&workspace, open, &mut canvas).await,
                "diff" => diff_view::run(&workspace, open, &mut canvas).await,
                kind => Err(RpcError::bad_argument(format!("no view `{kind}`"))),
            };
            if let Err(error) = drawn {
                canvas.refuse(error);
            }
        });
        self.open.insert(view, Open { orders, task, at, rows });
    }

    /// Does what a key is for, in a task of its own.
    fn act(&self, workspace: Workspace, call: u64, asked: ViewAct) {
        let open = asked.view.and_then(|view| self.open.get(&view));
        let orders = open.map(|open| open.orders.clone());
        let open = open.map(|open| (open.at.clone(), open.rows.clone()));
        let editor = self.editor.clone();
        tokio::spawn(async move {
            let context = CallContext::new(&editor, &workspace, call);
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

/// What a view's task draws on, and how it hears of its window.
pub(super) struct Canvas {
    pub(super) pen: Pen,
    pub(super) orders: UnboundedReceiver<Order>,
    pub(super) rows: Rows,
    /// The call that opened the view, until it is answered.
    call: Option<u64>,
    pub(super) visible: bool,
}

impl Canvas {
    /// Draws `frame`; the first one answers the call that opened the view.
    pub(super) async fn draw(&mut self, frame: Frame, with_keys: bool) {
        self.pen.draw(frame, with_keys).await;
        self.answer();
    }

    /// Draws a part of what goes on in a transcript; the first one answers as well.
    pub(super) async fn patch(&mut self, patches: &[Patch]) {
        self.patch_with(patches, Map::new()).await;
    }

    /// The same, with `more` for Lua in the same message.
    pub(super) async fn patch_with(&mut self, patches: &[Patch], more: Map) {
        self.pen.send(patches, more).await;
        self.answer();
    }

    /// Sees to it that the call that opened the view is answered.
    pub(super) async fn opened(&mut self) {
        if self.call.is_some() {
            self.patch(&[]).await;
        }
    }

    fn answer(&mut self) {
        if let Some(call) = self.call.take() {
            self.pen.editor.answer(call, Ok(Value::Nil));
        }
    }

    /// Ends the view for `error`: as the answer to its opening, or in the open buffer.
    pub(super) fn refuse(self, error: RpcError) {
        let Some(call) = self.call else {
            let data = Map::new().put("view", self.pen.view).put("message", error.message);
            return self.pen.editor.event("view_closed", data);
        };
        self.pen.editor.answer(call, Err(error));
    }
}

/// Draws one view: sends what differs from the frame before.
pub(super) struct Pen {
    editor: Editor,
    view: u64,
    shown: Option<Frame>,
}

impl Pen {
    fn new(editor: Editor, view: u64) -> Self {
        Self { editor, view, shown: None }
    }

    /// Shows `frame`, and returns when Neovim has taken it, so that frames never pile up.
    async fn draw(&mut self, frame: Frame, with_keys: bool) {
        let first = self.shown.is_none();
        let old = self.shown.take().unwrap_or_default();
        let patches = patches(&old.lines, &frame.lines);
        if first || !patches.is_empty() {
            let keys = with_keys.then(|| encode::keys(&frame.lines));
            self.send(&patches, Map::new().some("keys", keys)).await;
        }
        self.shown = Some(frame);
    }

    async fn send(&self, patches: &[Patch], more: Map) {
        let mut styles = encode::Styles::default();
        let patches = patches.iter().map(|one| encode::patch(one, &mut styles).into()).collect();
        let data =
            more.put("view", self.view).put("patches", Value::Array(patches)).put("styles", styles);
        self.editor.event_taken("frame", data).await;
    }
}
