//! Drawings of histories, as people see them.

use crate::{
    graph_laws::{check_lanes, check_xml},
    head_with_parents,
};
use atlas_base::{Digest, Timestamp};
use atlas_history::{
    Author, CommitRequest, Graph, GraphNode, Head, LineageId, Message, NodeId, Parent, Revision,
};
use atlas_testkit::history::Note;
use std::collections::{BTreeMap, BTreeSet};

/// A history that is made step by step, in several lineages.
#[derive(Default)]
struct History {
    heads: BTreeMap<LineageId, Head<Note>>,
    names: BTreeMap<LineageId, String>,
    last: BTreeMap<LineageId, Revision>,
    nodes: Vec<GraphNode>,
    minutes: u32,
}

pub(crate) fn lineage(number: u128) -> LineageId {
    LineageId::from_u128(number)
}

impl History {
    fn lineage(&mut self, number: u128, name: &str) {
        self.names.insert(lineage(number), name.to_owned());
    }

    /// Commits in a lineage, from its last revision and what is merged or cloned.
    fn commit(&mut self, number: u128, from: &[Parent], message: &str) -> Parent {
        let id = lineage(number);
        let last = self.last.get(&id).cloned();
        let parents: Vec<_> = last
            .iter()
            .map(|last| last.as_parent(id))
            .chain(from.iter().copied())
            .collect();
        self.minutes += 10;
        let time = format!(
            "2026-07-21T{:02}:{:02}:00Z",
            self.minutes / 60 % 24,
            self.minutes % 60
        );
        let request = CommitRequest {
            author: Author::parse("dana").unwrap(),
            message: Message::parse(message).unwrap(),
            time: Timestamp::parse(&time).unwrap(),
            released_at: None,
            seen: None,
        };
        let note = Note::of(&self.minutes.to_string(), message);
        let commit = head_with_parents(&note, &parents)
            .commit(id, last.as_ref(), request)
            .unwrap();
        let revision = commit.revision;
        self.nodes
            .push(GraphNode::revision(id, &*self.names[&id], &revision));
        self.heads.insert(id, commit.head);
        let parent = revision.as_parent(id);
        self.last.insert(id, revision);
        parent
    }

    fn label(&mut self, labels: &[&str]) {
        let node = self.nodes.pop().unwrap();
        self.nodes
            .push(node.labelled(labels.iter().map(|label| (*label).to_owned())));
    }

    /// The HEAD of a lineage, edited.
    fn edit(&mut self, number: u128) {
        let id = lineage(number);
        let node = GraphNode::head(id, &*self.names[&id], self.heads[&id].parents());
        self.nodes.push(node);
    }

    fn graph(&self) -> Graph {
        Graph::new(lineage(1), self.nodes.clone(), &BTreeSet::new())
    }
}

/// A clone that is merged from upstream, and back.
fn clone_with_merges() -> History {
    let mut history = History::default();
    history.lineage(1, "web");
    history.lineage(2, "base");
    history.commit(2, &[], "import stable 41");
    let two = history.commit(2, &[], "import stable 42");
    history.commit(1, &[two], "our tags");
    history.commit(1, &[], "pin us-east-1");
    let three = history.commit(2, &[], "import stable 43");
    history.label(&["HEAD", "stable", "v1.2.0"]);
    let merged = history.commit(1, &[three], "take 43");
    history.commit(2, &[merged], "take the tags of web");
    history.commit(1, &[], "user data");
    history.edit(1);
    history
}

/// Thirty revisions in three lineages.
fn three_lineages() -> History {
    let mut history = History::default();
    for (number, name) in [(1, "web"), (2, "base"), (3, "edge")] {
        history.lineage(number, name);
    }
    let mut last = BTreeMap::new();
    for step in 0_u128..30 {
        let number = [2, 2, 1, 3, 1, 2, 3, 1, 2, 3][usize::try_from(step % 10).unwrap()];
        let from: Vec<Parent> = match step {
            2 | 3 | 7 | 14 | 22 => vec![last[&2]],
            16 | 29 => vec![last[&1]],
            18 => vec![last[&1], last[&3]],
            _ => vec![],
        };
        let parent = history.commit(number, &from, &format!("step {step}"));
        last.insert(number, parent);
    }
    history.edit(1);
    history.edit(3);
    history
}

