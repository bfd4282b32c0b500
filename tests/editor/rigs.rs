//! Several rigs in one Neovim: who is meant by a name, and that nothing meant for one of them reaches
//! the polecat of the same name in another.

mod lists;
mod views;
mod watching;

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{editor::Editor, eventually, rig::Project},
};

/// A shop, where the editor is, and other projects that the configuration names.
pub(crate) struct Street {
    pub(crate) shop: Shop,
    others: Vec<Project>,
}

impl Street {
    /// With others of these names.
    pub(crate) async fn new(others: &[&str]) -> Self {
        let others: Vec<_> = others.iter().map(|name| Project::named(name)).collect();
        let rigs: Json = others.iter().map(|one| (folder(one), json!({}))).collect();
        let shop = Shop::of(Project::new(), json!({ "rigs": rigs })).await;
        Self { shop, others }
    }

    pub(crate) fn editor(&self) -> &Editor {
        &self.shop.editor
    }

    /// Makes and starts `prompts` as this polecat.
    pub(crate) async fn start(&self, polecat: &str) -> Json {
        self.shop.start(polecat, "prompts").await
    }

    pub(crate) async fn code(&self, method: &str, args: Json) -> (String, String, String) {
        let refused = self.shop.refusal(method, args).await;
        (refused.code, refused.message, refused.hint.unwrap_or_default())
    }
}

pub(crate) fn folder(project: &Project) -> String {
    project.path().to_str().expect("temporary folders are UTF-8").to_owned()
}

