//! A host with nothing but a shell: our program is put there once a person has agreed, and by itself
//! from then on.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    answering::{Asking, asking},
    desk::server,
    rig::Shop,
    rigs::folder,
    support::{
        eventually,
        neovim::{has_logged, tmux},
        rig::Project,
    },
};

const STATUS: &str = "polecat://status";
/// A login that prints something, and changes the environment.
const PROFILE: &str =
    "echo Welcome to build1\nexport SHOP_KEY=from-profile\nexport SHOP_PATH=here\n";
/// Answers each question with what it is given, and keeps what was asked.
const ANSWERING: &str = "local answer = ...
    _G.asked = {}
    vim.ui.select = function(_, opts, done)
      local shown = {}
      for _, win in ipairs(vim.api.nvim_list_wins()) do
        local buf = vim.api.nvim_win_get_buf(win)
        if vim.bo[buf].filetype == 'polecat-trust' then
          shown = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
        end
      end
      table.insert(_G.asked, { prompt = opts.prompt, shown = table.concat(shown, '\\n') })
      done(answer)
    end";

/// A host `build1` with a home of its own, and an editor that has it.
struct Scene {
    desk: Shop,
    there: Asking,
    home: TempDir,
}

impl Scene {
    /// With `more` put over what is said of the host; `{home}` is its home.
    async fn new(more: &Json) -> Self {
        Self::with(tempfile::tempdir().unwrap(), more).await
    }

