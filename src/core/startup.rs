//! What a polecat's agent is started with: its environment, and the first words to it.

use jiff::civil::DateTime;

use super::agent::Agent;
use super::names::{IssueId, PolecatName};
use super::rig::{Rig, RigKind};
use super::town::{Gastown, Town};

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
    set("GT_ROLE", "polecat".to_owned());
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
    set("GT_PROCESS_NAMES", agent.process_names.join(","));
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

/// gastown's startup beacon: who is meant, by whom, when (local time) and about what. Agents and
/// `gt` look for these exact words.
#[must_use]
pub fn beacon(rig: &Rig, polecat: &PolecatName, now: DateTime, issue: Option<&IssueId>) -> String {
    let (recipient, at) = (rig.agent_id(polecat), now.strftime("%Y-%m-%dT%H:%M"));
    let topic = issue.map_or_else(|| "assigned".to_owned(), |issue| format!("assigned:{issue}"));
    format!(
        "[GAS TOWN] {recipient} <- witness • {at} • {topic}\n\n\
         Work is on your hook. Run `gt hook` now and begin immediately."
    )
}

/// What gastown types to agents whose hooks cannot run it.
pub const HOOKLESS: &str = "gt prime && gt mail check --inject && gt nudge deacon session-started";

/// The first words to an agent outside of a town that has an issue to work on; `show` is the
/// command that prints it.
#[must_use]
pub fn issue_words(issue: &IssueId, title: &str, show: &str) -> String {
    let title = if title.is_empty() { String::new() } else { format!(": {title}") };
    format!("Work on issue {issue}{title}. `{show}` prints all of it. Please begin now.")
}

/// gastown's propulsion nudge; `session` is what `.runtime/session_id` of the workdir holds.
#[must_use]
pub fn propulsion_nudge(session: Option<&str>) -> String {
    let nudge = "Run `gt hook` to check your hook and begin work.";
    match session {
        Some(session) => format!("{nudge} [session:{session}]"),
        None => nudge.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::agent::preset;
    use super::super::rig::tests::{repository, shop};
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
        let env = lines(&polecat_env(&repository(), &ash(), &agent, Some("/ignored")));
        assert!(env.contains(&"GT_ROOT=/src/shop/.git/polecat".to_owned()), "{env:?}");
        assert_eq!(env.last().map(String::as_str), Some("KEY=a b"));
        assert!(!env.iter().any(|line| line.contains("/ignored")), "{env:?}");
        assert!(!env.iter().any(|line| line.starts_with("GT_TOWN_ROOT")), "{env:?}");
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
    fn the_first_words_are_gastowns_to_the_letter() {
        let now = jiff::civil::date(2026, 1, 16).at(9, 5, 59, 0);
        let issue = IssueId::parse("gt-1").unwrap();
        assert_eq!(
            beacon(&shop(), &ash(), now, Some(&issue)),
            "[GAS TOWN] shop/polecats/ash <- witness • 2026-01-16T09:05 • assigned:gt-1\n\n\
             Work is on your hook. Run `gt hook` now and begin immediately."
        );
        assert!(beacon(&shop(), &ash(), now, None).contains(" • assigned\n"));
        assert_eq!(propulsion_nudge(None), "Run `gt hook` to check your hook and begin work.");
        assert!(propulsion_nudge(Some("s-1")).ends_with("work. [session:s-1]"));
    }
}
