//! The values of gastown's files that are more than a text.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
};

use crate::core::agent::PromptMode;

/// An object of which we want to know only that it is one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Object;
/// The keys that we do not know. With them a struct is read from an object alone: without, serde
/// takes a list for its fields in order.
pub(super) type Others = Object;
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum ResumeStyle {
    Flag,
    Subcommand,
}

impl TryFrom<String> for ResumeStyle {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "flag" | "" => Ok(Self::Flag),
            "subcommand" => Ok(Self::Subcommand),
            _ => Err(format!("`{text}`, expected `flag` or `subcommand`")),
        }
    }
}

/// `arg` or `none`; a flag, which gastown does not have, is taken too.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Passing(pub(super) Option<PromptMode>);

impl TryFrom<String> for Passing {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mode = PromptMode::parse(&text);
        if mode.is_none() && !text.is_empty() {
            return Err(format!("`{text}`, expected `arg`, `none` or a flag such as `--prompt`"));
        }
        Ok(Self(mode))
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
