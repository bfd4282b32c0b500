//! Values as Lua reads them. Written by hand: a derive would make arrays of our structs, and a
//! field without a value must be absent, because nil arrives in Lua as `vim.NIL`, which is true.

use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
};

use rmpv::Value;

use crate::{
    core::{
        session::{Exit, ExitHow, SessionInfo, Waiting},
        trust::{Content, Request},
        work::Diffstat,
    },
    session::{
        AttachPlan, Completion, Files, HealthRow, NewPolecat, RemovedPolecat, RestoredPolecat,
        Started,
    },
    view::{Color, Fold, Group, Line, Patch, Style, index, stages},
};

/// A map under construction.
#[derive(Default)]
pub(super) struct Map(Vec<(Value, Value)>);

impl Map {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn put(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// Leaves the key out where there is no value.
    pub(super) fn some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// Puts all of `other` to it.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Leaves the key out where it is false.
    fn flag(self, key: &str, set: bool) -> Self {
        self.some(key, set.then_some(true))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map.0)
    }
}

/// A list of texts.
pub(super) fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Value {
    Value::Array(texts.into_iter().map(|text| text.as_ref().into()).collect())
}

/// The words of a command, which may be any bytes.
fn words(words: &[OsString]) -> Value {
    Value::Array(words.iter().map(|one| word(one)).collect())
}

/// What may be any bytes, such as a path.
pub(super) fn word(word: &OsStr) -> Value {
    match word.to_str() {
        Some(text) => text.into(),
        None => Value::Binary(word.as_bytes().to_vec()),
    }
}

/// Bytes as one string; those that are no UTF-8 reach Lua as they are.
pub(super) fn bytes(bytes: Vec<u8>) -> Value {
    String::from_utf8(bytes).map_or_else(|error| Value::Binary(error.into_bytes()), Value::from)
}

/// `SessionInfo`: gastown's names, then ours.
pub(super) fn session(info: &SessionInfo) -> Map {
    let time = |at: Option<jiff::Timestamp>| at.map(|at| format!("{at:.0}"));
    Map::new()
        .put("polecat", info.polecat.as_str())
        .put("session_id", info.session_id.as_str())
        .some("found_in", info.found_in.as_deref())
        .put("running", info.running)
        .put("rig_name", info.rig_name.as_str())
        .put("attached", info.attached)
        .some("created", time(info.created))
        .some("windows", info.running.then_some(info.windows))
        .some("last_activity", time(info.last_activity))
        .put("state", info.state.as_str())
        .put("state_source", info.state_source.as_str())
        .some("state_since", time(info.state_since))
        .some("waiting", info.waiting.as_ref().map(waiting))
        .some("agent", info.agent.as_deref())
        .some("command", info.command.as_deref())
        .some("workdir", info.workdir.as_ref().map(|dir| dir.display().to_string()))
        .some("branch", info.branch.as_deref())
        .some("diff", info.diff.as_ref().map(diff))
        .some("issue", info.issue.as_deref())
        .some("pane_id", info.pane_id.as_deref())
        .some("pid", info.pid)
        .some("exit", info.exit.as_ref().map(exit))
}

pub(super) fn sessions(infos: &[SessionInfo]) -> Value {
    Value::Array(infos.iter().map(|info| session(info).into()).collect())
}

pub(super) fn waiting(waiting: &Waiting) -> Map {
    let Waiting { reason, text, about, choices } = waiting;
    Map::new()
        .put("reason", reason.as_str())
        .put("text", text.as_str())
        .some("about", (!about.is_empty()).then_some(about.as_str()))
        .some("choices", (!choices.is_empty()).then(|| texts(choices)))
}

fn diff(diff: &Diffstat) -> Map {
    Map::new()
        .put("ahead", diff.ahead)
        .put("added", diff.added)
        .put("removed", diff.removed)
        .put("uncommitted", diff.uncommitted)
        .put("untracked", diff.untracked)
}

/// Files that were changed in a worktree.
pub(super) fn files(files: &Files) -> Map {
    let paths = files.paths.iter().map(|path| word(path.as_os_str())).collect();
    Map::new()
        .put("polecat", files.polecat.as_str())
        .put("worktree", word(files.worktree.as_os_str()))
        .put("paths", Value::Array(paths))
        .put("whole", files.whole)
}

