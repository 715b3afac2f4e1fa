//! Lists of image records: beside the same rows of `SQLite`, and beside the same rows of the table
//! for nobody in particular.

use crate::{
    CACHE_MIB, Fault,
    fleet::{Fleet, OBSERVER},
    layer,
    sqlite::Peer,
};
use atlas_benches::{Claim, Effort, Pair, versus};
use cloud_atlas::{Atlas, ImageQuery, OsFilter, Paging, Session, image_id::CloudLocation};
use pollster::block_on;
use std::path::Path;

/// Milliseconds that a page may take.
const LIMIT: f64 = 2.0;

/// A page that is asked for: in words, of us, and of the peer.
struct Asked {
    words: &'static str,
    query: ImageQuery,
    sql: &'static str,
    texts: Vec<&'static str>,
}

pub(crate) fn run(folder: &Path, url: &str, fleet: &Fleet) -> Result<(), Fault> {
    let atlas = block_on(Atlas::open(url))?;
    let peer = Peer::make(&folder.join("peer.sqlite"), CACHE_MIB, &*atlas.store())?;
    drop(atlas);
    // Nobody has the store beside this one: its answers are not held against the change feed.
    let atlas = block_on(Atlas::open(url))?;
    let session = atlas.act_as(&OBSERVER.parse()?);
    for asked in pages()? {
        let pair = page(&session, &peer, &asked)?;
        let words = format!("{}, of {}", asked.words, fleet.images);
        Claim::milliseconds(&format!("{words}, beside SQLite"), pair, 1.5).print();
        let limit = format!("{words}, beside 2 ms");
        Claim::cost(&limit, "ms", pair.ours * 1e3, LIMIT, 1.0).print();
    }
    check(&atlas, &session)
}

fn pages() -> Result<Vec<Asked>, Fault> {
    let of = Fleet::large()?;
    let mut by_os = ImageQuery::new(of.clone());
    by_os.os = Some(OsFilter::parse("ubuntu/24")?);
    by_os.location = Some(CloudLocation::parse("aws/eu-central-1")?);
    let mut by_tag = ImageQuery::new(of.clone());
    by_tag.tags.insert("team:role=web".parse()?);
    let mut by_name = ImageQuery::new(of);
    by_name.name_like = Some("ubuntu 2?.* arm64".to_owned());
    Ok(vec![
        Asked {
            words: "a page of 100 by operating system and location",
            query: by_os,
            sql: "SELECT json FROM images WHERE scope = ?1 AND family = ?2 AND generation = ?3
                  AND location = ?4 AND state <> 'deleted'
                  ORDER BY scope, family, generation, version, id LIMIT 101",
            texts: vec!["ubuntu", "24", "aws/eu-central-1"],
        },
        Asked {
            words: "a page of 100 by tag",
            query: by_tag,
            sql: "SELECT images.json FROM tags JOIN images ON images.row = tags.row
                  WHERE tags.scope = ?1 AND tags.tag = ?2 AND state <> 'deleted'
                  ORDER BY tags.scope, tags.tag, tags.id LIMIT 101",
            texts: vec!["team:role=web"],
        },
        Asked {
            words: "a page of 100 by a pattern of names",
            query: by_name,
            sql: "SELECT json FROM images WHERE scope = ?1 AND name GLOB ?2 AND state <> 'deleted'
                  ORDER BY scope, name, id LIMIT 101",
            texts: vec!["ubuntu 2?.* arm64"],
        },
    ])
}

fn page(session: &Session, peer: &Peer, asked: &Asked) -> Result<Pair, Fault> {
    let scope = asked.query.from.as_str();
    let texts: Vec<&str> = core::iter::once(scope)
        .chain(asked.texts.iter().copied())
        .collect();
    let paging = Paging::default();
    let ours = block_on(session.images(&asked.query, &paging))?;
    let mut statement = peer.prepare(asked.sql)?;
    let theirs = statement.page(&texts, paging.limit)?;
    if ours.items != theirs || theirs.len() != paging.limit || ours.next.is_none() {
        let (ours, theirs) = (ours.items.len(), theirs.len());
        return Err(format!("{}: other rows, {ours} and {theirs}", asked.words).into());
    }
    Ok(versus(
        Effort::from_arguments(),
        || block_on(session.images(&asked.query, &paging)).is_ok(),
        || statement.page(&texts, paging.limit).is_ok(),
    ))
}

/// What it costs to see only what one may.
fn check(atlas: &Atlas, session: &Session) -> Result<(), Fault> {
    let of = [
        ("a page of 100", Fleet::large()?),
        (
            "the whole list of an ordinary environment",
            Fleet::ordinary()?,
        ),
    ];
    let paging = Paging::default();
    let store = atlas.store();
    for (words, scope) in of {
        let query = ImageQuery::new(scope);
        let layer = || {
            block_on(async {
                let snapshot = store.snapshot().await?;
                layer::seen(snapshot, &query.from, paging.limit).await
            })
        };
        if block_on(session.images(&query, &paging))?.items != layer()? {
            return Err(format!("{words}: other rows").into());
        }
        let pair = versus(
            Effort::from_arguments(),
            || block_on(session.images(&query, &paging)).is_ok(),
            || layer().is_ok(),
        );
        let claim = format!("{words} for one who may see it, beside the table for nobody");
        Claim::milliseconds(&claim, pair, 1.2).print();
    }
    Ok(())
}
