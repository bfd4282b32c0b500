//! One arm for each method that asks or changes something once. Views are in `views.rs`.

use rmpv::Value;

use super::{
    args::decode, commands, editor::Editor, effects, encode, encode::Map, error::RpcError,
    handler::Call, operations::Operations, review, side_by_side,
};
use crate::session::Workspace;

pub(super) type Answer = Result<Value, RpcError>;

/// Answers `call`.
pub(super) async fn call(editor: &Editor, workspace: &Workspace, call: Call) -> Answer {
    let Call { id, method, args } = call;
    let operations = Operations::new(editor, workspace, id);
    // What it may wait for is large: not all of it on one stack.
    Box::pin(answer(&operations, &method, args)).await
}

async fn answer(operations: &Operations<'_>, method: &str, args: Value) -> Answer {
    match method {
        commands::METHOD => {
            let effects = commands::run(operations, decode(method, args)?).await?;
            Ok(effects::encode(effects))
        }
        "health" => Ok(encode::health(&operations.health(decode(method, args)?).await)),
        "complete" => {
            Ok(encode::completion(&operations.complete(decode(method, args)?).await?).into())
        }
        "polecat.new" => {
            let new = operations.new_polecat(decode(method, args)?).await?;
            operations.warn(&new.warnings);
            Ok(encode::new_polecat(&new).into())
        }
        "polecat.remove" => {
            Ok(encode::removed(&operations.remove(decode(method, args)?).await?).into())
        }
        "polecat.restore" => {
            Ok(encode::restored(&operations.restore(decode(method, args)?).await?).into())
        }
        "session.start" => {
            Ok(encode::started(&operations.start(decode(method, args)?).await?).into())
        }
        "session.sling" => {
            Ok(encode::started(&operations.sling(decode(method, args)?).await?).into())
        }
        "session.stop" => {
            operations.warn(&operations.stop(decode(method, args)?).await?);
            Ok(Value::Nil)
        }
        "session.stop_all" => {
            let all = operations.stop_all(decode(method, args)?).await?;
            operations.warn(&all.warnings);
            Ok(Map::new().put("stopped", encode::texts(&all.stopped)).into())
        }
        "session.is_running" => Ok(operations.is_running(decode(method, args)?).await?.into()),
        "session.status" => {
            Ok(encode::session(&operations.status(decode(method, args)?).await?).into())
        }
        "session.list" => Ok(encode::sessions(&operations.list(decode(method, args)?).await?)),
        "session.capture" => Ok(encode::bytes(operations.capture(decode(method, args)?).await?)),
        "session.capture_session" => {
            Ok(encode::bytes(operations.capture_session(decode(method, args)?).await?))
        }
        "session.inject" => {
            operations.inject(decode(method, args)?).await?;
            Ok(Value::Nil)
        }
        "session.attach" => {
            Ok(encode::attach(&operations.attach(decode(method, args)?).await?).into())
        }
        "diff.side_by_side" => {
            Ok(effects::encode(side_by_side::open(operations, decode(method, args)?).await?))
        }
        "review.comment" => {
            Ok(effects::encode(review::comment(operations, decode(method, args)?).await?))
        }
        _ => Err(RpcError::internal(format!("no method `{method}`"))),
    }
}
