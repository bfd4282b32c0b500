//! Which name a polecat gets whom nobody named, and what gastown's files say of it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use polecat::core::{Gastown, Rig, RigKind, Town};
use polecat::host::HostError;
use polecat::host::git::{self, Next};
use polecat::host::rigs::{self, RigOptions};

use super::fixtures::Sandbox;

async fn next(sandbox: &Sandbox, rig: &Rig) -> Result<Next, HostError> {
    git::recover_all(rig, &sandbox.launch).await?;
    git::create_next(rig, BTreeSet::new(), None, 36, &sandbox.launch).await
}

/// The rig as one of a town that gastown 0.6 runs.
fn later(rig: Rig) -> Rig {
    let RigKind::Town(town) = &rig.kind else { panic!("{rig:?} is in no town") };
    let kind = RigKind::Town(Town { gastown: Gastown::V0_6, ..town.clone() });
    Rig { kind, ..rig }
}

async fn name(sandbox: &Sandbox, rig: &Rig) -> String {
    next(sandbox, rig).await.unwrap().polecat.to_string()
}

fn state(rig: &Rig) -> serde_json::Value {
    let text = fs::read_to_string(rig.runtime_dir().join("namepool-state.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_first_name_of_the_theme_that_nothing_stands_under_is_given() {
    let sandbox = Sandbox::new();
    sandbox.town();
    // A folder, a file, a link to nowhere and a marker of gastown's: all four are taken.
    sandbox.folder("town/shop/polecats/obsidian");
    sandbox.write("town/shop/polecats/quartz", "a note");
    symlink("/no/such/place", sandbox.path("town/shop/polecats/jasper")).unwrap();
    sandbox.write("town/shop/polecats/onyx.pending", "4711");
    let rig = sandbox.rig("town/shop").await;
    let made = next(&sandbox, &rig).await.unwrap();
    assert_eq!(made.polecat.as_str(), "opal");
    assert_eq!(made.worktree.path, sandbox.path("town/shop/polecats/opal/shop"));
    assert_eq!(made.worktree.branch, "polecat/opal-10");
    let taken = BTreeSet::from(["topaz".to_owned()]);
    let made = git::create_next(&rig, taken, None, 37, &sandbox.launch).await.unwrap();
    assert_eq!(made.polecat.as_str(), "garnet");
    assert!(!rig.runtime_dir().join("namepool-state.json").exists(), "no number was given");
}

#[tokio::test]
async fn a_marker_of_gastown_holds_its_name_for_five_minutes() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let marker = sandbox.write("town/shop/polecats/obsidian.pending", "4711");
    let rig = sandbox.rig("town/shop").await;
    assert_eq!(name(&sandbox, &rig).await, "quartz");
    let long_ago = SystemTime::now() - Duration::from_secs(301);
    fs::File::options().write(true).open(marker).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(name(&sandbox, &rig).await, "obsidian");
}

#[tokio::test]
async fn after_the_names_come_numbers_and_none_comes_again() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let settings = r#"{"namepool": {"names": ["ash", "a b"], "max_before_numbering": 1}}"#;
    sandbox.write("town/shop/settings/config.json", settings);
    let rig = sandbox.rig("town/shop").await;
    let made = next(&sandbox, &rig).await.unwrap();
    assert_eq!(made.polecat.as_str(), "ash");
    assert_eq!(made.warnings.len(), 1);
    let warning = &made.warnings[0];
    assert!(warning.contains("settings/config.json") && warning.contains("`a b`"), "{warning}");
    assert_eq!(name(&sandbox, &rig).await, "shop-2");
    let expected = serde_json::json!({
        "rig_name": "shop", "theme": "mad-max", "custom_names": ["ash", "a b"],
        "overflow_next": 3, "max_size": 1,
    });
    assert_eq!(state(&rig), expected);
    fs::rename(sandbox.path("town/shop/polecats/shop-2"), sandbox.path("away")).unwrap();
    assert_eq!(name(&sandbox, &rig).await, "shop-3");
}

#[tokio::test]
async fn gastowns_state_is_read_and_what_else_it_holds_is_kept() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let text =
        r#"{"rig_name":"shop","theme":"minerals","overflow_next":70,"max_size":2,"new":[1]}"#;
    sandbox.write("town/shop/.runtime/namepool-state.json", text);
    let rig = sandbox.rig("town/shop").await;
    assert_eq!(name(&sandbox, &rig).await, "obsidian");
    assert_eq!(name(&sandbox, &rig).await, "quartz");
    let before = fs::read_to_string(rig.runtime_dir().join("namepool-state.json")).unwrap();
    assert_eq!(before, text);
    assert_eq!(name(&sandbox, &rig).await, "shop-70");
    let expected = serde_json::json!({
        "rig_name": "shop", "theme": "minerals", "overflow_next": 71, "max_size": 2, "new": [1],
    });
    assert_eq!(state(&rig), expected);
}

