//! How agents show that something holds them up.

use crate::core::session::DetailKind;

/// How an agent shows an error of its service, a limit, or that it shortens its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TroubleSign {
    pub(crate) kind: DetailKind,
    pub(crate) place: TroublePlace,
    /// What the row begins with, its mark included.
    pub(crate) begins: &'static str,
    /// The words that it holds, one of these, if there are any.
    pub(crate) holds: &'static [&'static str],
    /// What holds these words is something else.
    pub(crate) unless: &'static [&'static str],
    /// Whether it is drawn in red or yellow, unlike what the agent says in its conversation.
    pub(crate) coloured: bool,
}

/// Where it shows that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TroublePlace {
    /// In the row that tells that it works.
    Busy,
    /// In the last paragraph of its conversation, while it works.
    Working,
    /// In the last paragraph of its conversation, while it does not.
    Rest,
}

impl TroubleSign {
    const fn new(kind: DetailKind, place: TroublePlace, begins: &'static str) -> Self {
        Self { kind, place, begins, holds: &[], unless: &[], coloured: false }
    }

    /// A busy row that holds one of these words.
    pub(crate) const fn busy(kind: DetailKind, holds: &'static [&'static str]) -> Self {
        Self::new(kind, TroublePlace::Busy, "").holds(holds)
    }

    /// An entry of the conversation in the midst of a turn that begins so.
    pub(crate) const fn within(kind: DetailKind, begins: &'static str) -> Self {
        Self::new(kind, TroublePlace::Working, begins)
    }

    /// An entry of the conversation at the end of a turn that begins so.
    pub(crate) const fn after(kind: DetailKind, begins: &'static str) -> Self {
        Self::new(kind, TroublePlace::Rest, begins)
    }

    /// The place of the last letter of its beginning.
    pub(in crate::core::screen) fn last_letter(&self) -> usize {
        self.begins.trim_end().chars().count().saturating_sub(1)
    }

    pub(crate) const fn holds(self, holds: &'static [&'static str]) -> Self {
        Self { holds, ..self }
    }

    pub(crate) const fn unless(self, unless: &'static [&'static str]) -> Self {
        Self { unless, ..self }
    }

    pub(crate) const fn coloured(self) -> Self {
        Self { coloured: true, ..self }
    }
}
