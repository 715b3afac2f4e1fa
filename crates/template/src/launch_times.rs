//! How far launches came, and how long it took.

mod compare;

use crate::ServerId;
use atlas_base::{Timestamp, parse_errors, quoted, text_form};
use atlas_history::RevisionRef;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use self::compare::{PhaseTimes, Spread, TimesComparison, TimesRow};

atlas_base::id_type! {
    /// Names one launch of a server.
    pub struct LaunchId("lnc-");
}

/// How far a launch came, in their order (RightScale timed it by hand).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the phases that hosts report")]
pub enum LaunchPhase {
    /// The cloud was asked for the server.
    Requested,
    /// It has booted.
    Booted,
    /// Its boot scripts are done.
    ScriptsDone,
}

parse_errors! {
    /// Why a text is no [`LaunchPhase`].
    ParseLaunchPhaseError;
}

impl LaunchPhase {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Requested, Self::Booted, Self::ScriptsDone];

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none of the three.
    pub fn parse(text: &str) -> Result<Self, ParseLaunchPhaseError> {
        let found = Self::ALL.into_iter().find(|phase| phase.as_str() == text);
        found.ok_or_else(|| {
            let expected = "expected `requested`, `booted` or `scripts-done`";
            let message = format_args!("{} is no phase of a launch: {expected}", quoted(text));
            ParseLaunchPhaseError::new(0, message)
        })
    }

    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Booted => "booted",
            Self::ScriptsDone => "scripts-done",
        }
    }

    /// The phase before it.
    fn before(self) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|phase| *phase < self)
    }
}

impl fmt::Display for LaunchPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(LaunchPhase, ParseLaunchPhaseError);

/// One launch of a server, as its host reports it.
///
/// ```
/// use atlas_template::{LaunchId, LaunchPhase, LaunchReport, ServerId};
///
/// let launch = LaunchReport::new(LaunchId::from_u128(1), ServerId::from_u128(2), None);
/// let launch = launch.reported(LaunchPhase::Requested, "2026-07-21T14:07:12Z".parse()?)?;
/// let launch = launch.reported(LaunchPhase::Booted, "2026-07-21T14:08:40Z".parse()?)?;
/// assert_eq!(launch.phase(), Some(LaunchPhase::Booted));
/// assert!(launch.reported(LaunchPhase::ScriptsDone, "2026-07-21T14:08:00Z".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredReport")]
pub struct LaunchReport {
    id: LaunchId,
    server: ServerId,
    /// The revision of the template; none where it was HEAD, or there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<RevisionRef>,
    /// INVARIANT: no phase without the one before it, and none earlier than that.
    phases: BTreeMap<LaunchPhase, Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredReport {
    id: LaunchId,
    server: ServerId,
    #[serde(default)]
    template: Option<RevisionRef>,
    phases: BTreeMap<LaunchPhase, Timestamp>,
}

impl TryFrom<StoredReport> for LaunchReport {
    type Error = LaunchReportError;

    fn try_from(stored: StoredReport) -> Result<Self, LaunchReportError> {
        let empty = Self {
            id: stored.id,
            server: stored.server,
            template: stored.template,
            phases: BTreeMap::new(),
        };
        let mut phases = stored.phases.into_iter();
        phases.try_fold(empty, |report, (phase, at)| report.reported(phase, at))
    }
}

/// Why a report is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchReportError {
    /// The phase before it was not reported.
    #[error("`{phase}` comes after `{before}`, which was not reported: report that first")]
    Early {
        /// What was reported.
        phase: LaunchPhase,
        /// What is missing.
        before: LaunchPhase,
    },
    /// It is said to have been earlier than the phase before it.
    #[error(
        "`{phase}` is reported for {at}, and `{before}` was at {since}: check the clock of the host"
    )]
    Backwards {
        /// What was reported.
        phase: LaunchPhase,
        /// For when.
        at: Timestamp,
        /// The phase before it.
        before: LaunchPhase,
        /// When that was.
        since: Timestamp,
    },
}

impl LaunchReport {
    /// A launch of which nothing is reported yet.
    pub fn new(id: LaunchId, server: ServerId, template: Option<RevisionRef>) -> Self {
        Self {
            id,
            server,
            template,
            phases: BTreeMap::new(),
        }
    }

    /// This launch with one phase more. What was reported before is told again without a change: the
    /// first time counts.
    ///
    /// # Errors
    ///
    /// The phase before it is missing, or later.
    pub fn reported(&self, phase: LaunchPhase, at: Timestamp) -> Result<Self, LaunchReportError> {
        let mut report = self.clone();
        if report.phases.contains_key(&phase) {
            return Ok(report);
        }
        if let Some(before) = phase.before() {
            match report.phases.get(&before) {
                None => return Err(LaunchReportError::Early { phase, before }),
                Some(since) if *since > at => {
                    return Err(LaunchReportError::Backwards {
                        phase,
                        at,
                        before,
                        since: *since,
                    });
                }
                Some(_) => {}
            }
        }
        report.phases.insert(phase, at);
        Ok(report)
    }

    /// Its id.
    pub fn id(&self) -> LaunchId {
        self.id
    }

    /// The server.
    pub fn server(&self) -> ServerId {
        self.server
    }

    /// The revision of the template; none where it was HEAD, or there was none.
    pub fn template(&self) -> Option<RevisionRef> {
        self.template
    }

    /// When each phase was, as far as it came.
    pub fn phases(&self) -> &BTreeMap<LaunchPhase, Timestamp> {
        &self.phases
    }

    /// How far it came; none where nothing is reported.
    pub fn phase(&self) -> Option<LaunchPhase> {
        self.phases.keys().next_back().copied()
    }

    /// The microseconds from one phase to another, where both were reported.
    fn micros(&self, from: LaunchPhase, to: LaunchPhase) -> Option<u64> {
        let at = |phase| self.phases.get(&phase).map(|at| at.as_micros());
        u64::try_from(at(to)?.saturating_sub(at(from)?)).ok()
    }
}
