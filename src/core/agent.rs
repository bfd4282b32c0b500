//! Agents: the programs that run in sessions.

mod changes;
pub mod command;
mod conversation_files;
mod conversation_id;
pub mod events;
mod launchers;
mod presets;
mod programs;
mod resume;
pub mod startup;

pub use changes::AgentOverrides;
pub use conversation_files::ConversationFiles;
pub use conversation_id::{BadConversationId, ConversationId};
pub use launchers::launched;
pub use presets::{preset, preset_names};
pub use programs::{
    is_telling, is_version, preset_of_command, preset_of_process, preset_of_program,
};
pub use resume::{Conversation, Resume};

pub use super::agents::{ACCOUNT_VARIABLE, GROQ_KEY, SETTINGS_FLAG};
use super::screen::{Description, Patterns};

/// The default agent.
pub const DEFAULT_AGENT: &str = "claude";

/// A program that runs as a polecat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its name in presets, configuration and `GT_AGENT`.
    pub name: String,
    /// The preset whose screen patterns (prompt, dialogs, titles) apply; empty if unknown.
    pub patterns: String,
    /// Words in front of the program, such as a sandbox.
    pub wrapper: Vec<String>,
    /// The program: a name to look up on `PATH`, or a path.
    pub command: String,
    /// Its arguments, one word each; no shell reads them.
    pub args: Vec<String>,
    /// More arguments if its hooks file is in the working directory; otherwise they would be an error.
    pub hook_args: Vec<String>,
    /// Flags to add if the installed program supports them: older ones would exit.
    pub flags_if_taken: Vec<String>,
    /// Environment variables, in addition to the polecat's.
    pub env: Vec<(String, String)>,
    /// The names its processes may have: many agents run as `node`.
    pub process_names: Vec<String>,
    /// How it shows that it is ready for a message.
    pub ready: Ready,
    /// How long after a paste it treats a key as part of the paste, in milliseconds.
    pub settle_ms: u64,
    /// How it takes its first prompt on the command line.
    pub prompt_mode: PromptMode,
    /// The prompt that its settings put before all others.
    pub initial_prompt: Option<String>,
    /// The file that configures its hooks.
    pub hooks: Option<Hooks>,
    /// How it goes on with an earlier conversation.
    pub resume: Option<Resume>,
    /// The variable that names its configuration folder, if any.
    pub config_dir_env: Option<String>,
    /// The variable that holds its own session id, for gastown's `GT_SESSION_ID_ENV`.
    pub session_id_env: Option<String>,
    /// The instructions file that it reads in a project.
    pub instructions: String,
    /// Whether it is to tell of its state by events, where its patterns' agent can; if nobody says,
    /// it is, unless that could keep it from starting.
    pub events: Option<bool>,
    /// What is known of its screen and keys.
    pub description: Description,
}

/// How an agent shows that it is ready. If nothing is known, silence counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// The beginning of its prompt line, with a plain space for U+00A0.
    pub prompt: Option<String>,
    /// The beginning of the pane's title once it is ready.
    pub title: Option<String>,
    /// The last resort: it counts as ready after this many milliseconds.
    pub delay_ms: u64,
}

/// How an agent takes a prompt on its command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PromptMode {
    /// As the last argument.
    Argument,
    /// After this flag.
    Flag(String),
    /// Not at all: the prompt is typed once the agent is ready.
    #[default]
    Typed,
}

/// Where an agent looks for its hooks: in its working directory or above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    /// The format: `claude`, `opencode`, ...
    pub provider: String,
    /// The folder, relative.
    pub dir: String,
    /// The file in it.
    pub file: String,
}

impl PromptMode {
    /// Parses `arg`, `none`, or a flag such as `--prompt`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "arg" => Some(Self::Argument),
            "none" => Some(Self::Typed),
            flag if flag.starts_with('-') && !flag.contains(char::is_whitespace) => {
                Some(Self::Flag(flag.to_owned()))
            }
            _ => None,
        }
    }
}

impl PromptMode {
    fn flag(&self) -> Option<String> {
        match self {
            Self::Argument => Some("nothing, as the last argument".to_owned()),
            Self::Flag(flag) => Some(flag.clone()),
            Self::Typed => None,
        }
    }
}

