//! A session that an operation has begun, and ends when it fails.

use std::{path::PathBuf, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::{
    core::names::PolecatName,
    session::{error::SessionError, polecats::Polecats, sessions::list::Session},
};

/// By how much a clock may have been set back since an operation began.
const CLOCK_SKEW_LIMIT: SignedDuration = SignedDuration::from_secs(60);

/// What tells a session that an operation has begun from somebody else's.
pub(in crate::session) struct Begun {
    pub(in crate::session) polecat: PolecatName,
    pub(in crate::session) workdir: PathBuf,
    pub(in crate::session) issue: Option<String>,
    /// When the operation began.
    pub(in crate::session) began: Timestamp,
}

impl Polecats {
    /// Ends the session, if there is one. Somebody else's is left alone, and is an error.
    pub(in crate::session) async fn end_begun(&self, begun: &Begun) -> Result<(), SessionError> {
        match self.context.sessions().session(&begun.polecat).await? {
            Some(session) if begun.is(&session) => {
                self.context.sessions().end(session, true, Arc::default()).await.map(drop)
            }
            _ => self.require_no_session(&begun.polecat).await,
        }
    }
}

impl Begun {
    fn is(&self, session: &Session) -> bool {
        session.mark.as_ref().is_some_and(|mark| {
            mark.started_ms >= (self.began - CLOCK_SKEW_LIMIT).as_millisecond()
                && mark.workdir == self.workdir
                && mark.issue == self.issue
        })
    }
}
