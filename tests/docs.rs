//! The documentation says what there is, all of it and no more: Neovim is asked what the plugin
//! offers, and doc/polecat.txt and the README are held against the answer.

#[path = "screens/recorded.rs"]
#[allow(dead_code, reason = "each test uses its own part")]
mod recorded;
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use polecat::core::screen::{self, Policy, ScreenState, composing};
use polecat::rpc::{PROTOCOL, config_keys, config_problems};
use serde::Deserialize;
use serde_json::json;

use support::neovim::{Neovim, checkout, private_home};
use support::rig::git;

/// What a user can see of the plugin.
#[derive(Debug, Deserialize)]
struct Surface {
    commands: BTreeSet<String>,
    functions: BTreeSet<String>,
    /// What the examples of the documentation have Lua send.
    configs: Vec<serde_json::Value>,
}

#[test]
fn every_command_has_its_help_and_every_help_its_command() {
    assert!(!surface().commands.is_empty());
    let documented = tags().filter_map(|tag| Some(tag.strip_prefix(':')?.to_owned()));
    assert_eq!(documented.collect::<BTreeSet<_>>(), surface().commands);
}

#[test]
fn the_readme_names_every_command_and_no_other() {
    let readme = read("README.md");
    let named = readme.split(":Polecat").skip(1).map(|rest| format!("Polecat{}", word(rest)));
    assert_eq!(named.collect::<BTreeSet<_>>(), surface().commands);
}

#[test]
fn every_function_has_its_help_and_every_help_its_function() {
    let documented = tags().filter_map(|tag| {
        let name = tag.strip_prefix("polecat.")?.strip_suffix("()")?;
        Some(name.to_owned())
    });
    assert_eq!(documented.collect::<BTreeSet<_>>(), surface().functions);
}

#[test]
fn every_configuration_key_is_in_the_help() {
    let keys: BTreeSet<String> = config_keys().into_iter().collect();
    let top = keys.iter().filter(|key| !key.contains('.')).cloned();
    let documented = tags().filter_map(|tag| Some(tag.strip_prefix("polecat-config-")?.to_owned()));
    assert_eq!(documented.collect::<BTreeSet<_>>(), top.collect::<BTreeSet<_>>());

    let section = section("polecat-configuration");
    let words: BTreeSet<&str> =
        section.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let is_there = |part: &str| part == "*" || words.contains(part.trim_end_matches("[1]"));
    let missing: Vec<_> = keys.iter().filter(|key| !key.split('.').all(is_there)).collect();
    assert!(missing.is_empty(), "not under *polecat-configuration*: {missing:?}");
    assert!(keys.contains("agents.*.ready.prompt"), "{keys:?}");
}

#[test]
fn every_configuration_key_has_its_type_and_every_type_its_key() {
    let types = fields("", "polecat.Opts");
    assert_eq!(types, config_keys().into_iter().collect::<BTreeSet<_>>());
}

/// The paths of the fields of `class` in lua/polecat/types.lua, and of the classes that they have.
fn fields(path: &str, class: &str) -> BTreeSet<String> {
    let types = read("lua/polecat/types.lua");
    let of_class = |paragraph: &&str| {
        let (_, rest) = paragraph.split_once("---@class ").unwrap_or_default();
        rest.split_whitespace().next() == Some(class)
    };
    let found = types.split("\n\n").find(of_class);
    let lines = found.unwrap_or_else(|| panic!("there is no class `{class}`")).lines();
    let lines = lines.filter_map(|line| line.strip_prefix("---@field ")?.split_once(' '));
    lines.flat_map(|(name, kind)| fields_at(path, name.trim_end_matches('?'), kind)).collect()
}

/// The path of the field `name`, and those below it.
fn fields_at(path: &str, name: &str, kind: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::from([format!("{path}{name}")]);
    if let Some((before, rest)) = kind.split_once("polecat.") {
        let class = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let list = if rest[class.len()..].starts_with("[]") { "[1]" } else { "" };
        let map = if before.starts_with("table<string, ") { "*." } else { "" };
        paths.extend(fields(&format!("{path}{name}{list}.{map}"), &format!("polecat.{class}")));
    }
    paths
}

