//! Giving an issue to a polecat in one step: a free or a new one, its branch, the hook, the
//! session and the first words, all of it or nothing.

mod rollback;
mod set_up;
mod several;
mod side_by_side;

use std::path::PathBuf;

use jiff::Timestamp;

use crate::{
    core::{
        names::{IssueId, PolecatName},
        rig::beginning::{BringMode, StartPoint, topic},
    },
    host::{
        git::{self, Brought, Next, Reused, Worktree},
        locks::{Choosing, GastownPolecat, Work},
        polecats,
        records::{self, ExitRecord},
        tracker::{HOOKED, Issue},
    },
    session::{
        error::SessionError,
        messages::inject::require_text,
        polecats::Polecats,
        polecats::{claims::Claims, create::now_ms, presence::InUse},
        setup::Planned,
        start::{Progress, Started, options::StartOptions},
    },
};

/// What a sling has taken for its issue, until all is well or it is given back.
struct Taken {
    polecat: PolecatName,
    /// Its issue, as the tracker had it before; none of a task that is only told.
    issue: Option<(IssueId, Issue)>,
    /// Whether the issue is put on its hook: of several polecats, that is the first one's.
    hooks: bool,
    place: Placed,
    warnings: Vec<String>,
    /// How the polecat's last agent ended.
    exit: Option<ExitRecord>,
    began: Timestamp,
    /// What was copied along.
    brought: Option<(BringMode, Brought)>,
    /// What is to be set up.
    setup: Option<Planned>,
    /// Of two slings at once each takes another polecat.
    _turn: Option<Work>,
}

/// The worktree of a sling.
enum Placed {
    New(Worktree),
    Reused(Reused),
}

impl Placed {
    fn worktree(&self) -> &Worktree {
        match self {
            Self::New(worktree) => worktree,
            Self::Reused(reused) => &reused.worktree,
        }
    }
}

impl Polecats {
    /// Gives `issue`, or the prompt of the `options`, to `polecat`, which is made when there is none;
    /// without a name to the first polecat that is free, else to a new one. Of the `options`, `new`,
    /// `issue` and `workdir` do not count. With several `agents` each gets a polecat of its own, and
    /// all begin at the same commit; without any, `options` name the agent.
    ///
    /// # Errors
    /// As those of a start; also when the issue is somebody's already or cannot be hooked, and when
    /// the polecat that was named is not free. All that was made is taken back, unless the error
    /// is [`SessionError::NotUndone`]: of several agents all are started, or none.
    pub async fn sling(
        &self,
        issue: Option<&str>,
        polecat: Option<&str>,
        agents: &[String],
        options: StartOptions,
        progress: Progress<'_>,
    ) -> Result<Vec<Started>, SessionError> {
        progress("slinging: checking");
        self.context.tmux.require_startable().await?;
        let id = issue.map(IssueId::parse).transpose()?;
        let wanted = polecat.map(PolecatName::parse).transpose()?;
        let options = slung(id.as_ref(), options)?;
        let orders = self.orders(agents, wanted.as_ref(), options).await?;
        // One at a time, until it can be seen whose the issue is: a polecat that was just made looks
        // free, and an issue that is about to be hooked nobody's.
        let choosing = Choosing::lock(&self.context.rig).await?;
        let issue = match id {
            Some(id) => {
                let before = self.workable(&id, wanted.as_ref()).await?;
                Some((id, before))
            }
            None => None,
        };
        progress("slinging: taking a polecat");
        let mut taken = self.take_each(wanted, issue, &orders).await?;
        let started = async {
            for one in taken.iter().filter(|one| one.hooks) {
                let Some((issue, _)) = &one.issue else { continue };
                progress("slinging: hooking the issue");
                self.hook_first(one, issue).await?;
            }
            drop(choosing);
            Box::pin(self.set_up_each(&mut taken, &orders, progress)).await?;
            let plans = self.plan_each(&taken, &orders).await?;
            Box::pin(self.launch_each(plans, (&taken, &orders), progress)).await
        };
        match Box::pin(started).await {
            Ok(started) => self.settle_each(taken, started).await,
            Err(cause) => Err(self.rollback(taken, cause).await),
        }
    }

