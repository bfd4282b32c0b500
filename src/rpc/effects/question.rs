//! The window in which a question of an agent is answered.

use rmpv::Value;

use super::{Effect, Request};
use crate::{
    rpc::{
        at::At,
        encode::{Map, texts},
    },
    view::{Group, Line},
};

/// What Neovim opens for a question, and what each key does in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::rpc) struct QuestionWindow {
    pub(in crate::rpc) polecat: String,
    /// As of [`Effect::Open`].
    pub(in crate::rpc) at: Option<At>,
    /// The session of whoever asks.
    pub(in crate::rpc) session: String,
    /// Of exactly this question.
    pub(in crate::rpc) id: String,
    pub(in crate::rpc) title: String,
    pub(in crate::rpc) lines: Vec<Line>,
    /// Its choices, in order.
    pub(in crate::rpc) choices: Vec<QuestionChoice>,
    /// The row of the choice that the agent has marked.
    pub(in crate::rpc) marked: Option<usize>,
    pub(in crate::rpc) keys: Vec<QuestionKey>,
    /// What gives all that was ticked, with `ticked` in its answers.
    pub(in crate::rpc) send: Option<Request>,
    /// What the frame says of the keys.
    pub(in crate::rpc) footer: String,
    /// The command that opens it again, for who was busy.
    pub(in crate::rpc) again: String,
}

/// A choice of it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::rpc) struct QuestionChoice {
    pub(in crate::rpc) number: usize,
    pub(in crate::rpc) row: usize,
    /// What gives it, where it is not ticked.
    pub(in crate::rpc) call: Option<Request>,
    pub(in crate::rpc) ticked: bool,
}

/// A key of it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::rpc) struct QuestionKey {
    pub(in crate::rpc) lhs: String,
    pub(in crate::rpc) about: String,
    pub(in crate::rpc) does: QuestionAction,
}

/// What a key does.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::rpc) enum QuestionAction {
    /// Gives or ticks the choice with this number.
    Choose(usize),
    /// Makes a call.
    Call(Request),
    /// Has this done instead.
    Apply(Effect),
}

impl QuestionWindow {
    pub(in crate::rpc) fn encode(self, map: Map) -> Map {
        let choices = self.choices.into_iter().map(|choice| choice.encode().into());
        let keys = self.keys.into_iter().map(|key| key.encode().into());
        let words = Map::new()
            .put("keys", self.footer)
            .put("giving", "answering...")
            .put("changed", "it no longer asks this: `r` shows what it asks");
        let busy = super::not_asked(&self.title, Some(&self.again));
        map.put("busy", busy)
            .put("polecat", self.polecat)
            .some("at", super::place(self.at))
            .put("session", self.session)
            .put("id", self.id)
            .put("title", self.title)
            .put("patch", patch(&self.lines))
            .put("choices", Value::Array(choices.collect()))
            .some("marked", self.marked)
            .put("keys", Value::Array(keys.collect()))
            .some("send", self.send)
            .put("words", words)
    }
}

impl QuestionChoice {
    fn encode(self) -> Map {
        Map::new()
            .put("number", self.number)
            .put("row", self.row)
            .some("call", self.call)
            .flag("ticked", self.ticked)
    }
}

impl QuestionKey {
    fn encode(self) -> Map {
        let map = Map::new().put("lhs", self.lhs).put("about", self.about);
        match self.does {
            QuestionAction::Choose(number) => map.put("choice", number),
            QuestionAction::Call(request) => map.put("call", request),
            QuestionAction::Apply(effect) => {
                map.put("effects", Value::Array(vec![effect.encode().into()]))
            }
        }
    }
}

/// All of `lines` as a patch of an empty buffer.
fn patch(lines: &[Line]) -> Map {
    let of_line = |(row, line): (usize, &Line)| -> Vec<Value> {
        let span = |span: &crate::view::Span| match span.group {
            Group::Named(name) => {
                Some(Value::Array(vec![row.into(), span.from.into(), span.to.into(), name.into()]))
            }
            Group::Styled(_) => None,
        };
        line.spans.iter().filter_map(span).collect()
    };
    Map::new()
        .put("from", 0)
        .put("to", 0)
        .put("lines", texts(lines.iter().map(|line| &line.text)))
        .put("spans", Value::Array(lines.iter().enumerate().flat_map(of_line).collect()))
}
