//! What is not committed in the main worktree is brought along into a new one: nothing of it is lost,
//! wherever that is cut off.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use polecat::core::{BringMode, Rig, StartPoint};
use polecat::host::git::{self, Worktree};
use polecat::host::{HostError, Launch};

use super::fixtures::{Sandbox, crashing, polecat};
use super::merging::read_all;

const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

struct Place {
    sandbox: Sandbox,
    main: PathBuf,
    rig: Rig,
}

impl Place {
    /// With a change of every kind.
    async fn new() -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        sandbox.write("shop/a", TEN);
        sandbox.write("shop/gone", "gone\n");
        sandbox.write("shop/.gitignore", "*.log\n");
        sandbox.commit(&main, "second");
        sandbox.git(&main, &["tag", "v1"]);
        sandbox.write("shop/a", &TEN.replace("10", "ten"));
        sandbox.commit(&main, "third");
        let place = Self { rig: sandbox.rig("shop").await, main, sandbox };
        place.sandbox.write("shop/a", &TEN.replace("10", "ten").replace('2', "two"));
        place.sandbox.write("shop/staged", "staged\n");
        place.git(&["add", "staged"]);
        place.sandbox.write("shop/staged", "staged, and more\n");
        fs::remove_file(place.main.join("gone")).unwrap();
        place.sandbox.write("shop/dir/new", "new\n");
        place.sandbox.write("shop/x.log", "ignored\n");
        place
    }

    fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.main, args)
    }

    async fn make(&self, base: Option<&str>) -> Worktree {
        let begin = StartPoint { base: base.map(str::to_owned), ..StartPoint::default() };
        let (name, launch) = (polecat("ash"), &self.sandbox.launch);
        let made = git::create_worktree_from(&self.rig, &name, (None, &begin), 36, launch).await;
        made.unwrap()
    }

    async fn bring(
        &self,
        made: &Worktree,
        how: BringMode,
        launch: &Launch,
    ) -> Result<(), HostError> {
        let name = polecat("ash");
        let brought = git::copy_changes(&self.rig, &name, made, launch).await?.unwrap();
        match how {
            BringMode::Copy => git::keep_changes(&self.rig, &brought, launch).await,
            BringMode::Move => {
                let told = git::take_changes(&self.rig, &name, &brought, launch).await?;
                assert_eq!(told, None);
                Ok(())
            }
        }
    }

    fn standing(&self, dir: &Path) -> (String, BTreeMap<PathBuf, String>) {
        let mut files = BTreeMap::new();
        read_all(dir, &mut files);
        let files = files
            .into_iter()
            .map(|(path, text)| (path.strip_prefix(dir).unwrap().to_owned(), text));
        let status = ["status", "--porcelain", "--untracked-files=all"];
        (self.sandbox.git(dir, &status), files.collect())
    }
}

#[tokio::test]
async fn changes_arrive_as_they_are_and_leave_the_main_worktree_only_when_moved() {
    for how in [BringMode::Copy, BringMode::Move] {
        let place = Place::new().await;
        let made = place.make(None).await;
        let before = place.standing(&place.main);
        place.bring(&made, how, &place.sandbox.launch).await.unwrap();
        let (status, mut files) = place.standing(&made.path);
        assert_eq!(status, before.0, "{how:?}");
        files.insert("x.log".into(), "ignored\n".to_owned());
        assert_eq!(files, before.1, "all but what is ignored");
        let after = place.standing(&place.main);
        let kept = place.git(&["for-each-ref", "--format=%(refname)", "refs/polecat/changes"]);
        assert_eq!(place.git(&["stash", "list"]), "");
        if how == BringMode::Copy {
            assert_eq!((after, kept.as_str()), (before, ""));
            continue;
        }
        assert_eq!(after.0, "");
        assert!(after.1.contains_key(Path::new("x.log")), "what is ignored stays");
        // It can be put back.
        place.git(&["stash", "apply", "--quiet", "--index", &kept]);
        assert_eq!(place.standing(&place.main), before);
    }
}

