//! Which of the machine's processes belong to a pane.

use std::collections::HashMap;

/// A process, for its whole life: its id alone is given away again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ProcessKey {
    pub(super) pid: u32,
    /// In seconds since the epoch.
    pub(super) start: u64,
}

/// A process as the system lists it.
#[derive(Clone, Debug)]
pub(super) struct ProcessInfo {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) session: u32,
    pub(super) start: u64,
    /// It ended, and its parent has not asked yet.
    pub(super) over: bool,
    pub(super) name: String,
}

impl ProcessInfo {
    pub(super) fn known(&self) -> ProcessKey {
        ProcessKey { pid: self.pid, start: self.start }
    }
}

/// The living processes of `root`'s tree, deepest first, without `own`. Before the first look
/// `with_root` takes the root by its id; later it must be among the `known`, for the id may have
/// been given to a stranger.
pub(super) fn select<'a>(
    root: u32,
    with_root: bool,
    known: &[ProcessKey],
    seen: &'a [ProcessInfo],
    own: u32,
) -> Vec<&'a ProcessInfo> {
    let mut depth: HashMap<u32, usize> = HashMap::new();
    let root_now = seen.iter().find(|process| process.pid == root);
    let ours =
        |process: &ProcessInfo| with_root || process.over || known.contains(&process.known());
    for process in seen {
        let is_root = process.pid == root && ours(process);
        if is_root || known.contains(&process.known()) {
            depth.insert(process.pid, 0);
        }
    }
    // The process of a pane leads its session, and only its descendants are in it, whatever
    // their parents are now. The id of a session is not given away while one is in it, so it is
    // the root's as long as no stranger has that id. The session has all its groups in it.
    if root > 1 && root_now.is_none_or(ours) {
        for process in seen.iter().filter(|process| process.session == root) {
            depth.entry(process.pid).or_insert(1);
        }
    }
    add_descendants(&mut depth, seen);
    let mut chosen: Vec<&ProcessInfo> = seen
        .iter()
        .filter(|process| depth.contains_key(&process.pid))
        .filter(|process| !process.over && process.pid > 1 && process.pid != own)
        .collect();
    chosen.sort_by_key(|process| std::cmp::Reverse(depth[&process.pid]));
    chosen
}

fn add_descendants(depth: &mut HashMap<u32, usize>, seen: &[ProcessInfo]) {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for process in seen.iter().filter(|process| process.pid > 1 && process.parent > 1) {
        children.entry(process.parent).or_default().push(process.pid);
    }
    let mut open: Vec<u32> = depth.keys().copied().collect();
    while let Some(parent) = open.pop() {
        let below = depth[&parent] + 1;
        for &child in children.get(&parent).into_iter().flatten() {
            // Deeper than seen before, as when a known child's parent is found.
            if depth.get(&child).is_none_or(|&at| at < below) && below < seen.len() + 1 {
                depth.insert(child, below);
                open.push(child);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: u32 = 7;

    fn process(pid: u32, parent: u32, session: u32) -> ProcessInfo {
        ProcessInfo { pid, parent, session, start: 10, over: false, name: String::new() }
    }

    fn pids(root: u32, with_root: bool, known: &[ProcessKey], seen: &[ProcessInfo]) -> Vec<u32> {
        select(root, with_root, known, seen, OWN).iter().map(|process| process.pid).collect()
    }

    #[test]
    fn descendants_come_before_their_parents() {
        let seen = [
            process(1, 0, 1),
            process(100, 50, 100),
            process(101, 100, 100),
            process(102, 101, 102),
            process(50, 1, 50),
            process(200, 50, 200),
        ];
        assert_eq!(pids(100, true, &[], &seen), [102, 101, 100]);
    }

    #[test]
    fn one_whose_parent_has_ended_is_found_by_the_panes_session() {
        let seen = [process(100, 50, 100), process(105, 1, 100), process(300, 1, 300)];
        assert_eq!(pids(100, true, &[], &seen), [105, 100]);
    }

    #[test]
    fn a_stranger_with_the_roots_id_is_left_alone_with_all_it_started() {
        let stranger = [process(100, 50, 100), process(101, 100, 100)];
        assert_eq!(pids(100, false, &[], &stranger), [0_u32; 0]);
        let other = [ProcessKey { pid: 100, start: 9 }];
        assert_eq!(pids(100, false, &other, &stranger), [0_u32; 0]);
    }

    #[test]
    fn what_an_ended_root_left_behind_is_found() {
        let gone = [process(105, 1, 100), process(106, 105, 106)];
        assert_eq!(pids(100, false, &[], &gone), [106, 105]);
        let zombie = [ProcessInfo { over: true, ..process(100, 50, 100) }, process(105, 100, 100)];
        assert_eq!(pids(100, false, &[], &zombie), [105]);
    }

    #[test]
    fn a_known_process_keeps_its_descendants_after_the_root_has_gone() {
        let known = [ProcessKey { pid: 102, start: 10 }];
        let seen = [process(102, 1, 102), process(103, 102, 102)];
        assert_eq!(pids(100, false, &known, &seen), [103, 102]);
    }

    #[test]
    fn neither_init_nor_ourselves_nor_the_kernel_is_ever_chosen() {
        let seen =
            [process(1, 0, 1), process(2, 0, 0), process(OWN, 100, 100), process(100, 1, 100)];
        assert_eq!(pids(100, true, &[], &seen), [100]);
        assert_eq!(pids(1, true, &[], &seen), [0_u32; 0]);
        assert_eq!(pids(0, true, &[], &seen), [0_u32; 0]);
    }
}
