//! Which files decide what runs: those without which something different would run.

use std::path::{Path, PathBuf};

use super::{OnPath, Sources, lookup::Search};
use crate::core::agent::{Agent, preset, preset_names};

impl Sources {
    /// The files that define the agent that [`Sources::resolve`] returns; none if the presets or
    /// the plugin's configuration define the same agent without them, whoever chose it. `command`
    /// is the user's own, in place of the agent's.
    #[must_use]
    pub fn deciding(
        &self,
        asked: Option<&str>,
        command: Option<&[String]>,
        on_path: OnPath,
    ) -> Vec<PathBuf> {
        let run = |sources: &Self| {
            let agent = sources.resolve(asked, on_path).ok()?.agent;
            Some(as_run(agent, command))
        };
        let Some(agent) = run(self).filter(|agent| !self.is_known(agent, command)) else {
            return Vec::new();
        };
        let decides = |path: &&Path| {
            let without = run(&self.without(Some(*path)));
            !without.is_some_and(|other| other.runs_like(&agent))
        };
        let deciding: Vec<_> = self.paths().filter(decides).map(Path::to_owned).collect();
        // If two files say the same, removing either alone changes nothing.
        if deciding.is_empty() { self.paths().map(Path::to_owned).collect() } else { deciding }
    }

    /// Whether an agent that runs the same is defined without the files.
    fn is_known(&self, agent: &Agent, command: Option<&[String]>) -> bool {
        let own = self.without(None);
        let named = |name| Search::new(&own).named(name).ok().flatten();
        let configured = self.agents.keys().filter_map(|name| named(name));
        let mut known = preset_names().filter_map(preset).chain(configured);
        known.any(|known| as_run(known, command).runs_like(agent))
    }

    /// The sources without this file, or without all files.
    fn without(&self, path: Option<&Path>) -> Self {
        fn left<T: Clone>(
            file: Option<&super::File<T>>,
            path: Option<&Path>,
        ) -> Option<super::File<T>> {
            file.filter(|file| path.is_some_and(|path| file.path != path)).cloned()
        }
        Self {
            rig: left(self.rig.as_ref(), path),
            rig_agents: left(self.rig_agents.as_ref(), path),
            town: left(self.town.as_ref(), path),
            town_agents: left(self.town_agents.as_ref(), path),
            agent: self.agent.clone(),
            agents: self.agents.clone(),
        }
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        let registries = [&self.rig_agents, &self.town_agents].into_iter().flatten();
        let registries = registries.map(|file| file.path.as_path());
        let rig = self.rig.as_ref().map(|file| file.path.as_path());
        let town = self.town.as_ref().map(|file| file.path.as_path());
        rig.into_iter().chain(town).chain(registries)
    }
}

