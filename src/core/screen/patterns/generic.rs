//! An agent of which nothing is known.

use super::{Known, Layout};

pub(super) const GENERIC: Known = Known {
    name: "",
    layout: Layout::Unknown,
    marks: &[],
    bare: "",
    hints: &[],
    runs_shell: true,
    markers: &['❯', '›', '●', '>'],
    titles: &[],
    busy_below: &[],
    busy_above: None,
    starting: None,
    passing: &[],
    dialogs: &[],
};
