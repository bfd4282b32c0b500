//! A real Neovim that a test drives over RPC and looks at as a user's code would.

#![allow(dead_code, reason = "each test uses its own part")]

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use nvim_rs::{Handler, Neovim as Client};
use rmpv::Value;
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::process::{Child, ChildStdin};
use tokio::sync::oneshot;
use tokio_util::compat::Compat;

use super::neovim::{Neovim, config, logs, merge, private_home};
use super::processes;
use super::tmux::TmuxServer;
use super::values::{Answer, answer, plain, wire};
use super::{FIRST_LOOK_DELAY, longer, pause};

/// How long an operation of the plugin may take before the test gives up.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(90);
/// How long Neovim itself may take to answer: it must stay responsive whatever the plugin does.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Neovim with this plugin and nothing else, in a home of its own. Ends when dropped, and the drop
/// fails the test when a process of it stays.
pub(crate) struct Editor {
    /// For what the helpers below do not offer. Never drop a call of it before it has answered:
    /// nvim-rs then ends its loop, and every later call hangs.
    pub(crate) nvim: Client<Compat<ChildStdin>>,
    /// All that Neovim and the backend write, their logs too, is in here.
    pub(crate) home: TempDir,
    child: Child,
    channel: i64,
    asked: AtomicI64,
    answers: Answers,
}

impl Editor {
    /// Starts Neovim in `dir`, with agents on the server `agents`.
    pub(crate) async fn start(agents: &TmuxServer, dir: &Path) -> Editor {
        Editor::with(agents, dir, Json::Null).await
    }

    /// As [`Editor::start`], with `more` put over the configuration of tests.
    pub(crate) async fn with(agents: &TmuxServer, dir: &Path, more: Json) -> Editor {
        let mut config = config(&agents.socket());
        if !more.is_null() {
            merge(&mut config, more);
        }
        let home = private_home();
        let neovim = Neovim::new(home.path(), &config);
        Editor::of(&neovim, home, dir).await
    }

    /// Starts `neovim`, which writes to `home`, in `dir`.
    pub(crate) async fn of(neovim: &Neovim, home: TempDir, dir: &Path) -> Editor {
        let answers = Answers::default();
        let mut command = command(neovim, home.path(), dir);
        let (nvim, _, child) = nvim_rs::create::tokio::new_child_cmd(&mut command, answers.clone())
            .await
            .expect("Neovim starts");
        let info = nvim.get_api_info().await.expect("Neovim answers");
        let channel = info[0].as_i64().expect("the first item is the channel");
        Editor { nvim, home, child, channel, asked: AtomicI64::new(0), answers }
    }

    /// The value that Lua `code` returns, run with `args` as its `...`.
    ///
    /// # Errors
    /// The Lua error's text.
    pub(crate) async fn lua(&self, code: &str, args: Json) -> Result<Json, String> {
        let (nvim, code) = (self.nvim.clone(), code.to_owned());
        let args = match wire(args) {
            Value::Array(args) => args,
            Value::Nil => Vec::new(),
            one => vec![one],
        };
        let done = responsive(async move { nvim.exec_lua(&code, args).await }).await;
        done.map(plain).map_err(|error| error.to_string())
    }

    /// The answer of `require('polecat')[method](args..., cb)`: what `cb` is called with.
    ///
    /// # Errors
    /// The `err` that the callback was given.
    pub(crate) async fn call(&self, method: &str, args: Json) -> Answer {
        self.ask(method, args).await.await
    }

    /// As [`Editor::call`], but comes back once the operation was begun; its answer is awaited by
    /// the future that is returned.
    pub(crate) async fn ask(
        &self,
        method: &str,
        args: Json,
    ) -> impl Future<Output = Answer> + use<> {
        self.begin(&format!("require('polecat').{method}"), args).await
    }

    /// As [`Editor::ask`], of any function whose last parameter is such a callback: `function` is
    /// a Lua expression.
    pub(crate) async fn begin(
        &self,
        function: &str,
        args: Json,
    ) -> impl Future<Output = Answer> + use<> {
        let id = self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = self.answers.expect(id);
        let args = if args.is_null() { serde_json::json!([]) } else { args };
        let begun = self.lua(CALL, serde_json::json!([self.channel, id, function, args])).await;
        let (function, log) = (function.to_owned(), self.home.path().to_owned());
        async move {
            // Not before it is awaited: a test that kills Neovim knows better.
            begun.unwrap_or_else(|error| panic!("`{function}` is not to be called: {error}"));
            match tokio::time::timeout(OPERATION_TIMEOUT, answer).await {
                Ok(Ok(answer)) => answer,
                _ => panic!("`{function}` did not answer in {OPERATION_TIMEOUT:?}\n{}", logs(&log)),
            }
        }
    }

    /// Runs an Ex command.
    ///
    /// # Errors
    /// Vim's error text.
    pub(crate) async fn command(&self, ex: &str) -> Result<(), String> {
        self.lua("vim.cmd(...)", serde_json::json!([ex])).await.map(drop)
    }

