//! What keeps a record from being deleted.

use crate::{ImageRecord, LifeError};
use atlas_base::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a record can be deleted (AWS: deregistration protection).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Protection {
    /// It can.
    #[default]
    Off,
    /// It cannot.
    On {
        /// Whether it stays protected for [24 hours](Protection::COOL_DOWN_HOURS) after the
        /// protection was taken off.
        cool_down: bool,
    },
    /// The protection was taken off, and ends by itself.
    CoolingDown {
        /// The first moment at which it can be deleted.
        until: Timestamp,
    },
}

impl Protection {
    /// How long a record with a cool-down stays protected after unprotecting it (AWS).
    pub const COOL_DOWN_HOURS: u8 = 24;

    /// Whether there never was any, or none is left to say.
    pub(crate) fn is_off(&self) -> bool {
        *self == Self::Off
    }

    /// Whether it keeps the record from being deleted at that moment.
    pub fn holds(self, now: Timestamp) -> bool {
        match self {
            Self::Off => false,
            Self::On { .. } => true,
            Self::CoolingDown { until } => now < until,
        }
    }
}

/// Protects a record from being deleted (AWS). One that cools down is protected anew. A cool-down
/// that was set stays: only the time that it takes ends it.
///
/// # Errors
///
/// It is deleted already.
pub fn protect(record: &ImageRecord, cool_down: bool) -> Result<ImageRecord, LifeError> {
    crate::life::standing(record)?;
    let kept = matches!(
        record.protection(),
        Protection::On { cool_down: true } | Protection::CoolingDown { .. }
    );
    let cool_down = cool_down || kept;
    Ok(record.changed(|fields| fields.protection = Protection::On { cool_down }))
}

/// Takes the protection off: at once, or [24 hours](Protection::COOL_DOWN_HOURS) later where it was
/// set with a cool-down (AWS). A record that cools down already goes on doing so.
///
/// # Errors
///
/// It is deleted already.
pub fn unprotect(record: &ImageRecord, now: Timestamp) -> Result<ImageRecord, LifeError> {
    crate::life::standing(record)?;
    let left = match record.protection() {
        Protection::On { cool_down: true } => {
            let hours = i64::from(Protection::COOL_DOWN_HOURS);
            let end = now.as_micros().saturating_add(hours * 3_600_000_000);
            match Timestamp::from_micros(end) {
                Some(until) => Protection::CoolingDown { until },
                // Time ends before the cool-down does.
                None => Protection::On { cool_down: true },
            }
        }
        left @ Protection::CoolingDown { .. } if left.holds(now) => left,
        _ => Protection::Off,
    };
    Ok(record.changed(|fields| fields.protection = left))
}
