//! Agents that outlived their tmux server: Gemini CLI does, for minutes. No terminal leads to them any
//! more, and nobody else could work in their worktree.

use std::time::Duration;

use crate::{
    core::names::{PolecatName, shown},
    host::{
        polecats,
        processes::{Occupant, Tree, is_outside_tmux, occupants, variable_of},
    },
    session::{error::SessionError, polecats::Polecats},
    tmux::Server,
};

/// How long they may take to exit after SIGTERM.
const TERMINATE_TIMEOUT: Duration = Duration::from_secs(2);

impl Polecats {
    /// Ends what is left of the agent of `polecat`, which ran in the pane `pane` of a tmux server that is
    /// gone; returns who that was. Only what says by its own environment that it was started for this
    /// polecat is touched, whatever any file says, and not what a person ran in another pane there.
    ///
    /// # Errors
    /// It is not known who works there, or which server runs; or some could not be ended.
    pub(in crate::session) async fn end_outlived(
        &self,
        polecat: &PolecatName,
        pane: Option<&str>,
    ) -> Result<Vec<String>, SessionError> {
        let folder = polecats::workdir(&self.context.rig, polecat).await?;
        let server = self.context.tmux.server().await?;
        let mut ended = Vec::new();
        for one in occupants(&[folder], &[]).await? {
            // Taken hold of before it is looked at: its id is not another's by then.
            let tree = Tree::of(one.pid).await?;
            if self.has_outlived(&one, (polecat, pane), server) {
                tree.end(TERMINATE_TIMEOUT).await?;
                ended.push(format!("`{}` (pid {})", shown(&one.name), one.pid));
            }
        }
        Ok(ended)
    }

    fn has_outlived(
        &self,
        one: &Occupant,
        (polecat, pane): (&PolecatName, Option<&str>),
        now: Option<Server>,
    ) -> bool {
        let variable = |name| variable_of(one.pid, name);
        let was_there = match variable("TMUX") {
            Some(tmux) => self.is_gone(&tmux, now) && variable("TMUX_PANE").as_deref() == pane,
            // Whoever wraps an agent may keep that from it. Then no server may be above it, ours or
            // another.
            None => is_outside_tmux(&one.line) == Some(true),
        };
        was_there
            && variable("GT_POLECAT").as_deref() == Some(polecat.as_str())
            && variable("GT_RIG").as_deref() == Some(self.context.rig.name.as_str())
    }

    /// Whether `tmux`, `SOCKET,SERVER,SESSION`, is of a server on our socket that does not run now.
    fn is_gone(&self, tmux: &str, now: Option<Server>) -> bool {
        let mut parts = tmux.rsplitn(3, ',').skip(1);
        let (server, socket) = (parts.next().and_then(|pid| pid.parse().ok()), parts.next());
        let own = self.context.tmux.address().socket_file();
        let is_on_ours = socket.is_some_and(|socket| own.as_os_str() == socket);
        is_on_ours && server.is_some_and(|pid: u32| now.is_none_or(|now| now.pid != pid))
    }
}
