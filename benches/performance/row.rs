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

/// What a call is held to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// What it may cost, in floors.
    pub(crate) floors: f64,
    /// Why that is not nearer; empty where it is the usual.
    pub(crate) why: &'static str,
    /// What it may cost, in parts of gastown's with its sleeps.
    pub(crate) part: f64,
}

/// Two floors, and a tenth of gastown's time.
pub(crate) const USUAL: Target = Target { floors: 2.0, why: "", part: 10.0 };

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

    /// Holds the plugin to a target. Our own time has the waits that gastown's sleeps stand for, so
    /// these count. Where tmux's own work is so much of it that the floors are more than the part of
    /// gastown's, they are what gastown's is held against, too.
    pub(crate) fn held(mut self, target: Target) -> Row {
        let Target { floors, why, part } = target;
        let (ours, floor) = (self.value(Way::Plugin), self.value(Way::Floor));
        let (Some(ours), Some(floor)) = (ours, floor) else { return self };
        let theirs = self.value(Way::Gastown).map(|theirs| theirs + self.sleeps_ms);
        let reach = theirs.map_or(part, |theirs| part.min(theirs / (floors * floor)).max(1.0));
        self = self.held_to_gastown(reach);
        let text = format!("{:.2} floors (at most {floors})", ours / floor);
        self.checks.push(Check { text, ok: ours <= floors * floor });
        if why.is_empty() {
            return self;
        }
        let text = format!("{}: {floors} floors, since {why}", self.name);
        self.note(text)
    }

    /// Holds the plugin to 1/`part` of gastown with its sleeps.
    pub(crate) fn held_to_gastown(mut self, part: f64) -> Row {
        if let (Some(ours), Some(theirs)) = (self.value(Way::Plugin), self.value(Way::Gastown)) {
            let ratio = (theirs + self.sleeps_ms) / ours;
            let sleeps = if self.sleeps_ms > 0.0 { " with its sleeps" } else { "" };
            let text = format!("1/{ratio:.1} of gastown{sleeps} (at most 1/{part:.1})");
            self.checks.push(Check { text, ok: ratio >= part });
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
