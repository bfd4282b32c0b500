//! What a host tells of its rigs over time: rows that have changed, rigs that it has not read yet, the
//! end of the job that it is.

use jiff::{SignedDuration, Timestamp};
use polecat::core::{
    batch_job::BatchJob,
    session::{SessionInfo, State},
};
use polecat::fleet::FarRig;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    desk::STATUS,
    played::{Stage, rig, rigs, rows},
    support::{editor::Editor, eventually, rig::Project, tmux::TmuxServer},
};

/// Notes the patterns of all events.
const EVENTS: &str = "
    Events = {}
    vim.api.nvim_create_autocmd('User', {
        pattern = 'Polecat*',
        callback = function(event)
            table.insert(Events, event.match .. ' ' .. (event.data.polecat or event.data.host))
        end,
    })
";

/// A host that the test plays, and an editor that looks at it.
struct Scene {
    editor: Editor,
    stage: Stage,
    _here: (Project, TmuxServer),
}

async fn editor(here: &(Project, TmuxServer), stage: &Stage, more: Json) -> Editor {
    let mut config = json!({ "hosts": { "far": stage.settings() } });
    crate::support::neovim::merge(&mut config, more);
    let editor = Editor::with(&here.1, here.0.path(), config).await;
    editor.lua(EVENTS, Json::Null).await.unwrap();
    editor
}

impl Scene {
    async fn new() -> Self {
        let (stage, here) = (Stage::new(), (Project::new(), TmuxServer::absent()));
        let editor = editor(&here, &stage, json!({})).await;
        editor.command("PolecatStatus!").await.unwrap();
        Self { editor, stage, _here: here }
    }

    async fn expect(&self, part: &str) {
        self.editor.expect_line(STATUS, part).await;
    }
}

async fn events(editor: &Editor) -> Vec<String> {
    let events = editor.lua("return Events", Json::Null).await.unwrap();
    serde_json::from_value(events).unwrap_or_default()
}

async fn expect_event(editor: &Editor, event: &str) {
    eventually(event, async || match events(editor).await {
        events if events.iter().any(|one| one == event) => Ok(()),
        events => Err(events.join(", ")),
    })
    .await;
}

/// A rig whose polecats all run.
fn running(polecats: usize) -> FarRig {
    let mut rig = rig("shop", polecats);
    for info in &mut rig.polecats {
        (info.running, info.state, info.pid) = (true, State::Idle, Some(7));
        info.pane_id = Some("%1".to_owned());
    }
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_alone_and_those_that_were_not_told_before_end_the_connection() {
    let scene = Scene::new().await;
    let mut host = scene.stage.connected().await;
    host.greet().await;
    let rig = running(3);
    host.say(&rigs(vec![rig.clone()])).await;
    scene.expect("far:shop: 3 polecats, 3 running").await;
    let waits = SessionInfo { state: State::Waiting, ..rig.polecats[1].clone() };
    host.say(&rows(vec![waits])).await;
    scene.expect("far:shop: 3 polecats, 3 running, 1 waiting").await;
    expect_event(&scene.editor, "PolecatWaiting p1").await;
    host.say(&rows(running(4).polecats.split_off(3))).await;
    scene.expect("it changed a row that it has not sent").await;
    host.left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_an_end_end_the_connection() {
    let scene = Scene::new().await;
    let mut host = scene.stage.connected().await;
    host.greet().await;
    let mut rig = running(1);
    host.say(&rigs(vec![rig.clone()])).await;
    scene.expect("far:shop: 1 polecat, 1 running").await;
    // Much in itself, and more than was told at first may ever become.
    rig.polecats[0].session_id = "x".repeat(4_000_000);
    for _ in 0..5 {
        host.say(&rows(rig.polecats.clone())).await;
    }
    scene.expect("it sends more rows than it may").await;
    host.left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_been_read_yet_has_not_ended() {
    let scene = Scene::new().await;
    let mut host = scene.stage.connected().await;
    host.greet().await;
    host.say(&rigs(vec![running(2)])).await;
    scene.expect("far:shop: 2 polecats, 2 running").await;
    drop(host);
    scene.expect("?  p0").await;
    scene.editor.command("PolecatReconnect").await.unwrap();
    let mut host = scene.stage.connected().await;
    host.greet().await;
    let problem = Some("it has not been read yet".to_owned());
    let unread = FarRig { problem, unread: true, ..rig("shop", 0) };
    host.say(&rigs(vec![unread])).await;
    scene.expect("it has not been read yet").await;
    scene.expect("?  p0").await;
    let mut back = running(2);
    back.polecats[1].state = State::Waiting;
    host.say(&rigs(vec![back])).await;
    scene.expect("far:shop: 2 polecats, 2 running, 1 waiting").await;
    expect_event(&scene.editor, "PolecatWaiting p1").await;
    let events = events(&scene.editor).await;
    let ended = |event: &&String| !event.contains("StateChanged") && !event.contains("Waiting");
    assert_eq!(events.iter().filter(ended).collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_job_is_told_before_it_and_what_ran_in_it_has_died_after_it() {
    let folder = TempDir::new().unwrap();
    let told = folder.path().join("told");
    let script = "cat >> \"$1\"; echo >> \"$1\"";
    let more = json!({ "notify_command": ["sh", "-c", script, "sh", told] });
    let (stage, here) = (Stage::new(), (Project::new(), TmuxServer::absent()));
    let mut editors = Vec::new();
    for _ in 0..2 {
        let editor = editor(&here, &stage, more.clone()).await;
        // Both are one person's.
        let moved = "vim.env.XDG_STATE_HOME = ...";
        editor.lua(moved, json!(folder.path().join("state"))).await.unwrap();
        editors.push(editor);
    }
    let job = BatchJob { id: 17, ends: Some(Timestamp::now() + SignedDuration::from_secs(20)) };
    let mut hosts = Vec::new();
    for editor in &editors {
        editor.command("PolecatStatus!").await.unwrap();
        let mut host = stage.connected().await;
        host.greet_in(Some(job.clone())).await;
        host.say(&rigs(vec![running(2)])).await;
        editor.expect_line(STATUS, "far:shop: 2 polecats, 2 running").await;
        expect_event(editor, "PolecatJobEnding far").await;
        hosts.push(host);
    }
    // The first one tells for as long as it reaches the host: so it is the last to lose it.
    for editor in editors.iter().rev() {
        drop(hosts.pop());
        editor.expect_line(STATUS, "?  p0").await;
    }
    for editor in &editors {
        editor.expect_line(STATUS, "job ended").await;
        editor.expect_line(STATUS, "job 17 ended ").await;
        for polecat in ["p0", "p1"] {
            expect_event(editor, &format!("PolecatDied {polecat}")).await;
        }
        eventually("what was lost", async || {
            let messages = editor.messages().await.join("\n");
            let lost = "the job has ended with `p0` and `p1` of `far:shop`";
            let before = "`far` and all that runs there end at ";
            let all = messages.matches(before).count() == 1 && messages.contains(lost);
            if all { Ok(()) } else { Err(messages) }
        })
        .await;
    }
    // In both it was told, outside once.
    eventually("what was told outside", async || {
        let text = std::fs::read_to_string(&told).unwrap_or_default();
        let events: Vec<_> = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Json>(line).ok())
            .map(|one| one["event"].as_str().unwrap_or_default().to_owned())
            .collect();
        if events == ["job_ending", "lost"] { Ok(()) } else { Err(format!("{events:?}\n{text}")) }
    })
    .await;
}
