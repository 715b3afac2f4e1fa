//! Histories as they are drawn: which state was made from which, with the words beside each.

mod dot;
mod lanes;
mod layout;
mod mermaid;
mod order;
mod svg;

use crate::{Author, LineageId, Parent, Revision, RevisionNumber, one_line};
use atlas_base::{Digest, Timestamp};
use core::fmt;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

pub use self::{dot::Dot, lanes::LaneRow, lanes::Lanes, mermaid::Mermaid, svg::Svg};

/// A history as it is drawn: HEADs and revisions, newest first, so that whatever a state was made
/// from stands below it.
///
/// It is the same for the same states, in whatever order they were given. What a state was made
/// from, and was not given itself, has a node without words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<GraphNode>,
    /// For each node, the places of what it was made from: they lie behind it.
    parents: Vec<Vec<usize>>,
    /// The newest state of the lineage that was asked for.
    top: Option<usize>,
}

/// Names a node: `LINEAGE@head` or the digest of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeId {
    /// The HEAD of a lineage.
    Head(LineageId),
    /// The revision with this digest.
    Revision(Digest),
}

/// What a node of a drawing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NodeKind {
    /// A HEAD that holds something that no revision does.
    Head,
    /// A committed revision.
    Revision,
    /// A revision that is not seen, or no longer there: both look the same.
    Unseen,
    /// A revision that was left out, with all that it was made from.
    Older,
}

/// A state of a history, with the words that stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GraphNode {
    /// Which one.
    pub id: NodeId,
    /// What it is.
    pub kind: NodeKind,
    /// Its lineage, where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<LineageId>,
    /// What its lineage is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its number, for revisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<RevisionNumber>,
    /// The first line of its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Who committed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// When it was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// When its data says that it was released, for imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
    /// What points to it or is said about it: `HEAD`, channels, versions, marks.
    pub labels: Vec<String>,
    #[serde(skip)]
    parents: Vec<Digest>,
}

/// That a state was made from a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GraphEdge {
    /// What was made.
    pub child: NodeId,
    /// From what.
    pub parent: NodeId,
}

impl GraphNode {
    /// The HEAD of a lineage, with the parents of its next revision.
    pub fn head(lineage: LineageId, name: impl Into<String>, parents: &[Parent]) -> Self {
        Self {
            lineage: Some(lineage),
            name: Some(name.into()),
            parents: parents.iter().map(|parent| parent.digest).collect(),
            ..Self::bare(NodeId::Head(lineage), NodeKind::Head)
        }
    }

    /// A revision of a lineage.
    pub fn revision(lineage: LineageId, name: impl Into<String>, revision: &Revision) -> Self {
        let parents = revision.parents().iter();
        Self {
            lineage: Some(lineage),
            name: Some(name.into()),
            number: Some(revision.number()),
            subject: Some(revision.message().subject().to_owned()),
            author: Some(revision.author().clone()),
            time: Some(revision.time()),
            released_at: revision.released_at(),
            parents: parents.map(|parent| parent.digest).collect(),
            ..Self::bare(NodeId::Revision(revision.digest()), NodeKind::Revision)
        }
    }

    /// This node with words beside it: channels, versions, marks.
    #[must_use]
    pub fn labelled(mut self, labels: impl IntoIterator<Item = String>) -> Self {
        self.labels.extend(labels);
        self
    }

    fn bare(id: NodeId, kind: NodeKind) -> Self {
        Self {
            id,
            kind,
            lineage: None,
            name: None,
            number: None,
            subject: None,
            author: None,
            time: None,
            released_at: None,
            labels: Vec::new(),
            parents: Vec::new(),
        }
    }

    /// What it is called: `web@3`, `web@head`, or a short digest where nothing else is told. Nothing
    /// in it acts on a terminal; nor in any of the texts below.
    pub fn title(&self) -> String {
        self.title_within(usize::MAX)
    }

    /// [`GraphNode::title`] in about as many characters: the name is cut, the state stays.
    pub fn title_within(&self, most: usize) -> String {
        let state = match (self.kind, self.number) {
            (NodeKind::Head, _) => "head".to_owned(),
            (_, Some(number)) => number.to_string(),
            (_, None) => return self.short(),
        };
        let name = line(self.name.as_deref().unwrap_or_default());
        format!(
            "{}@{state}",
            cut(&name, most.saturating_sub(state.len() + 1))
        )
    }

    /// [`GraphNode::about`] in at most as many characters.
    pub fn about_within(&self, most: usize) -> String {
        cut(&self.about(), most)
    }

