//! One clock for all processes: that of `vim.uv.hrtime()` and of Python's `monotonic_ns()`.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Now, in ns since the machine started.
pub(crate) fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let (seconds, rest) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
    seconds * 1_000_000_000 + rest
}

/// ns as ms.
pub(crate) fn ms(ns: u64) -> f64 {
    Duration::from_nanos(ns).as_secs_f64() * 1_000.0
}

/// When something began and when it was done, in ns of the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

impl Span {
    /// How long it took, in ms.
    pub(crate) fn ms(self) -> f64 {
        ms(self.end.saturating_sub(self.begin))
    }

    /// Not done before `end` either.
    pub(crate) fn until(self, end: u64) -> Span {
        Span { end: self.end.max(end), ..self }
    }
}

/// What `work` gave, and when.
pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (T, Span) {
    let begin = now();
    let value = work.await;
    (value, Span { begin, end: now() })
}
