//! A buffer to write a text in, which `:w` sends off.

use rmpv::Value;

use super::{
    effects::Request,
    encode::{self, Map},
};

/// What Neovim opens for a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Compose {
    /// The name of the buffer.
    pub(super) name: String,
    /// Whom the text is about.
    pub(super) polecat: String,
    pub(super) title: String,
    /// What stands there already.
    pub(super) text: String,
    /// Lines that are added to what is there, also to a text that was begun before.
    pub(super) quote: Vec<Vec<u8>>,
    /// Lines and columns of a float; without it, a split of this many lines.
    pub(super) float: Option<(u32, u32)>,
    pub(super) lines: u32,
    /// What `:w` does, with `text` in its arguments.
    pub(super) call: Request,
    pub(super) words: Words,
}

/// What is told of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// It is empty.
    pub(super) empty: &'static str,
    /// It was not written yet.
    pub(super) unsaved: &'static str,
    /// It was changed after `:w`.
    pub(super) later: &'static str,
    /// It did not arrive and is not shown: how to get it back.
    pub(super) hidden: String,
}

/// A message to a polecat: a buffer of its own for each.
pub(super) fn message(polecat: &str, quote: Vec<Vec<u8>>, call: Request) -> Compose {
    Compose {
        name: format!("polecat://compose/{polecat}"),
        polecat: polecat.to_owned(),
        title: format!("to {polecat}: `:w` sends"),
        text: String::new(),
        quote,
        float: None,
        lines: 10,
        call,
        words: Words {
            empty: "an empty message is not sent",
            unsaved: "the message is not sent: `:w` sends it, `:q!` drops it",
            later: "later edits were not sent",
            hidden: format!("the message is kept: `:PolecatInject {polecat}` shows it"),
        },
    }
}

/// A comment on what `about` names: one at a time for each polecat.
pub(super) fn comment(polecat: &str, about: &str, text: String, call: Request) -> Compose {
    Compose {
        name: format!("polecat://comment/{polecat}"),
        polecat: polecat.to_owned(),
        title: format!("{about}: `:w` saves"),
        text,
        quote: Vec::new(),
        float: Some((8, 72)),
        lines: 8,
        call,
        words: Words {
            empty: "an empty comment is not saved",
            unsaved: "the comment is not saved: `:w` saves it, `:q!` drops it",
            later: "later edits were not saved",
            hidden: "the comment is kept: `c` in the diff shows it".to_owned(),
        },
    }
}

impl Compose {
    pub(super) fn encode(self, map: Map) -> Map {
        let quote = self.quote.into_iter().map(encode::bytes).collect::<Vec<_>>();
        let float =
            |(lines, columns): (u32, u32)| Map::new().put("lines", lines).put("columns", columns);
        let words = Map::new()
            .put("empty", self.words.empty)
            .put("unsaved", self.words.unsaved)
            .put("later", self.words.later)
            .put("hidden", self.words.hidden);
        map.put("name", self.name)
            .put("polecat", self.polecat)
            .put("title", self.title)
            .put("text", self.text)
            .some("quote", (!quote.is_empty()).then_some(Value::Array(quote)))
            .some("float", self.float.map(float))
            .put("lines", self.lines)
            .put("call", self.call)
            .put("words", words)
    }
}
