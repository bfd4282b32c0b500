//! What an agent is started with: its environment and its first prompts.

mod words;

use std::path::Path;

use crate::core::agent::{Agent, GROQ_KEY, file_name};
use crate::core::names::PolecatName;
use crate::core::rig::town::{Gastown, Town};
use crate::core::rig::{Rig, RigKind};

pub use words::{Assignment, issue_words};

/// Variables of the editor, or of an agent in whose terminal the editor runs. With them, a new agent
/// would talk to this Neovim, take that agent's session for its own, or refuse to run inside another.
/// Like gastown we also clear `NODE_OPTIONS`: a debugger's options are not meant for an agent.
pub const NOT_FOR_AGENTS: &[&str] = &[
    "NVIM",
    "NVIM_LISTEN_ADDRESS",
    "NVIM_LOG_FILE",
    "VIM",
    "VIMRUNTIME",
    "MYVIMRC",
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SSE_PORT",
    "NODE_OPTIONS",
];

/// The variable that names the one in which an agent keeps the id of its conversation, for programs that
/// it runs: `session_id_env` (527b7ce79, internal/config/agents.go:49).
pub const SESSION_ID_ENV: &str = "GT_SESSION_ID_ENV";

/// The variables to unset for an agent, whatever the tmux server was started with: those of the editor,
/// the agent's session id, and the session of whoever started the server, unless `env` sets them.
#[must_use]
pub fn unset(agent: &Agent, env: &[(String, String)]) -> Vec<String> {
    let own = ["GT_SESSION"].into_iter().chain(agent.session_id_env.as_deref());
    let names = NOT_FOR_AGENTS.iter().copied().chain(own);
    names.filter(|name| !env.iter().any(|(set, _)| set == name)).map(str::to_owned).collect()
}

/// The environment of a polecat's agent: gastown's variables first, the agent's own last (of two with
/// the same name the later wins). `config_dir` is the account's folder, for agents that support one.
#[must_use]
pub fn polecat_env(
    rig: &Rig,
    polecat: &PolecatName,
    agent: &Agent,
    config_dir: Option<&str>,
) -> Vec<(String, String)> {
    let mut env = Vec::new();
    let mut set = |key: &str, value: String| env.push((key.to_owned(), value));
    // Since 0.6 the full address, from which `gt` and `bd` read rig and name.
    set(
        "GT_ROLE",
        match rig.gastown() {
            Some(Gastown::V0_6) => rig.agent_id(polecat),
            Some(Gastown::V0_5) | None => "polecat".to_owned(),
        },
    );
    set("GT_RIG", rig.name.to_string());
    set("GT_POLECAT", polecat.to_string());
    set("BD_ACTOR", rig.agent_id(polecat));
    set("GIT_AUTHOR_NAME", polecat.to_string());
    set("GT_ROOT", rig.root().to_string_lossy().into_owned());
    set("BEADS_AGENT_NAME", format!("{}/{polecat}", rig.name));
    // A tracker daemon would outlive the session and keep its database open.
    set("BEADS_NO_DAEMON", "1".to_owned());
    set("GT_AGENT", agent.name.clone());
    // Since 0.6 a `gt` that knows it, one of a hook perhaps, has gastown take the agent for dead when
    // none is called for three minutes (host/gastown/heartbeats.rs). What else reads it there finds the
    // session by the other variables (`gt costs record`), or is about heartbeats and not for who
    // works for a person (`gt heartbeat`, and `gt tap polecat-stop`, which ends the work at a pause).
    if rig.gastown() != Some(Gastown::V0_6) {
        set("GT_SESSION", rig.session(polecat).to_string());
    }
    // For later gastowns: the names of the agent's processes, and its town.
    set("GT_PROCESS_NAMES", process_names(agent).join(","));
    if let RigKind::Town(Town { root, .. }) = &rig.kind {
        set("GT_TOWN_ROOT", root.to_string_lossy().into_owned());
    }
    if let (Some(variable), Some(dir)) = (&agent.config_dir_env, config_dir) {
        set(variable, dir.to_owned());
    }
    if let Some(variable) = &agent.session_id_env {
        set(SESSION_ID_ENV, variable.clone());
    }
    env.extend(agent.env.iter().cloned());
    env
}

