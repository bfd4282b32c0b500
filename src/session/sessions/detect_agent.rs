//! Detects which agent runs in a session.
//!
//! Normally it is recorded: by us on the pane, by gastown since 0.6 in the environment (`GT_AGENT`).
//! For older sessions it is the agent whose process runs in the pane, or, if no known one does (in a
//! sandbox or wrapper), the agent that the settings would start. In this order, because a session
//! may have been started with another agent than the settings name. What we started by a command of
//! which only its words are known, `cmd='cd x && claude'`, is known by its processes too.

use crate::{
    core::{
        agent::{Agent, is_program, preset, preset_of_process, preset_of_program},
        screen::Patterns,
        session::{SessionInfo, UNNAMED_AGENT},
    },
    host::processes::{ProcessList, Program, programs_of},
    session::sessions::{Sessions, environment::Started, list::Session},
};

/// The agent of a session, if known.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Detected {
    pub(in crate::session) agent: Option<Agent>,
    /// Whether a later look may know better, because its process may not have started yet.
    pub(in crate::session) guessed: bool,
}

impl Detected {
    fn certain(agent: Option<Agent>) -> Self {
        Self { agent, guessed: false }
    }

    /// The patterns to read it by.
    pub(in crate::session) fn patterns(&self) -> Patterns {
        self.agent.as_ref().map_or_else(Patterns::generic, Agent::patterns)
    }
}

impl Sessions {
    /// The screen patterns for a session, even one that another program started.
    pub(in crate::session) async fn patterns_of(&self, session: &Session) -> Patterns {
        self.detect_agent(session, &ProcessList::default()).await.patterns()
    }

    /// The agent of a session; `None` also if it is no longer configured.
    pub(in crate::session) async fn agent_of(&self, session: &Session) -> Option<Agent> {
        self.detect_agent(session, &ProcessList::default()).await.agent
    }

    /// The agent of a session, and whether it is a guess; by what runs as `processes` has it.
    pub(in crate::session) async fn detect_agent(
        &self,
        session: &Session,
        processes: &ProcessList,
    ) -> Detected {
        if let Some(name) = session.mark.as_ref().and_then(|mark| mark.agent.as_deref()) {
            let agent = match self.of_name(Some(name)).await {
                Some(agent) => Some(agent),
                None => self.of_processes((session, processes), None).await,
            };
            return Detected { guessed: agent.is_none(), agent };
        }
        let started = session.started.as_deref();
        if let Some(agent) = self.of_table(started).await {
            return Detected::certain(Some(agent));
        }
        let usual = self.context.agents().resolve(None).await.ok().map(|found| found.agent);
        if let Some(agent) = self.of_processes((session, processes), usual.as_ref()).await {
            return Detected::certain(Some(agent));
        }
        Detected { agent: usual.filter(|_| started.is_some()), guessed: true }
    }

    /// By name. Unlike for a start, its program need not be on our `PATH`.
    async fn of_name(&self, name: Option<&str>) -> Option<Agent> {
        self.context.agents().resolve(name).await.ok().map(|found| found.agent)
    }

    /// The agent that the environment names; if that is no longer configured, by its process names.
    async fn of_table(&self, started: Option<&Started>) -> Option<Agent> {
        let Started { agent, processes, .. } = started?;
        let found = match agent {
            Some(name) => self.of_name(Some(name)).await,
            None => None,
        };
        let by_process = || processes.iter().find_map(|name| preset_of_process(name, &[]));
        found.or_else(|| preset(by_process()?))
    }

    /// The agent whose process runs in the pane; as configured, if it is of the `usual` kind.
    async fn of_processes(
        &self,
        (session, processes): (&Session, &ProcessList),
        usual: Option<&Agent>,
    ) -> Option<Agent> {
        let command = self.context.tmux.command_of(session.pane.pane_id).await.unwrap_or_default();
        let found = preset_of_program(&command).map(|agent| agent.name);
        let found = if let Some(found) = found {
            found
        } else {
            let agents = self.context.agents();
            let own = |program: &Program| agents.configured_in(&program.name, &program.argv);
            running(&self.programs(session, processes).await, usual, own)?
        };
        match usual.filter(|usual| usual.name == found || usual.patterns == found) {
            Some(usual) => Some(usual.clone()),
            None => self.of_name(Some(&found)).await.or_else(|| preset(&found)),
        }
    }

    /// The command line of an agent whose start did not record it.
    pub(in crate::session) async fn argv_of(
        &self,
        session: &Session,
        processes: &ProcessList,
        agent: Option<&Agent>,
    ) -> Option<Vec<String>> {
        let agent = agent.filter(|_| session.mark.is_none() && session.is_live())?;
        let programs = self.programs(session, processes).await;
        let is = |program: &&Program| {
            preset_of_process(&program.name, &program.argv) == Some(agent.patterns.as_str())
                || is_of(agent, program)
        };
        match programs.iter().find(is) {
            Some(program) => Some(program.argv.clone()),
            None => {
                own_words(&self.context.tmux.start_command_of(session.pane.pane_id).await.ok()?)
            }
        }
    }

