//! Files use each other in one direction only; a file and those in the folder of its name are one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{checkout, paths, sources, statements};

/// Segments of a path from the crate's root.
type Path = Vec<String>;

/// How often a name may be passed on by `use` before we give up.
const REEXPORTS_LIMIT: usize = 8;

struct Module {
    /// What its `use` statements bring in, by name.
    uses: BTreeMap<String, Path>,
    /// All that it names.
    named: Vec<Path>,
}

type Modules = BTreeMap<Path, Module>;

#[test]
fn no_two_files_need_each_other_but_parent_and_child() {
    let texts = sources(&checkout().join("src")).into_iter().map(|file| {
        let path = file.strip_prefix(checkout()).expect("it is in the checkout");
        (path.to_string_lossy().into_owned(), fs::read_to_string(&file).expect("a source is text"))
    });
    let circles = circles(texts);
    assert!(circles.is_empty(), "these files, or some of them, need each other:\n{circles:#?}");
}

#[test]
fn a_circle_is_found_also_through_a_name_that_is_passed_on() {
    let files = [
        ("src/a.rs", "mod one;\npub use one::One;\nuse crate::b;"),
        ("src/a/one.rs", "use super::two;\nuse crate::b::three::Three;"),
        ("src/a/two.rs", "/// Not `crate::b`.\nfn two() {}"),
        ("src/b.rs", "mod three;"),
        ("src/b/three.rs", "fn three() -> crate::a::One {}"),
    ];
    let circle = vec!["a::one".to_owned(), "b::three".to_owned()];
    assert_eq!(circles(files.map(|(path, text)| (path.to_owned(), text.to_owned()))), circle);
    let open = files.iter().filter(|(path, _)| *path != "src/a/one.rs");
    let open = open.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    assert_eq!(circles(open), [""; 0]);
}

/// The files, of those `texts`, that are in a circle or between two of them.
fn circles(texts: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let modules: Modules = texts
        .into_iter()
        .filter(|(path, _)| path != "src/main.rs")
        .map(|(path, text)| (module(&path), read(&module(&path), &text)))
        .collect();
    let mut uses: BTreeMap<&Path, BTreeSet<&Path>> =
        modules.keys().map(|path| (path, used(&modules, path))).collect();
    loop {
        let before = uses.len();
        let wanted: BTreeSet<&Path> = uses.values().flatten().copied().collect();
        uses.retain(|path, used| !used.is_empty() && wanted.contains(path));
        let left: BTreeSet<&Path> = uses.keys().copied().collect();
        for used in uses.values_mut() {
            used.retain(|path| left.contains(path));
        }
        if uses.len() == before {
            return left.into_iter().map(|path| path.join("::")).collect();
        }
    }
}

fn module(path: &str) -> Path {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let parts = path.split('/').filter(|part| !["mod", "lib"].contains(part));
    parts.map(str::to_owned).collect()
}

fn read(of: &Path, text: &str) -> Module {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let (mut uses, mut named) = (BTreeMap::new(), Vec::new());
    for (_, statement) in statements(code) {
        let is_use = statement.split_whitespace().take(2).any(|word| word == "use");
        for name in paths(&statement) {
            let path = absolute(of, &name);
            if let Some(last) = path.last().filter(|_| is_use) {
                uses.insert(last.clone(), path.clone());
            }
            named.push(path);
        }
    }
    Module { uses, named }
}

/// A path from the root; one of another crate is taken for a child's, and leads nowhere.
fn absolute(of: &Path, name: &str) -> Path {
    let mut parts: Vec<&str> = name.split("::").filter(|part| *part != "self").collect();
    let mut base: Vec<&str> = of.iter().map(String::as_str).collect();
    if parts.first() == Some(&"crate") {
        parts.remove(0);
        base.clear();
    }
    while parts.first() == Some(&"super") {
        parts.remove(0);
        base.pop();
    }
    base.into_iter().chain(parts).map(str::to_owned).collect()
}

/// The modules that one uses, those above and below it apart.
fn used<'a>(modules: &'a Modules, of: &Path) -> BTreeSet<&'a Path> {
    let named =
        modules[of].named.iter().filter_map(|path| defining(modules, path, REEXPORTS_LIMIT));
    named.filter(|other| !other.starts_with(of) && !of.starts_with(other)).collect()
}

/// The module that defines what a path names.
fn defining<'a>(modules: &'a Modules, path: &[String], reexports: usize) -> Option<&'a Path> {
    let length = (1..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
    let (module, found) = modules.get_key_value(&path[..length])?;
    let Some((name, rest)) = path[length..].split_first() else { return Some(module) };
    match found.uses.get(name).filter(|to| reexports > 0 && to[..] != *path) {
        Some(to) => defining(modules, &[&to[..], rest].concat(), reexports - 1),
        None => Some(module),
    }
}
