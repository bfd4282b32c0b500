//! Which machine this is: several may share a home.

use sha2::{Digest, Sha256};

use crate::core::trust::hex;
use crate::host::files::{blocking, read_text};

/// Where Linux has the id of the machine.
const ID_FILE: &str = "/etc/machine-id";
/// How much of its hash is used: the id itself is nobody else's business.
const LENGTH: usize = 16;

/// An id of this machine; `None` where it has none.
pub async fn id() -> Option<String> {
    let text = blocking(|| read_text(ID_FILE.as_ref())).await.ok()??;
    let text = text.trim();
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hash = is_id.then(|| hex(Sha256::new_with_prefix(text)))?;
    Some(hash[..LENGTH].to_owned())
}
