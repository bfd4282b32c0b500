//! What a server can do, by its version.

use super::error::TmuxError;

/// Differences between versions of tmux that matter to this layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// As tmux writes it, such as `3.3a`.
    pub version: String,
    /// `remain-on-exit-format` exists, without which a dead pane loses a row to tmux's message
    /// (3.3).
    pub remain_on_exit_format: bool,
    /// `new-session -x -y` works from a control client (3.3).
    pub sized_sessions: bool,
    /// `paste-buffer` escapes control characters unless told `-S` (3.7).
    pub paste_escapes: bool,
}

impl Capabilities {
    /// From `#{version}` (or the second word of `tmux -V`). Versions newer than this table count as
    /// the newest in it.
    ///
    /// # Errors
    /// [`TmuxError::TooOld`] below 3.2.
    pub fn of(version: &str) -> Result<Self, TmuxError> {
        let number = number(version).unwrap_or((u32::MAX, 0));
        if number < (3, 2) {
            return Err(TmuxError::TooOld { version: version.to_owned() });
        }
        Ok(Self {
            version: version.to_owned(),
            remain_on_exit_format: number >= (3, 3),
            sized_sessions: number >= (3, 3),
            paste_escapes: number >= (3, 7),
        })
    }
}

/// Whether a control client of one version works with a server of the other: 3.6 marks messages
/// that carry a descriptor, such as a control client's, in another way.
pub(crate) fn understand_each_other(client: &str, server: &str) -> bool {
    let is_new = |version| number(version).is_none_or(|number| number >= (3, 6));
    is_new(client) == is_new(server)
}

/// The `3.3` of `3.3a` and of `next-3.3`; `None` for `master` and `openbsd-7.4`, which are newer
/// than their numbers say.
fn number(version: &str) -> Option<(u32, u32)> {
    let text = version.strip_prefix("next-").unwrap_or(version);
    let (major, minor) = text.split_once('.')?;
    let minor = minor.split(|char: char| !char.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_apart() {
        for (version, format, escapes) in [
            ("3.2", false, false),
            ("3.2a", false, false),
            ("3.3a", true, false),
            ("3.3-rc", true, false),
            ("next-3.6", true, false),
            ("3.7c", true, true),
            ("3.10", true, true),
            ("4.0", true, true),
            ("master", true, true),
            ("openbsd-7.4", true, true),
        ] {
            let found = Capabilities::of(version).unwrap();
            assert_eq!(
                (found.remain_on_exit_format, found.paste_escapes),
                (format, escapes),
                "{version}"
            );
        }
    }

    #[test]
    fn only_versions_on_the_same_side_of_3_6_understand_each_other() {
        for (client, server, expected) in [
            ("3.2a", "3.5a", true),
            ("3.6", "3.7c", true),
            ("3.6b", "master", true),
            ("3.5a", "3.6", false),
            ("3.7c", "3.4", false),
        ] {
            assert_eq!(understand_each_other(client, server), expected, "{client} {server}");
        }
    }

    #[test]
    fn what_is_too_old_is_refused() {
        for version in ["3.1c", "3.1", "2.9a", "1.8"] {
            let error = Capabilities::of(version).unwrap_err().to_string();
            assert_eq!(error, format!("tmux {version} is too old: 3.2 or later is needed"));
        }
    }
}
