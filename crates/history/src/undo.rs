//! Undo points of a lineage, bounded in number and bytes.

use crate::{Author, Content, Frozen, Generation, Head, RevisionNumber, RevisionRef, UndoPoint};
use atlas_base::{CanonicalError, Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// How much is kept to be undone. The newest point is always kept, however large it is: an edit
/// that throws work away never does so for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndoBounds {
    /// The most points; 1 where it says 0.
    pub points: usize,
    /// The most bytes of the canonical texts of all points together.
    pub bytes: u64,
}

impl Default for UndoBounds {
    /// 16 points and 16 MiB.
    fn default() -> Self {
        Self {
            points: 16,
            bytes: 16 * 1024 * 1024,
        }
    }
}

/// Which undo points of a lineage are kept: the points themselves are kept one by one, by their
/// numbers (ours).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoLog {
    /// How many points were ever made: the last one's number.
    made: u64,
    points: Vec<UndoEntry>,
}

/// What is known of an undo point without loading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoEntry {
    /// Its number: 1, 2, 3… in its lineage, never used again.
    pub number: u64,
    /// What was about to replace HEAD.
    pub cause: UndoCause,
    /// Who did it.
    pub by: Author,
    /// When.
    pub at: Timestamp,
    /// Which generation of HEAD it holds.
    pub generation: Generation,
    /// The digest of its content.
    pub content: Digest,
    /// The bytes of its content's canonical text.
    pub bytes: u64,
}

/// What replaced a HEAD that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UndoCause {
    /// An old revision was restored.
    Restore {
        /// Which.
        revision: RevisionNumber,
    },
    /// A revision was merged.
    Merge {
        /// Which.
        theirs: RevisionRef,
    },
    /// An undo point was brought back.
    Undo {
        /// Which.
        number: u64,
    },
    /// One image took the place of another, or that was taken back.
    Replace,
}

/// Keeps a HEAD before something replaces it.
#[derive(Debug, Clone, Copy)]
pub struct KeepUndo<'a> {
    /// The points that are kept so far.
    pub log: &'a UndoLog,
    /// How many there may be.
    pub bounds: UndoBounds,
    /// The newest revision, if there is one.
    pub last: Option<RevisionNumber>,
    /// Who replaces HEAD.
    pub by: &'a Author,
    /// Now, as the caller's clock says.
    pub at: Timestamp,
}

/// A HEAD that was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptUndo<C> {
    /// The number of the new point.
    pub number: u64,
    /// The new point.
    pub point: UndoPoint<C>,
    /// The points that are kept now.
    pub log: UndoLog,
    /// The numbers of points that are kept no longer, to be deleted.
    pub dropped: Vec<u64>,
}

/// What bringing a point back gives.
#[derive(Debug, Clone, PartialEq)]
pub struct BroughtBack<C> {
    /// HEAD afterwards.
    pub head: Head<C>,
    /// The HEAD of before, kept in its turn; the point that came back is among the dropped ones.
    pub kept: KeptUndo<C>,
}

/// Why no undo point is brought back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BringBackError {
    /// No work was thrown away, or the point is kept no longer.
    #[error("{}", said(*.asked, .kept))]
    NoPoint {
        /// What was asked for; none for the newest.
        asked: Option<u64>,
        /// The numbers that there are.
        kept: Vec<u64>,
    },
    /// HEAD is as the point has it.
    #[error("HEAD is what undo point {number} holds already")]
    Same {
        /// Which.
        number: u64,
    },
    /// The stored point is not the one that was kept.
    #[error(
        "undo point {number} was kept with the digest {expected}, but gives {found}: it was damaged or changed outside"
    )]
    Damaged {
        /// Which.
        number: u64,
        /// What was kept.
        expected: Digest,
        /// What is there.
        found: Digest,
    },
    /// A content has no canonical text.
    #[error("the content cannot be frozen")]
    Encoding(#[from] CanonicalError),
}

