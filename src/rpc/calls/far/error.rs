//! What went wrong on a host, or on the way there, in words of ours.

use crate::{
    core::{
        hosts::HostName,
        names::{shown, visible},
    },
    fleet::{FarError, FarRig, Unanswered},
    rpc::error::RpcError,
};

/// The longest message of an error of a host, in characters.
const MESSAGE_LIMIT: usize = 4_000;
/// What hints have a person run, on the machine that they are of.
const PROGRAMS: [&str; 5] = ["gh", "git", "mkdir", "sudo", "tmux"];

pub(super) fn unanswered(host: &HostName, reads: bool, why: Unanswered) -> RpcError {
    let message = match why {
        Unanswered::Refused(error) => return refused(host, error),
        Unanswered::Nonsense { why } => {
            return RpcError::internal(format!("`{host}` gave an invalid answer: {why}"));
        }
        Unanswered::Unreachable { why } => format!("`{host}` cannot be reached: {why}"),
        Unanswered::Lost if reads => format!("the connection to `{host}` was lost"),
        Unanswered::Lost => {
            format!(
                "the connection to `{host}` was lost before it answered: it may have been carried out"
            )
        }
    };
    let hint = Some("`:PolecatReconnect` tries again at once".to_owned());
    RpcError { hint, ..RpcError::unreachable(message) }
}

/// What a host refuses, it says in words of its own.
fn refused(host: &HostName, error: FarError) -> RpcError {
    let FarError { code, message, hint, detail } = error;
    let there = |hint| format!("on `{host}`: {hint}");
    let hint = hint.map(|hint| if runs_a_program(&hint) { there(hint) } else { hint });
    RpcError { hint, detail, ..RpcError::of(RpcError::known(&code), lines(&message)) }
}

/// Whether a person is to run something that would do something else here.
fn runs_a_program(hint: &str) -> bool {
    let commands = hint.split('`').skip(1).step_by(2);
    let mut programs = commands.filter_map(|command| command.split_once(' ')?.0.rsplit('/').next());
    programs.any(|program| PROGRAMS.contains(&program))
}

/// A text of a host as it can be shown, line by line.
fn lines(text: &str) -> String {
    let text: String = text.chars().take(MESSAGE_LIMIT).collect();
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

pub(super) fn not_there(host: &HostName, rig: Option<&str>, polecat: &str) -> RpcError {
    let polecat = shown(polecat);
    match rig {
        Some(rig) => {
            let message = format!("`{host}` has no rig `{}`", shown(rig));
            RpcError::of("rig_not_found", message)
        }
        None => RpcError::of(
            "polecat_not_found",
            format!("no polecat `{polecat}` with a session is seen on `{host}`"),
        ),
    }
}

pub(super) fn several(host: &HostName, meant: &[&FarRig], polecat: &str) -> RpcError {
    let names: Vec<_> =
        meant.iter().map(|rig| format!("`{host}:{}/{}`", rig.address, shown(polecat))).collect();
    let message = format!("`{}` is in several rigs: {}", shown(polecat), names.join(", "));
    RpcError::of("ambiguous_name", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_says_is_wrong_is_shown_line_by_line_as_text() {
        let (code, message) = ("rm -rf".to_owned(), "a\x1b[2J\n\tb".to_owned());
        let host = "build1".parse().unwrap();
        let told = refused(&host, FarError { code, message, hint: None, detail: None });
        assert_eq!((told.code, &*told.message), ("internal", "a\\u{1b}[2J\n\\tb"));
        assert_eq!(lines(&"x".repeat(100_000)).len(), MESSAGE_LIMIT);
    }

    #[test]
    fn what_is_to_be_run_on_a_host_is_not_recommended_for_here() {
        let host = "build1".parse().unwrap();
        let hint = |hint: &str| {
            let (code, message) = ("in_use".to_owned(), "no".to_owned());
            let hint = Some(hint.to_owned());
            refused(&host, FarError { code, message, hint, detail: None }).hint.unwrap()
        };
        let kills = "`tmux kill-session -t '=gt-shop-ash'` removes what is left of it";
        assert_eq!(hint(kills), format!("on `build1`: {kills}"));
        let path = "`/opt/bin/tmux -S /tmp/s kill-server` ends it";
        assert_eq!(hint(path), format!("on `build1`: {path}"));
        let ours = "`:PolecatStop ash` ends its session, `git` does not";
        assert_eq!(hint(ours), ours);
    }
}
