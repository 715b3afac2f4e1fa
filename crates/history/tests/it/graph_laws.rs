//! Drawings of histories: every state once, every line where it belongs, nothing that acts.

use crate::{LINEAGE, graph::lineage, head_with_parents, request};
use atlas_history::{Graph, GraphNode, Lanes, NodeId, NodeKind, Revision};
use atlas_testkit::history::{Note, graph};
use proptest::prelude::*;
use std::collections::BTreeSet;

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
    for (row, cells) in grid.iter().enumerate().skip(1) {
        for (column, found) in cells.iter().enumerate() {
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
pub(crate) fn check_lanes(graph: &Graph, most: usize) {
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
pub(crate) fn check_xml(text: &str) {
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
