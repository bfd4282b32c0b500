//! Where there is no `/proc`: what sysinfo tells. Compared with that on Linux by a test.

use std::path::PathBuf;

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System, Uid, UpdateKind};

use super::{Candidate, Looked, is_inside};

/// Who has its current directory in one of `folders`; `None` when the system does not tell.
pub(super) fn look(folders: &[PathBuf]) -> Option<Looked> {
    let mut system = System::new();
    let (all, once) = (ProcessesToUpdate::All, UpdateKind::OnlyIfNotSet);
    let kind = ProcessRefreshKind::nothing().without_tasks();
    let kind = kind.with_cwd(once).with_cmd(once).with_user(once);
    system.refresh_processes_specifics(all, true, kind);
    let own = system.process(Pid::from_u32(std::process::id()))?;
    let user = own.user_id();
    let processes = system.processes().values();
    let processes = processes.filter(|process| process.thread_kind().is_none());
    let inside = processes.filter(|process| is_of(process, user, folders));
    let inside = inside.map(|process| found(&system, process)).collect();
    Some(Looked { inside, ours: line(&system, own) })
}

fn is_of(process: &Process, user: Option<&Uid>, folders: &[PathBuf]) -> bool {
    let inside = process.cwd().is_some_and(|cwd| is_inside(cwd, folders));
    inside && process.user_id() == user && !super::super::is_over(process.status())
}

fn found(system: &System, process: &Process) -> Candidate {
    let argv = process.cmd().iter().filter(|word| !word.is_empty());
    Candidate {
        pid: process.pid().as_u32(),
        name: process.name().to_string_lossy().into_owned(),
        argv: argv.map(|word| word.to_string_lossy().into_owned()).collect(),
        start: process.start_time(),
        session: process.session_id().map_or(0, Pid::as_u32),
        line: line(system, process),
    }
}

fn line(system: &System, process: &Process) -> Vec<u32> {
    let parents =
        std::iter::successors(process.parent(), |parent| system.process(*parent)?.parent());
    parents.map(Pid::as_u32).take_while(|&parent| parent > 0).take(64).collect()
}
