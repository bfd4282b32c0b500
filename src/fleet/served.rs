//! The calls that a host carries out at the moment, each in a task of its own.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};

use super::{
    error::FarError,
    wire::{self, FromHost, PARTS_IN_FLIGHT},
};
use crate::session::{Settings, Workspace};

/// Carries out the calls of a hub.
pub trait Served: Clone + Send + Sync + 'static {
    /// What the hub's configuration says.
    ///
    /// # Errors
    /// What is wrong with it.
    fn settings(&self, config: &[u8]) -> Result<Settings, String>;

    /// Carries out the call `name`.
    fn carry_out(
        self,
        name: String,
        args: Vec<u8>,
        workspace: Workspace,
        hub: Hub,
    ) -> impl Future<Output = Result<Vec<u8>, FarError>> + Send;
}

/// All of them.
pub(super) struct ServedCalls<S> {
    workspace: Workspace,
    served: S,
    answers: mpsc::UnboundedSender<FromHost>,
    /// By their numbers.
    under_way: HashMap<u64, UnderWay>,
    tasks: JoinSet<()>,
}

struct UnderWay {
    orders: mpsc::UnboundedSender<Vec<u8>>,
    credit: Arc<Semaphore>,
}

/// The hub, for what carries out a call of it.
pub struct Hub {
    id: u64,
    answers: mpsc::UnboundedSender<FromHost>,
    credit: Arc<Semaphore>,
    orders: mpsc::UnboundedReceiver<Vec<u8>>,
}

impl<S: Served> ServedCalls<S> {
    pub(super) fn new(
        workspace: Workspace,
        served: S,
        answers: mpsc::UnboundedSender<FromHost>,
    ) -> Self {
        let (under_way, tasks) = (HashMap::new(), JoinSet::new());
        Self { workspace, served, answers, under_way, tasks }
    }

    pub(super) fn begin(&mut self, id: u64, name: String, args: Vec<u8>) {
        // Those that are over.
        while self.tasks.try_join_next().is_some() {}
        let (tell, orders) = mpsc::unbounded_channel();
        let credit = Arc::new(Semaphore::new(PARTS_IN_FLIGHT));
        self.under_way.insert(id, UnderWay { orders: tell, credit: credit.clone() });
        let answers = self.answers.clone();
        let hub = Hub { id, answers: answers.clone(), credit, orders };
        let (served, workspace) = (self.served.clone(), self.workspace.clone());
        self.tasks.spawn(async move {
            // Boxed, because what it may wait for is large.
            let result = Box::pin(served.carry_out(name, args, workspace, hub)).await;
            // The hub may be gone.
            drop(answers.send(FromHost::Answer { id, result: result.map(ByteBuf::from) }));
        });
    }

    pub(super) fn tell(&self, id: u64, what: Vec<u8>) {
        if let Some(call) = self.under_way.get(&id) {
            // It may be over.
            drop(call.orders.send(what));
        }
    }

    pub(super) fn taken(&self, id: u64) {
        let call = self.under_way.get(&id);
        // A hub of ours takes no more than was sent.
        if let Some(call) = call.filter(|call| call.credit.available_permits() < PARTS_IN_FLIGHT) {
            call.credit.add_permits(1);
        }
    }

    /// Nobody listens any more: what only shows something ends, what acts goes on to its end.
    pub(super) fn drop(&mut self, id: u64) {
        drop(self.under_way.remove(&id));
    }

    /// Waits for what is under way.
    pub(super) async fn end(mut self, limit: Duration) {
        self.under_way.clear();
        let _ = timeout(limit, async { while self.tasks.join_next().await.is_some() {} }).await;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        // Who waits to send a part waits for nobody.
        self.credit.close();
    }
}

impl Hub {
    /// Sends a part of the answer, once the hub has taken those before; gives whether anybody listens.
    pub async fn part(&self, part: &impl Serialize) -> bool {
        let Ok(permit) = self.credit.acquire().await else { return false };
        permit.forget();
        let Ok(part) = wire::pack(part) else { return false };
        self.answers.send(FromHost::Part { id: self.id, part }).is_ok()
    }

    /// The same, unless it would have to wait: for what is said on the way.
    pub fn try_part(&self, part: &impl Serialize) {
        let Ok(permit) = self.credit.try_acquire() else { return };
        permit.forget();
        if let Ok(part) = wire::pack(part) {
            // The hub may be gone.
            drop(self.answers.send(FromHost::Part { id: self.id, part }));
        }
    }

    /// What the hub tells; `None` once nobody listens any more. Cancelling it loses nothing.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Option<T> {
        loop {
            let order = self.orders.recv().await?;
            // What is none of ours is nothing.
            if let Ok(order) = wire::unpack_exactly(&order) {
                return Some(order);
            }
        }
    }
}
