//! Calls that only look: `is_running`, `status`, `list`, `capture`, and the two bare round trips.

use super::clock::timed;
use super::gastown;
use super::operation::{Operation, WHO, WRITER};
use super::pace::Pace;
use super::row::{OF_GASTOWN, Row};
use super::shop::{Ask, Shop, Taken};
use super::way::Way;
use super::yard::write_lines;

/// What a listing of a hundred may cost, in parts of gastown's.
const LIST_OF_GASTOWN: f64 = 100.0;
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

/// One operation in each way, in turns, so that what else the machine does hits all of them.
async fn row(shop: &mut Shop, operation: Operation, sessions: &[String], pace: &Pace) -> Row {
    let (name, (method, args)) = (operation.name(), operation.call());
    let (gastown, sync) = (operation.gastown(sessions), operation.sync(sessions));
    shop.keep(&name, method, args.clone()).await;
    let ask = operation.ask(shop, &name);
    let rounds = if gastown.len() > 10 { pace.slow_calls } else { pace.calls };
    let mut taken = Taken::default();
    // The first round only warms up.
    for round in 0..=rounds {
        let mut turn = Taken::default();
        turn.push(Way::Plugin, shop.plugin(method, args.clone()).await);
        turn.push(Way::Library, timed(operation.library(&shop.library)).await.1);
        turn.push(Way::Gastown, shop.gastown(&gastown));
        turn.push(Way::Sync, shop.sync(&sync).await);
        turn.push(Way::Floor, shop.floor(&ask).await);
        turn.push(Way::Pipe, shop.pipe(&ask));
        if round > 0 {
            taken.join(turn);
        }
    }
    let row = Row::of_medians(name, &taken.0);
    match operation {
        Operation::List(count) => listed(row, count, shop, pace),
        _ => row.held_to(OF_GASTOWN),
    }
}

/// gastown's `List` gives names; what ours gives takes it a `Status` of each besides.
fn listed(row: Row, count: usize, shop: &Shop, pace: &Pace) -> Row {
    let names: super::samples::Samples =
        (0..pace.calls).map(|_| shop.gastown(&gastown::list()).ms()).collect();
    let note = format!(
        "{}: gastown is its `List` and a `Status` of each, which is what ours answers; its `List` alone, which gives names only, takes {:.2} ms",
        row.name,
        names.median()
    );
    let part = if count >= 100 { LIST_OF_GASTOWN } else { OF_GASTOWN };
    row.held_to(part).note(note)
}
