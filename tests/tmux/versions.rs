//! Servers that were started by another version of tmux, and their agents live.

use std::{
    ffi::OsStr,
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use polecat::tmux::{HUB, Tmux, TmuxError};
use tokio::{io::AsyncReadExt, net::UnixListener};

use crate::support::tmux::{TmuxServer, tmux_program};
use crate::transports::{show, text};

/// Closes each connection on which something is said, as 3.6 does with older clients.
async fn close_who_talks(listener: UnixListener) {
    while let Ok((mut connection, _)) = listener.accept().await {
        tokio::spawn(async move { connection.read_u8().await });
    }
}

/// From 3.6 to 3.6b a server that closes the connection of a control client crashes.
#[tokio::test(flavor = "multi_thread")]
async fn no_control_client_is_let_near_a_server_that_closes_the_connection() {
    let server = TmuxServer::absent();
    tokio::spawn(close_who_talks(UnixListener::bind(server.socket()).unwrap()));
    let (program, log) = (server.folder().join("tmux-noted"), server.folder().join("log"));
    let noted = format!("echo \"$*\" >> {}; exec {} \"$@\"", log.display(), tmux_program());
    std::fs::write(&program, format!("#!/bin/sh\n{noted}\n")).unwrap();
    std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let mut address = server.address();
    address.command = program.to_str().unwrap().to_owned();
    let tmux = Tmux::new(address, server.launch());
    for request in [show("x"), show("x").starting_server()] {
        let error = tmux.run(request).await.unwrap_err();
        assert!(matches!(error, TmuxError::OtherVersion { .. }), "{error}");
    }
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("display-message") && !log.contains(" -C "), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_version_lives_and_is_used_at_once_or_called_that() {
    let others = std::env::var("TMUX_OTHERS").unwrap_or_default();
    for other in others.split_whitespace() {
        for _ in 0..4 {
            let server = TmuxServer::new();
            let mut address = server.address();
            address.command = other.to_owned();
            let tmux = Tmux::new(address, server.launch());
            // A connection would be waited for for 3 s.
            let patience = std::time::Duration::from_millis(2_500);
            match tmux.run(show("#{pid}").timeout(patience)).await {
                Ok(replies) => assert_eq!(
                    replies[0].text(),
                    server.pid().as_raw_nonzero().to_string(),
                    "{other}"
                ),
                Err(TmuxError::OtherVersion { .. }) => {}
                Err(error) => panic!("{other}: {error}"),
            }
            assert_eq!(text(&server.client(), "here").await.unwrap(), "here", "{other}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_the_same_program_is_connected_to_by_one_process() {
    let (server, started) = (TmuxServer::new(), Arc::new(AtomicUsize::new(0)));
    let (launch, count) = (server.launch(), Arc::clone(&started));
    let counting = move |program: &OsStr| {
        count.fetch_add(1, Ordering::Relaxed);
        launch(program)
    };
    let tmux = Tmux::new(server.address(), Arc::new(counting));
    assert_eq!(text(&tmux, "#{session_name}").await.unwrap(), HUB);
    assert_eq!(started.load(Ordering::Relaxed), 1);
}
