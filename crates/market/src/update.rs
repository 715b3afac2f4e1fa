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
    let offered = Offered::to(viewer, publications);
    let above = above(followers);
    let mut updates: Vec<_> = followers
        .iter()
        .filter_map(|follower| {
            let have = match follower.what {
                Following::Import => above.have(follower),
                Following::Clone => follower.have,
            };
            offered.update(follower, have)
        })
        .collect();
    updates.sort_by(order);
    updates.dedup();
    updates
}

fn order(a: &Update, b: &Update) -> Ordering {
    let key = |it: &Update| (it.what, it.lineage, it.have);
    a.scope.cmp(&b.scope).then_with(|| key(a).cmp(&key(b)))
}

/// What is offered, by lineage, the oldest revision first.
struct Offered<'a>(BTreeMap<LineageId, Vec<&'a Publication>>);

impl<'a> Offered<'a> {
    fn to(viewer: &Viewer, publications: &'a [Publication]) -> Self {
        let mut offered: BTreeMap<_, Vec<&Publication>> = BTreeMap::new();
        for it in publications {
            if it.state.is_active() && !viewer.is(&it.publisher) && it.is_visible_to(viewer) {
                offered.entry(it.source).or_default().push(it);
            }
        }
        for all in offered.values_mut() {
            all.sort_by_key(|it| it.revision);
        }
        Self(offered)
    }

    fn update(&self, follower: &Follower, have: RevisionNumber) -> Option<Update> {
        let all = self.0.get(&follower.upstream)?;
        let start = all.partition_point(|it| it.revision <= have);
        let newer = all.get(start..)?;
        let newest = newer.last()?;
        Some(Update {
            what: follower.what,
            scope: follower.scope.clone(),
            lineage: follower.lineage,
            upstream: follower.upstream,
            publication: newest.lineage,
            name: newest.name.clone(),
            have,
            available: newer.iter().map(|it| it.revision).collect(),
            newest: newest.revision,
        })
    }
}

/// The imports of each lineage, by scope.
struct Above<'a>(BTreeMap<LineageId, Vec<&'a Follower>>);

fn above(followers: &[Follower]) -> Above<'_> {
    let mut above: BTreeMap<_, Vec<&Follower>> = BTreeMap::new();
    let imports = followers.iter().filter(|it| it.what == Following::Import);
    for import in imports {
        above.entry(import.upstream).or_default().push(import);
    }
    for all in above.values_mut() {
        all.sort_by(|a, b| a.scope.cmp(&b.scope));
    }
    Above(above)
}

impl Above<'_> {
    /// The newest revision of the same lineage that the scope of an import sees.
    fn have(&self, import: &Follower) -> RevisionNumber {
        let all = self.0.get(&import.upstream).map_or(&[][..], Vec::as_slice);
        let mut have = import.have;
        for scope in import.scope.lineage() {
            let start = all.partition_point(|it| it.scope < scope);
            let here = all.iter().skip(start).take_while(|it| it.scope == scope);
            for other in here.filter(|it| visible(&it.scope, it.shared, &import.scope)) {
                have = have.max(other.have);
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
    let offered = Offered::to(viewer, publications).0.into_iter();
    let newest = offered.filter_map(|(lineage, all)| Some((lineage, all.last()?.revision)));
    newest.collect()
}
