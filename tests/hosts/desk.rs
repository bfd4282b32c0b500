//! An editor here, and hosts that `ssh` reaches, where everything has the same name as here: the user,
//! the folder of the project, the socket of tmux, the rig.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    framed::{Log, program as script},
    link::Link,
    machine::{Machine, missing, run},
    rig::{Shop, agent},
    support::{
        editor::Editor,
        eventually,
        neovim::{Neovim, config, merge},
        rig::Project,
        tmux::TmuxServer,
        values::Answer,
    },
};

pub(crate) const STATUS: &str = "polecat://status";

/// What one of them is to be like.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    /// The login shell there.
    pub(crate) shell: Option<&'static str>,
    /// What stands between ssh and a command there, and the same for a command with a terminal.
    pub(crate) through: Option<(&'static str, &'static str)>,
    /// Put over how it is reached.
    pub(crate) more: Json,
}

/// The ends first that others need to end well.
pub(crate) struct Desk {
    pub(crate) here: Shop,
    pub(crate) hosts: Vec<There>,
    /// Of ssh: its configuration, the key, and which hosts are known.
    ssh: TempDir,
}

/// A host, with an editor of its own in its project.
pub(crate) struct There {
    pub(crate) editor: Editor,
    pub(crate) machine: Machine,
    pub(crate) link: Link,
    socket: PathBuf,
}

impl Desk {
    /// With so many hosts, `build1` and so on; none where none can be made.
    pub(crate) async fn new(hosts: usize) -> Option<Self> {
        Self::with(&vec![Plan::default(); hosts]).await
    }

    pub(crate) async fn with(plans: &[Plan]) -> Option<Self> {
        if missing().is_some() {
            return None;
        }
        let ssh = tempfile::Builder::new().prefix("pk").tempdir().unwrap();
        let key = ssh.path().join("key");
        run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", key.to_str().unwrap()]);
        let (project, tmux) = (Project::new(), TmuxServer::absent());
        let mut hosts = Vec::new();
        for (number, plan) in plans.iter().enumerate() {
            let shell = plan.shell.unwrap_or("/bin/sh");
            let name = format!("build{}", number + 1);
            let machine = Machine::new(&name, &key.with_extension("pub"), shell);
            hosts.push(There::on(machine, &project, &tmux).await);
        }
        let reached = hosts.iter().zip(plans).map(|(there, plan)| {
            let reaching = |through: Option<&str>| {
                let config = ssh.path().join("config").display().to_string();
                let ssh = ["ssh", "-F", &config, &there.machine.name].map(str::to_owned);
                ssh.into_iter().chain(through.map(str::to_owned)).collect::<Vec<_>>()
            };
            let (command, attach) = plan.through.unzip();
            let mut reached = json!({
                "command": reaching(command),
                "attach": reaching(attach),
                "backend": env!("CARGO_BIN_EXE_polecat-nvim"),
                "rigs": { project.path().to_str().unwrap(): {} },
                "tmux": { "socket": tmux.socket() },
            });
            if !plan.more.is_null() {
                merge(&mut reached, plan.more.clone());
            }
            // What is taken out again is not there.
            reached.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            (there.machine.name.clone(), reached)
        });
        let reached: Json = reached.collect();
        let editor = Editor::with(&tmux, project.path(), json!({ "hosts": reached })).await;
        let desk = Self { here: Shop { editor, tmux, project }, hosts, ssh };
        desk.write_ssh_configuration();
        desk.know_hosts();
        Some(desk)
    }

    /// Starts `ash` on each host, and then here, as [`There::framed`] does; the logs in this order.
    pub(crate) async fn framed(&self, command: &str) -> Vec<Log> {
        let log = self.here.project.around().join("log");
        let mut logs = Vec::new();
        for there in &self.hosts {
            logs.push(there.framed(&log, command).await);
        }
        start_framed(&self.here.editor, &log, command).await;
        logs.push(Log(log));
        logs
    }

    fn write_ssh_configuration(&self) {
        let folder = self.ssh.path().display();
        let hosts = self.hosts.iter().map(|there| {
            let (name, port) = (&there.machine.name, there.link.port);
            format!("Host {name}\n  Port {port}\n  HostKeyAlias {name}\n")
        });
        let hosts: String = hosts.collect();
        let all = format!(
            "{hosts}Host *\n  HostName 127.0.0.1\n  User root\n  IdentitiesOnly yes\n  \
             IdentityFile {folder}/key\n  UserKnownHostsFile {folder}/known_hosts\n  \
             GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n"
        );
        fs::write(self.ssh.path().join("config"), all).unwrap();
    }

    /// Has the keys that the hosts have now be those that are known.
    pub(crate) fn know_hosts(&self) {
        let lines = self
            .hosts
            .iter()
            .map(|there| format!("{} {}", there.machine.name, there.machine.public_host_key()));
        fs::write(self.ssh.path().join("known_hosts"), lines.collect::<String>()).unwrap();
    }

