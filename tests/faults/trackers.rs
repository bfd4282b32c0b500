//! A tracker that prints garbage, nothing or 100 MB, at each of its calls.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{
    framed::program,
    rig::{Shop, agent},
    support::{eventually, neovim::tracker, rig::Project},
};

/// A project whose tracker does what a file beside it says, and is the real one without it.
struct Beads {
    shop: Shop,
    fault: PathBuf,
    issue: String,
}

impl Beads {
    async fn new() -> Self {
        let project = Project::new().with_tracker();
        let issue = project.issue("Paint the door");
        let (door, fault) = (project.around().join("br"), project.around().join("fault"));
        let script =
            format!("[ -e {0} ] && . {0}\nexec {1} \"$@\"", fault.display(), tracker().display());
        program(&door, &script);
        let shop = Shop::of(project, json!({ "tracker": { "command": door } })).await;
        Self { shop, fault, issue }
    }

    fn breaks(&self, how: &str) {
        fs::write(&self.fault, how).unwrap();
    }

    fn options(&self) -> serde_json::Value {
        json!({ "new": true, "issue": self.issue, "cmd": agent("prompts") })
    }
}

const FAULTS: [(&str, &str); 4] = [
    ("garbage", "printf '\\000\\377[{\"id\":'; exit 0\n"),
    ("nothing", "exit 0\n"),
    ("100 MB", "yes 'words and words' | head -c 100000000; exit 0\n"),
    ("100 MB of errors", "yes 'words and words' | head -c 100000000 >&2; exit 3\n"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_prints_garbage_nothing_or_100_mb_refuses_and_nothing_was_made() {
    let beads = Beads::new().await;
    for (name, how) in FAULTS {
        beads.breaks(how);
        let refused = beads.shop.try_start("ash", beads.options()).await.unwrap_err();
        assert_eq!(refused.code, "tracker_failed", "{name}: {refused:?}");
        assert!(refused.message.len() < 4_000, "{name}: {}", refused.message.len());
        assert!(!beads.shop.project.polecats().join("ash").exists(), "{name}");
        assert_eq!(beads.shop.project.git(&["branch", "--list", "polecat/*"]), "", "{name}");
        assert_eq!(beads.shop.sessions(), [""; 0], "{name}");
    }
    assert!(peak_mib(&beads.shop) < 100, "{} MiB", peak_mib(&beads.shop));
    fs::remove_file(&beads.fault).unwrap();
    let info = beads.shop.try_start("ash", beads.options()).await.unwrap();
    assert_eq!(info["issue"], json!(beads.issue));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_breaks_after_the_first_question_is_a_warning() {
    let beads = Beads::new().await;
    for (nth, (name, how)) in FAULTS.iter().enumerate() {
        beads.breaks(&format!(
            "[ \"$1\" = show ] || {{ {}; }}\n",
            how.trim_end().replace("exit 0", "exit 4")
        ));
        let polecat = format!("p{nth}");
        let info = beads.shop.try_start(&polecat, beads.options()).await.unwrap();
        let warnings = info["warnings"].to_string();
        assert!(warnings.contains("could not hook"), "{name}: {warnings}");
        beads.shop.editor.call("stop", json!([polecat, {}])).await.unwrap();
        // The warning comes by itself, before the answer or after it.
        eventually(&format!("{name}: a warning for each stop"), async || {
            let told = beads.shop.editor.messages().await;
            let warnings = told.iter().filter(|one| one.contains("could not sync")).count();
            if warnings == nth + 1 { Ok(()) } else { Err(format!("{told:#?}")) }
        })
        .await;
        assert_eq!(beads.shop.sessions(), [""; 0], "{name}");
    }
}

/// The most memory that the backend ever held.
fn peak_mib(shop: &Shop) -> u64 {
    let statuses = shop.editor.processes().into_iter();
    let texts = statuses.filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok());
    let backend = texts.into_iter().find(|text| text.starts_with("Name:\tpolecat")).unwrap();
    let line = backend.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_024
}
