//! Real coding agents through the plugin, `make agents`: each that is installed is started in a
//! home of its own, against a service on this machine, and doc/agents.md says what held. Not part
//! of CI, where recorded screens stand for them.

#![allow(clippy::unwrap_used, reason = "a test fails where what it expects is not there")]

#[path = "live/agent.rs"]
mod agent;
#[path = "live/answers.rs"]
mod answers;
#[path = "live/behaviours.rs"]
mod behaviours;
#[path = "live/clis.rs"]
mod clis;
#[path = "live/find.rs"]
mod find;
#[path = "live/forking.rs"]
mod forking;
#[path = "live/look.rs"]
mod look;
#[path = "live/mixed.rs"]
mod mixed;
#[path = "live/report.rs"]
mod report;
#[path = "live/resuming.rs"]
mod resuming;
#[path = "live/sending.rs"]
mod sending;
#[path = "live/service.rs"]
mod service;
mod support;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};

use agent::Agent;
use behaviours::Long;
use clis::{CLIS, Cli};
use report::{Cell, Row};

/// `AGENTS` names some of the agents, `MINUTES` how long each has mixed work, `ANSWERS` how many
/// questions each is answered, `MESSAGES` how many messages of each length it is sent, `GAP` how
/// many ms after a paste it is given in place of the preset's, `RESUME=1` whether the tmux server is killed and each goes on,
/// `JOBS` how many run at once. Each row is written when it is known.
#[test]
#[ignore = "drives the CLIs that are installed: `make agents`"]
fn every_installed_agent_does_what_doc_agents_says() {
    let chosen = std::env::var("AGENTS").unwrap_or_default();
    let chosen: Vec<&str> = chosen.split([' ', ',']).filter(|name| !name.is_empty()).collect();
    for name in &chosen {
        assert!(CLIS.iter().any(|cli| cli.name == *name), "`{name}` is none of the agents");
    }
    let is_chosen = |cli: &&Cli| chosen.is_empty() || chosen.contains(&cli.name);
    let found = CLIS.iter().filter(is_chosen).map(|cli| (cli, find::program(cli)));
    let (there, absent): (Vec<_>, Vec<_>) = found.partition(|(_, program)| program.is_some());
    let absent: Vec<&str> = absent.into_iter().map(|(cli, _)| cli.name).collect();
    say(&format!("not installed: {absent:?}"));
    let left = Mutex::new(there.into_iter());
    let (done, rows) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..number("JOBS", 1) {
            let (done, left) = (done.clone(), &left);
            scope.spawn(move || {
                let next = || left.lock().unwrap().next();
                while let Some((cli, Some(program))) = next() {
                    done.send(drive(cli, program)).unwrap();
                }
            });
        }
        drop(done);
        let mut known = Vec::new();
        for row in rows {
            say(&row.print());
            known.push(row);
            report::write(&known, &absent);
        }
    });
}

/// On a thread of its own: what cannot go on with one agent must not end the others.
fn drive(cli: &'static Cli, program: PathBuf) -> Row {
    let driven = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let long = Long {
            minutes: number("MINUTES", 0),
            answers: number("ANSWERS", 0),
            messages: number("MESSAGES", 0),
            only: number("ONLY", 0) > 0,
            resume: number("RESUME", 0) > 0,
        };
        runtime.block_on(checked(cli, &program, long))
    });
    driven.join().unwrap_or_else(|_| {
        let mut row = Row::new(cli.name, "?");
        row.set("ready", Cell::Failed("the run itself failed".to_owned()));
        row
    })
}

async fn checked(cli: &'static Cli, program: &Path, long: Long) -> Row {
    let mut agent = Agent::new(cli, program).await;
    let version = find::version(cli, program, agent.home()).await;
    let mut row = Row::new(cli.name, &version);
    behaviours::check(&mut agent, long, &mut row).await;
    row
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Tells whoever runs it.
fn say(text: &str) {
    eprintln!("{text}");
}