/// The names of an agent's processes, including that of its program: a user's wrapper may have another
/// name than the known ones.
fn process_names(agent: &Agent) -> Vec<&str> {
    let program = file_name(&agent.command);
    let known = agent.process_names.iter().map(String::as_str);
    known
        .chain((!agent.process_names.iter().any(|name| name == program)).then_some(program))
        .collect()
}

/// The environment with the keys that a known agent takes from the user's own; `of_ours` looks up a
/// variable. An unset one keeps its placeholder: otherwise the agent would send another key of its own to
/// the service.
#[must_use]
pub fn with_keys(
    env: Vec<(String, String)>,
    of_ours: impl Fn(&str) -> Option<String>,
) -> Vec<(String, String)> {
    let key = |value: &str| (value == GROQ_KEY).then(|| of_ours(&value[1..])).flatten();
    env.into_iter().map(|(name, value)| (name, key(&value).unwrap_or(value))).collect()
}

/// More facts that gastown 0.6 tells an agent.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The working directory.
    pub workdir: &'a Path,
    /// The branch that is checked out there.
    pub branch: Option<&'a str>,
    /// The polecat's index among the rig's polecats by name, from 0.
    pub slot: usize,
    /// The port of the town's Dolt server, if the town has one.
    pub dolt_port: Option<u16>,
}

