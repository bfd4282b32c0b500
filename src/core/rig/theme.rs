//! gastown's colours and status line for a session.

use crate::core::names::PolecatName;
use crate::core::rig::Rig;

/// Colours of a status line, `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// gastown's name for it.
    pub name: &'static str,
    /// Background.
    pub bg: &'static str,
    /// Foreground.
    pub fg: &'static str,
}

const THEMES: [Theme; 10] = [
    Theme { name: "ocean", bg: "#1e3a5f", fg: "#e0e0e0" },
    Theme { name: "forest", bg: "#2d5a3d", fg: "#e0e0e0" },
    Theme { name: "rust", bg: "#8b4513", fg: "#f5f5dc" },
    Theme { name: "plum", bg: "#4a3050", fg: "#e0e0e0" },
    Theme { name: "slate", bg: "#4a5568", fg: "#e0e0e0" },
    Theme { name: "ember", bg: "#b33a00", fg: "#f5f5dc" },
    Theme { name: "midnight", bg: "#1a1a2e", fg: "#c0c0c0" },
    Theme { name: "wine", bg: "#722f37", fg: "#f5f5dc" },
    Theme { name: "teal", bg: "#0d5c63", fg: "#e0e0e0" },
    Theme { name: "copper", bg: "#6d4c41", fg: "#f5f5dc" },
];

/// The theme of a rig: the same for every session of it, on every machine.
#[must_use]
pub fn theme(rig: &str) -> Theme {
    let hash = rig
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    THEMES[hash as usize % THEMES.len()]
}

/// The session options of the status line, as tmux takes them. `gt` is used only if `gt_on_path`:
/// otherwise tmux would try to start it every five seconds for nothing.
#[must_use]
pub fn status_options(
    rig: &Rig,
    polecat: &PolecatName,
    gt_on_path: bool,
) -> Vec<(&'static str, String)> {
    let theme = theme(rig.name.as_str());
    let session = rig.session(polecat);
    let clock = "%H:%M";
    let right = if gt_on_path {
        format!("#(gt status-line --session={session} 2>/dev/null) {clock}")
    } else {
        clock.to_owned()
    };
    vec![
        ("status-style", format!("bg={},fg={}", theme.bg, theme.fg)),
        ("status-left-length", "25".to_owned()),
        ("status-left", format!("😺 {}/{polecat} ", literal(rig.name.as_str()))),
        ("status-right-length", "80".to_owned()),
        ("status-right", right),
        ("status-interval", "5".to_owned()),
    ]
}

/// Escapes text for tmux: formats interpret `#`, and strftime interprets `%`.
fn literal(text: &str) -> String {
    text.replace('#', "##").replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::names::RigName;
    use crate::core::rig::tests::shop;

    #[test]
    fn a_rig_has_the_colour_gastown_gives_it() {
        for (rig, name) in
            [("", "forest"), ("shop", "wine"), ("gastown", "teal"), ("größe", "slate")]
        {
            assert_eq!(theme(rig).name, name, "{rig}");
        }
    }

    #[test]
    fn gt_is_named_only_where_it_is() {
        let ash = PolecatName::parse("ash").unwrap();
        let right = |gt| {
            let options = status_options(&shop(), &ash, gt);
            options.into_iter().find(|(key, _)| *key == "status-right").unwrap().1
        };
        assert_eq!(right(true), "#(gt status-line --session=gt-shop-ash 2>/dev/null) %H:%M");
        assert_eq!(right(false), "%H:%M");
    }

    #[test]
    fn a_hostile_folder_name_stays_text_in_the_status_line() {
        let rig = Rig { name: RigName::parse("a#(touch x)%S#{pid}").unwrap(), ..shop() };
        let options = status_options(&rig, &PolecatName::parse("ash").unwrap(), true);
        assert_eq!(options[2].1, "😺 a##(touch x)%%S##{pid}/ash ");
        assert!(options[4].1.contains("--session=gt-a__touch_x__S__pid_-ash 2>"), "{options:?}");
    }
}
