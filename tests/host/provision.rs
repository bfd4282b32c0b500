//! What a new worktree gets from its town, what it does not, and that it is no work of anybody's.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use polecat::core::{Gastown, Rig, RigKind, Town};
use polecat::host::git::{self, Worktree};
use polecat::host::provision::{WorktreeKind, provide};

use super::fixtures::{Sandbox, files, polecat};

/// A polecat `ash` in the rig `shop` of a town.
struct Yard {
    sandbox: Sandbox,
    rig: Rig,
    made: Worktree,
}

impl Yard {
    /// In a town that `set_up` has finished.
    async fn with(gastown: Gastown, set_up: impl FnOnce(&Sandbox)) -> Self {
        let sandbox = Sandbox::new();
        sandbox.town();
        set_up(&sandbox);
        let rig = sandbox.rig("town/shop").await;
        let town = Town { gastown, ..Town::before_0_6(sandbox.path("town")) };
        let rig = Rig { kind: RigKind::Town(town), ..rig };
        let ash = polecat("ash");
        let made = git::create_worktree(&rig, &ash, None, 1, &sandbox.launch).await.unwrap();
        Self { sandbox, rig, made }
    }

    async fn provided(&self) -> Vec<String> {
        provide(&self.rig, &self.made.path, WorktreeKind::New, true).await
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.made.path.join(file)).ok()
    }

    async fn unsaved_work(&self) -> Vec<String> {
        let left = git::unsaved_work(&self.rig, &polecat("ash"), &self.sandbox.launch).await;
        left.unwrap().iter().map(ToString::to_string).collect()
    }

    async fn untracked(&self) -> u32 {
        let (ash, launch) = (polecat("ash"), &self.sandbox.launch);
        let counted = git::diffstat(&self.rig, &ash, &self.made.path, None, launch).await;
        counted.unwrap().unwrap().0.untracked
    }
}

fn overlay(sandbox: &Sandbox) -> PathBuf {
    sandbox.write("town/shop/.runtime/overlay/.env", "KEY=1\n");
    sandbox.path("town/shop/.runtime/overlay")
}

