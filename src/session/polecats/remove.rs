//! Removing a polecat, when nothing is in the way or, by force, when all of its work is kept.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    core::names::PolecatName,
    host::{
        HostError,
        git::{self, Removal, Removed, UnsavedWork},
        heartbeats,
        locks::{Gate, Work},
        polecats,
        records::{labels, setups},
        reviews, session_settings,
    },
    session::{
        error::{SessionError, working},
        polecats::Polecats,
        polecats::presence::InUse,
        sessions::status::LeftOver,
    },
    tmux::Pane,
};

/// How a polecat is removed, and what the editor has in its folder.
#[derive(Clone, Debug, Default)]
pub struct RemoveOptions {
    /// Work that is nowhere else is kept in a backup, not refused.
    pub force: bool,
    /// The files of buffers with changes that are not saved.
    pub unsaved: Vec<PathBuf>,
    /// The current folders of the editor, its tabs and its windows.
    pub dirs: Vec<PathBuf>,
    /// What is done about others who work in its worktree.
    pub in_use: InUse,
}

/// A polecat that is gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemovedPolecat {
    /// Its name.
    pub polecat: PolecatName,
    /// Its folder, which is gone.
    pub dir: PathBuf,
    /// What became of its work.
    pub removed: Removed,
}

/// What a polecat has that is nowhere else, each in words.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// What a backup holds.
    pub(super) unsaved: Vec<String>,
    /// What is deleted.
    pub(super) deleted: Vec<String>,
    /// What keeps it from being removed.
    pub(super) in_the_way: Vec<String>,
}

/// Why a polecat stays.
struct Reasons {
    polecat: PolecatName,
    running: bool,
    named: Vec<String>,
    hints: Vec<String>,
}

impl Polecats {
    /// Removes the polecat `name`: its folder, its worktree, and its branch when that is merged or
    /// kept. Once begun it goes on to its end, also when the caller stops waiting.
    ///
    /// # Errors
    /// When something would be lost, or is in the way, or could not be looked at; then the polecat
    /// is as it was.
    pub async fn remove(
        &self,
        name: &str,
        options: RemoveOptions,
    ) -> Result<RemovedPolecat, SessionError> {
        let polecat = PolecatName::parse(name)?;
        let polecats = self.clone();
        let work = async move { polecats.remove_now(polecat, options).await };
        let stopped = |error: tokio::task::JoinError| HostError::Internal(error.to_string());
        tokio::spawn(work).await.map_err(stopped)?
    }