#[tokio::test]
async fn changes_fit_to_another_base_or_nothing_of_it_happens() {
    let place = Place::new().await;
    let made = place.make(Some("v1")).await;
    place.bring(&made, BringMode::Copy, &place.sandbox.launch).await.unwrap();
    let a = fs::read_to_string(made.path.join("a")).unwrap();
    assert_eq!(a, TEN.replace('2', "two"), "without what was committed since");
    let place = Place::new().await;
    place.sandbox.write("shop/a", &TEN.replace("10", "zehn"));
    let made = place.make(Some("v1")).await;
    let (before, own) = (place.standing(&place.main), place.standing(&made.path));
    let (name, launch) = (polecat("ash"), &place.sandbox.launch);
    let refused = git::copy_changes(&place.rig, &name, &made, launch).await.unwrap_err();
    assert!(
        refused.to_string().contains("do not apply to the commit it begins at: a"),
        "{refused}"
    );
    assert_eq!((place.standing(&place.main), place.standing(&made.path)), (before, own));
    git::rollback_create(&place.rig, &name, &made, launch).await.unwrap();
}

#[tokio::test]
async fn a_polecat_with_copied_changes_is_taken_back_unless_somebody_has_worked_in_it() {
    let place = Place::new().await;
    let (name, launch) = (polecat("ash"), &place.sandbox.launch);
    let mut made = place.make(None).await;
    let brought = git::copy_changes(&place.rig, &name, &made, launch).await.unwrap().unwrap();
    made.files = Some(brought.files);
    fs::write(made.path.join("mine"), "mine\n").unwrap();
    let refused = git::rollback_create(&place.rig, &name, &made, launch).await.unwrap_err();
    assert!(matches!(refused, HostError::WorkedIn { .. }), "{refused}");
    fs::remove_file(made.path.join("mine")).unwrap();
    git::rollback_create(&place.rig, &name, &made, launch).await.unwrap();
    assert!(!made.path.exists());
}

#[tokio::test]
async fn a_change_made_meanwhile_stays() {
    let place = Place::new().await;
    let (name, launch) = (polecat("ash"), &place.sandbox.launch);
    let made = place.make(None).await;
    let brought = git::copy_changes(&place.rig, &name, &made, launch).await.unwrap().unwrap();
    place.sandbox.write("shop/dir/new", "newer\n");
    let before = place.standing(&place.main);
    let told = git::take_changes(&place.rig, &name, &brought, launch).await.unwrap().unwrap();
    assert!(told.contains("changed meanwhile"), "{told}");
    assert_eq!(place.standing(&place.main), before);
}

/// Whatever stood in the main worktree stands there, or in a ref, or in a stash.
#[tokio::test]
async fn nothing_is_lost_wherever_it_is_cut_off() {
    for cut in 0.. {
        let place = Place::new().await;
        let made = place.make(None).await;
        let before = place.standing(&place.main).1;
        let launch = crashing(&place.sandbox.launch, cut);
        let (rig, of) = (place.rig.clone(), made.clone());
        let done = tokio::spawn(async move {
            let name = polecat("ash");
            let brought = git::copy_changes(&rig, &name, &of, &launch).await.unwrap().unwrap();
            git::take_changes(&rig, &name, &brought, &launch).await.unwrap();
        });
        let done = done.await.is_ok();
        let objects = place.git(&["rev-list", "--objects", "--all"]);
        let now = place.standing(&place.main).1;
        for (path, text) in &before {
            let file = place.sandbox.write("text", text);
            let hash = place.git(&["hash-object", &file.to_string_lossy()]);
            let found = now.get(path) == Some(text) || objects.contains(&hash);
            assert!(found, "cut {cut}: `{}` is lost", path.display());
        }
        if done {
            assert!(cut > 10, "{cut}");
            break;
        }
    }
}
