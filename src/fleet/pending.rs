//! The calls to a host that wait for their answers.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{mpsc::UnboundedSender, oneshot};

use super::{
    calls::{FarCall, FarDone, FarError},
    wire::ToHost,
};

/// Why a call has no answer.
#[derive(Clone, Debug)]
pub enum Unanswered {
    /// The host answered that it did not do it.
    Refused(FarError),
    /// The host is not connected: nothing was done.
    Unreachable {
        /// Why.
        why: String,
    },
    /// The connection was lost before the answer came: it may have been done.
    Lost,
}

/// The calls of one host, while it is connected.
#[derive(Default)]
pub(super) struct PendingCalls(Mutex<Option<Open>>);

/// An open connection.
struct Open {
    to_host: UnboundedSender<ToHost>,
    /// By their numbers.
    waiting: HashMap<u64, oneshot::Sender<Result<FarDone, FarError>>>,
    last: u64,
}

impl PendingCalls {
    /// From now on calls go to this connection.
    pub(super) fn open(&self, to_host: UnboundedSender<ToHost>) {
        *self.locked() = Some(Open { to_host, waiting: HashMap::new(), last: 0 });
    }

    /// The connection is gone: who waits learns that no answer will come.
    pub(super) fn close(&self) {
        drop(self.locked().take());
    }

    /// Has the host do `call` with a polecat of a rig there.
    pub(super) async fn call(
        &self,
        (rig, polecat): (&str, &str),
        call: FarCall,
    ) -> Result<FarDone, Unanswered> {
        let answer = self.send(rig.to_owned(), polecat.to_owned(), call);
        let why = || Unanswered::Unreachable { why: "it has just been lost".to_owned() };
        let answered = answer.ok_or_else(why)?.await;
        answered.map_err(|_| Unanswered::Lost)?.map_err(|error| Unanswered::Refused(error.here()))
    }

    fn send(
        &self,
        rig: String,
        polecat: String,
        call: FarCall,
    ) -> Option<oneshot::Receiver<Result<FarDone, FarError>>> {
        let mut locked = self.locked();
        let open = locked.as_mut()?;
        open.last += 1;
        let (answer, answered) = oneshot::channel();
        open.waiting.insert(open.last, answer);
        let message = ToHost::Call { id: open.last, rig, polecat, call };
        open.to_host.send(message).is_ok().then_some(answered)
    }

    /// Gives an answer to who waits for it.
    pub(super) fn answered(&self, id: u64, result: Result<FarDone, FarError>) {
        let answer = self.locked().as_mut().and_then(|open| open.waiting.remove(&id));
        if let Some(answer) = answer {
            // They may have gone.
            drop(answer.send(result));
        }
    }

    fn locked(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[tokio::test]
    async fn each_answer_reaches_its_call_and_a_lost_connection_all_that_wait() {
        let calls = PendingCalls::default();
        let at = ("/srv/shop", "ash");
        let none = calls.call(at, FarCall::Interrupt).await;
        assert!(matches!(none, Err(Unanswered::Unreachable { .. })), "{none:?}");
        let (to_host, mut sent) = unbounded_channel();
        calls.open(to_host);
        let host = async {
            let mut ids = Vec::new();
            for _ in 0..2 {
                let Some(ToHost::Call { id, .. }) = sent.recv().await else { panic!("a call") };
                ids.push(id);
            }
            calls.answered(7_000, Ok(FarDone::Sent));
            calls.answered(ids[1], Ok(FarDone::Sent));
            calls.close();
        };
        let (lost, sent, ()) = tokio::join!(
            calls.call(at, FarCall::Interrupt),
            calls.call(at, FarCall::Interrupt),
            host
        );
        assert!(matches!(lost, Err(Unanswered::Lost)), "{lost:?}");
        assert!(matches!(sent, Ok(FarDone::Sent)), "{sent:?}");
    }
}
