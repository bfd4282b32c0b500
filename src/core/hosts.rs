//! Hosts: machines, containers and jobs on which rigs are, and the commands that reach them.

pub mod bootstrap;
pub mod engines;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{build, names::shown};

/// A shell as after a login, in the folder that is its first word.
const SHELL: &str = r#"cd -- "$1" && exec "${SHELL:-/bin/sh}" -l"#;
/// What runs its first word, a line for `sh`, with the environment of the person's login shell. That may
/// be any: it is told nothing but to expand a variable. C shells take `-l` alone.
const BY_LOGIN: &str = concat!(
    "POLECAT_LINE=$1; export POLECAT_LINE; ",
    "case ${SHELL##*/} in csh|tcsh) how=-c ;; *) how=-lc ;; esac; ",
    r#"exec "${SHELL:-/bin/sh}" "$how" 'exec sh -c "$POLECAT_LINE"'"#,
);

/// The longest name of a host, in bytes, and of a socket that one tells.
const NAME_LIMIT: usize = 64;

/// What a host is called: a word that is no option of a program, and no path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

/// Why a text is no name of a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no name of a host: letters, digits, `.`, `_` and `-`, not in front", shown(.0))]
pub struct BadHostName(String);

impl HostName {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = BadHostName;

    fn from_str(text: &str) -> Result<Self, BadHostName> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if begins && text.len() <= NAME_LIMIT && text.chars().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadHostName(text.to_owned()))
    }
}

impl TryFrom<String> for HostName {
    type Error = BadHostName;

    fn try_from(text: String) -> Result<Self, BadHostName> {
        text.parse()
    }
}

impl From<HostName> for String {
    fn from(HostName(name): HostName) -> Self {
        name
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of tmux's socket as a host told it: a word that leads nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketName(String);

impl SocketName {
    /// `None` of what is no such name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let is_name = begins && text.len() <= NAME_LIMIT && text.chars().all(fits);
        is_name.then(|| Self(text.to_owned()))
    }
}

/// How a host is reached, and what of it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostSettings {
    /// What runs a command there: `podman exec -i gpu`. Empty for ssh to the host of this name.
    pub command: Vec<String>,
    /// What runs a command there that needs a terminal: `podman exec -it gpu`.
    pub attach: Option<Vec<String>>,
    /// Whether a shell there takes the words apart once more; else what is usual for the program.
    pub quote: Option<bool>,
    /// Our program there, by a name or a path.
    pub backend: Option<String>,
    /// Whether it is connected to from the start, as if it had been used.
    pub watch: bool,
    /// The socket of tmux there: a name, or with a `/` a path.
    pub tmux_socket: Option<String>,
    /// tmux there, by a name or a path.
    pub tmux_command: Option<String>,
    /// Whether the environment there is not that of a login shell.
    pub no_login: bool,
    /// The variables of the environment here that go there, by their names.
    pub env: Vec<String>,
    /// What it goes by: a configuration, in msgpack.
    pub config: Vec<u8>,
}

/// A command, and whether ssh carries it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaching {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Where options for ssh belong, if it is ssh.
    pub ssh_options_at: Option<usize>,
}

impl HostSettings {
    /// What runs our own program on the host `name`.
    #[must_use]
    pub fn serve(&self, name: &HostName) -> Reaching {
        let words = match &self.backend {
            Some(backend) => vec![backend.clone(), "host".to_owned()],
            None => script(bootstrap::FIND, &[build::VERSION, build::SOURCE]),
        };
        self.reaching(name, self.command.clone(), "-T", words)
    }

    /// What takes our own program for `target` on its stdin, with the sum `sum`, on the host `name`.
    #[must_use]
    pub fn push(&self, name: &HostName, target: &str, sum: &str, packed: bool) -> Reaching {
        let how = if packed { "gzip" } else { "plain" };
        let words = [build::VERSION, build::SOURCE, target, sum, how];
        self.reaching(name, self.command.clone(), "-T", script(bootstrap::PUSH, &words))
    }

    /// What only logs in on the host `name`, in a terminal; `None` where that is not ssh's.
    #[must_use]
    pub fn logging_in(&self, name: &HostName) -> Option<Reaching> {
        let words = || vec!["true".to_owned()];
        is_ssh(&self.command).then(|| self.reaching(name, self.command.clone(), "-t", words()))
    }

