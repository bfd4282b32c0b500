//! Configurations that are read, and those that are refused.

use serde_json::{Value as Json, json};

use super::*;

fn written(config: &Json) -> Written {
    let values = Some(rmpv::ext::to_value(config).unwrap());
    Written { values, problems: Vec::new(), cwd: Some("/src/shop".into()) }
}

fn read(config: &Json) -> Settings {
    settings(written(config), EditorFacts::default()).unwrap()
}

fn check(config: &Json, expected: &[&str]) {
    let problems = settings(written(config), EditorFacts::default()).unwrap_err();
    assert_eq!(problems, expected, "{config}");
}

#[test]
fn every_problem_is_told_at_once_by_its_path() {
    check(
        &json!({ "tmx": 1, "tmux": { "sockt": "x" }, "agent": 3, "rig": "shop" }),
        &[
            "`agent`: expected a string that is not empty, got a number",
            "`rig`: expected a table, got `shop`",
            "`tmux.sockt` is not known; known here: command, socket",
            "`tmx` is not known; known here: agent, agents, all, backend, capture, dialogs, \
             gastown, hosts, install, log_level, notify, notify_command, prompts, questions, rig, rigs, setup, \
             status, tmux, tracker, watch, worktrees, wrap",
        ],
    );
    let mine = json!({ "args": 3, "env": ["A=b"], "settle_ms": -1, "prompt_mode": "stdin",
        "hooks": { "fle": "x" }, "resume": "--resume", "ready": { "delay_ms": 1.5 },
        "dialogs": [{ "press": ["Enter", ""], "reason": "whim" }], "preset": "" });
    check(
        &json!({ "agents": { "mine": mine } }),
        &[
            "`agents.mine.args`: expected a list of strings, got a number",
            "`agents.mine.dialogs[1].press[2]`: expected a string that is not empty, got an \
             empty string",
            "`agents.mine.dialogs[1].reason`: expected one of permission, question, trust, \
             sign-in, got `whim`",
            "`agents.mine.dialogs[1]`: expected what it shows: `text`, `phrase`, `row`, `labels`, …",
            "`agents.mine.env`: expected a table with names as keys, got a list",
            "`agents.mine.hooks.fle` is not known; known here: dir, file, provider",
            "`agents.mine.preset`: expected a string that is not empty, got an empty string",
            "`agents.mine.prompt_mode`: expected `arg`, `none` or a flag such as `--prompt`, \
             got `stdin`",
            "`agents.mine.ready.delay_ms`: expected a whole number from 0, got `1.5`",
            "`agents.mine.resume`: expected a table, got `--resume`",
            "`agents.mine.settle_ms`: expected a whole number from 0, got `-1`",
        ],
    );
    check(&json!(true), &["`vim.g.polecat`: expected a table, got a boolean"]);
}

#[test]
fn what_only_lua_uses_is_checked_too() {
    check(
        &json!({ "capture": { "lines": 0 }, "notify": "idle,dead", "log_level": "loud",
            "backend": { "command": [] } }),
        &[
            "`backend.command`: expected a program and its arguments, got none",
            "`capture.lines`: expected a whole number from 1, got `0`",
            "`log_level`: expected one of error, warn, info, debug, trace, got `loud`",
            "`notify`: expected one of starting, working, idle, waiting, exited, died, \
             stopped, unknown, trouble, got `dead`",
        ],
    );
    let command = "`backend.command`: expected a list of a program and its arguments, got a number";
    check(&json!({ "backend": { "command": 3 } }), &[command]);
    read(&json!({ "backend": { "command": ["./backend", "-v"] }, "notify": "" }));
}

#[test]
fn what_lua_could_not_send_is_told_with_the_rest() {
    let problems = vec!["`agent`: a function cannot be sent".to_owned()];
    let written = Written { problems, ..written(&json!({ "agents": 1 })) };
    let told = settings(written, EditorFacts::default()).unwrap_err();
    let agents = "`agents`: expected a table with names as keys, got a number";
    assert_eq!(told, ["`agent`: a function cannot be sent", agents]);
}

#[test]
fn an_empty_table_of_lua_is_an_empty_configuration() {
    read(&json!([]));
    read(&json!({ "agents": { "mine": { "env": [], "args": {}, "ready": [] } }, "rig": [] }));
    assert!(settings(Written::default(), EditorFacts::default()).is_ok());
}

