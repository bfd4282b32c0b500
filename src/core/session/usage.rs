//! What a conversation used.

use serde::{Deserialize, Serialize};

/// The model and what its conversation used, each only where the agent's screen shows it now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The model, as the agent calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How many tokens the conversation has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// How much of the context they fill, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// What it has cost, as it is shown: `$0.12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
}

impl Usage {
    /// Nothing is known for nothing.
    #[must_use]
    pub fn if_any(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }

    /// In words: `Opus 4.8, 1.2k tokens, 1% of its context, $0.12`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let tokens = self.tokens.map(|tokens| format!("{} tokens", short(tokens)));
        let context = self.context.map(|percent| format!("{percent}% of its context"));
        let parts = [self.model.clone(), tokens, context, self.cost.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// A number of tokens, short: `980`, `1.2k`, `34k`, `1.5m`.
#[must_use]
pub fn short(tokens: u64) -> String {
    let tenths = |unit: u64| match tokens / unit {
        whole @ 0..10 => format!("{whole}.{}", tokens % unit * 10 / unit),
        whole => whole.to_string(),
    };
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..1_000_000 => tenths(1_000) + "k",
        _ => tenths(1_000_000) + "m",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_shortly_and_never_rounded_up() {
        for (tokens, told) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1.0k"),
            (1_299, "1.2k"),
            (34_999, "34k"),
            (999_999, "999k"),
            (1_500_000, "1.5m"),
        ] {
            assert_eq!(short(tokens), told);
        }
    }

    #[test]
    fn only_what_is_known_is_told() {
        let usage = Usage { model: Some("mock-1".into()), context: Some(3), ..Usage::default() };
        assert_eq!(usage.in_words(), "mock-1, 3% of its context");
        assert_eq!(Usage::default().if_any(), None);
    }
}
