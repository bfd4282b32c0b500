//! That a tmux server is gone, with all that it ran.

use crate::core::session::SessionInfo;

/// How many polecats are named.
const NAMED: usize = 8;

/// What a person is told of the polecats of `rig` that were lost with their tmux server, and what can be
/// done about it; `None` if there are none.
///
/// ```text
/// the tmux server is gone with `ash`, `birch` and `cedar` of `shop`
/// `:PolecatResume` brings them back
/// ```
#[must_use]
pub fn lost<'a>(
    rig: &str,
    sessions: impl IntoIterator<Item = &'a SessionInfo>,
) -> Option<(String, String)> {
    let lost: Vec<_> = sessions.into_iter().filter(|session| session.lost).collect();
    if lost.is_empty() {
        return None;
    }
    let (back, left): (Vec<_>, Vec<_>) =
        lost.iter().copied().partition(|session| session.resumable.is_some());
    let then = match (back.as_slice(), left.as_slice()) {
        ([_], []) => "`:PolecatResume` brings it back".to_owned(),
        (_, []) => "`:PolecatResume` brings them back".to_owned(),
        ([], [_]) => "its conversation is not known".to_owned(),
        ([], _) => "their conversations are not known".to_owned(),
        (back, left) => format!(
            "`:PolecatResume` brings back {}, not {}, whose conversation is not known",
            names(back),
            names(left)
        ),
    };
    Some((format!("the tmux server is gone with {} of `{rig}`", names(&lost)), then))
}

/// `` `ash`, `birch` and `cedar` ``
fn names(sessions: &[&SessionInfo]) -> String {
    let name = |session: &&SessionInfo| format!("`{}`", session.polecat);
    let mut names: Vec<_> = sessions.iter().take(NAMED).map(name).collect();
    let last = match sessions.len().saturating_sub(NAMED) {
        0 => names.pop(),
        1 => Some("1 other".to_owned()),
        more => Some(format!("{more} others")),
    };
    let last = last.unwrap_or_default();
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::session::State;
    use crate::view::testing::session;

    fn told(of: &[(&str, bool)]) -> Option<String> {
        let one = |(name, back): &(&str, bool)| SessionInfo {
            lost: true,
            resumable: back.then(|| "7".to_owned()),
            ..session(name, State::Stopped)
        };
        let mut all: Vec<_> = of.iter().map(one).collect();
        all.push(session("doc", State::Stopped));
        lost("shop", &all).map(|(what, then)| format!("{what}: {then}"))
    }

    #[test]
    fn who_was_lost_is_named_with_what_brings_them_back() {
        let gone = "the tmux server is gone with";
        for (of, expected) in [
            (&[][..], None),
            (&[("ash", true)], Some("`ash` of `shop`: `:PolecatResume` brings it back")),
            (
                &[("ash", true), ("birch", true), ("cedar", true)],
                Some("`ash`, `birch` and `cedar` of `shop`: `:PolecatResume` brings them back"),
            ),
            (&[("ash", false)], Some("`ash` of `shop`: its conversation is not known")),
            (
                &[("ash", true), ("birch", false)],
                Some(
                    "`ash` and `birch` of `shop`: `:PolecatResume` brings back `ash`, not `birch`, \
                     whose conversation is not known",
                ),
            ),
        ] {
            assert_eq!(told(of), expected.map(|expected| format!("{gone} {expected}")));
        }
        let names: Vec<_> = (0..12).map(|number| format!("p{number}")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), true)).collect();
        assert!(told(&many).unwrap().contains("`p7` and 4 others of"), "{:?}", told(&many));
    }
}