fn said(asked: Option<u64>, kept: &[u64]) -> String {
    let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
    match (asked, kept.is_empty()) {
        (_, true) => "there is nothing to undo: no work was thrown away".to_owned(),
        (Some(asked), false) => format!("there is no undo point {asked}, but {}", kept.join(", ")),
        (None, false) => format!("choose an undo point of {}", kept.join(", ")),
    }
}

impl UndoLog {
    /// The points, oldest first.
    pub fn points(&self) -> &[UndoEntry] {
        &self.points
    }

    /// The point that is asked for by its number, or the newest.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn choose(&self, asked: Option<u64>) -> Result<&UndoEntry, BringBackError> {
        let found = match asked {
            None => self.points.last(),
            Some(number) => self.points.iter().find(|point| point.number == number),
        };
        found.ok_or_else(|| BringBackError::NoPoint {
            asked,
            kept: self.points.iter().map(|point| point.number).collect(),
        })
    }

    /// Drops the oldest points until what is left keeps to the bounds.
    fn shrink(&mut self, bounds: UndoBounds) -> Vec<u64> {
        let mut bytes: u64 = self.points.iter().map(|point| point.bytes).sum();
        let mut left = self.points.len();
        let mut dropped = Vec::new();
        self.points.retain(|point| {
            let keep = left <= 1 || left <= bounds.points && bytes <= bounds.bytes;
            if !keep {
                left -= 1;
                bytes -= point.bytes;
                dropped.push(point.number);
            }
            keep
        });
        dropped
    }
}

impl KeepUndo<'_> {
    /// Keeps a HEAD; the oldest points make room for it (ours: an edit that would throw work away
    /// keeps HEAD first).
    ///
    /// # Errors
    ///
    /// Its content has no canonical text.
    pub fn keep<C: Content>(
        &self,
        head: &Head<C>,
        cause: UndoCause,
    ) -> Result<KeptUndo<C>, CanonicalError> {
        let content = Frozen::new(head.content().clone())?;
        let mut log = self.log.clone();
        log.made = log.made.saturating_add(1);
        log.points.push(UndoEntry {
            number: log.made,
            cause,
            by: self.by.clone(),
            at: self.at,
            generation: head.generation(),
            content: content.digest(),
            bytes: content.text().len().try_into().unwrap_or(u64::MAX),
        });
        let dropped = log.shrink(self.bounds);
        Ok(KeptUndo {
            number: log.made,
            point: head.undo_point(self.last),
            log,
            dropped,
        })
    }

    /// Brings back what a point holds. The HEAD of before becomes a point itself, so that nothing
    /// is lost this time either, and bringing that one back undoes the undoing.
    ///
    /// After a commit the content comes back on top of the new revision, with the merges that
    /// waited in it.
    ///
    /// # Errors
    ///
    /// See [`BringBackError`].
    pub fn bring_back<C: Content>(
        &self,
        head: &Head<C>,
        number: u64,
        point: &UndoPoint<C>,
    ) -> Result<BroughtBack<C>, BringBackError> {
        let entry = self.log.choose(Some(number))?;
        let found = point.content().digest()?;
        if found != entry.content {
            return Err(BringBackError::Damaged {
                number,
                expected: entry.content,
                found,
            });
        }
        let back = head.undone(point, self.last).unwrap_or_else(|_| {
            let mut back = head.edited(point.content().clone());
            for waiting in point.parents().iter().skip(1) {
                if !back.parents.contains(waiting) {
                    back.parents.push(*waiting);
                }
            }
            back
        });
        if found == head.content().digest()? && back.parents() == head.parents() {
            return Err(BringBackError::Same { number });
        }
        let mut log = self.log.clone();
        log.points.retain(|point| point.number != number);
        let without = KeepUndo { log: &log, ..*self };
        let mut kept = without.keep(head, UndoCause::Undo { number })?;
        kept.dropped.insert(0, number);
        Ok(BroughtBack { head: back, kept })
    }
}
