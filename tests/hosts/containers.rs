//! Containers: what podman runs, reached by `podman exec` and by a stand-in for kubectl, which has
//! podman do what kubectl would.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
};

use polecat::core::rig::layout::Template;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    desk::STATUS,
    guides::{block, words},
    machine::{finished, program, skipped},
    rig::{Shop, agent},
    support::{
        editor::Editor, eventually, neovim::checkout, processes, rig::Project, tmux::TmuxServer,
    },
};

/// A container whose programs are this machine's, and which has a copy of the project.
struct Container {
    folder: TempDir,
}

fn missing() -> bool {
    let programs = ["podman", "runc", "catatonit"];
    // Debian has it where podman alone looks.
    let exists = |name: &&str| {
        which::which(name).is_ok() || Path::new("/usr/libexec/podman").join(name).exists()
    };
    let missing = programs.iter().find(|name| !exists(name));
    missing
        .is_some_and(|name| skipped(&format!("no container can be run here: there is no `{name}`")))
}

impl Container {
    fn new(project: &Project) -> Self {
        let folder = tempfile::Builder::new().prefix("pc").tempdir().unwrap();
        let container = Self { folder };
        let root = container.at("rootfs");
        for name in ["usr", "etc", "proc", "sys", "dev", "tmp", "run", "root", "work"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o1777)).unwrap();
        for name in ["bin", "sbin", "lib", "lib64"] {
            if Path::new("/").join(name).is_symlink() {
                symlink(format!("usr/{name}"), root.join(name)).unwrap();
            }
        }
        fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n").unwrap();
        let around = project.around().to_str().unwrap();
        finished(program("cp").args(["-a", around]).arg(container.at("work")));
        let own = |folder: &Path| format!("{0}:{0}:ro", folder.display());
        let work = format!("{}:{around}", container.at("work").display());
        finished(
            container
                .podman(&["run", "-d", "--name", "gpu", "--network", "none", "--init"])
                .args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"])
                .args(["-v", "/usr:/usr:ro", "-v", &own(checkout()), "-v", &work, "--rootfs"])
                .arg(&root)
                .args(["sleep", "infinity"]),
        );
        container
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The words of podman with a place of its own for all that it keeps.
    fn words(&self) -> Vec<String> {
        let at = |name: &str| self.at(name).display().to_string();
        let mut words = vec!["podman".to_owned()];
        for (option, value) in [
            ("--root", at("storage")),
            ("--runroot", at("run")),
            ("--tmpdir", at("tmp")),
            ("--storage-driver", "vfs".to_owned()),
            ("--runtime", "runc".to_owned()),
            ("--cgroup-manager", "cgroupfs".to_owned()),
        ] {
            words.extend([option.to_owned(), value]);
        }
        words
    }

    fn podman(&self, args: &[&str]) -> Command {
        let words = self.words();
        let mut command = program(&words[0]);
        command.args(&words[1..]).args(args);
        command
    }

