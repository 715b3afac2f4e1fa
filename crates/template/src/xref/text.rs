//! Uses as a tree of text.

use super::{Xref, XrefNode, XrefWay};
use core::fmt;

/// What uses something, or what it uses, as a tree; `Display` writes it, a line a node. What stands
/// in several places is written out in the first of them.
#[derive(Debug, Clone)]
pub struct XrefTree<'a> {
    xref: &'a Xref,
    root: &'a XrefNode,
    way: XrefWay,
}

impl Xref {
    /// The tree that begins with something.
    pub fn tree<'a>(&'a self, root: &'a XrefNode, way: XrefWay) -> XrefTree<'a> {
        XrefTree {
            xref: self,
            root,
            way,
        }
    }
}

impl XrefTree<'_> {
    fn branch<'a>(
        &'a self,
        of: &'a XrefNode,
        before: &str,
        seen: &mut Vec<&'a XrefNode>,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let next = self.xref.next(of, self.way);
        let count = next.len();
        for (at, node) in next.into_iter().enumerate() {
            let is_last = at + 1 == count;
            let (turn, bar) = if is_last {
                ("`- ", "   ")
            } else {
                ("|- ", "|  ")
            };
            write!(
                f,
                "\n{before}{turn}{} {}",
                node.kind(),
                self.xref.label(node)
            )?;
            if seen.contains(&node) {
                if !self.xref.next(node, self.way).is_empty() {
                    f.write_str(" (above)")?;
                }
                continue;
            }
            seen.push(node);
            self.branch(node, &format!("{before}{bar}"), seen, f)?;
        }
        Ok(())
    }
}

impl fmt::Display for XrefTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.root.kind(), self.xref.label(self.root))?;
        self.branch(self.root, "", &mut vec![self.root], f)
    }
}
