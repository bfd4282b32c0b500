//! What goes from host to host as bytes: paths, which may be any, and texts whose line breaks matter.
//! What goes as a text arrives as one line that can be shown.

use serde::{Deserializer, Serializer};
use serde_bytes::{ByteBuf, Bytes};

/// A path.
pub mod path {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _, path::PathBuf};

    use super::{ByteBuf, Deserializer, Serializer};

    /// As bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn serialize<S: Serializer>(path: &std::path::Path, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(path.as_os_str().as_encoded_bytes())
    }

    /// From bytes.
    ///
    /// # Errors
    /// There are none.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        let bytes: ByteBuf = serde_bytes::deserialize(from)?;
        Ok(OsString::from_vec(bytes.into_vec()).into())
    }
}

/// A text.
pub mod text {
    use super::{ByteBuf, Deserializer, Serializer};

    /// As bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn serialize<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(text.as_bytes())
    }

    /// From bytes.
    ///
    /// # Errors
    /// There are none.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        let bytes: ByteBuf = serde_bytes::deserialize(from)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A text, if there is one.
pub mod maybe_text {
    use serde::{Deserialize as _, Serialize as _};

    use super::{ByteBuf, Bytes, Deserializer, Serializer};

    /// As bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn serialize<S: Serializer>(text: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
        text.as_deref().map(|text| Bytes::new(text.as_bytes())).serialize(to)
    }

    /// From bytes.
    ///
    /// # Errors
    /// There are none.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        let text = Option::<ByteBuf>::deserialize(from)?;
        Ok(text.map(|text| String::from_utf8_lossy(&text).into_owned()))
    }
}

/// Texts.
pub mod texts {
    use serde::{Deserialize as _, Serialize as _};

    use super::{ByteBuf, Bytes, Deserializer, Serializer};

    /// Each as bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn serialize<S: Serializer>(texts: &[String], to: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<_> = texts.iter().map(|text| Bytes::new(text.as_bytes())).collect();
        texts.serialize(to)
    }

    /// Each from bytes.
    ///
    /// # Errors
    /// There are none.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
        let texts = Vec::<ByteBuf>::deserialize(from)?;
        Ok(texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect())
    }
}
