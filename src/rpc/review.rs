//! What follows a comment that was written.

use super::{args, diff_view::buffer, effects::Effect, error::RpcError, operations::Operations};
use crate::core::{
    diff::{Place, Side},
    review::Comment,
};

/// Saves it; the diff then shows it.
pub(super) async fn comment(
    operations: &Operations<'_>,
    args: args::Comment,
) -> Result<Vec<Effect>, RpcError> {
    let unknown = || RpcError::bad_argument("`side`: expected `old` or `new`");
    let side = Side::named(&args.side).ok_or_else(unknown)?;
    let path = args.path.into_vec();
    let comment = Comment {
        id: args.id.unwrap_or_default(),
        place: Place { path, side, line: args.line, quote: args.quote },
        shown: args.shown,
        text: String::from_utf8_lossy(&args.text).trim().to_owned(),
    };
    operations.context(args.at).await?.comment(&args.polecat, comment).await?;
    Ok(vec![Effect::Refresh { name: buffer(&args.polecat), since: None }])
}
