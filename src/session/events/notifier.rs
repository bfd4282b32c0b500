//! The user's `notify_command`: a program of theirs that is run when a person is to be notified, one
//! run after the other.
//!
//! Of several backends that watch a rig for the same user one runs it: who comes first, until it
//! ends. Which one is decided when something happens, not when its run begins: by then the other may
//! have left. It must never hold anything up, so that what is too much for it is dropped.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};
use tracing::debug;

use crate::{
    host::{HostError, Launch, locks::Notifying, run::Program},
    session::events::EventQueue,
};

/// How long one run may take.
const RUN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to see whose turn it is, which is two calls of the system.
const CLAIM_TIMEOUT: Duration = Duration::from_secs(1);
/// How many may wait for their run.
const WAITING_LIMIT: usize = 32;

/// Runs the user's `notify_command`.
#[derive(Clone)]
pub struct Notifier(Arc<Shared>);

struct Shared {
    launch: Launch,
    /// Where failures are told.
    news: EventQueue,
    state: Mutex<State>,
    /// Notified when something was added.
    wake: Notify,
}

#[derive(Default)]
struct State {
    /// Empty where there is none.
    command: Vec<String>,
    /// What the next runs are to read.
    waiting: VecDeque<String>,
    /// How many were dropped since that was last told.
    dropped: usize,
    /// Whether the last run failed: that is told once.
    has_failed: bool,
    /// For whose news it is we who run it.
    ours: BTreeMap<NewsOf, Notifying>,
}

/// Whose news it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewsOf {
    /// Of the rig with this home.
    Rig(PathBuf),
    /// Of a host, for which this folder stands; without one each backend runs it.
    Host(Option<PathBuf>),
}

impl Notifier {
    /// One without a command. Failures are told by way of `news`.
    #[must_use]
    pub fn new(launch: Launch, news: EventQueue) -> Self {
        Self(Arc::new(Shared { launch, news, state: Mutex::default(), wake: Notify::new() }))
    }

    /// Runs `command` from now on, nothing where it is empty; whether there is one.
    #[must_use]
    pub fn follow(&self, command: &[String]) -> bool {
        let mut state = self.state();
        if command.is_empty() {
            *state = State::default();
        } else if state.command != command {
            (state.command, state.has_failed) = (command.to_vec(), false);
        }
        !command.is_empty()
    }

