//! What a polecat's agent is started with: its environment, and the first words to it.

mod words;

use std::path::Path;

use super::agent::{Agent, GROQ_KEY, file_name};
use super::names::PolecatName;
use super::rig::{Rig, RigKind};
use super::town::{Gastown, Town};

pub use words::{Assignment, issue_words};

/// What belongs to the editor, or to the agent in whose terminal it runs: an agent that saw it
/// would talk to this Neovim, take that agent's session for its own, or refuse to run in another.
/// gastown empties `NODE_OPTIONS` for the same reason: a debugger's are not meant for an agent.
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

/// The variables that an agent must not find, whatever tmux's server was started with: those of
/// the editor, its own session id, and the session of who started the server, unless `env` sets
/// them.
#[must_use]
pub fn unset(agent: &Agent, env: &[(String, String)]) -> Vec<String> {
    let own = ["GT_SESSION"].into_iter().chain(agent.session_id_env.as_deref());
    let names = NOT_FOR_AGENTS.iter().copied().chain(own);
    names.filter(|name| !env.iter().any(|(set, _)| set == name)).map(str::to_owned).collect()
}

/// The environment of a polecat's agent, gastown's first, the agent's own last (a later entry of
/// the same name wins). `config_dir` is the account's folder, for agents that can be told one.
#[must_use]
pub fn polecat_env(
    rig: &Rig,
    polecat: &PolecatName,
    agent: &Agent,
    config_dir: Option<&str>,
) -> Vec<(String, String)> {
    let mut env = Vec::new();
    let mut set = |key: &str, value: String| env.push((key.to_owned(), value));
    // Since 0.6 the whole address: its `gt` and `bd` read rig and name off it.
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
    // A daemon of the tracker outlives the session and keeps its database open.
    set("BEADS_NO_DAEMON", "1".to_owned());
    set("GT_AGENT", agent.name.clone());
    // Since 0.6 a `gt` that knows it, one of a hook perhaps, has gastown take the agent for dead when
    // none is called for three minutes (host/heartbeats.rs). What else reads it there finds the
    // session by the other variables (`gt costs record`), or is about heartbeats and not for who
    // works for a person (`gt heartbeat`, and `gt tap polecat-stop`, which ends the work at a pause).
    if rig.gastown() != Some(Gastown::V0_6) {
        set("GT_SESSION", rig.session(polecat).to_string());
    }
    // A later gastown's: by which names it finds the agent among the processes, and its town.
    set("GT_PROCESS_NAMES", process_names(agent).join(","));
    if let RigKind::Town(Town { root, .. }) = &rig.kind {
        set("GT_TOWN_ROOT", root.to_string_lossy().into_owned());
    }
    if let (Some(variable), Some(dir)) = (&agent.config_dir_env, config_dir) {
        set(variable, dir.to_owned());
    }
    if let Some(variable) = &agent.session_id_env {
        set("GT_SESSION_ID_ENV", variable.clone());
    }
    env.extend(agent.env.iter().cloned());
    env
}

/// The names of an agent's processes, that of its program among them: a wrapper of a person's may be
/// called otherwise than what is known of the agent.
fn process_names(agent: &Agent) -> Vec<&str> {
    let program = file_name(&agent.command);
    let known = agent.process_names.iter().map(String::as_str);
    known
        .chain((!agent.process_names.iter().any(|name| name == program)).then_some(program))
        .collect()
}

/// The environment with the keys that a known agent takes from the person's own; `of_ours` tells a
/// variable's value. One that is not set stays what it is: without it the agent would show the
/// other service a key of its own.
#[must_use]
pub fn with_keys(
    env: Vec<(String, String)>,
    of_ours: impl Fn(&str) -> Option<String>,
) -> Vec<(String, String)> {
    let key = |value: &str| (value == GROQ_KEY).then(|| of_ours(&value[1..])).flatten();
    env.into_iter().map(|(name, value)| (name, key(&value).unwrap_or(value))).collect()
}

/// What of a polecat gastown 0.6 tells its agent besides.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Where it works.
    pub workdir: &'a Path,
    /// The branch that is checked out there.
    pub branch: Option<&'a str>,
    /// The how many-th of the rig's polecats it is, from 0, by name.
    pub slot: usize,
    /// The port of the town's Dolt server, where the town says one.
    pub dolt_port: Option<u16>,
}

/// What gastown 0.6 (a8bd79bf8) sets besides [`polecat_env`], as far as `gt` and `bd` work by it.
///
/// Left out: `GT_RUN`, an id of gastown's telemetry; `CLAUDE_CODE_EFFORT_LEVEL`, which would take
/// the place of what the user set; keys and proxies of the caller's environment, which everybody
/// can read who reads tmux's.
#[must_use]
pub fn town_env(town: &Town, facts: &Facts) -> Vec<(String, String)> {
    if town.gastown == Gastown::V0_5 {
        return Vec::new();
    }
    let mut env = Vec::new();
    let mut set = |key: &str, value: String| env.push((key.to_owned(), value));
    // `gt done` goes on by these two when the worktree is gone from under it.
    set("GT_POLECAT_PATH", facts.workdir.to_string_lossy().into_owned());
    if let Some(branch) = facts.branch {
        set("GT_BRANCH", branch.to_owned());
    }
    // Tests of a project keep apart by it: ports, databases.
    set("POLECAT_SLOT", facts.slot.to_string());
    // In folders between the town and the worktrees git finds no repository around the town.
    set("GIT_CEILING_DIRECTORIES", town.root.to_string_lossy().into_owned());
    // One Dolt server for all: no commit of its own for each call, no server of a polecat's own,
    // and no backup that is committed to the project.
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
    use super::super::agent::preset;
    use super::super::rig::tests::{later, repository, shop};
    use super::*;

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
