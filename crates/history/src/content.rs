//! What a lineage holds, and its frozen form.

use atlas_base::{CanonicalError, Digest, canonical};
use core::fmt;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// A value that can be versioned: it has a canonical text, and reads back from it.
pub trait Content: Clone + PartialEq + fmt::Debug + Serialize + DeserializeOwned {
    /// The domain of its digests: what it is and the version of its encoding.
    const DOMAIN: &'static str;

    /// The digest of the canonical text.
    ///
    /// # Errors
    ///
    /// The content holds a value that the canonical encoding cannot.
    fn digest(&self) -> Result<Digest, CanonicalError> {
        canonical::digest(Self::DOMAIN, self)
    }
}

/// A content with its canonical text and the digest of that text.
///
/// The digest depends on the value alone, not on how it was built. A stored text is checked
/// against its digest before it is read, and is never written again (ours).
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen<C> {
    content: Arc<C>,
    text: Arc<str>,
    digest: Digest,
}

impl<C: Content> Frozen<C> {
    /// Freezes a content.
    ///
    /// # Errors
    ///
    /// The content holds a value that the canonical encoding cannot.
    pub fn new(content: C) -> Result<Self, CanonicalError> {
        let text = canonical::to_string(&content)?;
        let digest = Digest::of(C::DOMAIN, text.as_bytes());
        Ok(Self {
            content: Arc::new(content),
            text: text.into(),
            digest,
        })
    }

    /// Reads a stored text whose digest is said to be `expected`.
    ///
    /// # Errors
    ///
    /// [`FrozenError::Digest`] where the bytes are others than those that were committed;
    /// [`FrozenError::Content`] where they are no such content.
    pub fn from_stored(
        text: Arc<str>,
        expected: Digest,
        read: impl FnOnce(&str) -> Result<C, String>,
    ) -> Result<Self, FrozenError> {
        let digest = Digest::of(C::DOMAIN, text.as_bytes());
        if digest != expected {
            return Err(FrozenError::Digest {
                expected,
                found: digest,
            });
        }
        let content = read(&text).map_err(|reason| FrozenError::Content { digest, reason })?;
        Ok(Self {
            content: Arc::new(content),
            text,
            digest,
        })
    }
}

impl<C> Frozen<C> {
    /// The value.
    pub fn content(&self) -> &C {
        &self.content
    }

    /// The value, shared.
    pub fn shared(&self) -> Arc<C> {
        Arc::clone(&self.content)
    }

    /// The canonical text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The digest of the canonical text in the content's domain.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// Why a stored content is not loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrozenError {
    /// The bytes are others than those that were committed.
    #[error(
        "the stored content has the digest {found}, but {expected} was committed: it was damaged or changed outside"
    )]
    Digest {
        /// What was committed.
        expected: Digest,
        /// What the stored bytes give.
        found: Digest,
    },
    /// The bytes are as committed, but this version cannot read them.
    #[error("the content {digest} cannot be read: {reason}")]
    Content {
        /// The digest of the content.
        digest: Digest,
        /// What the reader said.
        reason: String,
    },
}
