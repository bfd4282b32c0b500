//! gastown's name pool: names for polecats that the user does not name.
//!
//! The first free name of a list, the rig's own or a theme's; if all are in use, a number that was
//! never used before, prefixed with the rig's name unless gastown 0.6 runs the town.

mod theme_file;
mod themes;

pub use theme_file::{ThemeFile, file_name};

use crate::core::names::{PolecatName, RigName};
use crate::core::rig::town::Gastown;

/// Names that gastown reserves for its own roles, even if their sessions have other names.
const RESERVED: [&str; 6] = ["witness", "mayor", "deacon", "refinery", "crew", "polecats"];

/// The default number of names used from a list.
const DEFAULT_LIMIT: i64 = 50;

/// How much of a rig's name goes into a numbered name, which has at most 64 bytes.
const STEM_LIMIT: usize = 40;

/// The prefix for a rig whose name cannot be part of a polecat's name.
const USUAL_STEM: &str = "polecat";

/// `namepool` of a rig's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The theme.
    pub style: Option<String>,
    /// Names to use instead of a theme's.
    pub names: Vec<String>,
    /// How many names to use before numbers; 0 and less mean the default.
    pub max: i64,
}

/// The content of the rig's state file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The next number.
    pub overflow_next: i64,
    /// How many names to use before numbers; 0 and less mean the default.
    pub max_size: i64,
}

/// The names of one rig.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The theme; also that of a rig with names of its own.
    pub theme: String,
    /// Settings that could not be applied.
    pub warnings: Vec<String>,
    /// How many names to use before numbers.
    pub max: i64,
    names: Vec<PolecatName>,
    /// The prefix of numbered names.
    stem: String,
    next: i64,
}

/// The next name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The name.
    pub name: PolecatName,
    /// The number to begin at next time; `None` if the name has none.
    pub overflow_next: Option<i64>,
}

impl Pool {
    /// The pool of `rig` by its settings and its state file. As in gastown, the size in the state
    /// file overrides the settings. `gastown` is the version of its town.
    #[must_use]
    pub fn new(
        rig: &RigName,
        gastown: Option<Gastown>,
        wishes: Option<&Wishes>,
        kept: Kept,
    ) -> Self {
        let mut warnings = Vec::new();
        let theme = theme(rig, wishes, &mut warnings);
        let names = match wishes {
            Some(wishes) if !wishes.names.is_empty() => own(&wishes.names, &mut warnings),
            _ => built_in(&theme),
        };
        let said = wishes.map(|wishes| wishes.max).filter(|max| *max > 0);
        let said = said.unwrap_or(DEFAULT_LIMIT);
        let max = if kept.max_size > 0 { kept.max_size } else { said };
        let next = kept.overflow_next.max(said.saturating_add(1));
        // In 0.6 session names begin with the rig anyway, and `shop-51` is malformed.
        let stem = match gastown {
            Some(Gastown::V0_6) => String::new(),
            Some(Gastown::V0_5) | None => stem(rig) + "-",
        };
        Self { theme, warnings, max, names, stem, next }
    }

    /// The first name that is not taken; `None` if there are no numbers left.
    #[must_use]
    pub fn pick(&self, is_taken: impl Fn(&str) -> bool) -> Option<Pick> {
        let max = usize::try_from(self.max).unwrap_or(usize::MAX);
        let free = self.names.iter().take(max).find(|name| !is_taken(name.as_str()));
        match free {
            Some(name) => Some(Pick { name: name.clone(), overflow_next: None }),
            None => self.numbered(is_taken),
        }
    }

    fn numbered(&self, is_taken: impl Fn(&str) -> bool) -> Option<Pick> {
        let mut number = self.next;
        loop {
            let (text, next) = (format!("{}{number}", self.stem), number.checked_add(1)?);
            if !is_taken(&text) {
                let name = PolecatName::parse(&text).ok()?;
                return Some(Pick { name, overflow_next: Some(next) });
            }
            number = next;
        }
    }
}

