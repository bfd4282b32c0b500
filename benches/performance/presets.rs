//! `inject`, `start` and `stop` of agents as their presets have them: stand-ins for claude, codex and
//! gemini, with the time that each preset leaves between a paste and the key that submits it.

use std::time::Duration;

use serde_json::json;

use super::clock::{Span, now};
use super::gastown;
use super::pace::Pace;
use super::row::{Check, Row};
use super::samples::Samples;
use super::shop::{Ask, Shop, Taken};
use super::stand_in::{PRESETS, Preset, StandIn, when};
use super::support::pause;
use super::way::Way;

/// What an inject may cost, in parts of gastown's.
const INJECT_OF_GASTOWN: f64 = 4.0;
/// The ways that are compared: others have no composer to think of.
const COMPARED: [Way; 3] = [Way::Plugin, Way::Gastown, Way::Floor];

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let shop = Shop::new().await;
    let mut rows = Vec::new();
    for preset in PRESETS {
        let (mut stand_in, _) = StandIn::start(&shop, preset, preset.name).await;
        for (size, bytes, rounds) in [("100 B", 100, pace.lives), ("64 KiB", 64 << 10, pace.crowds)]
        {
            let text: String = ('a'..='w').cycle().take(bytes).collect();
            let job = Inject { preset, size, text, rounds };
            rows.push(job.row(&shop, &mut stand_in).await);
        }
    }
    for preset in PRESETS {
        rows.push(start(&shop, preset, pace).await);
    }
    for preset in PRESETS {
        rows.push(stop(&shop, preset, pace).await);
    }
    shop.close().await;
    rows
}

/// A text for a stand-in.
struct Inject {
    preset: Preset,
    size: &'static str,
    text: String,
    rounds: usize,
}

impl Inject {
    async fn row(&self, shop: &Shop, stand_in: &mut StandIn) -> Row {
        let mut taken = Taken::default();
        for round in 0..=self.rounds {
            let mut turn = Taken::default();
            for way in COMPARED {
                stand_in.skip();
                let span = self.send(shop, stand_in, way).await;
                let noted = stand_in.noted("message").await;
                assert_eq!(noted[0], self.text.len() as u64, "bytes arrived by {way:?}");
                turn.push(way, span.until(when(&noted)));
                // Who looks before would find it in the composer still.
                stand_in.noted("shown").await;
            }
            if round > 0 {
                taken.join(turn);
            }
        }
        let Preset { name, hold, .. } = self.preset;
        let (_, sleeps) = gastown::inject(&stand_in.session(), &self.text);
        let row = Row::of_medians(format!("inject into {name}, {}", self.size), &taken.0)
            .sleeping(sleeps)
            .held_to_gastown(INJECT_OF_GASTOWN);
        if hold.is_zero() {
            return row;
        }
        let text = format!(
            "{}: within {} ms after it has drawn a paste, a return is a line break to it; the floor waits that long, and so must every way",
            row.name,
            hold.as_millis()
        );
        row.note(text)
    }

    async fn send(&self, shop: &Shop, stand_in: &mut StandIn, way: Way) -> Span {
        match way {
            Way::Plugin => shop.plugin("inject", json!([stand_in.polecat, self.text])).await,
            Way::Gastown => self.gastown(shop, &stand_in.session()).await,
            _ => self.floor(shop, stand_in).await,
        }
    }

    /// With its sleep, or the return would be a part of the text; the sleep does not count here.
    async fn gastown(&self, shop: &Shop, session: &str) -> Span {
        let (steps, sleeps) = gastown::inject(session, &self.text);
        let fits = self.text.len() <= gastown::LONGEST_ARGUMENT;
        let steps = if fits { steps } else { gastown::inject_by_buffer(session, &self.text) };
        let (enter, text) = steps.split_last().expect("it is more than a key");
        let typed = shop.gastown(text);
        pause(Duration::from_secs_f64(sleeps / 1_000.0)).await;
        let key = shop.gastown(std::slice::from_ref(enter));
        // As if it had begun when the sleep was over.
        Span { begin: key.begin - (typed.end - typed.begin), end: key.end }
    }

    /// A paste and the key, as soon as the agent takes that for one.
    async fn floor(&self, shop: &Shop, stand_in: &mut StandIn) -> Span {
        let pane = shop.pane(&stand_in.session());
        let file = shop.file("sent").to_string_lossy().into_owned();
        let paste =
            format!("load-buffer -b bench-d {file} ; paste-buffer -p -d -r -b bench-d -t {pane}");
        let enter = format!("send-keys -t {pane} Enter");
        let ask = |line: &str, blocks, text: &str, file: &str| Ask {
            line: line.to_owned(),
            blocks,
            text: text.to_owned(),
            file: file.to_owned(),
            ..Ask::default()
        };
        if self.preset.hold.is_zero() {
            let both = format!("{paste} ; {enter}");
            return shop.floor(&ask(&both, 3, &self.text, &file)).await;
        }
        let pasted = shop.floor(&ask(&paste, 2, &self.text, &file)).await;
        let shown = when(&stand_in.noted("shown").await);
        let over = shown + u64::try_from(self.preset.hold.as_nanos()).unwrap_or(u64::MAX);
        pause(Duration::from_nanos(over.saturating_sub(now()))).await;
        let pressed = shop.floor(&ask(&enter, 1, "", "")).await;
        Span { begin: pasted.begin, end: pressed.end }
    }
}

