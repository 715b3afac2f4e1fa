//! Uses as text for programs that draw.

use super::{Xref, XrefNode};
use core::fmt;
use std::collections::BTreeMap;

/// Uses as text for Mermaid, which many web pages draw; an arrow leads from what uses to what is used.
#[derive(Debug, Clone, Copy)]
pub struct XrefMermaid<'a>(&'a Xref);

/// The same for the programs of Graphviz.
#[derive(Debug, Clone, Copy)]
pub struct XrefDot<'a>(&'a Xref);

impl Xref {
    /// All uses, for Mermaid.
    pub fn mermaid(&self) -> XrefMermaid<'_> {
        XrefMermaid(self)
    }

    /// All uses, for Graphviz.
    pub fn dot(&self) -> XrefDot<'_> {
        XrefDot(self)
    }

    fn numbered(&self) -> BTreeMap<&XrefNode, usize> {
        self.nodes.iter().zip(0..).collect()
    }

    fn words(&self, node: &XrefNode) -> String {
        format!("{} {}", node.kind(), self.label(node))
    }
}

impl fmt::Display for XrefMermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.0.numbered();
        f.write_str("flowchart LR\n")?;
        for (node, number) in &numbers {
            let mut words = String::new();
            for character in self.0.words(node).chars() {
                match character {
                    'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '_' | '.' | '/' | ':' | '@' => {
                        words.push(character);
                    }
                    other => words.extend(["#", &u32::from(other).to_string(), ";"]),
                }
            }
            writeln!(f, "  n{number}[\"{words}\"]")?;
        }
        for edge in &self.0.edges {
            if let (Some(user), Some(used)) = (numbers.get(&edge.user), numbers.get(&edge.used)) {
                writeln!(f, "  n{user} --> n{used}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for XrefDot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.0.numbered();
        f.write_str("digraph uses {\n  rankdir=LR;\n  node [shape=box];\n")?;
        for (node, number) in &numbers {
            let words = self
                .0
                .words(node)
                .replace('\\', "\\\\")
                .replace('"', "\\\"");
            writeln!(f, "  n{number} [label=\"{words}\"];")?;
        }
        for edge in &self.0.edges {
            if let (Some(user), Some(used)) = (numbers.get(&edge.user), numbers.get(&edge.used)) {
                writeln!(f, "  n{user} -> n{used};")?;
            }
        }
        f.write_str("}\n")
    }
}
