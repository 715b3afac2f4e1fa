//! Drawings of histories: every state once, every line where it belongs, nothing that acts.

use crate::{LINEAGE, head_with_parents, request};
use atlas_base::{Digest, Timestamp};
use atlas_history::{
    Author, CommitRequest, Graph, GraphNode, Head, Lanes, LineageId, Message, NodeId, NodeKind,
    Parent, Revision,
};
use atlas_testkit::history::{Note, graph};
use proptest::prelude::*;
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

fn lineage(number: u128) -> LineageId {
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
            2 | 3 => vec![last[&2]],
            7 | 14 | 22 => vec![last[&2]],
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

/// The lines of a drawing read back: which state leads down to which, by their places.
fn read_back(lanes: &Lanes<'_>) -> BTreeSet<(usize, usize)> {
    let mut grid: Vec<Vec<char>> = Vec::new();
    // Where the sign of each state stands.
    let mut signs: Vec<(usize, usize)> = Vec::new();
    for row in lanes.rows() {
        let at = grid.len();
        grid.extend(row.lanes(1).map(|line| line.chars().collect()));
        let lane = grid[at]
            .iter()
            .position(|cell| "@○◇~".contains(*cell))
            .unwrap();
        signs.push((at, lane));
    }
    let cell = |row: usize, column: usize| {
        let row: Option<&Vec<char>> = grid.get(row);
        row.and_then(|row| row.get(column)).copied().unwrap_or(' ')
    };
    // Every line comes from somewhere.
    for row in 1..grid.len() {
        for (column, found) in grid[row].iter().enumerate() {
            if "│┼├┤".contains(*found) {
                let above = cell(row - 1, column);
                assert!(
                    "│┼├┤┬╮╭@○◇~".contains(above),
                    "row {row}, column {column}: {above:?}"
                );
            }
        }
    }
    let mut edges = BTreeSet::new();
    for (place, (row, column)) in signs.iter().copied().enumerate() {
        let below = row + 1;
        let mut leads: BTreeSet<usize> = BTreeSet::new();
        let own = cell(below, column);
        if "│├┤┼@○◇~".contains(own) {
            leads.insert(column);
        }
        if "├┼┴╰".contains(own) {
            let mut at = column;
            loop {
                assert_eq!(cell(below, at + 1), '─');
                at += 2;
                match cell(below, at) {
                    '│' | '─' => {}
                    '┼' | '┬' => {
                        leads.insert(at);
                    }
                    '┤' | '╮' => {
                        leads.insert(at);
                        break;
                    }
                    other => panic!("{other:?} ends a line to the right"),
                }
            }
        }
        if "┤┼┴╯".contains(own) {
            let mut at = column;
            loop {
                assert_eq!(cell(below, at - 1), '─');
                at -= 2;
                match cell(below, at) {
                    '│' | '─' => {}
                    '┼' | '┬' => {
                        leads.insert(at);
                    }
                    '├' | '╭' => {
                        leads.insert(at);
                        break;
                    }
                    other => panic!("{other:?} ends a line to the left"),
                }
            }
        }
        for lane in leads {
            let end = signs
                .iter()
                .position(|(at, column)| *at > row && *column == lane);
            let end = end.expect("a line leads to a state");
            for between in below + 1..signs[end].0 {
                assert!("│┼├┤".contains(cell(between, lane)), "{}", lanes);
            }
            edges.insert((place, end));
        }
    }
    edges
}

/// The edges of a graph by the places of its states.
fn edges(graph: &Graph) -> BTreeSet<(usize, usize)> {
    let place = |id: NodeId| graph.nodes().iter().position(|node| node.id == id).unwrap();
    graph
        .edges()
        .map(|edge| (place(edge.child), place(edge.parent)))
        .collect()
}

/// Holds a drawing in lanes against its graph.
#[track_caller]
fn check_lanes(graph: &Graph, most: usize) {
    let lanes = graph.lanes(most);
    let place = |id: NodeId| graph.nodes().iter().position(|node| node.id == id).unwrap();
    let mut drawn = read_back(&lanes);
    for row in lanes.rows() {
        for parent in &row.unlinked {
            assert!(
                drawn.insert((place(row.node.id), place(parent.id))),
                "told and drawn"
            );
        }
        assert!(
            row.lanes(2)
                .all(|line| line.chars().count() <= 2 * most + 1)
        );
    }
    assert_eq!(drawn, edges(graph), "{lanes}");
}

/// The states of a generated history: each in one of three lineages, some of them not given.
fn drawn(
    shape: &[BTreeSet<usize>],
    lineages: &[u8],
    absent: &BTreeSet<usize>,
) -> (Vec<Revision>, Graph) {
    let mut revisions: Vec<Revision> = Vec::new();
    let of = |node: usize| lineage(u128::from(lineages[node % lineages.len()] % 3) + 1);
    for (node, parents) in shape.iter().enumerate() {
        let parents: Vec<_> = parents
            .iter()
            .map(|&at| revisions[at].as_parent(of(at)))
            .collect();
        let head = head_with_parents(&Note::of("node", &node.to_string()), &parents);
        revisions.push(
            head.commit(of(node), None, request("node"))
                .unwrap()
                .revision,
        );
    }
    let given = (0..shape.len()).filter(|node| !absent.contains(node));
    let given = given.map(|node| GraphNode::revision(of(node), "web", &revisions[node]));
    let graph = Graph::new(lineage(1), given, &BTreeSet::new());
    (revisions, graph)
}

proptest! {
    #[test]
    fn k04_every_state_is_drawn_once_above_what_it_was_made_from(
        shape in graph(),
        lineages in prop::collection::vec(0..3_u8, 1..12),
        absent in prop::collection::btree_set(0..12_usize, 0..4),
        most in 1..6_usize,
    ) {
        let (revisions, graph) = drawn(&shape, &lineages, &absent);
        let ids: Vec<_> = graph.nodes().iter().map(|node| node.id).collect();
        let given = |node: &usize| !absent.contains(node);
        let named = (0..shape.len()).filter(given).flat_map(|node| &shape[node]).copied();
        let wanted: BTreeSet<_> = (0..shape.len()).filter(given).chain(named)
            .map(|node| NodeId::Revision(revisions[node].digest())).collect();
        prop_assert_eq!(ids.len(), wanted.len());
        prop_assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), wanted);

        let place = |node: usize| ids.iter().position(|id| *id == NodeId::Revision(revisions[node].digest())).unwrap();
        let made: BTreeSet<_> = (0..shape.len()).filter(given)
            .flat_map(|child| shape[child].iter().map(move |parent| (child, *parent)))
            .map(|(child, parent)| (place(child), place(parent))).collect();
        prop_assert_eq!(&edges(&graph), &made);
        prop_assert!(made.iter().all(|(child, parent)| child < parent));
        for node in graph.nodes() {
            prop_assert_eq!(node.name.is_some(), node.kind == NodeKind::Revision);
        }
        for most in [most, usize::MAX / 4] {
            check_lanes(&graph, most);
        }
    }

    #[test]
    fn k04_a_drawing_does_not_depend_on_the_order_of_its_states(
        shape in graph(),
        lineages in prop::collection::vec(0..3_u8, 1..12),
        shift in any::<prop::sample::Index>(),
    ) {
        let (_, graph) = drawn(&shape, &lineages, &BTreeSet::new());
        let mut turned = graph.nodes().to_vec();
        turned.rotate_left(shift.index(graph.nodes().len()));
        prop_assert_eq!(Graph::new(lineage(1), turned, &BTreeSet::new()), graph);
    }

    #[test]
    fn k04_no_text_of_a_person_leaves_its_place(name in "\\PC{1,20}|[\"<>&#`\\\\\\]\\[;|{}()\n\t\u{1b}-]{1,20}", label in any::<String>()) {
        let node = GraphNode::head(LINEAGE, name, &[]).labelled([label]);
        let graph = Graph::new(LINEAGE, [node], &BTreeSet::new());
        let plain = Graph::new(LINEAGE, [GraphNode::head(LINEAGE, "a", &[]).labelled(["b".to_owned()])], &BTreeSet::new());
        for (text, same) in [
            (graph.mermaid().to_string(), plain.mermaid().to_string()),
            (graph.dot().to_string(), plain.dot().to_string()),
            (graph.svg("a").to_string(), plain.svg("a").to_string()),
            (graph.lanes(3).to_string(), plain.lanes(3).to_string()),
        ] {
            prop_assert_eq!(text.lines().count(), same.lines().count());
            prop_assert!(!text.chars().any(|character| character.is_control() && character != '\n'));
        }
        check_mermaid(&graph.mermaid().to_string());
        check_dot(&graph.dot().to_string());
        check_xml(&graph.svg("a").to_string());
    }
}

