//! How a person gets into a session.

use std::ffi::OsString;

use crate::{
    core::names::PolecatName,
    session::{context::RigContext, error::SessionError, sessions::list::Session},
};

/// What the editor runs; a backend has no terminal to attach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachPlan {
    /// For a terminal, with `$TMUX` unset.
    pub argv: Vec<OsString>,
    /// In place of it where the editor runs in that same server.
    pub switch: Option<Vec<OsString>>,
}

impl RigContext {
    /// How to attach to `polecat`.
    ///
    /// # Errors
    /// When it has no session.
    pub async fn attach(&self, polecat: &str) -> Result<AttachPlan, SessionError> {
        let session = self.existing(&PolecatName::parse(polecat)?).await?;
        let target = self.place_of(&session).await?;
        let command = |verb: &str| {
            let mut argv = self.tmux.argv();
            argv.extend([verb, "-t", &target].map(OsString::from));
            argv
        };
        let same = self.is_editors_server().await?;
        Ok(AttachPlan {
            argv: command("attach-session"),
            switch: same.then(|| command("switch-client")),
        })
    }

    /// The agent's session as a target; where a person moved its pane to another one, the pane too.
    async fn place_of(&self, session: &Session) -> Result<String, SessionError> {
        let (name, pane) = (&session.pane.session_name, session.pane.pane_id);
        if !session.is_moved(&self.rig) {
            return Ok(format!("={name}"));
        }
        Ok(format!("={name}:{}.{pane}", self.tmux.window_of(pane).await?))
    }

    /// Whether `$TMUX` of the editor (`socket,pid,session`) names the server we use.
    async fn is_editors_server(&self) -> Result<bool, SessionError> {
        let Some(editors) = &self.tools.settings.editor.tmux else { return Ok(false) };
        let Some((socket, _)) = editors.split_once(',') else { return Ok(false) };
        Ok(self.tmux.socket_path().await?.as_os_str() == socket)
    }
}
