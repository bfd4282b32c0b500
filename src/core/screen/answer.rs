//! Which keys answer a dialog, and whether they may be pressed.

use super::description::Answer;
use super::dialog::begins;
use super::patterns::{CustomDialog, Patterns};
use super::{DialogId, Question};

/// Who answers an agent's startup dialogs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Those are accepted that the command's own arguments already accept; a person answers the
    /// others.
    #[default]
    Implied,
    /// All that the preset knows how to accept.
    Accept,
    /// None: a person answers.
    Ask,
}

impl Patterns {
    /// tmux's names of the keys to press now towards accepting `question`, or `None` when that is
    /// not ours to do: unknown, not allowed, or with another choice marked than the keys assume.
    ///
    /// For a preset's dialog it is one key: the marker moves only after the agent drew it, so look
    /// again before the next. `args` are those of the command that was started.
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

    /// Whether the agent shows this for a moment while it begins, without needing anybody.
    #[must_use]
    pub fn may_pass(&self, question: &Question) -> bool {
        let id = question.dialog;
        self.known.passing.iter().any(|passing| id == Some(DialogId::Preset(passing)))
    }
}

/// The configuration's own keys: who wrote them down allowed them.
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

/// Whether the arguments hold one of those words, or pair of words; `--a=b` is `--a b`.
fn implied(answer: &Answer, args: &[String]) -> bool {
    let words: Vec<&str> = args.iter().flat_map(|arg| arg.splitn(2, '=')).collect();
    answer.implied_by.iter().any(|words_given| {
        let given: Vec<&str> = words_given.split(' ').collect();
        words.windows(given.len()).any(|window| window == given)
    })
}
