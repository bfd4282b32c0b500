//! Hunks whose backend is killed while they are taken, rejected or undone.

use std::future::Future;
use std::sync::atomic::Ordering;

use polecat::core::diff::Stage;
use polecat::host::{Launch, git};

use super::fixtures::{counting, polecat};
use super::polecat::Ash;

const NINE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const FILES: &[(&str, &str)] = &[("a", NINE), ("b", "x\nx\nx\nx\nx\nx\n")];

impl Ash {
    /// All that hunks can change.
    fn stands(&self) -> [String; 4] {
        let files = ["a", "b", "new"].map(|file| format!("{:?}", self.read(file)));
        let main = self.read_main("a").unwrap_or_default();
        [main, self.main(&["diff", "--cached"]), self.git(&["diff", "--cached"]), files.concat()]
    }

    fn last(&self) -> String {
        self.main(&["for-each-ref", "--format=%(subject)", "refs/polecat/undo/ash"])
    }

    async fn take_cut(&self, (path, hunk): (&str, Option<usize>), cut: usize) -> Option<usize> {
        let piece = self.piece(Stage::Unstaged, path, hunk).await;
        let (rig, worktree) = (self.rig.clone(), self.worktree.clone());
        killed(&self.sandbox.launch, cut, async move |launch| {
            git::take(&rig, &polecat("ash"), &worktree, &[piece], &launch).await.unwrap();
        })
        .await
    }

    async fn reject_cut(
        &self,
        stage: Stage,
        (path, hunk): (&str, Option<usize>),
        cut: usize,
    ) -> Option<usize> {
        let piece = self.piece(stage, path, hunk).await;
        let (rig, worktree) = (self.rig.clone(), self.worktree.clone());
        killed(&self.sandbox.launch, cut, async move |launch| {
            let ash = polecat("ash");
            git::reject(&rig, &ash, &worktree, stage, &[piece], &launch).await.unwrap();
        })
        .await
    }

    /// One of all that can be done.
    async fn deed(&self, what: &str, cut: usize) -> Option<usize> {
        match what {
            "take" => self.take_cut(("a", Some(1)), cut).await,
            "reject" => self.reject_cut(Stage::Unstaged, ("a", Some(1)), cut).await,
            "remove" => self.reject_cut(Stage::Untracked, ("new", None), cut).await,
            _ => self.reject_cut(Stage::Staged, ("b", Some(0)), cut).await,
        }
    }

    async fn undo_cut(&self, cut: usize) -> Option<usize> {
        let (rig, worktree) = (self.rig.clone(), self.worktree.clone());
        killed(&self.sandbox.launch, cut, async move |launch| {
            git::undo(&rig, &polecat("ash"), &worktree, &launch).await.unwrap();
        })
        .await
    }

    /// Undoes all there is; what each said.
    async fn undo_all(&self) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            match self.undo().await {
                Ok(text) => told.push(text),
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.starts_with("nothing to undo for `ash`"), "{told:?}: {text}");
                    assert_eq!(self.undos(), 0);
                    return told;
                }
            }
        }
    }
}

/// Runs it with so many programs and no more; gives how many it wanted, if it came to its end.
async fn killed<F>(launch: &Launch, after: usize, work: impl FnOnce(Launch) -> F) -> Option<usize>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (launch, count) = counting(launch, after);
    let ended = tokio::spawn(work(launch)).await;
    // Whatever else panics is a failure of the test.
    ended.map_err(|error| assert!(error.to_string().contains("on purpose"), "{error}")).ok()?;
    Some(count.load(Ordering::SeqCst))
}

/// Where something that runs so many programs is cut off: at its end everywhere, as that is where
/// things are changed, and before here and there. `POLECAT_SEEDS=1` cuts everywhere.
fn cuts(programs: usize) -> impl Iterator<Item = usize> {
    let all = std::env::var_os("POLECAT_SEEDS").is_some();
    (0..=programs).filter(move |cut| all || cut + 7 > programs || cut % 7 == 0)
}

/// A file with two hunks that are not staged and one that is, one that is untracked; the first
/// hunk is taken.
async fn at_work() -> Ash {
    let ash = Ash::with(FILES).await;
    ash.write("b", "x\nx\nx\nx\nx\nx\nstaged\n");
    ash.git(&["add", "b"]);
    ash.write("a", format!("first\n{NINE}last\n"));
    ash.write("new", "new\n");
    ash
}

