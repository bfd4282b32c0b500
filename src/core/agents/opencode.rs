//! opencode; its screen and its events were read off 1.18.33.

use serde::Deserialize;

use super::{HooksFile, Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::{
    agent::events::{AgentEvent, AgentRequest, EventServer},
    screen::{
        Answering, ChoiceInput, Dialog, Done, FreeText, Layout, Reason, Screen, Sign, Ticks,
        Toggle, TroubleSign,
    },
    session::DetailKind,
};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "opencode",
    command: "opencode",
    env: &[("OPENCODE_PERMISSION", r#"{"*":"allow"}"#)],
    process_names: &["opencode", "node", "bun"],
    // A minute on a busy machine, of which gastown allows eight seconds.
    delay_ms: 60_000,
    // Its last argument is a project's folder.
    first_words: PromptArgument::Flag("--prompt"),
    hooks: Some(HooksFile { provider: "opencode", dir: ".opencode/plugin", file: "gastown.js" }),
    resume: Some(ResumeBy {
        by_id: Some("--session {id}"),
        last: Some("--continue"),
        // `--session {id} --fork` goes on in the folder of the first one.
        ..ResumeBy::NOTHING
    }),
    keys: Keys {
        interrupt: &["Escape", "Escape"],
        interrupt_again: Some("esc again to interrupt"),
        interrupted: Some("· interrupted"),
        newline: Some("C-j"),
        clears: &["C-u"],
        ..Keys::UNKNOWN
    },
    events: Some(EVENTS),
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::Barred,
    marks: &[""],
    hints: &["Ask anything"],
    // Its title is the same whatever it does.
    busy_below: &["esc interrupt", "esc again to interrupt", "⬝", "■■"],
    asks: &["esc dismiss", "enter submit", "enter confirm"],
    dialogs: DIALOGS,
    trouble: &[
        TroubleSign::busy(DetailKind::Retrying, &["[retrying in"]),
        TroubleSign::within(DetailKind::Compacting, "     ▣  Compaction"),
        // The bar beside a message has another colour.
        TroubleSign::after(DetailKind::Error, "  ┃  ").coloured(),
    ],
    asides: &["▣ "],
    sent: &["  ┃  "],
    tasks: &["OC | {task}"],
    no_tasks: &["New session"],
    usage: &["{tokens} ({context})", "{tokens} ({context}) · {cost}"],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new("permission", Reason::Permission, &[Sign::Row("Permission required")])
        // Which one is marked, only its colour tells.
        .labels(&["Allow once", "Allow always", "Reject"])
        .by(Answering {
            way: ChoiceInput::Mark("Right", "Left"),
            words: &[FreeText::message("Reject")],
            ..Answering::NUMBER
        }),
    Dialog::new(
        "submit-answers",
        Reason::Question,
        &[Sign::Row("Review"), Sign::Words("enter submit  esc dismiss")],
    )
    .by(Answering {
        way: ChoiceInput::Unknown,
        undrawn: &[("Submit", &["Enter"]), ("Dismiss", &["Escape"])],
        yes: &["Submit"],
        no: &["Dismiss"],
        ..Answering::QUESTION
    }),
    Dialog::new("question", Reason::Question, &[Sign::Words("esc dismiss")]).by(QUESTION),
    // Where that is cut off.
    Dialog::new("question", Reason::Question, &[Sign::Words("enter toggle")]).by(QUESTION),
];

const QUESTION: Answering = Answering {
    words: &[FreeText::needed("Type your own answer")],
    ticks: Some(Ticks {
        off: &["[ ]"],
        on: &["[✓]"],
        toggle: Toggle::Number,
        done: Done::Key("Tab"),
    }),
    ..Answering::QUESTION
};

const EVENTS: EventServer = EventServer {
    port_flag: "--port",
    host_flag: "--hostname",
    user: "opencode",
    password_variable: "OPENCODE_SERVER_PASSWORD",
    not_with: &[
        "--port",
        "--hostname",
        "--mdns",
        "--no-mdns",
        "--mdns-domain",
        "--cors",
        "--mini",
        "--",
        "attach",
        "serve",
        "web",
        "run",
        "acp",
        "OPENCODE_SERVER_PASSWORD",
        "OPENCODE_SERVER_USERNAME",
    ],
    // 1.17.0 ends when it has a password: its own screen is refused. With 1.18.33 each of the 188
    // routes was tried, and none answers without it. There is no 2.0 to try yet, whose sources have
    // another server.
    versions: [(1, 18), (2, 0)],
    path: "/event",
    present: &[
        ("/session/status", busy),
        ("/permission", |text| asked(text, Reason::Permission)),
        ("/question", |text| asked(text, Reason::Question)),
    ],
    read,
};

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(rename = "type")]
    name: &'a str,
}

#[derive(Deserialize)]
struct Told {
    properties: Properties,
}

/// What the events that matter have, each some of it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Properties {
    id: String,
    #[serde(rename = "sessionID")]
    session: String,
    #[serde(rename = "requestID")]
    request: String,
    status: Status,
    info: Conversation,
}

