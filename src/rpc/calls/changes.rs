//! What a polecat changed, wherever it is: what a diff and its keys do with it.

use serde_bytes::ByteBuf;

use super::{At, CallContext, Everywhere, calls};
use crate::{
    core::{
        diff::{Changes, Section},
        review::Comment,
    },
    rpc::{encode::encoded_by_serde, error::Refusal},
    session::{Changed, Pair, Parts, Paths, Reach, Reviews, Since, Version},
};

calls! {
    /// What it changed, and what was said of that.
    #[derive(serde::Serialize)]
    "review.changes" => ReviewChanges {
        at: At,
        polecat: String,
        since: Since,
        /// Another one of its rig, whose work it is compared with instead.
        against: Option<String>,
    }
    /// A file of its worktree as it was.
    #[derive(serde::Serialize)]
    "review.before" => ReviewBefore {
        at: At,
        polecat: String,
        path: ByteBuf,
        since: Since,
        /// As of [`ReviewChanges`].
        against: Option<String>,
    }
    /// A version of a file by what git calls it.
    #[derive(serde::Serialize)]
    "review.version" => ReviewVersion { at: At, polecat: String, hash: String }
    /// Keeps a comment.
    #[derive(serde::Serialize)]
    "review.keep" => KeepComment { at: At, polecat: String, comment: Comment }
    #[derive(serde::Serialize)]
    "review.drop" => DropComment { at: At, polecat: String, id: u64 }
    /// Sends all comments to its agent, and tells how many.
    #[derive(serde::Serialize)]
    "review.send" => SendComments { at: At, polecat: String }
    /// Puts parts into the main worktree, and gives the files that only its index has them for.
    #[derive(serde::Serialize)]
    "review.take" => TakeParts { at: At, polecat: String, parts: Parts }
    /// Undoes parts in its worktree.
    #[derive(serde::Serialize)]
    "review.reject" => RejectParts { at: At, polecat: String, parts: Parts }
    /// Undoes what was taken or rejected last, and says what that was.
    #[derive(serde::Serialize)]
    "review.undo" => UndoParts { at: At, polecat: String }
}

encoded_by_serde! { (), usize, String, Changed, Pair, Paths, Version }

/// How much of what was changed goes from host to host, in bytes: no message is longer than 16 MiB.
const CHANGES_LIMIT: usize = 12 * 1024 * 1024;

/// The reviews of its rig, and its name there.
async fn whose(
    context: &CallContext<'_>,
    (at, polecat): (At, String),
    reach: Reach,
) -> Result<(Reviews, String), Refusal> {
    let whom = context.whom(at, &polecat, reach).await?;
    Ok((whom.context.reviews(), whom.polecat))
}

impl Everywhere for ReviewChanges {
    type Answer = Changed;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Changed, Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Reads).await?;
        let mut changed = match &self.against {
            Some(other) => reviews.compared(&polecat, other).await?,
            None => reviews.changes(&polecat, self.since).await?,
        };
        if context.is_of_hub() {
            shorten(&mut changed.changes, CHANGES_LIMIT);
        }
        Ok(changed)
    }
}

/// Leaves the largest sections out until no more than `limit` bytes are left.
fn shorten(changes: &mut Changes, limit: usize) {
    let mut sizes: Vec<_> = changes.sections.iter().map(Section::size).collect();
    while sizes.iter().sum::<usize>() > limit {
        let largest = (0..sizes.len()).max_by_key(|index| sizes[*index]).unwrap_or_default();
        let section = &mut changes.sections[largest];
        section.files.clear();
        let size = sizes[largest].div_ceil(1024 * 1024);
        section.missing = Some(format!("{size} MiB: too much to be sent here"));
        sizes[largest] = 0;
    }
}

impl Everywhere for ReviewBefore {
    type Answer = Pair;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Pair, Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(match &self.against {
            Some(other) => reviews.pair_against(&polecat, &self.path, other).await?,
            None => reviews.pair(&polecat, &self.path, self.since).await?,
        })
    }
}

impl Everywhere for ReviewVersion {
    type Answer = Version;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Version, Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(reviews.version(&polecat, &self.hash).await?)
    }
}

impl Everywhere for KeepComment {
    type Answer = ();

    async fn here(self, context: &CallContext<'_>) -> Result<(), Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(reviews.comment(&polecat, self.comment).await?)
    }
}

impl Everywhere for DropComment {
    type Answer = ();

    async fn here(self, context: &CallContext<'_>) -> Result<(), Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(reviews.uncomment(&polecat, self.id).await?)
    }
}

impl Everywhere for SendComments {
    type Answer = usize;

    async fn here(self, context: &CallContext<'_>) -> Result<usize, Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(reviews.send_review(&polecat).await?)
    }
}

impl Everywhere for TakeParts {
    type Answer = Paths;

    async fn here(self, context: &CallContext<'_>) -> Result<Paths, Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(reviews.take_parts(&polecat, &self.parts).await?)
    }
}

impl Everywhere for RejectParts {
    type Answer = ();

    async fn here(self, context: &CallContext<'_>) -> Result<(), Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(reviews.reject_parts(&polecat, &self.parts).await?)
    }
}

impl Everywhere for UndoParts {
    type Answer = String;

    async fn here(self, context: &CallContext<'_>) -> Result<String, Refusal> {
        let (reviews, polecat) = whose(context, (self.at, self.polecat), Reach::Anywhere).await?;
        Ok(reviews.undo_parts(&polecat).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diff::{Stage, parse};

    #[test]
    fn of_what_is_too_much_to_be_sent_the_largest_is_left_out_and_said() {
        let section = |stage, lines: usize| {
            let hunk = format!("@@ -0,0 +1,{lines} @@\n{}", "+x\n".repeat(lines));
            let files = parse(format!("diff --git a/f b/f\n{hunk}").as_bytes());
            Section { stage, commits: 0, files, missing: None }
        };
        let sections = vec![
            section(Stage::Committed, 10),
            section(Stage::Staged, 1_000),
            section(Stage::Unstaged, 20),
        ];
        let mut changes = Changes { since: String::new(), sections };
        let all = changes.clone();
        shorten(&mut changes, 10_000);
        assert_eq!(changes, all);
        shorten(&mut changes, 1_000);
        let left: Vec<_> = changes.sections.iter().map(|one| one.files.len()).collect();
        assert_eq!(left, [1, 0, 1]);
        let missing = changes.sections[1].missing.as_deref();
        assert_eq!(missing, Some("1 MiB: too much to be sent here"));
        shorten(&mut changes, 0);
        assert!(changes.sections.iter().all(|one| one.files.is_empty()));
    }
}
