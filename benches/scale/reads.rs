//! Questions to a large store, beside the same to a small one.

use crate::{Fault, Fleet, counted::Counted, fleet, pages::PageCount};
use atlas_benches::{Claim, Effort, versus};
use atlas_store_redb::RedbStore;
use cloud_atlas::{Atlas, ImageQuery, OsFilter, Page, Paging, Session, image::ImageRecord};
use core::sync::atomic::Ordering;
use pollster::block_on;
use std::{path::Path, sync::Arc};

/// The hundred images of a scope that are of a rare family.
pub(crate) fn rare() -> Result<ImageQuery, Fault> {
    let scope = fleet::scopes()?.into_iter().next().ok_or("no scope")?;
    let mut query = ImageQuery::new(scope);
    query.os = Some(OsFilter::parse(fleet::RARE)?);
    Ok(query)
}

pub(crate) async fn ask(session: &Session, query: &ImageQuery) -> Result<Page<ImageRecord>, Fault> {
    let page = session.images(query, &Paging::default()).await?;
    let found = page.items.len();
    if u64::try_from(found)? == fleet::RARES || query.os.is_none() {
        return Ok(page);
    }
    Err(format!("{found} images are of the rare family").into())
}

pub(crate) fn run(small: &Fleet, large: &Fleet) -> Result<(), Fault> {
    let query = rare()?;
    let among = format!("{} among {}", fleet::RARES, large.images);
    let beside = format!("beside among {}", small.images);

    let [few, many] = [small, large].map(|fleet| counts(&fleet.path, &query));
    let ((few_keys, few_calls), (many_keys, many_calls)) = (few?, many?);
    for (what, ours, peer) in [
        ("keys", many_keys, few_keys),
        ("calls", many_calls, few_calls),
    ] {
        let claim = format!("{what} read by an indexed query for {among}, {beside}");
        Claim::cost(&claim, "reads", number(ours)?, number(peer)?, 1.0).print();
    }
    let [few, many] = [small, large].map(|fleet| cold_pages(&fleet.path, &query));
    let claim = format!("pages of a cold file read by a query for {among}, {beside}");
    Claim::cost(&claim, "pages", number(many?)?, number(few?)?, 1.5).print();

    times(small, large, &query)
}

/// Keys and calls that a query takes.
fn counts(path: &Path, query: &ImageQuery) -> Result<(u64, u64), Fault> {
    let store = Counted::before(RedbStore::open(path)?);
    let atlas = block_on(Atlas::builder().with_store(Arc::clone(&store) as _))?;
    let session = atlas.act_as(&"admin".parse()?);
    store.take();
    block_on(ask(&session, query))?;
    Ok(store.take())
}

/// How often the file is read by a query, when nothing of it is in the cache but what opening it
/// needs.
fn cold_pages(path: &Path, query: &ImageQuery) -> Result<u64, Fault> {
    let (file, reads) = PageCount::open(path)?;
    let store = Arc::new(RedbStore::with_backend(file)?);
    let atlas = block_on(Atlas::builder().with_store(store))?;
    let session = atlas.act_as(&"admin".parse()?);
    let before = reads.load(Ordering::Relaxed);
    block_on(ask(&session, query))?;
    Ok(reads.load(Ordering::Relaxed) - before)
}

fn times(small: &Fleet, large: &Fleet, query: &ImageQuery) -> Result<(), Fault> {
    let open = |fleet: &Fleet| -> Result<_, Fault> {
        let atlas = block_on(Atlas::open(&fleet.url("256MiB")))?;
        Ok(atlas.act_as(&"admin".parse()?))
    };
    let (few, many) = (open(small)?, open(large)?);
    let effort = Effort::from_arguments();
    let everything = ImageQuery::new(query.from.clone());
    let among = format!("among {}, beside among {}", large.images, small.images);

    let pair = versus(
        effort,
        || block_on(ask(&many, query)).is_ok(),
        || block_on(ask(&few, query)).is_ok(),
    );
    Claim::milliseconds(&format!("a hundred of a rare family {among}"), pair, 1.5).print();

    let pair = versus(
        effort,
        || block_on(ask(&many, &everything)).is_ok(),
        || block_on(ask(&few, &everything)).is_ok(),
    );
    Claim::milliseconds(&format!("the first page of all {among}"), pair, 1.5).print();

    let last = |session: &Session| -> Result<_, Fault> {
        let mut paging = Paging::of(Paging::MOST);
        let mut behind = paging.clone();
        for _ in 0..50 {
            let page = block_on(session.images(&everything, &paging))?;
            let Some(next) = page.following() else { break };
            behind = core::mem::replace(&mut paging, next);
        }
        behind.limit = Paging::USUAL;
        Ok(behind)
    };
    let deep = last(&many)?;
    let first = Paging::default();
    let pair = versus(
        effort,
        || block_on(many.images(&everything, &deep)).is_ok(),
        || block_on(many.images(&everything, &first)).is_ok(),
    );
    let claim = format!(
        "a page behind tens of thousands of {}, beside the first",
        large.images
    );
    Claim::milliseconds(&claim, pair, 1.5).print();

    let id = |session: &Session| -> Result<_, Fault> {
        let page = block_on(ask(session, query))?;
        Ok(page.items.first().ok_or("no image")?.id())
    };
    let (few_id, many_id) = (id(&few)?, id(&many)?);
    let pair = versus(
        effort,
        || block_on(many.image(many_id, &query.from)).is_ok(),
        || block_on(few.image(few_id, &query.from)).is_ok(),
    );
    Claim::nanoseconds(&format!("an image by its id {among}"), pair, 1.5).print();
    Ok(())
}

fn number(count: u64) -> Result<f64, Fault> {
    Ok(f64::from(u32::try_from(count)?))
}