fn as_run(agent: Agent, command: Option<&[String]>) -> Agent {
    match command {
        Some(argv) => agent.with_command(argv),
        None => agent,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::file;
    use super::*;
    use crate::core::agent::AgentOverrides;

    const RIG: &str = "/town/shop/settings/config.json";
    const RIG_AGENTS: &str = "/town/shop/settings/agents.json";
    const TOWN: &str = "/town/settings/config.json";
    const TOWN_AGENTS: &str = "/town/settings/agents.json";

    /// Sources from these files; an empty text means no file.
    fn sources(rig: &str, rig_agents: &str, town: &str, town_agents: &str) -> Sources {
        fn read<T: serde::de::DeserializeOwned>(
            path: &str,
            text: &str,
        ) -> Option<super::super::File<T>> {
            (!text.is_empty()).then(|| file(path, text)).flatten()
        }
        Sources {
            rig: read(RIG, rig),
            rig_agents: read(RIG_AGENTS, rig_agents),
            town: read(TOWN, town),
            town_agents: read(TOWN_AGENTS, town_agents),
            ..Sources::default()
        }
    }

    fn deciding(sources: &Sources, asked: Option<&str>) -> Vec<PathBuf> {
        sources.deciding(asked, None, &|_| true)
    }

    fn paths(paths: &[&str]) -> Vec<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_known_agent_as_it_is_needs_no_leave_whoever_chose_it() {
        for (rig, rig_agents, town) in [
            ("", "", ""),
            (r#"{"agent":"codex"}"#, "", ""),
            ("", "", r#"{"default_agent":"gemini"}"#),
            ("", "", r#"{"role_agents":{"polecat":"amp"}}"#),
            (r#"{"runtime":{"provider":"codex"}}"#, "", ""),
            (r#"{"runtime":{"command":"claude"}}"#, "", ""),
            (r#"{"agent":"mine"}"#, r#"{"agents":{"mine":{"command":"claude"}}}"#, ""),
            (r#"{"agent":"x"}"#, r#"{"agents":{"x":{"command":"amp","ready_delay_ms":9}}}"#, ""),
            // An agent that is not started decides nothing.
            ("", r#"{"agents":{"bad":{"command":"/bin/sh"}}}"#, ""),
        ] {
            let sources = sources(rig, rig_agents, town, "");
            assert_eq!(deciding(&sources, None), paths(&[]), "{rig} {rig_agents} {town}");
        }
    }

    #[test]
    fn whatever_else_files_say_is_run_names_these_files() {
        for (rig, rig_agents, town, town_agents, asked, expected) in [
            (r#"{"runtime":{"command":"/bin/sh"}}"#, "", "", "", None, &[RIG][..]),
            (r#"{"runtime":{"command":"./claude"}}"#, "", "", "", None, &[RIG]),
            (r#"{"runtime":{"args":["--x"]}}"#, "", "", "", None, &[RIG]),
            (r#"{"runtime":{"env":{"PATH":"/x"}}}"#, "", "", "", None, &[RIG]),
            (r#"{"runtime":{"exec_wrapper":["x"]}}"#, "", "", "", None, &[RIG]),
            (r#"{"runtime":{"initial_prompt":"x"}}"#, "", "", "", None, &[RIG]),
            (r#"{"runtime":{"prompt_mode":"--mcp"}}"#, "", "", "", None, &[RIG]),
            (r#"{"runtime":{"hooks":{"dir":".x"}}}"#, "", "", "", None, &[RIG]),
            (
                r#"{"runtime":{"session":{"config_dir_env":"LD_PRELOAD"}}}"#,
                "",
                "",
                "",
                None,
                &[RIG],
            ),
            (r#"{"runtime":{"tmux":{"ready_prompt_prefix":"1."}}}"#, "", "", "", None, &[RIG]),
            // The file that chooses and the file that defines.
            (
                "",
                "",
                r#"{"default_agent":"x"}"#,
                r#"{"agents":{"x":{"command":"/bin/sh"}}}"#,
                None,
                &[TOWN, TOWN_AGENTS],
            ),
            // A known name with another command.
            ("", r#"{"agents":{"claude":{"command":"/bin/sh"}}}"#, "", "", None, &[RIG_AGENTS]),
            (
                "",
                r#"{"agents":{"codex":{"resume_flag":"x"}}}"#,
                "",
                "",
                Some("codex"),
                &[RIG_AGENTS],
            ),
            // Both say the same.
            (
                r#"{"agents":{"claude":{"args":["-x"]}}}"#,
                r#"{"agents":{"claude":{"args":["-x"]}}}"#,
                "",
                "",
                None,
                &[RIG, RIG_AGENTS],
            ),
        ] {
            let sources = sources(rig, rig_agents, town, town_agents);
            assert_eq!(deciding(&sources, asked), paths(expected), "{rig} {rig_agents}");
        }
    }

    #[test]
    fn what_the_users_configuration_says_needs_no_leave_unless_files_change_it() {
        let mine =
            AgentOverrides { command: Some("/opt/mine".into()), ..AgentOverrides::default() };
        let like = AgentOverrides { like: Some("codex".into()), ..AgentOverrides::default() };
        let agents: std::collections::BTreeMap<_, _> =
            [("mine".to_owned(), mine), ("like".to_owned(), like)].into();
        let chosen =
            Sources { agents: agents.clone(), ..sources(r#"{"agent":"mine"}"#, "", "", "") };
        assert_eq!(deciding(&chosen, None), paths(&[]));
        let registry = r#"{"agents":{"codex":{"env":{"X":"1"}}}}"#;
        let changed = Sources { agents, ..sources("", registry, "", "") };
        assert_eq!(deciding(&changed, Some("like")), paths(&[RIG_AGENTS]));
        assert_eq!(deciding(&changed, Some("mine")), paths(&[]));
    }

    #[test]
    fn of_a_command_of_the_users_own_only_what_surrounds_it_counts() {
        let registry = r#"{"agents":{"args":{"command":"codex","args":["-x"]},
            "env":{"command":"codex","env":{"X":"1"}}}}"#;
        let sources = sources("", registry, "", "");
        let command = ["true".to_owned()];
        let deciding = |name| sources.deciding(Some(name), Some(&command), &|_| true);
        assert_eq!(deciding("args"), paths(&[]));
        assert_eq!(deciding("env"), paths(&[RIG_AGENTS]));
    }
}
