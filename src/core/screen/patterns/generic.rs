//! An agent of which nothing is known.

use super::{Bang, Known, Layout};

pub(super) const GENERIC: Known = Known {
    name: "",
    layout: Layout::Unknown,
    marks: &[],
    bare: "",
    hints: &[],
    bang: Bang::Unknown,
    clears: None,
    markers: &['❯', '›', '●', '>'],
    titles: &[],
    busy_below: &[],
    busy_above: None,
    starting: None,
    passing: &[],
    dialogs: &[],
};
