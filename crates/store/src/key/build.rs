//! From parts to a key.

use super::{Key, MAX_KEY_BYTES, part};
use crate::{KeyRange, Limit, Partition, StoreError};

/// A key being put together, part by part.
///
/// Parts beyond the 512th byte are found out by [`KeyBuilder::build`] and the range methods.
#[derive(Debug, Clone)]
pub struct KeyBuilder {
    text: String,
}

impl KeyBuilder {
    pub(super) fn new(partition: &Partition, space: &str) -> Self {
        Self {
            text: partition.as_str().to_owned(),
        }
        .text(space)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.text.push(' ');
        part::push_text(&mut self.text, text);
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn u64(mut self, number: u64) -> Self {
        self.text.push(' ');
        part::push_u64(&mut self.text, number);
        self
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.text.push(' ');
        part::push_bytes(&mut self.text, bytes);
        self
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
        part::push_start(&mut self.text, start);
        self.checked().map(|text| KeyRange::starting(&text))
    }

    fn checked(self) -> Result<String, StoreError> {
        Limit::KeyBytes.check(Some(MAX_KEY_BYTES), self.text.len())?;
        Ok(self.text)
    }
}
