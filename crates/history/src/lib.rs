//! Versions of any content: one editable HEAD, committed revisions 1, 2, 3…, digests that prove
//! them, and the graph of their ancestry.
//!
//! ```
//! use atlas_base::Timestamp;
//! use atlas_history::{Author, CommitRequest, Content, Head, LineageId, Message};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
//! struct Poem(Vec<String>);
//! impl Content for Poem {
//!     const DOMAIN: &'static str = "poem/1";
//! }
//!
//! let head = Head::new(Poem(vec!["a rose".into()]));
//! let first = head.commit(LineageId::from_u128(7), None, CommitRequest {
//!     author: Author::parse("dana")?,
//!     message: Message::parse("first line")?,
//!     time: Timestamp::parse("2026-07-21T14:07:12Z")?,
//!     released_at: None,
//!     seen: Some(head.generation()),
//! })?;
//! assert_eq!(first.revision.number().get(), 1);
//! assert!(first.revision.verify().is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It knows nothing of what the content is, of scopes or stores.
//!
//! | type | is |
//! |---|---|
//! | [`Head`] | the content being edited, its generation, and what the next revision's parents are |
//! | [`Revision`] | a committed state: number, both digests, parents, author, message, times |
//! | [`Frozen`] | a content with its canonical text and digest |
//! | [`Marks`] | what changes about a revision without changing it |
//! | [`Origin`] | where a cloned lineage came from |
//! | [`Dag`] | ancestry over lineages and merges |
//! | [`Graph`] | a history as it is drawn: in lanes of text, as Mermaid, Graphviz or SVG |
//! | [`BaseChoice`] | which base a merge has, and why |
//! | [`UndoPoint`], [`UndoLog`], [`KeepUndo`] | HEADs that can be brought back, and how many of them |
//! | [`CloneSource`] | what a new lineage is made from |
//! | [`suggested_names`] | names for a clone |
//! | [`Frame`], [`FrameChain`] | a text as it is kept: whole, or as what differs from another one |
//! | [`Presence`] | in which revisions something is |
//! | [`editable`] | what can be edited, and what has to be cloned first |

mod base;
mod clone;
mod commit;
mod content;
mod dag;
mod editable;
mod frame;
mod graph;
mod head;
mod marks;
mod merge;
mod naming;
mod one_line;
mod presence;
mod restore;
mod revision;
mod undo;
mod words;

pub use crate::{
    base::{BaseChoice, BasePlan, CommonAncestor, MissingRevisions, PlannedMerge, UnknownBase},
    clone::{CloneAdvice, CloneSource, Cloned, ClonedState, OriginWords},
    commit::{Commit, CommitError, CommitRequest},
    content::{Content, Frozen, FrozenError},
    dag::Dag,
    editable::{Held, NotEditable, editable},
    frame::{Blob, Frame, FrameBase, FrameChain, FrameError},
    graph::{Dot, Graph, GraphEdge, GraphNode, LaneRow, Lanes, Mermaid, NodeId, NodeKind, Svg},
    head::{Generation, Head, StaleHead},
    marks::{Mark, MarkError, Marks, highest_release, release},
    merge::{UndoError, UndoPoint},
    naming::{suggested_name, suggested_names},
    one_line::{OneLine, one_line},
    presence::Presence,
    restore::{RestoreError, RestoreRecord, Restored},
    revision::{Origin, Parent, Revision, RevisionMismatch, RevisionNumber, RevisionRef},
    undo::{
        BringBackError, BroughtBack, KeepUndo, KeptUndo, UndoBounds, UndoCause, UndoEntry, UndoLog,
    },
    words::{
        Author, Message, ParseAuthorError, ParseMessageError, ParseRevisionNumberError, counted,
    },
};

atlas_base::id_type! {
    /// Names one lineage, a HEAD with its revisions, for ever: it is never used again
    /// (RightScale: lineage).
    pub struct LineageId("lin-");
}
