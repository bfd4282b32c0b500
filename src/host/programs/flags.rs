//! Which flags an installed program takes.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use super::{
    launch::Launch,
    run::{Program, RunError},
};

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

/// The help texts of programs, read once as long as these stay what they are.
#[derive(Clone, Default)]
pub struct HelpTexts(Arc<Mutex<HashMap<PathBuf, HelpText>>>);

/// A help text, and when its program was changed last.
type HelpText = (SystemTime, Arc<str>);

impl HelpTexts {
    /// Whether `program`, a path, names `flag` in what it prints for `--help`; `None` if it takes too long
    /// to say so.
    pub async fn list(&self, program: &Path, flag: &str, launch: &Launch) -> Option<bool> {
        Some(self.of(program, launch).await?.contains(flag))
    }

    async fn of(&self, program: &Path, launch: &Launch) -> Option<Arc<str>> {
        let changed = tokio::fs::metadata(program).await.and_then(|found| found.modified()).ok();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(program).cloned();
        if let Some((at, text)) = known
            && Some(at) == changed
        {
            return Some(text);
        }
        let help = Program::new(launch, program).arg("--help").within(HELP_TIMEOUT).run().await;
        let text: Arc<str> = match help {
            Err(RunError::TimedOut { .. }) => return None,
            help => help.map(|output| output.text()).unwrap_or_default().into(),
        };
        if let Some(at) = changed.filter(|_| !text.is_empty()) {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(program.to_owned(), (at, text.clone()));
        }
        Some(text)
    }
}
