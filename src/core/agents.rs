//! The agents known without configuration: a file for each, with all that is known of it.
//!
//! To add one: write its file, name it below and in [`AGENTS`], and put recorded screens into
//! `tests/screens/<name>/`. How a screen is read is `core/screen/`: what several agents draw alike
//! is a layout there, and a file here only says which.
//!
//! Names, commands, arguments, hooks, process names and resuming are those of gastown's
//! `internal/config/agents.go` at a8bd79bf8, whose first version of them is 527b7ce79. On purpose
//! otherwise: opencode's folder of plugins is 527b7ce79's, who puts it beside the worktrees; its
//! conversations can be gone on with by now; pi's and omp's hooks are named only where they are;
//! gemini and codex run as `node` too; how first words are given is what the programs take.

mod aider;
mod amp;
mod auggie;
mod claude;
mod cline;
mod cn;
mod codex;
mod copilot;
mod cursor;
mod gemini;
mod groq_compound;
mod kimi;
mod omp;
mod opencode;
mod pi;
mod qwen;
mod vibe;

pub use claude::{ACCOUNT_VARIABLE, SETTINGS_FLAG};
pub use groq_compound::GROQ_KEY;

use super::screen::{Keys, Patterns, Screen};

/// The known agents, the default first. Where several fit, the first counts: what is only called
/// otherwise stands behind what it is.
pub(super) const AGENTS: &[&KnownAgent] = &[
    &claude::AGENT,
    &gemini::AGENT,
    &codex::AGENT,
    &cursor::AGENT,
    &auggie::AGENT,
    &amp::AGENT,
    &opencode::AGENT,
    &copilot::AGENT,
    &pi::AGENT,
    &omp::AGENT,
    &vibe::AGENT,
    &qwen::AGENT,
    &kimi::AGENT,
    &cn::AGENT,
    &cline::AGENT,
    &aider::AGENT,
    &groq_compound::AGENT,
];

/// What is known of an agent. `Agent` has the meaning of what both have.
pub(super) struct KnownAgent {
    pub(super) name: &'static str,
    /// Whose screens it shows, where not its own.
    pub(super) shows: Option<&'static str>,
    pub(super) command: &'static str,
    pub(super) args: &'static [&'static str],
    pub(super) hook_args: &'static [&'static str],
    pub(super) flags_if_taken: &'static [&'static str],
    pub(super) env: &'static [(&'static str, &'static str)],
    pub(super) process_names: &'static [&'static str],
    /// Whether a build of its own is called by its version alone: `2.1.30`.
    pub(super) runs_as_version: bool,
    /// What its prompt line begins with.
    pub(super) prompt: Option<&'static str>,
    /// What the pane's title begins with once it is ready.
    pub(super) title: Option<&'static str>,
    pub(super) delay_ms: u64,
    pub(super) settle_ms: u64,
    pub(super) first_words: FirstWords,
    pub(super) hooks: Option<HooksFile>,
    pub(super) resume: Option<ResumeBy>,
    pub(super) config_dir_env: Option<&'static str>,
    pub(super) session_id_env: Option<&'static str>,
    pub(super) instructions: &'static str,
    /// What it makes of what is typed to it; counts only with a `screen`.
    pub(super) keys: Keys,
    /// What its screen tells; without it, silence does.
    pub(super) screen: Option<Screen>,
}

/// How it takes a prompt on its command line: `PromptMode` as data.
#[derive(Clone, Copy)]
pub(super) enum FirstWords {
    Argument,
    Flag(&'static str),
    Typed,
}

/// How it goes on with an earlier conversation: `Resume` as data.
#[derive(Clone, Copy)]
pub(super) enum ResumeBy {
    Flag(&'static str),
    Subcommand(&'static str),
}

/// Where it looks for its hooks: `Hooks` as data.
#[derive(Clone, Copy)]
pub(super) struct HooksFile {
    pub(super) provider: &'static str,
    pub(super) dir: &'static str,
    pub(super) file: &'static str,
}

impl KnownAgent {
    /// A file says only what differs from this.
    const PLAIN: Self = Self {
        name: "",
        shows: None,
        command: "",
        args: &[],
        hook_args: &[],
        flags_if_taken: &[],
        env: &[],
        process_names: &[],
        runs_as_version: false,
        prompt: None,
        title: None,
        delay_ms: 5_000,
        settle_ms: 100,
        first_words: FirstWords::Typed,
        hooks: None,
        resume: None,
        config_dir_env: None,
        session_id_env: None,
        instructions: "AGENTS.md",
        keys: Keys::UNKNOWN,
        screen: None,
    };

    /// Any program: ready when it is quiet, and nothing is known that it would take.
    pub(super) const GENERIC: Self = Self { delay_ms: 0, settle_ms: 0, ..Self::PLAIN };
}

impl Patterns {
    /// What is known of the screen of the agent `name`; of some nothing is.
    #[must_use]
    pub fn for_agent(name: &str) -> Option<Self> {
        let known = AGENTS.iter().find(|known| known.name == name)?;
        let prompt = known.prompt.unwrap_or_default();
        Some(Self::of(known.screen.as_ref()?, &known.keys, prompt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_agents_have_one_name_and_who_shows_anothers_screens_names_a_known_one() {
        for (at, known) in AGENTS.iter().enumerate() {
            assert!(AGENTS[..at].iter().all(|other| other.name != known.name), "{}", known.name);
            let shown = known.shows.map(Patterns::for_agent);
            assert!(shown.is_none_or(|shown| shown.is_some()), "{}", known.name);
        }
    }
}
