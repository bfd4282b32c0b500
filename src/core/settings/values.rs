//! The values of gastown's files that are not plain strings.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
};

use crate::core::agent::PromptMode;

/// Any object; its content does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Object;
/// Unknown keys. They make serde accept only an object: otherwise it would also accept a list of the
/// fields in order.
pub(super) type Others = Object;

/// An unknown word. gastown treats it as the default.
pub(super) struct Oddity {
    pub(super) key: &'static str,
    pub(super) given: String,
    pub(super) taken: &'static str,
}

/// `flag` or `subcommand`.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub(super) enum ResumeStyle {
    Flag,
    Subcommand,
    Other(String),
}

impl From<String> for ResumeStyle {
    fn from(text: String) -> Self {
        match text.as_str() {
            "flag" | "" => Self::Flag,
            "subcommand" => Self::Subcommand,
            _ => Self::Other(text),
        }
    }
}

impl ResumeStyle {
    pub(super) fn oddity(&self) -> Option<Oddity> {
        let Self::Other(given) = self else { return None };
        Some(Oddity { key: "resume_style", given: given.clone(), taken: "`flag`" })
    }
}

/// `arg` or `none`; unlike gastown, we also accept a flag.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Passing(String);

impl Passing {
    /// The way that it says, if it says one.
    pub(super) fn mode(&self) -> Option<PromptMode> {
        let argument = || (!self.0.is_empty()).then_some(PromptMode::Argument);
        PromptMode::parse(&self.0).or_else(argument)
    }

    pub(super) fn oddity(&self) -> Option<Oddity> {
        let known = self.0.is_empty() || PromptMode::parse(&self.0).is_some();
        let odd = || Oddity { key: "prompt_mode", given: self.0.clone(), taken: "`arg`" };
        (!known).then(odd)
    }
}

/// A number without a fraction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole(pub(super) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Whole;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a whole number")
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Whole, E> {
                Ok(Whole(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Whole, E> {
                i64::try_from(number).map(Whole).map_err(|_| E::custom("the number is too large"))
            }
        }
        deserializer.deserialize_i64(Number)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Object, A::Error> {
                while pairs.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Object)
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