/// A conversation; one with a parent is a subagent's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Conversation {
    id: String,
    #[serde(rename = "parentID")]
    parent: Option<String>,
}

/// `busy`, `idle`, or `retry` after an error of the service.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    #[serde(rename = "type")]
    name: String,
}

fn read(event: &str) -> Option<AgentEvent> {
    let kind = serde_json::from_str::<Kind>(event).ok()?.name;
    let told = || Some(serde_json::from_str::<Told>(event).ok()?.properties);
    match kind {
        "session.status" => {
            let Properties { session, status, .. } = told()?;
            let session = session.parse().ok()?;
            let is_idle = status.name == "idle";
            Some(if is_idle { AgentEvent::Idle(session) } else { AgentEvent::Busy(session) })
        }
        "session.created" | "session.updated" => {
            let Conversation { id, parent } = told()?.info;
            parent.is_none().then_some(AgentEvent::In(id.parse().ok()?))
        }
        "permission.asked" => request(&told()?, Reason::Permission),
        "question.asked" => request(&told()?, Reason::Question),
        "permission.replied" | "question.replied" | "question.rejected" => {
            Some(AgentEvent::Answered(told()?.request.parse().ok()?))
        }
        // A conversation that was removed.
        "session.idle" | "session.deleted" => Some(AgentEvent::Idle(told()?.session.parse().ok()?)),
        _ => None,
    }
}

fn request(told: &Properties, reason: Reason) -> Option<AgentEvent> {
    let (id, conversation) = (told.id.parse().ok()?, told.session.parse().ok()?);
    Some(AgentEvent::Asked(AgentRequest { id, conversation, reason }))
}

/// The conversations that are not idle: `{"ses_1": {"type": "busy"}}`.
fn busy(answer: &str) -> Vec<AgentEvent> {
    let all: std::collections::BTreeMap<String, Status> =
        serde_json::from_str(answer).unwrap_or_default();
    let busy = all.into_iter().filter(|(_, status)| status.name != "idle");
    busy.filter_map(|(session, _)| Some(AgentEvent::Busy(session.parse().ok()?))).collect()
}

/// The questions that are open.
fn asked(answer: &str, reason: Reason) -> Vec<AgentEvent> {
    let all: Vec<Properties> = serde_json::from_str(answer).unwrap_or_default();
    all.iter().filter_map(|one| request(one, reason)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{agent::events::Activity, session::State};

    #[test]
    fn what_it_really_sends_is_understood() {
        let mut activity = Activity::default();
        for (event, state) in [
            (r#"{"id":"evt_1","type":"server.connected","properties":{}}"#, State::Idle),
            (
                r#"{"id":"evt_2","type":"session.status","properties":{"sessionID":"ses_1","status":{"type":"busy"}}}"#,
                State::Working,
            ),
            (
                r#"{"id":"evt_3","type":"session.status","properties":{"sessionID":"ses_1","status":{"type":"retry","attempt":1,"message":"Mock error 429","next":1795916785511}}}"#,
                State::Working,
            ),
            (
                r#"{"id":"evt_4","type":"permission.asked","properties":{"id":"per_1","sessionID":"ses_1","permission":"bash","patterns":["touch no"],"metadata":{"command":"touch no"},"always":["touch *"],"tool":{"messageID":"msg_1","callID":"call_1"}}}"#,
                State::Waiting,
            ),
            (
                r#"{"id":"evt_5","type":"permission.replied","properties":{"sessionID":"ses_1","requestID":"per_1","reply":"reject"}}"#,
                State::Working,
            ),
            (
                r#"{"id":"evt_6","type":"session.status","properties":{"sessionID":"ses_1","status":{"type":"idle"}}}"#,
                State::Idle,
            ),
            (
                r#"{"id":"evt_7","type":"session.idle","properties":{"sessionID":"ses_1"}}"#,
                State::Idle,
            ),
        ] {
            if let Some(event) = read(event) {
                activity.take(event);
            }
            assert_eq!(activity.state(), state, "{event}");
        }
    }

    #[test]
    fn how_things_are_now_is_understood() {
        let mut activity = Activity::default();
        let status = r#"{"ses_1":{"type":"busy"},"ses_2":{"type":"idle"}}"#;
        for event in busy(status) {
            activity.take(event);
        }
        assert_eq!(activity.state(), State::Working);
        let open = r#"[{"id":"que_1","sessionID":"ses_1","questions":[]}]"#;
        for event in asked(open, Reason::Question) {
            activity.take(event);
        }
        assert_eq!(activity.state(), State::Waiting);
    }

    #[test]
    fn what_is_no_event_of_its_kind_says_nothing() {
        for event in [
            "",
            "{}",
            "null",
            r#"{"type":"session.status","properties":{"sessionID":"../x","status":{"type":"busy"}}}"#,
            r#"{"type":"session.status","properties":{"status":"busy"}}"#,
            r#"{"type":"permission.asked","properties":{"id":7,"sessionID":"ses_1"}}"#,
        ] {
            assert_eq!(read(event), None, "{event}");
        }
        assert_eq!(busy("[1]"), []);
        assert_eq!(asked("{}", Reason::Permission), []);
    }
}