    /// Adds agent and command to `info` for a session whose start did not record them.
    pub(in crate::session) async fn complete_agent(
        &self,
        session: &Session,
        processes: &ProcessList,
        info: &mut SessionInfo,
    ) {
        let ours = session.mark.is_some();
        if ours && info.agent.as_deref().is_some_and(|name| name != UNNAMED_AGENT) {
            return;
        }
        let agent = self.detect_agent(session, processes).await.agent;
        if ours {
            return info.name_agent(agent.map(|agent| agent.name).as_ref());
        }
        let argv = self.argv_of(session, processes, agent.as_ref()).await;
        info.command = argv.as_ref().and_then(|argv| joined(argv));
        info.agent = agent.map(|agent| agent.name);
    }

    /// The processes in the pane; empty if they cannot be listed.
    async fn programs(&self, session: &Session, processes: &ProcessList) -> Vec<Program> {
        let Some(pid) = session.pane.pid else { return Vec::new() };
        programs_of(processes, pid).await.unwrap_or_default()
    }
}

/// The name of the agent among `programs`, whose `own` names are those of the configuration; the
/// first match, because parents come first.
fn running(
    programs: &[Program],
    usual: Option<&Agent>,
    own: impl Fn(&Program) -> Option<String>,
) -> Option<String> {
    programs.iter().find_map(|program| {
        own(program)
            .or_else(|| preset_of_process(&program.name, &program.argv).map(str::to_owned))
            .or_else(|| usual.filter(|usual| is_of(usual, program)).map(|it| it.name.clone()))
    })
}

/// Whether a process is this agent's: by the program it was started as, which may be a script.
fn is_of(agent: &Agent, program: &Program) -> bool {
    program.argv.iter().take(2).any(|word| is_program(word, &agent.command))
}

/// A pane's start command without gastown's prefix: `export A=b && agent` before 0.6,
/// `exec env A=b agent` since.
fn own_words(command: &str) -> Option<Vec<String>> {
    let mut words = shlex::split(command)?;
    if let [line] = words.as_slice() {
        words = shlex::split(line)?;
    }
    let own = words.iter().rposition(|word| word == "&&").map_or(0, |at| at + 1);
    let in_front = |word: &&String| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let sets = word.split_once('=').is_some_and(|(name, _)| name.chars().all(is_name));
        sets || matches!(word.as_str(), "exec" | "env")
    };
    let own = words[own..].iter().skip_while(in_front).cloned().collect::<Vec<_>>();
    (!own.is_empty()).then_some(own)
}

/// The words as one line, quoted for a shell.
pub(in crate::session) fn joined(argv: &[String]) -> Option<String> {
    shlex::try_join(argv.iter().map(String::as_str)).ok().filter(|joined| !joined.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str, command: &str) -> Program {
        let argv = command.split(' ').map(str::to_owned).collect();
        Program { name: name.to_owned(), argv }
    }

    #[test]
    fn what_gastown_puts_in_front_of_a_command_is_no_part_of_it() {
        for (command, own) in [
            ("\"export GT_RIG=shop A='b c' && claude -p 'x && y'\"", "claude -p 'x && y'"),
            ("exec env GT_RIG=shop NODE_OPTIONS= claude --a b", "claude --a b"),
            ("/x/works", "/x/works"),
            ("\"sleep 1\"", "sleep 1"),
        ] {
            let words = own_words(command).unwrap();
            assert_eq!(joined(&words).as_deref(), Some(own), "{command}");
        }
        assert_eq!(own_words(""), None);
    }

    #[test]
    fn the_agent_that_started_the_others_is_the_one() {
        let usual =
            Agent { patterns: "claude".to_owned(), ..Agent::generic("ours", "/x/ours", &[]) };
        for (tree, found) in [
            (vec![program("sh", "sh -c x"), program("claude", "claude -p")], Some("claude")),
            (vec![program("claude", "claude"), program("codex", "codex exec x")], Some("claude")),
            (vec![program("mine", "mine"), program("claude", "claude -p")], Some("mine")),
            (vec![program("bash", "2.1.30 x")], Some("claude")),
            (vec![program("sh", "sh -c x"), program("bash", "/bin/bash /y/ours")], Some("ours")),
            (vec![program("sh", "sh -c x"), program("vim", "vim ours.md")], None),
            (vec![], None),
        ] {
            let own = |program: &Program| (program.name == "mine").then(|| "mine".to_owned());
            assert_eq!(running(&tree, Some(&usual), own).as_deref(), found, "{tree:?}");
        }
    }
}
