//! One real agent at work in a rig of its own: a real editor with the plugin, a real tmux server,
//! a private home.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use polecat::core::screen::ScreenState;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::clis::{Cli, Dialog};
use crate::find::search_path;
use crate::look::{Recorder, look};
use crate::service::{Request, Service};
use crate::support::{
    editor::Editor, pause, processes, rig::Project, tmux::TmuxServer, values::Answer,
};

/// Its polecat.
pub(crate) const NAME: &str = "ash";
/// Its pane.
pub(crate) const PANE: &str = "=gt-shop-ash:";
/// How often is looked.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// What of its screen is told where something failed.
const TOLD_ROWS: usize = 12;

/// Keeps each change that the plugin tells, with its time.
const LISTEN: &str = "
    _G.told = {}
    vim.api.nvim_create_autocmd('User', {
        pattern = { 'PolecatStateChanged', 'PolecatWaiting' },
        callback = function(event)
            local seconds, micros = vim.uv.gettimeofday()
            table.insert(_G.told, {
                at = seconds + micros / 1e6,
                state = event.match == 'PolecatStateChanged' and event.data.new or 'asks',
            })
        end,
    })
    require('polecat').statusline()
";

/// A change that the plugin told. Its time is in seconds since 1970.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Told {
    pub(crate) at: f64,
    /// The new state; `asks` for a question.
    pub(crate) state: String,
}

/// The agent, with all that belongs to it. The editor ends first.
pub(crate) struct Agent {
    pub(crate) cli: &'static Cli,
    pub(crate) editor: Editor,
    pub(crate) tmux: TmuxServer,
    pub(crate) service: Service,
    pub(crate) project: Project,
    home: PathBuf,
    config: Json,
    _recorder: Option<Recorder>,
}

/// Now, in seconds since 1970.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

impl Agent {
    /// A rig in which the agent is not started yet; `program` is its CLI.
    pub(crate) async fn new(cli: &'static Cli, program: &Path) -> Agent {
        let (project, tmux) = (Project::new(), TmuxServer::absent());
        let home = home_of(&project);
        let service = Service::start(project.around());
        let url = format!("http://127.0.0.1:{}", service.port);
        let filled =
            |text: &str| text.replace("{url}", &url).replace("{home}", &home.to_string_lossy());
        for (file, text) in cli.files {
            let file = home.join(file);
            std::fs::create_dir_all(file.parent().expect("it is in the home")).expect("ours");
            std::fs::write(file, filled(text)).expect("our own home is writable");
        }
        let args: Vec<String> = cli.args.iter().map(|arg| filled(arg)).collect();
        let env = env(cli, &home, filled);
        let mut agent = json!({ "preset": cli.name, "command": program, "args": args, "env": env });
        if let Some(gap) = std::env::var("GAP").ok().and_then(|gap| gap.parse::<u64>().ok()) {
            agent["settle_ms"] = gap.into();
        }
        let config = json!({ "agent": "real", "agents": { "real": agent } });
        let editor = open(&tmux, &project, &config).await;
        let recorder = Recorder::start(&tmux, cli);
        Agent { cli, editor, tmux, service, project, home, config, _recorder: recorder }
    }

