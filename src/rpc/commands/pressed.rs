//! A key that was pressed in a view, and what it was pressed on.

use crate::rpc::{
    calls::{At, CallContext, ViewAct},
    effects::Request,
    encode::{self, Map},
    error::RpcError,
    views::rows::Rows,
};

/// A key that was pressed.
pub(super) struct Press<'a> {
    pub(super) context: &'a CallContext<'a>,
    pub(super) asked: &'a ViewAct,
    /// From where the view was opened.
    pub(super) at: At,
    /// What the view shows, unless it has ended.
    pub(super) rows: Option<Rows>,
    pub(super) lhs: &'static str,
}

impl ViewAct {
    /// The polecat that it is about: a row that is one's own is called `name#+0`.
    pub(super) fn whom(&self) -> Option<&str> {
        let about = self.about.as_ref().and_then(|about| about.polecat.as_deref());
        self.row().filter(|row| !row.ends_with('/')).or(about)
    }

    /// What stands on its row.
    pub(in crate::rpc) fn row(&self) -> Option<&str> {
        self.id.as_deref().map(|id| id.strip_suffix("#+0").unwrap_or(id))
    }

    /// The home of the rig whose heading it was pressed on.
    pub(in crate::rpc) fn rig(&self) -> Option<&str> {
        self.row()?.strip_suffix('/')
    }
}

impl Press<'_> {
    /// The same key again, once the person has said yes.
    pub(super) fn confirmed(&self) -> Request {
        let ViewAct { view, act, id, last_id, about, .. } = self.asked;
        let args = Map::new()
            .put("at", encode::told(&self.at))
            .some("view", *view)
            .put("act", act.as_str())
            .some("id", id.as_deref())
            .some("last_id", last_id.as_deref())
            .some("about", about.as_ref().map(encode::told))
            .put("confirmed", true);
        Request { method: "view.act", args: args.into(), editor: false }
    }

    /// The text that went along.
    pub(super) fn text(&self) -> &[u8] {
        self.asked.text.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Why there is nobody whom the key could be about.
    pub(super) fn nobody(&self) -> &'static str {
        let session = self.asked.about.as_ref().and_then(|about| about.session.as_ref());
        match session {
            Some(_) => "read-only: this session was opened by its name",
            None => "there is no polecat on this line",
        }
    }

    /// The polecat that it is about, and from where: that of the row, in a diff that of the view.
    pub(super) fn about(&self) -> Result<Option<(At, String)>, RpcError> {
        if let Some(drawn) = self.rows.as_ref().and_then(Rows::diff) {
            return Ok(Some((drawn.of.at.clone(), drawn.of.polecat.clone())));
        }
        let about = self.asked.about.as_ref().and_then(|about| about.polecat.as_deref());
        let of_view = about.filter(|_| self.rows.is_none());
        of_view.or(self.asked.whom()).map(|polecat| self.still_shown(polecat)).transpose()
    }

    /// Whom the row `id` is about, and from where: exactly that one of its own rig, whichever is
    /// around or pinned by now. Refuses where the view does not show it any more.
    pub(super) fn still_shown(&self, id: &str) -> Result<(At, String), RpcError> {
        let Some(rows) = &self.rows else { return Ok((self.at.clone(), id.to_owned())) };
        let row = rows.get(id).ok_or_else(|| RpcError::stale(id))?;
        if row.host.is_some() {
            // Its whole name, whatever is around.
            let whole = id.split_once('#').map_or(id, |(polecat, _)| polecat);
            return Ok((self.at.clone(), whole.to_owned()));
        }
        Ok((self.at.in_rig(&row.rig), row.polecat))
    }
}
