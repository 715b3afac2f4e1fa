//! What a publisher is told of those who imported.

use crate::{Publication, PublicationRef};
use atlas_history::RevisionNumber;
use atlas_scope::{AccountGroup, Scope};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// An account that has imported a publication.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Imported {
    /// Which publication.
    pub publication: PublicationRef,
    /// The scope that it was imported to.
    pub scope: Scope,
}

/// Who imported the revisions of one publication lineage, as far as its publisher may know.
///
/// Ours: an account is named if it is in a group of the publisher, which knows it anyway; of all
/// others there is a count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Importers {
    /// By revision, the oldest first; a revision that nobody imported is not among them.
    pub revisions: BTreeMap<RevisionNumber, RevisionImporters>,
}

/// Who imported one revision. An account counts once, into however many of its scopes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RevisionImporters {
    /// The accounts that are in a group of the publisher.
    pub accounts: BTreeSet<Scope>,
    /// How many others there are.
    pub others: usize,
}

impl Importers {
    /// Sorts out who imported the publications of one lineage; `groups` are those that its publisher
    /// owns.
    pub fn of(publication: &Publication, imported: &[Imported], groups: &[AccountGroup]) -> Self {
        let own = groups.iter().filter(|it| it.owner == publication.publisher);
        let members = own.flat_map(|it| &it.members).map(|it| &it.account);
        let known: BTreeSet<&Scope> = members.collect();
        let mut accounts: BTreeMap<_, BTreeSet<Scope>> = BTreeMap::new();
        for it in imported {
            if it.publication.lineage == publication.lineage {
                let there = accounts.entry(it.publication.revision).or_default();
                there.extend(it.scope.account_scope());
            }
        }
        let sorted = accounts.into_iter().map(|(revision, accounts)| {
            let (named, others): (BTreeSet<_>, BTreeSet<_>) = accounts
                .into_iter()
                .partition(|account| known.contains(account));
            let importers = RevisionImporters {
                accounts: named,
                others: others.len(),
            };
            (revision, importers)
        });
        Self {
            revisions: sorted.collect(),
        }
    }
}
