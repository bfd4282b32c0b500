//! Attaching to a session.

use std::ffi::OsString;

use crate::{
    core::names::PolecatName,
    session::{error::SessionError, sessions::Sessions, sessions::list::Session},
};

/// What the editor runs to attach: the backend has no terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachPlan {
    /// The command for a terminal, with `$TMUX` unset.
    pub argv: Vec<OsString>,
    /// The command to run instead if the editor runs in the same tmux server.
    pub switch: Option<Vec<OsString>>,
}

impl Sessions {
    /// How to attach to `polecat`.
    ///
    /// # Errors
    /// It has no session.
    pub async fn attach(&self, polecat: &str) -> Result<AttachPlan, SessionError> {
        let session = self.existing(&PolecatName::parse(polecat)?).await?;
        let target = self.place_of(&session).await?;
        let command = |verb: &str| {
            let mut argv = self.context.tmux.argv();
            argv.extend([verb, "-t", &target].map(OsString::from));
            argv
        };
        let same = self.is_editors_server().await?;
        Ok(AttachPlan {
            argv: command("attach-session"),
            switch: same.then(|| command("switch-client")),
        })
    }

    /// The agent's session as a tmux target; with the pane, if it was moved to another session.
    async fn place_of(&self, session: &Session) -> Result<String, SessionError> {
        let (name, pane) = (&session.pane.session_name, session.pane.pane_id);
        if !session.is_moved(&self.context.rig) {
            return Ok(format!("={name}"));
        }
        Ok(format!("={name}:{}.{pane}", self.context.tmux.window_of(pane).await?))
    }

    /// Whether the editor's `$TMUX` (`socket,pid,session`) names the server we use.
    async fn is_editors_server(&self) -> Result<bool, SessionError> {
        let Some(editors) = &self.context.shared.settings.editor.tmux else { return Ok(false) };
        let Some((socket, _)) = editors.split_once(',') else { return Ok(false) };
        Ok(self.context.tmux.socket_path().await?.as_os_str() == socket)
    }
}
