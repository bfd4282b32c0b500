//! How a connection comes to be: our program is found there, or put there, told its environment, and
//! greeted.

use std::{
    io,
    pin::pin,
    process::Stdio,
    sync::{Arc, PoisonError, atomic::Ordering},
};

use jiff::Timestamp;

use tokio::{
    fs::File,
    io::{AsyncRead, AsyncWriteExt as _},
    process::Command,
    time::timeout,
};
use tracing::info;

use super::{GREETING_TIMEOUT, Link, TURN_TIMEOUT};
use crate::{
    core::{build, hosts::bootstrap::Missing},
    fleet::{
        environment, log,
        program::HostProgram,
        ssh::Purpose,
        transport::{FirstAnswer, NotPushed, Transport, is_refusal},
        wire::{self, FromHost, Hello, ToHost, Welcome},
    },
    session::Agreements,
};

/// Why there is no connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Lost {
    pub(super) why: String,
    /// Whether trying again by itself is of no use.
    pub(super) refused: bool,
    /// Whether what reaches it was refused.
    pub(super) login: bool,
    /// What would help, if it were agreed to.
    pub(super) offer: Option<Offer>,
}

impl Lost {
    pub(super) fn because(why: String) -> Self {
        let refused = is_refusal(&why);
        Self { why, refused, login: refused, offer: None }
    }

    fn refused(why: String) -> Self {
        Self { why, refused: true, login: false, offer: None }
    }
}

/// Our own program, which is missing on a host, and can be put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The folder that it goes to.
    pub folder: String,
    /// The one that would have been better, but cannot be written to.
    pub skipped: Option<String>,
    /// The system that it is for.
    pub target: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sum: String,
}

impl Link {
    /// Connects, and gives what greeted. What is missing there is put there, if that was agreed to.
    pub(super) async fn open(&self) -> Result<(Transport, Welcome), Lost> {
        let mut pushed = false;
        loop {
            match self.reach().await? {
                Found::Served(transport, welcome) => return Ok((*transport, welcome)),
                Found::Missing(missing) if !pushed => self.provide(&missing).await?,
                Found::Missing(_) => {
                    return Err(Lost::refused(
                        "polecat-nvim was put there, but is not found".to_owned(),
                    ));
                }
            }
            pushed = true;
        }
    }

