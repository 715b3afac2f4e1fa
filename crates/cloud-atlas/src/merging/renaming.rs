//! Names are unique within a scope, and a merge may bring the name of the other side.

use crate::{Error, kind::Versioned, stored::StoredLineage, unit::Unit};
use atlas_base::Name;
use atlas_history::LineageId;

/// Whether HEAD can be called what their side is called: names are unique within a scope.
pub(crate) enum Renaming {
    Free,
    /// The lineage of their side is beside HEAD and has that name.
    Theirs,
    /// Another lineage there has it, as is said here.
    Taken(String),
}

impl Unit {
    /// Whether HEAD can be called what their side is called.
    pub(crate) async fn renaming<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        theirs: LineageId,
        name: &Name,
    ) -> Result<Renaming, Error> {
        let found = self.by_name::<C>(&of.scope, name).await?;
        Ok(match found {
            Some(found) if found.lineage == of.lineage => Renaming::Free,
            Some(found) if found.lineage == theirs => Renaming::Theirs,
            Some(found) => Renaming::Taken(format!(
                "another {} at {} is called `{name}`",
                C::NOUN,
                found.scope
            )),
            None => Renaming::Free,
        })
    }
}
