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

/// An installed program, with the variables that it is given: without them it may not even start.
#[derive(Clone, Copy, Debug)]
pub struct Installed<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// Its variables, in addition to ours.
    pub env: &'a [(String, String)],
}

impl Installed<'_> {
    fn started(&self, launch: &Launch) -> Program {
        let program = Program::new(launch, self.path);
        self.env.iter().fold(program, |program, (name, value)| program.env(name, value))
    }
}

/// Those of `flags` that the program takes: with one it prints its help as without. One that
/// does not know it refuses it, and so does a script that adds it itself, where twice is too often.
pub async fn taken(installed: &Installed<'_>, flags: &[String], launch: &Launch) -> Vec<String> {
    let mut taken = Vec::new();
    for flag in flags {
        let help = installed.started(launch).arg(flag).arg("--help").within(HELP_TIMEOUT);
        if help.run().await.is_ok_and(|output| output.text().contains(flag)) {
            taken.push(flag.clone());
        }
    }
    taken
}

/// The help texts of programs, read once as long as these stay what they are.
#[derive(Clone, Default)]
pub struct HelpTexts(Arc<Mutex<HashMap<Asked, HelpText>>>);

/// A program's path, and the variables that it had.
type Asked = (PathBuf, Vec<(String, String)>);

/// A help text, and when its program was changed last.
type HelpText = (SystemTime, Arc<str>);

impl HelpTexts {
    /// Whether the program names `flag` in what it prints for `--help`; `None` if it takes too long
    /// to say so.
    pub async fn list(
        &self,
        installed: &Installed<'_>,
        flag: &str,
        launch: &Launch,
    ) -> Option<bool> {
        Some(self.of(installed, launch).await?.contains(flag))
    }

    async fn of(&self, installed: &Installed<'_>, launch: &Launch) -> Option<Arc<str>> {
        let found = tokio::fs::metadata(installed.path).await;
        let changed = found.and_then(|found| found.modified()).ok();
        let asked = (installed.path.to_owned(), installed.env.to_owned());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&asked).cloned();
        if let Some((at, text)) = known
            && Some(at) == changed
        {
            return Some(text);
        }
        let help = installed.started(launch).arg("--help").within(HELP_TIMEOUT).run().await;
        let text: Arc<str> = match help {
            Err(RunError::TimedOut { .. }) => return None,
            help => help.map(|output| output.text()).unwrap_or_default().into(),
        };
        if let Some(at) = changed.filter(|_| !text.is_empty()) {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(asked, (at, text.clone()));
        }
        Some(text)
    }
}