    async fn with(home: TempDir, more: &Json) -> Self {
        let there = asking("permission").await;
        let at = home.path().display();
        fs::write(home.path().join(".profile"), PROFILE).unwrap();
        let mut host = json!({
            "command": ["env", "-u", "SHOP_TOKEN", "-u", "XDG_CACHE_HOME", format!("XDG_RUNTIME_DIR={at}/run"),
                format!("HOME={at}"), "SHELL=/bin/sh"],
            "rigs": { folder(&there.shop.project): {} },
            "tmux": { "command": tmux(), "socket": there.shop.tmux.socket().to_str().unwrap() },
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            host[key] = value.clone();
        }
        let desk = Shop::of(Project::new(), json!({ "hosts": { "build1": host } })).await;
        Self { desk, there, home }
    }

    /// What serves the hub there, once it does.
    async fn server(&self) -> Pid {
        eventually("what serves", async || server(&self.desk.editor).ok_or("nothing")).await
    }

    fn cache(&self) -> PathBuf {
        self.home.path().join(".cache/polecat")
    }

    async fn answering(&self, answer: &str) {
        self.desk.editor.lua(ANSWERING, json!([answer])).await.unwrap();
    }

    /// What was asked, once so much was.
    async fn asked(&self, count: usize) -> Json {
        eventually("a question", async || {
            let asked = self.desk.editor.lua("return _G.asked", Json::Null).await.unwrap();
            if asked.as_array().is_some_and(|all| all.len() == count) {
                Ok(asked)
            } else {
                Err(asked)
            }
        })
        .await
    }

    async fn command(&self, command: &str) {
        self.desk.editor.command(command).await.unwrap();
    }

    async fn expect_line(&self, part: &str) {
        self.desk.editor.expect_line(STATUS, part).await;
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_there_is_asked_about_once_and_put_there_by_itself_then() {
    let both = Scene::new(&Json::Null).await;
    both.command("PolecatStatus!").await;
    both.expect_line("is missing there; `:PolecatConnect build1` puts it there").await;
    assert_eq!(names(&both.cache()), [""; 0]);
    let completed = "return vim.fn.getcompletion('PolecatConnect b', 'cmdline')";
    let completed = both.desk.editor.lua(completed, Json::Null).await.unwrap();
    assert_eq!(completed, json!(["build1"]));

    both.answering("No").await;
    both.command("PolecatConnect build1").await;
    let asked = both.asked(1).await;
    let folder = both.cache().display().to_string();
    for part in [&folder, "SHA-256", " MB", "(env -u SHOP_TOKEN"] {
        assert!(asked[0]["shown"].as_str().unwrap().contains(part), "{part}: {asked}");
    }
    assert!(asked[0]["prompt"].as_str().unwrap().contains(&folder), "{asked}");
    assert_eq!(names(&both.cache()), [""; 0]);

    both.answering("Put it there").await;
    both.command("PolecatConnect build1").await;
    both.desk
        .editor
        .expect_message(&format!("`build1` is connected; polecat-nvim is in `{folder}`"))
        .await;
    both.expect_line("1 running, 1 waiting").await;
    let there = names(&both.cache());
    let [name] = &there[..] else { panic!("{there:?}") };
    let begin = format!("polecat-nvim-{}-", env!("CARGO_PKG_VERSION"));
    assert!(name.starts_with(&begin) && name.contains("-linux-"), "{name}");
    let file = both.cache().join(name);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(names(both.home.path()).len(), 2, "nothing else is left there");

    // The next version is no other question.
    let served = both.server().await;
    fs::remove_file(&file).unwrap();
    kill_process(served, Signal::KILL).unwrap();
    eventually("it is put there again", async || {
        if file.exists() { Ok(()) } else { Err(format!("{:?}", names(&both.cache()))) }
    })
    .await;
    both.expect_line("1 running, 1 waiting").await;
    both.asked(1).await;
    let kept = both.desk.editor.home.path();
    let state = walk(kept).into_iter().find(|path| path.ends_with("polecat/hosts.json")).unwrap();
    let state: Json = serde_json::from_str(&fs::read_to_string(state).unwrap()).unwrap();
    assert_eq!(state["hosts"][0]["name"], "build1", "{state}");
    assert_eq!(both.there.shop.sessions(), ["gt-shop-ash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_cannot_be_written_to_is_named_and_another_folder_taken() {
    let home = tempfile::tempdir().unwrap();
    // Nothing can be made below a file, whoever one is.
    fs::write(home.path().join(".cache"), "").unwrap();
    let both = Scene::with(home, &Json::Null).await;
    both.answering("Put it there").await;
    both.command("PolecatConnect build1").await;
    let asked = both.asked(1).await;
    let (wanted, taken) = (both.cache(), both.home.path().join("run/polecat"));
    let shown = asked[0]["shown"].as_str().unwrap();
    for part in [format!("{} cannot be written to", wanted.display()), taken.display().to_string()]
    {
        assert!(shown.replace('`', "").contains(&part), "{part}: {shown}");
    }
    both.desk.editor.expect_message("`build1` is connected").await;
    assert_eq!(names(&taken).len(), 1);
    both.command("checkhealth polecat").await;
    let health = both.desk.editor.lua("return vim.fn.getline(1, '$')", Json::Null).await.unwrap();
    assert!(
        health.to_string().contains(&format!("by `{}/polecat-nvim-", taken.display())),
        "{health}"
    );
}

/// The environment of what serves there.
async fn environment(both: &Scene) -> Vec<String> {
    both.desk.editor.lua("vim.env.SHOP_TOKEN = 's3cret'", Json::Null).await.unwrap();
    both.command("PolecatStatus!").await;
    both.expect_line("1 running, 1 waiting").await;
    let pid = both.server().await.as_raw_nonzero();
    let text = fs::read(format!("/proc/{pid}/environ")).unwrap();
    text.split(|byte| *byte == 0).map(|one| String::from_utf8_lossy(one).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_the_environment_of_a_login_there_and_what_is_sent_by_name() {
    let backend = env!("CARGO_BIN_EXE_polecat-nvim");
    let sent = json!({ "backend": backend, "env": ["SHOP_TOKEN", "SHOP_NONE"] });
    let both = Scene::new(&sent).await;
    let there = environment(&both).await;
    for expected in ["SHOP_KEY=from-profile", "SHOP_PATH=here", "SHOP_TOKEN=s3cret"] {
        assert!(there.iter().any(|one| one == expected), "{expected}: {there:?}");
    }
    for pid in both.desk.editor.processes() {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&line).contains("s3cret"));
    }
    assert!(!has_logged(both.desk.editor.home.path(), "s3cret"));
    drop(both);
    let both = Scene::new(&json!({ "backend": backend, "login": false })).await;
    let there = environment(&both).await;
    assert!(!there.iter().any(|one| one.starts_with("SHOP_")), "{there:?}");
}

/// The id of a job, say, which is another one tomorrow.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_may_be_a_function_that_is_called_again_by_hand() {
    let both = Scene::new(&Json::Null).await;
    let code = "_G.calls = 0
        local config = vim.g.polecat
        config.hosts.build1.command = function()
            _G.calls = _G.calls + 1
            return { 'sh', '-c', 'echo call ' .. _G.calls .. ' >&2; exit 1' }
        end
        vim.g.polecat = config";
    both.desk.editor.lua(code, Json::Null).await.unwrap();
    both.command("PolecatStatus!").await;
    both.expect_line("unreachable: call 1").await;
    both.command("close | PolecatReconnect | PolecatStatus!").await;
    both.expect_line("unreachable: call 2").await;
    assert_eq!(both.desk.editor.lua("return _G.calls", Json::Null).await.unwrap(), 2);
    let code = "local config = vim.g.polecat
        config.hosts.build1.command = function() error('no job', 0) end
        vim.g.polecat = config";
    both.desk.editor.lua(code, Json::Null).await.unwrap();
    both.command("PolecatReconnect").await;
    eventually("a word of its fault", async || {
        let listed = both.desk.editor.call("list", json!([])).await;
        let told = format!("{listed:?}");
        if told.contains("`hosts.build1.command`: no job") { Ok(()) } else { Err(told) }
    })
    .await;
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(
            |entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] },
        )
        .collect()
}
