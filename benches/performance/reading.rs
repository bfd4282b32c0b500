//! Calls that only look: `is_running`, `status`, `list`, `capture`, and the two bare round trips.

use super::clock::{Span, timed};
use super::gastown::{self, Step};
use super::operation::{Operation, WHO, WRITER};
use super::pace::Pace;
use super::row::{Row, Target, USUAL};
use super::samples::Samples;
use super::shop::{Ask, Shop, Taken};
use super::way::{WAYS, Way};
use super::yard::write_lines;

/// What a listing of a hundred may cost, in parts of gastown's.
const LIST_OF_GASTOWN: f64 = 100.0;
/// Of calls that ask for so little that tmux is not most of it.
const OF_ONE: Target = Target {
    floors: 2.5,
    why: "its project and its agent's own session are made sure of, which costs as much as tmux's short answer",
    ..USUAL
};
/// Lines that the writer has printed: more than any capture asks for.
const PRINTED: u32 = 3_000;

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let mut shop = Shop::new().await;
    let mut sessions = vec![shop.session(WHO, "exec cat")];
    let mut rows = vec![bare(&mut shop, pace).await];
    for operation in [Operation::IsRunning, Operation::Status, Operation::List(1)] {
        rows.push(row(&mut shop, operation, &sessions, pace).await);
    }
    for count in [10, 100] {
        let more = (sessions.len()..count).map(|n| shop.session(&format!("p{n:03}"), "exec cat"));
        sessions.extend(more);
        rows.push(row(&mut shop, Operation::List(count), &sessions, pace).await);
    }
    write(&shop).await;
    for lines in [50, 200, 2_000] {
        for ansi in [false, true] {
            let operation = Operation::Capture { lines, ansi };
            rows.push(row(&mut shop, operation, &sessions, pace).await);
        }
    }
    shop.close().await;
    rows
}

/// What everything else is made of.
async fn bare(shop: &mut Shop, pace: &Pace) -> Row {
    let mut taken = Taken::default();
    let nothing = Ask { line: "display-message -p x".to_owned(), blocks: 1, ..Ask::default() };
    for _ in 0..pace.calls {
        taken.push(Way::Floor, shop.floor(&Ask::default()).await);
        taken.push(Way::Pipe, shop.pipe(&nothing));
    }
    Row::of_medians("bare round trips", &taken.0)
        .note("bare round trips: floor is Neovim to a process and back with nil, floor of the library is `display-message -p x` over control mode")
}

/// A session that has printed much.
async fn write(shop: &Shop) {
    let file = shop.file("printed");
    write_lines(&file, PRINTED);
    let session = shop.session(WRITER, &format!("cat {}; exec cat", file.display()));
    shop.has_history(&session, PRINTED - 60).await;
}

/// One operation, ready to be run in each way.
struct Job {
    operation: Operation,
    gastown: Vec<Step>,
    sync: Vec<Step>,
    ask: Ask,
}

impl Job {
    async fn new(shop: &Shop, operation: Operation, sessions: &[String]) -> Job {
        let (name, (method, args)) = (operation.name(), operation.call());
        shop.keep(&name, method, args).await;
        let (gastown, sync) = (operation.gastown(sessions), operation.sync(sessions));
        Job { operation, gastown, sync, ask: operation.ask(shop, &name) }
    }

    /// So many calls in a row.
    async fn turn(&self, shop: &mut Shop, way: Way, calls: usize) -> Vec<Span> {
        let mut spans = Vec::new();
        for _ in 0..calls {
            spans.push(self.run(shop, way).await);
        }
        spans
    }

    async fn run(&self, shop: &mut Shop, way: Way) -> Span {
        let (method, args) = self.operation.call();
        match way {
            Way::Plugin => shop.plugin(method, args).await,
            Way::Library => timed(Box::pin(self.operation.library(&shop.library))).await.1,
            Way::Gastown => shop.gastown(&self.gastown),
            Way::Sync => shop.sync(&self.sync).await,
            Way::Floor => shop.floor(&self.ask).await,
            Way::Pipe => shop.pipe(&self.ask),
        }
    }
}

/// One operation in each way, in turns, so that what else the machine does hits all of them. A turn
/// is a few calls in a row: after another way's, the first of them finds the caches cold.
async fn row(shop: &mut Shop, operation: Operation, sessions: &[String], pace: &Pace) -> Row {
    let job = Job::new(shop, operation, sessions).await;
    let rounds = if job.gastown.len() > 10 { pace.slow_calls } else { pace.calls };
    let (mut taken, mut first) = (Taken::default(), Taken::default());
    for round in 0..=rounds.div_ceil(pace.burst) {
        for way in WAYS {
            let spans = job.turn(shop, way, pace.burst).await;
            // The first round only warms up.
            if round > 0 {
                first.push(way, spans[0]);
                for span in spans {
                    taken.push(way, span);
                }
            }
        }
    }
    let row = Row::of_medians(operation.name(), &taken.0).note(cold(&operation.name(), &first));
    match operation {
        Operation::List(count) => listed(row, count, shop, pace),
        Operation::IsRunning | Operation::Status => row.held(OF_ONE),
        Operation::Capture { .. } => row.held(USUAL),
    }
}

fn cold(name: &str, first: &Taken) -> String {
    let of = |way| first.0.get(&way).map_or(f64::NAN, Samples::median);
    let (ours, floor) = (of(Way::Plugin), of(Way::Floor));
    format!("{name}: the first call of each turn takes {ours:.2} ms, the floor's {floor:.2}")
}

/// gastown's `List` gives names; what ours gives takes it a `Status` of each besides.
fn listed(row: Row, count: usize, shop: &Shop, pace: &Pace) -> Row {
    let names: Samples = (0..pace.calls).map(|_| shop.gastown(&gastown::list()).ms()).collect();
    let note = format!(
        "{}: gastown is its `List` and a `Status` of each, which is what ours answers; its `List` alone, which gives names only, takes {:.2} ms",
        row.name,
        names.median()
    );
    let target = match count {
        1 => OF_ONE,
        100.. => Target { part: LIST_OF_GASTOWN, ..USUAL },
        _ => USUAL,
    };
    row.held(target).note(note)
}
