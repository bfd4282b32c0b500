//! Which question an agent asks, told from the one before.

use serde::{Deserialize, Serialize};

use crate::core::session::{SessionInfo, State};

/// A question, its blanks made alike. What is not shown of it is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AskedQuestion {
    /// Why it is asked, and its text.
    words: String,
    about: String,
    /// The id that the agent itself gave it.
    #[serde(default)]
    request: String,
}

impl AskedQuestion {
    /// What the agent asks, if it waits.
    pub(super) fn of(info: &SessionInfo) -> Option<Self> {
        if info.state != State::Waiting {
            return None;
        }
        let asked = info.waiting.as_ref();
        // Of one that only a title told of, even the kind is a guess.
        let told = asked.filter(|asked| !asked.text.is_empty());
        let words = told.map(|asked| format!("{} {}", asked.reason, asked.text));
        let about = asked.map(|asked| asked.about.join(" "));
        let request = asked.and_then(|asked| asked.request.clone()).unwrap_or_default();
        Some(Self {
            words: alike(&words.unwrap_or_default()),
            about: alike(&about.unwrap_or_default()),
            request,
        })
    }

    /// Whether it is another one than `other`. Many agents ask for each command in the same words,
    /// and a window that has become small does not show what it is about.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && a != b;
        differ(&self.words, &other.words)
            || differ(&self.about, &other.about)
            || differ(&self.request, &other.request)
    }

    /// The same with what was seen of it before, where it is the same as `before`.
    pub(super) fn after(self, before: Option<&Self>) -> Self {
        let Some(before) = before.filter(|before| !self.differs(before)) else { return self };
        let or = |seen: String, earlier: &str| if seen.is_empty() { earlier.into() } else { seen };
        Self {
            words: or(self.words, &before.words),
            about: or(self.about, &before.about),
            request: or(self.request, &before.request),
        }
    }
}

fn alike(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