    pub(crate) fn editor(&self) -> &Editor {
        &self.here.editor
    }

    pub(crate) async fn call(&self, function: &str, args: Json) -> Json {
        let called = self.editor().call(function, args).await;
        called.unwrap_or_else(|failure| panic!("`{function}`: {failure:?}"))
    }

    /// Opens the list of all rigs, and waits until it shows all hosts connected.
    pub(crate) async fn look(&self) {
        self.editor().command("PolecatStatus!").await.unwrap();
        for there in &self.hosts {
            self.expect_status(&format!("{}:shop: ", there.machine.name)).await;
        }
    }

    pub(crate) async fn expect_status(&self, part: &str) -> Vec<String> {
        self.editor().expect_line(STATUS, part).await
    }

    /// The processes of ssh that run here for the editor.
    pub(crate) fn ssh(&self) -> Vec<u32> {
        let is_it = |pid: &u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.starts_with(b"ssh\0")
        };
        self.editor().processes().into_iter().filter(is_it).collect()
    }
}

impl There {
    async fn on(machine: Machine, project: &Project, tmux: &TmuxServer) -> Self {
        let path = project.path().to_str().unwrap();
        let (around, socket) = (project.around().to_str().unwrap(), tmux.socket());
        for folder in [around, socket.parent().unwrap().to_str().unwrap()] {
            fs::create_dir_all(machine.at(folder)).unwrap();
        }
        run("cp", &["-a", path, machine.at(around).to_str().unwrap()]);
        let link = Link::to(&machine).await;
        let editor = editor_on(&machine, project, &config(&socket)).await;
        Self { editor, machine, link, socket }
    }

    /// Starts `ash`, which runs `command` of `tests/agents/` in Claude's frame and logs what it is told.
    pub(crate) async fn framed(&self, log: &Path, command: &str) -> Log {
        start_framed(&self.editor, log, command).await;
        Log(self.machine.at(log.to_str().unwrap()))
    }

    pub(crate) async fn start(&self, polecat: &str, command: &str) {
        let options = json!({ "new": true, "cmd": agent(command) });
        self.call("start", json!([polecat, options])).await.unwrap();
        eventually("a prompt", async || match self.screen(&format!("gt-shop-{polecat}")) {
            screen if screen.contains('❯') => Ok(()),
            screen => Err(screen),
        })
        .await;
    }

    pub(crate) async fn call(&self, method: &str, args: Json) -> Answer {
        self.editor.call(method, args).await
    }

    pub(crate) fn tmux(&self, args: &[&str]) -> Result<String, String> {
        let tmux = crate::support::tmux::tmux_program();
        let words = [&tmux, "-u", "-f", "/dev/null", "-S", self.socket.to_str().unwrap()];
        self.machine.try_run(&[&words, args].concat())
    }

    pub(crate) fn screen(&self, session: &str) -> String {
        self.tmux(&["capture-pane", "-p", "-t", &format!("={session}:")]).unwrap_or_default()
    }

    pub(crate) fn sessions(&self) -> Vec<String> {
        let listed = self.tmux(&["list-sessions", "-F", "#S"]).unwrap_or_default();
        let names = listed.lines().filter(|name| *name != "polecat-hub");
        names.map(str::to_owned).collect()
    }

    /// Its power is gone and comes back. Its editor is not there any more.
    pub(crate) fn reboot(&mut self) {
        self.machine.power_off();
        self.link.leads_to(&self.machine);
        self.machine.boot();
        self.link.leads_to(&self.machine);
    }
}

/// An editor on the host, in the copy of `project` there.
async fn editor_on(machine: &Machine, project: &Project, config: &Json) -> Editor {
    let home = tempfile::Builder::new().prefix("pn").tempdir_in(machine.at("/tmp")).unwrap();
    for folder in ["run", "tmp"] {
        fs::create_dir(home.path().join(folder)).unwrap();
    }
    let home_there = PathBuf::from("/tmp").join(home.path().file_name().unwrap());
    let mut neovim = Neovim::new(&home_there, config);
    let door = home.path().join("door");
    let (inside, nvim) = (machine.inside().join(" "), neovim.program.display());
    script(
        &door,
        &format!("exec {inside} sh -c 'cd \"$0\" && exec \"$@\"' \"$PWD\" {nvim} \"$@\""),
    );
    neovim.program = door;
    Editor::of(&neovim, home, project.path()).await
}

async fn start_framed(editor: &Editor, log: &Path, command: &str) {
    let (name, options) = command.split_once(' ').unwrap_or((command, ""));
    let cmd = agent(&format!("{name} --log {} {options}", log.display()));
    let options = json!({ "new": true, "agent": "claude", "cmd": cmd });
    editor.call("start", json!(["ash", options])).await.unwrap();
}