#[test]
fn paths_begin_where_the_configuration_was_written() {
    let settings = read(&json!({ "rig": { "path": "../bank" },
        "tmux": { "command": "./tmux", "socket": "agents" } }));
    assert_eq!(settings.rig_path.as_deref(), Some(Path::new("/src/shop/../bank")));
    assert_eq!(settings.tmux_command.as_deref(), Some("/src/shop/./tmux"));
    assert_eq!(settings.tmux_socket.as_deref(), Some("agents"));
    let home = paths::home().unwrap();
    let settings = read(&json!({ "rig": { "path": "~/shop" }, "tmux": { "socket": "~/s" },
        "worktrees": "~/agents/{repo}/{polecat}" }));
    assert_eq!(settings.rig_path, Some(home.join("shop")));
    assert_eq!(settings.tmux_socket.map(PathBuf::from), Some(home.join("s")));
    assert_eq!(settings.worktrees.base(Path::new("/src")), home.join("agents"));
    check(
        &json!({ "rig": { "path": "~ada/shop" } }),
        &["`rig.path`: `~ada/shop`: only `~/` is supported"],
    );
    let bad = settings_problem("../{repo}/{polecat}");
    assert!(bad.starts_with("`worktrees`: `../{repo}/{polecat}`: it must begin with"), "{bad}");
}

#[test]
fn rigs_are_named_by_their_folders_and_watched_where_that_is_said() {
    let watched = |config: &Json| {
        let rigs = read(config).rigs.into_iter();
        rigs.map(|(folder, rig)| (folder, rig.watch)).collect::<Vec<_>>()
    };
    let home = paths::home().unwrap();
    let (bank, shop) = (PathBuf::from("/src/shop/../bank"), home.join("shop"));
    let both = json!({ "~/shop": {}, "../bank": { "watch": true } });
    assert_eq!(watched(&json!({ "rigs": both })), [(shop.clone(), false), (bank.clone(), true)]);
    let both = json!({ "~/shop": [], "../bank": { "watch": false } });
    let config = json!({ "rigs": both, "watch": true });
    assert_eq!(watched(&config), [(shop, true), (bank, false)]);
    check(
        &json!({ "rigs": { "~ada/x": {}, "/x": { "wtch": true }, "/y": true } }),
        &[
            "`rigs./x.wtch` is not known; known here: setup, watch, wrap",
            "`rigs./y`: expected a table, got a boolean",
            "`rigs.~ada/x`: `~ada/x`: only `~/` is supported",
        ],
    );
    check(&json!({ "rigs": ["/x"] }), &["`rigs`: expected a table with names as keys, got a list"]);
}

#[test]
fn a_set_up_is_said_for_all_rigs_or_for_one_and_stays_in_the_project() {
    let setup = json!({ "copy": [".env", "config/local.*"], "link": ["node_modules/"] });
    let own = json!({ "setup": { "run": "npm ci" }, "wrap": ["direnv", "exec", "."] });
    let settings = read(&json!({ "setup": setup, "wrap": [], "rigs": { "/x": own, "/y": {} } }));
    assert_eq!(settings.setup.wanted.copy, [".env", "config/local.*"]);
    assert_eq!(settings.setup.wanted.link, [PathBuf::from("node_modules")]);
    assert_eq!(settings.setup.run, None);
    let (x, y) = (&settings.rigs[Path::new("/x")], &settings.rigs[Path::new("/y")]);
    let run = x.setup.as_ref().and_then(|setup| setup.run.as_deref());
    assert_eq!((run, y.setup.as_ref(), y.wrap.as_ref()), (Some("npm ci"), None, None));
    assert_eq!(x.wrap.as_deref(), Some(&["direnv", "exec", "."].map(str::to_owned)[..]));
    let setup = json!({ "copy": ["../x"], "link": ["/etc", "a/../b", ".git"], "run": "", "x": 1 });
    check(
        &json!({ "rigs": { "/x": { "setup": setup, "wrap": [""] } } }),
        &[
            "`rigs./x.setup.copy[1]`: `../x` leads out of the project",
            "`rigs./x.setup.link[1]`: `/etc`: expected the path of a file or folder in the project",
            "`rigs./x.setup.link[2]`: `a/../b`: expected the path of a file or folder in the project",
            "`rigs./x.setup.link[3]`: `.git`: expected the path of a file or folder in the project",
            "`rigs./x.setup.run`: expected a string that is not empty, got an empty string",
            "`rigs./x.setup.x` is not known; known here: copy, link, run",
            "`rigs./x.wrap`: expected a program and its arguments, got none",
        ],
    );
}

#[test]
fn a_command_is_a_program_and_whatever_arguments() {
    let words = |config| read(&json!({ "notify_command": config })).notify_command;
    assert_eq!(words(json!("ntfy-send")), ["ntfy-send"]);
    assert_eq!(words(json!(["./tell", "", "~/x"])), ["/src/shop/./tell", "", "~/x"]);
    assert_eq!(read(&json!({})).notify_command, [""; 0]);
    for (config, got) in [(json!([]), "got none"), (json!([""]), "got none")] {
        let expected = "`notify_command`: expected a program and its arguments";
        check(&json!({ "notify_command": config }), &[&format!("{expected}, {got}")]);
    }
}

fn settings_problem(worktrees: &str) -> String {
    let config = written(&json!({ "worktrees": worktrees }));
    settings(config, EditorFacts::default()).unwrap_err().remove(0)
}