/// What gastown 0.6 (a8bd79bf8) sets in addition to [`polecat_env`], as far as `gt` and `bd` use it.
///
/// Left out: `GT_RUN`, a telemetry id; `CLAUDE_CODE_EFFORT_LEVEL`, which would override the user's;
/// keys and proxies of the caller's environment, which would be readable for everybody with access to
/// tmux.
#[must_use]
pub fn town_env(town: &Town, facts: &Facts) -> Vec<(String, String)> {
    if town.gastown == Gastown::V0_5 {
        return Vec::new();
    }
    let mut env = Vec::new();
    let mut set = |key: &str, value: String| env.push((key.to_owned(), value));
    // `gt done` uses these two if the worktree is removed under it.
    set("GT_POLECAT_PATH", facts.workdir.to_string_lossy().into_owned());
    if let Some(branch) = facts.branch {
        set("GT_BRANCH", branch.to_owned());
    }
    // The project's tests use it to separate ports and databases.
    set("POLECAT_SLOT", facts.slot.to_string());
    // So that git finds no repository around the town from the folders between town and worktrees.
    set("GIT_CEILING_DIRECTORIES", town.root.to_string_lossy().into_owned());
    // One Dolt server for all: no commit for each call, no server per polecat, and no backup
    // committed to the project.
    set("BD_DOLT_AUTO_COMMIT", "off".to_owned());
    set("BD_BACKUP_ENABLED", "false".to_owned());
    set("BEADS_DOLT_AUTO_START", "0".to_owned());
    if let Some(port) = facts.dolt_port {
        set("GT_DOLT_PORT", port.to_string());
        set("BEADS_DOLT_PORT", port.to_string());
    }
    env
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::agent::preset;
    use crate::core::rig::tests::{later, repository, shop};

    fn ash() -> PolecatName {
        PolecatName::parse("ash").unwrap()
    }

    fn lines(env: &[(String, String)]) -> Vec<String> {
        env.iter().map(|(key, value)| format!("{key}={value}")).collect()
    }

    #[test]
    fn a_polecat_gets_gastowns_environment() {
        let env = polecat_env(&shop(), &ash(), &preset("claude").unwrap(), Some("/acc/work"));
        let expected = [
            "GT_ROLE=polecat",
            "GT_RIG=shop",
            "GT_POLECAT=ash",
            "BD_ACTOR=shop/polecats/ash",
            "GIT_AUTHOR_NAME=ash",
            "GT_ROOT=/town",
            "BEADS_AGENT_NAME=shop/ash",
            "BEADS_NO_DAEMON=1",
            "GT_AGENT=claude",
            "GT_SESSION=gt-shop-ash",
            "GT_PROCESS_NAMES=node,claude",
            "GT_TOWN_ROOT=/town",
            "CLAUDE_CONFIG_DIR=/acc/work",
            "GT_SESSION_ID_ENV=CLAUDE_SESSION_ID",
        ];
        assert_eq!(lines(&env), expected);
    }

    #[test]
    fn in_a_town_of_gastown_0_6_no_gt_of_the_agents_makes_a_heartbeat() {
        let mut rig = shop();
        let RigKind::Town(town) = &mut rig.kind else { panic!("{rig:?}") };
        town.gastown = Gastown::V0_6;
        let claude = preset("claude").unwrap();
        let env = polecat_env(&rig, &ash(), &claude, None);
        assert!(!env.iter().any(|(name, _)| name == "GT_SESSION"), "{env:?}");
        assert!(unset(&claude, &env).contains(&"GT_SESSION".to_owned()));
        let env = polecat_env(&shop(), &ash(), &claude, None);
        assert!(!unset(&claude, &env).contains(&"GT_SESSION".to_owned()));
    }

    #[test]
    fn in_a_plain_repository_the_root_is_the_home_inside_git() {
        let mut agent = preset("amp").unwrap();
        agent.env.push(("KEY".to_owned(), "a b".to_owned()));
        agent.command = "/opt/my-amp".to_owned();
        let env = lines(&polecat_env(&repository(), &ash(), &agent, Some("/ignored")));
        assert!(env.contains(&"GT_ROOT=/src/shop/.git/polecat".to_owned()), "{env:?}");
        assert!(env.contains(&"GT_PROCESS_NAMES=amp,my-amp".to_owned()), "{env:?}");
        assert_eq!(env.last().map(String::as_str), Some("KEY=a b"));
        assert!(!env.iter().any(|line| line.contains("/ignored")), "{env:?}");
        assert!(!env.iter().any(|line| line.starts_with("GT_TOWN_ROOT")), "{env:?}");
    }

    #[test]
    fn a_key_that_is_the_persons_own_is_looked_up_and_else_stays_what_it_is() {
        let env = preset("groq-compound").unwrap().env;
        let given =
            lines(&with_keys(env.clone(), |name| (name == "GROQ_API_KEY").then(|| "k".into())));
        assert!(given.contains(&"ANTHROPIC_API_KEY=k".to_owned()), "{given:?}");
        assert_eq!(with_keys(env.clone(), |_| None), env);
    }

    #[test]
    fn what_an_agent_is_given_on_purpose_is_not_taken_away() {
        let claude = preset("claude").unwrap();
        let env = [("NODE_OPTIONS".to_owned(), "--max-old-space-size=1".to_owned())];
        let unset = unset(&claude, &env);
        assert!(!unset.contains(&"NODE_OPTIONS".to_owned()), "{unset:?}");
        for name in ["CLAUDECODE", "NVIM", "CLAUDE_SESSION_ID"] {
            assert!(unset.contains(&name.to_owned()), "{unset:?}");
        }
    }

    #[test]
    fn the_gastown_of_the_town_decides_what_else_it_finds() {
        let facts = Facts {
            workdir: Path::new("/town/shop/polecats/ash/shop"),
            branch: Some("polecat/ash-1"),
            slot: 2,
            dolt_port: Some(3307),
        };
        assert_eq!(town_env(shop().town().unwrap(), &facts), []);
        let later = later();
        let env = polecat_env(&later, &ash(), &preset("claude").unwrap(), None);
        assert_eq!(lines(&env)[0], "GT_ROLE=shop/polecats/ash");
        let expected = [
            "GT_POLECAT_PATH=/town/shop/polecats/ash/shop",
            "GT_BRANCH=polecat/ash-1",
            "POLECAT_SLOT=2",
            "GIT_CEILING_DIRECTORIES=/town",
            "BD_DOLT_AUTO_COMMIT=off",
            "BD_BACKUP_ENABLED=false",
            "BEADS_DOLT_AUTO_START=0",
            "GT_DOLT_PORT=3307",
            "BEADS_DOLT_PORT=3307",
        ];
        assert_eq!(lines(&town_env(later.town().unwrap(), &facts)), expected);
    }
}
