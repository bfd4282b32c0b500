//! A host: a process tree with its own mounts, network, names and processes, that ends with its first
//! process. Its disk is a folder here, and survives a reboot.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use polecat::host::launch;
use tempfile::TempDir;

use crate::support::{neovim::checkout, processes};

/// Home there.
const HOME: &str = "/tmp/home";

const SSHD_CONFIG: &str = "HostKey /tmp/etc/host_key
AuthorizedKeysFile /tmp/etc/authorized_keys
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
StrictModes no
PidFile none
MaxSessions 200
";

pub(crate) struct Machine {
    pub(crate) name: String,
    folder: TempDir,
    running: Option<Running>,
}

struct Running {
    /// `unshare`, with the standard input of the first process there.
    outer: Child,
    /// The first process there, as it is numbered here.
    init: u32,
}

/// Why no host can be made here; told once.
pub(crate) fn missing() -> Option<&'static str> {
    static WHY: OnceLock<Option<String>> = OnceLock::new();
    let why = WHY.get_or_init(|| {
        let why = why_not();
        why.inspect(|why| {
            skipped(&format!("no hosts can be made here: {why}"));
        })
    });
    why.as_deref()
}

/// Says why a test does nothing: past what the harness keeps for itself, as it is to be seen though
/// the test passes.
pub(crate) fn skipped(why: &str) -> bool {
    writeln!(std::io::stderr(), "skipped: {why}").is_ok()
}

fn why_not() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("this is not root".to_owned());
    }
    for program in ["unshare", "nsenter", "ssh", "ssh-keygen"] {
        if which::which(program).is_err() {
            return Some(format!("there is no `{program}`"));
        }
    }
    if sshd().is_none() {
        return Some("there is no `sshd` (Debian's openssh-server)".to_owned());
    }
    let tried =
        program("unshare").args(["-m", "-p", "-f", "-u", "-n", "--mount-proc", "true"]).output();
    let output = match tried {
        Ok(output) if output.status.success() => return None,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    Some(output)
}

pub(crate) fn sshd() -> Option<PathBuf> {
    let known = ["/usr/sbin/sshd", "/usr/bin/sshd", "/sbin/sshd"].map(PathBuf::from);
    known.into_iter().find(|path| path.exists())
}

pub(crate) fn program(name: &str) -> Command {
    launch::local()(name.as_ref())
}

/// Runs a program of this machine to its end.
pub(crate) fn run(name: &str, args: &[&str]) -> String {
    finished(program(name).args(args))
}

pub(crate) fn finished(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}: {errors}", output.status);
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

impl Machine {
    /// One that runs, into which the key `authorized` leads; the shell of its user is `shell`.
    pub(crate) fn new(name: &str, authorized: &Path, shell: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("ph").tempdir().unwrap();
        let mut machine = Self { name: name.to_owned(), folder, running: None };
        for folder in ["tmp", "tmp/etc", "tmp/home"] {
            fs::create_dir(machine.folder.path().join(folder)).unwrap();
        }
        let all = fs::Permissions::from_mode(0o1777);
        fs::set_permissions(machine.at("/tmp"), all).unwrap();
        machine.write("/tmp/etc/passwd", &passwd(shell));
        machine.write("/tmp/etc/sshd_config", SSHD_CONFIG);
        machine.write(
            "/tmp/etc/machine-id",
            &fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap(),
        );
        fs::copy(authorized, machine.at("/tmp/etc/authorized_keys")).unwrap();
        machine.new_host_key();
        machine.boot();
        machine
    }

