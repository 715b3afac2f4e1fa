//! What the host program is told of each answer.

use super::Ec2Caller;
use atlas_ec2::ErrorCode;
use axum::http::StatusCode;
use core::{fmt, time::Duration};
use std::sync::Arc;

/// What an answer is, beside what the client gets. Whoever answers puts it among the extensions of the
/// response, so that the host program can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "an answer is one of an action, or a refusal"
)]
pub struct Ec2Outcome {
    /// What was to be done, where that is known: the name of an action.
    pub action: Option<&'static str>,
    /// Why it was refused, if it was.
    pub refused: Option<ErrorCode>,
}

/// A request was answered.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ec2Answered<'a> {
    /// The id of the request, which the client has too.
    pub request: &'a str,
    /// What was to be done, and why it was refused if it was.
    pub outcome: Ec2Outcome,
    /// The status of the answer.
    pub status: StatusCode,
    /// Who asked, where that was found out.
    pub caller: Option<&'a Ec2Caller>,
    /// How long it took, from its head to the head of its answer.
    pub took: Duration,
}

type Tell = dyn Fn(&Ec2Answered<'_>) + Send + Sync;

/// Tells the host program, if it wants to know.
#[derive(Clone, Default)]
pub(super) struct Listener(Option<Arc<Tell>>);

impl Listener {
    pub(super) fn new(tell: impl Fn(&Ec2Answered<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, answered: &Ec2Answered<'_>) {
        if let Some(tell) = &self.0 {
            tell(answered);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({})", self.0.is_some())
    }
}
