//! Recognises known agents by program or process.

use super::launchers::LAUNCHERS;
use super::presets::agent;
use super::{Agent, file_name, is_shell, launched};
use crate::core::agents::{AGENTS, KnownAgent};

/// The known agent whose program is `program`, a name or a path.
#[must_use]
pub fn preset_of_program(program: &str) -> Option<Agent> {
    let file = file_name(program);
    AGENTS.iter().find(|known| known.command == file).map(|known| agent(known))
}

/// The known agent that a command line runs, behind whatever starts it: `env A=1 claude`,
/// `nice -n 5 codex`, `npx @google/gemini-cli`.
#[must_use]
pub fn preset_of_command(argv: &[String]) -> Option<Agent> {
    let argv = launched(argv);
    let name = preset_of_process(file_name(argv.first()?), argv)?;
    AGENTS.iter().find(|known| known.name == name).map(|known| agent(known))
}

/// The known agent of a process, by its name and command line: by its program, else by the script
/// that an interpreter runs.
#[must_use]
pub fn preset_of_process(name: &str, argv: &[String]) -> Option<&'static str> {
    let program = file_name(argv.first().map(String::as_str).unwrap_or_default());
    let runs_script = is_interpreter(program);
    let script = argv.iter().skip(1).find(|word| !word.starts_with('-'));
    let script = script.filter(|_| runs_script);
    preset_called(program)
        .or_else(|| preset_called(name))
        .or_else(|| script.and_then(|script| preset_of_script(script)))
        .or_else(|| [program, name].into_iter().any(is_version).then(called_by_version).flatten())
}

/// Whether a program's name is just a version such as `2.1.30`, as with Claude Code's native build
/// (`versionPattern` of gastown's internal/tmux/tmux.go).
#[must_use]
pub fn is_version(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

fn called_by_version() -> Option<&'static str> {
    AGENTS.iter().find(|known| known.runs_as_version).map(|known| known.name)
}

fn preset_called(program: &str) -> Option<&'static str> {
    let is = |known: &&&KnownAgent| {
        let mut names = known.process_names.iter();
        known.command == program || names.any(|name| *name == program && is_telling(name))
    };
    AGENTS.iter().find(is).map(|known| known.name)
}

/// The path of an installed package contains the agent's name, and its file is often `cli.js`; but a
/// user's folder may have an agent's name too.
fn preset_of_script(script: &str) -> Option<&'static str> {
    let parts = match script.rsplit_once("node_modules/") {
        Some((_, package)) => package,
        None => file_name(script),
    };
    parts.split('/').find_map(|part| {
        let part = part.split_once('.').map_or(part, |(stem, _)| stem);
        let short = part.strip_suffix("-code").or_else(|| part.strip_suffix("-cli"));
        preset_called(short.unwrap_or(part))
    })
}

/// Whether a program's or process's name tells which agent it is: not one that runs others too.
#[must_use]
pub fn is_telling(name: &str) -> bool {
    let name = file_name(name);
    let launches = LAUNCHERS.iter().any(|(launcher, _)| *launcher == name);
    // Cursor's process has this name, but so may others.
    !(is_interpreter(name) || is_shell(name) || launches || name == "agent")
}

fn is_interpreter(program: &str) -> bool {
    INTERPRETERS.iter().any(|one| program.starts_with(one))
}

