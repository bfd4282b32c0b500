//! One look at one session.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    core::{
        agent::events::OwnWord,
        screen::{self, Messages, ScreenState},
        session::{SessionInfo, StateSource, debounced_state::Observation},
    },
    host::processes::ProcessList,
    session::{
        context::RigContext,
        error::SessionError,
        observe::poller::{
            tracked::{Reader, Tracked},
            view::{SessionView, Used},
        },
        sessions::{
            detect_agent::joined,
            list::Session,
            screen_reader::{self, ScreenReading},
        },
    },
};

/// A look at `session` at the time `now`.
pub(super) struct Poll {
    pub(super) context: RigContext,
    pub(super) session: Session,
    /// What its agent does by its own word.
    pub(super) heard: Option<OwnWord>,
    /// What runs, for all sessions of this look: a list of it reads a file for each process there is.
    pub(super) processes: Arc<ProcessList>,
    pub(super) now: Timestamp,
}

impl Poll {
    /// Looks, with what is known from before.
    pub(super) async fn at(
        self,
        known: Option<Tracked>,
    ) -> Result<(Tracked, SessionInfo), SessionError> {
        let mut known = match known.filter(|known| known.is_of(&self.session)) {
            Some(known) => self.again(known).await?,
            None => self.first().await?,
        };
        if known.exit.is_none() && self.session.has_died() {
            known.exit = Some(self.context.sessions().record_exit(&self.session).await?);
        }
        let mut info = self.session.info(&self.context.rig, self.now);
        known.complete(&mut info);
        Ok((known, info))
    }

    async fn first(&self) -> Result<Tracked, SessionError> {
        let read = self.reader().await;
        let view = self.view(&read).await?;
        let info = self.session.info(&self.context.rig, self.now);
        let since = info.state_since.unwrap_or(self.now);
        Ok(Tracked::first(&self.session, read, (view, self.heard()), (self.now, since)))
    }

    /// The next look. A screen that has not changed is not read again.
    async fn again(&self, mut known: Tracked) -> Result<Tracked, SessionError> {
        let mut reads_on = true;
        if known.guesses(&self.session, self.now) && self.session.is_live() {
            let read = self.reader().await;
            reads_on = read.is_same(&known.read);
            known.read = read;
        }
        let view = match known.unchanged(&self.session, self.now).filter(|_| reads_on) {
            Some(view) => view,
            None => self.view(&known.read).await?,
        };
        Ok(known.after(&self.session, (view, self.heard()), self.now))
    }

    /// What the agent's own word is worth: nothing before its start is over, or when it has ended.
    fn heard(&self) -> Option<&OwnWord> {
        let counts = self.session.is_live() && !self.session.is_starting(self.now);
        self.heard.as_ref().filter(|_| counts)
    }

    /// Finds out which agent it is.
    async fn reader(&self) -> Reader {
        let Self { context, session, now, .. } = self;
        let (sessions, processes) = (context.sessions(), &*self.processes);
        let found = sessions.detect_agent(session, processes).await;
        let argv = sessions.argv_of(session, processes, found.agent.as_ref()).await;
        Reader {
            patterns: found.patterns(),
            agent: found.agent.map(|agent| agent.name),
            command: argv.as_ref().and_then(|argv| joined(argv)),
            args: argv.map_or_else(|| session.args(), |argv| argv.into_iter().skip(1).collect()),
            guessed_at: found.guessed.then_some(*now),
        }
    }

    async fn view(&self, read: &Reader) -> Result<SessionView, SessionError> {
        let Self { context, session, now, .. } = self;
        let Reader { patterns, args, .. } = read;
        if !session.is_live() {
            return Ok(SessionView::unread(session, *now));
        }
        let policy = context.shared.settings.dialogs;
        let ScreenReading { reading, shown, screen } =
            context.sessions().read_screen(session, patterns).await?;
        let told = Observation { state: reading.seen.state(), source: reading.source };
        let starting = session.is_starting(*now);
        let at_prompt = reading.seen == ScreenState::Idle && reading.source == StateSource::Screen;
        let looks_alike = at_prompt || reading.seen == ScreenState::Unknown;
        let guess = looks_alike.then(|| screen::guessed(patterns, &shown.rows)).flatten();
        let guess = guess.as_ref().map(screen_reader::guessed);
        let view = match &reading.seen {
            ScreenState::Idle | ScreenState::Unknown if guess.is_some() => {
                SessionView::guessed(session, *now, guess)
            }
            ScreenState::Unknown => SessionView::unread(session, *now),
            // Its start answers that.
            ScreenState::Waiting(asked)
                if starting && patterns.accepted(asked, args, policy).is_some() =>
            {
                SessionView::unread(session, *now)
            }
            ScreenState::Waiting(asked) => {
                let waiting = screen_reader::waiting(asked, &screen.option);
                let view = SessionView::asking(told, waiting, asked.dialog.is_some());
                view.passing(patterns.may_pass(asked))
            }
            // While it starts, an agent at its prompt is about to get its first message.
            ScreenState::Idle if starting => SessionView::unread(session, *now),
            ScreenState::Idle | ScreenState::Working | ScreenState::Starting => {
                SessionView::of(told)
            }
        };
        let size = (screen.captured.width, screen.captured.height);
        let view = view.with_messages(Messages::of(patterns, &shown), size);
        let view = view.with_detail(screen::trouble(patterns, &shown, &reading.seen));
        let usage = screen::usage(patterns, &shown);
        // Some can put their model into the title.
        let model = usage.as_ref().and_then(|usage| usage.model.clone());
        let task = screen::task(patterns, &shown.title).filter(|task| Some(task) != model.as_ref());
        let told = screen::tells_usage(patterns, &shown);
        let view = view.with_facts(task, if told { Used::Told(usage) } else { Used::Untold });
        Ok(if session.started.is_some() { view.with_rows(shown.rows) } else { view })
    }
}
