//! How often each thing is measured.

/// Rounds of each kind of row.
pub(crate) struct Pace {
    /// Whether this only shows that the measuring works.
    pub(crate) quick: bool,
    /// Calls of a millisecond or so.
    pub(crate) calls: usize,
    /// So many of them are made in a row.
    pub(crate) burst: usize,
    /// Those that gastown needs hundreds of programs for.
    pub(crate) slow_calls: usize,
    /// Starts, stops, fresh editors: they need something new each time.
    pub(crate) lives: usize,
    /// Stops of twenty at once.
    pub(crate) crowds: usize,
    /// Lines that are followed, in each of three turns.
    pub(crate) ticks: u32,
    /// Lines that are followed behind a long scrollback.
    pub(crate) refreshes: u32,
    /// How long what takes its time is watched, in each turn, in ms.
    pub(crate) watch_ms: u64,
    /// The groups that are wanted; all when it is empty.
    only: String,
}

const FULL: Pace = Pace {
    quick: false,
    calls: 100,
    burst: 5,
    slow_calls: 15,
    lives: 10,
    crowds: 5,
    ticks: 100,
    refreshes: 60,
    watch_ms: 4_000,
    only: String::new(),
};

const QUICK: Pace = Pace {
    quick: true,
    calls: 5,
    burst: 1,
    slow_calls: 1,
    lives: 2,
    crowds: 1,
    ticks: 20,
    refreshes: 10,
    watch_ms: 500,
    only: String::new(),
};

impl Pace {
    pub(crate) fn of_environment() -> Pace {
        let set = |name| std::env::var(name).unwrap_or_default();
        let pace = if set("QUICK").is_empty() { FULL } else { QUICK };
        Pace { only: set("BENCH_ONLY"), ..pace }
    }

    /// Whether the group of rows is wanted; says so on stderr.
    pub(crate) fn wants(&self, group: &str) -> bool {
        let wanted = self.only.is_empty() || self.only.split(',').any(|one| one == group);
        if wanted {
            eprintln!("bench: {group}");
        }
        wanted
    }

    /// Whether all groups are.
    pub(crate) fn is_whole(&self) -> bool {
        self.only.is_empty()
    }
}