impl Agent {
    /// An agent about which only the command is known.
    #[must_use]
    pub fn generic(name: &str, command: &str, args: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            command: command.to_owned(),
            args: args.to_vec(),
            process_names: vec![file_name(command).to_owned()],
            ..presets::generic()
        }
    }

    /// The patterns to read its screen by.
    #[must_use]
    pub fn patterns(&self) -> Patterns {
        let mut patterns = Patterns::of(&self.description, "");
        if let Some(prompt) = &self.ready.prompt {
            patterns = patterns.with_ready_prompt(prompt);
        }
        if let Some(title) = &self.ready.title {
            patterns = patterns.with_ready_title(title);
        }
        patterns
    }

    /// The command line, to be run without a shell.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        self.wrapper.iter().chain([&self.command]).chain(&self.args).cloned().collect()
    }

    /// Whether `prompt` can be passed on the command line; otherwise it must be typed.
    #[must_use]
    pub fn takes_prompt(&self, prompt: &str) -> bool {
        self.with_prompt(Vec::new(), prompt).is_some()
    }

    /// The command line with the first prompt; `None` if that must be typed: also where the program
    /// would read it as an option, a file, a command for a shell or a subcommand.
    #[must_use]
    pub fn with_prompt(&self, mut argv: Vec<String>, prompt: &str) -> Option<Vec<String>> {
        if prompt.trim_start().starts_with(['-', '@', '!']) {
            return None;
        }
        match &self.prompt_mode {
            PromptMode::Argument if !prompt.trim().contains(char::is_whitespace) => return None,
            PromptMode::Argument => {}
            PromptMode::Flag(flag) => argv.push(flag.clone()),
            PromptMode::Typed => return None,
        }
        argv.push(prompt.to_owned());
        Some(argv)
    }

    /// The program that must exist before anything is created.
    #[must_use]
    pub fn program(&self) -> &str {
        self.wrapper.first().unwrap_or(&self.command)
    }

    /// The agent with the user's own command line, which is run as written.
    #[must_use]
    pub fn with_command(self, argv: &[String]) -> Self {
        Self {
            command: argv.first().cloned().unwrap_or_default(),
            args: argv.iter().skip(1).cloned().collect(),
            wrapper: Vec::new(),
            hook_args: Vec::new(),
            prompt_mode: PromptMode::Typed,
            ..self
        }
    }

    /// Whether it runs like `other`, apart from the name: with the same command line, environment,
    /// hooks, first prompt and screen patterns.
    #[must_use]
    pub fn runs_like(&self, other: &Self) -> bool {
        let known = Self {
            name: self.name.clone(),
            process_names: self.process_names.clone(),
            instructions: self.instructions.clone(),
            settle_ms: self.settle_ms,
            events: self.events,
            ready: Ready { delay_ms: self.ready.delay_ms, ..other.ready.clone() },
            ..other.clone()
        };
        *self == known
    }

    /// How it differs from `known`, apart from command line and environment: names and values of
    /// settings.
    #[must_use]
    pub fn differences(&self, known: &Self) -> Vec<(&'static str, String)> {
        let hooks = |hooks: &Hooks| format!("{} {}/{}", hooks.provider, hooks.dir, hooks.file);
        let facts = |agent: &Self| {
            [
                ("first words", agent.initial_prompt.clone()),
                ("takes its first words behind", agent.prompt_mode.flag()),
                ("screens of", Some(agent.patterns.clone())),
                ("its prompt begins with", agent.ready.prompt.clone()),
                ("hooks", agent.hooks.as_ref().map(hooks)),
                ("goes on by", agent.resume.as_ref().map(Resume::words)),
                ("configuration folder in", agent.config_dir_env.clone()),
                ("session id in", agent.session_id_env.clone()),
            ]
        };
        let pairs = facts(self).into_iter().zip(facts(known));
        let differs = pairs.filter(|(own, known)| own != known);
        differs.map(|((what, value), _)| (what, value.unwrap_or_else(|| "none".into()))).collect()
    }

    /// Whether it takes a file with hooks by [`SETTINGS_FLAG`]. Claude Code does, because it looks for
    /// hooks only in its worktree and not above.
    #[must_use]
    pub fn takes_settings(&self) -> bool {
        self.hooks.as_ref().is_some_and(|hooks| hooks.provider == "claude")
    }
}

/// Whether `program`, a name or a path, is a shell.
#[must_use]
pub fn is_shell(program: &str) -> bool {
    const SHELLS: &[&str] = &[
        "sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "csh", "tcsh", "nu", "elvish", "xonsh",
        "pwsh", "ash",
    ];
    // A login shell's name begins with a dash.
    SHELLS.contains(&file_name(program).trim_start_matches('-'))
}

/// Whether `word`, a name or a path, is the program `command`.
#[must_use]
pub fn is_program(word: &str, command: &str) -> bool {
    file_name(word) == file_name(command)
}

/// The last part of a path to a program.
pub(in crate::core) fn file_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(argv: Option<Vec<String>>) -> Option<String> {
        argv.map(|argv| argv.join("|"))
    }

    #[test]
    fn a_prompt_goes_where_the_agent_takes_one_and_nowhere_else() {
        for (name, prompt, expected) in [
            ("claude", "go on", Some("claude|--dangerously-skip-permissions|go on")),
            ("gemini", "go", Some("gemini|--approval-mode|yolo|--prompt-interactive|go")),
            ("opencode", "go", Some("opencode|--prompt|go")),
            ("amp", "go", None),
            // They would be read as a subcommand, a file, a command for a shell, an option.
            ("claude", "update", None),
            ("pi", "@notes.md it", None),
            ("gemini", "!ls", None),
            ("gemini", "-x y", None),
            ("claude", "--help", None),
            ("opencode", "--help", None),
        ] {
            let agent = preset(name).unwrap();
            let argv = agent.with_prompt(agent.argv(), prompt);
            assert_eq!(words(argv).as_deref(), expected, "{name} {prompt}");
        }
        assert_eq!(Agent::generic("x", "cat", &[]).with_prompt(Vec::new(), "go"), None);
    }

    #[test]
    fn a_wrapper_stands_in_front_and_is_what_must_be_found() {
        let agent = Agent {
            wrapper: vec!["exitbox".into(), "--".into()],
            ..Agent::generic("boxed", "/opt/agent", &["-x".to_owned()])
        };
        assert_eq!(agent.argv(), ["exitbox", "--", "/opt/agent", "-x"]);
        assert_eq!(agent.program(), "exitbox");
        assert_eq!(Agent::generic("a", "/opt/agent", &[]).program(), "/opt/agent");
    }

    #[test]
    fn how_a_prompt_is_passed_is_one_of_three_ways() {
        for (text, mode) in [
            ("arg", Some(PromptMode::Argument)),
            ("none", Some(PromptMode::Typed)),
            ("-i", Some(PromptMode::Flag("-i".into()))),
            ("stdin", None),
            ("--a b", None),
            ("", None),
        ] {
            assert_eq!(PromptMode::parse(text), mode, "{text}");
        }
    }
}