#[test]
fn neovim_takes_the_tags_of_the_help_file() {
    let folder = private_home();
    let copy = folder.path().join("polecat.txt");
    std::fs::write(&copy, read("doc/polecat.txt")).expect("our own folder is writable");
    let command = format!("helptags {}", folder.path().display());
    let done = neovim(folder.path(), &command).output().expect("Neovim starts");
    // Neovim complains of a tag that stands twice, and ends with 0.
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[test]
fn the_plugin_takes_every_configuration_that_the_documentation_shows() {
    assert!(!examples().is_empty());
    assert_eq!(surface().configs.len(), examples().len());
    for config in &surface().configs {
        let hello = json!({ "protocol": PROTOCOL, "config": config, "nvim": { "data": "/data" } });
        let hello = rmpv::ext::to_value(hello).expect("JSON has a value for each of its values");
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &hello).expect("memory takes what is written");
        assert_eq!(config_problems(&bytes), Ok(Vec::new()), "{config}");
    }
}

/// A configuration can say all that is known of an agent: with the example of the help, which begins
/// from nothing, each recorded screen is read, and each of its dialogs answered, as with the preset.
#[test]
fn an_agent_that_the_help_describes_in_full_is_known_as_its_preset_is() {
    let has_kimi = |config: &&serde_json::Value| config["values"]["agents"]["kimi"].is_object();
    let config = surface().configs.iter().find(has_kimi).expect("an example in the help");
    assert_eq!(config["values"]["agents"]["kimi"]["preset"], "generic");
    let told = recorded::configured(&config["values"], "kimi");
    let screens: Vec<_> = recorded::recorded();
    let of_kimi: Vec<_> = screens.iter().filter(|it| it.name.starts_with("kimi/")).collect();
    assert!(of_kimi.len() > 9, "only {} screens", of_kimi.len());
    for recorded in of_kimi {
        let (known, name) = (&recorded.patterns, &recorded.name);
        let reading = screen::read(&told, &recorded.shown.look());
        assert_eq!(reading.seen.state().as_str(), recorded.expect.state, "{name}");
        assert_eq!(reading, screen::read(known, &recorded.shown.look()), "{name}");
        let met = composing(&told, &recorded.shown, "");
        assert_eq!(met, composing(known, &recorded.shown, ""), "{name}");
        if let ScreenState::Waiting(question) = &reading.seen {
            let steps = (0..question.choices.len()).map(|at| told.step(question, at));
            let expected = (0..question.choices.len()).map(|at| known.step(question, at));
            assert!(steps.eq(expected), "{name}");
            for yes in [true, false] {
                assert_eq!(told.meant(question, yes), known.meant(question, yes), "{name}");
            }
            let accepted = told.accepted(question, &[], Policy::Accept);
            assert_eq!(accepted, known.accepted(question, &[], Policy::Accept), "{name}");
        }
        let keys = |patterns: &screen::Patterns| {
            (
                patterns.interrupt(),
                patterns.newline(),
                patterns.clears(),
                patterns.bang(),
                patterns.dialog_delay(),
            )
        };
        assert_eq!(keys(&told), keys(known));
    }
}

/// Lines are there to be copied: no name in them has to be filled in, and none is of another home.
#[test]
fn the_home_of_the_project_is_that_of_cargo_toml_wherever_it_is_named() {
    let home = env!("CARGO_PKG_REPOSITORY");
    let owner = home.rsplit('/').nth(1).expect("a host, an owner and a name");
    for file in tracked().iter().filter(|file| *file != "tests/docs.rs") {
        let Ok(text) = std::fs::read_to_string(checkout().join(file)) else { continue };
        assert!(!text.contains("OWNER/"), "{file} has a placeholder");
        for (before, _) in text.match_indices("/polecat.nvim").map(|(at, _)| text.split_at(at)) {
            let named = before.rsplit(|c: char| c.is_whitespace() || "'\"`(<".contains(c)).next();
            let address = named.unwrap_or_default();
            let is_path = !address.starts_with("https://") && address.contains('/');
            let is_home = address == owner || format!("{address}/polecat.nvim") == home;
            assert!(is_path || is_home || address.is_empty(), "{file}: {address}/polecat.nvim");
        }
    }
}

