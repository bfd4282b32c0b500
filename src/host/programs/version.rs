//! Which version of a program is installed.

use std::{path::Path, time::Duration};

use super::{launch::Launch, run::Program};

/// How long a program may take to say it. A large one takes a second, on a busy machine ten.
const VERSION_TIMEOUT: Duration = Duration::from_secs(15);

/// What `program`, a path, prints for `--version`; `None` if it fails or takes too long.
pub async fn printed(program: &Path, launch: &Launch) -> Option<String> {
    let version = Program::new(launch, program).arg("--version").within(VERSION_TIMEOUT);
    version.run().await.ok().map(|output| output.text())
}
