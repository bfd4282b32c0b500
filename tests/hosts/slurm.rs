//! A cluster of two nodes on one host: its login node is reached by ssh, and a job on it by `srun`.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::json;

use crate::{
    desk::{Desk, Plan, STATUS, There},
    guides::{block, nth_words, words},
    machine::{Machine, skipped},
    rig::agent,
    support::eventually,
};

const GUIDE: &str = include_str!("../../doc/hosts/slurm.md");

const CONFIGURATION: &str = "ClusterName=test
SlurmctldHost=build1(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=/tmp/slurm/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=/tmp/slurm/state
SlurmdSpoolDir=/tmp/slurm/spool.%n
SlurmctldPidFile=/tmp/slurm/slurmctld.pid
SlurmdPidFile=/tmp/slurm/slurmd.%n.pid
SlurmctldLogFile=/tmp/slurm/slurmctld.log
SlurmdLogFile=/tmp/slurm/slurmd.%n.log
TaskPlugin=task/none
SelectType=select/cons_tres
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
KillWait=1
NodeName=polecat[1-2] NodeHostname=build1 NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=2
PartitionName=main Nodes=polecat[1-2] Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES
";

/// What clusters use, where the kernel has it; it makes no difference to what is tested but that the
/// end of a step is the end of all that it has started.
const BY_CGROUP: &str = "/sys/fs/cgroup/freezer";

fn missing() -> bool {
    let programs = ["munged", "slurmctld", "slurmd"].map(|name| format!("/usr/sbin/{name}"));
    let missing = programs.into_iter().find(|program| !fs::exists(program).unwrap_or_default());
    missing.is_some_and(|name| skipped(&format!("no Slurm can be run here: there is no `{name}`")))
}

fn start_cluster(machine: &Machine) {
    let proctrack = if fs::exists(BY_CGROUP).unwrap() { "cgroup" } else { "linuxproc" };
    let configuration = format!("{CONFIGURATION}ProctrackType=proctrack/{proctrack}\n");
    machine.write("/tmp/slurm/slurm.conf", &configuration);
    machine.write("/tmp/slurm/cgroup.conf", "CgroupAutomount=no\nConstrainCores=no\n");
    machine.write("/tmp/slurm/job", block(GUIDE, "sh"));
    machine.write("/tmp/slurm/munge.key", &"not a secret ".repeat(20));
    let only_ours = fs::Permissions::from_mode(0o600);
    fs::set_permissions(machine.at("/tmp/slurm/munge.key"), only_ours).unwrap();
    // Where its clients look for it.
    machine.append("/tmp/etc/sshd_config", "SetEnv SLURM_CONF=/tmp/slurm/slurm.conf\n");
    let munged = "munged --force --socket=/tmp/slurm/munge.socket --key-file=/tmp/slurm/munge.key \
                  --log-file=/tmp/slurm/munged.log --pid-file=/tmp/slurm/munged.pid \
                  --seed-file=/tmp/slurm/munged.seed";
    let conf = "/tmp/slurm/slurm.conf";
    for daemon in [
        munged.to_owned(),
        format!("slurmctld -c -f {conf}"),
        format!("slurmd -f {conf} -N polecat1"),
        format!("slurmd -f {conf} -N polecat2"),
    ] {
        machine.run(&[
            "sh",
            "-c",
            &format!("PATH=$PATH:/usr/sbin {daemon} > /tmp/slurm/said 2>&1"),
        ]);
    }
}

/// What the daemons leave behind of themselves, once they are gone.
struct Cgroups;

impl Drop for Cgroups {
    fn drop(&mut self) {
        for node in ["polecat1", "polecat2"] {
            remove_cgroups(&Path::new(BY_CGROUP).join(format!("slurm_{node}")));
        }
    }
}

/// Those within it first.
fn remove_cgroups(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            remove_cgroups(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

impl There {
    fn slurm(&self, words: &[&str]) -> Result<String, String> {
        let env = ["env", "SLURM_CONF=/tmp/slurm/slurm.conf"];
        self.machine.try_run(&[&env, words].concat())
    }

    async fn job_runs(&self) {
        eventually("a job that runs", async || {
            match self.slurm(&["squeue", "-h", "-t", "R", "-n", "polecat", "-o", "%A"]) {
                Ok(job) if !job.is_empty() => Ok(()),
                seen => Err(format!("{seen:?} {:?}", self.slurm(&["sinfo"]))),
            }
        })
        .await;
    }

    fn has_server(&self) -> bool {
        self.machine.try_run(&["tmux", "-L", "polecat", "has-session"]).is_ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Slurm and munge: `make soak`"]
async fn in_a_job_agents_are_started_on_the_server_of_its_script_alone_and_end_with_it() {
    if missing() {
        return;
    }
    let _cgroups = Cgroups;
    let more = json!({ "tmux": { "socket": "polecat" } });
    let [exec, attach] = ["command", "attach"].map(|key| words(GUIDE, key));
    assert_eq!([&exec[..2], &attach[..2]], [["ssh", "login1"]; 2]);
    let through = Some((exec[2].clone(), attach[2].clone()));
    let Some(desk) = Desk::with(&[Plan { through, more, ..Plan::default() }]).await else { return };
    let there = &desk.hosts[0];
    start_cluster(&there.machine);
    eventually("two nodes", async || {
        match there.slurm(&["sinfo", "-h", "-t", "idle", "-o", "%D"]) {
            Ok(nodes) if nodes == "2" => Ok(()),
            seen => Err(format!("{seen:?}")),
        }
    })
    .await;

    // A job whose script has started none: one of a step would end with the step.
    there.slurm(&["sbatch", "-J", "polecat", "-o", "/dev/null", "--wrap", "sleep 600"]).unwrap();
    there.job_runs().await;
    let start = json!(["build1:shop/ash", { "new": true, "cmd": agent("prompts") }]);
    let refused = desk.here.refusal("start", start.clone()).await;
    assert_eq!(refused.code, "tmux_failed", "{refused:?}");
    let hint = refused.hint.unwrap_or_default();
    assert!(hint.contains("tmux -L polecat new-session -d"), "{hint}");
    let polecats = format!("{}.polecats", desk.here.project.path().display());
    assert!(!there.machine.at(&polecats).exists(), "nothing was made");
    assert!(!there.has_server());
    there.slurm(&["scancel", "-n", "polecat"]).unwrap();

    there.slurm(&["sbatch", "-o", "/dev/null", "/tmp/slurm/job"]).unwrap();
    there.job_runs().await;
    eventually("the server", async || if there.has_server() { Ok(()) } else { Err("none") }).await;
    desk.editor().command("PolecatReconnect").await.unwrap();
    eventually("a start", async || {
        let started = desk.editor().call("start", start.clone()).await;
        started.map(drop).map_err(|failure| format!("{failure:?}"))
    })
    .await;
    desk.look().await;
    desk.expect_status("build1:shop: 1 polecat, 1 running").await;
    desk.call("inject", json!(["build1:shop/ash", "hello"])).await;

    // The same on the login node itself.
    let local = nth_words(GUIDE, "command", 1);
    let local: Vec<_> = local.iter().map(String::as_str).chain(["echo", "a  b"]).collect();
    assert_eq!(there.slurm(&local).as_deref(), Ok("a  b"));

    // What was started by a step is the server's, and outlives the step.
    crate::support::processes::kill(&desk.ssh());
    desk.expect_status("?  ash  unknown").await;
    desk.expect_status("build1:shop: 1 polecat, 1 running").await;
    let printed = desk.call("capture", json!(["build1:shop/ash", {}])).await.to_string();
    assert!(printed.contains("got: hello"), "{printed}");

    desk.editor().command("close | PolecatAttach build1:shop/ash").await.unwrap();
    let attached = ["tmux", "-L", "polecat", "display-message", "-p", "-t", "=gt-shop-ash:"];
    let attached = [&attached[..], &["#{session_attached}"]].concat();
    eventually("a terminal there", async || match there.machine.try_run(&attached).as_deref() {
        Ok("1") => Ok(()),
        seen => Err(format!("{seen:?}")),
    })
    .await;
    desk.editor().command("stopinsert | close!").await.unwrap();

    desk.look().await;
    there.slurm(&["scancel", "-n", "polecat"]).unwrap();
    desk.editor().expect_line(STATUS, "?  ash  unknown").await;
    eventually("its end", async || if there.has_server() { Err("it runs") } else { Ok(()) }).await;
    a_node_of_several(there).await;
}

/// Of several nodes the one that runs the script is told.
async fn a_node_of_several(there: &There) {
    let script = "printenv SLURMD_NODENAME > /tmp/slurm/node; sleep 600";
    let job = ["sbatch", "-N2", "-J", "polecat", "-o", "/dev/null", "--wrap", script];
    there.slurm(&job).unwrap();
    there.job_runs().await;
    let nodes = GUIDE.split('`').find(|part| part.starts_with("-N1 -w ")).unwrap();
    let exec = words(GUIDE, "command")[2].clone();
    let node = format!("{exec} {nodes} printenv SLURMD_NODENAME");
    eventually("the node of the script", async || {
        let said = there.slurm(&["sh", "-c", &node]);
        let runs = fs::read_to_string(there.machine.at("/tmp/slurm/node")).unwrap_or_default();
        if said.as_deref() == Ok(runs.trim()) { Ok(()) } else { Err(format!("{said:?} {runs}")) }
    })
    .await;
}
