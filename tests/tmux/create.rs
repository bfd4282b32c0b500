//! Creating sessions: all of it or nothing, and nothing of it read as anything but text.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;

use polecat::tmux::{NewSession, Secret, TmuxError};

use crate::support::tmux::TmuxServer;
use crate::support::{eventually, eventually_equal};

fn words(argv: &[&str]) -> Vec<OsString> {
    argv.iter().map(Into::into).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_created_session_is_listed_with_its_options() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let mut spec = NewSession::new("gt-a-b", "/tmp", words(&["cat", "-u"]));
    spec.options.push(("@polecat".to_owned(), "toast".to_owned()));
    let made = tmux.create_session(&spec).await.unwrap();
    let panes = tmux.panes(&["@polecat", "@none"]).await.unwrap();
    assert_eq!(panes.len(), 1, "{panes:?}");
    assert_eq!((panes[0].pane_id, panes[0].session_id), (made.pane_id, made.session_id));
    assert_eq!((panes[0].pid, panes[0].created), (made.pid, made.created));
    assert_eq!(panes[0].options, ["toast", ""]);
    assert_eq!(panes[0].attached, 0);
    let size = ["display-message", "-p", "-t", "=gt-a-b:", "#{pane_width} #{pane_height}"];
    assert_eq!(server.run(&size), "200 70");
    tmux.kill_session(made.session_id).await.unwrap();
    tmux.kill_session(made.session_id).await.unwrap();
    assert_eq!(tmux.panes(&[]).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_create_one_name_one_succeeds() {
    let server = TmuxServer::absent();
    let clients: Vec<_> = (0..8).map(|_| server.client()).collect();
    let spec = NewSession::new("same", "/tmp", words(&["sleep", "60"]));
    let tasks = clients.iter().map(|tmux| {
        let (tmux, spec) = (tmux.clone(), spec.clone());
        tokio::spawn(async move { tmux.create_session(&spec).await })
    });
    let mut made = 0;
    for task in tasks.collect::<Vec<_>>() {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert!(error.is_duplicate_session(), "{error}"),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_never_read_as_a_format_or_a_command() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let names: [&[u8]; 22] = [
        b"a#{pid}",
        b"#(touch x)",
        b"a b",
        b"q'\"",
        b"n\nl",
        b"s;",
        b"s\\;",
        b"$HOME",
        b"~",
        b"#[fg=red]x",
        b"##[x",
        b"###",
        b"###[#",
        b"%H",
        b"{a,b}",
        b"-x",
        "é❯".as_bytes(),
        b"\xff\xfe",
        b"#S",
        b"a##",
        b"t\tb",
        b"`id`",
    ];
    for (count, name) in names.iter().enumerate() {
        let dir = server.folder().join(OsString::from_vec(name.to_vec()));
        std::fs::create_dir(&dir).unwrap();
        let spec = NewSession::new(format!("s{count}"), &dir, words(&["sleep", "60"]));
        let made = tmux.create_session(&spec).await.unwrap();
        let link = format!("/proc/{}/cwd", made.pid.unwrap());
        eventually_equal(dir, async || std::fs::read_link(&link).unwrap()).await;
    }
    assert!(!server.folder().join("x").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_and_its_environment_arrive_as_given() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let program = server.folder().join("a b;$(touch x);");
    let out = server.folder().join("out");
    std::fs::write(
        &program,
        "#!/bin/sh\nprintf '%s\\0' \"$V\" \"$@\" > \"$OUT.part\"\nmv \"$OUT.part\" \"$OUT\"\n",
    )
    .unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let hostile: &[&[u8]] = &[
        b"plain",
        b"",
        b"-x",
        b"--",
        b"a b",
        b"x;",
        b";",
        b"\\;",
        b"#{pid}",
        b"#(touch x)",
        b"$(touch x)",
        b"`touch x`",
        b"~",
        b"'\"\\",
        b"line\nkill-server\n",
        b"%H",
        b"{ }",
        b"\xff\x01\x7f",
        "é".as_bytes(),
    ];
    let all: Vec<u8> = (1..=255).collect();
    for (count, argv) in [&hostile[..1], &[], hostile].iter().enumerate() {
        let mut spec =
            NewSession::new(format!("s{count}"), server.folder(), vec![program.clone().into()]);
        spec.argv.extend(argv.iter().map(|word| OsString::from_vec(word.to_vec())));
        spec.env =
            vec![("OUT".into(), out.clone().into()), ("V".into(), OsString::from_vec(all.clone()))];
        tmux.create_session(&spec).await.unwrap();
        let written = eventually("its arguments", async || std::fs::read(&out)).await;
        let expected: Vec<&[u8]> = [&all[..]].into_iter().chain(argv.iter().copied()).collect();
        assert_eq!(written, [expected.join(&0), vec![0]].concat());
        std::fs::remove_file(&out).unwrap();
    }
    assert!(!server.folder().join("x").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_session_does_not_stay() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let mut spec = NewSession::new("half", "/tmp", words(&["sleep", "60"]));
    spec.options.push(("no-such-option".to_owned(), "1".to_owned()));
    let error = tmux.create_session(&spec).await.unwrap_err();
    assert!(error.to_string().contains("invalid option: no-such-option"), "{error}");
    let panes = tmux.panes(&[]).await.unwrap();
    assert_eq!(panes.iter().map(|pane| &pane.session_name[..]).collect::<Vec<_>>(), ["first"]);
    for name in ["", "a.b", "a:b", "a b", "#{pid}", "-x\n", "é"] {
        let spec = NewSession::new(name, "/tmp", words(&["sleep", "60"]));
        let error = tmux.create_session(&spec).await.unwrap_err();
        assert!(matches!(error, TmuxError::BadArgument { .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_global_manual_window_size_is_refused_before_it_crashes_the_server() {
    let server = TmuxServer::new();
    server.run(&["set-option", "-g", "window-size", "manual"]);
    let pid = server.pid();
    let tmux = server.client();
    let spec = NewSession::new("s", "/tmp", words(&["sleep", "60"]));
    for _ in 0..2 {
        let error = tmux.create_session(&spec).await.unwrap_err();
        assert!(matches!(error, TmuxError::ManualWindowSize), "{error}");
    }
    assert_eq!(tmux.panes(&[]).await.unwrap().len(), 1);
    assert_eq!(server.pid(), pid);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_the_user_do_not_break_our_sessions() {
    let server = TmuxServer::absent();
    let settings = server.folder().join("user.conf");
    std::fs::write(
        &settings,
        "set -g destroy-unattached on\nset -g detach-on-destroy off\nset -g remain-on-exit on\n\
         set -g base-index 3\nset -g pane-base-index 4\nset -g default-command false\n\
         set -g automatic-rename on\nset -g allow-rename on\nset -s exit-empty off\n\
         set -g update-environment 'A B'\nset -g default-shell /bin/false\nset -g monitor-activity on\n\
         set-hook -g after-new-session 'display-message -p hooked'\n\
         set-hook -g session-created 'set -g @created 1'\nset-hook -g client-attached 'display-message x'\n\
         set -g set-titles on\nset -g mouse on\nset -g status-interval 1\nset -g lock-after-time 1\n",
    )
    .unwrap();
    server.run(&["start-server", ";", "source-file", &settings.display().to_string()]);
    let tmux = server.client();
    let pid = server.pid();
    let made = tmux.create_session(&NewSession::new("s", "/tmp", words(&["cat"]))).await.unwrap();
    assert_eq!(tmux.panes(&[]).await.unwrap()[0].pane_id, made.pane_id);
    tmux.close().await;
    eventually_equal("s".to_owned(), async || server.run(&["list-sessions", "-F", "#S"])).await;
    assert_eq!(tmux.panes(&[]).await.unwrap().len(), 1);
    assert_eq!(server.pid(), pid);
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_that_open_other_panes_do_not_have_them_taken_for_the_one_that_was_created() {
    for (hook, what) in crate::hub::HOOKS {
        let server = TmuxServer::new();
        server.run(&["set-hook", "-g", hook, what]);
        let tmux = server.client();
        for count in 0..4 {
            let name = format!("s{count}");
            let mut spec = NewSession::new(&name, "/tmp", words(&["sh", "-c", "echo bye; exit 7"]));
            spec.pane_options.push(("@polecat".to_owned(), name.clone()));
            let made = tmux.create_session(&spec).await.unwrap();
            let found = eventually("its end", async || {
                let panes = tmux.panes_of(&name, &["@polecat"]).await.unwrap();
                let ours = panes.iter().find(|pane| pane.pane_id == made.pane_id).cloned();
                ours.filter(|ours| ours.dead.is_some()).ok_or(format!("{hook}: {panes:?}"))
            })
            .await;
            assert_eq!(found.options, [name.as_str()], "{hook}: {found:?}");
            for pane in tmux.panes_of(&name, &["@polecat"]).await.unwrap() {
                let is_it = pane.pane_id == made.pane_id;
                let ours = tmux.runs_created(pane.pane_id).await.unwrap();
                assert_eq!((is_it, is_it), (ours, pane.options == [name.as_str()]), "{hook}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pane_that_somebody_has_run_another_program_is_not_ours_any_more() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let spec = NewSession::new("s", "/tmp", words(&["sleep", "60"]));
    let pane = tmux.create_session(&spec).await.unwrap().pane_id;
    let respawn = ["respawn-pane", "-k", "-t", &pane.to_string()];
    assert!(tmux.runs_created(pane).await.unwrap());
    // Without words tmux runs the same again.
    server.run(&respawn);
    assert!(tmux.runs_created(pane).await.unwrap());
    server.run(&[&respawn[..], &["cat"]].concat());
    assert!(!tmux.runs_created(pane).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_the_first_programs_alone() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let show = r#"printf '%s ' "$SECRET" "$@"; exec sleep 60"#;
    let mut spec = NewSession::new("secret", "/tmp", words(&["sh", "-c", show, "sh", "a b"]));
    let args = ["--port", "1"].map(str::to_owned).to_vec();
    spec.secret = Some(Secret { variable: "SECRET", value: "s3cret".to_owned(), args });
    // The first one starts the server, by a process whose arguments everybody can read.
    tmux.create_session(&spec).await.unwrap();
    let shows = async |expected: &str| {
        eventually_equal(expected.to_owned(), async || {
            server.run(&["capture-pane", "-p", "-t", "=secret:"]).trim().to_owned()
        })
        .await;
    };
    shows("s3cret a b --port 1").await;
    let table = server.run(&["show-environment", "-t", "=secret:"]);
    assert!(!table.contains("SECRET"), "{table}");
    server.run(&["respawn-pane", "-k", "-t", "=secret:"]);
    shows("a b").await;
    spec.secret.as_mut().unwrap().args = vec!["$(id)".to_owned()];
    "other".clone_into(&mut spec.name);
    let refused = tmux.create_session(&spec).await;
    assert!(matches!(refused, Err(TmuxError::BadArgument { .. })), "{refused:?}");
}
