//! The settings that an agent is given for its session. Of several files only one counts, so those of
//! its town, its own, and our hooks by which it tells of its work, are merged into one.

use std::{
    env,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    core::{
        agent::{
            Agent, SETTINGS_FLAG,
            events::{HookEvents, SettingsBy, SettingsVariable},
            is_program, preset,
        },
        names::PolecatName,
        trust::Content,
    },
    host::{
        HostError, path,
        session_settings::{self, SessionSettings, merged, with_hooks},
    },
    session::start::{Starter, resolve_agent::AgentChoice},
};

/// What an agent was given.
#[derive(Default)]
pub(in crate::session) struct GivenSettings {
    /// Our file.
    pub(in crate::session) file: Option<SessionSettings>,
    /// Whether it got its town's settings.
    pub(in crate::session) has_towns: bool,
}

impl Starter {
    /// Gives the agent of `choice` its settings, and its town's if there are any. What cannot be
    /// given is told in the warnings; then the agent's own stay as they are.
    pub(in crate::session) async fn give_settings(
        &self,
        choice: &mut AgentChoice,
        polecat: &PolecatName,
        workdir: &Path,
        towns: Option<&Content>,
    ) -> GivenSettings {
        let events = HookEvents::of_agent(&choice.agent.patterns).filter(|_| is_to_tell(choice));
        let hooks = events.zip(self.hook_command());
        let hooks = hooks.map(|(events, command)| with_hooks(events, &command));
        let given = match (events.map(|events| events.settings), hooks) {
            (Some(SettingsBy::Variable(variable)), Some(hooks)) => {
                self.by_variable(choice, polecat, &variable, hooks).await
            }
            (Some(SettingsBy::Variable(_)), None) => return GivenSettings::default(),
            (_, hooks) => self.by_flag(choice, polecat, workdir, towns, hooks).await,
        };
        given.unwrap_or_else(|error| {
            let given = without_ours(choice, towns);
            let lost = towns.is_some() && !given.has_towns;
            let lost = if lost { "the town's hooks are not loaded, and " } else { "" };
            let agent = &choice.agent.name;
            choice.warnings.push(format!("{lost}`{agent}` sends no events: {error}"));
            given
        })
    }

    async fn by_flag(
        &self,
        choice: &mut AgentChoice,
        polecat: &PolecatName,
        workdir: &Path,
        towns: Option<&Content>,
        hooks: Option<Value>,
    ) -> Result<GivenSettings, HostError> {
        let own = settings_of(&choice.argv).map(str::to_owned);
        if hooks.is_none() && (towns.is_none() || own.is_none()) {
            return Ok(without_ours(choice, towns));
        }
        let mut settings = hooks.unwrap_or_else(|| json!({}));
        if let Some(towns) = towns {
            settings = merged(settings, session_settings::allowed(towns).await?);
        }
        if let Some(own) = own {
            settings = merged(settings, session_settings::named(&own, workdir).await?);
        }
        let file = SessionSettings::write(&self.context.rig, polecat, &settings).await?;
        choice.argv = without_settings(&choice.argv);
        choice.argv.extend(flag(&file.path()));
        Ok(GivenSettings { file: Some(file), has_towns: towns.is_some() })
    }

    async fn by_variable(
        &self,
        choice: &mut AgentChoice,
        polecat: &PolecatName,
        variable: &SettingsVariable,
        hooks: Value,
    ) -> Result<GivenSettings, HostError> {
        let replaced = session_settings::of_file(&replaced(variable, &choice.agent)).await?;
        let settings = replaced.map_or_else(|| hooks.clone(), |more| merged(hooks.clone(), more));
        let file = SessionSettings::write(&self.context.rig, polecat, &settings).await?;
        let path = file.path().to_string_lossy().into_owned();
        choice.agent.env.retain(|(name, _)| name != variable.name);
        choice.agent.env.push((variable.name.to_owned(), path));
        Ok(GivenSettings { file: Some(file), has_towns: false })
    }

