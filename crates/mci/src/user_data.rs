//! What a server is told at its first boot.

mod lines;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::sync::Arc;

pub use self::lines::{DiffLine, LineDiff, LineHunk, LineSide};

/// User data: bytes, since compressed data is common (RightScale, EC2).
///
/// Serialised as `{"text": …}` where the bytes are UTF-8, else as `{"base64": …}`. How long it may
/// be depends on the cloud: see [`SettingError::UserDataTooLong`](crate::SettingError). `Debug`
/// shows its length only, for people keep secrets there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserData(Arc<[u8]>);

impl UserData {
    /// Takes the bytes as they are; none for no bytes at all.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (!bytes.is_empty()).then(|| Self(bytes.into()))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, where the bytes are UTF-8.
    pub fn as_text(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for UserData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserData({} bytes)", self.0.len())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form<T> {
    Text(T),
    Base64(T),
}

impl Serialize for UserData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_text() {
            Some(text) => Form::Text(text).serialize(serializer),
            None => Form::Base64(STANDARD.encode(&self.0)).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for UserData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = match Form::<String>::deserialize(deserializer)? {
            Form::Text(text) => text.into_bytes(),
            Form::Base64(text) => STANDARD.decode(text).map_err(de::Error::custom)?,
        };
        Self::new(&bytes).ok_or_else(|| de::Error::custom("user data is empty: leave it out"))
    }
}