/// Names and messages that would end a label, act on a terminal or be read as markup.
fn hostile() -> History {
    let mut history = History::default();
    let name =
        "a\"]; n0 --> x<script>alert('1')</script>&lt;\\N#quot;`*b*`\u{1b}[31m\u{202e}\u{fffe}";
    history.lineage(1, name);
    history.commit(1, &[], "\"]<b>\\\"&amp;#35;]]>\tand more\n\nsecond line");
    history.label(&["v1\u{7}\"<&>'", "c\u{200b}"]);
    history.edit(1);
    history
}

fn long_names() -> History {
    let mut history = History::default();
    let words = "a very long name that goes on and on ";
    history.lineage(1, &words.repeat(6));
    history.lineage(2, &"ウェブサーバー".repeat(20));
    let first = history.commit(2, &[], &"a long message without an end ".repeat(20));
    history.label(&[
        "production-in-all-regions-of-the-world",
        "v1.0.0",
        "stable",
        "testing",
        "next",
        "a",
        "b",
        "c",
    ]);
    history.commit(1, &[first], "short");
    history.commit(1, &[], &"x".repeat(300));
    history
}

#[test]
fn k04_graphs_in_lanes_read_well() {
    let clone = clone_with_merges().graph();
    insta::assert_snapshot!("lanes_of_a_clone", clone.lanes(8));
    let three = three_lineages().graph();
    check_lanes(&three, 8);
    insta::assert_snapshot!("lanes_of_three_lineages", three.lanes(8));
    check_lanes(&three, 2);
    insta::assert_snapshot!("lanes_that_are_too_few", three.lanes(2));
    insta::assert_snapshot!("lanes_of_hostile_names", hostile().graph().lanes(8));
}

#[test]
fn k04_graphs_as_mermaid_and_dot() {
    let clone = clone_with_merges().graph();
    insta::assert_snapshot!("mermaid", clone.mermaid());
    insta::assert_snapshot!("dot", clone.dot());
    let hostile = hostile().graph();
    insta::assert_snapshot!("mermaid_of_hostile_names", hostile.mermaid());
    insta::assert_snapshot!("dot_of_hostile_names", hostile.dot());
}

#[test]
fn k04_graphs_as_svg() {
    let pictures = [
        ("svg_of_a_clone", clone_with_merges()),
        ("svg_of_three_lineages", three_lineages()),
        ("svg_of_long_names", long_names()),
        ("svg_of_hostile_names", hostile()),
    ];
    for (name, history) in pictures {
        let svg = history.graph().svg("the history of web").to_string();
        check_xml(&svg);
        insta::assert_snapshot!(name, svg);
    }
}

#[test]
fn k04_what_is_not_seen_and_what_was_left_out_have_no_words() {
    let history = clone_with_merges();
    let ours: Vec<_> = history
        .nodes
        .iter()
        .filter(|node| node.lineage == Some(lineage(1)))
        .cloned()
        .collect();
    let digest = |name: &str| {
        let found = history
            .nodes
            .iter()
            .find(|node| node.title() == name)
            .unwrap();
        match found.id {
            NodeId::Revision(digest) => digest,
            NodeId::Head(_) => panic!("a HEAD has no digest"),
        }
    };
    let older: BTreeSet<Digest> = [digest("base@2")].into();
    let graph = Graph::new(lineage(1), ours, &older);
    let text = graph.lanes(8).to_string();
    assert!(!text.contains("base"), "{text}");
    insta::assert_snapshot!("lanes_with_hidden_states", text);
    let json = serde_json::to_string(&graph).unwrap();
    assert!(
        !json.contains("base") && !json.contains(&lineage(2).to_string()),
        "{json}"
    );
}
