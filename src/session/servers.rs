//! The tmux servers of a workspace.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    core::rig::Rig,
    host::Launch,
    tmux::{ServerAddress, Socket, Tmux},
};

/// The tmux servers of a workspace, one client for each.
pub(in crate::session) struct Servers {
    command: String,
    /// The socket from the configuration.
    configured: Option<Socket>,
    /// Why no server is started where there is none, if none is.
    no_start: Option<&'static str>,
    launch: Launch,
    clients: Mutex<HashMap<Socket, Tmux>>,
}

impl Servers {
    pub(in crate::session) fn new(
        command: String,
        configured: Option<Socket>,
        no_start: Option<&'static str>,
        launch: Launch,
    ) -> Self {
        Self { command, configured, no_start, launch, clients: Mutex::default() }
    }

    /// The rig's server: the configured one, else its town's, else the default.
    pub(in crate::session) fn of(&self, rig: &Rig) -> Tmux {
        self.on(rig.town().and_then(|town| town.socket.as_deref()))
    }

    /// The server to use outside any rig.
    pub(in crate::session) fn usual(&self) -> Tmux {
        self.on(None)
    }

    fn on(&self, of_town: Option<&str>) -> Tmux {
        let of_town = of_town.map(|name| Socket::Shared(name.to_owned()));
        let socket = self.configured.clone().or(of_town).unwrap_or(Socket::Default);
        let new = || {
            let (command, socket) = (self.command.clone(), socket.clone());
            let address = ServerAddress { command, socket, holder: None, no_start: self.no_start };
            Tmux::new(address, self.launch.clone())
        };
        self.clients().entry(socket.clone()).or_insert_with(new).clone()
    }

    /// Disconnects from all of them.
    pub(in crate::session) async fn close(&self) {
        let clients: Vec<_> = self.clients().values().cloned().collect();
        for client in clients {
            client.close().await;
        }
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<Socket, Tmux>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
