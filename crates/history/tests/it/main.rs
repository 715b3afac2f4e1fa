//! Tests of `atlas-history`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed test is the right place for a panic"
)]

mod base;
mod clone;
mod commit;
mod content;
mod dag;
mod digests;
mod editable;
mod frames;
mod graph;
mod graph_laws;
mod marks;
mod merge;
mod naming;
mod restore;
mod undo;
mod words;

use atlas_base::Timestamp;
use atlas_history::{Author, CommitRequest, Head, LineageId, Message, Parent, Revision};
use atlas_testkit::history::Note;
use serde_json::json;

const LINEAGE: LineageId = LineageId::from_u128(7);

fn request(message: &str) -> CommitRequest {
    CommitRequest {
        author: Author::parse("dana").unwrap(),
        message: Message::parse(message).unwrap(),
        time: Timestamp::parse("2026-07-21T14:07:12Z").unwrap(),
        released_at: None,
        seen: None,
    }
}

/// A HEAD whose next revision has these parents: a merge waits if there are two.
fn head_with_parents(content: &Note, parents: &[Parent]) -> Head<Note> {
    let stored = json!({ "content": content, "generation": 5, "parents": parents });
    serde_json::from_value(stored).unwrap()
}

/// A revision with two parents, committed and released.
fn merged() -> Revision {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let other = Head::new(Note::of("a", "2"))
        .commit(LINEAGE, None, request("two"))
        .unwrap();
    let parents = [
        first.revision.as_parent(LINEAGE),
        other.revision.as_parent(LineageId::from_u128(8)),
    ];
    let request = CommitRequest {
        released_at: Some(Timestamp::parse("2026-07-20T00:00:00.5Z").unwrap()),
        ..request("merge two\n\nfor a reason")
    };
    let head = head_with_parents(&Note::of("b", "é"), &parents);
    head.commit(LINEAGE, Some(&first.revision), request)
        .unwrap()
        .revision
}
