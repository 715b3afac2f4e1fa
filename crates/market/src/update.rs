//! Imports and clones whose publisher has moved on.

use crate::{Publication, PublicationLineageId, Viewer};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionNumber, RevisionRef};
use atlas_scope::{Scope, visible};
use core::cmp::Ordering;
use serde::Serialize;
use std::collections::BTreeMap;

/// How something follows a lineage of another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "what comes from others is imported, or cloned from what was"
)]
pub enum Following {
    /// It was imported: a newer revision is imported beside it.
    Import,
    /// It was cloned from an import: a newer revision is merged into it.
    Clone,
}

/// Something that came from another account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Follower {
    /// How it follows.
    pub what: Following,
    /// The scope that holds it.
    pub scope: Scope,
    /// The lineage here.
    pub lineage: LineageId,
    /// The lineage that it follows: the same for an import.
    pub upstream: LineageId,
    /// What it has of that: the newest revision of an import, and of a clone the revision that was
    /// cloned or merged last.
    pub have: RevisionNumber,
    /// Whether lower scopes see it.
    pub shared: bool,
}

impl Follower {
    /// An import with its newest revision; `shared` says whether lower scopes see it.
    pub fn import(scope: Scope, lineage: LineageId, newest: RevisionNumber, shared: bool) -> Self {
        Self {
            what: Following::Import,
            scope,
            lineage,
            upstream: lineage,
            have: newest,
            shared,
        }
    }

    /// A clone with the revision of the upstream that it was made of, or that was merged into it
    /// last.
    pub fn clone_of(scope: Scope, lineage: LineageId, upstream: RevisionRef) -> Self {
        Self {
            what: Following::Clone,
            scope,
            lineage,
            upstream: upstream.lineage,
            have: upstream.number,
            shared: false,
        }
    }
}

/// Newer revisions of something that came from another account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Update {
    /// How it follows.
    pub what: Following,
    /// The scope that holds it.
    pub scope: Scope,
    /// The lineage here.
    pub lineage: LineageId,
    /// The lineage at its publisher.
    pub upstream: LineageId,
    /// Where the newer revisions are.
    pub publication: PublicationLineageId,
    /// What its publisher calls the newest.
    pub name: Name,
    /// What is here.
    pub have: RevisionNumber,
    /// What is newer, in order.
    pub available: Vec<RevisionNumber>,
    /// The newest of them.
    pub newest: RevisionNumber,
}

/// Lists the imports and the clones of imports whose publisher offers newer revisions (RightScale;
/// clones: ours), by scope, kind and lineage.
///
/// Only active publications of other accounts that the viewer sees count. An import counts as having
/// what its scope sees of the same lineage above, since nothing would be copied of that.
pub fn updates(
    viewer: &Viewer,
    followers: &[Follower],
    publications: &[Publication],
) -> Vec<Update> {
    let offered = offered(viewer, publications);
    let mut sorted: Vec<_> = followers.iter().map(|it| (it.upstream, it)).collect();
    sorted.sort_by_key(|(upstream, _)| *upstream);
    let mut offers = offered.chunk_by(|a, b| a.0.0 == b.0.0).peekable();
    let mut updates = Vec::new();
    // Both are in the order of the lineages, so one walk along them finds what meets.
    for same in sorted.chunk_by(|a, b| a.0 == b.0) {
        let Some((upstream, _)) = same.first() else {
            continue;
        };
        let lineage = |offer: &&[Offer<'_>]| offer.first().map(|((lineage, _), _)| *lineage);
        while offers.next_if(|it| lineage(it) < Some(*upstream)).is_some() {}
        let Some(offer) = offers.next_if(|it| lineage(it) == Some(*upstream)) else {
            continue;
        };
        let imports = Imports::among(same);
        updates.extend(same.iter().filter_map(|(_, follower)| {
            let have = match follower.what {
                Following::Import => imports.have(follower),
                Following::Clone => follower.have,
            };
            update(follower, have, offer)
        }));
    }
    updates.sort_by(order);
    updates.dedup();
    updates
}

fn order(a: &Update, b: &Update) -> Ordering {
    let key = |it: &Update| (it.what, it.lineage, it.have);
    a.scope.cmp(&b.scope).then_with(|| key(a).cmp(&key(b)))
}

/// A publication with what it is sorted by, which stands beside it since publications are large and
/// lie apart.
type Offer<'a> = ((LineageId, RevisionNumber), &'a Publication);

/// What is offered, by lineage, the oldest revision first.
fn offered<'a>(viewer: &Viewer, publications: &'a [Publication]) -> Vec<Offer<'a>> {
    let is_offered = |it: &&Publication| {
        it.state.is_active() && !viewer.is(&it.publisher) && it.is_visible_to(viewer)
    };
    let offered = publications.iter().filter(is_offered);
    let mut offered: Vec<_> = offered.map(|it| ((it.source, it.revision), it)).collect();
    offered.sort_by_key(|(key, _)| *key);
    offered
}

/// What is newer of the lineage that something follows.
fn update(follower: &Follower, have: RevisionNumber, offer: &[Offer<'_>]) -> Option<Update> {
    let start = offer.partition_point(|((_, revision), _)| *revision <= have);
    let newer = offer.get(start..)?;
    let (_, newest) = newer.last()?;
    Some(Update {
        what: follower.what,
        scope: follower.scope.clone(),
        lineage: follower.lineage,
        upstream: follower.upstream,
        publication: newest.lineage,
        name: newest.name.clone(),
        have,
        available: newer.iter().map(|((_, revision), _)| *revision).collect(),
        newest: newest.revision,
    })
}

/// The imports of one lineage, by scope.
struct Imports<'a>(Vec<&'a Follower>);

impl<'a> Imports<'a> {
    fn among(followers: &[(LineageId, &'a Follower)]) -> Self {
        let all = followers.iter().map(|(_, follower)| *follower);
        let imports = all.filter(|it| it.what == Following::Import);
        let mut imports: Vec<_> = imports.collect();
        imports.sort_by(|a, b| a.scope.cmp(&b.scope));
        Self(imports)
    }

    /// The newest revision that the scope of an import sees, there or above.
    fn have(&self, import: &Follower) -> RevisionNumber {
        let mut have = import.have;
        if self.0.len() == 1 {
            return have;
        }
        for scope in import.scope.lineage().skip(1) {
            let start = self.0.partition_point(|it| it.scope < scope);
            let here = self.0.iter().skip(start);
            for other in here.take_while(|it| it.scope == scope) {
                if visible(&other.scope, other.shared, &import.scope) {
                    have = have.max(other.have);
                }
            }
        }
        have
    }
}

/// The newest revision that publishers offer of each lineage: what links of templates can be moved to
/// after an import.
pub fn newest_published(
    viewer: &Viewer,
    publications: &[Publication],
) -> BTreeMap<LineageId, RevisionNumber> {
    let offered = offered(viewer, publications).into_iter();
    // The newest of a lineage comes last and stays.
    offered.map(|(key, _)| key).collect()
}