/// Interpreters; their names may end with a version.
const INTERPRETERS: [&str; 6] = ["node", "bun", "deno", "python", "npx", "uv"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_its_file_wherever_it_is() {
        for (program, name) in
            [("/opt/x/cursor-agent", Some("cursor")), ("claude", Some("claude")), ("cat", None)]
        {
            assert_eq!(preset_of_program(program).map(|agent| agent.name).as_deref(), name);
        }
        assert_eq!(preset_of_program(""), None);
    }

    #[test]
    fn a_command_is_known_behind_what_starts_it() {
        for (command, name) in [
            ("claude --resume x", Some("claude")),
            ("env -u FOO -i X=1 claude -p", Some("claude")),
            ("nice -n 5 codex", Some("codex")),
            ("nice -5 /opt/codex", Some("codex")),
            ("/usr/bin/nohup env -C /src A=b setsid -w kimi", Some("kimi")),
            ("timeout -s INT 5m stdbuf -o L aider", Some("aider")),
            ("npx -y @google/gemini-cli --yolo", Some("gemini")),
            ("python3 -m aider --model x", Some("aider")),
            ("node /x/node_modules/@qwen-code/qwen-code/cli.js", Some("qwen")),
            ("env A=claude vim claude", None),
            ("nice -n 5 vim", None),
            ("env", None),
            ("nice -n", None),
        ] {
            let argv: Vec<_> = command.split(' ').map(str::to_owned).collect();
            let found = preset_of_command(&argv).map(|agent| agent.name);
            assert_eq!(found.as_deref(), name, "{command}");
        }
        assert_eq!(preset_of_command(&[]), None);
    }

    #[test]
    fn a_process_is_known_by_its_program_or_by_the_script_that_it_runs() {
        for (name, command, agent) in [
            ("claude", "claude --resume x", Some("claude")),
            ("2.1.30", "/opt/claude/versions/2.1.30 -p", Some("claude")),
            ("bash", "2.1.30 agent", Some("claude")),
            ("bash", "2.1 agent", None),
            ("node", "claude", Some("claude")),
            ("node", "node /usr/local/bin/claude -p", Some("claude")),
            (
                "node",
                "/usr/bin/node /x/node_modules/@anthropic-ai/claude-code/cli.js",
                Some("claude"),
            ),
            (
                "node",
                "node --no-warnings /x/node_modules/@google/gemini-cli/dist/index.js",
                Some("gemini"),
            ),
            ("MainThread", "node /x/node_modules/@openai/codex/bin/codex.js", Some("codex")),
            ("codex", "/opt/codex/codex --yolo", Some("codex")),
            ("node", "node /home/me/codex/server.js", None),
            (
                "node",
                "node /x/node_modules/@github/copilot-language-server/dist/language-server.js",
                None,
            ),
            ("node", "node", None),
            ("vim", "vim claude.md", None),
            ("make", "make -C codex", None),
            ("bash", "-bash", None),
            // Cursor's may have this name, but so may others.
            ("python3", "python3 agent.py", None),
            ("cursor-agent", "cursor-agent -f", Some("cursor")),
            ("vibe", "/usr/bin/python3 /home/me/.local/bin/vibe --agent x", Some("vibe")),
            ("omp", "omp", Some("omp")),
            ("MainThread", "node /x/node_modules/@qwen-code/qwen-code/cli.js", Some("qwen")),
            ("node", "node /x/node_modules/@github/copilot/npm-loader.js", Some("copilot")),
            ("node", "node /x/node_modules/@continuedev/cli/dist/cn.js", Some("cn")),
            ("kimi-code", "kimi-code", Some("kimi")),
            ("aider", "/usr/bin/python3 /home/me/.local/bin/aider --model x", Some("aider")),
            ("vibe-rs", "vibe-rs --agent ask", Some("vibe")),
            ("node", "node /x/node_modules/@augmentcode/auggie/augment.mjs", Some("auggie")),
            ("openhands", "/usr/bin/python3 /x/bin/openhands --always-approve", Some("openhands")),
            ("MainThread", "node /x/node_modules/.bin/qwen --yolo", Some("qwen")),
            // Kimi's older program, in Python.
            ("kimi", "/usr/bin/python3 /home/me/.local/bin/kimi-cli", Some("kimi")),
        ] {
            let argv: Vec<_> = command.split(' ').map(str::to_owned).collect();
            assert_eq!(preset_of_process(name, &argv), agent, "{command}");
        }
        assert_eq!(preset_of_process("sh", &[]), None);
    }
}