/// From the prompt to the plugin's answer.
async fn start(shop: &Shop, preset: Preset, pace: &Pace) -> Row {
    let mut taken = Taken::default();
    for round in 0..=pace.lives {
        let mut turn = Taken::default();
        let (mut ours, span) =
            StandIn::start(shop, preset, &format!("{}-s{round}", preset.name)).await;
        let begin = when(&ours.noted("prompt").await);
        turn.push(Way::Plugin, Span { begin, ..span });
        shop.plugin("stop", json!([ours.polecat, { "force": true }])).await;
        let mut theirs = StandIn::beside(shop, preset, &format!("{}-t{round}", preset.name));
        theirs.noted("prompt").await;
        let session = theirs.session();
        let steps = gastown::finish_start(&session, &super::starting::MESSAGES);
        turn.push(Way::Gastown, shop.gastown(&steps));
        turn.push(Way::Floor, shop.floor(&looks_at(shop, &session)).await);
        shop.tmux.run(&["kill-session", "-t", &format!("={session}")]);
        forget(shop, &[ours, theirs]);
        if round > 0 {
            taken.join(turn);
        }
    }
    let sleeps = gastown::START_SLEEPS - PRESETS[0].ready_ms + preset.ready_ms;
    Row::of_medians(format!("start of {}, after the prompt", preset.name), &taken.0)
        .sleeping(sleeps)
        .held_to_gastown(INJECT_OF_GASTOWN)
}

/// The least that tells a prompt: its words went with the command.
fn looks_at(shop: &Shop, session: &str) -> Ask {
    let (pane, file) = (shop.pane(session), shop.file("floor").to_string_lossy().into_owned());
    let line = format!(
        "capture-pane -b bench-d -t {pane} ; save-buffer -b bench-d {file} ; delete-buffer -b bench-d"
    );
    Ask { line, blocks: 3, file, ..Ask::default() }
}

/// A graceful stop of an agent that only warns at the first Ctrl-C: who waits for it waits in vain.
async fn stop(shop: &Shop, preset: Preset, pace: &Pace) -> Row {
    let (mut taken, mut waits) = (Taken::default(), Samples::default());
    for round in 0..=pace.lives {
        let mut turn = Taken::default();
        let mut agents = Vec::new();
        for (way, name) in COMPARED.into_iter().zip(["u", "v", "w"]) {
            let (mut one, _) =
                StandIn::start(shop, preset, &format!("{}-{name}{round}", preset.name)).await;
            let session = one.session();
            let span = match way {
                Way::Plugin => shop.plugin("stop", json!([one.polecat, {}])).await,
                Way::Gastown => shop.gastown(&gastown::stop(&session)),
                _ => shop.floor(&super::stopping::ask(&[session])).await,
            };
            if way == Way::Plugin {
                let asked = when(&one.noted("interrupt").await);
                waits.push(super::clock::ms(when(&one.noted("end").await) - asked));
            }
            turn.push(way, span);
            agents.push(one);
        }
        forget(shop, &agents);
        if round > 0 {
            taken.join(turn);
        }
    }
    stopped(preset, &taken, waits.median())
}

/// Held to gastown's time without what ours waits for the agent.
fn stopped(preset: Preset, taken: &Taken, waited: f64) -> Row {
    let name = format!("stop of {}", preset.name);
    let mut row = Row::of_medians(&name, &taken.0).sleeping(gastown::STOP_SLEEPS);
    let besides = row.value(Way::Plugin).unwrap_or(f64::NAN) - waited;
    let theirs = row.value(Way::Gastown).unwrap_or(f64::NAN) + gastown::STOP_SLEEPS;
    let text = format!(
        "{besides:.1} ms besides its wait for the agent (at most gastown's {theirs:.0} with its sleep)"
    );
    row.checks.push(Check { text, ok: besides <= theirs });
    row.note(format!("{name}: the agent only warns at one Ctrl-C. Ours waits {waited:.0} ms for it to end by itself, then for the end of all its processes; gastown sleeps 100 ms and leaves what does not end with the terminal"))
}

/// Their polecats are gone.
fn forget(shop: &Shop, agents: &[StandIn]) {
    for one in agents {
        std::fs::remove_dir_all(shop.polecat(&one.polecat)).expect("our own town is writable");
    }
}
