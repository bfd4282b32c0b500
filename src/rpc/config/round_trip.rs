//! Each known agent, written down as a configuration would tell of it, is read back as it was: a
//! configuration can say all that a file of `core/agents/` can. What is added there does not compile
//! here until it can be said.

use serde_json::{Map, Value as Json, json};

use super::{
    agent::changes,
    dialog::{REASONS, WAYS},
    reader::{Item, Report},
    screen::{BANGS, LAYOUTS, MEANINGS, PLACES, TROUBLES},
};
use crate::core::{
    agent::{Agent, ConversationFiles, Hooks, PromptMode, Ready, Resume, preset, preset_names},
    screen::{
        Accept, Answering, BusyRow, ChoiceInput, Description, Dialog, Done, FreeText, Keys, Opens,
        Screen, Sign, Ticks, TitleSign, Toggle, TroubleSign,
    },
};

#[test]
fn every_known_agent_can_be_told_of_by_a_configuration() {
    for name in preset_names() {
        let known = preset(name).unwrap();
        let value = rmpv::ext::to_value(agent(&known)).unwrap();
        let report = Report::default();
        let told = changes(&Item::root(&value, &report));
        assert_eq!(report.problems(), [""; 0], "{name}");
        let base = Agent::generic("", &known.command, &[]);
        let Agent { description, .. } = told.over(name, &base);
        let dialogs = known.description.screen.map_or(&[][..], |screen| screen.dialogs);
        let screen = known.description.screen.map(|screen| Screen { dialogs: &[], ..screen });
        assert_eq!(in_order(description.dialogs), in_order(dialogs), "{name}");
        let rest = Description { dialogs: &[], ..description };
        assert_eq!(rest, Description { screen, dialogs: &[], ..known.description }, "{name}");
        // A table of Lua has no order.
        let mut known = known;
        known.env.sort();
        let mut rest = Agent {
            patterns: known.patterns.clone(),
            description: known.description,
            ..told.over(name, &base)
        };
        if let Some(resume) = &mut rest.resume {
            // It is said now.
            resume.says_new = false;
        }
        assert_eq!(rest, known, "{name}");
    }
}

/// The dialogs, with their signs in one order: all of them must be there.
fn in_order(dialogs: &[Dialog]) -> Vec<(Dialog, Vec<String>)> {
    let signs = |dialog: &Dialog| {
        let mut signs: Vec<_> = dialog.signs.iter().map(|sign| format!("{sign:?}")).collect();
        signs.sort();
        signs
    };
    dialogs.iter().map(|dialog| (Dialog { signs: &[], ..*dialog }, signs(dialog))).collect()
}

fn agent(agent: &Agent) -> Json {
    let Agent { command, args, hook_args, flags_if_taken, env, process_names, .. } = agent;
    let Agent { ready: Ready { prompt, title, delay_ms }, settle_ms, prompt_mode, .. } = agent;
    let Agent { hooks, resume, config_dir_env, session_id_env, instructions, events, .. } = agent;
    let Agent { description: Description { screen, keys, dialogs: _ }, .. } = agent;
    let env: Map<_, _> = env.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let dialogs = screen.map_or(&[][..], |screen| screen.dialogs);
    let hooks = hooks.as_ref().map(
        |Hooks { provider, dir, file }| json!({ "provider": provider, "dir": dir, "file": file }),
    );
    filled(json!({
        "command": command, "args": args, "hook_args": hook_args, "env": env,
        "flags_if_taken": flags_if_taken, "process_names": process_names,
        "ready": filled(json!({ "prompt": prompt, "title": title, "delay_ms": delay_ms })),
        "settle_ms": settle_ms, "prompt_mode": mode(prompt_mode), "hooks": hooks,
        "resume": resume.as_ref().map(resumed), "config_dir_env": config_dir_env,
        "session_id_env": session_id_env, "instructions": instructions, "events": events,
        "screen": screen.as_ref().map(drawn), "keys": typed(keys),
        "dialogs": dialogs.iter().map(dialog).collect::<Vec<_>>(),
    }))
}

fn mode(mode: &PromptMode) -> &str {
    match mode {
        PromptMode::Argument => "arg",
        PromptMode::Flag(flag) => flag,
        PromptMode::Typed => "none",
    }
}

fn resumed(Resume { is_subcommand, by_id, last, fork, new, says_new: _, files }: &Resume) -> Json {
    let key = if *is_subcommand { "subcommand" } else { "flag" };
    let files = files
        .as_ref()
        .map(|ConversationFiles { paths, holds }| json!({ "paths": paths, "holds": holds }));
    filled(json!({ key: by_id, "last": last, "fork": fork, "new": new, "files": files }))
}

