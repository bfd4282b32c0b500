//! Gives a polecat's window the width of those that show it, while nobody is attached to it.
//!
//! Only while its agent rests, and is seen to: agents draw their screens anew in another size, some
//! with all of their history, which must not be taken for work, nor change a question under the eyes
//! of a person; and only if tmux can keep all of its scrollback. Of several editors the widest counts. Where nobody shows it any more it stays as it
//! is.

use std::time::Duration;

use tokio::{sync::watch, time::Instant};
use tracing::debug;

use crate::{
    core::{
        names::PolecatName,
        session::{State, StateSource},
    },
    debounce::Debounce,
    session::{
        context::RigContext, error::SessionError, observe::poller::Poller, workspace::Workspace,
    },
    tmux::{PaneId, PaneWindow, SESSION_SIZE, Viewer},
};

/// The narrowest and the widest that a window is made.
const WIDTHS: (u32, u32) = (80, 240);
/// How long a person's window keeps its width before an agent is made to draw for it.
const WIDTH_SETTLE_DELAY: Duration = Duration::from_millis(600);

/// Has a polecat's window fit, until it is dropped.
pub struct WindowFit {
    width: watch::Sender<Option<u32>>,
}

struct Fitting {
    context: RigContext,
    poller: Poller,
    polecat: PolecatName,
    pane: PaneId,
    viewer: Viewer,
    /// What others were told last.
    told: Option<u32>,
    /// A size that the window did not take, and the one that it kept: others see to it.
    refused: Option<[(u32, u32); 2]>,
}

/// What decides whether the window may be resized: whether its agent rests, and whether anybody is
/// attached.
type Situation = Option<(bool, bool)>;

impl WindowFit {
    /// Has the window around the `pane` of `polecat` fit those that show it; `None` if the user
    /// wants none of that.
    pub(in crate::session) fn of(
        workspace: &Workspace,
        context: &RigContext,
        (polecat, pane): (PolecatName, PaneId),
    ) -> Option<Self> {
        if !workspace.fits_captures() {
            return None;
        }
        let (width, widths) = watch::channel(None);
        let (context, poller) = (context.clone(), workspace.poller(context));
        let (viewer, told, refused) = (Viewer::new(), None, None);
        let fitting = Fitting { context, poller, polecat, pane, viewer, told, refused };
        tokio::spawn(fitting.run(widths));
        Some(Self { width })
    }

    /// It is shown this wide from now on, or not at all.
    pub fn show(&self, width: Option<usize>) {
        let fits = |width| u32::try_from(width).unwrap_or(u32::MAX).clamp(WIDTHS.0, WIDTHS.1);
        let width = width.map(fits);
        self.width.send_if_modified(|shown| std::mem::replace(shown, width) != width);
    }
}

impl Fitting {
    async fn run(mut self, mut widths: watch::Receiver<Option<u32>>) {
        let (mut burst, mut before) =
            (Debounce::new(WIDTH_SETTLE_DELAY, 5 * WIDTH_SETTLE_DELAY), None);
        while self.is_due(&mut widths, &mut burst, &mut before).await {
            let width = *widths.borrow();
            self.try_fit(width).await;
        }
        // The others may be narrower.
        self.try_fit(None).await;
    }

    /// Waits until there is a reason to look; `false` at the end.
    async fn is_due(
        &mut self,
        widths: &mut watch::Receiver<Option<u32>>,
        burst: &mut Debounce,
        before: &mut Situation,
    ) -> bool {
        loop {
            tokio::select! {
                changed = widths.changed() => match changed {
                    Ok(()) => burst.event(Instant::now()),
                    Err(_) => return false,
                },
                changed = self.poller.snapshots.changed() => {
                    let now = self.situation();
                    let last = std::mem::replace(before, now);
                    if changed.is_err() {
                        return false;
                    } else if last != now {
                        let attached = |at: Situation| at.map(|(_, attached)| attached);
                        self.refused = self.refused.filter(|_| attached(last) == attached(now));
                        return true;
                    }
                }
                () = burst.elapsed() => return true,
            }
        }
    }

    async fn try_fit(&mut self, width: Option<u32>) {
        // A session that is gone has no size, and what did not work now may later.
        if let Err(error) = self.fit(width).await {
            debug!(polecat = %self.polecat, %error, "its window was not made to fit");
        }
    }

    async fn fit(&mut self, width: Option<u32>) -> Result<(), SessionError> {
        let tmux = self.context.tmux.clone();
        if self.told != width {
            tmux.tell_width(self.pane, &self.viewer, width).await?;
            self.told = width;
        }
        if !self.rests() || self.wanted().await?.is_none() {
            return Ok(());
        }
        let _typing = self.context.messenger().lock_typing(&self.polecat).await?;
        // What was typed meanwhile is being worked on. Another may have become the widest: who says
        // its width and then waits for the lock has the last word.
        if !self.rests() {
            return Ok(());
        }
        if let Some((window, size)) = self.wanted().await? {
            tmux.resize(window.id, size).await?;
            let took = tmux.window_around(self.pane).await?.size == size;
            self.refused = (!took).then_some([window.size, size]);
        }
        Ok(())
    }

    /// The window, and the size that it is to have, if it has another one.
    async fn wanted(&self) -> Result<Option<(PaneWindow, (u32, u32))>, SessionError> {
        let window = self.context.tmux.window_around(self.pane).await?;
        let size = window.widest.map(|width| (width, window.size.1.max(u32::from(SESSION_SIZE.1))));
        let is_new = |size: &(u32, u32)| {
            let is_other = *size != window.size && self.refused != Some([window.size, *size]);
            window.is_free && is_other && window.keeps_history(size.0)
        };
        Ok(size.filter(is_new).map(|size| (window, size)))
    }

    fn rests(&self) -> bool {
        self.situation().is_some_and(|(rests, _)| rests)
    }

    fn situation(&self) -> Situation {
        let newest = self.poller.snapshots.borrow();
        let mut polecats = newest.as_ref()?.polecats.iter();
        let info = polecats.find(|info| info.polecat == self.polecat)?;
        // What is guessed from silence would take the drawing for work.
        let is_seen = matches!(
            info.state_source,
            StateSource::Screen | StateSource::Title | StateSource::Events
        );
        Some((info.state == State::Idle && is_seen, info.attached))
    }
}