#[tokio::test]
async fn in_a_town_of_gastown_0_6_numbers_stand_alone_and_its_state_is_its_own() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let settings = r#"{"namepool": {"style": "minerals", "max_before_numbering": 1}}"#;
    sandbox.write("town/shop/settings/config.json", settings);
    let rig = later(sandbox.rig("town/shop").await);
    assert_eq!(name(&sandbox, &rig).await, "obsidian");
    // A number that something stands under is not given, be it of gastown's or not.
    sandbox.folder("town/shop/polecats/2");
    assert_eq!(name(&sandbox, &rig).await, "3");
    let expected = serde_json::json!({ "rig_name": "shop", "overflow_next": 4, "max_size": 1 });
    assert_eq!(state(&rig), expected);
    // As gastown goes on with it.
    let text = r#"{"rig_name":"shop","overflow_next":9,"max_size":1,"new":[1]}"#;
    sandbox.write("town/shop/.runtime/namepool-state.json", text);
    let made = next(&sandbox, &rig).await.unwrap();
    assert_eq!(made.polecat.as_str(), "9");
    assert_eq!(made.worktree.path, sandbox.path("town/shop/polecats/9/shop"));
    let expected = serde_json::json!(
        { "rig_name": "shop", "overflow_next": 10, "max_size": 1, "new": [1] });
    assert_eq!(state(&rig), expected);
}

