//! Leases: who alone may do something, and for how long.

use crate::{Record, Table};
use atlas_base::Timestamp;
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// Who alone may do something, and until when.
///
/// A lease is a record, and these functions say what becomes of it: they are pure. Whoever writes
/// under a lease reads it in the same transaction, so that a lease that somebody else took over
/// stops the next commit, whatever the clocks say.
///
/// ```
/// # use atlas_store::{Lease, LeaseError};
/// # use atlas_base::Timestamp;
/// # use core::time::Duration;
/// let noon = Timestamp::parse("2026-08-01T12:00:00Z")?;
/// let later = Timestamp::parse("2026-08-01T12:01:00Z")?;
/// let term = Duration::from_secs(30);
/// let first = Lease::acquire(None, "first", noon, term)?;
/// assert!(matches!(Lease::acquire(Some(&first), "second", noon, term), Err(LeaseError::Held { .. })));
/// let second = Lease::acquire(Some(&first), "second", later, term)?;
/// assert!(matches!(Lease::renew(Some(&second), "first", later, term), Err(LeaseError::Lost { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    holder: String,
    until: Timestamp,
}

impl Record for Lease {
    const SCHEMA: u32 = 1;
}

/// By name.
pub(super) const LEASES: Table<Lease> = Table::new("lease", &[]);

/// Why a lease is not the caller's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeaseError {
    /// Somebody else has it.
    #[error(
        "{} is changing the store, at most until {until} unless it goes on: wait and try again",
        atlas_base::quoted(.holder)
    )]
    Held {
        /// Who.
        holder: String,
        /// Until when, unless it is renewed.
        until: Timestamp,
    },
    /// It ended, and somebody else took it, or has given it back since.
    #[error("the right to change the store was lost{}: begin again", to(.holder.as_deref()))]
    Lost {
        /// Who has it now, if anybody.
        holder: Option<String>,
    },
}

fn to(holder: Option<&str>) -> String {
    let to = |holder| format!(" to {}", atlas_base::quoted(holder));
    holder.map(to).unwrap_or_default()
}

impl Lease {
    /// Who holds it: a text that nobody else goes by.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// The first moment at which others may take it.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// The lease of whoever asks for one that is free, has ended, or is the asker's already.
    ///
    /// # Errors
    ///
    /// [`LeaseError::Held`].
    pub fn acquire(
        found: Option<&Self>,
        holder: &str,
        now: Timestamp,
        term: Duration,
    ) -> Result<Self, LeaseError> {
        match found {
            Some(found) if found.holder != holder && found.until > now => Err(LeaseError::Held {
                holder: found.holder.clone(),
                until: found.until,
            }),
            _ => Ok(Self::new(holder, now, term)),
        }
    }

    /// The lease for another term from now. One that has ended but was taken by nobody is still the
    /// holder's.
    ///
    /// # Errors
    ///
    /// [`LeaseError::Lost`].
    pub fn renew(
        found: Option<&Self>,
        holder: &str,
        now: Timestamp,
        term: Duration,
    ) -> Result<Self, LeaseError> {
        match found {
            Some(found) if found.holder == holder => Ok(Self::new(holder, now, term)),
            _ => Err(LeaseError::Lost {
                holder: found.map(|found| found.holder.clone()),
            }),
        }
    }

    /// Whether a lease is the holder's to give back.
    pub fn may_release(found: Option<&Self>, holder: &str) -> bool {
        found.is_some_and(|found| found.holder == holder)
    }

    /// Whether less than half of a term is left.
    pub(super) fn is_worn(&self, now: Timestamp, term: Duration) -> bool {
        self.until < end(now, term / 2)
    }

    fn new(holder: &str, now: Timestamp, term: Duration) -> Self {
        Self {
            holder: holder.to_owned(),
            until: end(now, term),
        }
    }
}

/// The end of a term; a term beyond the end of time is none.
fn end(now: Timestamp, term: Duration) -> Timestamp {
    let micros = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.as_micros().saturating_add(micros)).unwrap_or(now)
}
