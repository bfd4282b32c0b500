//! What is told without being asked for.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::{monitor::Snapshot, work::Files};

/// One thing that is told.
#[derive(Clone, Debug)]
pub enum News {
    /// Something changed in a rig.
    Changed(Arc<Snapshot>),
    /// Files were changed in a polecat's worktree.
    Files(Files),
    /// Something that nobody waits for did not go as it should.
    Warning(String),
}

/// Where the news of a workspace goes.
#[derive(Clone, Debug)]
pub struct NewsSink(pub UnboundedSender<News>);

impl NewsSink {
    /// Tells it; `false` when nobody listens any more.
    pub(super) fn tell(&self, news: News) -> bool {
        self.0.send(news).is_ok()
    }

    pub(super) fn warn(&self, text: String) {
        // Who is gone needs no warning.
        let _ = self.tell(News::Warning(text));
    }
}
