//! The life of a publication: offered, deprecated, offered again.

use crate::{Publication, PublicationRef, Viewer};
use atlas_base::{Name, Timestamp};
use atlas_history::RevisionNumber;
use atlas_image::Reason;
use atlas_scope::PrincipalId;
use atlas_template::Holder;
use serde::{Deserialize, Serialize};

/// Whether a publication is offered still.
///
/// ```text
/// active ─deprecate─▶ deprecated ─reactivate─▶ active
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what is published is never taken away: it is offered, or no more"
)]
pub enum PublicationState {
    /// It is listed and can be imported.
    #[default]
    Active,
    /// It is hidden, and imported only with what depends on it.
    Deprecated {
        /// Why.
        reason: Reason,
        /// Who did it.
        by: PrincipalId,
        /// When.
        at: Timestamp,
    },
}

impl PublicationState {
    /// Whether it is offered.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Active)
    }

    /// Why it is not.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Active => None,
            Self::Deprecated { reason, .. } => Some(reason),
        }
    }
}

/// Why a publication stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It is deprecated already.
    #[error("{publication} is deprecated already, by {by} at {at}: {reason}")]
    Deprecated {
        /// Which one.
        publication: PublicationRef,
        /// Why.
        reason: Reason,
        /// Who did it.
        by: PrincipalId,
        /// When.
        at: Timestamp,
    },
    /// It is offered.
    #[error("{publication} is not deprecated: there is nothing to take back")]
    Active {
        /// Which one.
        publication: PublicationRef,
    },
}

impl Publication {
    /// This publication, offered no more (RightScale): hidden from the catalogue, without new imports
    /// by itself, and still imported with what depends on it. What was imported stays.
    ///
    /// # Errors
    ///
    /// It is deprecated already.
    pub fn deprecate(
        &self,
        reason: Reason,
        by: PrincipalId,
        now: Timestamp,
    ) -> Result<Self, StateError> {
        match &self.state {
            PublicationState::Active => Ok(Self {
                state: PublicationState::Deprecated {
                    reason,
                    by,
                    at: now,
                },
                ..self.clone()
            }),
            PublicationState::Deprecated { reason, by, at } => Err(StateError::Deprecated {
                publication: self.reference(),
                reason: reason.clone(),
                by: by.clone(),
                at: *at,
            }),
        }
    }

    /// This publication, offered again (RightScale).
    ///
    /// # Errors
    ///
    /// It is offered.
    pub fn reactivate(&self) -> Result<Self, StateError> {
        if self.state.is_active() {
            let publication = self.reference();
            return Err(StateError::Active { publication });
        }
        Ok(Self {
            state: PublicationState::Active,
            ..self.clone()
        })
    }
}

/// The one of the publications of a lineage that stands for it: the newest active one that is seen
/// (RightScale).
pub fn newest_active<'a>(
    publications: impl IntoIterator<Item = &'a Publication>,
    viewer: &Viewer,
) -> Option<&'a Publication> {
    let offered = |it: &&Publication| it.state.is_active() && it.is_visible_to(viewer);
    let offered = publications.into_iter().filter(offered);
    offered.max_by_key(|it| it.revision)
}

/// A lineage is published, and so cannot be deleted (RightScale).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is published and cannot be deleted, only deprecated (published revisions: {})", list(.revisions))]
pub struct StillPublished {
    /// Its name.
    pub name: Name,
    /// What of it is published, deprecated or not.
    pub revisions: Vec<RevisionNumber>,
    /// As which names it is published, each once.
    pub names: Vec<Name>,
}

fn list(revisions: &[RevisionNumber]) -> String {
    let shown: Vec<_> = revisions.iter().take(8).map(ToString::to_string).collect();
    let more = revisions.len().saturating_sub(shown.len());
    let shown = shown.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Decides whether a lineage may be deleted as far as the marketplace goes: nothing of it may ever
/// have been published, since a publication is deprecated and never deleted (RightScale).
///
/// # Errors
///
/// Some of it is published.
pub fn check_unpublished(name: &Name, publications: &[Publication]) -> Result<(), StillPublished> {
    if publications.is_empty() {
        return Ok(());
    }
    let mut revisions: Vec<_> = publications.iter().map(|it| it.revision).collect();
    revisions.sort();
    let mut names: Vec<_> = publications.iter().map(|it| it.name.clone()).collect();
    names.sort();
    names.dedup();
    Err(StillPublished {
        name: name.clone(),
        revisions,
        names,
    })
}

impl StillPublished {
    /// The same as what holds a lineage, beside channels and locks.
    pub fn holders(&self) -> Vec<Holder> {
        let holder = |name: &Name| Holder::Publication {
            name: name.to_string(),
        };
        self.names.iter().map(holder).collect()
    }
}
