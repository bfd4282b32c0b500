//! The words of a message that stand for something in the editor: `{file}`, `{diagnostics}`.
//!
//! Inside a fenced block nothing is replaced: code has braces of its own, and quoted lines are no
//! words of the person's. What a word stood for is never looked at again.

mod function;
mod prompt;

pub use function::{Node, function_lines};
pub use prompt::with_prompt;

/// What a word in braces stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Its path.
    File,
    /// The one under the cursor.
    Line,
    /// The selected lines.
    Selection,
    /// The one around the cursor.
    Function,
    /// Of the file.
    Diagnostics,
    /// The entries of the list.
    Quickfix,
    /// The files that are open.
    Buffers,
    /// What is not committed.
    Diff,
}

/// All of them, in the order in which they are completed: the name, and what it stands for.
pub static CONTEXTS: [(Context, &str, &str); 8] = [
    (Context::File, "file", "the path of the file"),
    (Context::Line, "line", "the line under the cursor, and where it is"),
    (Context::Selection, "selection", "the selected lines, or those of the range"),
    (Context::Function, "function", "the function around the cursor"),
    (Context::Diagnostics, "diagnostics", "the diagnostics of the file"),
    (Context::Quickfix, "quickfix", "the entries of the quickfix list"),
    (Context::Buffers, "buffers", "the files of all listed buffers"),
    (Context::Diff, "diff", "what is not committed yet"),
];

impl Context {
    /// Its word, without the braces.
    #[must_use]
    pub fn name(self) -> &'static str {
        CONTEXTS.iter().find(|(context, ..)| *context == self).map_or("", |(_, name, _)| name)
    }
}

/// What is put in the place of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text, without a line break at its end.
    pub text: Vec<u8>,
    /// Whether it stands on lines of its own.
    pub block: bool,
}

/// A part of a message.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a [u8]),
    Context(Context),
}

/// The contexts that `message` names, each once.
#[must_use]
pub fn named(message: &[u8]) -> Vec<Context> {
    let mut named = Vec::new();
    for part in parts(message) {
        if let Part::Context(context) = part
            && !named.contains(&context)
        {
            named.push(context);
        }
    }
    named
}

/// `message` with `value` of each context in the place of its word. Of a word for which there is no
/// value, the word stays.
#[must_use]
pub fn filled(message: &[u8], value: impl Fn(Context) -> Option<Value>) -> Vec<u8> {
    let (mut filled, mut below_block) = (Vec::with_capacity(message.len()), false);
    for part in parts(message) {
        let found = match part {
            Part::Text(text) => Value { text: text.to_vec(), block: false },
            Part::Context(context) => value(context).unwrap_or_else(|| Value {
                text: format!("{{{}}}", context.name()).into_bytes(),
                block: false,
            }),
        };
        below_block = push(&mut filled, &found, below_block);
    }
    filled
}

/// Appends `value`, on a line of its own where it or what stands before it is a block; whether what
/// follows stands below a block.
fn push(filled: &mut Vec<u8>, value: &Value, below_block: bool) -> bool {
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let mut text = &value.text[..];
    if below_block {
        text = &text[text.iter().take_while(blank).count()..];
    }
    if value.block {
        let blanks = filled.iter().rev().take_while(blank).count();
        filled.truncate(filled.len() - blanks);
    }
    let is_apart = filled.is_empty() || filled.ends_with(b"\n");
    let breaks = value.block || (below_block && !text.is_empty() && !text.starts_with(b"\n"));
    if breaks && !is_apart {
        filled.push(b'\n');
    }
    filled.extend_from_slice(text);
    value.block || (below_block && text.is_empty())
}

/// `text` such that it comes out of [`filled`] as it is, outside of fences.
#[must_use]
pub fn literal(text: &[u8]) -> Vec<u8> {
    let mut literal = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        if let Some((_, length)) = word(rest) {
            literal.extend([b"{", &rest[..length], b"}"].concat());
            rest = &rest[length..];
        } else {
            literal.push(first);
            rest = behind;
        }
    }
    literal
}

/// The message in parts, in order.
fn parts(message: &[u8]) -> Vec<Part<'_>> {
    let (mut parts, mut open) = (Vec::new(), None);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let fence = Fence::of(line);
        match (open, fence) {
            (None, None) => words(line, &mut parts),
            (None, Some(fence)) => {
                open = Some(fence);
                parts.push(Part::Text(line));
            }
            (Some(begun), fence) => {
                open = open.filter(|_| !fence.is_some_and(|fence| fence.ends(begun)));
                parts.push(Part::Text(line));
            }
        }
    }
    parts
}

/// A line that begins or ends a block of code.
#[derive(Clone, Copy)]
struct Fence {
    mark: u8,
    length: usize,
    /// Whether nothing stands behind it.
    bare: bool,
}

