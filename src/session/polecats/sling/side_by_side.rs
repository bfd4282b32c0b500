//! What is done for several polecats of a sling at the same time, with one report of how it goes.

use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

use crate::{core::names::PolecatName, session::start::Progress};

/// What goes on for some of them, each known by its place among them; ended when it is dropped.
pub(super) struct SideBySide<T> {
    going: JoinSet<(usize, T)>,
    steps: UnboundedReceiver<String>,
    sender: UnboundedSender<String>,
    /// Whether each step is told with whom it is about.
    several: bool,
}

/// Tells the steps of one of them.
pub(super) struct Steps {
    sender: UnboundedSender<String>,
    whom: String,
}

impl Steps {
    pub(super) fn tell(&self, step: &str) {
        // Nobody hears it when all is over.
        let _ = self.sender.send(format!("{}{step}", self.whom));
    }
}

impl<T: Send + 'static> SideBySide<T> {
    /// Of as many as there are of `all`.
    pub(super) fn of<U>(all: &[U]) -> Self {
        let (sender, steps) = unbounded_channel();
        Self { going: JoinSet::new(), steps, sender, several: all.len() > 1 }
    }

    /// What the steps of `polecat` are told by.
    pub(super) fn steps_of(&self, polecat: &PolecatName) -> Steps {
        let whom = if self.several { format!("{polecat}: ") } else { String::new() };
        Steps { sender: self.sender.clone(), whom }
    }

    pub(super) fn spawn(&mut self, at: usize, work: impl Future<Output = T> + Send + 'static) {
        self.going.spawn(async move { (at, work.await) });
    }

    /// The next one that has come to an end, after the steps until then; `None` when all have.
    pub(super) async fn next(&mut self, progress: Progress<'_>) -> Option<(usize, T)> {
        loop {
            tokio::select! {
                Some(step) = self.steps.recv() => progress(&step),
                ended = self.going.join_next() => match ended? {
                    Ok(outcome) => return Some(outcome),
                    // Only when this program ends is a task cut off.
                    Err(stopped) if stopped.is_panic() => {
                        std::panic::resume_unwind(stopped.into_panic())
                    }
                    Err(_) => {}
                },
            }
        }
    }
}
