//! What a person sees: Neovim's own screen, inside a tmux of its own.

use crate::{
    rig::agent,
    support::{
        eventually, neovim::Neovim, neovim::config, neovim::private_home, rig::Project,
        tmux::TmuxServer,
    },
};

/// Neovim in a terminal of 100 by 30 cells.
struct Screen {
    terminal: TmuxServer,
    agents: TmuxServer,
    project: Project,
    _home: tempfile::TempDir,
}

impl Screen {
    fn new() -> Self {
        let (terminal, agents, project) =
            (TmuxServer::absent(), TmuxServer::absent(), Project::new());
        let home = private_home();
        let nvim = Neovim::new(home.path(), &config(&agents.socket()));
        let mut args: Vec<String> =
            ["new-session", "-d", "-s", "tui", "-x", "100", "-y", "30", "-c"]
                .map(str::to_owned)
                .into();
        args.push(project.path().display().to_string());
        for (name, value) in &nvim.env {
            args.extend(["-e".to_owned(), format!("{name}={}", value.display())]);
        }
        args.push("--".to_owned());
        args.push(nvim.program.display().to_string());
        args.extend(nvim.args.iter().map(|arg| arg.to_string_lossy().into_owned()));
        terminal.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        Self { terminal, agents, project, _home: home }
    }

    fn keys(&self, keys: &[&str]) {
        let mut args = vec!["send-keys", "-t", "=tui:"];
        args.extend(keys);
        self.terminal.run(&args);
    }

    fn command(&self, ex: &str) {
        self.terminal.run(&["send-keys", "-t", "=tui:", "-l", &format!(":{ex}")]);
        self.keys(&["Enter"]);
    }

    fn text(&self) -> String {
        self.terminal.run(&["capture-pane", "-p", "-t", "=tui:"])
    }

    fn colours(&self) -> String {
        self.terminal.run(&["capture-pane", "-p", "-e", "-t", "=tui:"])
    }

    async fn expect(&self, part: &str) -> String {
        eventually(&format!("`{part}` on the screen"), async || {
            let seen = self.text();
            if seen.contains(part) { Ok(seen) } else { Err(format!("\n{seen}")) }
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_starts_looks_reads_and_stops() {
    let screen = Screen::new();
    screen.expect("~").await;
    screen.command(&format!("PolecatStart! ash cmd={}", agent("prompts --nbsp")));
    eventually("the session", async || {
        screen.agents.try_run(&["has-session", "-t", "=gt-shop-ash"])
    })
    .await;

    screen.command("PolecatStatus");
    let seen = screen.expect("1 polecat, 1 running").await;
    assert!(
        seen.contains("ash") && seen.contains('╭') || seen.contains('┌') || seen.contains('│'),
        "{seen}"
    );

    screen.keys(&["q"]);
    screen.command("PolecatCapture ash");
    screen.expect("A scripted agent that prompts.").await;
    screen.command("PolecatInject ash /colors");
    screen.expect("red bold green").await;
    eventually("red text", async || {
        let seen = screen.colours();
        let red = seen.lines().any(|line| line.contains("red") && line.contains("\u{1b}["));
        if red { Ok(()) } else { Err(seen) }
    })
    .await;

    screen.command("PolecatStop ash");
    eventually("no session", async || {
        match screen.agents.try_run(&["has-session", "-t", "=gt-shop-ash"]) {
            Err(_) => Ok(()),
            Ok(_) => Err("it is there"),
        }
    })
    .await;
    assert!(screen.project.worktree("ash").is_dir(), "a stop takes no work away");
    screen.command("qall!");
}
