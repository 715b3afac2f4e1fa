//! Whether lower scopes see a lineage.

use crate::Reference;
use atlas_base::Name;
use atlas_image::{Referrer, UsedBy};
use atlas_scope::Scope;
use core::fmt;
use serde::Serialize;
use std::collections::BTreeSet;

/// A MultiCloud Image or a `ServerTemplate`, as much of it as its sharing is decided by.
#[derive(Debug, Clone, Copy)]
pub struct SharedLineage<'a> {
    /// Its name.
    pub name: &'a Name,
    /// The scope that holds it.
    pub scope: &'a Scope,
    /// Whether lower scopes see it.
    pub shared: bool,
}

impl SharedLineage<'_> {
    /// Decides whether it can be hidden from lower scopes, given what refers to it, and tells what
    /// of that stands below its scope: what a refusal would have listed. One that is hidden already
    /// stays so, and nothing is lost.
    ///
    /// Ours, as for image records: refused while a lower scope refers to it; `force` does it and
    /// reports the same list. How many the caller does not see is told only where she may delete.
    ///
    /// # Errors
    ///
    /// A lower scope refers to it.
    pub fn unshare(
        &self,
        all: impl IntoIterator<Item = Referrer>,
        may_delete: bool,
        force: bool,
    ) -> Result<Option<LineageInUse>, ShareError> {
        if !self.shared {
            return Ok(None);
        }
        let is_below = |it: &Referrer| self.scope.contains(&it.scope) && it.scope != *self.scope;
        let below: BTreeSet<_> = all.into_iter().filter(is_below).collect();
        if below.is_empty() {
            return Ok(None);
        }
        let (referrers, hidden): (Vec<_>, Vec<_>) = below.into_iter().partition(|it| it.visible);
        let in_use = LineageInUse {
            name: self.name.clone(),
            referrers,
            hidden: if may_delete { hidden.len() } else { 0 },
        };
        if force {
            return Ok(Some(in_use));
        }
        Err(ShareError::InUse(Box::new(in_use)))
    }
}

/// What keeps a lineage from being hidden: a list in a refusal, and the same list in the report of a
/// change that was forced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineageInUse {
    /// The name of the lineage.
    pub name: Name,
    /// Who below its scope refers to it, as far as the caller sees, by scope, kind and name.
    pub referrers: Vec<Referrer>,
    /// How many more there are, if the caller may know; else 0.
    pub hidden: usize,
}

impl fmt::Display for LineageInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = u64::try_from(self.hidden).unwrap_or(u64::MAX);
        let used = UsedBy::new(&self.referrers, hidden);
        write!(f, "`{}` is {used}", self.name)
    }
}

/// Why lower scopes go on seeing a lineage, or not seeing it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// A state was named where the lineage is meant as a whole.
    #[error(
        "`{reference}` names one state, and all of them are shared or none: leave out what stands behind `@`"
    )]
    StateNamed {
        /// What was named.
        reference: Reference,
    },
    /// Lower scopes refer to it.
    #[error("{0}: let go of it in lower scopes first, or force it, and they find it no more")]
    InUse(Box<LineageInUse>),
}
