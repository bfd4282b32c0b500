//! Agents: the programs that run in sessions.

mod presets;

pub use presets::{preset, preset_names};

/// The agent of a polecat for which nothing else is said.
pub const DEFAULT_AGENT: &str = "claude";

/// A program that runs as a polecat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// What presets, configuration and `GT_AGENT` call it.
    pub name: String,
    /// The program: a name to be found on `PATH`, or a path.
    pub command: String,
    /// Its arguments, one word each; no shell reads them.
    pub args: Vec<String>,
    /// Set in its environment on top of the polecat's own.
    pub env: Vec<(String, String)>,
    /// What its processes may be called: many agents run as `node`.
    pub process_names: Vec<String>,
    /// How it shows that it can take a message.
    pub ready: Ready,
    /// How long after a paste it takes a key for a part of it, in milliseconds.
    pub settle_ms: u64,
    /// The variable that names its configuration folder, when it has one.
    pub config_dir_env: Option<String>,
    /// The variable in which it tells its own session id, for gastown's `GT_SESSION_ID_ENV`.
    pub session_id_env: Option<String>,
}

/// What tells that an agent is ready. Where nothing is known, quiet output does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// What its prompt line begins with, a plain blank for U+00A0.
    pub prompt: Option<String>,
    /// What the pane's title begins with once it is ready.
    pub title: Option<String>,
    /// The last resort: after so long it counts as ready, in milliseconds.
    pub delay_ms: u64,
}

impl Agent {
    /// An agent of which only the command is known.
    #[must_use]
    pub fn generic(name: &str, command: &str, args: &[String]) -> Self {
        let file = command.rsplit('/').next().unwrap_or(command);
        Self {
            name: name.to_owned(),
            command: command.to_owned(),
            args: args.to_vec(),
            env: Vec::new(),
            process_names: vec![file.to_owned()],
            ready: Ready::default(),
            settle_ms: 0,
            config_dir_env: None,
            session_id_env: None,
        }
    }

    /// Program and arguments, to be started without a shell.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        std::iter::once(&self.command).chain(&self.args).cloned().collect()
    }
}
