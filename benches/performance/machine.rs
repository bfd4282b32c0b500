//! What the figures were taken on.

use std::process::Command;

use super::support::neovim::{Neovim, private_home};
use super::support::tmux::tmux_program;

/// Machine, programs and day, one fact a line.
pub(crate) fn facts() -> Vec<String> {
    let home = private_home();
    let nvim = Neovim::new(home.path(), &serde_json::json!({})).program;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned();
    vec![
        format!("{}, {cores} cores, {}", processor(), output("uname", &["-srm"])),
        output(&tmux_program(), &["-V"]),
        output(&nvim.to_string_lossy(), &["--version"]),
        format!("{}; load before the end: {load}", jiff::Zoned::now().date()),
    ]
}

fn processor() -> String {
    let text = read("/proc/cpuinfo");
    let line = text.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split(": ").nth(1)).unwrap_or("a processor").to_owned()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// The first line that a program prints.
fn output(program: &str, args: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "a bench asks programs what they are")]
    let done = Command::new(program).args(args).output();
    let text = done.map(|done| String::from_utf8_lossy(&done.stdout).into_owned());
    text.unwrap_or_default().lines().next().unwrap_or("not known").to_owned()
}
