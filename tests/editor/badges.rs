//! What each polecat changed, in the status window and in `sessions()`.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, eventually_equal, rig::git},
};

const STATUS: &str = "polecat://status";

impl Shop {
    /// What `sessions()` tells of the work of each polecat.
    async fn diffs(&self) -> Json {
        let code = "local found = vim.empty_dict()
            for _, info in ipairs(require('polecat').sessions()) do
                found[info.polecat] = info.diff
            end
            return found";
        self.editor.lua(code, Json::Null).await.unwrap()
    }

    /// Waits until the badge of a polecat is `expected`.
    async fn expect_diff(&self, polecat: &str, expected: Json) {
        eventually_equal(expected, async || self.diffs().await[polecat].clone()).await;
    }

    /// What git says of a polecat's work, asked in another way than the backend does: as if all
    /// of it had been committed.
    fn work(&self, polecat: &str) -> Json {
        let worktree = self.project.worktree(polecat);
        let ahead = git(&worktree, &["rev-list", "--count", "main..HEAD"]);
        let (mut added, mut removed) = (0, 0);
        for line in git(&worktree, &["diff", "--numstat", "main"]).lines() {
            let mut numbers = line.split('\t').map(|number| number.parse::<u64>().unwrap_or(0));
            added += numbers.next().unwrap_or(0);
            removed += numbers.next().unwrap_or(0);
        }
        let untracked = git(&worktree, &["ls-files", "--others", "--exclude-standard"]);
        for file in untracked.lines() {
            added += std::fs::read_to_string(worktree.join(file)).unwrap().lines().count() as u64;
        }
        let uncommitted = git(&worktree, &["diff", "--name-only", "HEAD"]).lines().count();
        json!({ "ahead": ahead.parse::<u32>().unwrap(), "added": added, "removed": removed,
            "uncommitted": uncommitted, "untracked": untracked.lines().count() })
    }
}

