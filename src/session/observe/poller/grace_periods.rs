//! What a look shows for a moment only, and how long it may: until then it changes nothing.

use jiff::{SignedDuration, Timestamp};

/// How long a dialog that closes by itself may take to do so.
const PASSING_TIMEOUT: SignedDuration = SignedDuration::from_secs(5);
/// How long a screen that says nothing may stand between two that do: agents draw in pieces, clear
/// the screen before they draw it anew, and on a busy machine take two seconds after a resize.
const UNREAD_TIMEOUT: SignedDuration = SignedDuration::from_secs(3);
/// The same after a change of the window's size: it is certain then that the agent is about to draw
/// itself.
const RESIZED_UNREAD_TIMEOUT: SignedDuration = SignedDuration::from_secs(10);
/// How long an agent draws itself in pieces after that.
const RESIZED_TIMEOUT: SignedDuration = SignedDuration::from_secs(3);
/// How long what may be a piece of a dialog stands there before it is told: on a machine that does
/// much else a dialog is drawn in pieces.
const PIECE_TIMEOUT: SignedDuration = SignedDuration::from_millis(600);
/// How long a title may be ahead of the dialog that it tells of.
const UNTOLD_TIMEOUT: SignedDuration = SignedDuration::from_secs(2);

/// Since when looks show each of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Holds {
    passing: Option<Timestamp>,
    unread: Option<Timestamp>,
    /// The size of the window, and when it was seen to change.
    size: Option<(u32, u32)>,
    resized: Option<Timestamp>,
    piece: Option<Timestamp>,
    untold: Option<Timestamp>,
}

/// What a look shows of them.
#[expect(clippy::struct_excessive_bools, reason = "each may be so without the others")]
pub(super) struct Held {
    /// A dialog that may close by itself.
    pub(super) passing: bool,
    /// Nothing of what the agent does, though its screen is known.
    pub(super) unread: bool,
    /// The size of the window, if it is known.
    pub(super) size: Option<(u32, u32)>,
    /// What may be a piece of a dialog.
    pub(super) piece: bool,
    /// That it asks something, but not what.
    pub(super) untold: bool,
    /// Whether it asks the same as at the look before.
    pub(super) same: bool,
    pub(super) now: Timestamp,
}

impl Holds {
    /// After the first look.
    pub(super) fn first(passing: bool, size: Option<(u32, u32)>, now: Timestamp) -> Self {
        // A screen that is drawn for the first time is as one of another size.
        Self { passing: passing.then_some(now), size, resized: Some(now), ..Self::default() }
    }

    /// After another look.
    pub(super) fn after(&self, held: &Held) -> Self {
        let since =
            |is_so: bool, before: Option<Timestamp>| is_so.then(|| before.unwrap_or(held.now));
        let is_resized = self.size.zip(held.size).is_some_and(|(before, now)| before != now);
        Self {
            passing: since(held.passing, self.passing),
            unread: since(held.unread, self.unread),
            size: held.size.or(self.size),
            resized: if is_resized { Some(held.now) } else { self.resized },
            piece: since(held.piece, self.piece.filter(|_| held.same)),
            untold: since(held.untold, self.untold),
        }
    }

    /// Whether it shows a dialog that may still close by itself.
    pub(super) fn passing(&self, now: Timestamp) -> bool {
        lasts_less(self.passing, PASSING_TIMEOUT, now)
    }

    /// Whether its screen says nothing.
    pub(super) fn is_unread(&self) -> bool {
        self.unread.is_some()
    }

    /// Whether its screen has said nothing for a moment only.
    pub(super) fn unread(&self, now: Timestamp) -> bool {
        let is_resized = lasts_less(self.resized, RESIZED_UNREAD_TIMEOUT, now);
        lasts_less(
            self.unread,
            if is_resized { RESIZED_UNREAD_TIMEOUT } else { UNREAD_TIMEOUT },
            now,
        )
    }

    /// Whether its window has got another size just now.
    pub(super) fn resized(&self, now: Timestamp) -> bool {
        lasts_less(self.resized, RESIZED_TIMEOUT, now)
    }

    /// Whether the rest of its dialog may still come.
    pub(super) fn piece(&self, now: Timestamp) -> bool {
        lasts_less(self.piece, PIECE_TIMEOUT, now) || lasts_less(self.untold, UNTOLD_TIMEOUT, now)
    }
}

/// A clock that was set back holds nothing for long.
fn lasts_less(since: Option<Timestamp>, time: SignedDuration, now: Timestamp) -> bool {
    since.is_some_and(|since| now.duration_since(since).abs() < time)
}
