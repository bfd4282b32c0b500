//! A polecat's branch is pushed, never by force, and nobody is asked for anything.

use std::io::{Read, Write};
use std::net::TcpListener;

use polecat::core::rig::push::Pushed;
use polecat::host::git;
use polecat::host::{HostError, PushError};

use super::fixtures::polecat;
use super::polecat::Ash;

const BRANCH: &str = "polecat/ash-10";

impl Ash {
    async fn push(&self, commit: Option<&str>) -> Result<Pushed, HostError> {
        git::push(&self.rig, &polecat("ash"), commit, &self.sandbox.launch).await
    }

    async fn refused_push(&self) -> PushError {
        match self.push(None).await.unwrap_err() {
            HostError::Push(error) => error,
            other => panic!("{other}"),
        }
    }

    fn remote(&self, name: &str) -> std::path::PathBuf {
        let bare = self.sandbox.folder(&format!("{name}.git"));
        self.sandbox.git(&bare, &["init", "--quiet", "--bare"]);
        self.main(&["remote", "add", name, &bare.to_string_lossy()]);
        bare
    }
}

#[tokio::test]
async fn a_branch_goes_where_git_would_push_it_and_is_told_of_before() {
    let ash = Ash::new().await;
    assert!(matches!(ash.refused_push().await, PushError::NoRemote));
    ash.remote("one");
    ash.remote("two");
    let which = ash.refused_push().await.to_string();
    assert_eq!(which, "several remotes, none chosen: one, two");
    let origin = ash.remote("origin");
    ash.write("a", "a\n");
    let tip = ash.commit("a");
    ash.write("b", "b\n");
    let launch = &ash.sandbox.launch;
    let plan = git::push_plan(&ash.rig, &polecat("ash"), launch).await.unwrap();
    assert_eq!((&*plan.remote, &*plan.branch, &plan.commit), ("origin", BRANCH, &tip));
    assert_eq!((plan.commits, plan.uncommitted), (2, 1));
    let other = "1".repeat(40);
    assert!(ash.push(Some(&other)).await.is_err());
    let pushed = ash.push(Some(&tip)).await.unwrap();
    assert_eq!((&*pushed.remote, &*pushed.branch), ("origin", BRANCH));
    assert_eq!(ash.sandbox.git(&origin, &["rev-parse", BRANCH]), tip);
    let upstream = ash.git(&["rev-parse", "--abbrev-ref", "@{upstream}"]);
    assert_eq!(upstream, format!("origin/{BRANCH}"));
    ash.main(&["config", "remote.pushDefault", "two"]);
    assert_eq!(ash.push(None).await.unwrap().remote, "two");
}

#[tokio::test]
async fn what_the_remote_does_not_take_is_not_forced_whatever_is_configured() {
    let ash = Ash::new().await;
    let origin = ash.remote("origin");
    ash.write("a", "a\n");
    let first = ash.commit("a");
    ash.push(None).await.unwrap();
    ash.git(&["commit", "--quiet", "--amend", "--message", "another"]);
    ash.main(&["config", "remote.origin.push", "+refs/heads/*:refs/heads/*"]);
    ash.main(&["config", "push.default", "matching"]);
    let rejected = ash.refused_push().await;
    assert_eq!(rejected.code(), "push_rejected", "{rejected}");
    assert!(rejected.hint().unwrap().contains("nothing is forced"));
    assert_eq!(ash.sandbox.git(&origin, &["rev-parse", BRANCH]), first);
    let heads = ash.sandbox.git(&origin, &["for-each-ref", "--format=%(refname)"]);
    assert_eq!(heads, format!("refs/heads/{BRANCH}"), "no other branch went along");
    super::fixtures::hook(&ash.main.join(".git"), "pre-push", "echo 'the tests fail' >&2; exit 1");
    let refused = ash.refused_push().await.to_string();
    assert!(refused.contains("the tests fail"), "{refused}");
}

/// A server that wants a password, and an ssh that does: nobody is asked, and nothing hangs.
#[tokio::test]
async fn what_would_ask_a_person_is_an_error_that_says_how_to_log_in() {
    let ash = Ash::new().await;
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or_default();
            if request[..read].starts_with(b"END") {
                return;
            }
            let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\
                Content-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    ash.main(&["remote", "add", "origin", &format!("http://127.0.0.1:{port}/shop.git")]);
    let refused = ash.refused_push().await;
    assert!(refused.hint().unwrap().contains("run `git push` once"), "{refused}");
    let asks = ash.sandbox.write("bin/ssh", "#!/bin/sh\necho \"$@\" > \"$0.words\"\nexit 255\n");
    std::fs::set_permissions(&asks, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    ash.main(&["remote", "set-url", "origin", "ssh://nobody@127.0.0.1/shop.git"]);
    ash.main(&["config", "core.sshCommand", &asks.to_string_lossy()]);
    ash.refused_push().await;
    let words = std::fs::read_to_string(ash.sandbox.path("bin/ssh.words")).unwrap();
    assert!(words.contains("-o BatchMode=yes"), "{words}");
    let mut end = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    end.write_all(b"END").unwrap();
    serving.join().unwrap();
}
