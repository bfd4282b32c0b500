//! What settings say about an agent; for a known one, only the differences.

use super::{Agent, Hooks, PromptMode, Ready, Resume, file_name};
use crate::core::screen::DescriptionChanges;

/// Overrides for an agent; `None` keeps the base value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentOverrides {
    /// The known agent to start from, by name; `generic` for none.
    pub like: Option<String>,
    /// The program.
    pub command: Option<String>,
    /// Its arguments; an empty list removes all.
    pub args: Option<Vec<String>>,
    /// Words in front of the program.
    pub wrapper: Option<Vec<String>>,
    /// More environment variables.
    pub env: Vec<(String, String)>,
    /// The names its processes may have.
    pub process_names: Option<Vec<String>>,
    /// The beginning of its prompt line.
    pub prompt: Option<String>,
    /// The beginning of the pane's title once it is ready.
    pub title: Option<String>,
    /// It counts as ready after this many milliseconds.
    pub delay_ms: Option<u64>,
    /// The pause between a paste and the key that submits it, in milliseconds.
    pub settle_ms: Option<u64>,
    /// How it takes a prompt on its command line.
    pub prompt_mode: Option<PromptMode>,
    /// Its first prompt.
    pub initial_prompt: Option<String>,
    /// The format of its hooks; `none` if it has none.
    pub hooks_provider: Option<String>,
    /// The folder of its hooks.
    pub hooks_dir: Option<String>,
    /// The file of its hooks.
    pub hooks_file: Option<String>,
    /// How it goes on with an earlier conversation.
    pub resume: Option<Resume>,
    /// The variable that names its configuration folder.
    pub config_dir_env: Option<String>,
    /// The variable that holds its session id.
    pub session_id_env: Option<String>,
    /// The instructions file that it reads.
    pub instructions: Option<String>,
    /// Whether it may tell of its state by events.
    pub events: Option<bool>,
    /// Its screen, keys and dialogs.
    pub description: DescriptionChanges,
    /// More arguments if its hooks file is in the working directory.
    pub hook_args: Option<Vec<String>>,
    /// Flags to add if the installed program supports them.
    pub flags_if_taken: Option<Vec<String>>,
    /// Whether its program may be called by a version alone.
    pub runs_as_version: bool,
}

impl AgentOverrides {
    /// The agent `name`: `base` with these changes.
    #[must_use]
    pub fn over(&self, name: &str, base: &Agent) -> Agent {
        let text = |given: &Option<String>, base: &Option<String>| given.clone().or(base.clone());
        let command = self.command.clone().unwrap_or_else(|| base.command.clone());
        Agent {
            name: name.to_owned(),
            patterns: base.patterns.clone(),
            wrapper: self.wrapper.clone().unwrap_or_else(|| base.wrapper.clone()),
            args: self.args.clone().unwrap_or_else(|| base.args.clone()),
            flags_if_taken: self
                .flags_if_taken
                .clone()
                .unwrap_or_else(|| base.flags_if_taken.clone()),
            hook_args: self.hook_args(base),
            env: merged(&base.env, &self.env),
            process_names: self.process_names(&command, base),
            ready: Ready {
                prompt: text(&self.prompt, &base.ready.prompt),
                title: text(&self.title, &base.ready.title),
                delay_ms: self.delay_ms.unwrap_or(base.ready.delay_ms),
            },
            settle_ms: self.settle_ms.unwrap_or(base.settle_ms),
            prompt_mode: self.prompt_mode.clone().unwrap_or_else(|| base.prompt_mode.clone()),
            initial_prompt: text(&self.initial_prompt, &base.initial_prompt),
            hooks: self.hooks(base.hooks.as_ref()),
            resume: match self.resume.clone() {
                Some(given) => Some(given.over(base.resume.as_ref())),
                None => base.resume.clone(),
            },
            config_dir_env: text(&self.config_dir_env, &base.config_dir_env),
            session_id_env: text(&self.session_id_env, &base.session_id_env),
            instructions: self.instructions.clone().unwrap_or_else(|| base.instructions.clone()),
            events: self.events.or(base.events),
            description: self.description.over(&base.description),
            command,
        }
    }

    /// Those of the base belong to its own arguments.
    fn hook_args(&self, base: &Agent) -> Vec<String> {
        let kept = || if self.args.is_none() { base.hook_args.clone() } else { Vec::new() };
        self.hook_args.clone().unwrap_or_else(kept)
    }

    /// A wrapper script may remain as a process of its own name, or be replaced by what it starts.
    fn process_names(&self, command: &str, base: &Agent) -> Vec<String> {
        if let Some(names) = &self.process_names {
            return names.clone();
        }
        let mut names = base.process_names.clone();
        let own = file_name(command);
        if !names.iter().any(|name| name == own) {
            names.insert(0, own.to_owned());
        }
        names
    }

    fn hooks(&self, base: Option<&Hooks>) -> Option<Hooks> {
        let given = [&self.hooks_provider, &self.hooks_dir, &self.hooks_file];
        if given.iter().all(|given| given.is_none()) {
            return base.cloned();
        }
        let pick = |given: &Option<String>, of: fn(&Hooks) -> &String| {
            given.clone().or_else(|| base.map(of).cloned()).unwrap_or_default()
        };
        let hooks = Hooks {
            provider: pick(&self.hooks_provider, |hooks| &hooks.provider),
            dir: pick(&self.hooks_dir, |hooks| &hooks.dir),
            file: pick(&self.hooks_file, |hooks| &hooks.file),
        };
        (hooks.provider != "none").then_some(hooks)
    }
}

/// A changed variable keeps its place, so that equal settings compare equal.
fn merged(base: &[(String, String)], more: &[(String, String)]) -> Vec<(String, String)> {
    let mut all = base.to_vec();
    for (name, value) in more {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => all.push((name.clone(), value.clone())),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::preset;
    use super::*;

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn only_what_is_said_changes() {
        let claude = preset("claude").unwrap();
        let same = AgentOverrides::default().over("claude", &claude);
        assert_eq!(same, claude);
        let opus =
            AgentOverrides { args: Some(owned(&["--model", "opus"])), ..AgentOverrides::default() };
        let opus = opus.over("opus", &claude);
        assert_eq!(opus.argv(), ["claude", "--model", "opus"]);
        assert_eq!((opus.name.as_str(), opus.patterns.as_str()), ("opus", "claude"));
        assert_eq!(opus.ready, claude.ready);
    }

    #[test]
    fn variables_are_merged_and_a_new_program_may_be_its_own_process() {
        let changes = AgentOverrides {
            command: Some("/opt/bin/code".into()),
            env: vec![("OPENCODE_PERMISSION".into(), "x".into()), ("A".into(), "1".into())],
            ..AgentOverrides::default()
        };
        let agent = changes.over("mine", &preset("opencode").unwrap());
        assert_eq!(agent.env, changes.env);
        assert_eq!(agent.process_names, ["code", "opencode", "node", "bun"]);
    }

    #[test]
    fn hooks_can_be_moved_and_taken_away() {
        let claude = preset("claude").unwrap();
        let moved = AgentOverrides { hooks_dir: Some(".mine".into()), ..AgentOverrides::default() };
        let hooks = moved.over("claude", &claude).hooks.unwrap();
        assert_eq!((hooks.provider.as_str(), hooks.dir.as_str()), ("claude", ".mine"));
        let none =
            AgentOverrides { hooks_provider: Some("none".into()), ..AgentOverrides::default() };
        assert_eq!(none.over("claude", &claude).hooks, None);
    }
}
