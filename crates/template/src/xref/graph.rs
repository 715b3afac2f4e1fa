//! Uses as text for programs that draw.

use super::{Xref, XrefNode};
use core::fmt;
use std::collections::BTreeMap;

/// Uses as text for Mermaid, which many web pages draw; an arrow leads from what uses to what is used.
#[derive(Debug, Clone)]
pub struct XrefMermaid<'a>(Drawn<'a>);

/// The same for the programs of Graphviz.
#[derive(Debug, Clone)]
pub struct XrefDot<'a>(Drawn<'a>);

/// What is drawn, and the number that each node has in it.
#[derive(Debug, Clone)]
struct Drawn<'a> {
    xref: &'a Xref,
    numbers: BTreeMap<&'a XrefNode, usize>,
}

impl Xref {
    /// What was asked about, all that uses it and all that it uses, for Mermaid.
    pub fn mermaid<'a>(&'a self, roots: &'a [XrefNode]) -> XrefMermaid<'a> {
        XrefMermaid(self.drawn(roots))
    }

    /// The same for Graphviz.
    pub fn dot<'a>(&'a self, roots: &'a [XrefNode]) -> XrefDot<'a> {
        XrefDot(self.drawn(roots))
    }

    fn drawn<'a>(&'a self, roots: &'a [XrefNode]) -> Drawn<'a> {
        Drawn {
            xref: self,
            numbers: self.around(roots).into_iter().zip(0..).collect(),
        }
    }
}

impl Drawn<'_> {
    fn nodes(&self) -> impl Iterator<Item = (usize, String)> {
        let nodes = self.numbers.iter();
        nodes.map(|(node, number)| {
            let words = format!("{} {}", node.kind(), self.xref.label(node));
            (*number, words)
        })
    }

    fn edges(&self) -> impl Iterator<Item = (usize, usize)> {
        let edges = self.xref.edges.iter();
        edges.filter_map(|edge| {
            let user = self.numbers.get(&edge.user)?;
            Some((*user, *self.numbers.get(&edge.used)?))
        })
    }
}

impl fmt::Display for XrefMermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("flowchart LR\n")?;
        for (number, text) in self.0.nodes() {
            let mut words = String::new();
            for character in text.chars() {
                match character {
                    'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '_' | '.' | '/' | ':' | '@' => {
                        words.push(character);
                    }
                    other => words.extend(["#", &u32::from(other).to_string(), ";"]),
                }
            }
            writeln!(f, "  n{number}[\"{words}\"]")?;
        }
        for (user, used) in self.0.edges() {
            writeln!(f, "  n{user} --> n{used}")?;
        }
        Ok(())
    }
}

impl fmt::Display for XrefDot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digraph uses {\n  rankdir=LR;\n  node [shape=box];\n")?;
        for (number, words) in self.0.nodes() {
            let words = words.replace('\\', "\\\\").replace('"', "\\\"");
            writeln!(f, "  n{number} [label=\"{words}\"];")?;
        }
        for (user, used) in self.0.edges() {
            writeln!(f, "  n{user} -> n{used};")?;
        }
        f.write_str("}\n")
    }
}