    /// Starts what reaches it, and sees what answers.
    async fn reach(&self) -> Result<Found, Lost> {
        let turn = self.connects.acquire().await;
        let (mut transport, begun) = in_turn(turn, self.start()).await?;
        let answer = match begun {
            Ok(begun) => self.in_time(self.answer_to(begun, &mut transport)).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(Answer::Welcome(welcome)) => Ok(Found::Served(Box::new(transport), welcome)),
            Ok(Answer::Missing(missing)) => Ok(Found::Missing(missing)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Lost::because(transport.end(error.to_string()).await))
            }
            Err(error) => {
                // It may have ended by itself, but for what we think of it.
                transport.end(String::new()).await;
                Err(Lost::because(error.to_string()))
            }
        }
    }

    /// Starts what reaches it, and reads what it begins with.
    async fn start(&self) -> Result<(Transport, io::Result<FirstAnswer>), Lost> {
        let alone = self.suspect.swap(false, Ordering::Relaxed);
        let purpose = if alone { Purpose::WorkAlone } else { Purpose::Work };
        let argv = self.ssh.argv(self.settings.serve(&self.name()), purpose).await;
        let transport = Transport::start(&argv, &self.ssh.launch, (&self.endings, &self.log));
        let mut transport = transport.map_err(|error| Lost::because(error.to_string()))?;
        let begun = self.in_time(transport.begin()).await;
        Ok((transport, begun))
    }

    /// Tells our program there its environment, if it has yet to serve, and greets it.
    async fn answer_to(&self, begun: FirstAnswer, transport: &mut Transport) -> io::Result<Answer> {
        match begun {
            FirstAnswer::Missing(missing) => return Ok(Answer::Missing(missing)),
            FirstAnswer::Serving => self.greet(transport).await?,
            FirstAnswer::Ready => {
                let login = !self.settings.no_login;
                let told = environment::LoginEnvironment::new(login, &self.settings.env).bytes()?;
                transport.to.write_all(&told).await?;
                // Without waiting: what serves then reads on.
                self.greet(transport).await?;
                transport.begin().await?;
            }
        }
        match wire::read(&mut transport.from).await? {
            Some(FromHost::Welcome(welcome)) => Ok(Answer::Welcome(welcome)),
            Some(_) => Err(io::Error::other("it sent no greeting")),
            None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "")),
        }
    }

    /// Waits until the host has answered, for as long as one may take.
    async fn in_time<T>(&self, answer: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        timeout(GREETING_TIMEOUT, answer).await.unwrap_or_else(|_| {
            // A login that is shared may be dead without knowing.
            self.suspect.store(true, Ordering::Relaxed);
            let seconds = GREETING_TIMEOUT.as_secs();
            Err(io::Error::other(format!("it did not answer within {seconds} s")))
        })
    }

    async fn greet(&self, transport: &mut Transport) -> io::Result<()> {
        let hello = Hello { config: self.settings.config.clone().into(), log: log::wanted() };
        wire::write(&mut transport.to, &ToHost::Hello(hello)).await.map(drop)
    }

    /// Puts our program there, or says what would be.
    async fn provide(&self, missing: &Missing) -> Result<(), Lost> {
        let what = format!("polecat-nvim {} is missing there", build::VERSION);
        let refused = |why: String| Lost::refused(format!("{what}, and {why}"));
        let program = HostProgram::find(missing.targets(), self.ssh.launch.clone()).await;
        let program = program.map_err(|place| refused(no_program(missing, &place)))?;
        let Some(folder) = missing.folder.clone() else {
            return Err(refused("no folder there can be written to".to_owned()));
        };
        if missing.free.is_some_and(|free| free.saturating_mul(1024) < program.size) {
            return Err(refused(format!(
                "`{folder}` is too full for its {}",
                megabytes(program.size)
            )));
        }
        let (target, sum) = (program.target.clone(), program.sum.clone());
        let (skipped, size) = (missing.skipped.clone(), program.size);
        let offer = Offer { folder, skipped, target, size, sum };
        if !self.is_agreed().await {
            return Err(Lost { offer: Some(offer), ..Lost::refused(what) });
        }
        let told = |why| format!("polecat-nvim was not put there: {why}");
        self.push(missing, &program).await.map_err(|why| match why {
            NotPushed::Refused(why) => Lost::refused(told(why)),
            NotPushed::Lost(why) => Lost::because(told(why)),
        })
    }

    async fn push(&self, missing: &Missing, program: &HostProgram) -> Result<(), NotPushed> {
        self.step(Some(format!("putting polecat-nvim there ({})", megabytes(program.size))));
        let gzip = which::which("gzip").ok().filter(|_| missing.gzip);
        let reaching =
            self.settings.push(&self.name(), &program.target, &program.sum, gzip.is_some());
        let argv = self.ssh.argv(reaching, Purpose::Work).await;
        let transport = Transport::start(&argv, &self.ssh.launch, (&self.endings, &self.log));
        let lost = |error: io::Error| NotPushed::Lost(error.to_string());
        let transport = transport.map_err(lost)?;
        let packed = match gzip {
            Some(gzip) => pack((self.ssh.launch)(gzip.as_os_str()).into(), program).await,
            None => File::open(&program.path).await.map(|file| Box::new(file) as Packed),
        };
        let path = transport.push(packed.map_err(lost)?).await;
        self.step(None);
        info!(host = %self.name(), ?path, "pushed");
        path.map(drop)
    }

    /// Notes who it is. What was seen on another machine of the same name is forgotten.
    pub(super) fn accept(&self, welcome: Welcome) -> Result<(), String> {
        welcome.check()?;
        let mut before = self.welcome.lock().unwrap_or_else(PoisonError::into_inner);
        let change = before.as_ref().and_then(|before| welcome.identity.change_since(before));
        *before = Some(welcome.identity.clone());
        self.change(|status| {
            if let Some((what, is_other)) = change {
                status.facts.notice = Some((Timestamp::now(), what));
                if is_other {
                    status.rigs = Arc::default();
                }
            }
            status.facts.serving = Some((welcome.identity, welcome.program));
            status.facts.job = welcome.job;
        });
        Ok(())
    }

    /// Where it is kept that our program may be put there.
    fn agreements(&self) -> Option<Agreements> {
        self.ssh.state.as_ref().map(|state| Agreements::new(state))
    }

    /// What cannot be read was not agreed to.
    async fn is_agreed(&self) -> bool {
        if self.agreed.load(Ordering::Relaxed) {
            return true;
        }
        let Some(agreements) = self.agreements() else { return false };
        let (name, way) = (self.name(), self.settings.way(&self.name()));
        agreements.holds(name.as_str(), &way).await.unwrap_or_default()
    }

    /// Our program may be put there, now and in each later version. Tells why only now.
    pub(in crate::fleet) async fn agree(&self) -> Option<String> {
        self.agreed.store(true, Ordering::Relaxed);
        let (name, way) = (self.name(), self.settings.way(&self.name()));
        let kept = self.agreements()?.add(name.as_str(), &way).await;
        kept.err().map(|error| error.to_string())
    }

    fn step(&self, step: Option<String>) {
        self.change(|status| status.facts.step = step);
    }
}

/// Does what begins a connection. Others have their turn when it is done, or has taken long: a host that
/// does not answer costs nothing here, and must not delay those that do.
async fn in_turn<T>(turn: impl Sized, begin: impl Future<Output = T>) -> T {
    let mut begin = pin!(begin);
    if let Ok(begun) = timeout(TURN_TIMEOUT, &mut begin).await {
        return begun;
    }
    drop(turn);
    begin.await
}

/// What answered.
enum Answer {
    Welcome(Welcome),
    Missing(Missing),
}

/// What was found there.
enum Found {
    Served(Box<Transport>, Welcome),
    Missing(Missing),
}

type Packed = Box<dyn AsyncRead + Send + Unpin>;

async fn pack(mut gzip: Command, program: &HostProgram) -> io::Result<Packed> {
    let file = File::open(&program.path).await?.into_std().await;
    gzip.arg("-c").stdin(file).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut packing = gzip.spawn()?;
    let packed = packing.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    // It ends with its input, or when nobody reads it any more.
    tokio::spawn(async move { packing.wait().await });
    Ok(Box::new(packed))
}

/// The error for a missing binary.
fn no_program(missing: &Missing, place: &str) -> String {
    let system = format!("{} on {}", missing.system, missing.machine);
    if place.is_empty() {
        return format!("none is built for {system}: build it there, and set `backend`");
    }
    let best = missing.targets().into_iter().next().unwrap_or_default();
    let fetch =
        format!("`:lua require('polecat.install').run({{ target = '{best}' }})` downloads it");
    format!("there is none for {system} here: {place}. {fetch} if your plugin is a release")
}

/// `8.6 MB`
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
