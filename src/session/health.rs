//! The backend's part of `:checkhealth polecat`.

mod terminal;

use std::{path::Path, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    core::{
        Gastown, agent,
        names::{PolecatName, visible},
    },
    host::{HostError, git, path, polecats, tracker, trust::Grant},
    session::{
        context::RigContext,
        rigs::KnownRig,
        workspace::{EditorPlace, Workspace},
    },
};

/// The longest any check may take: Neovim is blocked until all are done.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// What is said of an agent whose screen is not known.
const GUESSED: &str = " (its state is guessed)";

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Fine.
    Ok,
    /// Worth knowing.
    Info,
    /// Something will not work.
    Warn,
    /// Nothing works.
    Error,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub struct HealthRow {
    /// Its section: `tmux`, `terminal`, `git`, `tracker`, `agents`, `rig`, `rigs`, `hosts`, `files`.
    pub section: &'static str,
    /// Its severity.
    pub level: Level,
    /// What was found.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl HealthRow {
    fn new(section: &'static str, level: Level, text: String) -> Self {
        Self { section, level, text, hint: None }
    }

    fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

impl Workspace {
    /// Checks the surroundings and the rig at `place`, all at once. A check that does not answer in
    /// time is reported as such.
    pub async fn health(&self, place: Option<&EditorPlace>) -> Vec<HealthRow> {
        // Boxed: most of this future's size are the parts of the rig.
        let tracker = Box::pin(async { vec![self.tracker_health(place).await] });
        let rig = Box::pin(async {
            match place {
                Some(place) => self.rig_health(place).await,
                None => Vec::new(),
            }
        });
        let (tmux, terminal, git, programs, issues, trust, rig, rigs) = tokio::join!(
            in_time("tmux", "tmux", async { vec![self.tmux_health(place).await] }),
            in_time("terminal", "the tmux around Neovim", self.terminal_health()),
            in_time("git", "git", async { vec![self.git_health().await] }),
            in_time("agents", "the search on PATH", self.programs_health()),
            in_time("tracker", "the search on PATH", tracker),
            in_time("trust", "the trust file", self.trust_health()),
            in_time("rig", "the rig", rig),
            in_time("rigs", "the other rigs", self.rigs_health()),
        );
        let files = self.shared.shortage.get().map(|short| {
            HealthRow::new("files", Level::Warn, short.to_string()).hint(Some(short.hint()))
        });
        let notified = [self.notified_health()];
        let found = [tmux, terminal, git, issues, programs, trust, rig, rigs].into_iter().flatten();
        notified.into_iter().chain(found).chain(files).collect()
    }

    fn notified_health(&self) -> HealthRow {
        let states: Vec<_> = self.notified().iter().map(|state| state.as_str()).collect();
        let text = if states.is_empty() { "nothing".to_owned() } else { states.join(", ") };
        HealthRow::new("configuration", Level::Info, format!("notified: {text}"))
    }

    async fn programs_health(&self) -> Vec<HealthRow> {
        agents_health(&agents_found().await)
    }

    /// That there is none is worth a warning only where one is used.
    async fn tracker_health(&self, place: Option<&EditorPlace>) -> HealthRow {
        let command = self.shared.settings.tracker_command.clone();
        let is_used = match place {
            _ if command.is_some() => true,
            Some(place) => match self.context(place).await {
                Ok(context) => tracker::is_set_up(&context.rig).await,
                Err(_) => false,
            },
            None => false,
        };
        let command = command.unwrap_or_else(|| "bd".to_owned());
        let looked = spawn_blocking(move || tracker_health(&command, is_used)).await;
        looked.unwrap_or_else(|error| HealthRow::new("tracker", Level::Error, error.to_string()))
    }

    async fn tmux_health(&self, place: Option<&EditorPlace>) -> HealthRow {
        if let Some(place) = place {
            // This selects the rig's server; a failure is reported in the rig's section.
            drop(self.context(place).await);
        }
        match self.tmux().capabilities().await {
            Ok(found) => HealthRow::new("tmux", Level::Ok, format!("tmux {}", found.version)),
            Err(error) => {
                let error = super::SessionError::from(error);
                HealthRow::new("tmux", Level::Error, error.to_string()).hint(error.hint())
            }
        }
    }

    async fn git_health(&self) -> HealthRow {
        match git::version(&self.shared.launch).await {
            Ok(version) => HealthRow::new("git", Level::Ok, version),
            Err(error) => HealthRow::new("git", Level::Error, error.to_string()).hint(error.hint()),
        }
    }

    /// The rigs that are known besides the one around.
    async fn rigs_health(&self) -> Vec<HealthRow> {
        let row = |rig: KnownRig| {
            let found = format!("{} at `{}`", rig.address, rig.path.display());
            match rig.problem {
                Some(why) => HealthRow::new("rigs", Level::Warn, format!("{found}: {why}")),
                None => HealthRow::new("rigs", Level::Info, found),
            }
        };
        let known = self.known_rigs().await;
        if known.len() < 2 { Vec::new() } else { known.into_iter().map(row).collect() }
    }

    /// What is trusted for good, and how to revoke it.
    async fn trust_health(&self) -> Vec<HealthRow> {
        let Some(store) = &self.shared.trust else { return Vec::new() };
        let path = store.path().display();
        let row = |level, text| HealthRow::new("trust", level, text);
        let grants = match store.grants().await {
            Ok(grants) => grants,
            Err(error) => {
                let hint =
                    "until this is fixed, every start that needs trust asks again".to_owned();
                return vec![row(Level::Error, error.to_string()).hint(Some(hint))];
            }
        };
        if grants.is_empty() {
            let text = "nothing is trusted: commands from project files always ask first";
            return vec![row(Level::Ok, text.to_owned())];
        }
        let listed = grants.iter().map(|grant| row(Level::Info, told(grant)));
        let how =
            format!("to revoke one, delete its entry in `{path}`; to revoke all, delete the file");
        listed.chain([row(Level::Info, how)]).collect()
    }

    async fn rig_health(&self, place: &EditorPlace) -> Vec<HealthRow> {
        let context = match self.context(place).await {
            Ok(context) => context,
            Err(error) => {
                let row = HealthRow::new("rig", Level::Warn, error.to_string());
                return vec![row.hint(error.hint())];
            }
        };
        let RigContext { rig, .. } = &context;
        let found = format!("{} at `{}`", rig.name, rig.path.display());
        let mut rows = vec![HealthRow::new("rig", Level::Ok, found)];
        rows.push(match context.sessions().list().await {
            Ok(all) => {
                HealthRow::new("rig", Level::Info, format!("{} polecats with a session", all.len()))
            }
            Err(error) => HealthRow::new("rig", Level::Error, error.to_string()),
        });
        rows.extend(context.town_health());
        rows.extend(context.worktrees_health().await);
        rows.extend(context.agent_health().await);
        rows
    }
}

impl RigContext {
    /// How the rig's town names its sessions, and their server.
    fn town_health(&self) -> Option<HealthRow> {
        let which = match self.rig.gastown()? {
            Gastown::V0_5 => "gastown before 0.6",
            Gastown::V0_6 => "gastown 0.6 or later",
        };
        let (prefix, server) = (self.rig.session_prefix(), self.tmux.address());
        let text = format!("{which}: sessions `{prefix}<polecat>` on {server}");
        Some(HealthRow::new("rig", Level::Info, text))
    }

    /// Where new worktrees go, and which old ones are in a place where tools refuse to work.
    async fn worktrees_health(&self) -> Vec<HealthRow> {
        let failed = |error: HostError| {
            HealthRow::new("rig", Level::Error, error.to_string()).hint(error.hint())
        };
        let place = git::check_place(&self.rig, &self.shared.launch).await;
        let mut rows = vec![place.map_or_else(failed, |()| {
            let text = format!("new worktrees: `{}`", self.rig.polecats_dir().display());
            HealthRow::new("rig", Level::Info, text)
        })];
        match polecats::inside_git(&self.rig).await {
            Ok(inside) => {
                rows.extend(inside.iter().map(|(name, from)| self.to_be_moved(name, from)));
            }
            Err(error) => rows.push(failed(error)),
        }
        rows
    }

    fn to_be_moved(&self, polecat: &PolecatName, from: &Path) -> HealthRow {
        let to = self.rig.new_worktree(polecat);
        let text = format!(
            "the worktree of `{polecat}` is inside git's own folder, where Jest, Vite and others do not work: `{}`",
            from.display()
        );
        let quoted = |path: &Path| {
            let path = path.display().to_string();
            shlex::try_quote(&path).map_or(path.clone(), Into::into)
        };
        let hint = format!(
            "to move it, `:PolecatStop {polecat}`, then `mkdir -p {} && git -C {} worktree move {} {}`; \
             the agent looks up conversations by folder, and will not find the old ones",
            quoted(to.parent().unwrap_or(&to)),
            quoted(&self.rig.path),
            quoted(from),
            quoted(&to),
        );
        HealthRow::new("rig", Level::Warn, text).hint(Some(hint))
    }

    /// The agent that a start without `agent=` runs, and what is wrong in the settings.
    async fn agent_health(&self) -> Vec<HealthRow> {
        match self.agents().resolve(None).await {
            Ok(resolved) => {
                let text = format!("the agent of this rig: {}", visible(&resolved.agent.name));
                let warnings = resolved.warnings.into_iter();
                let warnings = warnings.map(|text| HealthRow::new("agents", Level::Warn, text));
                warnings.chain([HealthRow::new("agents", Level::Info, text)]).collect()
            }
            Err(error) => {
                let row = HealthRow::new("agents", Level::Error, error.to_string());
                vec![row.hint(error.hint())]
            }
        }
    }
}

fn told(grant: &Grant) -> String {
    let Grant { files, command, since, .. } = grant;
    let files: Vec<_> = files.iter().map(|file| format!("`{}`", visible(file))).collect();
    let command = if command.is_empty() { "a command of yours" } else { command };
    format!("{}: {} (since {})", files.join(", "), visible(command), visible(since))
}

/// What `asked` finds, or a timeout as a finding.
async fn in_time(
    section: &'static str,
    whom: &str,
    asked: impl Future<Output = Vec<HealthRow>>,
) -> Vec<HealthRow> {
    timeout(ANSWER_TIMEOUT, asked).await.unwrap_or_else(|_| {
        let text = format!("{whom} did not answer within {} s", ANSWER_TIMEOUT.as_secs());
        vec![HealthRow::new(section, Level::Error, text)]
    })
}

fn tracker_health(command: &str, is_used: bool) -> HealthRow {
    let program = command.split_whitespace().next().unwrap_or(command);
    if let Some(found) = path::find_program(program, Path::new("/")) {
        return HealthRow::new("tracker", Level::Ok, found.display().to_string());
    }
    if !is_used {
        let text = format!("no issue tracker (`{program}`), which only `issue=` needs");
        return HealthRow::new("tracker", Level::Info, text);
    }
    let text = format!("`{program}` is not on PATH: `issue=` will not work");
    HealthRow::new("tracker", Level::Warn, text)
        .hint(Some("install it, or set `tracker.command`".to_owned()))
}

/// A known agent that is on `PATH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundAgent {
    /// What it is called here.
    pub name: String,
    /// Its program.
    pub path: String,
}

/// The known agents that are on `PATH`. In a thread: one of its folders may be on a disk that hangs.
pub async fn agents_found() -> Vec<FoundAgent> {
    spawn_blocking(on_path).await.unwrap_or_default()
}

fn on_path() -> Vec<FoundAgent> {
    let found = agent::preset_names().filter_map(|name| {
        let path = path::find_program(&agent::preset(name)?.command, Path::new("/"))?;
        Some(FoundAgent { name: name.to_owned(), path: path.display().to_string() })
    });
    found.collect()
}

fn agents_health(found: &[FoundAgent]) -> Vec<HealthRow> {
    if found.is_empty() {
        let text = "no known agent is on PATH".to_owned();
        return vec![
            HealthRow::new("agents", Level::Warn, text)
                .hint(Some("install one, add yours to `agents`, or start with `cmd=`".to_owned())),
        ];
    }
    let row = |FoundAgent { name, path }: &FoundAgent| {
        let is_read = agent::preset(name).is_some_and(|agent| agent.description.is_read());
        let guessed = if is_read { "" } else { GUESSED };
        HealthRow::new("agents", Level::Ok, format!("{name}: {path}{guessed}"))
    };
    found.iter().map(row).collect()
}
