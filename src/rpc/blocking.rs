//! Work that takes more than a few milliseconds, away from the one thread that answers calls.

use super::error::RpcError;

/// Computes `work` where it does not hold up the other calls. A view waits for the end of its own,
/// so there are no more at a time than views.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, RpcError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|stopped| RpcError::internal(stopped.to_string()))
}