    /// Another editor in place of this one.
    pub(crate) async fn reopen(&mut self) {
        self.editor = open(&self.tmux, &self.project, &self.config).await;
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// What the plugin told since then.
    pub(crate) async fn told(&self, since: f64) -> Vec<Told> {
        let told = self.editor.lua("return _G.told", Json::Null).await.unwrap_or_default();
        let told: Vec<Told> = serde_json::from_value(told).unwrap_or_default();
        told.into_iter().filter(|one| one.at >= since).collect()
    }

    /// What its session is now.
    pub(crate) async fn status(&self) -> Json {
        self.editor.call("status", json!([NAME])).await.unwrap_or_default()
    }

    /// Its screen, as tmux itself tells it.
    pub(crate) fn screen(&self) -> String {
        self.tmux.try_run(&["capture-pane", "-p", "-t", PANE]).unwrap_or_default()
    }

    /// The last rows of it that have text.
    pub(crate) fn end_of_screen(&self) -> String {
        let screen = self.screen();
        let rows: Vec<_> = screen.lines().filter(|row| !row.trim().is_empty()).collect();
        rows[rows.len().saturating_sub(TOLD_ROWS)..].join("\n")
    }

    /// Presses keys as a person does; several in one text have blanks between them.
    pub(crate) fn press(&self, keys: &str) {
        let mut args = vec!["send-keys", "-t", PANE];
        args.extend(keys.split(' '));
        self.tmux.run(&args);
    }

    /// Makes its window as large as that.
    pub(crate) fn resize(&self, width: &str, height: &str) {
        self.tmux.run(&["resize-window", "-t", PANE, "-x", width, "-y", height]);
    }

    /// Sends a message. What an agent put into its composer, a suggestion or what was interrupted,
    /// is cleared.
    pub(crate) async fn inject(&self, text: &str) -> Answer {
        let sent = self.editor.call("inject", json!([NAME, text])).await;
        if sent.as_ref().is_err_and(|refused| refused.code == "draft") {
            return self.editor.call("inject", json!([NAME, text, { "take": true }])).await;
        }
        sent
    }

    /// Whether the plugin can do that.
    pub(crate) async fn can(&self, function: &str) -> bool {
        let code = "return require('polecat')[...] ~= nil";
        self.editor.lua(code, json!([function])).await == Ok(Json::Bool(true))
    }

    /// Waits until the dialog's sign is on the screen, and returns when it was first seen.
    pub(crate) async fn shows(&self, sign: &str, seconds: u64) -> Result<f64, String> {
        self.wait(seconds, &format!("`{sign}` on the screen"), async || {
            self.screen().contains(sign).then(now)
        })
        .await
    }

    /// Waits until the plugin has told a state since then, and returns when it did.
    pub(crate) async fn tells(&self, state: &str, since: f64, seconds: u64) -> Result<f64, String> {
        self.wait(seconds, &format!("`{state}` to be told"), async || {
            let told = self.told(since).await;
            told.iter().find(|one| one.state == state).map(|one| one.at)
        })
        .await
    }

    /// Waits for a request with this text, which came since then.
    pub(crate) async fn asks_service(&self, text: &str, since: f64) -> Result<Request, String> {
        self.wait(120, &format!("a request with `{text}`"), async || {
            let asked = self.service.requests(since);
            asked.into_iter().find(|request| squeezed(&request.text).contains(&squeezed(text)))
        })
        .await
    }

    /// Waits for a request in which this is a message, or what came of a tool.
    pub(crate) async fn tells_service(&self, text: &str, since: f64) -> Result<(), String> {
        self.wait(120, &format!("a request that tells `{text}`"), async || {
            let asked = self.service.requests(since);
            let tells = |one: &Request| one.text.contains(text) || one.result.contains(text);
            asked.iter().any(tells).then_some(())
        })
        .await
    }

    /// Waits until nothing is asked of the service any more and the agent is told idle; the time
    /// at which its turn was over: the answer was there in full, and its prompt showed no work.
    pub(crate) async fn comes_to_rest(&self, since: f64, seconds: u64) -> Result<f64, String> {
        let mut at_prompt = None;
        self.wait(seconds, "the end of the turn", async || {
            at_prompt = if self.reads_idle() { at_prompt.or_else(|| Some(now())) } else { None };
            let asked = self.service.requests(since);
            let ended = asked.iter().map(|request| request.ended).collect::<Option<Vec<_>>>()?;
            let last = ended.into_iter().fold(f64::NAN, f64::max);
            let idle = self.status().await["state"] == "idle";
            // An idle that was told before the answer may be the one from before the turn.
            (idle && now() - last > 1.5).then_some(last.max(at_prompt?))
        })
        .await
    }

    /// Whether one look at its screen says that it is at its prompt.
    fn reads_idle(&self) -> bool {
        look(&self.tmux, self.cli).is_some_and(|look| look.seen == ScreenState::Idle)
    }

    /// Answers its dialog: page by page, each when it is there.
    pub(crate) async fn answer(&self, dialog: Dialog) {
        for keys in dialog.keys {
            // Some (vibe) take no key in the first moments of a dialog, and a next page is drawn in
            // place of the one before.
            pause(Duration::from_secs(1)).await;
            self.press(keys);
        }
    }

    /// Looks until `look` gives a value.
    ///
    /// # Errors
    /// What was waited for, with what the plugin told and the screen showed last.
    pub(crate) async fn wait<T>(
        &self,
        seconds: u64,
        what: &str,
        mut look: impl AsyncFnMut() -> Option<T>,
    ) -> Result<T, String> {
        let begin = Instant::now();
        loop {
            if let Some(value) = look().await {
                return Ok(value);
            }
            if begin.elapsed().as_secs() >= seconds {
                let state = self.status().await["state"].take();
                let screen = self.end_of_screen();
                return Err(format!("{seconds} s without {what}; told {state}\n{screen}"));
            }
            pause(LOOK_INTERVAL).await;
        }
    }

    /// Its processes: all that have its home in their environment.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let home = format!("HOME={}\0", self.home.display()).into_bytes();
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let has_home = |pid: &u32| {
            let env = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            env.windows(home.len()).any(|part| part == home)
        };
        processes::alive(&pids.filter(has_home).collect::<Vec<_>>())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Some have daemons that outlive them.
        processes::kill(&self.processes());
    }
}

async fn open(tmux: &TmuxServer, project: &Project, config: &Json) -> Editor {
    let editor = Editor::with(tmux, project.path(), config.clone()).await;
    editor.lua(LISTEN, Json::Null).await.expect("autocommands can be made");
    editor
}

/// Without blanks: some agents put lines together in their own way.
pub(crate) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn home_of(project: &Project) -> PathBuf {
    let home = project.around().join("home");
    std::fs::create_dir_all(&home).expect("our own folder is writable");
    home
}

/// Its environment, with nothing of ours that it would take for its own.
fn env(cli: &Cli, home: &Path, filled: impl Fn(&str) -> String) -> Json {
    let mut env = json!({
        "HOME": home,
        "XDG_CONFIG_HOME": home.join(".config"),
        "XDG_DATA_HOME": home.join(".local/share"),
        "XDG_STATE_HOME": home.join(".local/state"),
        "XDG_CACHE_HOME": home.join(".cache"),
        "PATH": search_path(cli).to_string_lossy(),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        // Claude Code, as root, wants to know that it is in a box.
        "IS_SANDBOX": "1",
    });
    for (name, value) in cli.env {
        env[*name] = filled(value).into();
    }
    env
}
