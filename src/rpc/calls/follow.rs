//! What a session of a host prints, sent to the hub as it is printed.

use serde::{Deserialize, Serialize};

use super::{At, calls};
use crate::{
    fleet::Hub,
    rpc::error::RpcError,
    session::{CaptureOptions, Follow, Reach, SessionError, Update, WindowFit, Workspace},
};

calls! {
    /// Only for hubs: what a polecat prints, in updates, until nobody listens any more.
    #[derive(serde::Serialize)]
    "session.follow" => FollowOutput { at: At, polecat: String, lines: u32 }
}

/// What a hub tells while it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::rpc) enum FollowOrder {
    /// It is shown this wide from now on; hidden without a width.
    Show { visible: bool, width: Option<usize> },
    /// Look now.
    Look,
}

impl FollowOutput {
    /// Follows it for `hub`.
    pub(super) async fn send(self, workspace: &Workspace, hub: &mut Hub) -> Result<(), RpcError> {
        let options = CaptureOptions::new(Some(self.lines), Some(true));
        let whom = workspace.whom(&self.at.into(), &self.polecat, Reach::Reads).await?;
        let mut follow = whom.context.observer().follow(&whom.polecat, options).await?;
        let fit = follow.fit(workspace, &whom.context);
        let sent = send(&mut follow, fit.as_ref(), hub).await;
        follow.end().await;
        Ok(sent?)
    }
}

async fn send(
    follow: &mut Follow,
    fit: Option<&WindowFit>,
    hub: &mut Hub,
) -> Result<(), SessionError> {
    let mut visible = true;
    loop {
        let seen = tokio::select! {
            order = hub.next() => match order {
                None => return Ok(()),
                Some(FollowOrder::Look) => follow.look().await,
                Some(FollowOrder::Show { visible: now, width }) => {
                    visible = now;
                    if let Some(fit) = fit {
                        fit.show(width.filter(|_| visible));
                    }
                    continue;
                }
            },
            seen = follow.next(), if visible => seen.map(Some),
        };
        let update: Update = match seen {
            Ok(Some(update)) => update,
            Ok(None) => continue,
            Err(error) if error.is_passing() => continue,
            Err(error) => return Err(error),
        };
        if !hub.part(&update).await {
            return Ok(());
        }
    }
}
