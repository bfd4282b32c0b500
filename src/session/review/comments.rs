//! A review: what is said of a polecat's changes, sent to its agent; hunks taken and rejected.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use tokio::task::spawn_blocking;

use crate::{
    core::{
        diff::{DiffPart, PartId, Stage},
        names::PolecatName,
        review::{Comment, message},
    },
    host::{HostError, git, locks::Sending, reviews},
    session::{
        error::SessionError,
        review::{Reviews, changes::Since},
    },
};

/// Parts of a polecat's changes, and what was looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Since when the changes were looked at.
    pub since: Since,
    /// In the order in which they were shown.
    pub parts: Vec<Part>,
}

/// A part of what was changed in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// How far it has come.
    pub stage: Stage,
    /// The file.
    #[serde(with = "serde_bytes")]
    pub path: Vec<u8>,
    /// What of the file, as it was shown.
    pub id: PartId,
}

impl Parts {
    /// The stage of all of them.
    ///
    /// # Errors
    /// They are of several.
    pub fn stage(&self) -> Result<Stage, SessionError> {
        let stage = self.parts.first().map_or(Stage::Unstaged, |part| part.stage);
        if self.parts.iter().all(|part| part.stage == stage) {
            return Ok(stage);
        }
        let why = "the selection spans several sections: undo each separately";
        Err(SessionError::BadArgument(why.to_owned()))
    }
}

/// The paths of files.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paths {
    /// From the top of the worktree.
    pub paths: Vec<ByteBuf>,
}

impl Reviews {
    /// Keeps a comment, in place of the one with its id; an id of 0, or one that is not there any
    /// more, makes it a new one.
    ///
    /// # Errors
    /// When there is no such polecat, or the comment cannot be written down.
    pub async fn comment(&self, polecat: &str, comment: Comment) -> Result<(), SessionError> {
        let polecat = self.context.known(polecat).await?;
        if comment.text.trim().is_empty() {
            return Err(SessionError::BadArgument("the comment is empty".to_owned()));
        }
        let keep = move |all: &mut Vec<Comment>| {
            if let Some(one) = all.iter_mut().find(|one| one.id == comment.id) {
                one.text = comment.text;
                return;
            }
            let id = 1 + all.iter().map(|one| one.id).max().unwrap_or_default();
            all.push(Comment { id, ..comment });
        };
        Ok(reviews::change(&self.context.rig, &polecat, keep).await?)
    }

    /// Drops a comment; having none of that id is as good.
    ///
    /// # Errors
    /// As [`Reviews::comment`].
    pub async fn uncomment(&self, polecat: &str, id: u64) -> Result<(), SessionError> {
        let polecat = self.context.known(polecat).await?;
        let drop = move |all: &mut Vec<Comment>| all.retain(|one| one.id != id);
        Ok(reviews::change(&self.context.rig, &polecat, drop).await?)
    }

    /// Sends all comments as one message, and keeps what stands in the worktree then, so that
    /// later changes can be shown alone. Gives how many were sent.
    ///
    /// # Errors
    /// When there is nothing to send, or the message did not arrive: then the comments stay.
    pub async fn send_review(&self, polecat: &str) -> Result<usize, SessionError> {
        let (polecat, workdir) = self.worktree(polecat).await?;
        // Two editors shall not send the same.
        let _turn = Sending::lock(&self.context.rig, &workdir).await?;
        let comments = reviews::load(&self.context.rig, &polecat).await?;
        if comments.is_empty() {
            let why = format!("there are no comments to send to `{polecat}`");
            return Err(SessionError::BadArgument(why));
        }
        // Before the agent knows: all that it does from then on is its answer.
        let snapshot = git::snapshot(
            &self.context.rig,
            &workdir,
            "polecat: reviewed",
            &self.context.shared.launch,
        )
        .await?;
        self.context
            .messenger()
            .inject(polecat.as_str(), message(&comments).as_bytes(), false)
            .await?;
        let kept = git::keep_reviewed(
            &self.context.rig,
            &workdir,
            &snapshot.commit,
            &self.context.shared.launch,
        )
        .await;
        let count = comments.len();
        // One that was changed meanwhile was not sent as it is.
        let unsent = move |one: &Comment| !comments.contains(one);
        reviews::change(&self.context.rig, &polecat, move |all| all.retain(unsent)).await?;
        kept?;
        Ok(count)
    }

    /// Puts parts of what `polecat` changed into the main worktree: into the index, and into the
    /// files that have no other changes. Gives those that have.
    ///
    /// # Errors
    /// Something has changed meanwhile, does not apply, or there is no main worktree: nothing was
    /// done.
    pub async fn take_parts(&self, polecat: &str, parts: &Parts) -> Result<Paths, SessionError> {
        let (polecat, workdir) = self.worktree(polecat).await?;
        let pieces = self.pieces(&polecat, &workdir, parts).await?;
        let launch = &self.context.shared.launch;
        let left = git::take(&self.context.rig, &polecat, &workdir, &pieces, launch).await?;
        Ok(Paths { paths: left.into_iter().map(ByteBuf::from).collect() })
    }

    /// The parts as they are now, which must be what was looked at.
    async fn pieces(
        &self,
        polecat: &PolecatName,
        workdir: &Path,
        Parts { since, parts }: &Parts,
    ) -> Result<Vec<DiffPart>, SessionError> {
        let changes = self.look_at_changes(polecat, workdir, *since).await?;
        let parts = parts.clone();
        // All of a large difference is read for it.
        let found = spawn_blocking(move || {
            parts.iter().map(|part| changes.part(part.stage, &part.path, &part.id)).collect()
        });
        let found: Option<Vec<DiffPart>> =
            found.await.map_err(|error| HostError::Internal(error.to_string()))?;
        let gone = || HostError::Refused("that has changed meanwhile: look at it again".to_owned());
        Ok(found.filter(|found| !found.is_empty()).ok_or_else(gone)?)
    }

    /// Undoes parts of what `polecat` changed in its worktree, all of one stage.
    ///
    /// # Errors
    /// Something has changed meanwhile, does not apply, or they are of several stages: nothing was
    /// done.
    pub async fn reject_parts(&self, polecat: &str, parts: &Parts) -> Result<(), SessionError> {
        let stage = parts.stage()?;
        let (polecat, workdir) = self.worktree(polecat).await?;
        let pieces = self.pieces(&polecat, &workdir, parts).await?;
        let launch = &self.context.shared.launch;
        Ok(git::reject(&self.context.rig, &polecat, &workdir, stage, &pieces, launch).await?)
    }

    /// Undoes what was taken or rejected last, and says what that was.
    ///
    /// # Errors
    /// There is nothing to undo, or it does not apply any more.
    pub async fn undo_parts(&self, polecat: &str) -> Result<String, SessionError> {
        let (polecat, workdir) = self.worktree(polecat).await?;
        Ok(git::undo(&self.context.rig, &polecat, &workdir, &self.context.shared.launch).await?)
    }
}
