//! Whether lower scopes see a record.

use crate::{ImageRecord, InUse, LifeError, Usage, Warning};

/// Shows a record to lower scopes (Scalr); one that is shared stays so.
///
/// # Errors
///
/// It is deleted: a scope that sees it now may refer to its image already, and nothing is to refer
/// to what is deleted.
pub fn share(record: &ImageRecord) -> Result<ImageRecord, LifeError> {
    kept(record)?;
    Ok(record.changed(|fields| fields.shared = true))
}

fn kept(record: &ImageRecord) -> Result<(), LifeError> {
    if record.lifecycle().is_deleted() {
        return Err(LifeError::Deleted { id: record.id() });
    }
    Ok(())
}

/// A record that lower scopes see no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unshared {
    /// The record.
    pub record: ImageRecord,
    /// Who below its scope referred to it all the same: what a refusal would have listed.
    pub lost: Option<InUse>,
    /// What is worth saying.
    pub warnings: Vec<Warning>,
}

/// Hides a record from lower scopes.
///
/// Ours: refused while a lower scope of the same account tree refers to it; `force` does it and
/// reports the same list. What other accounts do with it is warned of.
///
/// # Errors
///
/// A lower scope refers to it, or it is deleted.
pub fn unshare(record: &ImageRecord, usage: &Usage, force: bool) -> Result<Unshared, UnshareError> {
    kept(record)?;
    let lost = usage.binding_below();
    match lost {
        Some(in_use) if !force => Err(UnshareError::InUse(Box::new(in_use))),
        lost => Ok(Unshared {
            record: record.changed(|fields| fields.shared = false),
            lost,
            warnings: usage.warnings(),
        }),
    }
}

/// Why a record stays shared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnshareError {
    /// Lower scopes refer to it.
    #[error("{0}: set other images there first, or force it, and they find it no more")]
    InUse(Box<InUse>),
    /// It is deleted.
    #[error(transparent)]
    Life(#[from] LifeError),
}
