//! The order in which messages came: each takes a ticket when it comes, and has its place in front of
//! the lock on typing after those before it, however long it took to find out whom it is for.

use std::{
    collections::BTreeSet,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

/// How long a message waits for those before it: one that cannot find out whom it is for, as a disk
/// does not answer, holds up no others for good.
const TICKET_TIMEOUT: Duration = Duration::from_secs(1);

/// The tickets of those whose messages are to keep their order. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tickets(Arc<watch::Sender<Open>>);

/// The numbers that have no place yet.
#[derive(Debug, Default)]
struct Open {
    numbers: BTreeSet<u64>,
    last: u64,
}

/// One message's. Others wait for it until it has its place, or is dropped.
#[derive(Debug)]
pub struct Ticket {
    of: Tickets,
    number: u64,
}

impl Tickets {
    /// The next one.
    #[must_use]
    pub fn take(&self) -> Ticket {
        let mut number = 0;
        self.0.send_modify(|open| {
            open.last += 1;
            number = open.last;
            open.numbers.insert(number);
        });
        Ticket { of: self.clone(), number }
    }
}

impl Ticket {
    /// Waits for `lock`, which is given in the order in which it is asked for, after those before it.
    pub(in crate::session) async fn waits_for<T>(&self, lock: impl Future<Output = T>) -> T {
        let is_first = |open: &Open| open.numbers.first().is_none_or(|first| *first >= self.number);
        drop(timeout(TICKET_TIMEOUT, self.of.0.subscribe().wait_for(is_first)).await);
        let mut lock = pin!(lock);
        let asked = poll_fn(|context| Poll::Ready(lock.as_mut().poll(context))).await;
        self.pass();
        match asked {
            Poll::Ready(locked) => locked,
            Poll::Pending => lock.await,
        }
    }

    /// It has its place, or needs none: others do not wait for it any more.
    pub fn pass(&self) {
        self.of.0.send_if_modified(|open| open.numbers.remove(&self.number));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.pass();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::{Mutex as Lock, oneshot};

    use super::*;

    /// The first one to come is the last to know whom it is for, and the second is for nobody.
    #[tokio::test]
    async fn the_lock_is_given_in_the_order_of_the_tickets_and_not_to_one_that_was_dropped() {
        let (tickets, lock) = (Tickets::default(), Arc::new(Lock::new(())));
        let order = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = oneshot::channel();
        let [first, second, third, fourth] = [(); 4].map(|()| tickets.take());
        let types = |name: &'static str, ticket: Ticket| {
            let (lock, order) = (lock.clone(), order.clone());
            async move {
                let _locked = ticket.waits_for(lock.lock()).await;
                order.lock().unwrap().push(name);
                // Whoever is first does not let the others in at once.
                tokio::task::yield_now().await;
            }
        };
        let slow = types("first", first);
        let slow = async {
            told.await.unwrap();
            slow.await;
        };
        let late = types("third", third);
        let late = async {
            tell.send(()).unwrap();
            late.await;
        };
        drop(second);
        tokio::join!(types("fourth", fourth), late, slow);
        assert_eq!(*order.lock().unwrap(), ["first", "third", "fourth"]);
    }

    #[tokio::test]
    async fn one_that_never_knows_holds_up_nobody_for_good() {
        let tickets = Tickets::default();
        let (_never, next) = (tickets.take(), tickets.take());
        next.waits_for(async {}).await;
    }
}