#[test]
fn every_tag_that_the_help_points_to_is_there() {
    let help = read("doc/polecat.txt");
    let ours: BTreeSet<String> = tags().collect();
    let known = neovims_tags();
    let is_lost = |tag: &&str| !ours.contains(*tag) && !known.contains(*tag);
    let lost: Vec<_> = pointers(&help).into_iter().filter(is_lost).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(pointers(&help).contains(&"polecat-resume"), "nothing was looked at");
}

/// What stands between two bars on one line, without a blank.
fn pointers(help: &str) -> BTreeSet<&str> {
    let parts = help.lines().flat_map(|line| line.split('|').skip(1).step_by(2));
    parts.filter(|part| !part.is_empty() && !part.contains([' ', '{', '`'])).collect()
}

/// The tags of Neovim's own help.
fn neovims_tags() -> BTreeSet<String> {
    let home = private_home();
    let ask = "lua io.write(vim.env.VIMRUNTIME)";
    let told = neovim(home.path(), ask).output().expect("Neovim starts").stdout;
    let runtime = String::from_utf8(told).expect("a path");
    let tags = Path::new(runtime.trim()).join("doc/tags");
    let tags = std::fs::read_to_string(&tags)
        .unwrap_or_else(|error| panic!("{}: {error}", tags.display()));
    tags.lines().filter_map(|line| Some(line.split_once('\t')?.0.to_owned())).collect()
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let pages = tracked().into_iter().filter(|file| has_ending(file, "md"));
    let lost: Vec<_> = pages
        .flat_map(|page| links(&read(&page)).into_iter().map(move |link| (page.clone(), link)))
        .filter(|(page, link)| !link.starts_with("http") && !leads(page, link))
        .collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(links(&read("README.md")).contains("SECURITY.md"), "nothing was looked at");
}

#[test]
fn every_help_that_a_page_names_is_there() {
    let ours: BTreeSet<String> = tags().collect();
    let pages = tracked().into_iter().filter(|file| has_ending(file, "md"));
    let texts: String =
        pages.filter(|page| page != "CHANGELOG.md").map(|page| read(&page)).collect();
    let named = texts.split("`:help ").skip(1).filter_map(|rest| rest.split('`').next());
    let named: BTreeSet<&str> = named.filter(|tag| tag.starts_with("polecat")).collect();
    let lost: Vec<_> = named.iter().filter(|tag| !ours.contains(**tag)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(named.contains("polecat-install"), "nothing was looked at");
}

/// Where a page's links and pictures lead.
fn links(page: &str) -> BTreeSet<String> {
    let behind = |mark: &'static str, end: char| {
        page.split(mark).skip(1).filter_map(move |rest| rest.split(end).next())
    };
    let all = behind("](", ')').chain(behind("srcset=\"", '"')).chain(behind("src=\"", '"'));
    all.filter(|link| !link.contains(char::is_whitespace)).map(str::to_owned).collect()
}

/// Whether there is what `link` in `page` names: a file, and a heading in it.
fn leads(page: &str, link: &str) -> bool {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(page).parent().expect("a page is in a folder");
    let file = if file.is_empty() { page.into() } else { folder.join(file) };
    let Ok(text) = std::fs::read_to_string(checkout().join(file)) else { return false };
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    heading.is_empty() || headings.map(anchor).any(|anchor| anchor == heading)
}

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

fn has_ending(file: &str, end: &str) -> bool {
    Path::new(file).extension() == Some(end.as_ref())
}

/// A reader has ten seconds, and a page of a size that is read.
#[test]
fn the_readme_is_short_and_begins_with_a_picture() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 120, "{} lines", readme.lines().count());
    assert_eq!(readme.lines().nth(2), Some("<picture>"));
}

