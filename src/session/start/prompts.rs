//! The first prompts of an agent.

use jiff::Zoned;

use crate::{
    core::{
        startup::{self, Assignment},
        town::Gastown,
    },
    host::polecats,
    session::{start::Starter, start::plan::Plan},
};

/// An agent's first prompts, and how they reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) enum FirstWords {
    /// As an argument of its command.
    Argument(String),
    /// Typed one after the other once it is ready; may be empty.
    Typed(Vec<String>),
}

impl FirstWords {
    /// The prompts to type.
    pub(in crate::session) fn typed(&self) -> &[String] {
        match self {
            Self::Argument(_) => &[],
            Self::Typed(words) => words,
        }
    }
}

impl Starter {
    /// The first prompts for the agent of `plan`: in a town what gastown says, elsewhere the issue
    /// to work on, if any.
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
        let show = format!("{} show {id}", self.context.shared.tracker.program());
        Some(startup::issue_words(id, &issue.title, &show))
    }
}
