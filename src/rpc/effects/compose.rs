//! A buffer to write a text in, which `:w` sends off.

use rmpv::Value;

use super::Request;
use crate::{
    core::host_files::own_buffer,
    rpc::{
        at::At,
        encode::{self, Map},
    },
};

/// What Neovim opens for a text.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::rpc) struct Compose {
    /// The name of the buffer.
    pub(in crate::rpc) name: String,
    /// Whom the text is about; empty where that is nobody yet.
    pub(in crate::rpc) polecat: String,
    /// As of [`super::Effect::Open`].
    pub(in crate::rpc) at: Option<At>,
    pub(in crate::rpc) title: String,
    /// What stands there already.
    pub(in crate::rpc) text: String,
    /// Lines that are added to what is there, also to a text that was begun before.
    pub(in crate::rpc) quote: Vec<Vec<u8>>,
    /// Lines and columns of a float; without it, a split of this many lines.
    pub(in crate::rpc) float: Option<(u32, u32)>,
    pub(in crate::rpc) lines: u32,
    /// Whether its window closes when it is sent: that takes long.
    pub(in crate::rpc) closes: bool,
    /// What `:w` does, with `text` in its arguments.
    pub(in crate::rpc) call: Request,
    /// The same of `:w!`, where that is something else.
    pub(in crate::rpc) forced: Option<Request>,
    /// Whether words such as `{file}` stand for something in the editor.
    pub(in crate::rpc) contexts: bool,
    pub(in crate::rpc) words: ComposedText,
}

/// What is told of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rpc) struct ComposedText {
    /// It is empty.
    pub(in crate::rpc) empty: &'static str,
    /// It was not written yet.
    pub(in crate::rpc) unsaved: &'static str,
    /// It was changed after `:w`.
    pub(in crate::rpc) later: &'static str,
    /// It did not arrive and is not shown: how to get it back.
    pub(in crate::rpc) hidden: String,
}

/// A message to a polecat, which is sent or queued: a buffer of its own for each.
pub(in crate::rpc) fn message(
    to: (&str, Option<At>),
    quote: Vec<Vec<u8>>,
    call: Request,
    queue: Option<Request>,
) -> Compose {
    let polecat = to.0;
    let keys = if queue.is_some() { "`:w` sends, `:w!` queues" } else { "`:w` sends" };
    let words = ComposedText {
        empty: "an empty message is not sent",
        unsaved: "the message is not sent: `:w` sends it, `:q!` drops it",
        later: "later edits were not sent",
        hidden: format!("the message is kept: `:PolecatInject {polecat}` shows it"),
    };
    let compose = Compose::new("compose", to, format!("to {polecat}: {keys}"), call, words);
    Compose { quote, lines: 10, forced: queue, contexts: true, ..compose }
}

/// A task for free or new polecats of a rig, which `whom` counts: a buffer of its own for each rig.
pub(in crate::rpc) fn task(
    whom: &str,
    (rig, at): (&str, At),
    quote: Vec<Vec<u8>>,
    call: Request,
) -> Compose {
    let title = format!("a task for {whom} of {rig}: `:w` starts it");
    let words = ComposedText {
        empty: "an empty task is not sent",
        unsaved: "the task is not given: `:w` gives it, `:q!` drops it",
        later: "later edits were not sent",
        hidden: format!("the task for {rig} is kept: `t` on its row in the list shows it"),
    };
    let compose = Compose::new("sling", (rig, Some(at)), title, call, words);
    Compose { polecat: String::new(), quote, lines: 10, contexts: true, ..compose }
}

/// The message of the commit that has all work of a polecat.
pub(in crate::rpc) fn squash(
    of: (&str, Option<At>),
    into: &str,
    text: String,
    call: Request,
) -> Compose {
    let polecat = of.0;
    let title = format!("all of {polecat} as one commit in {into}: `:w` commits");
    let words = ComposedText {
        empty: "without a message nothing is merged",
        unsaved: "nothing is merged yet: `:w` merges, `:q!` drops the message",
        later: "later edits are not in the commit",
        hidden: format!("the message is kept: `:PolecatMerge {polecat} squash` shows it"),
    };
    Compose { text, ..Compose::new("squash", of, title, call, words) }
}