    /// Whether there is a command.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !self.state().command.is_empty()
    }

    /// Has the command read `text`, which is news of these, unless another backend of this user does.
    /// Does not wait for the run.
    pub async fn tell(&self, of: NewsOf, text: String) {
        // Told twice is better than not at all, or late.
        if timeout(CLAIM_TIMEOUT, self.is_ours(&of)).await.unwrap_or(true) {
            self.state().add(text);
            self.0.wake.notify_one();
        }
    }

    /// Others may run it for these: nothing is heard of them here.
    pub fn leave(&self, of: &NewsOf) {
        drop(self.state().ours.remove(of));
    }

    /// Runs the command for what it is told of, for as long as the process lives. What runs ends
    /// when this is dropped.
    pub async fn run(self) {
        loop {
            let (command, text) = self.next().await;
            self.run_one(&command, text).await;
        }
    }

    async fn next(&self) -> (Vec<String>, String) {
        loop {
            if let Some((command, text, dropped)) = self.state().take() {
                if dropped > 0 {
                    let slow = format!("`notify_command` is too slow: {dropped} were dropped");
                    self.0.news.warn(slow);
                }
                return (command, text);
            }
            // What came since is not lost: the permit is kept.
            self.0.wake.notified().await;
        }
    }

    /// Whether no other backend of this user runs it for these.
    async fn is_ours(&self, of: &NewsOf) -> bool {
        if self.state().ours.contains_key(of) {
            return true;
        }
        let lock = match of {
            NewsOf::Rig(home) => Notifying::try_lock(home).await,
            NewsOf::Host(Some(folder)) => Notifying::try_lock_of_host(folder).await,
            NewsOf::Host(None) => return true,
        };
        match lock {
            Ok(lock) => {
                let mut state = self.state();
                if !state.command.is_empty() {
                    drop(state.ours.insert(of.clone(), lock));
                }
                true
            }
            Err(HostError::Busy { .. }) => false,
            Err(error) => {
                debug!(%error, "whose turn it is to run `notify_command` is not known");
                true
            }
        }
    }

    async fn run_one(&self, command: &[String], text: String) {
        let [program, args @ ..] = command else { return };
        let program = Program::new(&self.0.launch, program).args(args).input(text);
        let ended = program.within(RUN_TIMEOUT).run().await;
        let had_failed = std::mem::replace(&mut self.state().has_failed, ended.is_err());
        if let Err(error) = ended {
            debug!(%error, "`notify_command` failed");
            if !had_failed {
                self.0.news.warn(format!("`notify_command`: {error}"));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, text: String) {
        if self.command.is_empty() {
            return;
        }
        self.waiting.push_back(text);
        if self.waiting.len() > WAITING_LIMIT {
            self.dropped += 1;
            drop(self.waiting.pop_front());
        }
    }

    /// The next one, by which command, and how many before it were dropped.
    fn take(&mut self) -> Option<(Vec<String>, String, usize)> {
        let text = self.waiting.pop_front()?;
        Some((self.command.clone(), text, std::mem::take(&mut self.dropped)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{host::launch::local, session::events::Event};

    fn den() -> NewsOf {
        NewsOf::Rig("/den".into())
    }

    fn notifier(command: &[&str]) -> (Notifier, EventQueue) {
        let news = EventQueue::default();
        let notifier = Notifier::new(local(), news.clone());
        let command: Vec<_> = command.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(notifier.follow(&command), !command.is_empty());
        (notifier, news)
    }

    #[tokio::test]
    async fn the_oldest_of_too_many_are_dropped_and_that_is_told() {
        let (notifier, news) = notifier(&["true"]);
        for count in 0..40 {
            notifier.tell(den(), count.to_string()).await;
        }
        assert_eq!(notifier.next().await.1, "8");
        let told = news.next().await;
        assert!(
            matches!(&told, Event::Warning(text) if text.contains("8 were dropped")),
            "{told:?}"
        );
        assert_eq!(notifier.next().await.1, "9");
        assert!(notifier.state().waiting.len() == 30);
    }

    #[tokio::test]
    async fn a_command_that_fails_is_told_once_until_it_works_again() {
        let (notifier, news) = notifier(&["true"]);
        let [works, fails] = [vec!["true".to_owned()], vec!["no-such-program".to_owned()]];
        for command in [&fails, &fails, &works, &fails] {
            notifier.run_one(command, String::new()).await;
        }
        for _ in 0..2 {
            let told = news.next().await;
            let expected = "`notify_command`: `no-such-program` is not on PATH";
            assert!(matches!(&told, Event::Warning(text) if text == expected), "{told:?}");
        }
        news.warn("the end".to_owned());
        assert!(matches!(news.next().await, Event::Warning(text) if text == "the end"));
    }

    #[tokio::test]
    async fn without_a_command_nothing_is_kept() {
        let (notifier, _) = notifier(&[]);
        notifier.tell(den(), String::new()).await;
        assert!(!notifier.is_used() && notifier.state().waiting.is_empty());
    }

    #[tokio::test]
    async fn what_another_has_run_stays_its_own_when_it_leaves_before_our_turn() {
        let folder = tempfile::tempdir().unwrap();
        let of = NewsOf::Rig(folder.path().to_owned());
        let [(theirs, _), (ours, _)] = [notifier(&["true"]), notifier(&["true"])];
        takes_over(&theirs, &of).await;
        ours.tell(of.clone(), "once".to_owned()).await;
        theirs.leave(&of);
        takes_over(&ours, &of).await;
        ours.tell(of, "the next".to_owned()).await;
        assert_eq!(ours.next().await.1, "the next");
    }

    /// Waits until it is `notifier` who runs it. A program that another test is just starting holds
    /// all locks of this process for a moment.
    async fn takes_over(notifier: &Notifier, of: &NewsOf) {
        let taken = async {
            while !notifier.is_ours(of).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), taken).await.expect("the lock to be free");
    }

    #[tokio::test]
    async fn one_of_two_backends_runs_it_until_that_ends_or_has_no_command_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let host = NewsOf::Host(Some(folder.path().join("state/hosts/1f")));
        for of in [NewsOf::Rig(folder.path().to_owned()), host] {
            let (first, second) = (notifier(&["true"]).0, notifier(&["true"]).0);
            assert!(first.is_ours(&of).await && first.is_ours(&of).await);
            assert!(!second.is_ours(&of).await);
            first.leave(&of);
            takes_over(&second, &of).await;
            assert!(!first.is_ours(&of).await);
            assert!(!second.follow(&[]));
            takes_over(&first, &of).await;
            assert!(!notifier(&["true"]).0.is_ours(&of).await);
            drop(first);
            takes_over(&notifier(&["true"]).0, &of).await;
        }
        // Where nobody can tell, it is run.
        let gone = NewsOf::Rig(folder.path().join("gone"));
        assert!(notifier(&["true"]).0.is_ours(&gone).await);
    }
}
