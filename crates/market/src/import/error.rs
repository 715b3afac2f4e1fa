//! Why nothing is imported.

use crate::PublicationRef;
use atlas_base::{Digest, Name};
use atlas_image::Reason;
use atlas_scope::Scope;

/// Why a publication is not imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is none, or it is not for the account: the two read alike.
    #[error("there is no publication {publication}: check its id, and what the catalogue lists")]
    NotFound {
        /// What was named.
        publication: PublicationRef,
    },
    /// Accounts import, and `/` belongs to none.
    #[error(
        "`{name}` cannot be imported to `/`: name an account such as `/acme`, or an environment of it"
    )]
    Global {
        /// Its name.
        name: Name,
    },
    /// The account published it.
    #[error("`{name}` was published by this account, which has it already: clone it for a copy")]
    Own {
        /// Its name.
        name: Name,
    },
    /// It is offered no more (RightScale).
    #[error(
        "`{name}` ({publication}) is deprecated and comes only with what depends on it: {reason}; import a newer revision"
    )]
    Deprecated {
        /// Its name.
        name: Name,
        /// Which one.
        publication: PublicationRef,
        /// Why.
        reason: Reason,
    },
    /// What is there under the same key is something else.
    #[error(
        "{publication} has the digest {offered}, but what was imported to `{scope}` has {here}: one of them was damaged or changed outside; delete the import, or ask the publisher"
    )]
    Differs {
        /// Which one.
        publication: PublicationRef,
        /// Who holds the other.
        scope: Scope,
        /// The digest there.
        here: Digest,
        /// The digest that is offered.
        offered: Digest,
    },
    /// It needs what the account does not see.
    #[error(
        "`{name}` needs {dependency}, which is not for this account: ask its publisher to publish that to you as well"
    )]
    DependencyNotSeen {
        /// The name of what was asked for.
        name: Name,
        /// What it needs.
        dependency: PublicationRef,
    },
    /// It needs what the account itself published, and the scope does not see that.
    #[error(
        "`{name}` is needed and is of this account, but `{receiver}` does not see it: share it, or import to where it is seen"
    )]
    OwnDependencyNotSeen {
        /// The name of what is needed.
        name: Name,
        /// Where it was to be seen.
        receiver: Scope,
    },
    /// All names are taken that it could have.
    #[error("there is no name left for `{name}`: rename some of those that are called like it")]
    NoName {
        /// Its name at the publisher.
        name: Name,
    },
}
