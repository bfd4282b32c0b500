//! What Claude Code is told to call when, in the files of gastown 0.5 and 0.6: to the byte as
//! gastown writes them, so that one that gastown wrote is known as well.

use std::path::Path;

use serde::Serialize;

/// Where `gt` is when a login shell did not set the path.
const PATH_0_5: &str = r#"export PATH="$HOME/go/bin:$HOME/bin:$PATH""#;
/// The same for the guards of 0.6 that name no file.
const PATH_0_6: &str = r#"export PATH="$HOME/go/bin:$HOME/.local/bin:$PATH""#;

/// What a polecat of 0.6 does not do: its work goes on by `gt done`, from its own branch.
const AGAINST_ITS_FLOW: &[&str] = &["gh pr create*", "git checkout -b*", "git switch -c*"];
/// What it does not do to the machine.
const AGAINST_THE_MACHINE: &[&str] = &[
    "sudo *",
    "apt install*",
    "apt-get install*",
    "dnf install*",
    "yum install*",
    "pacman -S*",
    "brew install*",
];

/// The order of the fields is that of gastown's file.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_dangerous_mode_permission_prompt: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    editor_mode: Option<&'static str>,
    enabled_plugins: Plugins,
    hooks: Events,
}

/// gastown has hooks of its own for what this plugin does.
#[derive(Default, Serialize)]
struct Plugins {
    #[serde(rename = "beads@beads-marketplace")]
    beads: bool,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Events {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pre_tool_use: Vec<Hook>,
    session_start: Vec<Hook>,
    pre_compact: Vec<Hook>,
    user_prompt_submit: Vec<Hook>,
    stop: Vec<Hook>,
}

#[derive(Serialize)]
struct Hook {
    matcher: String,
    hooks: [Command; 1],
}

#[derive(Serialize)]
struct Command {
    r#type: &'static str,
    command: String,
}

/// The file of gastown 0.5 (527b7ce79).
pub(super) fn v0_5() -> String {
    let hook = |command: &str| vec![Hook::new("", format!("{PATH_0_5} && {command}"))];
    written(&Settings {
        hooks: Events {
            session_start: hook(
                "gt prime && gt mail check --inject && gt nudge deacon session-started",
            ),
            pre_compact: hook("gt prime"),
            user_prompt_submit: hook("gt mail check --inject"),
            stop: hook("gt costs record"),
            ..Events::default()
        },
        ..Settings::default()
    })
}

/// What we write for gastown 0.6: all of its file, but that Claude Code still asks whether it may
/// go without permissions. Who answers that is the user's to say.
pub(super) fn v0_6(gt: &Path) -> String {
    written(&settings_0_6(gt))
}

/// The file of gastown 0.6 (a8bd79bf8).
pub(super) fn gastowns_v0_6(gt: &Path) -> String {
    let skip_dangerous_mode_permission_prompt = Some(true);
    written(&Settings { skip_dangerous_mode_permission_prompt, ..settings_0_6(gt) })
}

fn settings_0_6(gt: &Path) -> Settings {
    let gt = word(gt);
    let hook = |command: String| vec![Hook::new("", command)];
    let flow = format!("{gt} tap guard pr-workflow");
    let machine = format!("{PATH_0_6} && gt tap guard dangerous-command");
    let guards = |words: &[&str], command: &str| -> Vec<Hook> {
        words.iter().map(|word| Hook::new(&format!("Bash({word})"), command.to_owned())).collect()
    };
    let mut pre_tool_use = guards(AGAINST_ITS_FLOW, &flow);
    pre_tool_use.extend(guards(AGAINST_THE_MACHINE, &machine));
    Settings {
        editor_mode: Some("normal"),
        hooks: Events {
            pre_tool_use,
            session_start: hook(format!("{gt} prime --hook && {gt} mail check --inject")),
            pre_compact: hook(format!("{gt} prime --hook")),
            user_prompt_submit: hook(format!("{gt} mail check --inject")),
            stop: hook(format!("{gt} costs record &")),
        },
        ..Settings::default()
    }
}

/// gastown writes its own path as it is, and a shell reads it: one that it would read as something
/// else is left to `PATH`.
fn word(gt: &Path) -> &str {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    gt.to_str().filter(|path| path.chars().all(is_plain)).unwrap_or("gt")
}

fn written(settings: &Settings) -> String {
    // Texts and flags are always JSON.
    let text = serde_json::to_string_pretty(settings).unwrap_or_default();
    text + "\n"
}

impl Hook {
    fn new(matcher: &str, command: String) -> Self {
        Self { matcher: matcher.to_owned(), hooks: [Command { r#type: "command", command }] }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::core::trust::hex;

    /// The hashes of gastown's own files: `internal/claude/config/settings-autonomous.json` of
    /// 527b7ce79, and of a8bd79bf8 `internal/hooks/templates/claude/settings-autonomous.json` with
    /// `/usr/bin/gt` for `{{GT_BIN}}`.
    #[test]
    fn they_are_gastowns_to_the_byte() {
        let hash = |text: String| hex(Sha256::new_with_prefix(text));
        assert_eq!(
            hash(v0_5()),
            "c922d36636de9ad2813f805031b6d853bab8e8b9c321db9108a9f16eac5bf7a1"
        );
        assert_eq!(
            hash(gastowns_v0_6(Path::new("/usr/bin/gt"))),
            "b922bfca3570f7704bf610ff0436ba8de519bba15330805c5b1f5aa93d1c0498"
        );
    }

    #[test]
    fn ours_does_not_answer_for_the_user_and_a_strange_path_is_left_to_the_shell() {
        let ours = v0_6(Path::new("/usr/bin/gt"));
        assert!(!ours.contains("skipDangerous"), "{ours}");
        assert!(ours.contains(r#""command": "/usr/bin/gt prime --hook && /usr/bin/gt mail"#));
        let strange = v0_6(Path::new("/a b/$(x)/gt"));
        assert!(strange.contains(r#""command": "gt prime --hook && gt mail check"#), "{strange}");
    }
}
