//! The first prompts of an agent.

use jiff::Zoned;

use crate::{
    core::{
        agent::startup::{self, Assignment},
        rig::town::Gastown,
    },
    host::polecats,
    session::start::{Starter, plan::Plan},
    tmux,
};

/// The longest prompt that is passed on a command line, in bytes of a line of tmux's, which has to
/// hold all else of the session too.
const ARGUMENT_LIMIT: usize = 32 << 10;

/// An agent's first prompts, and how they reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) enum FirstPrompts {
    /// As an argument of its command.
    Argument(String),
    /// Typed one after the other once it is ready; may be empty.
    Typed(Vec<String>),
}

impl FirstPrompts {
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
    /// to work on, if any; then what the person says.
    pub(in crate::session) async fn first_words(&self, plan: &Plan) -> FirstPrompts {
        let is_new = plan.begins.is_new();
        let first = plan.agent.initial_prompt.iter().filter(|_| is_new);
        let mut words: Vec<String> = first.cloned().collect();
        match self.context.rig.gastown() {
            // A conversation that goes on has been told what gastown says.
            Some(gastown) if is_new || plan.issue.is_some() => {
                words.extend(self.gastowns_words(gastown, plan).await);
                words.extend(plan.prompt.clone());
            }
            _ => words.extend(self.task(plan)),
        }
        let whole = words.join("\n\n");
        let fits = tmux::encoded_length(&whole) <= ARGUMENT_LIMIT;
        if !words.is_empty() && fits && plan.agent.takes_prompt(&whole) {
            return FirstPrompts::Argument(whole);
        }
        FirstPrompts::Typed(words)
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

    /// Issue and prompt as one message: many agents take a second one for a correction.
    fn task(&self, plan: &Plan) -> Option<String> {
        let parts: Vec<_> = self.issue_words(plan).into_iter().chain(plan.prompt.clone()).collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    fn issue_words(&self, plan: &Plan) -> Option<String> {
        let (id, issue) = plan.issue.as_ref()?;
        let show = format!("{} show {id}", self.context.shared.tracker.program());
        Some(startup::issue_words(id, &issue.title, &show))
    }
}
