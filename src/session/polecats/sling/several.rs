//! One task for several agents: each in a polecat of its own, from the same commit, all or none.

use super::{
    Taken,
    side_by_side::{SideBySide, Steps},
};
use crate::{
    core::{
        names::{IssueId, PolecatName},
        rig::beginning::BringMode,
        session::attempt::{AGENTS_LIMIT, Attempt},
    },
    host::{HostError, git, session_records, tracker::Issue},
    session::{
        error::SessionError,
        polecats::Polecats,
        start::{
            Hooking, Progress, Started, Starter,
            conversation::Begins,
            options::{Recorded, StartOptions},
            plan::Plan,
            resolve_agent::AgentChoice,
        },
    },
};

/// What one of the agents is started with.
pub(super) struct SlingOrder {
    pub(super) options: StartOptions,
    pub(super) choice: AgentChoice,
}

impl SlingOrder {
    /// `cause`, and which of several agents it is about.
    pub(super) fn naming(&self, cause: SessionError) -> SessionError {
        naming(&self.options, cause)
    }
}

fn naming(options: &StartOptions, cause: SessionError) -> SessionError {
    match &options.attempt {
        // Its answer says what is allowed, and not of whom.
        None => cause,
        Some(_) if matches!(cause, SessionError::Untrusted(_)) => cause,
        Some(Attempt { number, of, .. }) => SessionError::OneOfSeveral {
            agent: options.agent.clone().unwrap_or_default(),
            number: *number,
            of: *of,
            cause: Box::new(cause),
        },
    }
}

impl Polecats {
    /// What each of `agents` is started with; without any, the one that `options` name.
    pub(super) async fn orders(
        &self,
        agents: &[String],
        wanted: Option<&PolecatName>,
        options: StartOptions,
    ) -> Result<Vec<SlingOrder>, SessionError> {
        let each = match agents {
            [] => vec![options],
            [agent] => vec![StartOptions { agent: Some(agent.clone()), ..options }],
            _ => {
                require_apart(agents, wanted, &options)?;
                self.attempts(agents, &options).await?
            }
        };
        let mut orders = Vec::new();
        for options in each {
            let choice = self.context.starter().choose(&options, &Recorded::default(), None).await;
            let choice = choice.map_err(|cause| naming(&options, cause))?;
            orders.push(SlingOrder { options, choice });
        }
        Ok(orders)
    }