fn theme(rig: &RigName, wishes: Option<&Wishes>, warnings: &mut Vec<String>) -> String {
    let Some(wishes) = wishes else { return themes::of_rig(rig).to_owned() };
    let style = wishes.style.as_deref().filter(|style| !style.is_empty());
    let style = style.unwrap_or(themes::USUAL);
    if !is_built_in(style) && wishes.names.is_empty() {
        warnings.push(format!(
            "`namepool.style`: unknown theme `{}`; known: {}; names are those of `{}`",
            crate::core::names::shown(style),
            themes::known(),
            themes::USUAL
        ));
    }
    style.to_owned()
}

/// Whether a theme needs no file.
#[must_use]
pub fn is_built_in(theme: &str) -> bool {
    themes::names_of(theme).is_some()
}

fn built_in(theme: &str) -> Vec<PolecatName> {
    let names = themes::names_of(theme).or_else(|| themes::names_of(themes::USUAL));
    names.unwrap_or_default().iter().filter_map(|name| usable(name).ok()).collect()
}

/// The names from the settings. An invalid one is skipped, with a warning.
fn own(names: &[String], warnings: &mut Vec<String>) -> Vec<PolecatName> {
    let mut own = Vec::new();
    for name in names {
        match usable(name) {
            Ok(name) => own.push(name),
            Err(why) => warnings.push(format!("`namepool.names`: skipped: {why}")),
        }
    }
    own
}

fn usable(name: &str) -> Result<PolecatName, String> {
    if RESERVED.contains(&name) {
        return Err(format!("bad polecat name `{name}`: gastown keeps this name for itself"));
    }
    PolecatName::parse(name).map_err(|bad| bad.to_string())
}