    /// A program of this name that has podman do what the one of that name would; where it is.
    fn stand_in(&self, name: &str, script: &str) -> String {
        let program = self.at(name);
        fs::write(&program, format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        program.display().to_string()
    }

    fn tmux(&self, args: &[&str]) -> String {
        let words = [&["exec", "gpu", "tmux", "-L", "agents"], args].concat();
        let output = self.podman(&words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// How it is reached: `exec` and `attach` are what stands in front of a command.
    fn settings(project: &Project, exec: &[String], attach: &[String]) -> Json {
        json!({
            "command": exec,
            "attach": attach,
            "backend": env!("CARGO_BIN_EXE_polecat-nvim"),
            "rigs": { project.path().to_str().unwrap(): {} },
            "tmux": { "socket": "agents" },
        })
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.podman(&["rm", "-f", "-t", "0", "gpu"]).output();
        // After each `exec` one of podman's own cleans up, and makes its folders anew for it.
        let left = processes::mentioning(self.folder.path());
        let ended = processes::ended(&left);
        processes::kill(&left);
        if !std::thread::panicking() {
            ended.unwrap_or_else(|left| panic!("podman left behind:\n{left}"));
        }
        // Its driver mounts its own folder onto itself.
        let _ = program("umount").arg(self.at("storage")).output();
    }
}

/// An editor here, which reaches the container as it is said.
async fn desk(more: impl Fn(&Container, &Project) -> Json) -> Option<(Shop, Container)> {
    if crate::machine::missing().is_some() || missing() {
        return None;
    }
    let (project, tmux) = (Project::new(), TmuxServer::absent());
    let container = Container::new(&project);
    let hosts = json!({ "hosts": { "box": more(&container, &project) } });
    let editor = Editor::with(&tmux, project.path(), hosts).await;
    Some((Shop { editor, tmux, project }, container))
}

/// As the guide has it, with podman's own place.
fn by_podman(container: &Container, project: &Project) -> Json {
    let guide = include_str!("../../doc/hosts/containers.md");
    let [exec, attach] = ["command", "attach"].map(|key| {
        let words = words(guide, key);
        assert_eq!(words[0], "podman");
        [&container.words(), &words[1..]].concat()
    });
    Container::settings(project, &exec, &attach)
}

/// As the guide says that docker does too: by a docker that is podman under its name.
fn by_docker(container: &Container, project: &Project) -> Json {
    let guide = include_str!("../../doc/hosts/containers.md");
    assert!(guide.contains("`docker` replaces"));
    let podman = shlex::try_join(container.words().iter().map(String::as_str)).unwrap();
    let docker = container.stand_in("docker", &format!("exec {podman} \"$@\"\n"));
    let [exec, attach] = ["command", "attach"].map(|key| {
        let mut words = words(guide, key);
        words[0].clone_from(&docker);
        words
    });
    Container::settings(project, &exec, &attach)
}

/// As the guide has it, by a stand-in for kubectl that knows these words alone.
fn by_kubectl(container: &Container, project: &Project) -> Json {
    let guide = include_str!("../../doc/hosts/kubernetes.md");
    let podman = shlex::try_join(container.words().iter().map(String::as_str)).unwrap();
    let script = format!(
        "case \"$1 $2 $3 $4 $5 $6 $7 $8\" in\n\
         '--context dev --namespace agents exec -i agents-0 --') flags=-i ;;\n\
         '--context dev --namespace agents exec -it agents-0 --') flags=-it ;;\n\
         *) exit 64 ;;\nesac\nshift 8\nexec {podman} exec \"$flags\" gpu \"$@\"\n"
    );
    let kubectl = container.stand_in("kubectl", &script);
    let [exec, attach] = ["command", "attach"].map(|key| {
        let mut words = words(guide, key);
        assert_eq!(words[0], "kubectl");
        words[0].clone_from(&kubectl);
        words
    });
    Container::settings(project, &exec, &attach)
}

async fn works(desk: &Shop, container: &Container) {
    let editor = &desk.editor;
    desk.start("ash", "prompts").await;
    let options = json!({ "new": true, "cmd": agent("prompts") });
    editor.call("start", json!(["box:shop/ash", options])).await.unwrap();
    editor.command("PolecatStatus!").await.unwrap();
    editor.expect_line(STATUS, "box:shop: 1 polecat, 1 running").await;
    editor.call("inject", json!(["box:shop/ash", "over there"])).await.unwrap();
    eventually("the message", async || {
        let shown = editor.call("capture", json!(["box:shop/ash", {}])).await.unwrap();
        if shown.to_string().contains("got: over there") { Ok(()) } else { Err(shown) }
    })
    .await;
    assert!(!desk.screen("gt-shop-ash").contains("over there"));

    editor.command("close | PolecatAttach box:shop/ash").await.unwrap();
    let attached = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{session_attached}"];
    eventually("a terminal there", async || match container.tmux(&attached) {
        count if count == "1" => Ok(()),
        count => Err(count),
    })
    .await;
    assert_eq!(desk.tmux.run(&attached), "0");
    editor.command("stopinsert | close!").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and runc: `make soak`"]
async fn a_container_is_a_host_and_comes_back_after_it_was_killed() {
    let Some((desk, container)) = desk(by_podman).await else { return };
    works(&desk, &container).await;
    let editor = &desk.editor;
    editor.command("PolecatStatus!").await.unwrap();
    editor.expect_line(STATUS, "box:shop: 1 polecat, 1 running").await;
    finished(&mut container.podman(&["kill", "gpu"]));
    editor.expect_line(STATUS, "?  ash  unknown").await;
    finished(&mut container.podman(&["start", "gpu"]));
    let info = eventually("an answer", async || {
        editor.call("status", json!(["box:shop/ash"])).await.map_err(|failure| failure.message)
    })
    .await;
    assert_eq!(info["running"], false, "{info}");
    // Nobody died: it is lost with its server, or what was restarted counts as another machine.
    assert!(info["lost"] == true || info["state"] == "unknown", "{info}");
}

/// It needs no container to read it.
#[test]
fn the_container_of_the_guide_has_the_worktrees_of_its_project() {
    let guide = include_str!("../../doc/hosts/containers.md");
    let run = block(guide, "sh").lines().find(|line| line.starts_with("podman run "));
    let run = shlex::split(run.expect("a line that runs it")).unwrap();
    let volume = run.iter().skip_while(|word| *word != "-v").nth(1).expect("a volume");
    let volume = volume.replace("$HOME", "/home/me");
    let (here, there) = volume.split_once(':').unwrap();
    assert_eq!(here, there);
    let project = Path::new("/home/me/src/shop");
    assert!(guide.contains(&format!("rigs = {{ ['{}'] = {{}} }}", project.display())));
    let worktrees = Template::default().layout(project.parent().unwrap(), "shop").dir;
    assert!(project.starts_with(here) && worktrees.starts_with(here), "{worktrees:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and runc: `make soak`"]
async fn a_container_of_docker_is_a_host_as_far_as_podman_under_its_name_tells() {
    let Some((desk, container)) = desk(by_docker).await else { return };
    works(&desk, &container).await;
    desk.editor.call("stop", json!(["box:shop/ash", { "force": true }])).await.unwrap();
    assert_eq!(desk.sessions(), ["gt-shop-ash"]);
}

/// It needs no cluster to read it.
#[test]
#[ignore = "needs kubectl: `make soak`"]
fn the_manifest_of_a_pod_is_one_to_kubectl() {
    if which::which("kubectl").is_err() {
        skipped("the manifest is not read: there is no `kubectl`");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agents.yaml");
    let guide = include_str!("../../doc/hosts/kubernetes.md");
    fs::write(&file, block(guide, "yaml")).unwrap();
    let mut kubectl = program("kubectl");
    // With a home of its own: it keeps what it has found.
    kubectl.env("HOME", folder.path()).args(["label", "--local", "read=yes", "-o", "json", "-f"]);
    let read: Json = serde_json::from_str(&finished(kubectl.arg(&file))).unwrap();
    let pod = &read["spec"]["template"]["spec"];
    let command = json!(["tini", "--", "sleep", "infinity"]);
    assert_eq!(
        (&read["kind"], &pod["containers"][0]["command"]),
        (&json!("StatefulSet"), &command)
    );
    assert_eq!(read["spec"]["volumeClaimTemplates"][0]["metadata"]["name"], "home", "{read}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman and runc: `make soak`"]
async fn a_pod_is_a_host_as_far_as_a_stand_in_for_kubectl_tells() {
    let Some((desk, container)) = desk(by_kubectl).await else { return };
    works(&desk, &container).await;
    desk.editor.call("stop", json!(["box:shop/ash", { "force": true }])).await.unwrap();
    assert_eq!(desk.sessions(), ["gt-shop-ash"]);
}
