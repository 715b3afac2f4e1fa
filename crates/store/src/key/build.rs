//! From parts to a key.

use super::{Key, MAX_KEY_BYTES, part};
use crate::{KeyRange, Limit, Partition, StoreError, hex};

/// Room for most keys, so that it is taken once.
const USUAL_BYTES: usize = 160;

/// A key being put together, part by part.
///
/// Parts beyond the 512th byte are found out by [`KeyBuilder::build`] and the range methods.
#[derive(Debug, Clone)]
pub struct KeyBuilder {
    text: String,
    /// The same without any part cut, once one was.
    uncut: Option<String>,
}

/// A key, and what it would be if keys could be of any length.
#[derive(Debug, Clone)]
pub(crate) struct FullKey {
    pub(crate) key: Key,
    /// The whole text, where a part of the key was cut.
    pub(crate) uncut: Option<String>,
}

impl KeyBuilder {
    pub(super) fn new(partition: &Partition, space: &str) -> Self {
        let mut text = String::with_capacity(USUAL_BYTES);
        text.push_str(partition.as_str());
        Self { text, uncut: None }.text(space)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.push(&part::text(text), text.as_bytes())
    }

    /// Adds a number.
    #[must_use]
    pub fn u64(self, number: u64) -> Self {
        self.push(&part::number(number), &[])
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.push(&hex::encode(bytes), bytes)
    }

    /// The key.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] beyond 512 bytes.
    pub fn build(self) -> Result<Key, StoreError> {
        self.checked().map(|text| Key(text.into()))
    }

    /// The key and every key that continues it.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] beyond 512 bytes.
    pub fn range(self) -> Result<KeyRange, StoreError> {
        self.checked().map(|text| KeyRange::below(&text))
    }

    /// Every key whose next part is a text that begins with `start`; for a start of more than 62
    /// bytes perhaps a few more.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] beyond 512 bytes.
    pub fn range_starting(mut self, start: &str) -> Result<KeyRange, StoreError> {
        self.text.push(' ');
        self.text.push_str(part::beginning(&part::text(start)));
        self.checked().map(|text| KeyRange::starting(&text))
    }

    pub(crate) fn build_full(self) -> Result<FullKey, StoreError> {
        let uncut = self.uncut.clone();
        self.build().map(|key| FullKey { key, uncut })
    }

    /// Adds the parts of another key, those after its space.
    pub(crate) fn parts_of(mut self, other: &FullKey) -> Self {
        let cut = after_space(other.key.as_str());
        let uncut = other.uncut.as_deref().map(after_space);
        if uncut.is_some() && self.uncut.is_none() {
            self.uncut = Some(self.text.clone());
        }
        if let Some(text) = &mut self.uncut {
            text.push_str(uncut.unwrap_or(cut));
        }
        self.text.push_str(cut);
        self
    }

    /// Adds a part that is written like this, cut where it is too long.
    fn push(mut self, written: &str, content: &[u8]) -> Self {
        let cut = part::cut(written, content);
        if cut.is_some() && self.uncut.is_none() {
            self.uncut = Some(self.text.clone());
        }
        if let Some(uncut) = &mut self.uncut {
            uncut.extend([" ", written]);
        }
        self.text.extend([" ", cut.as_deref().unwrap_or(written)]);
        self
    }

    fn checked(self) -> Result<String, StoreError> {
        Limit::KeyBytes.check(Some(MAX_KEY_BYTES), self.text.len())?;
        Ok(self.text)
    }
}

/// What follows the space of a key, with the blank before it.
fn after_space(key: &str) -> &str {
    let second = key.match_indices(' ').nth(1);
    second.and_then(|(at, _)| key.get(at..)).unwrap_or_default()
}
