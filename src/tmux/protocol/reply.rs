//! What tmux answers.

/// What one command printed.
///
/// Byte for byte, except that tmux 3.4 and 3.5 write bytes that are not UTF-8 as `\ooo`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply(pub(crate) Vec<u8>);

impl Reply {
    /// The bytes, each line ended by a newline.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text without its last newline; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.0.strip_suffix(b"\n").unwrap_or(&self.0);
        String::from_utf8_lossy(bytes).into_owned()
    }
}
