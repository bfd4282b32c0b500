//! What a session prints, drawn as it comes.

use super::canvas::Canvas;
use crate::{
    rpc::{blocking::aside, error::RpcError},
    session::Update,
    view::Tail,
};

/// So many bytes of output are read in less time than a thread takes to begin.
const SHORT_SIZE: usize = 16 << 10;

/// Draws in portions; Neovim goes on with its own work between two of them.
pub(super) async fn draw(
    canvas: &mut Canvas,
    tail: &mut Tail,
    update: Option<Update>,
) -> Result<(), RpcError> {
    let Some(Update { from, gap, text, .. }) = update else { return Ok(()) };
    let patches = if text.len() <= SHORT_SIZE {
        tail.replace(from, gap, &text)
    } else {
        let mut long = std::mem::take(tail);
        let (read, patches) = aside(move || {
            let patches = long.replace(from, gap, &text);
            (long, patches)
        })
        .await?;
        *tail = read;
        patches
    };
    for patches in patches {
        canvas.patch(&patches).await;
    }
    Ok(())
}
