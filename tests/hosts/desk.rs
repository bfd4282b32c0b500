//! An editor here, and hosts that `ssh` reaches, where everything has the same name as here: the user,
//! the folder of the project, the socket of tmux, the rig.

use std::{fs, path::PathBuf};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    framed::Log,
    link::Link,
    machine::{Machine, missing, run},
    rig::{Shop, agent},
    support::{editor::Editor, neovim::merge, rig::Project, tmux::TmuxServer},
};

pub(crate) const STATUS: &str = "polecat://status";

/// What one of them is to be like.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    /// The login shell there.
    pub(crate) shell: Option<&'static str>,
    /// What stands between ssh and a command there, and the same for a command with a terminal.
    pub(crate) through: Option<(String, String)>,
    /// How many polecats there are, `p0` and so on, on the hosts and here.
    pub(crate) polecats: usize,
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

/// A host with a copy of the project.
pub(crate) struct There {
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
        make(plans.iter().map(|plan| plan.polecats).max(), &project, &tmux).await;
        let mut hosts = Vec::new();
        for (number, plan) in plans.iter().enumerate() {
            let shell = plan.shell.unwrap_or("/bin/sh");
            let name = format!("build{}", number + 1);
            let machine = Machine::new(&name, &key.with_extension("pub"), shell);
            hosts.push(There::on(machine, &project, &tmux).await);
        }
        let reached = hosts.iter().zip(plans).map(|(there, plan)| {
            let reaching = |through: Option<String>| {
                let config = ssh.path().join("config").display().to_string();
                let ssh = ["ssh", "-F", &config, &there.machine.name].map(str::to_owned);
                ssh.into_iter().chain(through).collect::<Vec<_>>()
            };
            let (command, attach) = plan.through.clone().unzip();
            let mut reached = json!({
                "command": reaching(command),
                "attach": reaching(attach),
                "backend": backend(),
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
        let editor = Editor::with(
            &tmux,
            project.path(),
            json!({ "hosts": reached, "backend": { "command": backend() } }),
        )
        .await;
        let desk = Self { here: Shop { editor, tmux, project }, hosts, ssh };
        desk.write_ssh_configuration();
        desk.know_hosts();
        Some(desk)
    }

    /// Makes and starts a polecat that runs `command` of `tests/agents/`: `build1:shop/ash`.
    pub(crate) async fn start(&self, polecat: &str, command: &str) {
        self.call("start", json!([polecat, { "new": true, "cmd": agent(command) }])).await;
        if command == "prompts" {
            self.expect_capture(polecat, "❯").await;
        }
    }

    pub(crate) async fn expect_capture(&self, polecat: &str, part: &str) -> String {
        self.editor().expect_capture(polecat, 50, part).await
    }

    /// Starts `ash` on each host and then here. It runs `command` in Claude's frame, and logs what it
    /// is told; the logs in this order.
    pub(crate) async fn framed(&self, command: &str) -> Vec<Log> {
        let log = self.here.project.around().join("log");
        let (name, options) = command.split_once(' ').unwrap_or((command, ""));
        let cmd = agent(&format!("{name} --log {} {options}", log.display()));
        let mut logs = Vec::new();
        for polecat in self.every("ash") {
            let options = json!({ "new": true, "agent": "claude", "cmd": cmd });
            self.call("start", json!([polecat, options])).await;
        }
        logs.extend(self.hosts.iter().map(|it| Log(it.machine.at(log.to_str().unwrap()))));
        logs.push(Log(log));
        logs
    }

    /// How a polecat of this name on each host, and then here, is named.
    pub(crate) fn every(&self, polecat: &str) -> Vec<String> {
        let there = self.hosts.iter().map(|it| format!("{}:shop/{polecat}", it.machine.name));
        there.chain([polecat.to_owned()]).collect()
    }

    /// The file of what ssh knows of the hosts.
    pub(crate) fn ssh_configuration(&self) -> String {
        self.ssh.path().join("config").display().to_string()
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

/// Makes polecats, for the hosts to have them too.
async fn make(polecats: Option<usize>, project: &Project, tmux: &TmuxServer) {
    let count = polecats.unwrap_or_default();
    if count == 0 {
        return;
    }
    let editor = Editor::start(tmux, project.path()).await;
    for number in 0..count {
        editor.call("new", json!([format!("p{number}"), {}])).await.unwrap();
    }
    editor.quit().await;
}

/// The backend to measure, if it is another than tests use.
pub(crate) fn backend() -> String {
    std::env::var("POLECAT_BACKEND").unwrap_or(env!("CARGO_BIN_EXE_polecat-nvim").to_owned())
}

impl There {
    async fn on(machine: Machine, project: &Project, tmux: &TmuxServer) -> Self {
        let (around, socket) = (project.around().to_str().unwrap(), tmux.socket());
        for folder in [around, socket.parent().unwrap().to_str().unwrap()] {
            fs::create_dir_all(machine.at(folder)).unwrap();
        }
        let copy = machine.at(around);
        run("cp", &["-a", &format!("{around}/."), copy.to_str().unwrap()]);
        let link = Link::to(&machine).await;
        Self { machine, link, socket }
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

    /// Has a session for each of so many polecats of `project`, as if each had been started; the first
    /// prints something each second.
    pub(crate) fn run_all(&self, project: &Project, polecats: usize) {
        let home = project.home();
        let sessions = (0..polecats).map(|number| {
            let (name, workdir) = (format!("p{number}"), project.worktree(&format!("p{number}")));
            let prints = "while :; do date; sleep 1; done";
            let command = if number == 0 { prints } else { "exec cat" };
            let session = json!({ "home": home, "pane": "none" });
            let pane = json!({
                "home": home, "polecat": name, "agent": "cmd", "command": command, "workdir": workdir,
            });
            let (target, workdir) = (format!("=gt-shop-{name}:"), workdir.display().to_string());
            format!(
                "new-session -d -s gt-shop-{name} -x 80 -y 24 -c '{workdir}' '{command}'\n\
                 set-option -t '{target}' @polecat '{session}'\n\
                 set-option -p -t '{target}' @polecat '{pane}'\n"
            )
        });
        self.machine.write("/tmp/sessions", &sessions.collect::<String>());
        self.tmux(&["start-server", ";", "source-file", "/tmp/sessions"]).unwrap();
    }

    /// Its power is gone and comes back.
    pub(crate) fn reboot(&mut self) {
        self.machine.power_off();
        self.link.leads_to(&self.machine);
        self.machine.boot();
        self.link.leads_to(&self.machine);
    }
}
