//! Hunks as bytes from another host, parsed like git's output.

use serde::{Deserializer, Serializer};
use serde_bytes::ByteBuf;

use super::{Hunk, parse};

pub(super) fn serialize<S: Serializer>(hunks: &[Hunk], to: S) -> Result<S::Ok, S::Error> {
    let texts: Vec<_> = hunks.iter().map(|hunk| &hunk.text[..]).collect();
    to.serialize_bytes(&texts.concat())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Hunk>, D::Error> {
    let bytes: ByteBuf = serde_bytes::deserialize(from)?;
    Ok(parse::hunks(&bytes))
}

#[cfg(test)]
mod tests {
    use super::super::{Change, Changes, FileDiff, Section, Stage, parse};

    fn sent(changes: &Changes) -> Changes {
        rmp_serde::from_slice(&rmp_serde::to_vec_named(changes).unwrap()).unwrap()
    }

    #[test]
    fn changes_arrive_as_they_were_whatever_bytes_are_in_them() {
        let diff = b"diff --git a/\xff b/\xff\n--- a/\xff\n+++ b/\xff\n@@ -1,2 +1 @@ \xe9\n-a\r\n-@@ -1 +1 @@\n+\0\n\\ No newline at end of file\n@@ -9 +8,0 @@\n-x\n";
        let section = |stage, files| Section { stage, commits: 1, files, missing: None };
        let named = FileDiff {
            change: Change::Added,
            old: Vec::new(),
            new: b"new".to_vec(),
            binary: true,
            head: b"diff --git a/new b/new\nnew file: too large\n".to_vec(),
            hunks: Vec::new(),
        };
        let sections =
            vec![section(Stage::Unstaged, parse(diff)), section(Stage::Untracked, vec![named])];
        let changes = Changes { since: "main (1a2b3c4)".to_owned(), sections };
        assert_eq!(changes.sections[0].files[0].hunks.len(), 2);
        assert_eq!(sent(&changes), changes);
    }

    #[test]
    fn what_no_git_would_say_of_hunks_is_not_believed() {
        let mut changes = Changes { since: String::new(), sections: Vec::new() };
        let files = parse(b"diff --git a/f b/f\n@@ -1 +1 @@\n-a\n");
        changes.sections = vec![Section { stage: Stage::Staged, commits: 0, files, missing: None }];
        let hunk = &mut changes.sections[0].files[0].hunks[0];
        (hunk.old, hunk.new) = ((usize::MAX, usize::MAX), (0, usize::MAX));
        let arrived = sent(&changes);
        let hunk = &arrived.sections[0].files[0].hunks[0];
        assert_eq!((hunk.old, hunk.new), ((1, 1), (1, 1)));
    }
}
