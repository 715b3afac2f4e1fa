//! A history as a graph of Graphviz.

use super::{Graph, NodeKind};
use core::fmt;

/// A history as text for the programs of Graphviz; `Display` writes it.
#[derive(Debug, Clone, Copy)]
pub struct Dot<'a>(&'a Graph);

impl Graph {
    /// This history as text for Graphviz.
    pub fn dot(&self) -> Dot<'_> {
        Dot(self)
    }
}

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graph = self.0;
        f.write_str("digraph history {\n")?;
        f.write_str("  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n")?;
        f.write_str("  edge [arrowsize=0.6];\n")?;
        for (place, node) in graph.nodes.iter().enumerate() {
            let more = match node.kind {
                NodeKind::Head => ", style=\"rounded,bold\"",
                NodeKind::Revision => "",
                NodeKind::Unseen | NodeKind::Older => ", style=\"rounded,dashed\"",
            };
            let lines: Vec<_> = node.lines().iter().map(|line| escaped(line)).collect();
            writeln!(f, "  n{place} [label=\"{}\"{more}];", lines.join("\\n"))?;
        }
        for (child, parents) in graph.parents.iter().enumerate() {
            for (at, parent) in parents.iter().enumerate() {
                // What was merged is drawn another way than the revision before.
                let more = if at == 0 { "" } else { " [style=dashed]" };
                writeln!(f, "  n{child} -> n{parent}{more};")?;
            }
        }
        f.write_str("}\n")
    }
}

/// A text within the quotation marks of a label: a backslash begins an escape there (`\N` is the
/// node's own name), and an ampersand the name of a character.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    text.replace('&', "&amp;")
}