#[tokio::test]
async fn it_gets_a_redirect_the_overlay_and_instructions_which_are_no_work() {
    let set_up = |sandbox: &Sandbox| {
        let dir = overlay(sandbox);
        fs::set_permissions(dir.join(".env"), Permissions::from_mode(0o640)).unwrap();
        fs::write(dir.join("data"), [0, 255]).unwrap();
        sandbox.write("town/shop/.runtime/overlay/folder/x", "");
        sandbox.write("town/shop/mayor/rig/AGENTS.md", "Land the plane.\n");
        sandbox.folder("town/shop/.beads");
    };
    let yard = Yard::with(Gastown::V0_5, set_up).await;
    assert_eq!(yard.provided().await, [""; 0]);
    assert_eq!(yard.read(".beads/redirect").as_deref(), Some("../../../.beads\n"));
    assert_eq!(yard.read("AGENTS.md").as_deref(), Some("Land the plane.\n"));
    assert_eq!(yard.read(".env").as_deref(), Some("KEY=1\n"));
    assert_eq!(fs::read(yard.made.path.join("data")).unwrap(), [0, 255]);
    let mode = fs::metadata(yard.made.path.join(".env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(!yard.made.path.join("folder").exists());

    // What `gt prime` notes there.
    fs::create_dir(yard.made.path.join(".runtime")).unwrap();
    fs::write(yard.made.path.join(".runtime/session_id"), "s-1\n2026-01-16T09:05:00Z\n").unwrap();
    assert_eq!(yard.unsaved_work().await, [""; 0]);
    assert_eq!(yard.untracked().await, 0);
    let changes = git::changes(&yard.rig, &yard.made.path, None, &yard.sandbox.launch).await;
    assert_eq!(changes.unwrap().sections, []);
    // What somebody has changed is theirs.
    fs::write(yard.made.path.join(".env"), "KEY=2\n").unwrap();
    assert_eq!(yard.unsaved_work().await, ["1 file is untracked: .env"]);
    assert_eq!(yard.untracked().await, 1);
    let (rig, ash, launch) = (&yard.rig, polecat("ash"), &yard.sandbox.launch);
    let refused =
        git::rollback_create(rig, &ash, &yard.made, launch).await.unwrap_err().to_string();
    assert!(refused.contains("`.env` has changed"), "{refused}");
    fs::write(yard.made.path.join(".env"), "KEY=1\n").unwrap();
    git::rollback_create(rig, &ash, &yard.made, launch).await.unwrap();
    assert!(!yard.made.path.exists());
}

#[tokio::test]
async fn a_removal_takes_it_along_and_nothing_that_somebody_wrote_meanwhile() {
    let yard = Yard::with(Gastown::V0_5, |sandbox| {
        fs::write(overlay(sandbox).join("README"), "a shop of the town's\n").unwrap();
        sandbox.folder("town/shop/.beads");
    })
    .await;
    assert_eq!(yard.provided().await, [""; 0]);
    let (rig, ash, launch) = (&yard.rig, polecat("ash"), &yard.sandbox.launch);
    let removal = git::Removal::begin(rig, &ash, launch).await.unwrap();
    fs::write(yard.made.path.join(".env"), "KEY=2\n").unwrap();
    let refused = removal.set_aside().await.err().unwrap().to_string();
    assert!(refused.contains("changed during the check"), "{refused}");
    fs::write(yard.made.path.join(".env"), "KEY=1\n").unwrap();
    let removal = git::Removal::begin(rig, &ash, launch).await.unwrap();
    let removed = removal.set_aside().await.unwrap().finish().await.unwrap();
    assert!(removed.backup.is_none() && !yard.made.path.exists(), "{removed:?}");
}

#[tokio::test]
async fn what_the_repository_tracks_is_replaced_by_the_overlay_only() {
    let yard = Yard::with(Gastown::V0_5, |sandbox| {
        fs::write(overlay(sandbox).join("README"), "a shop of the town's\n").unwrap();
        sandbox.write("origin/shop/AGENTS.md", "of git\n");
        sandbox.commit(&sandbox.path("origin/shop"), "instructions");
        sandbox.git(&sandbox.path("town/shop/mayor/rig"), &["pull", "--quiet"]);
        sandbox.write("town/shop/mayor/rig/AGENTS.md", "of the mayor's\n");
    })
    .await;
    assert_eq!(yard.provided().await, [""; 0]);
    assert_eq!(yard.read("AGENTS.md").as_deref(), Some("of git\n"));
    assert_eq!(yard.read("README").as_deref(), Some("a shop of the town's\n"));
    assert_eq!(yard.unsaved_work().await, [""; 0]);
    // There is nothing to redirect to.
    assert!(!yard.made.path.join(".beads").exists());
}

#[tokio::test]
async fn later_gastowns_have_instructions_of_their_own_and_databases_of_towns() {
    let yard = Yard::with(Gastown::V0_6, |sandbox| {
        sandbox.write("town/shop/mayor/rig/AGENTS.md", "Land the plane.\n");
    })
    .await;
    assert_eq!(yard.provided().await, [""; 0]);
    assert_eq!(files(&yard.made.path), [".git", "README"]);
    let write = |file: &str, text: &str| drop(yard.sandbox.write(&format!("town/{file}"), text));
    // Each step is looked at with those before it in place.
    for (file, text, target) in [
        ("shop/mayor/rig/.beads/x", "", "../../../mayor/rig/.beads"),
        ("shop/.beads/x", "", "../../../mayor/rig/.beads"),
        (".beads/config.yaml", "", "../../../../.beads"),
        ("shop/.beads/redirect", "mayor/rig/.beads\n", "../../../mayor/rig/.beads"),
        ("shop/.beads/redirect", "/srv/beads", "/srv/beads"),
        ("shop/.beads/metadata.json", r#"{"dolt_database":"shop"}"#, "../../../.beads"),
    ] {
        write(file, text);
        assert_eq!(yard.provided().await, [""; 0], "{file}");
        let line = format!("{target}\n");
        assert_eq!(yard.read(".beads/redirect"), Some(line), "{file}");
        assert_eq!(yard.unsaved_work().await, [""; 0], "{file}");
    }
}

#[tokio::test]
async fn one_that_came_back_gets_what_it_lacks_and_keeps_what_it_has() {
    let yard = Yard::with(Gastown::V0_5, |sandbox| {
        fs::write(overlay(sandbox).join("more"), "2\n").unwrap();
        sandbox.folder("town/shop/.beads");
    })
    .await;
    fs::write(yard.made.path.join(".env"), "mine\n").unwrap();
    assert_eq!(provide(&yard.rig, &yard.made.path, WorktreeKind::Restored, true).await, [""; 0]);
    assert_eq!(yard.read(".env").as_deref(), Some("mine\n"));
    assert_eq!(yard.read("more").as_deref(), Some("2\n"));
    assert!(yard.read(".beads/redirect").is_some());
}

#[tokio::test]
async fn a_tracker_that_reads_no_redirect_of_gastowns_gets_none() {
    let yard = Yard::with(Gastown::V0_5, |sandbox| drop(sandbox.folder("town/shop/.beads"))).await;
    assert_eq!(provide(&yard.rig, &yard.made.path, WorktreeKind::New, false).await, [""; 0]);
    assert!(!yard.made.path.join(".beads").exists());
}

/// What is refused, named, without anything of it read or written.
async fn refused(set_up: impl FnOnce(&Sandbox, &Path)) -> (Yard, Vec<String>) {
    let yard = Yard::with(Gastown::V0_5, |sandbox| {
        let outside = sandbox.folder("outside");
        fs::write(outside.join("secret"), "secret\n").unwrap();
        set_up(sandbox, &outside);
    })
    .await;
    let told = yard.provided().await;
    assert_eq!(files(&yard.sandbox.path("outside")), ["secret"]);
    assert_eq!(fs::read_to_string(yard.sandbox.path("outside/secret")).unwrap(), "secret\n");
    assert!(!files(&yard.made.path).iter().any(|file| yard.read(file) == Some("secret\n".into())));
    (yard, told)
}

#[tokio::test]
async fn nothing_of_a_town_leads_out_of_it_or_of_the_worktree() {
    let (yard, told) = refused(|sandbox, outside| {
        let dir = overlay(sandbox);
        symlink(outside.join("secret"), dir.join("link")).unwrap();
        fs::write(dir.join(".GIT"), "gitdir: /elsewhere\n").unwrap();
        fifo(&dir.join("pipe"));
        fs::File::create(dir.join("huge")).unwrap().set_len(1 << 40).unwrap();
    })
    .await;
    assert_eq!(told.len(), 4, "{told:#?}");
    for (told, name) in told.iter().zip([".GIT", "huge", "link", "pipe"]) {
        assert!(told.contains(&format!("overlay/{name}`")), "{told}");
    }
    assert_eq!(yard.read(".env").as_deref(), Some("KEY=1\n"));

    let (_yard, told) = refused(|sandbox, outside| {
        sandbox.folder("town/shop/.runtime");
        symlink(outside, sandbox.path("town/shop/.runtime/overlay")).unwrap();
        symlink(outside.join("secret"), sandbox.path("town/shop/mayor/rig/AGENTS.md")).unwrap();
        symlink(outside, sandbox.path("town/shop/.beads")).unwrap();
    })
    .await;
    assert_eq!(told.len(), 3, "{told:#?}");

    // What git checks out may be a link as well.
    let (yard, told) = refused(|sandbox, outside| {
        overlay(sandbox);
        sandbox.folder("town/shop/.beads");
        let origin = sandbox.path("origin/shop");
        symlink(outside, origin.join(".beads")).unwrap();
        symlink(outside.join("secret"), origin.join(".env")).unwrap();
        sandbox.commit(&origin, "links");
        sandbox.git(&sandbox.path("town/shop/mayor/rig"), &["pull", "--quiet"]);
    })
    .await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains(".beads`"), "{told:#?}");
    assert!(!fs::symlink_metadata(yard.made.path.join(".env")).unwrap().is_symlink());

    let (yard, told) = refused(|sandbox, _| {
        sandbox.write("town/shop/.beads/redirect", "a\u{1b}[2Kb");
    })
    .await;
    assert!(told[0].contains(".beads/redirect` is broken"), "{told:#?}");
    assert_eq!(yard.read(".beads/redirect"), None);
}

#[tokio::test]
async fn a_plain_repository_gives_nothing() {
    let sandbox = Sandbox::new();
    let top = sandbox.repository("plain");
    sandbox.write("plain/.git/polecat/.runtime/overlay/.env", "KEY=1\n");
    let rig = sandbox.rig("plain").await;
    assert_eq!(provide(&rig, &top, WorktreeKind::New, true).await, [""; 0]);
    assert!(!top.join(".env").exists());
}

fn fifo(path: &Path) {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).unwrap();
}
