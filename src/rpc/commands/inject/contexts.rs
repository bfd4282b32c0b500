//! A message as a person wrote it, with what its words stand for in the editor.

use std::collections::HashMap;

use super::quotes;
use crate::rpc::commands::invocation::Invocation;
use crate::{
    core::{
        contexts::{self, Context, Value, function_lines},
        host_files::HostFile,
    },
    rpc::{
        calls::{Around, CallContext, Entry, Gathered, Lines},
        error::{Refusal, RpcError},
    },
    session::RigContext,
};

/// The maximum of entries of a list; how many more there are is said.
const ENTRIES_LIMIT: usize = 200;

/// A message, and whether the lines of its range are in it already.
pub(in crate::rpc::commands) struct MessageDraft {
    pub(in crate::rpc::commands) text: Vec<u8>,
    pub(in crate::rpc::commands) has_lines: bool,
}

/// `text` with the prompt that it begins with, and with all contexts in the place of their words.
///
/// # Errors
/// There is nothing that a word could stand for.
pub(in crate::rpc::commands) async fn message(
    context: &CallContext<'_>,
    asked: &Invocation,
    text: &[u8],
) -> Result<MessageDraft, Refusal> {
    let text = contexts::with_prompt(text, context.workspace.prompts());
    let named = contexts::named(&text);
    let mut values = HashMap::new();
    if !named.is_empty() {
        let rig = context.rig(asked.at()).await?;
        let lookup = Lookup { context, asked, rig: &rig };
        for context in &named {
            values.insert(*context, lookup.value(*context).await?);
        }
    }
    let text = contexts::filled(&text, |context| values.get(&context).cloned());
    Ok(MessageDraft { text, has_lines: named.contains(&Context::Selection) })
}

struct Lookup<'a> {
    context: &'a CallContext<'a>,
    asked: &'a Invocation,
    rig: &'a RigContext,
}

impl Lookup<'_> {
    async fn value(&self, context: Context) -> Result<Value, Refusal> {
        let missing = || empty(context, "the buffer that was meant is gone");
        let gathered = self.asked.asked.contexts.as_ref().ok_or_else(missing)?;
        let text = match context {
            Context::File => return Ok(inline(self.file(gathered).await?)),
            Context::Line => return Ok(inline(self.line(&gathered.here).await)),
            Context::Selection => self.selection(gathered).await?,
            Context::Function => self.function(gathered).await?,
            Context::Diagnostics => self.diagnostics(gathered).await?,
            Context::Quickfix => {
                let nothing = || empty(context, "the quickfix list is empty");
                self.entries(gathered.quickfix.as_deref()).await.ok_or_else(nothing)?
            }
            Context::Buffers => {
                let nothing = || empty(context, "no listed buffer shows a file");
                self.buffers(gathered).await.ok_or_else(nothing)?
            }
            Context::Diff => self.diff().await?,
        };
        Ok(Value { text, block: true })
    }

    async fn name(&self, lines: &Lines) -> String {
        String::from_utf8_lossy(&quotes::name(self.context, self.rig, &lines.name).await)
            .into_owned()
    }

    /// The path alone, in a diff that of the file that the cursor is on.
    async fn file(&self, gathered: &Gathered) -> Result<Vec<u8>, RpcError> {
        let name = &gathered.here.name;
        if name.starts_with(b"/") || HostFile::named(name).is_some() {
            return Ok(quotes::name(self.context, self.rig, &gathered.here.name).await);
        }
        let place = quotes::in_diff(self.context, &gathered.here);
        let place = place.ok_or_else(|| empty(Context::File, "the buffer shows no file"))?;
        let line = place.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let path = place[..place.len() - line].strip_suffix(b":").filter(|_| line > 0);
        Ok(path.unwrap_or(&place).to_vec())
    }

    async fn line(&self, line: &Lines) -> Vec<u8> {
        let place = quotes::place(self.context, self.rig, line).await;
        let text = line.text.first().map_or(&b""[..], |text| text.trim_ascii());
        if text.is_empty() {
            return place;
        }
        // A span of code ends at as many backticks as it begins with.
        let ticks = if text.contains(&b'`') { &b"``"[..] } else { b"`" };
        let pad = if text.contains(&b'`') { &b" "[..] } else { b"" };
        [&place[..], b" (", ticks, pad, text, pad, ticks, b")"].concat()
    }

    async fn selection(&self, gathered: &Gathered) -> Result<Vec<u8>, RpcError> {
        let lines = self.asked.asked.lines.as_deref().or(gathered.selection.as_ref());
        if let Some(lines) = lines {
            return Ok(quotes::quoted(self.context, self.rig, lines).await.join(&b'\n'));
        }
        let name = self.name(&gathered.here).await;
        Err(empty(Context::Selection, &format!("nothing is selected in `{name}`")))
    }

    async fn function(&self, gathered: &Gathered) -> Result<Vec<u8>, RpcError> {
        let Some(Around { nodes, lines }) = &gathered.function else {
            let what = match &*gathered.here.filetype {
                "" => "a buffer without a file type".to_owned(),
                filetype => format!("`{filetype}`"),
            };
            let why = format!("there is no tree-sitter parser for {what}");
            return Err(empty(Context::Function, &why));
        };
        let found = function_lines(nodes).zip(lines.as_ref());
        let found = found.and_then(|((first, last), lines)| cut(lines, first, last));
        if let Some(lines) = found {
            return Ok(quotes::quoted(self.context, self.rig, &lines).await.join(&b'\n'));
        }
        let (line, name) = (gathered.here.first, self.name(&gathered.here).await);
        let why = format!("there is no function around line {line} of `{name}`");
        Err(empty(Context::Function, &why))
    }

    async fn diagnostics(&self, gathered: &Gathered) -> Result<Vec<u8>, RpcError> {
        if let Some(text) = self.entries(gathered.diagnostics.as_deref()).await {
            return Ok(text);
        }
        let name = self.name(&gathered.here).await;
        Err(empty(Context::Diagnostics, &format!("there are none in `{name}`")))
    }

    /// One entry a line: `main.rs:3:7: error: unused (rustc)`.
    async fn entries(&self, entries: Option<&[Entry]>) -> Option<Vec<u8>> {
        let entries = entries.filter(|entries| !entries.is_empty())?;
        let mut names = HashMap::new();
        let mut lines = Vec::new();
        for entry in entries.iter().take(ENTRIES_LIMIT) {
            if !names.contains_key(&entry.name) {
                let name = quotes::name(self.context, self.rig, &entry.name).await;
                names.insert(entry.name.clone(), name);
            }
            lines.push(entry_line(&names[&entry.name], entry));
        }
        Some(listed(lines, entries.len()))
    }

    async fn buffers(&self, gathered: &Gathered) -> Option<Vec<u8>> {
        let files = gathered.buffers.as_ref().filter(|files| !files.is_empty())?;
        let mut names = Vec::new();
        for file in files.iter().take(ENTRIES_LIMIT) {
            names.push(quotes::name(self.context, self.rig, file).await);
        }
        Some(listed(names, files.len()))
    }

    async fn diff(&self) -> Result<Vec<u8>, Refusal> {
        let at = self.asked.at();
        let folder = at.file.as_deref().unwrap_or(&at.cwd);
        let found = self.rig.uncommitted(folder).await?;
        if found.diff.is_empty() && found.new.is_empty() {
            return Err(empty(Context::Diff, "everything is committed").into());
        }
        let mut parts = Vec::new();
        if !found.diff.is_empty() {
            parts.push(quotes::fenced(&found.diff, "diff"));
        }
        if !found.new.is_empty() {
            let shown = found.new.iter().take(ENTRIES_LIMIT).cloned().collect();
            parts.push([&b"new files:\n"[..], &listed(shown, found.new.len())].concat());
        }
        Ok(parts.join(&b'\n'))
    }
}

