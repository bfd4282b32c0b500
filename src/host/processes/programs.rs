//! Which programs run in a pane.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, UpdateKind};

use super::ProcessError;
use super::process_list::{ProcessList, ProcessListing};
use super::select::select;

/// A process, by what tells which program it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What the system calls it.
    pub name: String,
    /// The words of its command.
    pub argv: Vec<String>,
}

/// The process `root` and its descendants, each before those that it started, as the processes were
/// when somebody first asked `process_list`.
///
/// # Errors
/// The processes could not be listed: nothing is known.
pub async fn programs_of(
    process_list: &ProcessList,
    root: u32,
) -> Result<Vec<Program>, ProcessError> {
    let mut listed = process_list.first().await?;
    let ProcessListing { system, seen, .. } = &mut *listed;
    let tree = select(root, true, &[], seen, std::process::id());
    let pids: Vec<_> = tree.iter().rev().map(|process| Pid::from_u32(process.pid)).collect();
    let kind = ProcessRefreshKind::nothing().without_tasks().with_cmd(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&pids), false, kind);
    let processes = pids.iter().filter_map(|pid| system.process(*pid));
    Ok(processes.map(program).collect())
}

fn program(process: &sysinfo::Process) -> Program {
    let name = process.name().to_string_lossy().into_owned();
    let argv = process.cmd().iter().map(|word| word.to_string_lossy().into_owned()).collect();
    Program { name, argv }
}
