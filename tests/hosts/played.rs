//! A host that the test plays itself: what it says is what the test writes.

use std::os::unix::fs::PermissionsExt;

use std::time::Duration;

use polecat::{
    core::{batch_job::BatchJob, build, names::PolecatName, session::SessionInfo},
    fleet::{FarError, FarRig, Identity, pack},
    session::Update,
};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    time::timeout,
};

/// How long the hub may take to come, to ask for something, and to leave.
const PATIENCE: Duration = Duration::from_secs(30);

/// The command that reaches it: what it is told to run there it does not even read.
const PIPE: &str = "#!/usr/bin/env python3
import os, socket, sys, threading
there = socket.socket(socket.AF_UNIX)
folder = os.path.dirname(os.path.abspath(sys.argv[0]))
there.connect(os.path.join(folder, 'host'))
def say():
    while said := os.read(0, 65536):
        there.sendall(said)
    if not os.path.exists(os.path.join(folder, 'stays')):
        os._exit(0)
threading.Thread(target=say, daemon=True).start()
try:
    while heard := there.recv(65536):
        while heard:
            heard = heard[os.write(1, heard):]
except OSError:
    # What it has to say of its end is nothing.
    os._exit(1)
";

pub(crate) struct Stage {
    folder: TempDir,
    listener: UnixListener,
}

/// One connection of the hub.
pub(crate) struct Played(pub(crate) UnixStream);

/// What a host says, as far as tests say it.
#[derive(Clone, Serialize)]
pub(crate) enum Said {
    Welcome {
        version: String,
        source: String,
        program: String,
        identity: Identity,
        job: Option<BatchJob>,
    },
    Pong(u64),
    Rigs {
        now: i64,
        rigs: Vec<FarRig>,
    },
    Rows {
        now: i64,
        rigs: Vec<Rows>,
    },
    Files {
        rig: String,
        polecat: String,
        worktree: ByteBuf,
        paths: Vec<ByteBuf>,
        whole: bool,
    },
    Part {
        id: u64,
        part: ByteBuf,
    },
    Answer {
        id: u64,
        result: Result<ByteBuf, FarError>,
    },
}

/// What the hub says.
#[derive(Debug, Deserialize)]
pub(crate) enum Heard {
    Ping(u64),
    Look,
    Call { id: u64, name: String },
    Tell { id: u64 },
    Taken(u64),
    Drop(u64),
}

/// Rows of one rig.
#[derive(Clone, Serialize)]
pub(crate) struct Rows {
    pub(crate) rig: usize,
    pub(crate) polecats: Vec<SessionInfo>,
}

impl Said {
    /// The greeting of one of this version.
    pub(crate) fn welcome(version: &str) -> Self {
        let (version, source) = (version.to_owned(), build::SOURCE.to_owned());
        let (program, identity) = (String::new(), Identity::default());
        Self::Welcome { version, source, program, identity, job: None }
    }

    /// All that a session which is followed has printed.
    pub(crate) fn printed(id: u64, text: &str) -> Self {
        let text = text.as_bytes().to_vec();
        let update = Update { from: 0, gap: false, text, more: false };
        Self::Part { id, part: pack(&update).unwrap() }
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("ps").tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("host")).unwrap();
        let pipe = folder.path().join("pipe");
        std::fs::write(&pipe, PIPE).unwrap();
        std::fs::set_permissions(&pipe, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, listener }
    }

    /// How it is reached.
    pub(crate) fn settings(&self) -> Json {
        json!({ "command": [self.folder.path().join("pipe")], "rigs": { "/srv/shop": {} } })
    }

    /// What reaches it does not end any more when its standard input does.
    pub(crate) fn stay(&self) {
        std::fs::write(self.folder.path().join("stays"), "").unwrap();
    }

    pub(crate) async fn connected(&self) -> Played {
        let comes = timeout(PATIENCE, self.listener.accept());
        Played(comes.await.expect("the hub comes").unwrap().0)
    }
}

