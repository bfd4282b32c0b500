//! What this program was built from, and for which system.

/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A hash of its sources: both ends of a connection to a host are built from the same.
pub const SOURCE: &str = env!("POLECAT_SOURCE");

/// The system that it was built for: `x86_64-unknown-linux-musl`.
pub const TARGET: &str = env!("POLECAT_TARGET");

/// What it says of itself, and what stands in its file: it can be known without being run.
pub const MARK: &str = concat!(
    "polecat-build:",
    env!("CARGO_PKG_VERSION"),
    ":",
    env!("POLECAT_SOURCE"),
    ":",
    env!("POLECAT_TARGET"),
    ";"
);

/// The mark of a program that is built from the same for the system `target`.
#[must_use]
pub fn mark(target: &str) -> String {
    format!("polecat-build:{VERSION}:{SOURCE}:{target};")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_tells_version_source_and_target() {
        assert_eq!(mark(TARGET), MARK);
        assert!(SOURCE.len() == 12 && SOURCE.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
