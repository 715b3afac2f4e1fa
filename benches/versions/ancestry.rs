//! Ancestors in a large history.

use crate::Fault;
use atlas_benches::{Claim, is_quick, median, seconds};
use cloud_atlas::{
    base::{Name, Timestamp},
    history::{Author, CommitRequest, Dag, Head, LineageId, Message, Parent, Revision},
    mci::Content,
};
use std::{hint::black_box, mem::swap};

/// Two lineages that merge from one another every so many revisions.
const MERGE_EVERY: usize = 50;

pub(crate) fn run() -> Result<(), Fault> {
    let count = if is_quick() { 2_000 } else { 100_000 };
    let (revisions, [ours, theirs]) = history(count)?;
    let dag = Dag::new(&revisions);
    let mut far = Vec::new();
    for _ in 0..21 {
        far.push(seconds(|| {
            black_box(&dag).choose_base(black_box(&[ours]), black_box(theirs))
        }));
    }
    let found = dag.choose_base(&[ours], theirs)?;
    if found.ancestors.len() != 1 || found.is_contained {
        return Err("another base than the last merge".into());
    }
    let claim = format!("base of a merge among {count} revisions, beside 10 ms");
    Claim::cost(&claim, "ms", median(&mut far) * 1e3, 10.0, 1.0).print();

    let first = revisions.first().ok_or("no revision")?.digest();
    let mut roots = Vec::new();
    for _ in 0..21 {
        roots.push(seconds(|| {
            black_box(&dag).nearest_common_ancestors(black_box(first), black_box(theirs.digest))
        }));
    }
    let claim = format!("common ancestor with the first of {count} revisions, beside 10 ms");
    Claim::cost(&claim, "ms", median(&mut roots) * 1e3, 10.0, 1.0).print();
    Ok(())
}

/// One of the two lineages.
struct Side {
    lineage: LineageId,
    head: Head<Content>,
    last: Option<Revision>,
    newest: Parent,
}

/// All revisions, and the newest of each lineage.
fn history(count: usize) -> Result<(Vec<Revision>, [Parent; 2]), Fault> {
    let request = |number: usize| {
        Ok::<_, Fault>(CommitRequest {
            author: Author::parse("admin")?,
            message: Message::parse(&format!("number {number}"))?,
            time: Timestamp::parse("2026-07-21T14:07:12Z")?,
            released_at: None,
            seen: None,
        })
    };
    let named = |number: usize| Ok::<_, Fault>(Content::new(Name::parse(&format!("n{number}"))?));
    let [one, two] = [1, 2].map(LineageId::from_u128);
    let root = Head::new(named(0)?).commit(one, None, request(0)?)?;
    let newest = root.revision.as_parent(one);
    let mut revisions = vec![root.revision.clone()];
    let mut other = Side {
        lineage: one,
        head: root.head,
        last: Some(root.revision),
        newest,
    };
    let mut side = Side {
        lineage: two,
        head: Head::cloned(named(0)?, vec![newest]),
        last: None,
        newest,
    };
    for number in 1..count {
        let edited = if number % MERGE_EVERY < 2 {
            side.head.merged(named(number)?, other.newest)
        } else {
            side.head.edited(named(number)?)
        };
        let commit = edited.commit(side.lineage, side.last.as_ref(), request(number)?)?;
        side.newest = commit.revision.as_parent(side.lineage);
        side.head = commit.head;
        side.last = Some(commit.revision.clone());
        revisions.push(commit.revision);
        swap(&mut side, &mut other);
    }
    Ok((revisions, [side.newest, other.newest]))
}
