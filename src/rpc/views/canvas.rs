//! What a view is drawn on, and how it hears of its window.

use rmpv::Value;
use tokio::sync::{mpsc::UnboundedReceiver, oneshot};

use super::{frames, rows::Rows};
use crate::{
    core::listing::Change,
    fleet::Fleet,
    rpc::{editor::Editor, encode::Map, error::RpcError, styles::Styles},
    view::{Frame, Patch, patches},
};

/// What Neovim tells an open view.
#[derive(Debug)]
pub(in crate::rpc) enum Order {
    Width(usize),
    Visible(bool),
    Refresh,
    /// A person chose this for the list; a view without one has no use for it.
    List(Change),
    /// What could be chosen for it.
    Offer(Offered, oneshot::Sender<Vec<(String, Change)>>),
    /// These are the hosts of the configuration from now on.
    Hosts(Fleet),
}

/// What is chosen for a list.
#[derive(Clone, Copy, Debug)]
pub(in crate::rpc) enum Offered {
    Filters,
    Orders,
}

/// What a view's task draws on, and how it hears of its window.
pub(in crate::rpc::views) struct Canvas {
    pub(in crate::rpc::views) pen: Pen,
    pub(in crate::rpc::views) orders: UnboundedReceiver<Order>,
    pub(in crate::rpc::views) rows: Rows,
    /// The call that opened the view, until it is answered.
    call: Option<u64>,
    pub(in crate::rpc::views) visible: bool,
}

impl Canvas {
    /// A canvas of the view with this number, which the call `call` opens.
    pub(in crate::rpc::views) fn new(
        (editor, view): (Editor, u64),
        orders: UnboundedReceiver<Order>,
        rows: Rows,
        call: u64,
    ) -> Self {
        Self { pen: Pen::new(editor, view), orders, rows, call: Some(call), visible: true }
    }

    /// Draws `frame`; the first one answers the call that opened the view.
    pub(in crate::rpc::views) async fn draw(&mut self, frame: Frame) {
        self.pen.draw(frame).await;
        self.answer();
    }

    /// Draws a part of what goes on in a transcript; the first one answers as well.
    pub(in crate::rpc::views) async fn patch(&mut self, patches: &[Patch]) {
        self.patch_with(patches, Map::new()).await;
    }

    /// The same, with `more` for Lua in the same message.
    pub(in crate::rpc::views) async fn patch_with(&mut self, patches: &[Patch], more: Map) {
        self.pen.send(patches, more).await;
        self.answer();
    }

    /// Sees to it that the call that opened the view is answered.
    pub(in crate::rpc::views) async fn opened(&mut self) {
        if self.call.is_some() {
            self.patch(&[]).await;
        }
    }

    fn answer(&mut self) {
        if let Some(call) = self.call.take() {
            self.pen.editor.answer(call, Ok(Value::Nil));
        }
    }

    /// Has Neovim open the view anew, as what it showed is to be found elsewhere by now.
    pub(in crate::rpc::views) fn reopen(self, why: &str) {
        let data = Map::new().put("view", self.pen.view).put("message", why).put("again", true);
        self.pen.editor.event("view_closed", data);
        if let Some(call) = self.call {
            self.pen.editor.answer(call, Err(RpcError::of("cancelled", why)));
        }
    }

    /// Ends the view for `error`: as the answer to its opening, or in the open buffer.
    pub(in crate::rpc::views) fn refuse(self, error: RpcError) {
        let Some(call) = self.call else {
            let data = Map::new().put("view", self.pen.view).put("message", error.message);
            return self.pen.editor.event("view_closed", data);
        };
        self.pen.editor.answer(call, Err(error));
    }
}

/// Draws one view: sends what differs from the frame before.
pub(in crate::rpc::views) struct Pen {
    editor: Editor,
    view: u64,
    shown: Option<Frame>,
}

impl Pen {
    fn new(editor: Editor, view: u64) -> Self {
        Self { editor, view, shown: None }
    }

    /// Shows `frame`, and returns when Neovim has taken it, so that frames never pile up.
    async fn draw(&mut self, frame: Frame) {
        let first = self.shown.is_none();
        let old = self.shown.take().unwrap_or_default();
        let patches = patches(&old.lines, &frame.lines);
        let titled = frame.title.as_ref().filter(|title| old.title.as_ref() != Some(title));
        if first || !patches.is_empty() || titled.is_some() || old.notes != frame.notes {
            let more = Map::new().put("marks", frames::row_marks(&frame)).put("whole", true);
            self.send(&patches, more.some("heading", titled.map(frames::chunks))).await;
        }
        self.shown = Some(frame);
    }

    async fn send(&self, patches: &[Patch], more: Map) {
        let data = {
            let mut groups = self.editor.groups();
            let mut styles = Styles::new(&mut groups);
            let patches =
                patches.iter().map(|one| frames::patch(one, &mut styles).into()).collect();
            more.put("view", self.view).put("patches", Value::Array(patches)).put("styles", styles)
        };
        self.editor.event_taken("frame", data).await;
    }
}