    async fn remove_now(
        &self,
        polecat: PolecatName,
        options: RemoveOptions,
    ) -> Result<RemovedPolecat, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let ended = git::recover(rig, &polecat, launch).await?;
        if let Some(removed) = ended
            && !polecats::exists(rig, &polecat).await?
        {
            let dir = rig.polecat_dir(&polecat);
            return Ok(RemovedPolecat { polecat, dir, removed });
        }
        self.context.known(polecat.as_str()).await?;
        self.context.setups().require_none(&polecat).await?;
        let dir = polecats::dir(rig, &polecat).await?;
        let _typing = self.context.messenger().lock_typing(&polecat).await?;
        let mut reasons = Reasons::of(&polecat);
        // A worktree that is broken has no turn to take; that is told below.
        let turn = Work::try_lock(rig, &polecat).await;
        if let Err(HostError::Busy { .. }) = turn {
            reasons.runs("it is being started or given an issue".to_owned());
        }
        if let Some(why) = self.in_use(&polecat).await? {
            reasons.runs(why);
        }
        let removal = Removal::begin(rig, &polecat, launch).await?;
        self.add_losses(&mut reasons, removal.unsaved_work(), options.force).await?;
        reasons.edited(&dir, &options).await?;
        let session = self.context.sessions().session(&polecat).await?;
        let present = self.present(&polecat, session.as_ref()).await?;
        reasons.at_work(&present.agents);
        reasons.none()?;
        // Asked about when nothing else is in the way.
        present.refusal(&polecat, options.in_use).map_or(Ok(()), Err)?;
        self.tell_own(&polecat, &present);
        let removed = self.finish(&polecat, removal, options.in_use).await?;
        Ok(RemovedPolecat { polecat, dir, removed })
    }

    /// Adds what would be lost, each with what can be done about it.
    async fn add_losses(
        &self,
        reasons: &mut Reasons,
        unsaved_work: &[UnsavedWork],
        force: bool,
    ) -> Result<(), SessionError> {
        reasons.left(unsaved_work, force);
        if force {
            return Ok(());
        }
        let (rig, polecat) = (&self.context.rig, reasons.polecat.clone());
        reasons.unsent(reviews::load(rig, &polecat).await?.len());
        reasons.queued(self.context.messenger().queue_of(&polecat).await?.messages.len());
        Ok(())
    }

    /// Sets it aside, looks once more, and deletes it with what was kept of its sessions.
    async fn finish(
        &self,
        polecat: &PolecatName,
        removal: Removal,
        in_use: InUse,
    ) -> Result<Removed, SessionError> {
        let aside = removal.set_aside().await?;
        // What was started meanwhile is there by now, and nothing can be started any more.
        if let Err(error) = self.last_look(polecat, aside.folder(), in_use).await {
            aside.rollback().await?;
            return Err(error);
        }
        let removed = aside.finish().await?;
        let rig = &self.context.rig;
        // Of a session that went with its server.
        heartbeats::delete(rig, polecat).await?;
        session_settings::delete_left(rig, polecat, None).await?;
        labels::keep(rig, polecat, "").await?;
        setups::end(rig, polecat).await?;
        Ok(removed)
    }

    /// What becomes of what the polecat has if it is removed by force.
    pub(super) async fn left_with(&self, polecat: &PolecatName) -> Result<Left, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let work = git::unsaved_work(rig, polecat, launch).await?;
        let (kept, in_the_way): (Vec<_>, Vec<_>) = work.iter().partition(|work| work.can_be_kept());
        let in_words = |work: Vec<&UnsavedWork>| work.iter().map(ToString::to_string).collect();
        let mut deleted = Reasons::of(polecat);
        deleted.unsent(reviews::load(rig, polecat).await?.len());
        deleted.queued(self.context.messenger().queue_of(polecat).await?.messages.len());
        let (unsaved, in_the_way) = (in_words(kept), in_words(in_the_way));
        Ok(Left { unsaved, deleted: deleted.named, in_the_way })
    }

    /// That nobody works in the polecat's folder, which stands aside; a session whose agent is
    /// dead goes, after how it ended is written down.
    async fn last_look(
        &self,
        polecat: &PolecatName,
        folder: PathBuf,
        in_use: InUse,
    ) -> Result<(), SessionError> {
        drop(Gate::lock(&self.context.rig).await?);
        let mut reasons = Reasons::of(polecat);
        if let Some(why) = self.in_use(polecat).await? {
            reasons.runs(why);
        }
        let dead = self.context.sessions().session(polecat).await?;
        let present = self.present_in(vec![folder], dead.as_ref()).await?;
        reasons.at_work(&present.agents);
        reasons.none()?;
        present.refusal(polecat, in_use).map_or(Ok(()), Err)?;
        if let Some(dead) = dead {
            self.context.sessions().reap(&dead).await?;
        }
        Ok(())
    }

    /// Who works in the session of `polecat`.
    async fn in_use(&self, polecat: &PolecatName) -> Result<Option<String>, SessionError> {
        let name = self.context.rig.session(polecat).to_string();
        if self.context.shared.starts.has(&name) {
            return Ok(Some(format!("its session `{name}` is being started")));
        }
        let session = self.context.sessions().facts_anywhere(polecat).await?;
        if let Some(live) = session.as_ref().filter(|session| session.is_live()) {
            let Pane { session_name, pane_id, .. } = &live.pane;
            let place = live.is_moved(&self.context.rig).then(|| format!(", in pane {pane_id}"));
            let place = place.unwrap_or_default();
            return Ok(Some(format!("its session `{session_name}` is running{place}")));
        }
        if session.is_some() {
            return Ok(None);
        }
        let ours = self.context.sessions().left_over(polecat).await? == Some(LeftOver::Ours);
        Ok(ours.then(|| format!("its session `{name}` lives on without its agent")))
    }
}

