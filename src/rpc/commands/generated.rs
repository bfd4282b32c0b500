//! What is written out of the table: the rows that Lua registers and completes by, and the lists of
//! the help. `make generate` writes them; without it these tests fail when they differ.

use std::fmt::Write as _;

use crate::{
    core::contexts::{CONTEXTS, Context},
    rpc::generated::{hold, read},
};

use super::{
    keys,
    table::{COMMANDS, Kind, NamedWord, Range, Spec, Word},
};

const LUA: &str = "lua/polecat/commands.lua";
const LUA_CONTEXTS: &str = "lua/polecat/contexts.lua";
const LUA_KEYS: &str = "lua/polecat/ui/views/view_keys.lua";
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

const KEYS_HEAD: &str = "\
--- The keys of each view. Written by `make generate` out of src/rpc/commands/keys.rs.
---@type table<string, polecat.Key[]>
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
fn lua_has_the_keys_of_each_view() {
    let lists = keys::VIEWS.iter().map(|(name, parts)| {
        let rows: String = all(parts).map(key_row).collect();
        format!("  {name} = {{\n{rows}  }},\n")
    });
    hold(LUA_KEYS, &format!("{KEYS_HEAD}{}}}\n", lists.collect::<String>()));
}

#[test]
fn the_help_has_the_keys_of_each_view() {
    let help = read(HELP);
    for (view, parts) in keys::VIEWS.iter().filter(|(view, _)| *view != "plain") {
        let tag = match *view {
            "rows" | "detail" => "*polecat-status-buffer*",
            "queue" => "*polecat-queue-buffer*",
            "setup" => "*polecat-setup-buffer*",
            "diff" => "*polecat-diff-buffer*",
            _ => "*polecat-capture-buffer*",
        };
        let (_, section) = help.split_once(tag).unwrap_or_else(|| panic!("no {tag}"));
        let (section, _) = section.split_once("\n\n").expect("an empty line ends its keys");
        let named: Vec<_> = section.lines().filter_map(|line| line.get(4..12)).collect();
        // What all of our buffers have is told once.
        for key in all(parts).filter(|key| !["q", "g?"].contains(&key.lhs)) {
            let is_named = named.iter().any(|keys| keys.split(' ').any(|name| name == key.lhs));
            assert!(is_named, "{tag} {}", key.lhs);
        }
    }
}

fn all(parts: &'static [&'static [keys::Key]]) -> impl Iterator<Item = &'static keys::Key> {
    parts.iter().copied().flatten()
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

fn key_row(key: &keys::Key) -> String {
    let mut fields = vec![quoted(key.lhs), quoted(key.about)];
    if key.modes != "n" {
        let modes: Vec<_> = key.modes.chars().map(|mode| quoted(&mode.to_string())).collect();
        fields.push(format!("modes = {{ {} }}", modes.join(", ")));
    }
    if key.follows {
        fields.push("follows = true".to_owned());
    }
    match &key.does {
        keys::KeyAction::Lua(name) => fields.push(format!("lua = {}", quoted(name))),
        keys::KeyAction::Jump(to, step) => {
            fields.push(format!("jump = {}", quoted(to)));
            fields.push(format!("step = {step}"));
        }
        keys::KeyAction::Act(act) => {
            fields.push(format!("act = {}", quoted(act.name)));
            fields.push(format!("doing = {}", quoted(act.doing)));
            fields.extend(act.sends.map(|sends| match sends {
                keys::Sends::Line => "sends = 'line'".to_owned(),
                keys::Sends::Lines => "sends = 'lines'".to_owned(),
            }));
        }
    }
    let row = format!("    {{ {} }},\n", fields.join(", "));
    // As stylua breaks what is wider.
    if row.len() <= 101 {
        return row;
    }
    format!("    {{\n      {},\n    }},\n", fields.join(",\n      "))
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
    let mut fields = vec![
        format!("name = {}", quoted(spec.name)),
        format!("sub = {}", quoted(&spec.sub())),
        attributes(spec),
    ];
    fields.extend(spec.editor.then(|| "editor = true".to_owned()));
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
    if !spec.keys.is_empty() {
        let pair = |key: &NamedWord| {
            format!("\n      {{ {}, {} }},", quoted(key.name), quoted(kind_name(key.kind)))
        };
        let pairs: String = spec.keys.iter().map(pair).collect();
        fields.push(format!("keys = {{{pairs}\n    }}"));
    }
    fields
}

/// What Neovim is to know of it, as `nvim_create_user_command()` takes it.
fn attributes(spec: &Spec) -> String {
    let one_path =
        spec.words.first().is_some_and(|word| matches!(word.kind, Kind::Folder | Kind::RestFolder));
    let nargs = match (spec.words, spec.keys) {
        ([], []) => "0",
        _ if one_path => "'?'",
        _ => "'*'",
    };
    let mut fields = vec![format!("desc = {}", quoted(spec.about)), format!("nargs = {nargs}")];
    for (name, set) in [("bang", spec.bang), ("bar", spec.bar)] {
        fields.extend(set.then(|| format!("{name} = true")));
    }
    // A number in front of a command that opens a window is the size of that, as with `:split`.
    fields.extend(match spec.range {
        Range::None => Vec::new(),
        Range::Size => vec!["range = 0".to_owned(), "addr = 'other'".to_owned()],
        Range::Lines => vec!["range = true".to_owned()],
    });
    let line = format!("opts = {{ {} }}", fields.join(", "));
    // With its indent and its comma.
    if line.len() + 5 <= WIDTH_LIMIT {
        return line;
    }
    let lines: String = fields.iter().flat_map(|field| ["      ", field, ",\n"]).collect();
    format!("opts = {{\n{lines}    }}")
}

/// What completion knows it by: names by the list that has them in the answer to `complete`.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
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
        Kind::Since => "since",
        Kind::Branch => "branch",
        Kind::Changes => "changes",
        Kind::MergeHow => "how",
        Kind::Number => "number",
        Kind::Lines => "lines",
        Kind::Folder | Kind::RestFolder => "folder",
        Kind::Message => "message",
        Kind::Rest => "text",
    }
}

/// As stylua quotes.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!("{quote}{text}{quote}")
}