    /// The lines of the buffer of exactly this name; none when there is no such buffer.
    pub(crate) async fn lines(&self, buffer: &str) -> Vec<String> {
        let lines = self.lua(LINES, serde_json::json!([buffer])).await.expect("lines are readable");
        serde_json::from_value(lines).expect("lines are a list of strings")
    }

    /// Waits until `check` holds for the lines of `buffer`, and returns them.
    pub(crate) async fn expect(
        &self,
        buffer: &str,
        what: &str,
        check: impl Fn(&[String]) -> bool,
    ) -> Vec<String> {
        let mut pace = FIRST_LOOK_DELAY;
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let lines = self.lines(buffer).await;
            if check(&lines) {
                return lines;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "waited 30 s for {what} in `{buffer}`, last saw\n{}\nmessages: {:#?}\n{}",
                lines.join("\n"),
                self.messages().await,
                logs(self.home.path()),
            );
            pause(longer(&mut pace)).await;
        }
    }

    /// Waits until a line of `buffer` holds `part`.
    pub(crate) async fn expect_line(&self, buffer: &str, part: &str) -> Vec<String> {
        let what = format!("a line with `{part}`");
        self.expect(buffer, &what, |lines| lines.iter().any(|line| line.contains(part))).await
    }

    /// What the plugin told the user by `vim.notify`, in order.
    pub(crate) async fn messages(&self) -> Vec<String> {
        let code = "return vim.tbl_map(function(note) return note.message end, _G.notified)";
        let told = self.lua(code, Json::Null).await.expect("messages are readable");
        serde_json::from_value(told).unwrap_or_default()
    }

    /// The processes that Neovim has started, the backend among them.
    pub(crate) fn processes(&self) -> Vec<u32> {
        self.child.id().map(processes::descendants).unwrap_or_default()
    }

    /// Ends Neovim as a user does, and waits until it and the backend are gone.
    pub(crate) async fn quit(mut self) {
        let started = self.processes();
        let nvim = self.nvim.clone();
        // Its answer never comes: the editor is gone by then.
        tokio::spawn(async move { nvim.command("qall!").await });
        let ended = tokio::time::timeout(OPERATION_TIMEOUT, self.child.wait()).await;
        assert!(ended.is_ok(), "Neovim does not end\n{}", logs(self.home.path()));
        processes::ended(&started).unwrap_or_else(|left| panic!("Neovim left behind:\n{left}"));
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let mut started = self.processes();
        started.extend(self.child.id());
        let killed = self.child.start_kill();
        let ended = processes::ended(&started);
        processes::kill(&started);
        if !std::thread::panicking() {
            killed.ok();
            ended.unwrap_or_else(|left| panic!("a killed Neovim left behind:\n{left}"));
        }
    }
}

/// Calls a function and sends what its callback gets back over our own channel: the editor never
/// waits.
const CALL: &str = "
    local channel, id, expression, args = ...
    args[#args + 1] = function(err, result)
        vim.rpcnotify(channel, 'answer', id, err or vim.NIL, result == nil and vim.NIL or result)
    end
    loadstring('return ' .. expression)()(unpack(args))
";

const LINES: &str = "
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
        if vim.api.nvim_buf_get_name(buffer) == ... then
            return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
        end
    end
    return {}
";

/// Calls that wait for their callback.
#[derive(Clone, Default)]
struct Answers {
    open: Arc<Mutex<HashMap<i64, oneshot::Sender<Answer>>>>,
}

impl Answers {
    fn expect(&self, id: i64) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        self.open.lock().expect("no holder panics").insert(id, sender);
        receiver
    }
}

#[async_trait]
impl Handler for Answers {
    type Writer = Compat<ChildStdin>;

    async fn handle_notify(&self, name: String, args: Vec<Value>, _: Client<Self::Writer>) {
        let [Value::Integer(id), error, result] = &args[..] else { return };
        let waiting =
            self.open.lock().expect("no holder panics").remove(&id.as_i64().unwrap_or(-1));
        if let (Some(waiting), "answer") = (waiting, name.as_str()) {
            // The test may have given up on it.
            waiting.send(answer(error.clone(), result.clone())).ok();
        }
    }
}

fn command(neovim: &Neovim, home: &Path, dir: &Path) -> tokio::process::Command {
    let log = std::fs::File::create(home.join("nvim.stderr")).expect("a file in our own home");
    #[expect(clippy::disallowed_methods, reason = "a test starts its own editor")]
    let mut command = tokio::process::Command::new(&neovim.program);
    command.args(["--embed", "--headless"]).args(&neovim.args);
    command.env_clear().envs(neovim.env.iter().map(|(name, value)| (name, value)));
    command.current_dir(dir).stderr(Stdio::from(log)).kill_on_drop(true);
    command
}

/// Runs a call of nvim-rs to its end, whatever becomes of the one who waits.
async fn responsive<T: Send + 'static>(call: impl Future<Output = T> + Send + 'static) -> T {
    let call = tokio::spawn(call);
    let done = tokio::time::timeout(ANSWER_TIMEOUT, call).await.expect("Neovim stays responsive");
    done.expect("a call of nvim-rs does not panic")
}