    /// The beginning of its digest; nothing for a HEAD.
    pub fn short(&self) -> String {
        match self.id {
            NodeId::Head(_) => String::new(),
            NodeId::Revision(digest) => digest.short(),
        }
    }

    /// The day it was released, or committed where nobody said: `2026-07-21`; nothing where neither
    /// is told.
    pub fn day(&self) -> String {
        let time = self.released_at.or(self.time);
        let time = time.map(|time| time.to_string()).unwrap_or_default();
        time.split('T').next().unwrap_or_default().to_owned()
    }

    /// Who committed it; nothing where that is not told.
    pub fn shown_author(&self) -> String {
        let author = self.author.as_ref().map(|author| line(author.as_str()));
        author.unwrap_or_default()
    }

    /// Its labels, one after the other.
    pub fn shown_labels(&self) -> String {
        let labels: Vec<_> = self.labels.iter().map(|label| line(label)).collect();
        labels.join(", ")
    }

    /// What it is about: the first line of its message, or why there is none.
    pub fn about(&self) -> String {
        match self.kind {
            NodeKind::Head if self.parents.len() > 1 => "merged, not committed".to_owned(),
            NodeKind::Head => "edited, not committed".to_owned(),
            NodeKind::Revision => line(self.subject.as_deref().unwrap_or_default()),
            NodeKind::Unseen => "not seen from here".to_owned(),
            NodeKind::Older => "and older revisions".to_owned(),
        }
    }

    /// Everything but its name and what it is about: digest, day, author.
    pub(crate) fn origin(&self) -> Vec<String> {
        let digest = Some(self.short()).filter(|_| self.number.is_some());
        let words = [digest, Some(self.day()), Some(self.shown_author())];
        let words = words.into_iter().flatten();
        words.filter(|word| !word.is_empty()).collect()
    }
}

impl Graph {
    /// The graph of these states. `focus` is the lineage that was asked for, whose states stand in
    /// the first lane where that is possible; `older` names what was left out on purpose, while any
    /// other state that is named as a parent and not given is [`NodeKind::Unseen`].
    ///
    /// A state that is given twice is there once: an import stands in several lineages, and the
    /// first in their order names it.
    pub fn new(
        focus: LineageId,
        given: impl IntoIterator<Item = GraphNode>,
        older: &BTreeSet<Digest>,
    ) -> Self {
        let mut found: BTreeMap<NodeId, GraphNode> = BTreeMap::new();
        for node in given {
            let rank = |node: &GraphNode| (node.lineage != Some(focus), node.lineage);
            match found.get(&node.id) {
                Some(known) if rank(known) <= rank(&node) => {}
                _ => {
                    found.insert(node.id, node);
                }
            }
        }
        let named: BTreeSet<Digest> = found
            .values()
            .flat_map(|node| node.parents.iter().copied())
            .collect();
        for digest in named {
            let kind = if older.contains(&digest) {
                NodeKind::Older
            } else {
                NodeKind::Unseen
            };
            let id = NodeId::Revision(digest);
            found.entry(id).or_insert_with(|| GraphNode::bare(id, kind));
        }
        order::ordered(focus, found)
    }

    /// The states, newest first.
    pub fn nodes(&self) -> &[GraphNode] {
        &self.nodes
    }

    /// Which state was made from which, in the order of the states; for each first the revision
    /// before, then what was merged.
    pub fn edges(&self) -> impl Iterator<Item = GraphEdge> {
        let nodes = self.nodes.iter().zip(&self.parents);
        nodes.flat_map(|(child, parents)| {
            let parents = parents.iter().filter_map(|place| self.nodes.get(*place));
            parents.map(|parent| GraphEdge {
                child: child.id,
                parent: parent.id,
            })
        })
    }

    /// The places of what the state at a place was made from.
    pub(crate) fn parents_of(&self, place: usize) -> &[usize] {
        self.parents
            .get(place)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

impl Serialize for Graph {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Parts<'a> {
            nodes: &'a [GraphNode],
            edges: Vec<GraphEdge>,
        }
        let parts = Parts {
            nodes: &self.nodes,
            edges: self.edges().collect(),
        };
        parts.serialize(serializer)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(lineage) => write!(f, "{lineage}@head"),
            Self::Revision(digest) => fmt::Display::fmt(digest, f),
        }
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text of somebody on one line, tabs as blanks.
fn line(text: &str) -> String {
    one_line(text).to_string().replace('\t', " ")
}

/// A text of at most so many characters, the last of them a sign that there are more.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let begin: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", begin.trim_end())
}
