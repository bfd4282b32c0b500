//! Which gastown runs a town, as its files tell, and what that makes of a rig's sessions.

use std::fs;
use std::path::Path;

use polecat::core::{Gastown, Rig, rig::town::socket_name};
use polecat::host::HostError;
use polecat::host::rigs::{self, RigOptions};

use super::fixtures::{Sandbox, polecat};

const RIGS: &str = r#"{"version":1,"rigs":{"shop":{"git_url":"x","beads":{"repo":"","prefix":"sh"}},
    "till":null,"bank":{"beads":{"prefix":"a b"}}}}"#;

async fn find(sandbox: &Sandbox, rig: &str, wanted: RigOptions) -> Result<Rig, HostError> {
    rigs::find(&[sandbox.folder(&format!("town/{rig}"))], &wanted).await
}

/// The session of ash, and the socket that it is on.
fn told(rig: &Rig) -> (String, Option<&str>) {
    let socket = rig.town().and_then(|town| town.socket.as_deref());
    (rig.session(&polecat("ash")).to_string(), socket)
}

fn said(gastown: Gastown) -> RigOptions {
    RigOptions { gastown: Some(gastown), ..RigOptions::default() }
}

#[tokio::test]
async fn a_town_without_a_sign_of_a_later_gastown_is_one_of_before() {
    let sandbox = Sandbox::new();
    sandbox.town();
    sandbox.write("town/mayor/rigs.json", RIGS);
    let rig = find(&sandbox, "shop", RigOptions::default()).await.unwrap();
    assert_eq!((rig.gastown(), told(&rig)), (Some(Gastown::V0_5), ("gt-shop-ash".into(), None)));
}

#[tokio::test]
async fn what_only_a_later_gastown_makes_tells_its_towns() {
    for sign in
        ["town/rigs.json", "town/.dolt-data/x", "town/shop/.runtime/locks/polecat-pool.lock"]
    {
        let sandbox = Sandbox::new();
        let town = sandbox.town();
        sandbox.write("town/mayor/rigs.json", RIGS);
        sandbox.write(sign, "{}");
        let rig = find(&sandbox, "shop", RigOptions::default()).await.unwrap();
        let socket = socket_name(&town);
        assert_eq!(told(&rig), ("sh-ash".into(), Some(&*socket)), "{sign}");
        let said = find(&sandbox, "shop", said(Gastown::V0_5)).await.unwrap();
        assert_eq!(told(&said), ("gt-shop-ash".into(), None), "{sign}");
    }
}

#[tokio::test]
async fn a_socket_of_the_towns_own_tells_it_too() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let sockets = Some(sandbox.folder("sockets"));
    let wanted = || RigOptions { sockets: sockets.clone(), ..RigOptions::default() };
    let before = find(&sandbox, "shop", wanted()).await.unwrap();
    assert_eq!(before.gastown(), Some(Gastown::V0_5));
    sandbox.write(&format!("sockets/{}", socket_name(&town)), "");
    let rig = find(&sandbox, "shop", wanted()).await.unwrap();
    // Nothing names a prefix.
    assert_eq!(told(&rig), ("gt-ash".into(), Some(&*socket_name(&town))));
}

#[tokio::test]
async fn the_prefix_is_that_of_the_rigs_issues_wherever_gastown_keeps_it() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let name_of =
        async |rig: &str| find(&sandbox, rig, said(Gastown::V0_6)).await.map(|rig| told(&rig).0);
    assert_eq!(name_of("shop").await.unwrap(), "gt-ash");
    sandbox.write("town/rigs.json", RIGS);
    assert_eq!(name_of("shop").await.unwrap(), "sh-ash");
    assert_eq!(name_of("till").await.unwrap(), "gt-ash");
    sandbox.write("town/mayor/rigs.json", r#"{"rigs":{"shop":{"beads":{"prefix":"so"}}}}"#);
    assert_eq!(name_of("shop").await.unwrap(), "so-ash");
    fs::remove_file(town.join("mayor/rigs.json")).unwrap();
    let broken = name_of("bank").await.unwrap_err().to_string();
    assert!(broken.contains("rigs.bank.beads.prefix") && broken.contains("`a b`"), "{broken}");
    sandbox.write("town/mayor/rigs.json", r#"{"rigs":{"shop":{"beads":{"prefix":7}}}}"#);
    let broken = name_of("shop").await.unwrap_err().to_string();
    assert!(broken.contains("mayor/rigs.json") && broken.contains("prefix"), "{broken}");
}

#[tokio::test]
async fn outside_of_towns_gastown_makes_no_difference() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("src/shop");
    let rig = rigs::find(&[repository], &said(Gastown::V0_6)).await.unwrap();
    assert_eq!(told(&rig), ("gt-shop-ash".into(), None));
    assert_eq!(rig.gastown(), None);
    assert_eq!(socket_name(Path::new("/")).split_once('-').unwrap().0, "default");
}