    /// The issue, which must be there for somebody to work on.
    async fn workable(
        &self,
        id: &IssueId,
        wanted: Option<&PolecatName>,
    ) -> Result<Issue, SessionError> {
        let dir = self.context.tracker_dir(self.context.rig.path.clone());
        let issue = self.context.shared.tracker.show(id, &dir).await?;
        let own = |polecat: &&PolecatName| self.context.rig.agent_id(polecat) == issue.assignee();
        if issue.status != "closed" && wanted.as_ref().is_some_and(own) {
            return Ok(issue);
        }
        let why = match (issue.status.as_str(), issue.assignee()) {
            ("closed", _) => "is closed".to_owned(),
            (HOOKED | "pinned", assignee) if !assignee.is_empty() => {
                format!("is on the hook of `{assignee}` already")
            }
            ("in_progress", assignee) if assignee.contains("/polecats/") => {
                format!("is being worked on by `{assignee}`")
            }
            _ => return Ok(issue),
        };
        let polecats = polecats::names(&self.context.rig).await?;
        let polecat = polecats.iter().find(own).map(ToString::to_string);
        Err(SessionError::IssueTaken { issue: id.to_string(), why, polecat })
    }

    async fn take(
        &self,
        wanted: Option<PolecatName>,
        issue: Option<(IssueId, Issue)>,
        options: &StartOptions,
    ) -> Result<Taken, SessionError> {
        let began = Timestamp::now();
        let id = issue.as_ref().map(|(id, _)| id);
        let free = match &wanted {
            Some(polecat) => self.take_named(polecat, id, options).await?,
            // So only a new one can begin.
            None if options.begin.needs_new() => None,
            None => self.take_free(id, &options.begin).await?,
        };
        match free {
            Some(free) => Ok(self.taken_again(free, issue, options, began).await),
            None => Box::pin(self.taken_new(wanted, issue, options, began)).await,
        }
    }

    /// One that was free, with its new branch.
    async fn taken_again(
        &self,
        (polecat, reused, turn): (PolecatName, Reused, Work),
        issue: Option<(IssueId, Issue)>,
        options: &StartOptions,
        began: Timestamp,
    ) -> Taken {
        let exit = records::load(&self.context.rig, &polecat).await.ok().flatten();
        let setup = Box::pin(self.unfinished_setup(&polecat, options)).await;
        Taken {
            polecat,
            issue,
            hooks: true,
            place: Placed::Reused(reused),
            warnings: Vec::new(),
            exit,
            began,
            brought: None,
            setup,
            _turn: Some(turn),
        }
    }

    /// A new one, with what is brought along.
    async fn taken_new(
        &self,
        wanted: Option<PolecatName>,
        issue: Option<(IssueId, Issue)>,
        options: &StartOptions,
        began: Timestamp,
    ) -> Result<Taken, SessionError> {
        let id = issue.as_ref().map(|(id, _)| id);
        let place = self.context.rig.polecats_dir();
        let setup = Box::pin(self.context.setups().plan(&place, options.large)).await?;
        let Next { polecat, mut worktree, warnings } =
            Box::pin(self.make(wanted, (id, &options.begin))).await?;
        let brought = Box::pin(self.bring(&polecat, &mut worktree, &options.begin)).await?;
        // Nobody has it: who takes one has the turn that we have.
        let turn = Work::try_lock(&self.context.rig, &polecat).await.ok();
        Ok(Taken {
            polecat,
            issue,
            hooks: true,
            place: Placed::New(worktree),
            warnings,
            exit: None,
            began,
            brought,
            setup: Some(setup),
            _turn: turn,
        })
    }

    /// The polecat that was asked for, on its new branch; `None` when it is to be made.
    async fn take_named(
        &self,
        polecat: &PolecatName,
        issue: Option<&IssueId>,
        options: &StartOptions,
    ) -> Result<Option<(PolecatName, Reused, Work)>, SessionError> {
        self.require_no_session(polecat).await?;
        git::recover(&self.context.rig, polecat, &self.context.shared.launch).await?;
        if !polecats::exists(&self.context.rig, polecat).await? {
            return Ok(None);
        }
        if options.begin.needs_new() {
            return Err(SessionError::begun(polecat));
        }
        let taken = self.take_existing(polecat, issue, options).await;
        // A removal was quicker: whatever it had taken away by then is not what is wrong.
        if taken.is_err() && !polecats::exists(&self.context.rig, polecat).await? {
            return Err(self.context.not_found(polecat));
        }
        taken.map(Some)
    }

    async fn take_existing(
        &self,
        polecat: &PolecatName,
        issue: Option<&IssueId>,
        options: &StartOptions,
    ) -> Result<(PolecatName, Reused, Work), SessionError> {
        // Whoever sets it up has its turn, for long.
        self.context.setups().require_none(polecat).await?;
        let turn = Work::lock(&self.context.rig, polecat).await?;
        let gastown = GastownPolecat::lock(&self.context.rig, polecat).await?;
        self.require_no_session(polecat).await?;
        self.require_nobody(polecat, options.in_use).await?;
        self.require_free(polecat, &self.claims(issue).await?).await?;
        let reused = self.reuse(polecat, gastown, (issue, &options.begin)).await?;
        Ok((polecat.clone(), reused, turn))
    }

