//! The set-up of a polecat's worktree while it goes on: what it is at, and for whom.

use serde::{Deserialize, Serialize};

use super::{SessionInfo, attempt::Attempt};

/// A set-up that goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingUp {
    /// What it is at: `copying`, or the command that is run.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// Whom it is for.
    #[serde(flatten)]
    pub for_whom: ForWhom,
}

/// What comes after a set-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForWhom {
    /// The agent that is started then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What that is to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The issue that it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// Which of several attempts at one task it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Attempt>,
}

impl SettingUp {
    /// Tells of it in the info of its polecat, which has no session yet. What its last agent did is
    /// old news where another one follows.
    pub fn tell(&self, info: &mut SessionInfo) {
        info.setup = Some(self.step.clone());
        let ForWhom { agent, task, issue, attempt } = self.for_whom.clone();
        if agent.is_some() {
            (info.agent, info.task, info.issue) = (agent, task, issue);
            (info.attempt, info.exit, info.resumable) = (attempt, None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{names::PolecatName, session::State};

    fn ash() -> SessionInfo {
        let ash = PolecatName::parse("ash").unwrap();
        let info = SessionInfo::stopped(ash, "gt-shop-ash".to_owned(), "shop".to_owned());
        SessionInfo { agent: Some("codex".to_owned()), ..info }
    }

    #[test]
    fn it_is_of_the_agent_that_follows_or_of_nobody() {
        let (mut given, mut again) = (ash(), ash());
        let step = "npm ci".to_owned();
        let for_whom = ForWhom { agent: Some("claude".to_owned()), ..ForWhom::default() };
        SettingUp { step: step.clone(), for_whom }.tell(&mut given);
        assert_eq!(
            (given.setup.as_deref(), given.agent.as_deref()),
            (Some("npm ci"), Some("claude"))
        );
        SettingUp { step, ..SettingUp::default() }.tell(&mut again);
        assert_eq!(again.agent.as_deref(), Some("codex"));
        assert_eq!((again.state, again.shown_state()), (State::Stopped, State::Starting));
    }
}
