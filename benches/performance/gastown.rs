//! What gastown runs for each operation, at its commit 527b7ce79 (`internal/tmux/tmux.go` and
//! `internal/polecat/session_manager.go`): which programs, in which order. Its sleeps are told
//! beside them, and not slept.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

/// One program that is spawned and waited for.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Of tmux, the arguments behind the socket; of another program, all words.
    words: Vec<String>,
    is_tmux: bool,
    input: Option<String>,
}

impl Step {
    /// tmux with these arguments.
    pub(crate) fn tmux(words: &[&str]) -> Step {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Step { words, is_tmux: true, input: None }
    }

    /// Another program.
    pub(crate) fn program(word: &str) -> Step {
        Step { words: vec![word.to_owned()], is_tmux: false, input: None }
    }

    fn reading(self, input: &str) -> Step {
        Step { input: Some(input.to_owned()), ..self }
    }

    /// Runs it. That it fails is no matter: gastown asks for some sessions to be told they are
    /// not there.
    pub(crate) fn run(&self, tmux: &[String]) {
        let argv = self.argv(tmux);
        #[expect(clippy::disallowed_methods, reason = "spawning is what is measured")]
        let mut command = Command::new(&argv[0]);
        command.args(&argv[1..]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().expect("the program can be started");
        if let (Some(text), Some(mut input)) = (&self.input, child.stdin.take()) {
            input.write_all(text.as_bytes()).expect("the program reads");
        }
        child.wait_with_output().expect("the program ends");
    }

    /// As `neovim.lua` takes it.
    pub(crate) fn json(&self, tmux: &[String]) -> Json {
        let mut step = json!({ "argv": self.argv(tmux) });
        if let Some(input) = &self.input {
            step["stdin"] = input.as_str().into();
        }
        step
    }

    fn argv(&self, tmux: &[String]) -> Vec<String> {
        let server = if self.is_tmux { tmux } else { &[] };
        [server, &self.words].concat()
    }
}

/// `HasSession`, which nearly everything begins with.
pub(crate) fn has_session(session: &str) -> Step {
    Step::tmux(&["has-session", "-t", &format!("={session}")])
}

/// `List`: names only.
pub(crate) fn list() -> Vec<Step> {
    vec![Step::tmux(&["list-sessions", "-F", "#{session_name}"])]
}

/// `Status`: whether it is there, then what tmux knows of it.
pub(crate) fn status(session: &str) -> Vec<Step> {
    let format = "#{session_name}|#{session_windows}|#{session_created_string}|#{session_attached}|#{session_activity}|#{session_last_attached}";
    let only = format!("#{{==:#{{session_name}},{session}}}");
    vec![has_session(session), Step::tmux(&["list-sessions", "-F", format, "-f", &only])]
}

/// `List`, then `Status` of each: what our `list` answers.
pub(crate) fn list_with_status(sessions: &[String]) -> Vec<Step> {
    let mut steps = list();
    steps.extend(sessions.iter().flat_map(|session| status(session)));
    steps
}

/// `Capture`. In colour as gastown would do it; it does not.
pub(crate) fn capture(session: &str, lines: u32, ansi: bool) -> Vec<Step> {
    let start = format!("-{lines}");
    let mut words = vec!["capture-pane", "-p", "-t", session, "-S", &start];
    words.extend(ansi.then_some("-e"));
    vec![has_session(session), Step::tmux(&words)]
}

/// The longest text that `Inject` can send: tmux refuses longer arguments.
pub(crate) const LONGEST_ARGUMENT: usize = 16_000;

/// `Inject`, and what it sleeps, in ms.
pub(crate) fn inject(session: &str, text: &str) -> (Vec<Step>, f64) {
    let kib = u32::try_from(text.len() / 1_024).unwrap_or(u32::MAX);
    let sleeps = f64::from(kib.saturating_mul(100).saturating_add(200).min(1_500));
    let enter = Step::tmux(&["send-keys", "-t", session, "Enter"]);
    let send = Step::tmux(&["send-keys", "-t", session, "-l", text]);
    (vec![has_session(session), send, enter], sleeps)
}

/// The same for what is too long for an argument of tmux (16 KiB), so that there is a figure.
pub(crate) fn inject_by_buffer(session: &str, text: &str) -> Vec<Step> {
    let load = Step::tmux(&["load-buffer", "-b", "bench-b", "-"]).reading(text);
    let paste = Step::tmux(&["paste-buffer", "-d", "-r", "-b", "bench-b", "-t", session]);
    let enter = Step::tmux(&["send-keys", "-t", session, "Enter"]);
    vec![has_session(session), load, paste, enter]
}

/// `Stop`, with `true` for `bd sync`.
pub(crate) fn stop(session: &str) -> Vec<Step> {
    vec![
        has_session(session),
        Step::program("true"),
        Step::tmux(&["send-keys", "-t", session, "C-c"]),
        Step::tmux(&["kill-session", "-t", session]),
    ]
}

/// What `Stop` sleeps, in ms.
pub(crate) const STOP_SLEEPS: f64 = 100.0;

/// `StopAll`: `List`, then `Stop` one after the other.
pub(crate) fn stop_all(sessions: &[String]) -> Vec<Step> {
    let mut steps = list();
    steps.extend(sessions.iter().flat_map(|session| stop(session)));
    steps
}

/// What `Start` runs once the agent is there: the look for a dialog, two messages, the look
/// whether it lives.
pub(crate) fn finish_start(session: &str, messages: &[&str]) -> Vec<Step> {
    let mut steps = vec![Step::tmux(&["capture-pane", "-p", "-t", session, "-S", "-30"])];
    for text in messages {
        steps.push(Step::tmux(&["send-keys", "-t", session, "-l", text]));
        steps.push(Step::tmux(&["send-keys", "-t", session, "Escape"]));
        steps.push(Step::tmux(&["send-keys", "-t", session, "Enter"]));
    }
    steps.push(has_session(session));
    steps
}

/// What that part of `Start` sleeps for Claude, in ms: before the look for a dialog, until it
/// surely is ready, in and between the two messages.
pub(crate) const START_SLEEPS: f64 = 1_000.0 + 10_000.0 + 600.0 + 2_000.0 + 600.0;
