//! Which flags an installed program knows.

use std::{path::Path, time::Duration};

use super::{launch::Launch, run::Program};

/// How long a program may take to print its help.
const PATIENCE: Duration = Duration::from_secs(5);

/// Those of `flags` that the help of `program`, a path, names. One that does not tell knows none.
pub async fn known(program: &Path, flags: &[String], launch: &Launch) -> Vec<String> {
    if flags.is_empty() {
        return Vec::new();
    }
    let output = Program::new(launch, program).arg("--help").within(PATIENCE).run().await;
    let help = output.map(|output| output.text()).unwrap_or_default();
    let words: Vec<&str> = help.split([' ', ',', '=', '[', ']', '\n', '\t']).collect();
    flags.iter().filter(|flag| words.contains(&flag.as_str())).cloned().collect()
}
