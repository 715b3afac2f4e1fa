//! Lifting a record to the scope above.

use crate::{
    AlreadyRegistered, Credential, ImageRecord, ImageRecordId, LifeError, RegisterError,
    life::standing, register::choose_credential, register::listed,
};
use atlas_base::Name;
use atlas_scope::{Scope, visible};
use std::collections::BTreeSet;

/// What [`promote`] must know.
#[derive(Debug, Clone)]
pub struct PromoteFacts<'a> {
    /// The credentials of the scope above, of those above that and of those below it.
    pub credentials: &'a [Credential],
    /// The records of the same image in the same location, wherever they are.
    pub same_image: &'a [ImageRecord],
    /// The name of the credential to use from now on; needed where several fit.
    pub credential: Option<&'a Name>,
}

/// Decides whether a record may go one level up, from an environment to its account or from an
/// account to `/`, and makes what it is there: the same record, shared.
///
/// Scalr promotes to the account; that the rest is so too is ours. It is shared there, so that
/// nobody who saw it loses it.
///
/// # Errors
///
/// See [`PromoteError`].
pub fn promote(
    record: &ImageRecord,
    facts: &PromoteFacts<'_>,
) -> Result<ImageRecord, PromoteError> {
    let Some(above) = record.scope().parent() else {
        return Err(PromoteError::AtTheTop {
            record: record.id(),
        });
    };
    // Scopes that see it only then may refer to its image, and nothing is to refer to what is deleted.
    standing(record)?;
    check_free(record, &above, facts.same_image)?;
    let mut fields = record.clone().into_fields();
    fields.credential = credential(record, &above, facts)?;
    fields.scope = above;
    fields.shared = true;
    Ok(ImageRecord::new(fields))
}

/// Whether the record would hide another one, or be hidden by it.
fn check_free(
    record: &ImageRecord,
    above: &Scope,
    same_image: &[ImageRecord],
) -> Result<(), PromoteError> {
    let others = same_image.iter().filter(|other| {
        other.id() != record.id()
            && other.location() == record.location()
            && other.image_id() == record.image_id()
            && !other.lifecycle().is_deleted()
    });
    let mut below = BTreeSet::new();
    for other in others {
        if other.scope().contains(above) {
            let seen = visible(other.scope(), other.shared(), above);
            let already = AlreadyRegistered {
                image_id: record.image_id().clone(),
                location: record.location().clone(),
                holder: seen.then(|| (other.id(), other.scope().clone())),
            };
            return Err(RegisterError::AlreadyRegistered(Box::new(already)).into());
        }
        if above.contains(other.scope()) {
            below.insert(other.scope().clone());
        }
    }
    if below.is_empty() {
        return Ok(());
    }
    Err(PromoteError::Shadowed {
        record: record.id(),
        above: above.clone(),
        scopes: below.into_iter().collect(),
    })
}

/// The credential that it was registered with, if that reaches so far up; else as a registration
/// there would choose one.
fn credential(
    record: &ImageRecord,
    above: &Scope,
    facts: &PromoteFacts<'_>,
) -> Result<Option<crate::CredentialId>, PromoteError> {
    let location = record.location();
    let own = facts.credentials.iter().find(|credential| {
        Some(credential.id()) == record.credential() && credential.reaches(location, above)
    });
    match (own, facts.credential) {
        (Some(own), None) => Ok(Some(own.id())),
        (_, wanted) => Ok(choose_credential(
            location,
            above,
            wanted,
            facts.credentials,
        )?),
    }
}

/// Why a record is not promoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromoteError {
    /// There is nothing above `/`.
    #[error("{record} is at `/` already: everybody sees it there once it is shared")]
    AtTheTop {
        /// The record.
        record: ImageRecordId,
    },
    /// Scopes below the one above have a record of the same image, which would hide it.
    #[error(
        "{} would hide {record} at `{above}` with records of their own: delete those first",
        listed(scopes)
    )]
    Shadowed {
        /// The record.
        record: ImageRecordId,
        /// The scope above.
        above: Scope,
        /// The scopes that have a record, in order.
        scopes: Vec<Scope>,
    },
    /// It is deleted, or about to be.
    #[error(transparent)]
    Life(#[from] LifeError),
    /// It could not be registered there.
    #[error(transparent)]
    Register(#[from] RegisterError),
}
