//! In which revisions of a lineage something is.

use crate::RevisionNumber;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// In which revisions of a lineage something is: intervals, kept as the revisions with which it came
/// and went in turn. `[3,7,9]` is in 3 to 6, and from 9 on.
///
/// ```
/// # use atlas_history::{Presence, RevisionNumber};
/// let mut presence = Presence::default();
/// for number in [3, 7, 9] {
///     presence.turn(RevisionNumber::new(number).unwrap());
/// }
/// let last = RevisionNumber::new(10).unwrap();
/// let numbers: Vec<_> = presence.numbers(last).map(RevisionNumber::get).collect();
/// assert_eq!(numbers, [3, 4, 5, 6, 9, 10]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Presence(BTreeSet<RevisionNumber>);

impl Presence {
    /// Says that it came or went with a revision; said twice it is as if it was never said.
    pub fn turn(&mut self, number: RevisionNumber) {
        if !self.0.remove(&number) {
            self.0.insert(number);
        }
    }

    /// The revisions with which it came and went in turn.
    pub fn turns(&self) -> impl ExactSizeIterator<Item = RevisionNumber> {
        self.0.iter().copied()
    }

    /// The revisions up to the last that it is in.
    pub fn numbers(&self, last: RevisionNumber) -> impl Iterator<Item = RevisionNumber> {
        let turns: Vec<_> = self.0.iter().map(|number| number.get()).collect();
        let end = last.get().saturating_add(1);
        let intervals = turns.chunks(2).map(move |turns| match turns {
            [first, until, ..] => *first..(*until).min(end),
            [first] => *first..end,
            [] => 0..0,
        });
        let intervals: Vec<_> = intervals.collect();
        intervals
            .into_iter()
            .flatten()
            .filter_map(RevisionNumber::new)
    }
}