    /// Where its file `path`, below `/tmp`, is to be found here.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        let temporary = std::env::temp_dir();
        let below =
            Path::new(path).strip_prefix(&temporary).or(Path::new(path).strip_prefix("/tmp"));
        self.folder.path().join("tmp").join(below.expect("it has a disk for these alone"))
    }

    /// Writes a file there, with the folders that it needs.
    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    pub(crate) fn append(&self, path: &str, text: &str) {
        let before = fs::read_to_string(self.at(path)).unwrap();
        self.write(path, &(before + text));
    }

    /// Gives it another host key; a connection from now on meets that.
    pub(crate) fn new_host_key(&self) {
        let key = self.at("/tmp/etc/host_key");
        let _ = fs::remove_file(&key);
        run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", key.to_str().unwrap()]);
    }

    pub(crate) fn public_host_key(&self) -> String {
        fs::read_to_string(self.at("/tmp/etc/host_key.pub")).unwrap()
    }

    pub(crate) fn boot(&mut self) {
        assert!(self.running.is_none(), "it runs");
        let mut command = program("unshare");
        command.args(["-m", "-p", "-f", "-u", "-n", "--mount-proc", "bash"]);
        command.arg(checkout().join("tests/hosts/init")).arg(self.folder.path()).arg(&self.name);
        command.arg(std::env::temp_dir().canonicalize().unwrap()).arg(checkout());
        // What it says when its child is killed is no news.
        let errors = self.folder.path().join("errors");
        command.stderr(fs::File::create(&errors).unwrap());
        let mut outer = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(outer.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let init = processes::descendants(outer.id()).first().copied();
        self.running = Some(Running { outer, init: init.unwrap_or_default() });
        let errors = fs::read_to_string(errors).unwrap();
        assert_eq!(said, "ready\n", "{} does not boot: {errors}", self.name);
    }

    /// Its power is gone: nothing of what runs there is asked.
    pub(crate) fn power_off(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        let inside = processes::descendants(running.outer.id());
        if running.init != 0 {
            processes::kill(&[running.init]);
        }
        // Its standard input ends too: then it ends by itself.
        drop(running.outer.stdin.take());
        running.outer.wait().unwrap();
        let left = processes::ended(&inside);
        if !std::thread::panicking() {
            left.unwrap_or_else(|left| panic!("left of {}:\n{left}", self.name));
        }
    }

    /// The words that run a command there, without a login.
    pub(crate) fn inside(&self) -> Vec<String> {
        let Some(running) = &self.running else { return Vec::new() };
        let init = running.init.to_string();
        ["nsenter", "-t", &init, "-m", "-p", "-u", "-n", "--"].map(str::to_owned).to_vec()
    }

    /// What a command prints there.
    pub(crate) fn run(&self, words: &[&str]) -> String {
        self.try_run(words).unwrap_or_else(|error| panic!("{words:?} on {}: {error}", self.name))
    }

    /// The same; `Err` is what it says on stderr.
    pub(crate) fn try_run(&self, words: &[&str]) -> Result<String, String> {
        let inside = self.inside();
        let Some((first, more)) = inside.split_first() else { return Err("it is off".to_owned()) };
        let mut command = program(first);
        command.args(more).args(["env", &format!("HOME={HOME}"), "LANG=C.UTF-8"]).args(words);
        let output = command.stdin(Stdio::null()).output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// What runs there, as it is numbered here, of which the command line holds `part`.
    pub(crate) fn processes(&self, part: &str) -> Vec<u32> {
        let Some(running) = &self.running else { return Vec::new() };
        let has = |pid: &u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).replace('\0', " ").contains(part)
        };
        // What was started from outside is a child of what entered, not of its first process.
        let namespace = |pid: u32| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let its = namespace(running.init);
        let all = fs::read_dir("/proc").unwrap().flatten();
        let all = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        all.filter(|pid| namespace(*pid) == its).filter(has).collect()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.power_off();
    }
}

/// The users of this machine, with another home and shell for the first.
fn passwd(shell: &str) -> String {
    let known = fs::read_to_string("/etc/passwd").unwrap();
    let others = known.lines().filter(|line| !line.starts_with("root:"));
    let others: Vec<_> = others.collect();
    format!("root:x:0:0:root:{HOME}:{shell}\n{}\n", others.join("\n"))
}