    /// Whether ssh reaches it.
    #[must_use]
    pub fn is_ssh(&self) -> bool {
        is_ssh(&self.command)
    }

    /// How the host `name` is reached, in words.
    #[must_use]
    pub fn way(&self, name: &HostName) -> String {
        if self.command.is_empty() { format!("ssh {name}") } else { self.command.join(" ") }
    }

    /// What attaches a terminal to the tmux session `session` there, on the server of its `town` where
    /// none is configured; `None` where nobody said how a terminal gets there.
    #[must_use]
    pub fn attaching(
        &self,
        name: &HostName,
        session: &str,
        town: Option<&SocketName>,
    ) -> Option<Reaching> {
        let tmux = self.tmux_command.as_deref().unwrap_or("tmux");
        let socket = self.tmux_socket.as_deref().or(town.map(|SocketName(name)| name.as_str()));
        let mut words = vec![at_home(tmux)];
        if let Some(socket) = socket.filter(|socket| !socket.is_empty()) {
            let flag = if socket.contains('/') { "-S" } else { "-L" };
            words.extend([flag.to_owned(), at_home(socket)]);
        }
        words.extend(["attach-session", "-t"].map(str::to_owned));
        words.push(quoted(&format!("={session}")));
        let words = words.join(" ");
        if self.no_login {
            return self.in_terminal(name, script(&format!("exec {words}"), &[]));
        }
        let line = format!("unset POLECAT_LINE; exec {words}");
        self.in_terminal(name, script(BY_LOGIN, &[&line]))
    }

    /// What runs the person's shell in the folder `dir` there, in a terminal; `None` as of
    /// [`Self::attaching`].
    #[must_use]
    pub fn shell(&self, name: &HostName, dir: &str) -> Option<Reaching> {
        self.in_terminal(name, script(SHELL, &[dir]))
    }

    fn in_terminal(&self, name: &HostName, words: Vec<String>) -> Option<Reaching> {
        let through = match &self.attach {
            Some(attach) => attach.clone(),
            None if is_ssh(&self.command) => self.command.clone(),
            None => return None,
        };
        Some(self.reaching(name, through, "-t", words))
    }

    fn reaching(
        &self,
        name: &HostName,
        through: Vec<String>,
        terminal: &str,
        words: Vec<String>,
    ) -> Reaching {
        let ssh = is_ssh(&through);
        let mut argv = if through.is_empty() {
            ["ssh", name.as_str()].map(str::to_owned).to_vec()
        } else {
            engines::complete(through)
        };
        if ssh {
            argv.insert(1, terminal.to_owned());
            argv.push("--".to_owned());
        }
        if self.quote.unwrap_or(ssh) {
            // A NUL, which no shell can be given, is refused by the system that runs it.
            argv.push(shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default());
        } else {
            argv.extend(words);
        }
        Reaching { argv, ssh_options_at: ssh.then_some(1) }
    }
}

/// A shell that runs `script` with `words`.
fn script(script: &str, words: &[&str]) -> Vec<String> {
    let start = ["sh", "-c", script, "polecat"].into_iter();
    start.chain(words.iter().copied()).map(str::to_owned).collect()
}

/// A word for `sh`, of which only that knows where its home is.
fn at_home(word: &str) -> String {
    let below = word.strip_prefix("~/").map(|path| format!("\"$HOME\"/{}", quoted(path)));
    below.unwrap_or_else(|| quoted(word))
}

fn quoted(word: &str) -> String {
    // As above.
    shlex::try_quote(word).unwrap_or_default().into_owned()
}