/// The title and the text of a pull request.
pub(in crate::rpc) fn pull_request(
    of: (&str, Option<At>),
    branch: &str,
    text: String,
    call: Request,
) -> Compose {
    let title = format!("pull request of {branch}, its title first: `:w` opens it");
    let words = ComposedText {
        empty: "without a title no pull request is opened",
        unsaved: "the pull request is not opened: `:w` opens it, `:q!` drops the text",
        later: "later edits are not in the pull request",
        hidden: format!("the text is kept: `:PolecatPush {}` shows it", of.0),
    };
    Compose { text, ..Compose::new("pull-request", of, title, call, words) }
}

/// The words of an answer.
pub(in crate::rpc) fn answer(to: (&str, Option<At>), choice: &str, call: Request) -> Compose {
    let words = ComposedText {
        empty: "an empty answer is not given",
        unsaved: "the answer is not given: `:w` gives it, `:q!` drops it",
        later: "later edits were not given",
        hidden: format!("the answer is kept: `:PolecatAnswer {}` asks again", to.0),
    };
    let compose = Compose::new("answer", to, format!("{choice}: `:w` answers"), call, words);
    Compose { float: Some((4, 72)), lines: 4, ..compose }
}

/// A comment on what `about` names: one at a time for each polecat.
pub(in crate::rpc) fn comment(
    on: (&str, Option<At>),
    about: &str,
    text: String,
    call: Request,
) -> Compose {
    let words = ComposedText {
        empty: "an empty comment is not saved",
        unsaved: "the comment is not saved: `:w` saves it, `:q!` drops it",
        later: "later edits were not saved",
        hidden: "the comment is kept: `c` in the diff shows it".to_owned(),
    };
    let compose = Compose::new("comment", on, format!("{about}: `:w` saves"), call, words);
    Compose { text, float: Some((8, 72)), lines: 8, ..compose }
}

impl Compose {
    /// The same in a float, above the list from which it was asked for, which shows what comes of it.
    pub(in crate::rpc) fn above_list(self) -> Self {
        Self { float: Some((10, 80)), closes: true, ..self }
    }

    /// An empty split for a text of this `kind`, which is about `polecat`.
    fn new(
        kind: &str,
        (polecat, at): (&str, Option<At>),
        title: String,
        call: Request,
        words: ComposedText,
    ) -> Self {
        Self {
            name: own_buffer(kind, polecat),
            polecat: polecat.to_owned(),
            at,
            title,
            text: String::new(),
            quote: Vec::new(),
            float: None,
            lines: 12,
            closes: false,
            call,
            forced: None,
            contexts: false,
            words,
        }
    }

    pub(in crate::rpc) fn encode(self, map: Map) -> Map {
        let quote = self.quote.into_iter().map(encode::bytes).collect::<Vec<_>>();
        let float =
            |(lines, columns): (u32, u32)| Map::new().put("lines", lines).put("columns", columns);
        let words = Map::new()
            .put("empty", self.words.empty)
            .put("unsaved", self.words.unsaved)
            .put("later", self.words.later)
            .put("hidden", self.words.hidden);
        let busy = self.float.map(|_| super::not_opened(&self.title));
        map.some("busy", busy)
            .put("name", self.name)
            .some("polecat", Some(self.polecat).filter(|polecat| !polecat.is_empty()))
            .some("at", super::place(self.at))
            .put("title", self.title)
            .put("text", self.text)
            .some("quote", (!quote.is_empty()).then_some(Value::Array(quote)))
            .some("float", self.float.map(float))
            .put("lines", self.lines)
            .put("call", self.call)
            .some("closes", self.closes.then_some(true))
            .some("forced", self.forced)
            .some("contexts", self.contexts.then_some(true))
            .put("words", words)
    }
}
