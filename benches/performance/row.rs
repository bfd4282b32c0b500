//! A row of the table: one job, what it costs each way, and what that is held against.

use std::collections::BTreeMap;

use super::samples::Samples;
use super::way::Way;

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) values: BTreeMap<Way, f64>,
    /// What gastown sleeps in it besides, in ms. Not in its value.
    pub(crate) sleeps_ms: f64,
    pub(crate) checks: Vec<Check>,
    /// What a reader must know to read the figures right.
    pub(crate) notes: Vec<String>,
}

/// A target, and whether it is met.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// Such as `1/14 of gastown (at most 1/10)`.
    pub(crate) text: String,
    pub(crate) ok: bool,
}

/// What a single call may cost, in parts of gastown's: a tenth.
pub(crate) const OF_GASTOWN: f64 = 10.0;
/// What a single call may cost, in floors.
const OF_FLOOR: f64 = 2.0;

impl Row {
    pub(crate) fn new(name: impl Into<String>, unit: &'static str) -> Row {
        let (values, checks, notes) = (BTreeMap::new(), Vec::new(), Vec::new());
        Row { name: name.into(), unit, values, sleeps_ms: 0.0, checks, notes }
    }

    /// A row of medians, in ms.
    pub(crate) fn of_medians(name: impl Into<String>, samples: &BTreeMap<Way, Samples>) -> Row {
        let values = samples.iter().map(|(way, samples)| (*way, samples.median())).collect();
        Row { values, ..Row::new(name, "ms") }
    }

    pub(crate) fn with(mut self, way: Way, value: f64) -> Row {
        self.values.insert(way, value);
        self
    }

    pub(crate) fn note(mut self, text: impl Into<String>) -> Row {
        self.notes.push(text.into());
        self
    }

    pub(crate) fn sleeping(mut self, ms: f64) -> Row {
        self.sleeps_ms = ms;
        self
    }

    /// Holds the plugin against 1/`part` of gastown without its sleeps, and 2 floors.
    pub(crate) fn held_to(self, part: f64) -> Row {
        self.held_to_gastown(part, 0.0).held_to_floor()
    }

    /// The same where our own time holds the waits that gastown's sleeps stand for: they count.
    pub(crate) fn held_to_sleeping(self, part: f64) -> Row {
        let sleeps = self.sleeps_ms;
        self.held_to_gastown(part, sleeps).held_to_floor()
    }

    fn held_to_gastown(mut self, part: f64, sleeps: f64) -> Row {
        if let (Some(ours), Some(theirs)) = (self.value(Way::Plugin), self.value(Way::Gastown)) {
            let ratio = (theirs + sleeps) / ours;
            let whose = if sleeps > 0.0 { "gastown with its sleeps" } else { "gastown" };
            // Where tmux's own work is most of it, no way of asking can be so much faster.
            let floor = self.value(Way::Floor).map(|floor| (theirs + sleeps) / floor);
            let reach = match floor {
                Some(floor) if floor < part => format!("; the floor is 1/{floor:.1} of it"),
                _ => String::new(),
            };
            let text = format!("1/{ratio:.1} of {whose} (at most 1/{part:.0}{reach})");
            self.checks.push(Check { text, ok: ratio >= part });
        }
        self
    }

    fn held_to_floor(mut self) -> Row {
        if let (Some(ours), Some(floor)) = (self.value(Way::Plugin), self.value(Way::Floor)) {
            let ratio = ours / floor;
            let text = format!("{ratio:.2} floors (at most {OF_FLOOR:.0})");
            self.checks.push(Check { text, ok: ratio <= OF_FLOOR });
        }
        self
    }

    /// Holds the plugin against a figure of its own unit.
    pub(crate) fn at_most(mut self, limit: f64) -> Row {
        if let Some(ours) = self.value(Way::Plugin) {
            let text = format!("at most {limit} {}", self.unit);
            self.checks.push(Check { text, ok: ours <= limit });
        }
        self
    }

    /// What this way sleeps in it besides, in ms.
    pub(crate) fn sleeps_of(&self, way: Way) -> f64 {
        if way == Way::Gastown { self.sleeps_ms } else { 0.0 }
    }

    pub(crate) fn value(&self, way: Way) -> Option<f64> {
        self.values.get(&way).copied().filter(|value| value.is_finite())
    }
}