/// Whether ssh runs `command`.
fn is_ssh(command: &[String]) -> bool {
    let program = command.first().map_or("ssh", String::as_str);
    program.rsplit('/').next() == Some("ssh")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(argv: &[&str]) -> Vec<String> {
        argv.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_name_is_no_option_no_path_and_no_address() {
        for good in ["build1", "gpu-2.lab", "a_b"] {
            assert_eq!(good.parse::<HostName>().unwrap().as_str(), good);
        }
        for bad in ["", "-oProxyCommand=x", "a b", "a/b", "a:b", ".a", "a\n", &"a".repeat(65)] {
            assert!(bad.parse::<HostName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ssh_gets_one_word_that_its_shell_takes_apart_again_and_an_engine_each() {
        let build1: HostName = "build1".parse().unwrap();
        let backend = Some("/opt/a b/polecat-nvim".to_owned());
        let ssh = HostSettings { backend: backend.clone(), ..HostSettings::default() };
        let serve = ssh.serve(&build1);
        assert_eq!(
            serve.argv,
            words(&["ssh", "-T", "build1", "--", "'/opt/a b/polecat-nvim' host"])
        );
        assert_eq!(serve.ssh_options_at, Some(1));
        let command = words(&["podman", "exec", "-i", "gpu"]);
        let podman = HostSettings { command: command.clone(), backend, ..HostSettings::default() };
        let serve = podman.serve(&build1);
        assert_eq!(serve.argv, [command, words(&["/opt/a b/polecat-nvim", "host"])].concat());
        assert_eq!(serve.ssh_options_at, None);
    }

    #[test]
    fn a_terminal_goes_the_way_that_was_said_or_by_ssh_and_to_exactly_that_session() {
        let build1: HostName = "build1".parse().unwrap();
        let socket = Some("agents".to_owned());
        let ssh = HostSettings { tmux_socket: socket.clone(), ..HostSettings::default() };
        let attach = ssh.attaching(&build1, "gt-shop-a b", None).unwrap();
        let tmux = "exec tmux -L agents attach-session -t";
        let line = format!("unset POLECAT_LINE; {tmux} '=gt-shop-a b'");
        assert_eq!(attach.argv[..4], words(&["ssh", "-t", "build1", "--"]));
        let by_login = words(&["sh", "-c", BY_LOGIN, "polecat", &line]);
        assert_eq!(shlex::split(&attach.argv[4]).unwrap(), by_login);
        let podman = HostSettings { command: words(&["podman", "exec", "-i", "gpu"]), ..ssh };
        assert_eq!(podman.attaching(&build1, "x", None), None);
        let attach = Some(words(&["podman", "exec", "-it", "gpu"]));
        let podman = HostSettings { attach, no_login: true, ..podman };
        let attach = podman.attaching(&build1, "x", None).unwrap();
        let line = format!("{tmux} '=x'");
        let through = ["podman", "exec", "-it", "gpu", "sh", "-c", &line, "polecat"];
        assert_eq!(attach.argv, words(&through));
        let dir = "/srv/it's; rm -r $HOME/a b";
        let shell = podman.shell(&build1, dir).unwrap().argv;
        let through = ["podman", "exec", "-it", "gpu", "sh", "-c", SHELL, "polecat", dir];
        assert_eq!(shell, words(&through));
        let shell = HostSettings::default().shell(&build1, dir).unwrap().argv;
        assert_eq!(shell[..4], words(&["ssh", "-t", "build1", "--"]));
        assert_eq!(shlex::split(&shell[4]).unwrap(), words(&through[4..]));
    }

    #[test]
    fn the_socket_is_the_configured_one_else_that_of_the_town_where_it_is_a_plain_name() {
        let attach = |socket: Option<&str>, town: Option<&str>| {
            let settings = HostSettings {
                attach: Some(Vec::new()),
                tmux_socket: socket.map(str::to_owned),
                no_login: true,
                ..HostSettings::default()
            };
            let town = town.and_then(SocketName::parse);
            let build1 = "build1".parse().unwrap();
            let argv = settings.attaching(&build1, "x", town.as_ref()).unwrap().argv;
            let line = shlex::split(&argv[4]).unwrap().remove(2);
            let tmux = line.strip_prefix("exec tmux ").unwrap();
            tmux.strip_suffix("attach-session -t '=x'").unwrap().to_owned()
        };
        assert_eq!(attach(None, None), "");
        assert_eq!(attach(None, Some("gt-159aa0")), "-L gt-159aa0 ");
        assert_eq!(attach(Some("agents"), Some("gt-159aa0")), "-L agents ");
        assert_eq!(attach(Some("~/a b"), None), "-S \"$HOME\"/'a b' ");
        assert_eq!(attach(Some(""), Some("gt-159aa0")), "", "the default one was said");
        for bad in ["", "-x", ".", "../x", "a/b", "a b", "$(x)", "a\n", &"a".repeat(65)] {
            assert_eq!(SocketName::parse(bad), None, "{bad:?}");
        }
    }
}
