//! The agents known without configuration, one file for each.
//!
//! To add one: write its file, add it below and to [`AGENTS`], and put recorded screens into
//! `tests/screens/<name>/`. Screens are read in `core/screen/`: what several agents draw alike is a
//! layout there, and a file here only names it.
//!
//! Names, commands, arguments, hooks, process names and resuming are those of gastown's
//! `internal/config/agents.go` at a8bd79bf8 (first in 527b7ce79). Deliberate differences: opencode's
//! plugin folder is that of 527b7ce79, beside the worktrees; opencode can resume conversations by
//! now; pi's and omp's hooks are named only if they exist; gemini, codex and auggie also run as `node`; and
//! first prompts are passed in the way each program accepts.

mod aider;
mod amp;
mod auggie;
mod claude;
mod cline;
mod cn;
mod codex;
mod copilot;
mod crush;
mod cursor;
mod droid;
mod gemini;
mod goose;
mod grok;
mod groq_compound;
mod kimi;
mod omp;
mod opencode;
mod openhands;
mod pi;
mod qwen;
mod vibe;

pub use claude::{ACCOUNT_VARIABLE, SETTINGS_FLAG};
pub use groq_compound::GROQ_KEY;

use super::agent::events::{EventServer, HookEvents};
use super::screen::{Description, Keys, Patterns, Screen};

/// The known agents, the default first. If several match, the first wins: a variant comes after the
/// agent it is based on.
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
    &droid::AGENT,
    &grok::AGENT,
    &crush::AGENT,
    &goose::AGENT,
    &openhands::AGENT,
    &groq_compound::AGENT,
];

/// What is known about an agent. See `Agent` for the fields that both have.
pub(super) struct KnownAgent {
    pub(super) name: &'static str,
    /// The agent whose screens it shows, if not its own.
    pub(super) shows: Option<&'static str>,
    pub(super) command: &'static str,
    pub(super) args: &'static [&'static str],
    pub(super) hook_args: &'static [&'static str],
    pub(super) flags_if_taken: &'static [&'static str],
    pub(super) env: &'static [(&'static str, &'static str)],
    pub(super) process_names: &'static [&'static str],
    /// Whether its native build has just a version as its name: `2.1.30`.
    pub(super) runs_as_version: bool,
    /// The beginning of its prompt line.
    pub(super) prompt: Option<&'static str>,
    /// The beginning of the pane's title once it is ready.
    pub(super) title: Option<&'static str>,
    pub(super) delay_ms: u64,
    /// How long after a paste it treats a key as part of the paste; `None` where that is not known
    /// to differ from others.
    pub(super) settle_ms: Option<u64>,
    pub(super) first_words: PromptArgument,
    pub(super) hooks: Option<HooksFile>,
    pub(super) resume: Option<ResumeBy>,
    pub(super) config_dir_env: Option<&'static str>,
    pub(super) session_id_env: Option<&'static str>,
    pub(super) instructions: &'static str,
    /// How it tells of its state by a stream of events, if it does.
    pub(super) events: Option<EventServer>,
    /// How it tells of its state by hooks, if it does.
    pub(super) hook_events: Option<HookEvents>,
    /// How it treats typed input; needs a `screen`.
    pub(super) keys: Keys,
    /// How to read its screen; without it, the state comes from silence.
    pub(super) screen: Option<Screen>,
}

/// How it takes a prompt on its command line: `PromptMode` as data.
#[derive(Clone, Copy)]
pub(super) enum PromptArgument {
    Argument,
    Flag(&'static str),
    Typed,
}

/// How it goes on with an earlier conversation: `Resume` as data.
#[derive(Clone, Copy)]
pub(super) struct ResumeBy {
    pub(super) is_subcommand: bool,
    pub(super) by_id: Option<&'static str>,
    pub(super) last: Option<&'static str>,
    pub(super) fork: Option<&'static str>,
    pub(super) new: Option<&'static str>,
    /// Paths, and what a file holds: `ConversationFiles` as data.
    pub(super) files: Option<(&'static str, &'static str)>,
}

impl ResumeBy {
    /// By its id alone.
    const fn id(words: &'static str) -> Self {
        Self { by_id: Some(words), ..Self::NOTHING }
    }