/// What files of a project want run.
pub(super) fn request(request: &Request) -> Map {
    let paths = request.files.iter().map(|file| word(file.as_os_str())).collect();
    let env = request.env.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into()));
    let content = |content: &Content| -> Value {
        Map::new()
            .put("path", word(content.path.as_os_str()))
            .some("text", content.text.as_deref())
            .into()
    };
    Map::new()
        .put("id", request.id())
        .put("files", Value::Array(paths))
        .put("argv", texts(&request.argv))
        .put("env", Value::Map(env.collect()))
        .put("contents", Value::Array(request.contents.iter().map(content).collect()))
        .put("lines", texts(request.lines()))
        .put("lasting", request.lasting)
}

/// What went wrong without being in the way.
pub(super) fn warning(text: &str) -> Map {
    Map::new().put("level", "warn").put("text", text)
}

fn exit(exit: &Exit) -> Map {
    let (status, signal) = match exit.how {
        ExitHow::Status(status) => (Some(status), None),
        ExitHow::Signal(signal) => (None, Some(signal)),
        ExitHow::Unknown | ExitHow::Gone => (None, None),
    };
    Map::new()
        .some("status", status)
        .some("signal", signal)
        .put("at", format!("{:.0}", exit.at))
        .put("lived_ms", exit.lived_ms)
        .put("command", exit.command.as_str())
        .put("tail", texts(&exit.tail))
}

pub(super) fn started(started: &Started) -> Map {
    session(&started.info).put("warnings", texts(&started.warnings))
}

pub(super) fn new_polecat(new: &NewPolecat) -> Map {
    Map::new()
        .put("polecat", new.polecat.as_str())
        .put("workdir", new.workdir.display().to_string())
        .put("branch", new.branch.as_str())
}

/// What went, what stays, and where its work is.
pub(super) fn removed(gone: &RemovedPolecat) -> Map {
    let removed = &gone.removed;
    let kept = removed.kept.iter().map(|(branch, why)| {
        Map::new().put("branch", branch.as_str()).put("why", why.as_str()).into()
    });
    Map::new()
        .put("polecat", gone.polecat.as_str())
        .put("dir", gone.dir.display().to_string())
        .put("branches", texts(&removed.branches))
        .put("kept", Value::Array(kept.collect()))
        .some("backup", removed.backup.as_ref().map(|backup| backup.reference.as_str()))
        .some("commit", removed.backup.as_ref().map(|backup| backup.commit.as_str()))
        .put("stashes", texts(&removed.stashes))
        .put("comments", removed.comments)
        .some("underway", removed.underway.as_deref())
}

pub(super) fn restored(back: &RestoredPolecat) -> Map {
    let restored = &back.restored;
    Map::new()
        .put("polecat", back.polecat.as_str())
        .put("workdir", restored.path.display().to_string())
        .some("branch", restored.branch.as_deref())
        .some("formerly", restored.formerly.as_deref())
        .put("backup", restored.backup.reference.as_str())
        .some("underway", restored.underway.as_deref())
}

pub(super) fn completion(known: &Completion) -> Map {
    Map::new()
        .put("polecats", texts(&known.polecats))
        .put("running", texts(&known.running))
        .put("sessions", texts(&known.sessions))
        .put("agents", texts(&known.agents))
        .put("backups", texts(&known.backups))
}

pub(super) fn attach(plan: &AttachPlan) -> Map {
    Map::new().put("argv", words(&plan.argv)).some("switch", plan.switch.as_deref().map(words))
}

pub(super) fn health(rows: &[HealthRow]) -> Value {
    let row = |row: &HealthRow| {
        Map::new()
            .put("section", row.section)
            .put("level", row.level.as_str())
            .put("text", row.text.as_str())
            .some("hint", row.hint.as_deref())
            .into()
    };
    Value::Array(rows.iter().map(row).collect())
}

/// A patch with the highlights of its lines, whose rows are counted in the whole buffer.
pub(super) fn patch<'a>(patch: &'a Patch, styles: &mut Styles<'a>) -> Map {
    let mut spans = Vec::new();
    for (offset, line) in patch.lines.iter().enumerate() {
        for span in &line.spans {
            let row = patch.from + offset;
            let group = styles.group(&span.group);
            spans.push(Value::Array(vec![row.into(), span.from.into(), span.to.into(), group]));
        }
    }
    let folds: Option<Vec<Value>> =
        patch.lines.iter().map(|line| line.fold.map(fold_level)).collect();
    Map::new()
        .put("from", patch.from)
        .put("to", patch.to)
        .put("lines", texts(patch.lines.iter().map(|line| &line.text)))
        .put("spans", Value::Array(spans))
        .some("folds", folds.map(Value::Array))
}

