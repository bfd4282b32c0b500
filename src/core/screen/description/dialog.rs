//! Dialogs: how they are recognised and answered.

use crate::core::screen::Reason;

/// A dialog: how it is recognised and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialog {
    pub(crate) id: &'static str,
    pub(crate) reason: Reason,
    /// All of them must be there.
    pub(crate) signs: &'static [Sign],
    /// Its choices, by their beginnings, where they have no numbers.
    pub(crate) labels: &'static [&'static str],
    /// How its choices are given; `None` for the agent's usual way.
    pub(crate) answering: Option<Answering>,
    /// Whether and by which choice it may be accepted without a person.
    pub(crate) accept: Option<Accept>,
}

/// A sign of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Exactly these choices, by their beginnings. A question of the model cannot fake them.
    Choices(&'static [&'static str]),
    /// Choices without numbers, one of them marked.
    Marked,
    /// A choice with this beginning.
    Choice(&'static str),
    /// A text outside its choices. Its paragraph is the question.
    Phrase(&'static str),
    /// A text outside its choices. Only its row is the question.
    Row(&'static str),
    /// A text below its choices that is not the question.
    Words(&'static str),
    /// The same anywhere outside its choices: a heading.
    Heading(&'static str),
    /// A text near the end of the screen, wherever its composer is or if that is not known.
    Near(&'static str),
}

/// How a startup dialog is accepted without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    Choice {
        /// The choice that accepts, from 0.
        choice: usize,
        /// Arguments of the command that imply acceptance: each is one word, or two with a space.
        implied_by: &'static [&'static str],
    },
    /// A person wrote these keys down, and has accepted it by that.
    Keys {
        keys: &'static [&'static str],
        /// The beginning of the choice that must be marked before they are pressed, if any.
        selected: Option<&'static str>,
    },
}

/// How a person's choice is given: [`Answering::NUMBER`] or another constant, and what differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answering {
    /// How a choice is given that has no keys of its own.
    pub(crate) way: ChoiceInput,
    /// Choices with keys of their own, by the beginnings of their labels. The first that fits
    /// counts.
    pub(crate) keys: &'static [(&'static str, &'static [&'static str])],
    /// The choice that `yes` means, by the beginning of its label: the first that there is. Empty
    /// for questions, whose choices mean anything.
    pub(crate) yes: &'static [&'static str],
    /// The same for `no`.
    pub(crate) no: &'static [&'static str],
    /// The choices that take words.
    pub(crate) words: &'static [FreeText],
    /// The boxes in front of its choices, if several can be chosen.
    pub(crate) ticks: Option<Ticks>,
    /// Whether it is an open field for words, if there are no choices.
    pub(crate) field: bool,
    /// Choices that are not drawn, each with its key, if there are no others.
    pub(crate) undrawn: &'static [(&'static str, &'static [&'static str])],
}

/// How a choice is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChoiceInput {
    /// By the digit of its number, which answers at once.
    Number,
    /// By Enter, once the mark has been moved to it: by these keys, to the next one and to the one
    /// before, each of them looked at.
    Mark(&'static str, &'static str),
    /// By the first letter of its label and Enter, as in `(Y)es/(N)o`.
    Letter,
    /// Nobody knows: only a person at its terminal.
    Unknown,
}

/// A choice that takes words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeText {
    /// The beginning of its label.
    pub(crate) choice: &'static str,
    /// Where they go.
    pub opens: Opens,
    /// Whether it means nothing without words.
    pub needed: bool,
}

/// Where the words of a choice go. In a field Enter ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// Into the field that opens where the choice is given.
    Choice,
    /// Into the field that opens once it is marked, by arrows.
    Marked,
    /// Into the field that this key opens once it is marked.
    Key(&'static str),
    /// Into the composer, as a message, once the choice was given.
    Message,
}

/// Boxes in front of choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// What stands in front of a choice that is not ticked.
    pub(crate) off: &'static [&'static str],
    /// What stands in front of one that is.
    pub(crate) on: &'static [&'static str],
    /// What changes that.
    pub toggle: Toggle,
    /// The keys that end the list, pressed one by one, or a choice that does.
    pub done: Done,
}

/// What changes a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toggle {
    /// The digit of its number.
    Number,
    /// This key, once it is marked.
    Key(&'static str),
}

/// What ends a list of boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A key.
    Key(&'static str),
    /// The row under the choices with this text, by Enter once the mark has been moved to it.
    Row(&'static str),
}

impl Answering {
    /// By the digits of numbered choices, as most agents have it.
    pub(crate) const NUMBER: Self = Self {
        way: ChoiceInput::Number,
        keys: &[],
        yes: &["Yes", "Allow once", "Approve"],
        no: &["No", "Reject", "Deny"],
        words: &[],
        ticks: None,
        field: false,
        undrawn: &[],
    };

    /// By arrows and Enter, as almost every dialog takes it.
    pub(crate) const MARK: Self = Self { way: ChoiceInput::Mark("Down", "Up"), ..Self::NUMBER };

    /// A question of the model, answered by digits.
    pub(crate) const QUESTION: Self = Self { yes: &[], no: &[], ..Self::NUMBER };

    /// Not known.
    pub(crate) const UNKNOWN: Self = Self { way: ChoiceInput::Unknown, ..Self::QUESTION };
}

impl FreeText {
    /// A choice that means nothing without words, which are typed where its number puts them.
    pub(crate) const fn needed(choice: &'static str) -> Self {
        Self { choice, opens: Opens::Choice, needed: true }
    }

    /// A choice to which words can be added by a key.
    pub(crate) const fn added(choice: &'static str, key: &'static str) -> Self {
        Self { choice, opens: Opens::Key(key), needed: false }
    }

    /// A choice after which a message can say more.
    pub(crate) const fn message(choice: &'static str) -> Self {
        Self { choice, opens: Opens::Message, needed: false }
    }
}

impl Sign {
    /// The text, of one that is near the end of the screen.
    pub(crate) fn near(&self) -> Option<&'static str> {
        if let Self::Near(text) = self { Some(text) } else { None }
    }
}

impl Dialog {
    /// Whether it is recognised by texts near the end of the screen alone.
    pub(crate) fn is_near(&self) -> bool {
        !self.signs.is_empty() && self.signs.iter().all(|sign| sign.near().is_some())
    }

    /// One that is answered in the agent's usual way, and only by a person.
    pub(crate) const fn new(id: &'static str, reason: Reason, signs: &'static [Sign]) -> Self {
        Self { id, reason, signs, labels: &[], answering: None, accept: None }
    }

    /// With choices that have no numbers.
    pub(crate) const fn labels(mut self, labels: &'static [&'static str]) -> Self {
        self.labels = labels;
        self
    }

    /// Answered in a way of its own.
    pub(crate) const fn by(mut self, answering: Answering) -> Self {
        self.answering = Some(answering);
        self
    }

    /// Accepted by the choice at `choice`, from 0; arguments of the command that already say so
    /// are each one word, or two with a blank. By arrows, if nothing else is said.
    pub(crate) const fn accept(
        mut self,
        choice: usize,
        implied_by: &'static [&'static str],
    ) -> Self {
        self.accept = Some(Accept::Choice { choice, implied_by });
        if self.answering.is_none() {
            self.answering = Some(Answering::MARK);
        }
        self
    }
}