    const NOTHING: Self =
        Self { is_subcommand: false, by_id: None, last: None, fork: None, new: None, files: None };
}

/// Where it looks for its hooks: `Hooks` as data.
#[derive(Clone, Copy)]
pub(super) struct HooksFile {
    pub(super) provider: &'static str,
    pub(super) dir: &'static str,
    pub(super) file: &'static str,
}

/// The gap for an agent of which nothing shows that it has taken a paste.
const UNSEEN_SETTLE_MS: u64 = 100;

impl KnownAgent {
    /// The defaults: a file gives only the differences.
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
        settle_ms: None,
        first_words: PromptArgument::Typed,
        hooks: None,
        resume: None,
        config_dir_env: None,
        session_id_env: None,
        instructions: "AGENTS.md",
        events: None,
        hook_events: None,
        keys: Keys::UNKNOWN,
        screen: None,
    };

    /// How its screen and keys are described.
    pub(super) const fn description(&self) -> Description {
        Description { screen: self.screen, keys: self.keys, dialogs: &[] }
    }

    /// The gap between a paste and the key that submits it. Where its composer is read, it is known
    /// to show the paste: whatever takes a key for text after that is an exception.
    pub(super) fn settle_ms(&self) -> u64 {
        self.settle_ms.unwrap_or(if self.screen.is_some() { 0 } else { UNSEEN_SETTLE_MS })
    }

    /// Any program: ready when quiet, without anything known about it.
    pub(super) const GENERIC: Self = Self { delay_ms: 0, settle_ms: Some(0), ..Self::PLAIN };
}

impl Patterns {
    /// The patterns for the screen of the agent `name`; `None` if they are not known.
    #[must_use]
    pub fn for_agent(name: &str) -> Option<Self> {
        let known = AGENTS.iter().find(|known| known.name == name)?;
        let description = known.description();
        description.screen?;
        Some(Self::of(&description, known.prompt.unwrap_or_default()))
    }
}

impl EventServer {
    /// How the known agent `name` serves its events, if it does.
    #[must_use]
    pub fn of_agent(name: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|known| known.name == name)?.events.as_ref()
    }
}

impl HookEvents {
    /// How the known agent `name` tells of itself by hooks, if it does.
    #[must_use]
    pub fn of_agent(name: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|known| known.name == name)?.hook_events.as_ref()
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

    /// As they were pressed on the programs, of the versions that their files name.
    #[test]
    fn every_agent_whose_screen_is_read_has_the_keys_that_it_takes() {
        let (once, twice) = (&["Escape"][..], &["Escape", "Escape"][..]);
        let (row, joins) = (&["C-u"][..], &["C-u", "BSpace"][..]);
        for (name, interrupt, again, newline, clears) in [
            ("claude", once, None, Some("C-j"), row),
            ("codex", once, None, Some("C-j"), row),
            ("gemini", once, None, Some("C-j"), joins),
            ("opencode", twice, Some("esc again to interrupt"), Some("C-j"), row),
            ("copilot", twice, Some("esc again to"), Some("C-j"), joins),
            ("qwen", once, None, Some("C-j"), row),
            ("pi", once, None, Some("C-j"), row),
            ("vibe", once, None, Some("C-j"), row),
            ("kimi", once, None, Some("C-j"), row),
            ("cn", once, None, Some("C-j"), row),
            ("cline", once, None, Some("C-j"), row),
            ("aider", &["C-c"], None, None, row),
        ] {
            let patterns = Patterns::for_agent(name).unwrap();
            assert_eq!(patterns.interrupt(), interrupt, "{name}");
            assert_eq!(patterns.interrupt_again(), again, "{name}");
            assert_eq!(patterns.newline(), newline, "{name}");
            let told = !["cline", "aider"].contains(&name);
            assert_eq!(patterns.interrupted().is_some(), told, "{name}");
            assert_eq!(patterns.clears(), clears, "{name}");
        }
    }
}