impl Reasons {
    fn of(polecat: &PolecatName) -> Self {
        let polecat = polecat.clone();
        Self { polecat, running: false, named: Vec::new(), hints: Vec::new() }
    }

    fn add(&mut self, reason: String, hint: String) {
        self.named.push(reason);
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }

    fn runs(&mut self, why: String) {
        self.running = true;
        let hint = format!("`:PolecatStop {}` ends its session", self.polecat);
        self.add(why, hint);
    }

    fn at_work(&mut self, agents: &[String]) {
        if !agents.is_empty() {
            self.running = true;
            self.add(format!("{} in it", working(agents)), "end the agent".to_owned());
        }
    }

    /// What would be lost. By force only what nobody can keep counts.
    fn left(&mut self, unsaved_work: &[UnsavedWork], force: bool) {
        for leftover in unsaved_work {
            let hint = match leftover {
                UnsavedWork::Locked(_) => "`git worktree unlock` unlocks it".to_owned(),
                UnsavedWork::InProgress { abort, .. } => {
                    format!("finish it, or `{abort}` aborts it")
                }
                UnsavedWork::Conflicts(_) => "resolve the conflicts".to_owned(),
                UnsavedWork::Hidden(_) => {
                    "`git update-index --no-assume-unchanged --no-skip-worktree` \
                     makes git check them"
                        .to_owned()
                }
                UnsavedWork::Clone => "push what it has, then delete its folder by hand".to_owned(),
                UnsavedWork::Submodule { .. } => "push what the submodule has".to_owned(),
                UnsavedWork::Repository(_) => {
                    "move the repository elsewhere: it cannot be kept".to_owned()
                }
                _ if force => continue,
                _ => format!("`:PolecatRemove! {}` keeps it in a backup", self.polecat),
            };
            self.add(leftover.to_string(), hint);
        }
    }

    /// Comments on its changes, which no backup holds.
    fn unsent(&mut self, comments: usize) {
        let reason = match comments {
            0 => return,
            1 => "1 comment is not sent".to_owned(),
            count => format!("{count} comments are not sent"),
        };
        self.add(reason, format!("`:PolecatRemove! {}` deletes the comments", self.polecat));
    }

    /// What is queued for it, which no backup holds either.
    fn queued(&mut self, messages: usize) {
        let reason = match messages {
            0 => return,
            1 => "1 queued message is not sent".to_owned(),
            count => format!("{count} queued messages are not sent"),
        };
        let polecat = &self.polecat;
        let hint = format!(
            "`:PolecatQueue {polecat}` shows the queue, `:PolecatRemove! {polecat}` deletes it"
        );
        self.add(reason, hint);
    }

    /// What the editor has in `dir`.
    async fn edited(&mut self, dir: &Path, options: &RemoveOptions) -> Result<(), SessionError> {
        for file in polecats::inside(dir, &options.unsaved).await? {
            let reason = format!("`{}` has unsaved changes", file.display());
            self.add(reason, "`:wall` saves them".to_owned());
        }
        for inside in polecats::inside(dir, &options.dirs).await? {
            let reason = format!("the current directory is in it: `{}`", inside.display());
            self.add(reason, "`:cd` elsewhere".to_owned());
        }
        Ok(())
    }

    fn none(self) -> Result<(), SessionError> {
        if self.named.is_empty() {
            return Ok(());
        }
        Err(SessionError::NotRemoved {
            polecat: self.polecat.to_string(),
            running: self.running,
            reasons: self.named,
            hint: self.hints.join("; "),
        })
    }
}
