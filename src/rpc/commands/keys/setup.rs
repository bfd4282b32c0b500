//! The keys of what a set-up prints.

use super::{Key, Manner, command};

pub(super) const SET_UP: &[Key] =
    &[command("x", "End it", "end_setup", "ending", "Stop", Manner::Silent)];