    /// The same for each of `agents`, from one commit, which is looked up once.
    async fn attempts(
        &self,
        agents: &[String],
        options: &StartOptions,
    ) -> Result<Vec<StartOptions>, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let mut options = options.clone();
        options.begin.at = Some(git::look_up_base(rig, &options.begin, launch).await?);
        let task = session_records::new_task();
        let task = task.map_err(|error| HostError::Internal(error.to_string()))?;
        let of = u32::try_from(agents.len()).unwrap_or(u32::MAX);
        let attempt = |(number, agent): (u32, &String)| StartOptions {
            agent: Some(agent.clone()),
            attempt: Some(Attempt { task: task.clone(), number, of }),
            ..options.clone()
        };
        Ok((1..).zip(agents).map(attempt).collect())
    }

    /// A polecat for each of `orders`, or none.
    pub(super) async fn take_each(
        &self,
        wanted: Option<PolecatName>,
        issue: Option<(IssueId, Issue)>,
        orders: &[SlingOrder],
    ) -> Result<Vec<Taken>, SessionError> {
        let mut taken = Vec::new();
        for order in orders {
            match self.take(wanted.clone(), issue.clone(), &order.options).await {
                Ok(one) => taken.push(Taken { hooks: taken.is_empty(), ..one }),
                Err(cause) => return Err(self.rollback(taken, order.naming(cause)).await),
            }
        }
        Ok(taken)
    }

    pub(super) async fn plan_each(
        &self,
        taken: &[Taken],
        orders: &[SlingOrder],
    ) -> Result<Vec<Plan>, SessionError> {
        let mut plans = Vec::new();
        for (Taken { polecat, .. }, order) in taken.iter().zip(orders) {
            let (polecat, choice) = (polecat.clone(), order.choice.clone());
            let starter = self.context.starter();
            let plan = starter.plan(polecat, choice, Begins::Unnamed, &order.options).await;
            plans.push(plan.map_err(|cause| order.naming(cause))?);
        }
        Ok(plans)
    }

    /// What was copied along for all of them is taken out of the main worktree after the last one.
    pub(super) async fn settle_each(
        &self,
        taken: Vec<Taken>,
        started: Vec<Started>,
    ) -> Result<Vec<Started>, SessionError> {
        let (last, mut settled) = (taken.len(), Vec::new());
        for (number, (one, Started { info, mut warnings })) in
            (1..).zip(taken.into_iter().zip(started))
        {
            let brought = one.brought.map(|(changes, brought)| {
                (if number == last { changes } else { BringMode::Copy }, brought)
            });
            warnings.extend(self.settle(&one.polecat, brought).await?);
            let warnings = one.warnings.into_iter().chain(warnings).collect();
            settled.push(Started { info, warnings });
        }
        Ok(settled)
    }

    /// Starts all that is planned at the same time; where one fails, the others are ended.
    pub(super) async fn launch_each(
        &self,
        plans: Vec<Plan>,
        (taken, orders): (&[Taken], &[SlingOrder]),
        progress: Progress<'_>,
    ) -> Result<Vec<Started>, SessionError> {
        let mut starts = SideBySide::of(&plans);
        for (at, plan) in plans.into_iter().enumerate() {
            let (starter, steps) = (self.context.starter(), starts.steps_of(&plan.polecat));
            starts.spawn(at, launch(starter, plan, steps));
        }
        let (mut started, mut failed) = (Vec::new(), None);
        while let Some((at, outcome)) = starts.next(progress).await {
            match outcome {
                Ok(one) => started.push((at, one)),
                // What ends because we end it is not what is wrong.
                Err(_) if failed.is_some() => {}
                Err(cause) => {
                    failed = Some(orders[at].naming(cause));
                    self.end_all_but(at, taken).await;
                }
            }
        }
        started.sort_by_key(|(at, _)| *at);
        failed.map_or_else(|| Ok(started.into_iter().map(|(_, one)| one).collect()), Err)
    }

    /// Nobody waits for what is taken back anyway. What cannot be ended is told by the rollback.
    async fn end_all_but(&self, failed: usize, taken: &[Taken]) {
        for (_, one) in taken.iter().enumerate().filter(|(at, _)| *at != failed) {
            if let Err(error) = self.end_begun(&one.begun()).await {
                tracing::debug!(%error, polecat = %one.polecat, "not ended yet");
            }
        }
    }
}

/// Starts one of them.
async fn launch(starter: Starter, plan: Plan, steps: Steps) -> Result<Started, SessionError> {
    let tell = move |step: &str| steps.tell(step);
    Box::pin(starter.launch(plan, Hooking::Done, &tell)).await
}

/// Refuses what only one of them can have.
fn require_apart(
    agents: &[String],
    wanted: Option<&PolecatName>,
    options: &StartOptions,
) -> Result<(), SessionError> {
    let why = if let Some(polecat) = wanted {
        format!("each of several agents gets a polecat of its own, not `{polecat}`")
    } else if options.command.is_some() {
        "`cmd` is one agent's command line, not that of several".to_owned()
    } else if let Some(branch) = &options.begin.branch {
        format!("only one agent can check out `{branch}`: use `base`")
    } else if agents.len() > AGENTS_LIMIT {
        format!("a task is given to {AGENTS_LIMIT} agents at most, not to {}", agents.len())
    } else {
        return Ok(());
    };
    Err(SessionError::BadArgument(why))
}