    /// The shell command of our hooks; `None` if a path cannot be named. The program may have moved
    /// by the time, which is no failure of the agent's hook.
    fn hook_command(&self) -> Option<String> {
        let tmux = self.context.tmux.address().program();
        let tmux = path::find_program(tmux.to_str()?, Path::new("/"))?;
        let (own, tmux) = (quoted(&path::own_program()?)?, quoted(&tmux)?);
        Some(format!("test -x {own} && {own} hook {tmux} 2>/dev/null; true"))
    }
}

/// Whether the agent is to tell of its work. A program of which only the preset's name is known may
/// refuse arguments that it does not expect.
fn is_to_tell(choice: &AgentChoice) -> bool {
    let known = || {
        let known = preset(&choice.agent.patterns);
        let program = choice.argv.first();
        known.zip(program).is_some_and(|(known, program)| is_program(program, &known.command))
    };
    !choice.origin.own_command && choice.agent.events.unwrap_or_else(known)
}

/// Gives the agent the town's settings in the town's own file, unless it has some of its own.
fn without_ours(choice: &mut AgentChoice, towns: Option<&Content>) -> GivenSettings {
    let towns = towns.filter(|_| settings_of(&choice.argv).is_none());
    choice.argv.extend(towns.into_iter().flat_map(|towns| flag(&towns.path)));
    GivenSettings { file: None, has_towns: towns.is_some() }
}

fn flag(path: &Path) -> [String; 2] {
    [SETTINGS_FLAG.to_owned(), path.to_string_lossy().into_owned()]
}

/// The file that is not read when the variable names another.
fn replaced(variable: &SettingsVariable, agent: &Agent) -> PathBuf {
    let value = |name: &str| {
        let configured = agent.env.iter().find(|(known, _)| known == name);
        let value = configured.map(|(_, value)| value.into()).or_else(|| env::var_os(name));
        value.filter(|value| !value.is_empty()).map(PathBuf::from)
    };
    let usual = Path::new(variable.usual);
    let beside = || value(variable.beside)?.parent()?.join(usual.file_name()?).into();
    value(variable.name).or_else(beside).unwrap_or_else(|| usual.to_owned())
}

fn quoted(path: &Path) -> Option<String> {
    Some(shlex::try_quote(path.to_str()?).ok()?.into_owned())
}

/// The settings that a command line names.
pub(in crate::session) fn settings_of(argv: &[String]) -> Option<&str> {
    let mut last = None;
    for word in argv.iter().rev() {
        let rest = word.strip_prefix(SETTINGS_FLAG);
        if let Some(named) = rest.and_then(|rest| rest.strip_prefix('=')) {
            return Some(named);
        }
        if word == SETTINGS_FLAG {
            return Some(last.unwrap_or_default());
        }
        last = Some(word.as_str());
    }
    None
}

/// A command line that names none.
fn without_settings(argv: &[String]) -> Vec<String> {
    let mut words = argv.iter();
    let mut left = Vec::new();
    while let Some(word) = words.next() {
        match word.strip_prefix(SETTINGS_FLAG) {
            Some("") => drop(words.next()),
            Some(rest) if rest.starts_with('=') => {}
            _ => left.push(word.clone()),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_settings_of_a_command_line_are_the_ones_that_count() {
        for (line, named, left) in [
            ("claude --settings /a -p", Some("/a"), "claude -p"),
            ("claude --settings=/a", Some("/a"), "claude"),
            ("claude --settings /a --settings=/b x", Some("/b"), "claude x"),
            ("claude --settings", Some(""), "claude"),
            ("claude --setting-sources user", None, "claude --setting-sources user"),
            ("claude", None, "claude"),
        ] {
            let argv: Vec<_> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(settings_of(&argv), named, "{line}");
            assert_eq!(without_settings(&argv).join(" "), left, "{line}");
        }
    }
}
