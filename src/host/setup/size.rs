//! How much is copied, in words.

/// More than this is asked about, in bytes, where copies cost as much as the originals.
pub const CONFIRM_SIZE: u64 = 500 * MB;

const MB: u64 = 1_000_000;

/// A size for a person to read: `1.2 GB`.
#[must_use]
pub fn shown_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..MB => format!("{} kB", bytes / 1_000),
        MB..1_000_000_000 => format!("{} MB", bytes / MB),
        _ => format!("{}.{} GB", bytes / (1_000 * MB), bytes / (100 * MB) % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_the_unit_that_a_person_would_take() {
        let sizes = [7, 1_999, 3_400_000, 999_999_999, 1_250_000_000].map(shown_size);
        assert_eq!(sizes, ["7 bytes", "1 kB", "3 MB", "999 MB", "1.2 GB"]);
    }
}
