//! What an agent asks of a person.

use serde::{Deserialize, Serialize};

/// What an agent needs the user for.
///
/// Choices have the numbers that the agent draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Waiting {
    /// What an answer to exactly this question names. The same question asked again has another
    /// one. Empty where it cannot be answered but in its terminal.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// `permission`, `question`, `trust` or `sign-in`.
    pub reason: String,
    /// The question, as shown on its screen.
    pub text: String,
    /// What it is about, such as the command to allow: all lines that its screen shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The same on one line, of limited length.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// The number of the first choice: above 1 where those before it are not on the screen.
    #[serde(default = "usual", skip_serializing_if = "is_usual")]
    pub first: usize,
    /// The offered answers, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The id that the agent itself gave the question, if it told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Which choice is marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected: Option<usize>,
    /// Whether several choices can be ticked.
    #[serde(skip_serializing_if = "is_false")]
    pub multi: bool,
    /// Which of them are ticked on its screen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ticked: Vec<usize>,
    /// Which choice agrees, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yes: Option<usize>,
    /// Which one refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no: Option<usize>,
    /// Which choice means nothing without words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<usize>,
    /// Whether it is an open field for words.
    #[serde(skip_serializing_if = "is_false")]
    pub field: bool,
    /// Whether the beginning of what it is about is not on the screen.
    #[serde(skip_serializing_if = "is_false")]
    pub about_cut: bool,
}

fn usual() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field")]
fn is_usual(first: &usize) -> bool {
    *first <= 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
