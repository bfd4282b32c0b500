//! What an agent is told when it begins.

use jiff::Zoned;

use super::{manager::SessionManager, plan::Plan};
use crate::{
    core::{rig::RigKind, startup},
    host::{path, polecats},
};

/// The first words to an agent, and how they reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FirstWords {
    /// With its command.
    Argument(String),
    /// Typed, one after the other, once it is ready. None at all is possible.
    Typed(Vec<String>),
}

impl FirstWords {
    /// Those that are typed.
    pub(super) fn typed(&self) -> &[String] {
        match self {
            Self::Argument(_) => &[],
            Self::Typed(words) => words,
        }
    }
}

impl SessionManager {
    /// What the agent of `plan` is told first: in a town what gastown says, elsewhere which
    /// issue it is to work on, if any.
    pub(super) async fn first_words(&self, plan: &Plan) -> FirstWords {
        let mut words: Vec<String> = plan.agent.initial_prompt.iter().cloned().collect();
        match &self.rig.kind {
            RigKind::Town(_) => words.extend(self.gastowns_words(plan).await),
            RigKind::Repository { .. } | RigKind::Folder => words.extend(self.issue_words(plan)),
        }
        let whole = words.join("\n\n");
        if !words.is_empty() && plan.agent.takes_prompt(&whole) {
            return FirstWords::Argument(whole);
        }
        FirstWords::Typed(words)
    }

    async fn gastowns_words(&self, plan: &Plan) -> Vec<String> {
        let issue = plan.issue.as_ref().map(|(id, _)| id);
        let beacon = startup::beacon(&self.rig, &plan.polecat, Zoned::now().datetime(), issue);
        let id = polecats::session_id(&plan.workdir).await;
        let mut words = Vec::new();
        // Agents with hooks run this by themselves.
        if plan.agent.hooks.is_none() && path::find_program("gt", &plan.workdir).is_some() {
            words.push(startup::HOOKLESS.to_owned());
        }
        words.extend([beacon, startup::propulsion_nudge(id.as_deref())]);
        words
    }

    fn issue_words(&self, plan: &Plan) -> Option<String> {
        let (id, issue) = plan.issue.as_ref()?;
        let show = format!("{} show {id}", self.tools.tracker.program());
        Some(startup::issue_words(id, &issue.title, &show))
    }
}
