//! Comments on changes, and what is done with hunks.

use rmpv::Value;

use super::{
    args::{self, At},
    diff_view::since,
    encode::Map,
    error::RpcError,
    methods::Answer,
    operations::place,
};
use crate::{
    core::{
        diff::{Place, Side, Stage},
        review::Comment,
    },
    session::{Part, RigContext, Workspace},
};

pub(super) async fn comment(workspace: &Workspace, args: args::Comment) -> Answer {
    let comment = Comment {
        id: args.id.unwrap_or_default(),
        place: Place {
            path: args.path.into_vec(),
            side: known("side", &args.side, Side::named)?,
            line: args.line,
            quote: args.quote,
        },
        shown: args.shown,
        text: args.text,
    };
    context(workspace, args.at).await?.reviews().comment(&args.polecat, comment).await?;
    Ok(Value::Nil)
}

pub(super) async fn uncomment(workspace: &Workspace, args: args::Uncomment) -> Answer {
    context(workspace, args.at).await?.reviews().uncomment(&args.polecat, args.id).await?;
    Ok(Value::Nil)
}

pub(super) async fn send(workspace: &Workspace, args: args::Polecat) -> Answer {
    let sent = context(workspace, args.at).await?.reviews().send_review(&args.polecat).await?;
    Ok(Map::new().put("sent", sent).into())
}

pub(super) async fn take(workspace: &Workspace, args: args::Part) -> Answer {
    let (at, polecat, part) = part(args)?;
    context(workspace, at).await?.reviews().take_hunk(&polecat, &part).await?;
    Ok(Value::Nil)
}

pub(super) async fn reject(workspace: &Workspace, args: args::Part) -> Answer {
    let (at, polecat, part) = part(args)?;
    context(workspace, at).await?.reviews().reject_hunk(&polecat, &part).await?;
    Ok(Value::Nil)
}

pub(super) async fn undo(workspace: &Workspace, args: args::Polecat) -> Answer {
    let undone = context(workspace, args.at).await?.reviews().undo_hunk(&args.polecat).await?;
    Ok(Map::new().put("text", undone).into())
}

async fn context(workspace: &Workspace, at: At) -> Result<RigContext, RpcError> {
    Ok(workspace.context(&place(at)).await?)
}

fn part(args: args::Part) -> Result<(At, String, Part), RpcError> {
    let part = Part {
        since: since(args.since.as_deref())?,
        stage: known("stage", &args.stage, Stage::named)?,
        path: args.path.into_vec(),
        hunk: args.hunk,
    };
    Ok((args.at, args.polecat, part))
}

fn known<T>(what: &str, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, RpcError> {
    read(name).ok_or_else(|| RpcError::bad_argument(format!("`{name}` is no {what}")))
}
