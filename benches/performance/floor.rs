//! The least that a plugin with a backend needs: this program, run by Neovim, which passes lines
//! to tmux and answers with values that it was told to keep. No thread, no task, no check.

use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::ExitCode;

use rmpv::Value;

use super::pipe::Pipe;

/// What makes this program the floor: `--floor TMUX SOCKET`.
pub(crate) const FLAG: &str = "--floor";

/// How Neovim is answered.
const ANSWER: &str = "require('polecat-bench').answer(...)";

/// Serves until Neovim closes the pipe.
pub(crate) fn serve(tmux: &str, socket: &str) -> ExitCode {
    let mut pipe = Pipe::attach(tmux, Path::new(socket));
    let mut kept: HashMap<String, Value> = HashMap::new();
    let mut input = BufReader::new(std::io::stdin().lock());
    while let Ok(message) = rmpv::decode::read_value(&mut input) {
        let args = &message[2];
        match message[1].as_str() {
            Some("keep") => drop(kept.insert(text(&args[0]), args[1].clone())),
            _ => answer(&mut pipe, args, &kept),
        }
    }
    ExitCode::SUCCESS
}

/// `args` are an id, a line for tmux and how many commands are in it, the name of a kept value,
/// a file that tmux writes to, and a text that it reads from a file.
fn answer(pipe: &mut Pipe, args: &Value, kept: &HashMap<String, Value>) {
    if let Some(sent) = args[5].as_str().filter(|text| !text.is_empty()) {
        std::fs::write(text(&args[4]), sent).expect("our own folder is writable");
    }
    let line = text(&args[1]);
    if !line.is_empty() {
        pipe.ask(&line, usize::try_from(args[2].as_u64().unwrap_or(1)).unwrap_or(1));
    }
    let captured = args[5].as_str() == Some("") && args[4].as_str() != Some("");
    if captured {
        drop(std::fs::read(text(&args[4])).expect("tmux has written it"));
    }
    let value = kept.get(&text(&args[3])).cloned().unwrap_or(Value::Nil);
    let call = Value::Array(vec![ANSWER.into(), Value::Array(vec![args[0].clone(), value])]);
    let message = Value::Array(vec![2.into(), "nvim_exec_lua".into(), call]);
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &message).expect("memory takes it");
    let mut output = std::io::stdout().lock();
    // Neovim may be gone; then there is nobody to tell.
    output.write_all(&bytes).and_then(|()| output.flush()).ok();
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
