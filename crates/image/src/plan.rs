//! Plans: what a change would do, as data, before anything is done.
//!
//! ```text
//! question + facts ──plan──→ Plan ──select──→ a part of it      (nothing has changed)
//!     │                        │
//!     └── facts of later ──plan again, confirm──→ the same items, or what moved in between
//! ```

mod confirm;
mod error;
mod file;
mod table;

pub use confirm::{ConfirmError, Moved, MovedItem};
pub use error::{PartError, PlanError};

use crate::Hidden;
use atlas_base::{Digest, Timestamp};
use atlas_scope::PrincipalId;
use core::fmt;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;

/// The most bytes of a plan as text.
const MOST_BYTES: usize = 128 << 20;

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PlanKind {
    /// To disable an image and all that was made from it.
    Revoke,
    /// To put one image in the place of another everywhere.
    Replace,
    /// To say which images may go.
    Retention,
}

impl PlanKind {
    /// The text form: `revoke`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Replace => "replace",
            Self::Retention => "retention",
        }
    }
}

impl fmt::Display for PlanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One line of a plan: something that would change, or that stays, and why.
///
/// It is data: whoever decides makes it again from later facts, and compares.
pub trait PlanItem: Clone + PartialEq + Eq + fmt::Debug + Serialize + DeserializeOwned {
    /// What tells the items of a plan apart; people choose a part of a plan by it.
    type Key: Clone + Ord + fmt::Debug + fmt::Display;
    /// What was asked; `Display` says it in a line.
    type Ask: Clone + PartialEq + Eq + fmt::Debug + fmt::Display + Serialize + DeserializeOwned;

    /// What such a plan is for.
    const KIND: PlanKind;
    /// The most changes of one plan.
    const MOST_CHANGES: usize;
    /// What the columns of the table are called, as many as [`cells`](Self::cells) gives.
    const COLUMNS: &'static [&'static str];
    /// What those are called, one and several, that the caller does not see.
    const UNSEEN: (&'static str, &'static str);

    /// What tells it apart.
    fn key(&self) -> Self::Key;

    /// The digest of all that it was decided from: where it is another, the world moved.
    fn expects(&self) -> Digest;

    /// Whether something would be another than it is.
    fn is_change(&self) -> bool;

    /// Its line of the table.
    fn cells(&self) -> Vec<String>;

    /// The last line of the table: how many items change.
    fn total(items: &[Self]) -> String;

    /// Refuses a part of a plan that cannot stand by itself.
    ///
    /// # Errors
    ///
    /// What was chosen needs something that was left out.
    fn check_part(ask: &Self::Ask, chosen: &[&Self], left_out: &[&Self]) -> Result<(), PartError>;
}

/// What a change would do (ours): shown first, and then carried out exactly so, as a whole or a chosen
/// part of it.
///
/// `Display` writes it as a table; [`to_text`](Self::to_text) and [`parse`](Self::parse) write and read
/// it as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<I: PlanItem> {
    ask: I::Ask,
    made: Timestamp,
    by: PrincipalId,
    part: bool,
    hidden: Option<Hidden>,
    items: Vec<I>,
}

impl<I: PlanItem> Plan<I> {
    /// The most items of a plan, those that stay among them.
    pub const MOST_ITEMS: usize = 100_000;
    /// The most bytes of a plan as text.
    pub const MOST_BYTES: usize = MOST_BYTES;

    /// A whole plan: `items` in the order in which they are shown, and how many there are that the
    /// caller does not see, where she may know.
    ///
    /// # Errors
    ///
    /// There are too many of them, or two with one key.
    pub fn new(
        ask: I::Ask,
        by: PrincipalId,
        made: Timestamp,
        hidden: Option<Hidden>,
        items: Vec<I>,
    ) -> Result<Self, PlanError> {
        Self {
            ask,
            made,
            by,
            part: false,
            hidden: hidden.filter(|hidden| *hidden != Hidden::default()),
            items,
        }
        .checked()
    }

    fn checked(self) -> Result<Self, PlanError> {
        let changes = self.changes().count();
        for (what, limit, found) in [
            ("items", Self::MOST_ITEMS, self.items.len()),
            ("changes", I::MOST_CHANGES, changes),
        ] {
            if found > limit {
                return Err(PlanError::TooMany { what, limit, found });
            }
        }
        let mut keys = BTreeSet::new();
        for item in &self.items {
            let key = item.key();
            if keys.contains(&key) {
                return Err(PlanError::Twice {
                    key: key.to_string(),
                });
            }
            keys.insert(key);
        }
        Ok(self)
    }

    /// What was asked.
    pub fn ask(&self) -> &I::Ask {
        &self.ask
    }

    /// When it was made.
    pub fn made(&self) -> Timestamp {
        self.made
    }

    /// Who asked.
    pub fn by(&self) -> &PrincipalId {
        &self.by
    }

    /// Whether it is a part that somebody chose: what came to the rest since then does not matter.
    pub fn is_part(&self) -> bool {
        self.part
    }

    /// How many there are that the caller does not see, where she may know of any; none of them is
    /// changed.
    pub fn hidden(&self) -> Option<Hidden> {
        self.hidden
    }

    /// Its items, in order: those that change, and those that stay.
    pub fn items(&self) -> &[I] {
        &self.items
    }

    /// Those that change.
    pub fn changes(&self) -> impl Iterator<Item = &I> {
        self.items.iter().filter(|item| item.is_change())
    }

    /// The part of the plan that has these keys.
    ///
    /// # Errors
    ///
    /// Nothing was chosen, or something that is not in the plan, or something that cannot stand
    /// without what was left out.
    pub fn select(&self, keys: &BTreeSet<I::Key>) -> Result<Self, PartError> {
        let (chosen, left_out): (Vec<_>, Vec<_>) = self
            .items
            .iter()
            .partition(|item| keys.contains(&item.key()));
        if chosen.len() < keys.len() {
            let known: BTreeSet<_> = chosen.iter().map(|item| item.key()).collect();
            let unknown = keys.difference(&known).map(ToString::to_string);
            return Err(PartError::Unknown {
                keys: unknown.collect(),
            });
        }
        if chosen.is_empty() {
            return Err(PartError::Empty);
        }
        I::check_part(&self.ask, &chosen, &left_out)?;
        Ok(Self {
            part: true,
            items: chosen.into_iter().cloned().collect(),
            ..self.clone()
        })
    }
}
