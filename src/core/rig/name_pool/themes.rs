//! gastown's built-in names (`internal/polecat/namepool.go` at 527b7ce79), in the order in which they
//! are used.

use crate::core::names::RigName;

/// The theme if settings name no other.
pub(super) const USUAL: &str = "mad-max";

/// Sorted by name: which theme a rig gets depends on the order.
const THEMES: [(&str, [&str; 50]); 3] =
    [("mad-max", MAD_MAX), ("minerals", MINERALS), ("wasteland", WASTELAND)];

#[rustfmt::skip]
const MAD_MAX: [&str; 50] = [
    "furiosa", "nux", "slit", "rictus", "dementus",
    "capable", "toast", "dag", "cheedo", "valkyrie",
    "keeper", "morsov", "ace", "warboy", "imperator",
    "organic", "coma", "splendid", "angharad", "max",
    "immortan", "bullet", "toecutter", "goose", "nightrider",
    "glory", "scrotus", "chumbucket", "corpus", "dinki",
    "prime", "vuvalini", "rockryder", "wretched", "buzzard",
    "gastown", "bullet-farmer", "citadel", "wasteland", "fury",
    "road-warrior", "interceptor", "blackfinger", "wraith", "witness",
    "chrome", "shiny", "mediocre", "guzzoline", "aqua-cola",
];

#[rustfmt::skip]
const MINERALS: [&str; 50] = [
    "obsidian", "quartz", "jasper", "onyx", "opal",
    "topaz", "garnet", "ruby", "amber", "jade",
    "pearl", "flint", "granite", "basalt", "marble",
    "shale", "slate", "pyrite", "mica", "agate",
    "malachite", "turquoise", "lapis", "emerald", "sapphire",
    "diamond", "amethyst", "citrine", "zircon", "peridot",
    "coral", "jet", "moonstone", "sunstone", "bloodstone",
    "rhodonite", "sodalite", "hematite", "magnetite", "calcite",
    "fluorite", "selenite", "kyanite", "labradorite", "amazonite",
    "chalcedony", "carnelian", "aventurine", "chrysoprase", "heliodor",
];

#[rustfmt::skip]
const WASTELAND: [&str; 50] = [
    "rust", "chrome", "nitro", "guzzle", "witness",
    "shiny", "fury", "thunder", "dust", "scavenger",
    "radrat", "ghoul", "mutant", "raider", "vault",
    "pipboy", "nuka", "brahmin", "deathclaw", "mirelurk",
    "synth", "institute", "enclave", "brotherhood", "minuteman",
    "railroad", "atom", "crater", "foundation", "refuge",
    "settler", "wanderer", "courier", "lone", "chosen",
    "tribal", "khan", "legion", "ncr", "ranger",
    "overseer", "sentinel", "paladin", "scribe", "initiate",
    "elder", "lancer", "knight", "squire", "proctor",
];

/// The names of a theme; `None` if it is not built in.
pub(super) fn names_of(theme: &str) -> Option<&'static [&'static str]> {
    THEMES.iter().find(|(name, _)| *name == theme).map(|(_, names)| names.as_slice())
}

/// The theme of a rig without settings, by gastown's hash of its name.
pub(super) fn of_rig(rig: &RigName) -> &'static str {
    let hash = rig
        .as_str()
        .bytes()
        .fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    THEMES[hash as usize % THEMES.len()].0
}

/// The names of all themes, for a message.
pub(super) fn known() -> String {
    THEMES.map(|(name, _)| format!("`{name}`")).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rig_has_the_theme_that_gastown_gives_it() {
        // The hash of `gastown` is larger than 32 bits hold.
        for (rig, theme) in [
            ("a", "minerals"),
            ("b", "wasteland"),
            ("c", "mad-max"),
            ("shop", "minerals"),
            ("gastown", "mad-max"),
        ] {
            assert_eq!(of_rig(&RigName::parse(rig).unwrap()), theme, "{rig}");
        }
    }

    #[test]
    fn no_name_stands_twice_in_a_theme() {
        for (theme, names) in THEMES {
            let different: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(different.len(), 50, "{theme}");
        }
        assert!(THEMES.is_sorted_by_key(|(name, _)| *name));
    }
}
