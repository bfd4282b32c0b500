//! Where an agent serves its events, remembered on its pane for whoever watches it.
//!
//! The password stands here because whoever can read a pane's options can also type into the pane:
//! it opens nothing that is not open to them. It goes with the pane, whoever is killed, which a file
//! would not. It stands neither in an argument, which everybody on the machine can read, nor in the
//! session's table of variables, which later panes are started with.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    core::agent::events::EventServer,
    host::{http::LocalServer, loopback},
    tmux::Secret,
};

/// The pane option that holds an [`EventSource`].
pub(in crate::session) const EVENTS: &str = "@polecat_events";
/// The format that is written and read.
const FORMAT: u32 = 1;
/// The address that an agent is told to listen on: nobody outside the machine reaches it.
const LOOPBACK: &str = "127.0.0.1";

/// Where an agent serves its events.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::session) struct EventSource {
    /// The format of this value.
    format: u32,
    /// The known agent that serves them.
    agent: String,
    port: u16,
    password: String,
}

impl EventSource {
    /// A new one for the known agent `agent`; `None` if it serves none.
    ///
    /// # Errors
    /// There is no free port.
    pub(in crate::session) fn new(agent: &str) -> std::io::Result<Self> {
        let (port, password) = (loopback::free_port()?, loopback::password()?);
        Ok(Self { format: FORMAT, agent: agent.to_owned(), port, password })
    }

    /// Encodes it as the option's value.
    pub(in crate::session) fn encode(&self) -> String {
        // Neither a preset's name nor the rest holds a `#`, which tmux 3.8 would expand.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Decodes an option's value; `None` if it is not ours, or of a later format.
    pub(in crate::session) fn decode(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok().filter(|source: &Self| source.format == FORMAT)
    }

    /// What is known of its agent's events.
    pub(in crate::session) fn known(&self) -> Option<&'static EventServer> {
        EventServer::of_agent(&self.agent)
    }

    /// The server to ask.
    pub(in crate::session) fn server(&self) -> Option<LocalServer> {
        let user = self.known()?.user;
        Some(LocalServer { port: self.port, user, password: self.password.clone() })
    }

    /// What its agent is started with.
    pub(in crate::session) fn secret(&self) -> Option<Secret> {
        let known = self.known()?;
        let port = self.port.to_string();
        let args = [known.port_flag, &port, known.host_flag, LOOPBACK].map(str::to_owned).to_vec();
        Some(Secret { variable: known.password_variable, value: self.password.clone(), args })
    }
}

/// Without the password.
impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("EventSource");
        shown.field("agent", &self.agent).field("port", &self.port).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was_and_a_later_format_is_left_alone() {
        let source = EventSource::new("opencode").unwrap();
        let written = source.encode();
        assert!(!written.contains(['#', '\n']), "{written}");
        assert_eq!(EventSource::decode(&written).as_ref(), Some(&source));
        assert_eq!(EventSource::decode(&written.replace("\"format\":1", "\"format\":2")), None);
        assert_eq!(EventSource::decode(""), None);
        assert!(!format!("{source:?}").contains(&source.password));
    }

    #[test]
    fn the_password_is_no_argument() {
        let source = EventSource::new("opencode").unwrap();
        let secret = source.secret().unwrap();
        let expected = format!("--port {} --hostname 127.0.0.1", source.port);
        assert_eq!(secret.args.join(" "), expected);
        assert_eq!((secret.variable, secret.value), ("OPENCODE_SERVER_PASSWORD", source.password));
    }
}
