//! Which files of the main worktree can be changed together with the index.

use std::collections::HashSet;

use super::super::{Git, failed};
use super::PatchPart;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::command::format::path_from;
use crate::host::programs::run::Program;

/// So many paths are named in one command line.
const BATCH_SIZE: usize = 500;

/// What git knows of paths.
struct Known {
    /// The index has them.
    tracked: HashSet<Vec<u8>>,
    /// Their files are not as the index has them.
    changed: HashSet<Vec<u8>>,
}

impl Git {
    /// The parts whose files are here as the index has them; and the paths of the others, which
    /// hold what would be mixed up with it.
    pub(super) async fn told_apart<'a>(
        &self,
        parts: &'a [PatchPart],
    ) -> Result<(Vec<&'a PatchPart>, Vec<Vec<u8>>), HostError> {
        let known = self.known(parts).await?;
        let mut others: Vec<Vec<u8>> = Vec::new();
        for part in parts {
            if !self.is_clean(part, &known).await? && !others.contains(&part.path) {
                others.push(part.path.clone());
            }
        }
        // A path may be in several parts, one on top of the other.
        let clean = parts.iter().filter(|part| !others.contains(&part.path)).collect();
        Ok((clean, others))
    }

    async fn is_clean(&self, part: &PatchPart, known: &Known) -> Result<bool, HostError> {
        for path in &part.touched {
            let file = self.repository.join(path_from(path));
            let is_there = blocking(move || Ok(look_at_link(&file)?.is_some())).await?;
            if is_there != known.tracked.contains(path) || known.changed.contains(path) {
                return Ok(false);
            }
        }
        Ok(!part.submodule)
    }

    async fn known(&self, parts: &[PatchPart]) -> Result<Known, HostError> {
        let paths: Vec<_> = parts.iter().flat_map(|part| &part.touched).collect();
        let mut known = Known { tracked: HashSet::new(), changed: HashSet::new() };
        let list = ["ls-files", "-z"];
        let diff = [
            "diff",
            "--name-only",
            "-z",
            "--no-relative",
            "--no-ext-diff",
            "--no-textconv",
            // To look into a submodule, git would run in it, with a configuration of its own.
            "--ignore-submodules=dirty",
        ];
        for paths in paths.chunks(BATCH_SIZE) {
            known.tracked.extend(self.named_of(&list, paths).await?);
            known.changed.extend(self.named_of(&diff, paths).await?);
        }
        Ok(known)
    }

    /// Those of `paths` that git names in answer to `args`.
    async fn named_of(&self, args: &[&str], paths: &[&Vec<u8>]) -> Result<Vec<Vec<u8>>, HostError> {
        let paths = paths.iter().map(|path| path_from(path));
        let program = self.program(&["--literal-pathspecs"]).args(args).arg("--");
        let program = paths.fold(program, Program::arg).up_to(LISTING_LIMIT);
        let doing = "looking for changes in the main worktree";
        let listed = program.run().await.map_err(|source| failed(doing, source))?.stdout;
        let named = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        Ok(named.map(<[u8]>::to_vec).collect())
    }
}