/// As 'foldexpr' gives it.
fn fold_level(fold: Fold) -> Value {
    match fold {
        Fold::Starts(level) => format!(">{level}").into(),
        Fold::In(level) => level.into(),
    }
}

/// What each line stands for, `''` for nothing.
pub(super) fn keys(lines: &[Line]) -> Value {
    texts(lines.iter().map(|line| &line.key))
}

/// The styles that a frame uses, each once, and what it is in fewer colours. Neovim makes groups of
/// them, which it has few of and never gets back: it alone knows how many are left.
#[derive(Default)]
pub(super) struct Styles<'a> {
    places: HashMap<&'a Style, usize>,
    used: Vec<&'a Style>,
}

impl<'a> Styles<'a> {
    /// The name of one of our groups, or the place of a style in the list, from 1 as Lua counts.
    fn group(&mut self, group: &'a Group) -> Value {
        let style = match group {
            Group::Named(name) => return (*name).into(),
            Group::Styled(style) => style,
        };
        let place = *self.places.entry(style).or_insert_with(|| {
            self.used.push(style);
            self.used.len()
        });
        place.into()
    }
}

impl From<Styles<'_>> for Value {
    fn from(styles: Styles<'_>) -> Self {
        let stages = |used: &Style| stages(used).iter().map(|stage| style(stage).into()).collect();
        Self::Array(styles.used.into_iter().map(|used| Self::Array(stages(used))).collect())
    }
}

/// As `nvim_set_hl()` takes it, but for the sixteen colours that a person's palette decides and for
/// `dim`; with the name of its group, which one that looks like nothing has none of.
fn style(style: &Style) -> Map {
    let color = |color: Option<Color>| {
        color.map(|color| match color {
            Color::Palette(index) => Value::from(index),
            Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}").into(),
        })
    };
    Map::new()
        .some("name", (*style != Style::default()).then(|| group_name(style)))
        .some("fg", color(style.foreground))
        .some("bg", color(style.background))
        .some("sp", color(style.underline_color))
        .some("ctermfg", style.foreground.map(index).or(style.dim.then_some(8)))
        .some("ctermbg", style.background.map(index))
        .flag("bold", style.bold)
        .flag("dim", style.dim)
        .flag("italic", style.italic)
        .flag("underline", style.underline)
        .flag("reverse", style.reverse)
        .flag("strikethrough", style.strikethrough)
}

/// `PolecatTerm_FGx00ff00_bold`
fn group_name(style: &Style) -> String {
    let color = |name: &str, color: Option<Color>| {
        color.map(|color| match color {
            Color::Palette(index) => format!("_{name}{index}"),
            Color::Rgb(r, g, b) => format!("_{name}x{r:02x}{g:02x}{b:02x}"),
        })
    };
    let flag = |name: &str, set: bool| set.then(|| format!("_{name}"));
    let parts = [
        color("FG", style.foreground),
        color("BG", style.background),
        color("SP", style.underline_color),
        flag("bold", style.bold),
        flag("dim", style.dim),
        flag("italic", style.italic),
        flag("underline", style.underline),
        flag("reverse", style.reverse),
        flag("strikethrough", style.strikethrough),
    ];
    format!("PolecatTerm{}", parts.into_iter().flatten().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_tells_each_style_once_and_spans_name_it_by_its_place() {
        let red = Style { foreground: Some(Color::Palette(1)), ..Style::default() };
        let bold = Style { bold: true, ..red.clone() };
        let groups =
            [Group::Styled(red.clone()), Group::Named("PolecatMuted"), Group::Styled(bold)];
        let mut styles = Styles::default();
        let places: Vec<Value> =
            groups.iter().chain(&groups[..1]).map(|group| styles.group(group)).collect();
        assert_eq!(places, [1.into(), "PolecatMuted".into(), 2.into(), 1.into()]);
        let group = |name: &str| Map::new().put("name", name).put("fg", 1).put("ctermfg", 1);
        let red = || Value::from(group("PolecatTerm_FG1"));
        let bold = || Value::from(group("PolecatTerm_FG1_bold").put("bold", true));
        let stages = [vec![red()], vec![bold(), bold(), red()]].map(Value::Array);
        assert_eq!(Value::from(styles), Value::Array(stages.to_vec()));
    }

    #[test]
    fn a_field_without_a_value_is_absent() {
        let map: Value = Map::new().put("a", 1).some("b", None::<u8>).into();
        assert_eq!(map, Value::Map(vec![("a".into(), 1.into())]));
    }
}
