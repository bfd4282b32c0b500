//! The command that a person's configuration runs in a worktree.

use std::{
    ffi::OsString,
    path::Path,
    process::ExitStatus,
    time::{Duration, Instant},
};

use std::os::unix::process::ExitStatusExt as _;

use crate::{
    host::run::{Followed, RunError},
    session::{
        error::SessionError,
        setup::{Setups, error::SetupError, steps::Going},
    },
};

/// How long it may take: an installation from slow disks and networks.
const RUN_TIMEOUT: Duration = Duration::from_secs(60 * 60);
/// How often its last line is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);
/// How many of its last lines an error tells.
const TAIL_LINES: usize = 10;

impl Setups {
    pub(super) async fn run(
        &self,
        (worktree, main): (&Path, Option<&Path>),
        command: String,
        going: Going<'_>,
    ) -> Result<(), SessionError> {
        let Going { polecat, run, progress, .. } = going;
        run.command(&command);
        self.step(going, &command).await?;
        let mut words: Vec<OsString> =
            self.context.wrap().await.into_iter().map(Into::into).collect();
        words.extend(["sh", "-c", &command].map(Into::into));
        let mut env = vec![("POLECAT_NAME", polecat.to_string().into())];
        env.extend(main.map(|main| ("POLECAT_MAIN", main.into())));
        let mut told = Instant::now();
        let tell = |bytes: &[u8]| {
            run.print(bytes);
            if told.elapsed() >= PROGRESS_INTERVAL {
                told = Instant::now();
                let last = run.tail(1).pop().unwrap_or_default();
                progress(&format!("setting up: {last}"));
            }
        };
        let followed = Followed { words, dir: worktree, env, within: RUN_TIMEOUT };
        let ended = followed.run(&self.context.shared.launch, tell, run.cancelled()).await;
        let how = match ended {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => how(status),
            Ok(None) => return Err(going.cancelled()),
            Err(RunError::TimedOut { waited, .. }) => format!("did not end within {waited:?}"),
            Err(other) => format!("was not run: {other}"),
        };
        let (polecat, tail) = (polecat.to_string(), run.tail(TAIL_LINES));
        Err(SetupError::Failed { polecat, command, how, tail, kept: false }.into())
    }
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
