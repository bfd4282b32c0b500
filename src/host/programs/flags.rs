//! Which flags an installed program takes.

use std::{path::Path, time::Duration};

use super::{launch::Launch, run::Program};

/// How long a program may take to print its help.
const HELP_TIMEOUT: Duration = Duration::from_secs(5);

/// Those of `flags` that `program`, a path, takes: with one it prints its help as without. One that
/// does not know it refuses it, and so does a script that adds it itself, where twice is too often.
pub async fn taken(program: &Path, flags: &[String], launch: &Launch) -> Vec<String> {
    let mut taken = Vec::new();
    for flag in flags {
        let help = Program::new(launch, program).arg(flag).arg("--help").within(HELP_TIMEOUT);
        if help.run().await.is_ok_and(|output| output.text().contains(flag)) {
            taken.push(flag.clone());
        }
    }
    taken
}