fn inline(text: Vec<u8>) -> Value {
    Value { text, block: false }
}

/// Nothing is sent: an agent would go to work on a sentence with a hole.
fn empty(context: Context, why: &str) -> RpcError {
    let name = context.name();
    let hint = format!("`{{{{{name}}}}}` sends the word itself");
    RpcError {
        code: "empty_context",
        hint: Some(hint),
        ..RpcError::bad_argument(format!("`{{{name}}}`: {why}"))
    }
}

/// `lines` from `first` to `last`, which are lines of the buffer.
fn cut(lines: &Lines, first: usize, last: usize) -> Option<Lines> {
    let (from, till) = (first.checked_sub(lines.first)?, last.checked_sub(lines.first)?);
    let text = lines.text.get(from..=till)?.to_vec();
    Some(Lines { first, last, text, ..lines.clone() })
}

const SEVERITIES: [&str; 4] = ["error", "warning", "info", "hint"];

fn entry_line(name: &[u8], entry: &Entry) -> Vec<u8> {
    let number = |number: usize| if number > 0 { format!(":{number}") } else { String::new() };
    let column = if entry.line > 0 { number(entry.column) } else { String::new() };
    let severity = entry.severity.and_then(|number| SEVERITIES.get(number.checked_sub(1)?));
    let kind = severity.map(|kind| format!(" {kind}:")).unwrap_or_default();
    let source = entry.source.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let text = entry.text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let text = text.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(&b' ');
    let place = format!("{}{column}:{kind} ", number(entry.line));
    [name, place.as_bytes(), &text, source.as_bytes()].concat().trim_ascii_end().to_vec()
}

/// The lines, and how many more there are than these.
fn listed(mut lines: Vec<Vec<u8>>, all: usize) -> Vec<u8> {
    if all > lines.len() {
        lines.push(format!("... and {} more", all - lines.len()).into_bytes());
    }
    lines.join(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: usize, column: usize, text: &str) -> Entry {
        Entry {
            name: b"/shop/a.rs".to_vec().into(),
            line,
            column,
            severity: None,
            text: text.as_bytes().to_vec().into(),
            source: None,
        }
    }

    fn shown(entry: &Entry) -> String {
        String::from_utf8(entry_line(b"a.rs", entry)).unwrap()
    }

    #[test]
    fn an_entry_is_one_line_as_compilers_write_it() {
        let source = Some("rustc".to_owned());
        let told = Entry { severity: Some(1), source, ..entry(3, 7, "no\n  such x\n") };
        assert_eq!(shown(&told), "a.rs:3:7: error: no such x (rustc)");
        assert_eq!(shown(&entry(3, 0, "x")), "a.rs:3: x");
        assert_eq!(shown(&entry(0, 4, "x")), "a.rs: x");
        assert_eq!(shown(&entry(1, 1, "")), "a.rs:1:1:");
    }

    #[test]
    fn a_list_says_what_it_leaves_out() {
        assert_eq!(listed(vec![b"a".to_vec(), b"b".to_vec()], 2), b"a\nb");
        assert_eq!(listed(vec![b"a".to_vec()], 3), b"a\n... and 2 more");
    }

    #[test]
    fn an_empty_context_names_its_word_and_the_way_around() {
        let error = empty(Context::Diagnostics, "there are none in `a.rs`");
        assert_eq!(error.code, "empty_context");
        assert_eq!(error.message, "`{diagnostics}`: there are none in `a.rs`");
        assert_eq!(error.hint.as_deref(), Some("`{{diagnostics}}` sends the word itself"));
    }
}
