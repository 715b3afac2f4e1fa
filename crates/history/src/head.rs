//! HEAD: the one state of a lineage that can be edited.

use crate::{Content, Parent};
use core::fmt;
use serde::{Deserialize, Serialize};

/// How often a HEAD has changed. A caller who saw a generation can say so, and is refused if it
/// moved since (ours).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(u64);

impl Generation {
    /// The count.
    pub fn get(self) -> u64 {
        self.0
    }

    /// The generation with this count.
    pub fn new(count: u64) -> Self {
        Self(count)
    }

    fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The content being edited, its generation, and the parents of the next revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "C: Content", deny_unknown_fields)]
pub struct Head<C> {
    pub(crate) content: C,
    generation: Generation,
    pub(crate) parents: Vec<Parent>,
}

/// HEAD moved since the caller looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "HEAD is at generation {found}, but generation {seen} was seen: look at what changed, then try again"
)]
pub struct StaleHead {
    /// What the caller saw.
    pub seen: Generation,
    /// What is there.
    pub found: Generation,
}

impl<C: Content> Head<C> {
    /// The HEAD of a new lineage.
    pub fn new(content: C) -> Self {
        Self {
            content,
            generation: Generation(1),
            parents: Vec::new(),
        }
    }

    /// What it holds.
    pub fn content(&self) -> &C {
        &self.content
    }

    /// How often it has changed.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The parents of the next revision: the last revision, then pending merges.
    pub fn parents(&self) -> &[Parent] {
        &self.parents
    }

    /// The merges that wait to be committed.
    pub fn merges(&self) -> &[Parent] {
        self.parents.get(1..).unwrap_or_default()
    }

    /// Whether a merge waits to be committed.
    pub fn merge_pending(&self) -> bool {
        self.parents.len() > 1
    }

    /// This HEAD with another content, one generation on.
    #[must_use]
    pub fn edited(&self, content: C) -> Self {
        Self {
            content,
            generation: self.generation.next(),
            parents: self.parents.clone(),
        }
    }

    /// This HEAD after a commit whose revision is `parent`.
    pub(crate) fn committed(&self, parent: Parent) -> Self {
        Self {
            content: self.content.clone(),
            generation: self.generation.next(),
            parents: vec![parent],
        }
    }

    /// Checks what the caller saw; `None` asks for no check.
    ///
    /// # Errors
    ///
    /// HEAD has changed since.
    pub fn expect(&self, seen: Option<Generation>) -> Result<(), StaleHead> {
        match seen {
            Some(seen) if seen != self.generation => Err(StaleHead {
                seen,
                found: self.generation,
            }),
            _ => Ok(()),
        }
    }
}