    /// The first polecat that is certainly free, on its new branch.
    async fn take_free(
        &self,
        issue: Option<&IssueId>,
        begin: &StartPoint,
    ) -> Result<Option<(PolecatName, Reused, Work)>, SessionError> {
        let polecats = polecats::names(&self.context.rig).await?;
        if polecats.is_empty() {
            return Ok(None);
        }
        let claims = match self.claims(issue).await {
            Ok(claims) => claims,
            Err(why) => {
                tracing::warn!(%why, "cannot tell which polecats are free: a new one is created");
                return Ok(None);
            }
        };
        for polecat in polecats {
            match self.try_take(&polecat, (issue, begin), &claims).await {
                Ok(taken) => return Ok(Some(taken)),
                // What cannot be told is not free. Another one will be.
                Err(why) => tracing::debug!(%polecat, %why, "not free"),
            }
        }
        Ok(None)
    }

    async fn try_take(
        &self,
        polecat: &PolecatName,
        work: (Option<&IssueId>, &StartPoint),
        claims: &Claims,
    ) -> Result<(PolecatName, Reused, Work), SessionError> {
        self.require_no_session(polecat).await?;
        git::recover(&self.context.rig, polecat, &self.context.shared.launch).await?;
        let turn = Work::try_lock(&self.context.rig, polecat).await?;
        let gastown = GastownPolecat::try_lock(&self.context.rig, polecat).await?;
        self.require_no_session(polecat).await?;
        self.require_nobody(polecat, InUse::Refuse).await?;
        self.require_free(polecat, claims).await?;
        Ok((polecat.clone(), self.reuse(polecat, gastown, work).await?, turn))
    }

    /// Any session of that name counts, whosoever it is, and also one whose agent is dead.
    pub(super) async fn require_no_session(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), SessionError> {
        self.context.sessions().require_no_agent(polecat).await?;
        if self.names_of_sessions().await?.contains(polecat.as_str()) {
            let session = self.context.rig.session(polecat).to_string();
            return Err(SessionError::SessionRunning { session });
        }
        Ok(())
    }

    /// Refuses a polecat of which a new branch would lose something, that is not whole, or that
    /// gastown has other work for.
    async fn require_free(
        &self,
        polecat: &PolecatName,
        claims: &Claims,
    ) -> Result<(), SessionError> {
        let workdir = polecats::workdir(&self.context.rig, polecat).await?;
        let mut reasons = self.claimed(polecat, claims).await?;
        if git::branch(&workdir).await?.is_none() {
            reasons.push(format!("no branch is checked out in `{}`", workdir.display()));
        }
        let left =
            git::unsaved_work(&self.context.rig, polecat, &self.context.shared.launch).await?;
        reasons.extend(left.iter().map(ToString::to_string));
        if reasons.is_empty() {
            return Ok(());
        }
        Err(SessionError::NotFree { polecat: polecat.to_string(), reasons })
    }

    async fn reuse(
        &self,
        polecat: &PolecatName,
        turn: GastownPolecat,
        begin: (Option<&IssueId>, &StartPoint),
    ) -> Result<Reused, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        Ok(git::reuse_from(rig, polecat, turn, begin, now_ms(), launch).await?)
    }

    /// Puts the issue on the hook before there is an agent: it finds it there, and where the
    /// tracker refuses there is none to be ended.
    async fn hook_first(&self, taken: &Taken, issue: &IssueId) -> Result<(), SessionError> {
        let assignee = self.context.rig.agent_id(&taken.polecat);
        let dir = self.dir_of(taken);
        Ok(self.context.shared.tracker.hook(issue, &assignee, &dir).await?)
    }

    /// Where the tracker is asked about a sling's issue.
    fn dir_of(&self, taken: &Taken) -> PathBuf {
        self.context.tracker_dir(taken.place.worktree().path.clone())
    }
}

/// The options of a start with the task; that is an issue, or told.
fn slung(issue: Option<&IssueId>, options: StartOptions) -> Result<StartOptions, SessionError> {
    let mut begin = options.begin;
    match (issue, &options.prompt) {
        (None, None) => return Err(SessionError::BadArgument("there is no task".to_owned())),
        (_, Some(prompt)) => {
            require_text(prompt.as_bytes())?;
            begin.topic = topic(prompt).filter(|_| issue.is_none());
        }
        (Some(_), None) => {}
    }
    let issue = issue.map(ToString::to_string);
    Ok(StartOptions { new: false, issue, workdir: None, begin, ..options })
}