#[tokio::test]
async fn wherever_it_is_cut_off_all_that_was_done_can_be_undone() {
    let ash = at_work().await;
    let before = ash.stands();
    for what in ["take", "reject", "reject-staged", "remove"] {
        let programs = ash.deed(what, usize::MAX).await.unwrap();
        ash.undo_all().await;
        for cut in cuts(programs) {
            ash.take_cut(("a", Some(0)), usize::MAX).await.unwrap();
            let between = ash.stands();
            let ended = ash.deed(what, cut).await;
            let (done, noted) = (ash.stands() != between, ash.undos() == 2);
            let told = ash.undo_all().await;
            assert_eq!(ash.stands(), before, "{what}, {cut}: {told:?}");
            assert_eq!(told.len(), 1 + usize::from(done), "{what}, {cut}: {told:?}");
            let passed = told.iter().any(|text| text.contains("; skipped the "));
            assert_eq!(passed, noted && !done, "{what}, {cut}: {told:?}");
            assert_eq!(ended.is_some(), cut == programs);
        }
    }
}

#[tokio::test]
async fn an_undo_that_is_cut_off_anywhere_is_done_once() {
    let ash = at_work().await;
    let before = ash.stands();
    for what in ["take", "reject", "reject-staged", "remove"] {
        ash.deed(what, usize::MAX).await.unwrap();
        let programs = ash.undo_cut(usize::MAX).await.unwrap();
        for cut in cuts(programs) {
            ash.take_cut(("a", Some(0)), usize::MAX).await.unwrap();
            ash.deed(what, usize::MAX).await.unwrap();
            let ended = ash.undo_cut(cut).await;
            let told = ash.undo_all().await;
            assert_eq!(ash.stands(), before, "{what}, {cut}: {told:?}");
            assert_eq!(ended.is_some(), cut == programs);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_refused_with_its_patch_and_the_way_past_it() {
    let ash = Ash::with(FILES).await;
    ash.write("a", format!("first\n{NINE}"));
    ash.write("b", "x\nx\nx\nx\nx\nx\nx\n");
    ash.take_cut(("a", Some(0)), usize::MAX).await.unwrap();
    let mut cuts = 0..;
    while !ash.last().starts_with("maybe reject") {
        let ended = ash.reject_cut(Stage::Unstaged, ("b", Some(0)), cuts.next().unwrap()).await;
        assert_eq!(ended, None, "it was never noted as in doubt");
    }
    // A line more or less of these: the hunk may be there or not.
    ash.write("b", "another\nx\nx\nx\nx\nx\nx\nx\n");
    let refused = ash.undo().await.unwrap_err().to_string();
    assert!(refused.contains("`b` has changed since: it cannot be undone"), "{refused}");
    assert_eq!(ash.read("b").unwrap(), "another\nx\nx\nx\nx\nx\nx\nx\n");
    let commands: Vec<_> = refused.split('`').filter(|part| part.starts_with("git ")).collect();
    let [patch, pass] = commands[..] else { panic!("{refused}") };
    let run = |command: &str| ash.main(&command.split(' ').skip(1).collect::<Vec<_>>());
    assert!(run(patch).contains("+x"));
    run(pass);
    assert_eq!(ash.undo().await.unwrap(), "`a` in the main worktree and its index is as it was");
    assert_eq!(ash.main(&["diff", "--cached"]), "");
}

#[tokio::test]
async fn a_hunk_that_a_person_has_undone_is_passed_over_and_one_that_has_changed_is_not() {
    let ash = Ash::with(FILES).await;
    ash.write("a", format!("first\n{NINE}last\n"));
    for hunk in [0, 1] {
        ash.take_cut(("a", Some(hunk)), usize::MAX).await.unwrap();
    }
    ash.sandbox.write("shop/a", &format!("first\n{NINE}"));
    ash.main(&["add", "a"]);
    let told = ash.undo().await.unwrap();
    let expected = "`a` in the main worktree and its index is as it was; skipped the stage of `a`";
    assert!(told.starts_with(expected), "{told}");
    assert_eq!((ash.main(&["diff", "--cached"]).as_str(), ash.undos()), ("", 0));
    ash.take_cut(("a", Some(0)), usize::MAX).await.unwrap();
    ash.sandbox.write("shop/a", "another\n");
    ash.main(&["add", "a"]);
    let refused = ash.undo().await.unwrap_err().to_string();
    assert!(refused.contains("`a` has changed since: it cannot be undone"), "{refused}");
    assert_eq!(ash.undos(), 1);
}
