//! Whether a call would be understood, without doing what it asks: what fuzzing goes through.

use std::fmt::Debug;

use rmpv::Value;
use serde::de::DeserializeOwned;

use super::{
    args::{self, decode},
    commands, config,
    error::RpcError,
};
use crate::session::EditorFacts;

/// A call that would be refused for its arguments.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The stable code, `bad_argument` or `config_invalid`.
    pub code: &'static str,
    /// What is wrong with what.
    pub message: String,
}

/// What the backend understands of the arguments `args` of `method`, for people to read; `None`
/// when there is no such method.
#[must_use]
pub fn check(method: &str, args: Value) -> Option<Result<String, Refused>> {
    let read = match method {
        commands::METHOD => read::<args::CommandRun>,
        "hello" => read::<args::Hello>,
        "configure" => configure,
        "health" => read::<args::Health>,
        "complete" | "session.list" => read::<args::Here>,
        "polecat.new" => read::<args::New>,
        "polecat.remove" => read::<args::Remove>,
        "session.start" => read::<args::Start>,
        "session.sling" => read::<args::Sling>,
        "session.stop" => read::<args::Stop>,
        "session.stop_all" => read::<args::StopAll>,
        "polecat.restore" => read::<args::Restore>,
        "session.is_running" | "session.status" | "session.attach" => read::<args::Polecat>,
        "session.capture" => read::<args::Capture>,
        "session.capture_session" => read::<args::CaptureSession>,
        "session.inject" => read::<args::Inject>,
        "review.comment" => read::<args::Comment>,
        "diff.side_by_side" => read::<args::SideBySide>,
        "view.open" => read::<args::ViewOpen>,
        "view.set" => read::<args::ViewSet>,
        "view.act" => read::<args::ViewAct>,
        "view.refresh" | "view.close" => read::<args::View>,
        _ => return None,
    };
    let refused = |RpcError { code, message, .. }| Refused { code, message };
    Some(read(method, args).map_err(refused))
}

fn read<T: DeserializeOwned + Debug>(method: &str, args: Value) -> Result<String, RpcError> {
    decode::<T>(method, args).map(|read| format!("{read:?}"))
}

/// The configuration is taken apart in a second step, as `hello` does too.
fn configure(method: &str, args: Value) -> Result<String, RpcError> {
    let args::Configure { config } = decode(method, args)?;
    let settings = config::settings(config.unwrap_or_default(), EditorFacts::default());
    settings.map(|read| format!("{read:?}")).map_err(|problems| config::invalid(&problems))
}
