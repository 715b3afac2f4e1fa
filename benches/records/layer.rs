//! The table of image records below the facade, without anybody who may see less than all of it.

use crate::Fault;
use atlas_store::{Condition, Index, Parts, Query, Record, Snapshot, Table, Tx};
use cloud_atlas::{
    image::{ImageRecord, LifecycleState},
    scope::Scope,
};
use serde::{Deserialize, Serialize};

/// An image record as the facade keeps it.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Kept(pub(crate) ImageRecord);

impl Record for Kept {
    const SCHEMA: u32 = 2;
}

/// The facade's table, with the one index that is read here.
pub(crate) const IMAGES: Table<Kept> = Table::new(
    "image",
    &[Index::many("scope", |kept| {
        let (scope, location) = (kept.0.scope(), kept.0.location());
        let id = kept.0.image_id().equality_key();
        vec![Parts::from((
            scope.as_str(),
            location.as_str(),
            id.as_ref(),
        ))]
    })],
);

/// What a scope sees, scope by scope upward: at most so many, of all but what is deleted.
pub(crate) async fn seen(
    snapshot: Box<dyn Snapshot>,
    from: &Scope,
    limit: usize,
) -> Result<Vec<ImageRecord>, Fault> {
    let tx = Tx::look(snapshot);
    let mut found = Vec::new();
    for scope in from.lineage() {
        let account = scope.account().unwrap_or("/");
        let states = LifecycleState::all().iter();
        let states = states.filter(|state| **state != LifecycleState::Deleted);
        let states = states.map(|state| state.as_str());
        let mut query = Query::all(&account.parse()?)
            .index("scope")
            .prefix(Parts::from(scope.as_str()))
            .keep(Condition::one_of(["lifecycle", "state"], states))
            .limit(limit + 1 - found.len());
        if scope != *from {
            query = query.keep(Condition::is("shared", true));
        }
        let page = IMAGES.query(&tx, &query).await?;
        found.extend(page.found.into_iter().map(|found| found.record.0));
        if found.len() > limit {
            found.pop();
            break;
        }
    }
    Ok(found)
}
