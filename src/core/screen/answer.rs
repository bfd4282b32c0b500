//! Which keys answer a dialog, and whether they may be pressed.

use super::description::Answer;
use super::dialog::begins;
use super::patterns::{CustomDialog, Patterns};
use super::{DialogId, Question};

/// Who answers an agent's startup dialogs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Accept those that the command's own arguments already imply; the user answers the others.
    #[default]
    Implied,
    /// Accept all that the preset can accept.
    Accept,
    /// Accept none: the user answers.
    Ask,
}

impl Patterns {
    /// The keys to press next, as tmux names them, to accept `question`; `None` if we must not: it is
    /// unknown, not allowed, or another choice is marked than the keys assume.
    ///
    /// For a preset's dialog it is one key: look again before the next one, because the marker moves
    /// only when the agent draws it. `args` are the arguments of the agent's command.
    #[must_use]
    pub fn answer(
        &self,
        question: &Question,
        args: &[String],
        policy: Policy,
    ) -> Option<Vec<&str>> {
        match question.dialog? {
            DialogId::Custom(at) => custom(self.dialogs.get(at)?, question, policy),
            DialogId::Preset(id) => {
                let known = self.known.dialogs.iter().find(|dialog| dialog.id == id)?;
                let answer = known.answer.as_ref()?;
                let allowed = match policy {
                    Policy::Implied => implied(answer, args),
                    Policy::Accept => true,
                    Policy::Ask => false,
                };
                Some(vec![next_key(answer, question.selected?)]).filter(|_| allowed)
            }
        }
    }

    /// Whether the agent shows this briefly at startup without needing an answer.
    #[must_use]
    pub fn may_pass(&self, question: &Question) -> bool {
        let id = question.dialog;
        self.known.passing.iter().any(|passing| id == Some(DialogId::Preset(passing)))
    }
}

/// The configuration's own keys: the user allowed them by writing them there.
fn custom<'a>(
    dialog: &'a CustomDialog,
    question: &Question,
    policy: Policy,
) -> Option<Vec<&'a str>> {
    let marked = question.selected.and_then(|at| question.choices.get(at));
    let assumed = dialog
        .selected
        .as_deref()
        .is_none_or(|expected| marked.is_some_and(|label| begins(label, expected)));
    let may = assumed && policy != Policy::Ask && !dialog.keys.is_empty();
    may.then(|| dialog.keys.iter().map(String::as_str).collect())
}

fn next_key(answer: &Answer, selected: usize) -> &'static str {
    match selected.cmp(&answer.choice) {
        std::cmp::Ordering::Less => "Down",
        std::cmp::Ordering::Equal => "Enter",
        std::cmp::Ordering::Greater => "Up",
    }
}

/// Whether the arguments contain one of these words or pairs of words; `--a=b` counts as `--a b`.
fn implied(answer: &Answer, args: &[String]) -> bool {
    let words: Vec<&str> = args.iter().flat_map(|arg| arg.splitn(2, '=')).collect();
    answer.implied_by.iter().any(|words_given| {
        let given: Vec<&str> = words_given.split(' ').collect();
        words.windows(given.len()).any(|window| window == given)
    })
}
