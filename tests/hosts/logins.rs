//! What stands between ssh and our program there: login shells, and what their files print.

use std::os::unix::fs::PermissionsExt;

use polecat::core::build;
use serde_json::json;

use crate::desk::{Desk, Plan};

/// Shells that people have, and the file that each reads for a command over ssh, if it has one.
const SHELLS: [(&str, Option<&str>); 6] = [
    ("dash", None),
    ("bash", Some(".bashrc")),
    ("zsh", Some(".zshenv")),
    ("tcsh", Some(".cshrc")),
    ("csh", Some(".cshrc")),
    ("fish", Some(".config/fish/config.fish")),
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_login_shell_is_and_prints_our_program_is_found_and_heard() {
    for (shell, file) in SHELLS {
        let Ok(shell) = which::which(shell) else { continue };
        let shell: &'static str = shell.to_str().unwrap().to_owned().leak();
        // Found by its place there, as nothing says where it is.
        let plan = Plan { shell: Some(shell), more: json!({ "backend": null }), ..Plan::default() };
        let Some(desk) = Desk::with(&[plan]).await else { return };
        let there = &desk.hosts[0];
        let name = [build::VERSION, build::SOURCE, build::TARGET].join("-");
        let name = format!(".cache/polecat/polecat-nvim-{name}");
        let program = env!("CARGO_BIN_EXE_polecat-nvim");
        let start = format!("#!/bin/sh\n# {}\nexec {program} \"$@\"\n", build::MARK);
        there.machine.write(&format!("/tmp/home/{name}"), &start);
        let all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(there.machine.at(&format!("/tmp/home/{name}")), all).unwrap();
        if let Some(file) = file {
            let noise =
                "echo 'polecat-serve 1 is what we print here'\necho 'and this: $HOME' >&2\n";
            there.machine.write(&format!("/tmp/home/{file}"), noise);
        }
        desk.start("build1:shop/ash", "prompts").await;
        desk.look().await;
        desk.expect_status("build1:shop: 1 polecat, 1 running").await;
        desk.call("inject", json!(["build1:shop/ash", "it's $HOME \"there\"; `x`"])).await;
        let printed = desk.call("capture", json!(["build1:shop/ash", {}])).await.to_string();
        assert!(printed.contains("it's $HOME"), "{shell}: {printed}");
    }
}
