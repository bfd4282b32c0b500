//! An editor at a desk, and a host: our own program with a tmux server and a project of its own,
//! reached by a command as any other is.

use std::path::PathBuf;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    answering::{Asking, asking},
    rig::Shop,
    rigs::folder,
    support::{editor::Editor, eventually, neovim::tmux, rig::Project},
};

/// A desk with an editor, and a host `build1` where `ash` of the shop asks something.
pub(crate) struct Desk {
    pub(crate) desk: Shop,
    pub(crate) there: Asking,
}

/// How the host of `there` is reached, with `more` put over it.
pub(crate) fn host(there: &Shop, more: &Json) -> Json {
    let mut host = json!({
        "command": ["env", "SOMETHING=1"],
        "attach": ["env", "SOMETHING=2"],
        "backend": env!("CARGO_BIN_EXE_polecat-nvim"),
        "rigs": { folder(&there.project): {} },
        "tmux": { "command": tmux(), "socket": there.tmux.socket().to_str().unwrap() },
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        host[key] = value.clone();
    }
    host
}

/// A desk from which `there` is the host `build1`.
pub(crate) async fn reaching(there: &Shop, more: &Json) -> Shop {
    let hosts = json!({ "hosts": { "build1": host(there, more) } });
    Shop::of(Project::new(), hosts).await
}

/// What serves the hub on the host.
pub(crate) fn server(editor: &Editor) -> Option<Pid> {
    let is_it = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.ends_with(b"\0serve\0")
    };
    let pid = editor.processes().into_iter().find(is_it)?;
    Pid::from_raw(pid.cast_signed())
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let there = asking("permission").await;
        let desk = reaching(&there.shop, &Json::Null).await;
        Self { desk, there }
    }

    pub(crate) fn server(&self) -> Option<Pid> {
        server(&self.desk.editor)
    }

    pub(crate) async fn call(&self, function: &str, args: Json) -> Json {
        let called = self.desk.editor.call(function, args).await;
        called.unwrap_or_else(|failure| panic!("`{function}`: {failure:?}"))
    }
}

/// A desk whose way to the host can be cut.
pub(crate) struct Cuttable {
    pub(crate) desk: Shop,
    /// It is cut while this is there.
    cut: PathBuf,
}

impl Cuttable {
    pub(crate) async fn reaching(there: &Shop) -> Self {
        let cut = there.project.around().join("cut");
        let script = format!(
            "test -e {} && {{ echo 'no route to host' >&2; exit 1; }}; exec \"$@\"",
            cut.display()
        );
        let desk = reaching(there, &json!({ "command": ["sh", "-c", script, "sh"] })).await;
        Self { desk, cut }
    }

    pub(crate) fn cut(&self) {
        std::fs::write(&self.cut, "").unwrap();
        kill_process(server(&self.desk.editor).expect("it is served"), Signal::KILL).unwrap();
    }

    pub(crate) async fn mend(&self) {
        std::fs::remove_file(&self.cut).unwrap();
        self.desk.editor.command("PolecatReconnect").await.unwrap();
        eventually("the host", async || {
            server(&self.desk.editor).map(drop).ok_or("it is not served")
        })
        .await;
    }
}

/// A command in front of which stands what puts one text of the same length in place of another in all
/// that the host says.
pub(crate) fn forging(text: &str, other: &str) -> Json {
    const FORGER: &str = "import os, subprocess, sys
text, other = (word.encode().decode('unicode_escape').encode('latin-1') for word in sys.argv[1:3])
served = subprocess.Popen(sys.argv[3:], stdout=subprocess.PIPE)
while printed := os.read(served.stdout.fileno(), 1 << 20):
    os.write(1, printed.replace(text, other))
";
    json!({ "command": ["python3", "-c", FORGER, text, other] })
}
