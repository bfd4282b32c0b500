//! `inject`: until a program in raw mode has all of it and the key that submits it.

use super::clock::{Span, timed};
use super::gastown;
use super::pace::Pace;
use super::row::{Row, Target, USUAL};
use super::shop::{Ask, Shop, Taken};
use super::support::eventually;
use super::way::{WAYS, Way};
use super::yard::agent;

const TARGET: Target = Target {
    floors: 3.0,
    why: "the screen is looked at before the text is typed, until it shows and until it has left the composer, and it is waited until the program has read the text",
    ..USUAL
};
const WHO: &str = "reader";

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let mut shop = Shop::new().await;
    let mut reader = Reader::start(&shop).await;
    let mut rows = Vec::new();
    for (name, size) in [("100 B", 100), ("64 KiB", 64 << 10), ("1 MiB", 1 << 20)] {
        rows.push(row(&mut shop, &mut reader, name, size, pace).await);
    }
    shop.close().await;
    rows
}

/// The program that receives, and what it noted so far.
struct Reader {
    session: String,
    pane: String,
    file: std::path::PathBuf,
    seen: usize,
}

impl Reader {
    async fn start(shop: &Shop) -> Reader {
        let file = shop.file("received");
        let command = agent(&format!("receives {}", file.display()));
        let session = shop.session(WHO, &format!("exec {command}"));
        let pane = shop.pane(&session);
        eventually("the reader to listen", async || {
            let screen = shop.tmux.run(&["capture-pane", "-p", "-t", &pane]);
            if screen.contains("ready") { Ok(()) } else { Err(screen) }
        })
        .await;
        Reader { session, pane, file, seen: 0 }
    }

    /// Until the next message is there as well, which must be the whole text.
    async fn until_arrived(&mut self, span: Span, text: &str) -> Span {
        let line = eventually("a message to arrive", async || {
            let noted = std::fs::read_to_string(&self.file).unwrap_or_default();
            let whole = noted.rsplit_once('\n').map(|(lines, _)| lines).unwrap_or_default();
            let line = whole.lines().nth(self.seen).map(str::to_owned);
            line.ok_or_else(|| format!("{} messages", whole.lines().count()))
        })
        .await;
        self.seen += 1;
        let mut words = line.split(' ').map(|word| word.parse::<u64>().expect("numbers"));
        let (count, check) = (words.next(), words.next());
        assert_eq!(count, Some(text.len() as u64), "bytes arrived");
        assert_eq!(check, Some(u64::from(crc32(text.as_bytes()))), "what arrived");
        span.until(words.next().expect("the time is noted"))
    }
}

async fn row(shop: &mut Shop, reader: &mut Reader, name: &str, size: usize, pace: &Pace) -> Row {
    let text: String = ('a'..='w').cycle().take(size).collect();
    let fits = size <= gastown::LONGEST_ARGUMENT;
    let (spawned, sleeps) = gastown::inject(&reader.session, &text);
    let steps = if fits { spawned } else { gastown::inject_by_buffer(&reader.session, &text) };
    let ask = ask(shop, &reader.pane, &text);
    let mut taken = Taken::default();
    for round in 0..=pace.calls.min(40).div_ceil(pace.burst) {
        let mut turn = Taken::default();
        for way in WAYS.into_iter().flat_map(|way| std::iter::repeat_n(way, pace.burst)) {
            let span = match way {
                Way::Plugin => shop.plugin("inject", serde_json::json!([WHO, text])).await,
                Way::Library => {
                    let (done, span) = timed(Box::pin(shop.library.messenger().inject(
                        WHO,
                        text.as_bytes(),
                        false,
                    )))
                    .await;
                    done.expect("the reader lives");
                    span
                }
                Way::Gastown => shop.gastown(&steps),
                Way::Sync => shop.sync(&steps).await,
                Way::Floor => shop.floor(&ask).await,
                Way::Pipe => shop.pipe(&ask),
            };
            turn.push(way, reader.until_arrived(span, &text).await);
        }
        if round > 0 {
            taken.join(turn);
        }
    }
    finished(Row::of_medians(format!("inject, {name}"), &taken.0), fits, sleeps)
}

fn finished(row: Row, fits: bool, sleeps: f64) -> Row {
    let row = row.sleeping(sleeps).held(TARGET);
    let alone = row.values.get(&Way::Gastown).zip(row.values.get(&Way::Plugin));
    let alone = alone.map(|(theirs, ours)| theirs / ours).unwrap_or_default();
    let name = row.name.clone();
    let row = row.note(format!("{name}: our time holds the wait until the program has read the paste, for which gastown sleeps; without its sleeps gastown takes {alone:.1} times ours"));
    if fits {
        return row;
    }
    row.note(format!("{name}: gastown's own way (`send-keys -l`) fails, tmux refuses an argument that long; its figure is the same job by `load-buffer -` and `paste-buffer`"))
}

/// The paste and the key in one line, with no wait in between.
fn ask(shop: &Shop, pane: &str, text: &str) -> Ask {
    let file = shop.file("sent").to_string_lossy().into_owned();
    let line = format!(
        "load-buffer -b bench-d {file} ; paste-buffer -d -r -b bench-d -t {pane} ; send-keys -t {pane} Enter"
    );
    Ask { line, blocks: 3, file, text: text.to_owned(), ..Ask::default() }
}

/// As zlib counts it; bit by bit, for a megabyte at a time that is quick enough.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}
