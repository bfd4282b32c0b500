//! What processes cost, as the kernel counts it.

use std::fs;

/// CPU time of a process so far, all its threads together, in ms.
pub(crate) fn of(pid: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let spent = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    super::clock::ms(spent.sum())
}

/// The same with what threads spent that have ended since, in steps of 10 ms: for what goes on for
/// seconds.
pub(crate) fn whole(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name of the program, which comes before, may hold blanks.
    let numbers = text.rsplit(')').next().unwrap_or_default();
    let ticks = numbers.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<u32>().ok()).map(|ticks| f64::from(ticks) * 10.0).sum()
}

/// Memory of a process, in MiB: resident, and its share where pages are shared.
pub(crate) fn memory(pid: u32) -> (f64, f64) {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u32>().ok());
        kib.map_or(f64::NAN, |kib| f64::from(kib) / 1_024.0)
    };
    (field("Rss:"), field("Pss:"))
}
