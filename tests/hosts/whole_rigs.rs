//! What is about all of a rig of a host, or about several polecats at once; and a shell there.

use std::fs;

use serde_json::{Value as Json, json};

use crate::{
    desk::{Desk, STATUS},
    support::eventually,
};

/// Says yes to whatever is asked, and notes what that was.
const AGREE: &str = "
    Asked = {}
    vim.ui.select = function(choices, options, done)
        table.insert(Asked, options.prompt)
        done(choices[2], 2)
    end
";

impl Desk {
    async fn expect_message(&self, part: &str) {
        eventually(part, async || {
            let told = self.editor().messages().await.join("\n");
            if told.contains(part) { Ok(()) } else { Err(told) }
        })
        .await;
    }

    /// Waits until exactly these, of `ash` on each host and then here, were told `text`.
    async fn expect_told(&self, text: &str, expected: &[bool]) {
        let got = format!("got: {text}");
        eventually(&got, async || {
            let there = self.hosts.iter().map(|there| there.screen("gt-shop-ash"));
            let seen: Vec<_> = there.chain([self.here.screen("gt-shop-ash")]).collect();
            let told: Vec<_> = seen.iter().map(|screen| screen.contains(&got)).collect();
            if told == expected { Ok(()) } else { Err(seen.join("\n---\n")) }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_runs_in_the_worktree_of_the_one_that_was_named() {
    let Some(desk) = Desk::new(2).await else { return };
    desk.look().await;
    for polecat in desk.every("ash") {
        desk.call("new", json!([polecat, {}])).await;
    }
    desk.expect_status("build2:shop: 1 polecat").await;
    desk.editor().command("PolecatShell build2:shop/ash").await.unwrap();
    eventually("a terminal", async || {
        let kind = desk.editor().lua("return vim.bo.buftype", Json::Null).await.unwrap();
        if kind == "terminal" { Ok(()) } else { Err(kind) }
    })
    .await;
    let send = "vim.fn.chansend(vim.bo.channel, 'pwd > where; uname -n >> where\\n')";
    desk.editor().lua(send, Json::Null).await.unwrap();
    let worktree = desk.here.project.worktree("ash");
    let file = worktree.join("where");
    let there = desk.hosts[1].machine.at(file.to_str().unwrap());
    let expected = format!("{}\nbuild2\n", worktree.display());
    eventually("the shell's folder", async || {
        let text = fs::read_to_string(&there).unwrap_or_default();
        if text == expected { Ok(()) } else { Err(text) }
    })
    .await;
    // Who looks elsewhere has not left it.
    desk.editor().command("stopinsert | hide").await.unwrap();
    let lives = "
        for _, buf in ipairs(vim.api.nvim_list_bufs()) do
            if vim.bo[buf].buftype == 'terminal' then
                return vim.fn.jobwait({ vim.bo[buf].channel }, 0)[1]
            end
        end
    ";
    assert_eq!(desk.editor().lua(lives, Json::Null).await, Ok(json!(-1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_rig_of_a_host_are_stopped_after_one_question_and_resumed_by_its_name() {
    let Some(desk) = Desk::new(2).await else { return };
    desk.editor().lua(AGREE, Json::Null).await.unwrap();
    for polecat in desk.every("ash") {
        desk.start(&polecat, "prompts").await;
    }
    desk.start("build1:shop/birch", "prompts").await;
    desk.look().await;
    desk.expect_status("build1:shop: 2 polecats, 2 running").await;
    desk.editor().command("PolecatStopAll build1:shop").await.unwrap();
    desk.expect_message("stopped build1:shop/ash, build1:shop/birch").await;
    let asked = desk.editor().lua("return Asked", Json::Null).await.unwrap();
    assert_eq!(asked, json!(["Stop 2 of `build1:shop` (ash, birch)?"]));
    let sessions = [desk.hosts[0].sessions(), desk.hosts[1].sessions(), desk.here.sessions()];
    assert_eq!(sessions.map(|names| names.len()), [0, 1, 1]);
    desk.expect_status("birch  stopped").await;
    desk.editor().command("PolecatStopAll build1:shop").await.unwrap();
    desk.expect_message("no polecat is running").await;
    // What was asked for is not what is around.
    let resumed = desk.call("resume", json!([{ "rig": "build1:shop" }])).await;
    assert_eq!(resumed, json!({ "resumed": [], "failed": [] }));
    let refused = desk.here.refusal("stop_all", json!([{ "rig": "build1:bank" }])).await;
    assert_eq!(refused.code, "rig_not_found", "{refused:?}");
    assert_eq!(desk.here.sessions().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_reaches_several_wherever_they_are() {
    let Some(desk) = Desk::new(2).await else { return };
    for polecat in desk.every("ash") {
        desk.start(&polecat, "prompts").await;
    }
    desk.start("build1:shop/birch", "prompts").await;
    desk.look().await;
    desk.expect_status("build1:shop: 2 polecats, 2 running").await;
    desk.expect_status("build2:shop: 1 polecat, 1 running").await;
    desk.editor().command("PolecatInject build1:shop/ash,ash,build1:ash hello").await.unwrap();
    desk.expect_told("hello", &[true, false, true]).await;
    desk.expect_message("sent to `ash`, `build1:").await;
    assert_eq!(desk.hosts[0].screen("gt-shop-ash").matches("got: hello").count(), 1);

    // Who is at work is left out: what these do is guessed, and comes to rest when nothing is printed.
    eventually("all of a rig and one more", async || {
        let names = "build1:shop/*,build2:shop/ash";
        desk.editor().command(&format!("PolecatInject {names} twice")).await.unwrap();
        let [first, second] = [0, 1].map(|host| desk.hosts[host].screen("gt-shop-ash"));
        let seen = [first, second, desk.hosts[0].screen("gt-shop-birch")];
        let all = seen.iter().all(|screen| screen.contains("got: twice"));
        if all { Ok(()) } else { Err(seen.join("\n---\n")) }
    })
    .await;
    desk.expect_told("twice", &[true, true, false]).await;
    // `*` alone is of the rig around.
    eventually("all of the rig around", async || {
        desk.editor().command("PolecatInject * around").await.unwrap();
        let seen = desk.here.screen("gt-shop-ash");
        if seen.contains("got: around") { Ok(()) } else { Err(seen) }
    })
    .await;
    desk.expect_told("around", &[false, false, true]).await;
    // A name that nobody has: nothing is sent.
    desk.editor().command("PolecatInject ash,build1:shop/nobody,build2:bank/ash no").await.unwrap();
    desk.expect_message("has no rig `bank`").await;
    desk.expect_told("no ", &[false, false, false]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_list_shows_the_hosts_of_a_configuration_that_has_changed() {
    let Some(desk) = Desk::new(2).await else { return };
    desk.start("build1:shop/ash", "prompts").await;
    desk.look().await;
    desk.expect_status("build1:shop: 1 polecat, 1 running").await;
    let known = "return { require('polecat').statusline(), #require('polecat').sessions() }";
    eventually("`ash` in the statusline", async || {
        let now = desk.editor().lua(known, Json::Null).await.unwrap();
        if now[0] != json!("") && now[1] == json!(1) { Ok(()) } else { Err(now.to_string()) }
    })
    .await;
    let without = "
        local config = vim.deepcopy(vim.g.polecat)
        config.hosts.build1 = nil
        vim.g.polecat = config
    ";
    desk.editor().lua(without, Json::Null).await.unwrap();
    // Any call tells the backend.
    desk.call("list", json!([{}])).await;
    let shows = |host: &str, lines: &[String]| {
        lines.iter().any(|line| line.contains(&format!("{host}:shop: 0 polecats")))
    };
    desk.editor()
        .expect(STATUS, "build2 alone", |lines| {
            shows("build2", lines) && !lines.iter().any(|line| line.contains("build1"))
        })
        .await;
    // Nobody will ever tell that it has ended.
    eventually("nobody in the statusline", async || {
        let now = desk.editor().lua(known, Json::Null).await.unwrap();
        if now == json!(["", 0]) { Ok(()) } else { Err(now.to_string()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_which_agents_a_host_has_on_the_path_of_its_login_shell() {
    let Some(desk) = Desk::new(2).await else { return };
    let machine = &desk.hosts[0].machine;
    machine.write("/tmp/home/.profile", "PATH=/tmp/home/bin:/usr/bin:/bin\nexport PATH\n");
    machine.write("/tmp/home/bin/claude", "#!/bin/sh\n");
    machine.run(&["chmod", "+x", "/tmp/home/bin/claude"]);
    let profile = "PATH=/usr/bin:/bin\nexport PATH\n";
    desk.hosts[1].machine.write("/tmp/home/.profile", profile);
    desk.look().await;
    desk.editor().command("checkhealth polecat").await.unwrap();
    let health = desk.editor().lua("return vim.fn.getline(1, '$')", Json::Null).await.unwrap();
    let health = health.to_string();
    assert!(health.contains("agents of `build1`: claude: /tmp/home/bin/claude"), "{health}");
    assert!(health.contains("no known agent is on PATH of `build2`"), "{health}");
}