fn diff(ahead: u32, added: u64, removed: u64, uncommitted: u32, untracked: u32) -> Json {
    json!({ "ahead": ahead, "added": added, "removed": removed,
        "uncommitted": uncommitted, "untracked": untracked })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_follows_what_is_written_committed_and_deleted_without_a_session() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.expect_diff("ash", diff(0, 0, 0, 0, 0)).await;
    let unchanged =
        |lines: &[String]| lines.get(1).is_some_and(|line| line.ends_with("ash  stopped"));
    shop.editor.expect(STATUS, "nothing for what was not changed", unchanged).await;
    let worktree = shop.project.worktree("ash");
    std::fs::create_dir_all(worktree.join("docs")).unwrap();
    std::fs::write(worktree.join("docs/page"), "a\nb\n").unwrap();
    shop.editor.expect_line(STATUS, "ash  stopped  +2 -0").await;
    git(&worktree, &["add", "--all"]);
    git(&worktree, &["commit", "--quiet", "--message", "work"]);
    shop.editor.expect_line(STATUS, "ash  stopped  +2 -0 ↑1").await;
    std::fs::remove_file(worktree.join("README")).unwrap();
    shop.editor.expect_line(STATUS, "ash  stopped  +2 -1 ↑1").await;
    shop.expect_diff("ash", diff(1, 2, 1, 1, 0)).await;
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["diff"], diff(1, 2, 1, 1, 0));
    shop.editor.command("PolecatStatus ash").await.unwrap();
    let told = "1 commit, 2 lines added, 1 removed; 1 file uncommitted";
    shop.editor.expect_line("polecat://status/ash", told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_polecats_that_work_at_once_have_badges_as_git_has_them() {
    let shop = Shop::new().await;
    shop.project.commit("old", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    shop.editor.command("PolecatStatus").await.unwrap();
    let names: Vec<_> = (0..10).map(|number| format!("p{number}")).collect();
    for name in &names {
        shop.start(name, "works").await;
    }
    for (number, name) in names.iter().enumerate() {
        let work = format!(
            "for n in $(seq {}); do mkdir -p dir$n; seq $n > dir$n/file; \
             test $((n % 3)) = 0 || git add dir$n; \
             test $((n % 3)) != 1 || git commit -qm $n; seq $n $((9 - n % 9)) > old; done; \
             test {} = 0 || git rm -qf README; echo x > last; touch .git-done",
            5 + number,
            number % 2,
        );
        shop.editor.call("inject", json!([name, work])).await.unwrap();
    }
    eventually("all work", async || {
        // Neovim answers meanwhile, or this panics.
        shop.editor.lua("return 1", Json::Null).await.unwrap();
        let left =
            names.iter().find(|name| !shop.project.worktree(name).join(".git-done").exists());
        left.map_or(Ok(()), |name| Err(format!("`{name}` works")))
    })
    .await;
    let expected: serde_json::Map<_, _> =
        names.iter().map(|name| (name.clone(), shop.work(name))).collect();
    eventually_equal(Json::Object(expected), async || shop.diffs().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_worktree_has_no_badge_and_harms_no_other() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        shop.editor.call("new", json!([polecat, {}])).await.unwrap();
        shop.expect_diff(polecat, diff(0, 0, 0, 0, 0)).await;
    }
    let (ash, birch) = (shop.project.worktree("ash"), shop.project.worktree("birch"));
    std::fs::write(ash.join(".git"), "gitdir: /nowhere\n").unwrap();
    std::fs::write(ash.join("new"), "x\n").unwrap();
    std::fs::write(birch.join("new"), "x\n").unwrap();
    shop.expect_diff("birch", diff(0, 1, 0, 0, 1)).await;
    shop.expect_diff("ash", Json::Null).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ignored_does_not_count_and_a_merge_into_main_keeps_the_badge() {
    let shop = Shop::new().await;
    shop.project.commit(".gitignore", "target/\n");
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let worktree = shop.project.worktree("ash");
    std::fs::create_dir(worktree.join("target")).unwrap();
    std::fs::write(worktree.join("target/out"), "x\n").unwrap();
    std::fs::write(worktree.join("new"), "x\n").unwrap();
    git(&worktree, &["add", "new"]);
    git(&worktree, &["commit", "--quiet", "--message", "work"]);
    shop.expect_diff("ash", diff(1, 1, 0, 0, 0)).await;
    let branch = git(&worktree, &["branch", "--show-current"]);
    shop.project.git(&["merge", "--quiet", "--ff-only", &branch]);
    std::fs::write(worktree.join("more"), "x\n").unwrap();
    shop.expect_diff("ash", diff(1, 2, 0, 0, 1)).await;
}

/// The system's watchers that the backend holds.
#[cfg(target_os = "linux")]
async fn watchers(shop: &Shop) -> usize {
    let pid = "return require('polecat.rpc.client').greeting().pid";
    let pid = shop.editor.lua(pid, Json::Null).await.unwrap();
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let targets = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    targets.filter(|target| target.to_string_lossy().contains("inotify")).count()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn another_configuration_leaves_no_watcher_behind() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop.expect_diff("ash", diff(0, 0, 0, 0, 0)).await;
    for lines in 100..105 {
        let set = "local config = vim.g.polecat
            config.capture = { lines = ... }
            require('polecat').setup(config)";
        shop.editor.lua(set, json!([lines])).await.unwrap();
        shop.editor.call("list", json!([])).await.unwrap();
    }
    eventually_equal(1, async || watchers(&shop).await).await;
    std::fs::write(shop.project.worktree("ash").join("new"), "x\n").unwrap();
    shop.expect_diff("ash", diff(0, 1, 0, 0, 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_is_left_behind_in_conflict_or_merged_says_so_without_a_session() {
    let shop = Shop::new().await;
    shop.project.commit("a", "1\n");
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    let worktree = shop.project.worktree("ash");
    std::fs::write(worktree.join("a"), "one\n").unwrap();
    git(&worktree, &["commit", "--quiet", "--all", "--message", "one"]);
    shop.editor.expect_line(STATUS, "ash  stopped  +1 -1 ↑1").await;
    // Nothing of the polecat's is touched from now on.
    shop.project.commit("b", "b\n");
    shop.editor.expect_line(STATUS, "ash  stopped  +1 -1 ↑1 ↓1").await;
    shop.project.commit("a", "uno\n");
    shop.editor.expect_line(STATUS, "ash  stopped  +1 -1 ↑1 ↓2 conflicts").await;
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    let expected = json!({ "of": "main", "behind": 2, "merged": false, "conflicts": true });
    assert_eq!(info["branch_status"], expected);
    shop.project.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    shop.project.git(&[
        "merge",
        "--quiet",
        "--ff-only",
        &git(&worktree, &["branch", "--show-current"]),
    ]);
    shop.editor.expect_line(STATUS, "ash  stopped  +1 -1 ↑1 merged").await;
    shop.editor.command("PolecatStatus ash").await.unwrap();
    shop.editor.expect_line("polecat://status/ash", "merged into main").await;
}
