//! Strategies for the words of commits, a small content, and graphs of ancestry.

use crate::base;
use atlas_history::{Author, CommitRequest, Content, Message};
use proptest::{collection::vec, prelude::*};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A content that is small, and whose order of insertion must not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Note(pub BTreeMap<String, String>);

impl Content for Note {
    const DOMAIN: &'static str = "testkit/note/1";
}

impl Note {
    /// A note with one line.
    pub fn of(key: &str, value: &str) -> Self {
        Self(BTreeMap::from([(key.to_owned(), value.to_owned())]))
    }
}

/// The lines of a note in any order, each key once.
pub fn note_lines() -> impl Strategy<Value = Vec<(String, String)>> {
    proptest::collection::btree_map("[a-cé]{0,2}", ".{0,6}", 0..6)
        .prop_map(|lines| lines.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

/// A note.
pub fn note() -> impl Strategy<Value = Note> {
    note_lines().prop_map(|lines| Note(lines.into_iter().collect()))
}

/// Who commits.
pub fn author() -> impl Strategy<Value = Author> {
    "[ -~é]{0,12}[!-~]".prop_filter_map("no author", |text| Author::parse(&text).ok())
}

/// Why somebody commits.
pub fn message() -> impl Strategy<Value = Message> {
    "[ -~é\n\t]{0,24}[!-~]".prop_filter_map("no message", |text| Message::parse(&text).ok())
}

/// A request to commit that asks for no check of the generation.
pub fn commit_request() -> impl Strategy<Value = CommitRequest> {
    (
        author(),
        message(),
        base::timestamp(),
        proptest::option::of(base::timestamp()),
    )
        .prop_map(|(author, message, time, released_at)| CommitRequest {
            author,
            message,
            time,
            released_at,
            seen: None,
        })
}

/// A graph: for each node, which of the nodes before it are its parents.
pub fn graph() -> impl Strategy<Value = Vec<BTreeSet<usize>>> {
    vec(vec(any::<prop::sample::Index>(), 0..3), 1..12).prop_map(|nodes| {
        nodes
            .iter()
            .enumerate()
            .map(|(node, parents)| match node {
                0 => BTreeSet::new(),
                _ => parents.iter().map(|parent| parent.index(node)).collect(),
            })
            .collect()
    })
}
