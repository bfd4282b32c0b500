//! Notifications of output in sessions that nobody is attached to, at once and without attaching.
//!
//! tmux can watch a window for output and run a hook when there is some: once, until the alert is
//! cleared. Notifications are held back inside hooks, so the hook renames the hub's window from
//! outside itself (`run-shell -b`), which reaches all clients in the hub in less than a
//! millisecond.
//!
//! While a person is attached to the session, the alert does not stay and tmux rings a bell for
//! that person at each output. So the hook then switches the watching off, and whoever listens
//! polls.

use crate::tmux::client::Tmux;
use crate::tmux::connection::signal::{HUB, TELL};
use crate::tmux::error::TmuxError;
use crate::tmux::ids::{PaneId, SessionId};
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::request::Request;

impl Tmux {
    /// Has the next output of the pane's window told as [`crate::tmux::Notification::Activity`]: one,
    /// until [`Tmux::rearm_activity`].
    ///
    /// # Errors
    /// No such session or pane, or tmux could not be asked.
    pub async fn arm_activity(&self, session: SessionId, pane: PaneId) -> Result<(), TmuxError> {
        self.run(Request::new(arming(session, pane)?)).await.map(drop)
    }

    /// Arms again if that has got lost: of two sessions with output at once only the last is told,
    /// another listener may have disarmed this one, and so does a person who attaches. Does nothing
    /// while a person is attached.
    ///
    /// # Errors
    /// As [`Tmux::arm_activity`].
    pub async fn keep_armed(&self, session: SessionId, pane: PaneId) -> Result<(), TmuxError> {
        let keep = Command::choose(pane.to_string(), LISTENS, &[], &arming(session, pane)?)?;
        self.run_one(keep).await.map(drop)
    }

    /// Has the next output told again. To miss nothing, look at the pane after this, not before.
    ///
    /// # Errors
    /// No such session, or tmux could not be asked.
    pub async fn rearm_activity(&self, session: SessionId) -> Result<(), TmuxError> {
        self.run_one(clear(&session.to_string())).await.map(drop)
    }

    /// Undoes [`Tmux::arm_activity`]. A session that is gone is no error.
    ///
    /// # Errors
    /// tmux could not be asked.
    pub async fn disarm_activity(&self, session: SessionId, pane: PaneId) -> Result<(), TmuxError> {
        let (session, pane) = (format!("{session}:"), pane.to_string());
        let unset = |args: &[&str]| Command::new("set-option").arg("-u").args(args);
        let result = self
            .run(Request::new(vec![
                unset(&["-w", "-t", &pane, "monitor-activity"]),
                unset(&["-t", &session, "activity-action"]),
                Command::new("set-hook").args(["-u", "-t", &session, "alert-activity"]),
            ]))
            .await;
        match result {
            Err(error) if error.is_missing_target() => Ok(()),
            result => result.map(drop),
        }
    }
}

/// Whether the next output will be told already, or must not be told.
const LISTENS: &str = "#{||:#{session_attached},\
    #{&&:#{monitor-activity},#{==:#{window_activity_flag},0}}}";

fn arming(session: SessionId, pane: PaneId) -> Result<Vec<Command>, TmuxError> {
    let (session, pane) = (format!("{session}:"), pane.to_string());
    let set = |args: &[&str]| Command::new("set-option").args(args);
    Ok(vec![
        // An alert that was not cleared would suppress the next one.
        clear(&session),
        set(&["-t", &session, "activity-action", "any"]),
        Command::new("set-hook").args(["-t", &session, "alert-activity"]).arg(hook()?),
        set(&["-w", "-t", &pane, "monitor-activity", "on"]),
    ])
}

/// With `-C` it kills nothing, it clears the session's alerts.
fn clear(session: &str) -> Command {
    Command::new("kill-session").args(["-C", "-t", session])
}

/// What tmux runs when there is output.
fn hook() -> Result<Vec<u8>, TmuxError> {
    let stop = Command::new("set-option").args(["-w", "monitor-activity", "off"]);
    let stop = Command::choose("", "#{session_attached}", &[stop], &[])?;
    // Without a hub there is nobody to tell. A rename that fails would count as an error in the
    // configuration, and be shown to the next person who attaches, in place of their pane.
    let exists = Command::new("if-shell")
        .args(["-F", "-t", &format!("={HUB}:")])
        .arg(format!("#{{==:#{{session_name}},{HUB}}}"));
    // The condition is encoded, so it is expanded by `if-shell`; `hook_session` is not, so it is
    // expanded by `run-shell`, inside the hook. (`$3` would be a variable in double quotes.)
    let tell = [&exists.encode()?, TELL.as_bytes()].concat();
    let tell = Command::new("run-shell").args(["-b", "-C"]).arg(tell);
    crate::tmux::protocol::command::sequence(&[stop, tell])
}
