//! State in, frame out: what a buffer of ours shows, computed without any I/O.
//!
//! A [`Frame`] is the whole picture; [`patches`] says which lines differ from the picture
//! that is on the screen already, so that only those are written.

mod ansi;
mod attempts;
mod capture;
mod changes;
mod columns;
mod detail;
mod file_lines;
mod frame;
mod list;
mod lost_sessions;
mod marks;
mod notification;
mod palette;
mod patch;
mod preview;
mod question;
mod queue;
mod selection;
mod setup;
mod status;
mod statusline;
mod words;

pub use capture::{Tail, capture};
pub use changes::{FileRow, HunkRow, Picture, ShownPicture, TreeRow, changes};
pub use detail::detail;
pub use file_lines::FileLines;
pub use frame::{Color, Fold, Frame, Group, Line, Span, Style};
pub use list::{ListEntry, list};
pub use lost_sessions::lost;
pub use marks::{Marks, Note, RowRange, Spot};
pub use notification::{job_ending, notification};
pub use palette::{index, stages};
pub use patch::{Patch, patches};
pub use preview::preview;
pub use question::{Asked, question};
pub use queue::{Queued, queue, queue_row};
pub use selection::Selection;
pub use setup::setup;
pub use status::{List, Section, filters, orders, status};
pub use statusline::{counts, statusline};

#[cfg(test)]
mod testing {
    //! What the tests of several views start from.
    use crate::core::{
        names::PolecatName,
        session::{SessionInfo, State, StateSource},
    };

    /// A session of the rig `shop` in `state`, with nothing else known.
    pub(super) fn session(name: &str, state: State) -> SessionInfo {
        let session_id = format!("gt-shop-{name}");
        SessionInfo {
            running: !matches!(state, State::Stopped | State::Died | State::Exited),
            state,
            state_source: StateSource::None,
            ..SessionInfo::stopped(PolecatName::parse(name).unwrap(), session_id, "shop".to_owned())
        }
    }
}
