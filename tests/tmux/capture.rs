//! What panes show, and have shown.

use polecat::tmux::{Capture, NewPane, NewSession, Tmux};

use crate::support::eventually;
use crate::support::tmux::TmuxServer;

/// A session whose shell runs `script` and then waits, seen when it printed its last words.
async fn showing(tmux: &Tmux, size: (u16, u16), script: &str) -> NewPane {
    let script = format!("stty -echo; {script}; printf '\\033]2;shown\\033\\\\'; exec sleep 600");
    let argv = ["/bin/sh", "-c", &script].map(Into::into).to_vec();
    let mut spec = NewSession::new(format!("s{}x{}", size.0, size.1), "/", argv);
    spec.size = size;
    let made = tmux.create_session(&spec).await.unwrap();
    eventually("its title", async || {
        let panes = tmux.panes(&[]).await.unwrap();
        let pane = panes.into_iter().find(|pane| pane.pane_id == made.pane_id).unwrap();
        if pane.drawn.title == "shown" { Ok(()) } else { Err(pane.drawn.title) }
    })
    .await;
    made
}

async fn lines(tmux: &Tmux, made: NewPane, want: Capture) -> Vec<String> {
    let captured = tmux.capture(made.pane_id, want).await.unwrap();
    let text = String::from_utf8(captured.text).unwrap();
    assert_eq!(text.lines().count(), captured.rows);
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_last_lines_come_whatever_is_on_the_screen() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = showing(&tmux, (40, 10), "seq 1 100").await;
    let expected =
        |count: usize| (101 - count..=100).map(|line| line.to_string()).collect::<Vec<_>>();
    for count in [1, 2, 8, 9, 10, 11, 50, 99, 100] {
        assert_eq!(
            lines(&tmux, made, Capture::last(count)).await,
            expected(count as usize),
            "{count}"
        );
    }
    for count in [101, 5_000, u32::MAX] {
        assert_eq!(lines(&tmux, made, Capture::last(count)).await, expected(100), "{count}");
    }
    assert_eq!(lines(&tmux, made, Capture::last(0)).await, [""; 0]);
    assert_eq!(lines(&tmux, made, Capture::screen()).await.len(), 10);

    let few = showing(&tmux, (40, 11), "printf '\\n  a\\n\\n\\n b  \\n\\n'").await;
    assert_eq!(lines(&tmux, few, Capture::last(99)).await, ["", "  a", "", "", " b", ""]);
    assert_eq!(lines(&tmux, few, Capture::last(3)).await, ["", " b", ""]);
    let prompt = showing(&tmux, (40, 12), "printf 'a\\n> '").await;
    assert_eq!(lines(&tmux, prompt, Capture::last(99)).await, ["a", ">"]);
    let nothing = showing(&tmux, (40, 13), ":").await;
    assert_eq!(lines(&tmux, nothing, Capture::last(99)).await, [""; 0]);
    let wrapped = showing(&tmux, (10, 14), "echo 123456789012345").await;
    assert_eq!(lines(&tmux, wrapped, Capture::last(99)).await, ["1234567890", "12345"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_that_began_above_the_first_line_are_kept() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let script = "printf '\\033[1;31mred\\nstill red\\n\\033[44mon blue\\n\\033[22mnot bold\\033[0m plain\\nend\\n'";
    let made = showing(&tmux, (40, 10), script).await;
    let all = lines(&tmux, made, Capture::last(5).with_colours()).await;
    // What tmux itself says of a row, when asked for that row alone.
    for (count, row) in [(1, 4), (2, 3), (3, 2), (4, 1), (5, 0)] {
        let ours = lines(&tmux, made, Capture::last(count).with_colours()).await;
        let row = row.to_string();
        let alone = server.run(&[
            "capture-pane",
            "-p",
            "-e",
            "-t",
            &made.pane_id.to_string(),
            "-S",
            &row,
            "-E",
            &row,
        ]);
        assert_eq!(look(&ours[0]), look(&alone), "{all:?}");
    }
}

/// Each character with all that is switched on where it stands, for the codes of the test above.
fn look(text: &str) -> Vec<(char, Vec<u8>)> {
    let mut on = std::collections::BTreeMap::new();
    let mut seen = Vec::new();
    let mut parts = text.split("\x1b[");
    seen.extend(parts.next().unwrap_or_default().chars().map(|char| (char, Vec::new())));
    for part in parts {
        let (codes, rest) = part.split_once('m').unwrap();
        for code in codes.split(';') {
            match code.parse::<u8>().unwrap_or(0) {
                0 => on.clear(),
                22 => drop(on.remove("bold")),
                39 => drop(on.remove("front")),
                49 => drop(on.remove("back")),
                1 => drop(on.insert("bold", 1)),
                code @ 30..=37 => drop(on.insert("front", code)),
                code @ 40..=47 => drop(on.insert("back", code)),
                code => panic!("{code}"),
            }
        }
        seen.extend(rest.chars().map(|char| (char, on.values().copied().collect::<Vec<_>>())));
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_pane_and_the_alternate_screen_can_be_captured() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let argv = ["/bin/sh", "-c", "seq 1 60; printf 'bye\\n  now'; exit 3"].map(Into::into).to_vec();
    let dead = tmux.create_session(&NewSession::new("dead", "/", argv)).await.unwrap();
    eventually("its end", async || {
        let captured = tmux.capture(dead.pane_id, Capture::last(3)).await.unwrap();
        let text = String::from_utf8(captured.text).unwrap();
        // Before 3.3 tmux writes a message of its own over the end.
        let whole = tmux.capabilities().await.unwrap().remain_on_exit_format;
        if captured.dead && (text == "60\nbye\n  now\n" || !whole) { Ok(()) } else { Err(text) }
    })
    .await;
    let made = showing(&tmux, (40, 10), "seq 1 20; printf '\\033[?1049h\\033[HTUI'").await;
    let captured = tmux.capture(made.pane_id, Capture::last(3)).await.unwrap();
    assert!(captured.alternate);
    assert!(String::from_utf8(captured.text).unwrap().ends_with("TUI\n"));
    let missing = tmux.capture("%999".parse().unwrap(), Capture::last(1)).await.unwrap_err();
    assert!(missing.is_missing_target(), "{missing}");
    assert_eq!(server.run(&["list-buffers"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn captures_while_the_pane_floods_are_whole() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let script = "i=0; while :; do i=$((i+1)); printf '\\033[3%dmline %d\\n' $((i%8)) $i; done";
    let argv = ["/bin/sh", "-c", script].map(Into::into).to_vec();
    let made = tmux.create_session(&NewSession::new("s", "/", argv)).await.unwrap();
    eventually("500 lines", async || {
        let captured = tmux.capture(made.pane_id, Capture::last(1)).await.unwrap();
        if captured.history > 500 { Ok(()) } else { Err(captured.history) }
    })
    .await;
    for _ in 0..50 {
        let lines = lines(&tmux, made, Capture::last(300)).await;
        assert_eq!(lines.len(), 300);
        // The last may still be half printed.
        let numbers = lines[..299].iter().map(|line| line.trim_start_matches("line ").parse());
        let numbers: Vec<u64> = numbers.collect::<Result<_, _>>().unwrap();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn captures_do_not_make_the_server_grow() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = showing(
        &tmux,
        (100, 50),
        "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); printf '%099d\\n' $i; done",
    )
    .await;
    let grown = async |count: usize| {
        let before = resident(&server);
        for _ in 0..count {
            let captured = tmux.capture(made.pane_id, Capture::last(1_000)).await.unwrap();
            assert_eq!(captured.text.len(), 100_000);
        }
        resident(&server).saturating_sub(before)
    };
    grown(50).await;
    // What is not given back with each would be 50 MB.
    let grown = grown(500).await;
    assert!(grown < 5_000_000, "{grown} bytes");
}

/// Memory of the server, in bytes.
fn resident(server: &TmuxServer) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/statm", server.pid().as_raw_nonzero())).unwrap();
    status.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}
