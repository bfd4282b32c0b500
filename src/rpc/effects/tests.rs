//! Tests of what Neovim is told to do.

use super::*;
use crate::session::Sidebar;

fn fields(effect: Effect) -> Vec<(String, Value)> {
    let Value::Map(pairs) = Value::from(effect.encode()) else { panic!("a map") };
    let key = |key: Value| key.as_str().unwrap_or_default().to_owned();
    pairs.into_iter().map(|(name, value)| (key(name), value)).collect()
}

fn field(effect: Effect, name: &str) -> String {
    let found = fields(effect).into_iter().find(|(key, _)| key == name);
    found.and_then(|(_, value)| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn request() -> Request {
    Request { method: "command.run", args: Value::Nil, editor: false }
}

#[test]
fn lua_carries_out_each_kind_and_opens_each_view() {
    let lua = include_str!("../../../lua/polecat/ui/effects.lua");
    let kinds = include_str!("../../../lua/polecat/ui/views/open.lua");
    let (again, prompt) = (String::new(), String::new());
    let preview = Preview {
        id: String::new(),
        prompt: String::new(),
        titles: ["", ""],
        filetype: "",
        lines: Vec::new(),
        again: String::new(),
        choices: Vec::new(),
        show_all: "",
    };
    let effects = [
        info("x"),
        Effect::Confirm { prompt: prompt.clone(), yes: "", again, then: request() },
        Effect::Select { prompt, kind: None, again: None, choices: Vec::new() },
        Effect::Preview(preview),
        Effect::Question(Box::default()),
        Effect::Open { view: View::Log, at: None, size: None, here: false },
        Effect::Edit { file: PathBuf::new(), content: None, line: None, column: None },
        Effect::Quickfix { title: String::new(), items: Vec::new() },
        Effect::Terminal {
            polecat: String::new(),
            plan: AttachPlan { argv: Vec::new(), switch: None },
            at: None,
            size: None,
            again: String::new(),
            shell: None,
        },
        Effect::Login {
            host: String::new(),
            argv: Vec::new(),
            again: String::new(),
            then: request(),
        },
        Effect::Tab { dir: PathBuf::new() },
        Effect::Tour { argv: Vec::new() },
        Effect::Configure,
        Effect::Pin(None),
        Effect::Compose(Box::new(compose::message(
            ("ash", None),
            Vec::new(),
            request(),
            Some(request()),
        ))),
        Effect::Refresh { name: String::new(), rig: None, since: None },
        Effect::Register(String::new()),
    ];
    let is_known = |kind: &str| {
        lua.contains(&format!("function handlers.{kind}("))
            || lua.contains(&format!("\n  {kind} = {{ 'polecat."))
    };
    for effect in effects {
        let kind = field(effect, "kind");
        assert!(is_known(&kind), "{kind}");
    }
    let polecat = || "ash".to_owned();
    let views = [
        View::Status { polecat: polecat() },
        View::List { columns: Vec::new(), docked: None, all: true },
        View::List { columns: Vec::new(), docked: Some(Sidebar::default()), all: false },
        View::Capture { polecat: None, session: String::new(), lines: 200, snapshot: false },
        View::Diff { polecat: polecat(), since: None },
        View::Queue { polecat: polecat() },
        View::SideBySide { polecat: None },
        View::Log,
    ];
    for view in views {
        let effect = Effect::Open { view, at: None, size: None, here: false };
        let (kind, view) = (field(effect.clone(), "kind"), field(effect, "view"));
        assert!(is_known(&kind), "{kind}");
        assert!(kind != "open" || kinds.contains(&format!("\n  {view} = {{")), "{view}");
    }
}

#[test]
fn a_choice_that_declines_has_no_call() {
    let choice = |label: &str, then| Choice { label: label.to_owned(), then };
    let (prompt, again) = ("?".to_owned(), None);
    let choices = vec![choice("No", None), choice("Yes", Some(request()))];
    let effect = Effect::Select { prompt, kind: None, again, choices };
    let call = Map::new().put("method", "command.run").put("args", Value::Nil);
    let expected = Value::Array(vec![
        Map::new().put("label", "No").into(),
        Map::new().put("label", "Yes").put("call", call).into(),
    ]);
    assert!(fields(effect).contains(&("choices".to_owned(), expected)));
}