#[test]
fn every_test_that_the_table_of_faults_names_exists() {
    let table = read("doc/faults.md");
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let sources = sources(checkout()).concat();
    assert!(rows.len() > 15, "{rows:#?}");
    for row in rows {
        let tests = row.rsplit('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2);
        let mut named = tests.filter(|name| name.contains('_') && name.to_lowercase() == **name);
        let first = named.next().unwrap_or_else(|| panic!("no test is named: {row}"));
        for name in std::iter::once(first).chain(named) {
            assert!(sources.contains(&format!("fn {name}()")), "there is no test `{name}`");
        }
    }
}

#[test]
fn every_file_that_the_documentation_or_a_comment_names_exists() {
    let files = tracked();
    let lost: Vec<_> = files
        .iter()
        .flat_map(|file| named_in(file).map(move |name| (file, name)))
        .filter(|(_, name)| !files.iter().any(|file| Path::new(file).ends_with(name)))
        .collect();
    assert!(lost.is_empty(), "{lost:#?}");
}

/// The Rust files that a page, or the comments of a source of ours, name.
fn named_in(file: &str) -> impl Iterator<Item = String> + use<> {
    let (page, source) =
        (has_ending(file, "md") && file != "CHANGELOG.md", file.starts_with("src/"));
    let text = if page || source { read(file) } else { String::new() };
    let lines = text.lines().filter(|line| page || line.contains("//"));
    let parts = |line: &str| -> Vec<String> {
        let words = line.split(|c: char| !c.is_alphanumeric() && !"_/.-".contains(c));
        words.filter(|word| has_ending(word, "rs")).map(str::to_owned).collect()
    };
    lines.flat_map(parts).collect::<Vec<_>>().into_iter()
}

/// The paths of all files of this repository.
fn tracked() -> Vec<String> {
    let listed = git(checkout(), &["ls-files"]);
    listed.lines().map(str::to_owned).collect()
}

/// All Rust files of the tests and of the backend.
fn sources(folder: &Path) -> Vec<String> {
    let folders = ["src", "tests"].map(|name| folder.join(name));
    let mut open: Vec<_> = folders.into_iter().filter(|folder| folder.is_dir()).collect();
    let mut texts = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of ours").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                texts.push(std::fs::read_to_string(path).expect("a file of ours"));
            }
        }
    }
    texts
}

/// Asks a real Neovim, once.
fn surface() -> &'static Surface {
    static SURFACE: OnceLock<Surface> = OnceLock::new();
    SURFACE.get_or_init(|| {
        let home = private_home();
        let script = checkout().join("tests/support/surface.lua");
        let mut command = neovim(home.path(), &format!("luafile {}", script.display()));
        command.env("POLECAT_TEST_EXAMPLES", json!(examples()).to_string());
        let done = command.output().expect("Neovim starts");
        serde_json::from_slice(&done.stdout).unwrap_or_else(|error| {
            panic!("{error}: Neovim said {}", String::from_utf8_lossy(&done.stderr))
        })
    })
}

/// Neovim that runs one Ex command and ends.
fn neovim(home: &Path, ex: &str) -> Command {
    let neovim = Neovim::new(home, &json!({}));
    #[expect(clippy::disallowed_methods, reason = "a test starts its own editor")]
    let mut command = Command::new(&neovim.program);
    command.arg("--headless").args(&neovim.args).args(["-c", ex, "-c", "qall!"]);
    command.env_clear().envs(neovim.env.iter().map(|(name, value)| (name, value)));
    command
}

/// The tags of the help file: `:PolecatStart`, `polecat.start()`, `polecat-config`.
fn tags() -> impl Iterator<Item = String> {
    let help = read("doc/polecat.txt");
    let words: Vec<String> = help.split_whitespace().map(str::to_owned).collect();
    words.into_iter().filter_map(|word| {
        let tag = word.strip_prefix('*')?.strip_suffix('*')?;
        Some(tag.to_owned())
    })
}

/// The part of the help file from the tag `name` to the next rule.
fn section(name: &str) -> String {
    let help = read("doc/polecat.txt");
    let tag = format!("*{name}*");
    let (_, rest) = help.split_once(&tag).unwrap_or_else(|| panic!("doc/polecat.txt has no {tag}"));
    rest.split("\n=====").next().unwrap_or(rest).to_owned()
}

/// The code of help file and README that sets `vim.g.polecat`.
fn examples() -> Vec<String> {
    let help = read("doc/polecat.txt");
    let readme = read("README.md");
    let of_help = help.split(">lua\n").skip(1).filter_map(|rest| rest.split("\n<").next());
    let of_readme = readme.split("```lua\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let all = of_help.chain(of_readme).filter(|code| code.contains("vim.g.polecat ="));
    all.map(str::to_owned).collect()
}

/// The letters that `text` begins with.
fn word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(checkout().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}
