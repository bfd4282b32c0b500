//! What a person does about a host: have it connected to, agree that our program is put there, log in.

use super::{Fleet, HostStatus, Reached, Unanswered, link::Link, ssh::Purpose};
use crate::core::hosts::{HostName, Reaching, SocketName};

/// What goes on when its terminal is closed: a login goes through a jump host's ssh, which the end of
/// the terminal would end.
const LASTING: [&str; 4] = ["sh", "-c", "trap \"\" HUP; exec \"$@\"", "sh"];

impl Fleet {
    /// Has the host `name` tried now, also if it refused, and gives what came of it. Each step is told
    /// to `progress`.
    ///
    /// # Errors
    /// There is no such host.
    pub async fn reach(
        &self,
        name: &HostName,
        progress: impl Fn(&str) + Send,
    ) -> Result<HostStatus, Unanswered> {
        let link = self.link(name)?;
        self.use_host(name);
        let mut watch = self.listen();
        let tries = link.status().facts.tries;
        let was_down = matches!(link.status().reached, Reached::Down { .. });
        if was_down {
            link.retry();
        }
        let mut told = None;
        loop {
            let status = link.status();
            match status.reached {
                Reached::Connecting => {}
                Reached::Down { .. } if was_down && status.facts.tries == tries => {}
                _ => return Ok(status),
            }
            if let Some(step) = status.facts.step.filter(|step| told.as_ref() != Some(step)) {
                progress(&step);
                told = Some(step);
            }
            watch.changed().await;
        }
    }

    /// Our program may be put on the host `name`, now and in each later version. Gives why that
    /// cannot be kept for later.
    ///
    /// # Errors
    /// There is no such host.
    pub async fn agree(&self, name: &HostName) -> Result<Option<String>, Unanswered> {
        Ok(self.link(name)?.agree().await)
    }

    /// What logs in on the host `name` in a terminal, for all that follows; `None` where that is not
    /// ssh's.
    pub async fn logging_in(&self, name: &HostName) -> Option<Vec<String>> {
        let link = self.link(name).ok()?;
        let ssh = Self::terminal(&link, link.settings().logging_in(name)?, Purpose::Login).await?;
        Some(LASTING.map(str::to_owned).into_iter().chain(ssh).collect())
    }

    /// What attaches a terminal to the tmux session `session` of the host `name`; `None` where nobody
    /// said how one gets there.
    pub async fn attaching(
        &self,
        name: &HostName,
        session: &str,
        town: Option<&SocketName>,
    ) -> Option<Vec<String>> {
        let link = self.link(name).ok()?;
        let attaching = link.settings().attaching(name, session, town)?;
        Self::terminal(&link, attaching, Purpose::Terminal).await
    }

    /// What runs the person's shell in the folder `dir` of the host `name`; `None` as of
    /// [`Self::attaching`].
    pub async fn shell(&self, name: &HostName, dir: &str) -> Option<Vec<String>> {
        let link = self.link(name).ok()?;
        Self::terminal(&link, link.settings().shell(name, dir)?, Purpose::Terminal).await
    }

    async fn terminal(link: &Link, reaching: Reaching, purpose: Purpose) -> Option<Vec<String>> {
        Some(link.ssh().argv(reaching, purpose).await)
    }
}
