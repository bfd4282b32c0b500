//! The polecat whose changes are looked at: found by its name, and asked by the same calls wherever
//! it is.

use std::path::Path;

use super::{
    At, CallContext, DropComment, KeepComment, Operation as _, RejectParts, ReviewBefore,
    ReviewChanges, ReviewVersion, SendComments, TakeParts, UndoParts,
};
use crate::{
    core::{
        host_files::HostFile,
        names::shown,
        review::Comment,
        rig::address::{bare, beside, compared},
    },
    rpc::{
        effects::{
            Effect,
            side_by_side::{Opened, SideBySide},
        },
        error::{Refusal, RpcError},
        views::drawn_diff::{Reviewed, buffer},
    },
    session::{Changed, Pair, Parts, Paths, Reach, SessionError, Since},
};

impl Reviewed {
    /// Whom `said` means at `at`. One of a host is looked up with each call.
    pub(in crate::rpc) async fn find(
        context: &CallContext<'_>,
        at: At,
        said: &str,
        reach: Reach,
    ) -> Result<Self, SessionError> {
        if let Some((one, other)) = compared(said) {
            let of = Self::find_one(context, at, &beside(one, other), reach).await?;
            let against = Some(bare(one).to_owned());
            return Ok(Self { against, shown: said.to_owned(), ..of });
        }
        Self::find_one(context, at, said, reach).await
    }

    async fn find_one(
        context: &CallContext<'_>,
        at: At,
        said: &str,
        reach: Reach,
    ) -> Result<Self, SessionError> {
        let (host, against) = (context.host(said), None);
        if host.is_some() {
            let (polecat, shown) = (said.to_owned(), said.to_owned());
            return Ok(Self { host, at: at.for_host(), polecat, against, shown });
        }
        let whom = context.whom(at.clone(), said, reach).await?;
        let at = at.in_rig(whom.context.rig_path());
        Ok(Self { host, at, polecat: whom.polecat, against, shown: whom.shown })
    }

    /// The one whose work it is compared with.
    pub(in crate::rpc) fn other(&self) -> Option<Self> {
        let polecat = beside(&self.polecat, self.against.as_deref()?);
        Some(Self { polecat, against: None, ..self.clone() })
    }

    fn named(&self) -> (At, String) {
        (self.at.clone(), self.polecat.clone())
    }

    pub(in crate::rpc) async fn changes(
        &self,
        context: &CallContext<'_>,
        since: Since,
    ) -> Result<Changed, Refusal> {
        let (at, polecat) = self.named();
        let against = self.against.clone();
        ReviewChanges { at, polecat, since, against }.run(context).await
    }

    /// A file of its worktree as it was.
    pub(in crate::rpc) async fn before(
        &self,
        context: &CallContext<'_>,
        path: &[u8],
        since: Since,
    ) -> Result<Pair, Refusal> {
        let ((at, polecat), path) = (self.named(), path.to_vec().into());
        let against = self.against.clone();
        ReviewBefore { at, polecat, path, since, against }.run(context).await
    }

    /// A version of a file that git calls `hash`; `None` where it has none, or one that is too long.
    pub(in crate::rpc) async fn version(
        &self,
        context: &CallContext<'_>,
        hash: &str,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let ((at, polecat), hash) = (self.named(), hash.to_owned());
        let version = ReviewVersion { at, polecat, hash }.run(context).await?;
        Ok(version.text.map(serde_bytes::ByteBuf::into_vec))
    }

    pub(in crate::rpc) async fn keep(
        &self,
        context: &CallContext<'_>,
        comment: Comment,
    ) -> Result<(), Refusal> {
        let (at, polecat) = self.named();
        KeepComment { at, polecat, comment }.run(context).await
    }

    pub(in crate::rpc) async fn drop_comment(
        &self,
        context: &CallContext<'_>,
        id: u64,
    ) -> Result<(), Refusal> {
        let (at, polecat) = self.named();
        DropComment { at, polecat, id }.run(context).await
    }

    /// Sends all comments; gives how many.
    pub(in crate::rpc) async fn send(&self, context: &CallContext<'_>) -> Result<usize, Refusal> {
        let (at, polecat) = self.named();
        SendComments { at, polecat }.run(context).await
    }

    /// Gives the files that have other changes, so that only the index has it.
    pub(in crate::rpc) async fn take(
        &self,
        context: &CallContext<'_>,
        parts: Parts,
    ) -> Result<Paths, Refusal> {
        let (at, polecat) = self.named();
        TakeParts { at, polecat, parts }.run(context).await
    }

    pub(in crate::rpc) async fn reject(
        &self,
        context: &CallContext<'_>,
        parts: Parts,
    ) -> Result<(), Refusal> {
        let (at, polecat) = self.named();
        RejectParts { at, polecat, parts }.run(context).await
    }

    /// Undoes what was taken or rejected last; gives what that was.
    pub(in crate::rpc) async fn undo(&self, context: &CallContext<'_>) -> Result<String, Refusal> {
        let (at, polecat) = self.named();
        UndoParts { at, polecat }.run(context).await
    }

    /// The file at `path` of its machine, with what is in it where Neovim cannot read that itself;
    /// `None` where it is gone.
    pub(in crate::rpc) async fn open(
        &self,
        context: &CallContext<'_>,
        path: &Path,
    ) -> Result<Option<Opened>, Refusal> {
        let Some(host) = &self.host else {
            let there = tokio::fs::try_exists(path).await.unwrap_or(true);
            return Ok(there.then(|| (path.to_owned(), None)));
        };
        let file = HostFile::new(host, path).ok_or_else(|| {
            let path = path.to_string_lossy();
            RpcError::bad_argument(format!("no buffer can be called `{}`", shown(&path)))
        })?;
        let read = context.read_file(&file).await?;
        Ok(read.is_there().then(|| (file.name(), Some(read))))
    }

    /// Shows `pair` side by side.
    pub(in crate::rpc) async fn side_by_side(
        &self,
        context: &CallContext<'_>,
        pair: Pair,
        (line, edits): (Option<usize>, bool),
    ) -> Result<Effect, Refusal> {
        let right = if pair.there { self.open(context, &pair.file).await? } else { None };
        let at = Some(self.at.clone());
        let whom = (&*self.shown, self.against.as_deref(), at);
        Ok(SideBySide::effect(pair, right, whom, line, edits))
    }

    /// Has its diff drawn anew.
    pub(in crate::rpc) fn redraw(&self, since: Option<&'static str>) -> Effect {
        Effect::Refresh { name: buffer(&self.shown), rig: self.at.rig.clone(), since }
    }
}
