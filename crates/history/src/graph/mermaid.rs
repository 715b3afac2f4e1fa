//! A history as a flowchart of Mermaid.

use super::{Graph, GraphNode, NodeKind, cut};
use core::fmt::{self, Write as _};

/// A history as text for Mermaid, which web pages of many forges draw; `Display` writes it.
#[derive(Debug, Clone, Copy)]
pub struct Mermaid<'a>(&'a Graph);

impl Graph {
    /// This history as text for Mermaid.
    pub fn mermaid(&self) -> Mermaid<'_> {
        Mermaid(self)
    }
}

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graph = self.0;
        f.write_str("flowchart TB\n")?;
        for (place, node) in graph.nodes.iter().enumerate() {
            let (open, close) = match node.kind {
                NodeKind::Head => ("([\"", "\"])"),
                NodeKind::Revision => ("[\"", "\"]"),
                NodeKind::Unseen | NodeKind::Older => ("(\"", "\")"),
            };
            let lines: Vec<_> = node.lines().iter().map(|line| escaped(line)).collect();
            writeln!(f, "  n{place}{open}{}{close}", lines.join("<br/>"))?;
        }
        for (child, parents) in graph.parents.iter().enumerate() {
            for (at, parent) in parents.iter().enumerate() {
                // What was merged is drawn another way than the revision before.
                let arrow = if at == 0 { "-->" } else { "-.->" };
                writeln!(f, "  n{child} {arrow} n{parent}")?;
            }
        }
        Ok(())
    }
}

impl GraphNode {
    /// The words beside a node of a picture, line by line: title, what it is about, where it comes
    /// from, labels. None of them is long.
    pub(super) fn lines(&self) -> Vec<String> {
        let labels = self.shown_labels();
        let lines = [
            self.title_within(LONGEST),
            self.about(),
            self.origin().join(" · "),
            labels,
        ];
        let lines = lines.iter().filter(|line| !line.is_empty());
        lines.map(|line| cut(line, LONGEST)).collect()
    }
}

/// The most characters of a line beside a node.
const LONGEST: usize = 60;

/// A text within the quotation marks of a label: Mermaid reads Markdown and HTML there, so all but
/// letters, digits and a few signs are written by their number.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let is_plain = matches!(
            character,
            ' ' | '-' | ',' | '@' | '·' | '…' | '/' | ':' | '.'
        );
        if is_plain || character.is_alphanumeric() {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}
