//! The other attempts at a polecat's task, when one of them is taken.

use serde::{Deserialize, Serialize};

use crate::{
    core::{
        names::PolecatName,
        session::{SessionInfo, attempt},
    },
    host::polecats,
    session::{
        error::SessionError,
        polecats::{Polecats, remove::Left},
    },
};

/// Another attempt at the same task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAttempt {
    /// The polecat.
    pub polecat: PolecatName,
    /// Which attempt it is, from 1.
    pub number: u32,
    /// Its agent.
    pub agent: Option<String>,
    /// Whether that runs.
    pub running: bool,
    /// What it would leave in a backup if it were removed, each in words.
    pub unsaved: Vec<String>,
    /// What would be deleted with it, which no backup holds.
    pub deleted: Vec<String>,
    /// What no backup can hold either, and keeps it from being removed.
    pub in_the_way: Vec<String>,
}

impl Polecats {
    /// The other attempts at the task of the polecat `name`, in the order in which they were begun.
    ///
    /// # Errors
    /// There is no such polecat, or what others have cannot be read.
    pub async fn other_attempts(&self, name: &str) -> Result<Vec<OtherAttempt>, SessionError> {
        let own = self.context.sessions().status(name).await?;
        if own.attempt.is_none() {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for polecat in polecats::names(&self.context.rig).await? {
            all.push(self.context.sessions().status(polecat.as_str()).await?);
        }
        let mut others = Vec::new();
        for other in attempt::others(&all, &own) {
            others.push(self.other_attempt(other).await);
        }
        Ok(others)
    }

    async fn other_attempt(&self, info: &SessionInfo) -> OtherAttempt {
        let left = self.left_with(&info.polecat).await;
        // What is not known is not nothing.
        let unknown = |why| vec![format!("its work could not be checked: {why}")];
        let left = left.unwrap_or_else(|why| Left { in_the_way: unknown(why), ..Left::default() });
        OtherAttempt {
            polecat: info.polecat.clone(),
            number: info.attempt.as_ref().map_or(0, |attempt| attempt.number),
            agent: info.agent.clone(),
            running: info.running,
            unsaved: left.unsaved,
            deleted: left.deleted,
            in_the_way: left.in_the_way,
        }
    }
}
