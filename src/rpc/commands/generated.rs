//! What is written out of the table: the rows that Lua registers and completes by, and the lists of
//! the help. `make generate` writes them; without it these tests fail when they differ.

use std::fmt::Write as _;

use crate::{
    core::{
        contexts::{CONTEXTS, Context},
        host_files::BUFFERS,
        rig::{beginning::BringMode, merge::MergeHow},
    },
    rpc::generated::{hold, read},
};

use super::{
    keys::views,
    table::{COMMANDS, Kind, NamedWord, Range, Spec, Word},
};

const LUA: &str = "lua/polecat/commands.lua";
const LUA_CONTEXTS: &str = "lua/polecat/contexts.lua";
const LUA_BUFFERS: &str = "lua/polecat/buffers.lua";
const HELP: &str = "doc/polecat.txt";

const HEAD: &str = "\
--- What each command takes. Written by `make generate` out of src/rpc/commands/table.rs.
---@type polecat.Command[]
return {
";

const CONTEXTS_HEAD: &str = "\
--- What words in braces stand for in a message. Written by `make generate` out of src/core/contexts.rs.
---@type [string, string][]
return {
";

const BUFFERS_HEAD: &str = "\
--- What our own buffers are called behind the scheme, and no host is. Written by `make generate` out
--- of src/core/host_files.rs.
---@type string[]
return {
";

#[test]
fn lua_and_the_help_have_the_contexts_of_messages() {
    let row = |(_, name, about): &(Context, &str, &str)| {
        format!("  {{ {}, {} }},\n", quoted(name), quoted(about))
    };
    let rows: String = CONTEXTS.iter().map(row).collect();
    hold(LUA_CONTEXTS, &format!("{CONTEXTS_HEAD}{rows}}}\n"));
    let help = read(HELP);
    for (_, name, _) in &CONTEXTS {
        assert!(help.contains(&format!("\n          {{{name}}} ")), "{HELP}: {{{name}}}");
    }
}

#[test]
fn lua_tells_our_own_buffers_from_files_of_hosts() {
    let rows: Vec<_> = BUFFERS.iter().map(|name| format!("  {},\n", quoted(name))).collect();
    hold(LUA_BUFFERS, &format!("{BUFFERS_HEAD}{}}}\n", rows.concat()));
}

#[test]
fn the_help_has_the_keys_of_each_view() {
    let tags = [
        ("*polecat-status-buffer*", &views::LIST),
        ("*polecat-status-buffer*", &views::DETAIL),
        ("*polecat-capture-buffer*", &views::CAPTURE),
        ("*polecat-capture-buffer*", &views::SNAPSHOT),
        ("*polecat-diff-buffer*", &views::CHANGES),
        ("*polecat-queue-buffer*", &views::QUEUE),
        ("*polecat-setup-buffer*", &views::SETUP),
    ];
    assert_eq!(tags.len(), views::ALL.len(), "each view has a section");
    let help = read(HELP);
    for (tag, keys) in tags {
        let (_, section) = help.split_once(tag).unwrap_or_else(|| panic!("no {tag}"));
        let (section, _) = section.split_once("\n\n").expect("an empty line ends its keys");
        let named: Vec<_> = section.lines().filter_map(|line| line.get(4..12)).collect();
        // What all of our buffers have is told once.
        for key in keys.iter().filter(|key| !["q", "g?"].contains(&key.lhs)) {
            let is_named = named.iter().any(|keys| keys.split(' ').any(|name| name == key.lhs));
            assert!(is_named, "{tag} {}", key.lhs);
        }
    }
}

#[test]
fn lua_has_the_table_of_commands() {
    hold(LUA, &lua());
}

#[test]
fn the_help_lists_the_commands_and_their_maps() {
    let help = read(HELP);
    let help = with_list(&help, "*polecat-command-list*", &list());
    let help = with_list(&help, "*polecat-map-list*", &maps());
    hold(HELP, &help);
}

#[test]
fn each_command_is_in_the_table_once_and_a_text_ends_its_words() {
    for (index, spec) in COMMANDS.iter().enumerate() {
        let others = &COMMANDS[index + 1..];
        let same = |other: &Spec| other.command == spec.command || other.name == spec.name;
        assert!(!others.iter().any(same), "{}", spec.name);
        let before = spec.words.split_last().map_or(&[][..], |(_, before)| before);
        assert!(!before.iter().any(|word| word.kind.takes_the_rest()), "{}", spec.name);
        let takes_text = spec.words.last().is_some_and(|word| word.kind.takes_the_rest())
            || spec.keys.iter().any(|key| key.kind.takes_the_rest());
        assert!(!(takes_text && spec.bar), "a `|` of its text would end `{}`", spec.name);
        let maps_alone = spec.map != Some("n") || spec.words.iter().all(|word| !word.needed);
        assert!(maps_alone, "a map of `{}` would miss a word", spec.name);
    }
}

/// `help` with `list` between the line of the tag `tag` and the next empty line.
fn with_list(help: &str, tag: &str, list: &str) -> String {
    let (before, rest) = help.split_once(tag).unwrap_or_else(|| panic!("{HELP} has no {tag}"));
    let (_, after) = rest.split_once("\n\n").expect("an empty line ends the list");
    format!("{before}{tag}\n{list}\n{after}")
}

fn list() -> String {
    COMMANDS.iter().fold(String::new(), |mut list, spec| {
        let link = format!("|:Polecat{}|", spec.name);
        let _ = writeln!(list, "{link:<26}{}", spec.about);
        list
    })
}

fn maps() -> String {
    COMMANDS.iter().filter(|spec| spec.map == Some("n")).fold(String::new(), |mut list, spec| {
        let map = format!("<Plug>(Polecat{})", spec.name);
        let _ = writeln!(list, "{map}{:>1$}", format!("*{map}*"), 78 - map.len());
        let _ = writeln!(list, "        |:Polecat{}|", spec.name);
        list
    })
}

/// How wide stylua lets a line be.
const WIDTH_LIMIT: usize = 100;

fn lua() -> String {
    let mut lua = HEAD.to_owned();
    for spec in COMMANDS {
        lua.push_str("  {\n");
        for line in fields(spec) {
            let _ = writeln!(lua, "    {line},");
        }
        lua.push_str("  },\n");
    }
    lua + "}\n"
}

fn fields(spec: &Spec) -> Vec<String> {
    let mut fields =
        vec![format!("name = {}", quoted(spec.name)), format!("desc = {}", quoted(spec.about))];
    fields.extend(nargs(spec).map(|nargs| format!("nargs = {nargs}")));
    for (name, set) in [("bang", spec.bang), ("bar", spec.bar), ("editor", spec.editor)] {
        fields.extend(set.then(|| format!("{name} = true")));
    }
    fields.extend(match spec.range {
        Range::None => None,
        Range::Size => Some("range = 'size'".to_owned()),
        Range::Lines => Some("range = 'lines'".to_owned()),
    });
    fields.extend(spec.map.map(|mode| format!("map = {}", quoted(mode))));
    fields.extend(spec.opens.map(|view| format!("opens = {}", quoted(view))));
    if !spec.words.is_empty() {
        let optional = |needed| if needed { "" } else { "?" };
        let kind =
            |word: &Word| quoted(&format!("{}{}", kind_name(word.kind), optional(word.needed)));
        let kinds: Vec<_> = spec.words.iter().map(kind).collect();
        fields.push(format!("words = {{ {} }}", kinds.join(", ")));
    }
    fields.extend((!spec.keys.is_empty()).then(|| keys(spec.keys)));
    fields
}

/// On a line of its own each, where they do not fit on one.
fn keys(keys: &[NamedWord]) -> String {
    let pair =
        |key: &NamedWord| format!("{{ {}, {} }}", quoted(key.name), quoted(&kind_name(key.kind)));
    let pairs: Vec<_> = keys.iter().map(pair).collect();
    let line = format!("keys = {{ {} }}", pairs.join(", "));
    // With its indent and its comma.
    if line.len() + 5 <= WIDTH_LIMIT {
        return line;
    }
    format!("keys = {{\n      {},\n    }}", pairs.join(",\n      "))
}

/// As `nvim_create_user_command()` takes it, where that is not any number.
fn nargs(spec: &Spec) -> Option<&'static str> {
    let one_path =
        spec.words.first().is_some_and(|word| matches!(word.kind, Kind::Folder | Kind::RestFolder));
    match (spec.words, spec.keys) {
        ([], []) => Some("0"),
        _ => one_path.then_some("'?'"),
    }
}

/// What completion knows it by: names by the list that has them in the answer to `complete`.
fn kind_name(kind: Kind) -> String {
    let name = match kind {
        Kind::Changes => return one_of(&BringMode::ALL.map(|(name, _)| name)),
        Kind::MergeHow => return one_of(&MergeHow::ALL.map(MergeHow::as_str)),
        Kind::Since => return one_of(&["review"]),
        // Any other number will do.
        Kind::Lines => return one_of(&["50", "200", "1000", "5000"]),
        Kind::Polecat => "polecats",
        Kind::Shown => "shown",
        Kind::Running => "running",
        Kind::Startable => "startable",
        Kind::Choice => "choice",
        Kind::Backup => "backups",
        Kind::NewName => "new",
        Kind::Session => "sessions",
        Kind::Host => "hosts",
        Kind::Rig => "rigs",
        Kind::Issue => "issue",
        Kind::Agent => "agents",
        Kind::Account => "accounts",
        Kind::Conversation => "conversation",
        Kind::Branch => "branch",
        Kind::Number => "number",
        Kind::Folder | Kind::RestFolder => "folder",
        Kind::Message => "message",
        Kind::Rest => "text",
    };
    name.to_owned()
}

/// Of what can be told without asking, the words themselves.
fn one_of(words: &[&str]) -> String {
    format!("={}", words.join("|"))
}

/// As stylua quotes.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!("{quote}{text}{quote}")
}