/// Every label is closed where it ends and nowhere else.
#[track_caller]
fn check_mermaid(text: &str) {
    for line in text.lines().skip(1) {
        let label = line.split('"').collect::<Vec<_>>();
        match label.as_slice() {
            [edge] => assert!(edge.contains("-->") || edge.contains("-.->"), "{line}"),
            [_, label, close] => {
                assert!(["])", "]", ")"].contains(close), "{line}");
                let words = label.replace("<br/>", "");
                assert!(
                    !words.contains(['<', '>', '`', '&', '\\', '[', ']', '{', '}', '|']),
                    "{line}"
                );
                let numbers = words.split('#').skip(1);
                for number in numbers {
                    let (number, _) = number.split_once(';').expect(line);
                    assert!(number.parse::<u32>().is_ok(), "{line}");
                }
            }
            _ => panic!("{line}"),
        }
    }
}

#[track_caller]
fn check_dot(text: &str) {
    for line in text.lines().filter(|line| line.contains("label=")) {
        let (_, label) = line.split_once("label=\"").unwrap();
        let mut characters = label.chars();
        let mut rest = None;
        while let Some(character) = characters.next() {
            match character {
                '\\' => assert!("\\\"n".contains(characters.next().unwrap()), "{line}"),
                '"' => {
                    rest = Some(characters.as_str().to_owned());
                    break;
                }
                _ => {}
            }
        }
        let rest = rest.expect(line);
        assert!(
            [
                "];",
                ", style=\"rounded,bold\"];",
                ", style=\"rounded,dashed\"];"
            ]
            .contains(&rest.as_str()),
            "{line}"
        );
    }
}

/// A small reader of XML: tags that are known, closed in order, and entities that are known.
#[track_caller]
fn check_xml(text: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('<') {
        check_words(words);
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        assert!(
            [
                "svg", "title", "desc", "style", "rect", "path", "g", "circle", "text", "tspan"
            ]
            .contains(&name),
            "{tag}"
        );
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert_eq!((open.len(), rest.trim()), (0, ""));
}

#[track_caller]
fn check_words(words: &str) {
    assert!(!words.contains(['\u{fffe}', '\u{ffff}']));
    for entity in words.split('&').skip(1) {
        let (entity, _) = entity.split_once(';').expect(words);
        assert!(
            ["amp", "lt", "gt", "quot", "#39", "#160"].contains(&entity),
            "{words}"
        );
    }
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