fn drawn(screen: &Screen) -> Json {
    let Screen {
        layout,
        marks,
        hints,
        markers,
        titles,
        tasks,
        no_tasks,
        scroll_bar,
        busy_below,
        busy_above,
        busy_rule,
        starting,
        splash,
        restarts,
        asks,
        dialog_top,
        passing,
        answering: usual,
        trouble,
        asides,
        sent,
        usage,
        greeting,
        dialogs: _,
    } = screen;
    let trouble = trouble.iter().map(troubled).collect::<Vec<_>>();
    let titles = titles.iter().map(|(sign, means)| match sign {
        TitleSign::Spinner => json!({ "spinner": true, "means": word(&MEANINGS, *means) }),
        TitleSign::Begins(text) => json!({ "begins": text, "means": word(&MEANINGS, *means) }),
    });
    let busy_above = busy_above.map(|BusyRow { indent, glyphs, holds, wraps, over }| {
        filled(json!({ "indent": indent, "glyphs": glyphs, "holds": holds, "wraps": wraps,
            "over": over }))
    });
    filled(json!({
        "layout": word(&LAYOUTS, *layout), "marks": marks, "hints": hints,
        "markers": markers, "titles": titles.collect::<Vec<_>>(), "scroll_bar": scroll_bar,
        "busy_below": busy_below, "busy_above": busy_above, "busy_rule": busy_rule,
        "starting": starting, "splash": splash, "restarts": restarts, "asks": asks, "dialog_top": dialog_top,
        "passing": passing, "answering": answering(usual), "trouble": trouble,
        "asides": asides, "sent": sent, "tasks": tasks, "no_tasks": no_tasks, "usage": usage,
        "greeting": greeting,
    }))
}

fn troubled(sign: &TroubleSign) -> Json {
    let TroubleSign { kind, place, begins, holds, unless, coloured } = sign;
    filled(json!({ "kind": word(&TROUBLES, *kind), "place": word(&PLACES, *place),
        "begins": begins, "holds": holds, "unless": unless, "coloured": coloured }))
}

fn typed(keys: &Keys) -> Json {
    let Keys { interrupt, interrupt_again, interrupted, newline, clears, dialog_delay_ms, bang } =
        keys;
    filled(json!({ "interrupt": interrupt, "interrupt_again": interrupt_again,
        "interrupted": interrupted,
        "newline": newline, "clears": clears,
        "dialog_delay_ms": (*dialog_delay_ms > 0).then_some(dialog_delay_ms), "bang": word(&BANGS, *bang) }))
}

fn dialog(Dialog { id, reason, signs, labels, answering: own, accept }: &Dialog) -> Json {
    let mut told = json!({ "name": id, "reason": word(&REASONS, *reason), "labels": labels,
        "answering": own.as_ref().map(answering) });
    match accept {
        Some(Accept::Choice { choice, implied_by }) => {
            told["accept"] = json!(choice + 1);
            told["accepted_by"] = json!(implied_by);
        }
        Some(Accept::Keys { keys, selected }) => {
            told["press"] = json!(keys);
            told["selected"] = json!(selected);
        }
        None => {}
    }
    for sign in *signs {
        let (key, text) = match sign {
            Sign::Choices(labels) => ("choices", json!(labels)),
            Sign::Marked => ("marked", json!(true)),
            Sign::Choice(text) => ("choice", json!([text])),
            Sign::Phrase(text) => ("phrase", json!([text])),
            Sign::Row(text) => ("row", json!([text])),
            Sign::Words(text) => ("words", json!([text])),
            Sign::Heading(text) => ("heading", json!([text])),
            Sign::Near(text) => ("text", json!([text])),
        };
        match (told[key].as_array_mut(), text) {
            (Some(before), Json::Array(more)) => before.extend(more),
            (_, text) => told[key] = text,
        }
    }
    filled(told)
}

fn answering(of: &Answering) -> Json {
    let Answering { way: usual, keys, yes, no, words, ticks, field, undrawn } = of;
    let pressed = |keys: &[(&str, &[&str])]| {
        let own = keys.iter().map(|(choice, press)| json!({ "choice": choice, "press": press }));
        own.collect::<Vec<_>>()
    };
    let words = words.iter().map(|FreeText { choice, opens, needed }| {
        let mut told = match opens {
            Opens::Choice => json!({}),
            Opens::Marked => json!({ "marked": true }),
            Opens::Key(key) => json!({ "key": key }),
            Opens::Message => json!({ "message": true }),
        };
        told["choice"] = json!(choice);
        told["needed"] = json!(needed);
        told
    });
    let ticks = ticks.map(|Ticks { off, on, toggle, done }| {
        let toggle = if let Toggle::Key(key) = toggle { Some(key) } else { None };
        let (key, row) = match done {
            Done::Key(key) => (Some(key), None),
            Done::Row(row) => (None, Some(row)),
        };
        filled(json!({ "off": off, "on": on, "toggle": toggle, "done": key, "done_row": row }))
    });
    let mut told = way(*usual);
    (told["keys"], told["undrawn"]) = (json!(pressed(keys)), json!(pressed(undrawn)));
    told["words"] = json!(words.collect::<Vec<_>>());
    told["ticks"] = json!(ticks);
    (told["yes"], told["no"], told["field"]) = (json!(yes), json!(no), json!(field));
    filled(told)
}

fn way(way: ChoiceInput) -> Json {
    match way {
        ChoiceInput::Mark(next, before) => {
            json!({ "way": "mark", "next": next, "previous": before })
        }
        way => json!({ "way": word(&WAYS, way) }),
    }
}

fn word<T: PartialEq + Copy>(words: &[(&'static str, T)], meaning: T) -> &'static str {
    words.iter().find(|(_, known)| *known == meaning).map(|(word, _)| *word).unwrap()
}

/// Without what is not said.
fn filled(mut told: Json) -> Json {
    let fields = told.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null() && *value != json!(""));
    told
}