/// The prefix of the number: the rig's name as far as a polecat's name can hold it.
fn stem(rig: &RigName) -> String {
    let name = rig.in_session();
    let name: String = name.trim_start_matches('-').chars().take(STEM_LIMIT).collect();
    // `crew-51` would be one of gastown's.
    let is_good = !name.is_empty() && PolecatName::parse(&format!("{name}-1")).is_ok();
    if is_good { name } else { USUAL_STEM.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn rig(name: &str) -> RigName {
        RigName::parse(name).unwrap()
    }

    fn wishes(style: &str, names: &[&str], max: i64) -> Wishes {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Wishes { style: Some(style.to_owned()), names, max }
    }

    /// As outside of a town.
    fn outside(rig: &RigName, wishes: Option<&Wishes>, kept: Kept) -> Pool {
        Pool::new(rig, None, wishes, kept)
    }

    /// The names that `count` polecats get one after another.
    fn given(pool: &Pool, count: usize) -> Vec<String> {
        let mut taken: Vec<String> = Vec::new();
        for _ in 0..count {
            let pick = pool.pick(|name| taken.iter().any(|taken| taken == name));
            taken.push(pick.unwrap().name.to_string());
        }
        taken
    }

    #[test]
    fn names_are_given_in_the_order_of_the_theme_and_then_numbers() {
        let pool = outside(&rig("shop"), None, Kept::default());
        assert_eq!(given(&pool, 3), ["obsidian", "quartz", "jasper"]);
        assert_eq!(given(&pool, 52)[49..], ["heliodor", "shop-51", "shop-52"]);
        // Settings that name no theme mean the first one, not the rig's.
        let pool = outside(&rig("shop"), Some(&Wishes::default()), Kept::default());
        assert_eq!(given(&pool, 2), ["furiosa", "nux"]);
    }

    #[test]
    fn what_gastown_keeps_for_itself_is_given_to_nobody() {
        let pool = outside(&rig("shop"), Some(&wishes("wasteland", &[], 0)), Kept::default());
        assert_eq!(given(&pool, 5), ["rust", "chrome", "nitro", "guzzle", "shiny"]);
        assert_eq!(given(&pool, 50)[49], "shop-51");
        assert_eq!(pool.warnings, [""; 0]);
    }

    #[test]
    fn names_of_the_settings_go_first_and_bad_ones_are_named() {
        let own = wishes("", &["ash", "a b", "mayor", "-rf", "oak"], 0);
        let pool = outside(&rig("shop"), Some(&own), Kept::default());
        assert_eq!(given(&pool, 3), ["ash", "oak", "shop-51"]);
        assert_eq!(pool.warnings.len(), 3, "{:?}", pool.warnings);
        for (warning, name) in pool.warnings.iter().zip(["`a b`", "`mayor`", "`-rf`"]) {
            assert!(warning.contains(name) && warning.contains("`namepool.names`"), "{warning}");
        }
    }

    #[test]
    fn an_unknown_theme_is_named_and_the_usual_one_is_taken() {
        let pool = outside(&rig("shop"), Some(&wishes("birds", &[], 0)), Kept::default());
        assert_eq!(given(&pool, 1), ["furiosa"]);
        assert!(pool.warnings[0].contains("`birds`; known: `mad-max`"), "{:?}", pool.warnings);
    }

    #[test]
    fn numbers_begin_after_the_most_names_and_where_they_were_left() {
        for (max, kept, expected) in [
            (2, Kept::default(), ["furiosa", "nux", "shop-3"]),
            (2, Kept { overflow_next: 9, max_size: 0 }, ["furiosa", "nux", "shop-9"]),
            (2, Kept { overflow_next: -4, max_size: 1 }, ["furiosa", "shop-3", "shop-4"]),
        ] {
            let pool = outside(&rig("shop"), Some(&wishes("mad-max", &[], max)), kept);
            assert_eq!(given(&pool, 3), expected);
        }
        let last = Kept { overflow_next: i64::MAX, max_size: 1 };
        let pool = outside(&rig("shop"), Some(&wishes("", &["ash"], 1)), last);
        assert_eq!(pool.pick(|name| name == "ash"), None);
    }

    #[test]
    fn a_number_stands_alone_where_gastown_0_6_runs() {
        for (gastown, expected) in
            [(None, "shop-2"), (Some(Gastown::V0_5), "shop-2"), (Some(Gastown::V0_6), "2")]
        {
            let wishes = wishes("", &["ash"], 1);
            let pool = Pool::new(&rig("shop"), gastown, Some(&wishes), Kept::default());
            assert_eq!(given(&pool, 2), ["ash", expected]);
        }
        let pool = Pool::new(&rig("shop"), Some(Gastown::V0_6), None, Kept::default());
        let there = ["51", "52"];
        let pick = pool.pick(|name| name.parse::<i64>().is_err() || there.contains(&name)).unwrap();
        assert_eq!((pick.name.as_str(), pick.overflow_next), ("53", Some(54)));
    }

    #[test]
    fn a_numbered_name_is_a_polecats_whatever_the_rig_is_called() {
        let long = "x".repeat(200);
        for (name, stem) in [
            ("my.site:2", "my_site_2"),
            ("crew", "polecat"),
            ("--", "polecat"),
            ("größe", "gr__e"),
            (long.as_str(), &long[..40]),
        ] {
            let pool = outside(&rig(name), Some(&wishes("", &["crew"], 1)), Kept::default());
            assert_eq!(given(&pool, 1), [format!("{stem}-2")]);
        }
    }

    proptest! {
        #[test]
        fn no_name_is_in_use_or_reserved_and_no_number_comes_again(
            name in "[a-zA-Z0-9._-]{1,60}",
            own in proptest::collection::vec("[a-d]{1,2}|witness|mayor|crew-x|-a|a b", 0..8),
            max in -1_i64..60,
            steps in proptest::collection::vec((any::<bool>(), 0_usize..20), 1..80),
        ) {
            prop_assume!(name != "." && name != "..");
            let wishes = Wishes { style: None, names: own, max };
            let (mut kept, mut there, mut numbers) = (Kept::default(), Vec::new(), BTreeSet::new());
            for (removed, at) in steps {
                if removed && !there.is_empty() {
                    there.remove(at % there.len());
                    continue;
                }
                let pool = outside(&rig(&name), Some(&wishes), kept);
                let pick = pool.pick(|name| there.iter().any(|there| there == name)).unwrap();
                let text = pick.name.to_string();
                prop_assert!(!there.contains(&text), "{text} is in use: {there:?}");
                prop_assert!(!RESERVED.contains(&text.as_str()));
                if let Some(next) = pick.overflow_next {
                    prop_assert!(numbers.insert(text.clone()), "{text} was given before");
                    prop_assert!(next > kept.overflow_next);
                    kept.overflow_next = next;
                }
                there.push(text);
            }
        }
    }
}