/// `aB3/shop` of a project in a temporary folder of that name.
fn with_parent(project: &Project) -> String {
    let path = project.path();
    let parent = path.parent().and_then(|parent| parent.file_name()).expect("it is in a folder");
    let name = path.file_name().expect("it has a name");
    format!("{}/{}", parent.to_string_lossy(), name.to_string_lossy())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_meant_for_one_never_reaches_the_same_name_elsewhere() {
    let street = Street::new(&["bank"]).await;
    assert_eq!(street.start("ash").await["session_id"], "gt-shop-ash");
    assert_eq!(street.start("bank/ash").await["session_id"], "gt-bank-ash");
    let editor = street.editor();
    editor.call("inject", json!(["bank/ash", "for the bank"])).await.unwrap();
    editor.call("inject", json!(["ash", "for the shop"])).await.unwrap();
    for (session, own, other) in
        [("gt-bank-ash", "the bank", "the shop"), ("gt-shop-ash", "the shop", "the bank")]
    {
        eventually("the message", async || {
            let screen = street.shop.screen(session);
            if screen.contains(&format!("got: for {own}")) { Ok(()) } else { Err(screen) }
        })
        .await;
        assert!(!street.shop.screen(session).contains(other), "{session}");
    }
    let info = editor.call("status", json!(["bank/ash"])).await.unwrap();
    assert_eq!((&info["rig_name"], &info["session_id"]), (&json!("bank"), &json!("gt-bank-ash")));
    editor.call("stop", json!(["bank/ash", { "force": true }])).await.unwrap();
    assert_eq!(street.shop.sessions(), ["gt-shop-ash"]);
    editor.call("remove", json!(["bank/ash", { "force": true }])).await.unwrap();
    assert!(street.shop.project.worktree("ash").exists());
    assert!(!street.others[0].worktree("ash").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_name_reaches_the_one_other_rig_that_has_it_but_ends_nobody_there() {
    let street = Street::new(&["bank", "mill"]).await;
    street.start("bank/cedar").await;
    let editor = street.editor();
    editor.command("PolecatInject cedar hello").await.unwrap();
    editor.expect_message("sent to `bank/cedar`").await;
    let shown = editor.call("capture", json!(["cedar", {}])).await.unwrap();
    assert!(shown.as_str().unwrap().contains("hello"), "{shown}");
    for (method, args) in [
        ("stop", json!(["cedar", {}])),
        ("remove", json!(["cedar", { "force": true }])),
        ("start", json!(["cedar", { "cmd": agent("prompts") }])),
    ] {
        let (code, message, hint) = street.code(method, args).await;
        assert_eq!(code, "polecat_not_found", "{method}");
        assert_eq!(message, "polecat not found: `cedar` in rig `shop`", "{method}");
        assert_eq!(hint, "did you mean `bank/cedar`?", "{method}");
    }
    editor.command("PolecatStop cedar").await.unwrap();
    editor.expect_message("did you mean `bank/cedar`").await;
    assert_eq!(street.shop.sessions(), ["gt-bank-cedar"]);
    let made = editor.call("new", json!(["cedar", {}])).await.unwrap();
    assert_eq!(made["workdir"], street.shop.project.worktree("cedar").to_str().unwrap());
    let info = editor.call("status", json!(["cedar"])).await.unwrap();
    assert_eq!((&info["rig_name"], &info["state"]), (&json!("shop"), &json!("stopped")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_several_is_refused_with_all_of_them() {
    let street = Street::new(&["bank", "mill", "shop"]).await;
    for polecat in ["bank/elm", "mill/elm"] {
        street.editor().call("new", json!([polecat, {}])).await.unwrap();
    }
    let (code, message, _) = street.code("status", json!(["elm"])).await;
    assert_eq!((&*code, &*message), ("ambiguous_name", "`elm` may be `bank/elm`, `mill/elm`"));

    let both = [with_parent(&street.shop.project), with_parent(&street.others[2])];
    street.editor().call("new", json!(["ash", {}])).await.unwrap();
    let (code, message, _) = street.code("status", json!(["shop/ash"])).await;
    assert_eq!(code, "ambiguous_name");
    for rig in &both {
        assert!(message.contains(&format!("`{rig}/ash`")), "{message}");
    }
    let other = format!("{}/ash", both[1]);
    let made = street.editor().call("new", json!([other, {}])).await.unwrap();
    assert_eq!(made["workdir"], street.others[2].worktree("ash").to_str().unwrap());
    let whole = format!("{}/ash", folder(&street.others[2]));
    let info = street.editor().call("status", json!([whole])).await.unwrap();
    assert_eq!(info["workdir"], made["workdir"]);

    let (code, message, hint) = street.code("status", json!(["nosuch/ash"])).await;
    assert_eq!((&*code, &*message), ("rig_not_found", "no rig `nosuch` is in use or configured"));
    assert!(hint.contains("`bank`") && hint.contains(&both[0]), "{hint}");
    let (code, _, hint) = street.code("status", json!(["oak"])).await;
    assert_eq!(code, "polecat_not_found");
    assert!(hint.contains("PolecatStart! oak"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_offers_the_rigs_own_names_first_then_those_of_others() {
    let street = Street::new(&["bank", "mill"]).await;
    for polecat in ["bank/ash", "elm", "mill/ash"] {
        street.editor().call("new", json!([polecat, {}])).await.unwrap();
    }
    let completed = async |line: &str| {
        let code = "return vim.fn.getcompletion(..., 'cmdline')";
        street.editor().lua(code, json!([line])).await.unwrap()
    };
    eventually("all names", async || {
        let found = completed("PolecatDiff ").await;
        if found == json!(["elm", "bank/ash", "mill/ash", "since=", "size="]) {
            Ok(())
        } else {
            Err(found)
        }
    })
    .await;
    assert_eq!(completed("PolecatDiff bank/").await, json!(["bank/ash"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_several_goes_to_each_in_its_own_rig() {
    let street = Street::new(&["bank"]).await;
    for polecat in ["ash", "bank/ash", "bank/birch"] {
        street.start(polecat).await;
    }
    street.editor().command("PolecatInject ash,bank/birch both of you").await.unwrap();
    let told = street.editor().expect_message("sent to").await;
    assert!(told.contains("`ash`") && told.contains("`bank/birch`"), "{told}");
    for (session, got) in [("gt-shop-ash", true), ("gt-bank-birch", true), ("gt-bank-ash", false)] {
        let screen = street.shop.screen(session);
        assert_eq!(screen.contains("both of you"), got, "{session}: {screen}");
    }
}

/// What is copied from an error reaches the one that it is about, not the same name here.
#[tokio::test(flavor = "multi_thread")]
async fn commands_in_errors_and_warnings_name_the_polecat_of_the_other_rig() {
    let street = Street::new(&["bank"]).await;
    street.start("ash").await;
    let asks = json!({ "new": true, "agent": "claude", "cmd": agent("framed --ask") });
    street.shop.try_start("bank/ash", asks).await.unwrap();
    let (_, _, hint) = street.code("remove", json!(["bank/ash", {}])).await;
    assert_eq!(hint, "`:PolecatStop bank/ash` ends its session");
    let (_, _, hint) = street.code("start", json!(["bank/elm", {}])).await;
    assert!(hint.contains("`:PolecatNew bank/elm`"), "{hint}");
    let editor = street.editor();
    editor.command("PolecatRemove bank/ash").await.unwrap();
    editor.expect_message("`:PolecatStop bank/ash` ends its session").await;
    editor.command("PolecatStart bank/elm").await.unwrap();
    editor.expect_message("`:PolecatNew bank/elm`").await;
    editor.call("inject", json!(["bank/ash", "go"])).await.unwrap();
    editor.expect_state("bank/ash", "waiting").await;
    let queue = json!(["bank/ash", "wait for it", { "queue": true }]);
    editor.call("inject", queue).await.unwrap();
    editor.call("stop", json!(["bank/ash", {}])).await.unwrap();
    let start = format!("PolecatStart bank/ash cmd={}", agent("prompts"));
    editor.command(&start).await.unwrap();
    editor.expect_message("`:PolecatQueue! bank/ash` sends the queue").await;
}