impl Fence {
    fn of(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii();
        let mark = *line.first().filter(|mark| matches!(mark, b'`' | b'~'))?;
        let length = line.iter().take_while(|byte| **byte == mark).count();
        (length >= 3).then_some(Self { mark, length, bare: length == line.len() })
    }

    fn ends(self, begun: Self) -> bool {
        self.bare && self.mark == begun.mark && self.length >= begun.length
    }
}

/// The parts of a line outside of fences.
fn words<'a>(line: &'a [u8], parts: &mut Vec<Part<'a>>) {
    let (mut from, mut at) = (0, 0);
    let text = |range: std::ops::Range<usize>, parts: &mut Vec<Part<'a>>| {
        if !range.is_empty() {
            parts.push(Part::Text(&line[range]));
        }
    };
    while at < line.len() {
        let rest = &line[at..];
        if let Some(length) = doubled(rest) {
            text(from..at, parts);
            text(at + 1..at + length - 1, parts);
            at += length;
            from = at;
        } else if let Some((context, length)) = word(rest) {
            text(from..at, parts);
            parts.push(Part::Context(context));
            at += length;
            from = at;
        } else {
            at += 1;
        }
    }
    text(from..at, parts);
}

/// The context that `text` begins with, and how long its word is.
fn word(text: &[u8]) -> Option<(Context, usize)> {
    let inside = text.strip_prefix(b"{")?;
    let end = inside.iter().position(|byte| *byte == b'}')?;
    let known = CONTEXTS.iter().find(|(_, name, _)| name.as_bytes() == &inside[..end]);
    known.map(|(context, ..)| (*context, end + 2))
}

/// How long `{{file}}` is, if `text` begins with one.
fn doubled(text: &[u8]) -> Option<usize> {
    let (_, length) = word(text.strip_prefix(b"{")?)?;
    (text.get(length + 1) == Some(&b'}')).then_some(length + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{file}` is `main.rs`, `{selection}` a block, and nothing else is there.
    fn fill(message: &str) -> String {
        let value = |context| match context {
            Context::File => Some(Value { text: b"a.rs".to_vec(), block: false }),
            Context::Selection => Some(Value { text: b"a:1\n{file}".to_vec(), block: true }),
            _ => None,
        };
        String::from_utf8(filled(message.as_bytes(), value)).unwrap()
    }

    #[test]
    fn a_word_in_braces_is_replaced_and_no_other() {
        for (message, expected) in [
            ("look at {file}, and {file}", "look at a.rs, and a.rs"),
            ("{file}", "a.rs"),
            ("{files} {File} { file } {file {} {", "{files} {File} { file } {file {} {"),
            ("f\"{name}\" {{ user }}", "f\"{name}\" {{ user }}"),
            ("{diff} is not there", "{diff} is not there"),
            ("", ""),
        ] {
            assert_eq!(fill(message), expected);
        }
    }

    #[test]
    fn doubled_braces_are_one_pair_of_literal_ones() {
        assert_eq!(fill("{{file}} {{{file}}} {{other}}"), "{file} {{file}} {{other}}");
        for text in ["{file}", "{{file}}", "{x}", "a {file} b {diff}", "{{{file", ""] {
            let literal = String::from_utf8(literal(text.as_bytes())).unwrap();
            assert_eq!(fill(&literal), text, "{literal}");
        }
    }

    #[test]
    fn what_came_from_a_context_is_not_looked_at_again_and_stands_on_its_own_lines() {
        for (message, expected) in [
            ("{selection}", "a:1\n{file}"),
            ("fix {selection} in {file}", "fix\na:1\n{file}\nin a.rs"),
            ("fix:\n\n{selection}\n\nnow", "fix:\n\na:1\n{file}\n\nnow"),
            ("{selection}{selection}", "a:1\n{file}\na:1\n{file}"),
            ("{selection} {file}", "a:1\n{file}\na.rs"),
            ("{selection}  \nx", "a:1\n{file}\nx"),
        ] {
            assert_eq!(fill(message), expected);
        }
    }

    #[test]
    fn code_in_fences_is_left_as_it_is() {
        let message = "x {file}\n````rust\n{file}\n```\n{file}\n````\n{file}\n~~~\n{{file}}";
        let expected = "x a.rs\n````rust\n{file}\n```\n{file}\n````\na.rs\n~~~\n{{file}}";
        assert_eq!(fill(message), expected);
        assert_eq!(named(message.as_bytes()), [Context::File]);
        assert!(named(b"```\n{file}").is_empty());
    }

    #[test]
    fn each_is_named_once_and_in_order() {
        let message = b"{diff} {file} {diff} {{line}}";
        assert_eq!(named(message), [Context::Diff, Context::File]);
    }
}