impl Played {
    /// Begins as our program does.
    pub(crate) async fn greet(&mut self) {
        self.greet_in(None).await;
    }

    /// The same in a job.
    pub(crate) async fn greet_in(&mut self, of: Option<BatchJob>) {
        self.bytes(b"polecat-serve 1\n").await;
        let mut length = [0; 4];
        self.0.read_exact(&mut length).await.unwrap();
        let mut hello = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut hello).await.unwrap();
        let mut welcome = Said::welcome(build::VERSION);
        if let Said::Welcome { job, .. } = &mut welcome {
            *job = of;
        }
        self.say(&welcome).await;
    }

    pub(crate) async fn say(&mut self, said: &Said) {
        self.message(&rmp_serde::to_vec_named(said).unwrap()).await;
    }

    pub(crate) async fn message(&mut self, message: &[u8]) {
        let length = u32::try_from(message.len()).unwrap();
        self.bytes(&[&length.to_be_bytes(), message].concat()).await;
    }

    /// The hub may have had enough before all of it was said.
    pub(crate) async fn bytes(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Says something of the call `id`: a part of its answer.
    pub(crate) async fn part(&mut self, id: u64, part: &impl Serialize) {
        let part = rmp_serde::to_vec_named(part).unwrap().into();
        self.say(&Said::Part { id, part }).await;
    }

    /// Answers the call `id`.
    pub(crate) async fn answer(&mut self, id: u64, answer: &impl Serialize) {
        let result = Ok(rmp_serde::to_vec_named(answer).unwrap().into());
        self.say(&Said::Answer { id, result }).await;
    }

    /// What the hub says next. It is told that we are there.
    pub(crate) async fn hear(&mut self) -> Heard {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).await.unwrap();
        let mut message = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut message).await.unwrap();
        let heard = rmp_serde::from_slice(&message).unwrap();
        if let Heard::Ping(number) = heard {
            self.say(&Said::Pong(number)).await;
        }
        heard
    }

    /// The next call `name`, and those that came before it.
    pub(crate) async fn called(&mut self, name: &str) -> (u64, Vec<(u64, String)>) {
        let mut before = Vec::new();
        loop {
            match self.hear().await {
                Heard::Call { id, name: called } if called == name => return (id, before),
                Heard::Call { id, name } => before.push((id, name)),
                _ => {}
            }
        }
    }

    /// Waits until the hub asks for `call`, and gives the number of that.
    pub(crate) async fn asked(&mut self, call: &str) -> u64 {
        let asked = timeout(PATIENCE, self.called(call)).await;
        asked.unwrap_or_else(|_| panic!("it did not ask for `{call}`")).0
    }

    /// Waits until the hub has left, whatever it still says.
    pub(crate) async fn left(&mut self) {
        let mut heard = [0; 4096];
        let leaves = async { while let Ok(1..) = self.0.read(&mut heard).await {} };
        timeout(PATIENCE, leaves).await.expect("the hub leaves");
    }
}

/// A rig with so many polecats, `p0` and so on.
pub(crate) fn rig(address: &str, polecats: usize) -> FarRig {
    let polecat = |number| {
        let name = PolecatName::parse(&format!("p{number}")).unwrap();
        SessionInfo::stopped(name, format!("gt-shop-p{number}"), "shop".to_owned())
    };
    FarRig {
        address: address.to_owned(),
        path: format!("/srv/{address}"),
        socket: None,
        problem: None,
        polecats: (0..polecats).map(polecat).collect(),
        unread: false,
    }
}

pub(crate) fn rigs(rigs: Vec<FarRig>) -> Said {
    Said::Rigs { now: jiff::Timestamp::now().as_millisecond(), rigs }
}

/// The same of these rows of the first rig.
pub(crate) fn rows(polecats: Vec<SessionInfo>) -> Said {
    let now = jiff::Timestamp::now().as_millisecond();
    Said::Rows { now, rigs: vec![Rows { rig: 0, polecats }] }
}