#[tokio::test]
async fn a_theme_of_the_towns_own_gives_names_where_gastown_0_6_runs() {
    let sandbox = Sandbox::new();
    sandbox.town();
    sandbox.write("town/shop/settings/config.json", r#"{"namepool": {"style": "trees"}}"#);
    let themes = "town/settings/themes";
    let file = sandbox.write(&format!("{themes}/trees.txt"), "# trees\nAspen\nash\nbirch\n");
    let rig = later(sandbox.rig("town/shop").await);
    let made = next(&sandbox, &rig).await.unwrap();
    assert_eq!(made.polecat.as_str(), "aspen");
    let start = format!("`{}`: skipped: `ash`: expected", file.display());
    assert!(made.warnings.len() == 1 && made.warnings[0].starts_with(&start), "{made:?}");
    assert_eq!(name(&sandbox, &rig).await, "birch");
    // gastown before 0.6 knows no such file.
    let wanted = RigOptions { gastown: Some(Gastown::V0_5), ..RigOptions::default() };
    let before = rigs::find(&[sandbox.path("town/shop")], &wanted).await.unwrap();
    assert_eq!(name(&sandbox, &before).await, "furiosa");

    // What is not as it must be is named, and the usual names are given.
    let secret = sandbox.write("secret", "secret\n");
    let linked = sandbox.path(themes).join("linked.txt");
    symlink(secret, &linked).unwrap();
    sandbox.write(&format!("{themes}/empty.txt"), "# nothing\n");
    sandbox.write("town/mayor/out.txt", "outside\n");
    for (style, given, part) in [
        ("linked", "nux", "linked.txt"),
        ("empty", "slit", "empty.txt`: it has no names"),
        ("missing", "rictus", "unknown theme `missing`"),
        ("../../mayor/out", "dementus", "unknown theme `../../mayor/out`"),
    ] {
        let settings = format!(r#"{{"namepool": {{"style": "{style}"}}}}"#);
        sandbox.write("town/shop/settings/config.json", &settings);
        let made = next(&sandbox, &rig).await.unwrap();
        assert_eq!(made.polecat.as_str(), given, "{style}: {:?}", made.warnings);
        assert!(made.warnings.iter().any(|warning| warning.contains(part)), "{:?}", made.warnings);
    }
}

#[tokio::test]
async fn names_of_the_rigs_own_file_count_where_the_settings_have_none_and_gastown_0_6_runs() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let config = r#"{"type":"rig","version":1,"name":"shop","polecat_names":["ash","witness"]}"#;
    let file = sandbox.write("town/shop/config.json", config);
    let before = sandbox.rig("town/shop").await;
    let rig = later(before.clone());
    let made = next(&sandbox, &rig).await.unwrap();
    assert_eq!(made.polecat.as_str(), "ash");
    assert!(made.warnings[0].starts_with(&format!("`{}`: ", file.display())), "{made:?}");
    assert!(made.warnings[0].contains("`witness`"), "{:?}", made.warnings);
    assert_eq!(name(&sandbox, &before).await, "obsidian");
    sandbox.write("town/shop/settings/config.json", r#"{"namepool": {"style": "minerals"}}"#);
    assert_eq!(name(&sandbox, &rig).await, "quartz");
}

#[tokio::test]
async fn a_file_that_cannot_be_understood_is_named_and_left_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    for (file, text, part) in [
        (".runtime/namepool-state.json", "{", "namepool-state.json` is broken"),
        (".runtime/namepool-state.json", r#"{"overflow_next": "x"}"#, "`overflow_next`"),
        (".runtime/namepool-state.json", r#"{"max_size": 1.5}"#, "`max_size`"),
        ("settings/config.json", r#"{"namepool": {"names": 3}}"#, "`namepool.names`"),
        ("settings/config.json", r#"{"namepool": []}"#, "`namepool`"),
    ] {
        let path = sandbox.write(&format!("town/shop/{file}"), text);
        let refused = next(&sandbox, &rig).await.unwrap_err().to_string();
        assert!(refused.contains(part), "{text}: {refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(fs::read_dir(rig.polecats_dir()).unwrap().count(), 0, "{text}");
        fs::remove_file(path).unwrap();
    }
}

#[tokio::test]
async fn in_a_plain_repository_the_pool_is_beside_its_polecats() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let settings = r#"{"namepool": {"names": ["ash"], "max_before_numbering": 1}}"#;
    sandbox.write("shop/.git/polecat/settings/config.json", settings);
    let rig = sandbox.rig("shop").await;
    assert_eq!(name(&sandbox, &rig).await, "ash");
    assert_eq!(name(&sandbox, &rig).await, "shop-2");
    assert!(shop.join(".git/polecat/.runtime/namepool-state.json").is_file());
    assert_eq!(sandbox.git(&shop, &["status", "--porcelain", "--ignored"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_who_ask_at_once_each_gets_a_name_of_its_own() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let settings = r#"{"namepool": {"max_before_numbering": 4}}"#;
    sandbox.write("shop/.git/polecat/settings/config.json", settings);
    let rig = sandbox.rig("shop").await;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (rig, launch) = (rig.clone(), sandbox.launch.clone());
        asking.spawn(async move {
            git::create_next(&rig, BTreeSet::new(), None, 36, &launch).await.unwrap()
        });
    }
    let names: BTreeSet<_> =
        asking.join_all().await.iter().map(|made| made.polecat.to_string()).collect();
    let of_theme = ["furiosa", "nux", "slit", "rictus"].map(str::to_owned);
    let numbers = (5..11).map(|number| format!("shop-{number}"));
    let expected: BTreeSet<_> = of_theme.into_iter().chain(numbers).collect();
    assert_eq!(names, expected);
    let worktrees = sandbox.git(&shop, &["worktree", "list", "--porcelain"]);
    assert_eq!(worktrees.matches("branch refs/heads/polecat/").count(), 10);
}

#[tokio::test]
async fn a_creation_that_git_refuses_leaves_the_name_free() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    sandbox.git(&shop, &["branch", "polecat/obsidian-10"]);
    let refused = next(&sandbox, &rig).await.unwrap_err().to_string();
    assert!(refused.contains("creating the branch `polecat/obsidian-10`"), "{refused}");
    assert!(!rig.polecats_dir().join("obsidian").exists());
    sandbox.git(&shop, &["branch", "--delete", "polecat/obsidian-10"]);
    assert_eq!(name(&sandbox, &rig).await, "obsidian");
}

#[tokio::test]
async fn half_a_polecat_of_a_killed_backend_holds_no_name() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let head = sandbox.git(&shop, &["rev-parse", "HEAD"]);
    let record = format!(r#"{{"commit": "{head}", "making": "polecat/obsidian-10""#);
    let at =
        format!(r#"{record}, "at": "{}"}}"#, sandbox.path("shop.polecats/obsidian/shop").display());
    // The second as it was written when polecats were inside of git's folder.
    for (record, folder) in [
        (at, "shop.polecats/obsidian"),
        (format!("{record}}}"), "shop/.git/polecat/polecats/obsidian"),
    ] {
        sandbox.write("shop/.git/polecat/.runtime/polecat/worktrees/obsidian.json", &record);
        sandbox.folder(folder);
        sandbox.git(&shop, &["branch", "polecat/obsidian-10"]);
        assert_eq!(name(&sandbox, &rig).await, "obsidian");
        sandbox.git(&shop, &["worktree", "remove", "--force", "../shop.polecats/obsidian/shop"]);
        sandbox.git(&shop, &["branch", "--delete", "polecat/obsidian-10"]);
        fs::remove_dir_all(rig.polecats_dir()).unwrap();
    }
}
