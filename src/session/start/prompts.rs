//! What an agent is told when it begins.

use jiff::Zoned;

use crate::{
    core::{
        startup::{self, Assignment},
        town::Gastown,
    },
    host::polecats,
    session::{start::Starter, start::plan::Plan},
};

/// The first words to an agent, and how they reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) enum FirstWords {
    /// With its command.
    Argument(String),
    /// Typed, one after the other, once it is ready. None at all is possible.
    Typed(Vec<String>),
}

impl FirstWords {
    /// Those that are typed.
    pub(in crate::session) fn typed(&self) -> &[String] {
        match self {
            Self::Argument(_) => &[],
            Self::Typed(words) => words,
        }
    }
}

impl Starter {
    /// What the agent of `plan` is told first: in a town what gastown says, elsewhere which
    /// issue it is to work on, if any.
    pub(in crate::session) async fn first_words(&self, plan: &Plan) -> FirstWords {
        let mut words: Vec<String> = plan.agent.initial_prompt.iter().cloned().collect();
        match self.context.rig.gastown() {
            Some(gastown) => words.extend(self.gastowns_words(gastown, plan).await),
            None => words.extend(self.issue_words(plan)),
        }
        let whole = words.join("\n\n");
        if !words.is_empty() && plan.agent.takes_prompt(&whole) {
            return FirstWords::Argument(whole);
        }
        FirstWords::Typed(words)
    }

    async fn gastowns_words(&self, gastown: Gastown, plan: &Plan) -> Vec<String> {
        let session = polecats::session_id(&plan.workdir).await;
        let assignment = Assignment {
            rig: &self.context.rig,
            polecat: &plan.polecat,
            issue: plan.issue.as_ref().map(|(id, _)| id),
            now: Zoned::now().datetime(),
            session: session.as_deref(),
        };
        let to_prime = !plan.is_primed && self.gt().is_some();
        assignment.words(gastown, &plan.agent, to_prime)
    }

    fn issue_words(&self, plan: &Plan) -> Option<String> {
        let (id, issue) = plan.issue.as_ref()?;
        let show = format!("{} show {id}", self.context.tools.tracker.program());
        Some(startup::issue_words(id, &issue.title, &show))
    }
}
