//! What the host program is told when a request fails for a reason that is no client's.

use super::Ec2Caller;
use cloud_atlas::Error;
use core::fmt;
use std::sync::Arc;

/// A request was not done, or nobody knows whether it was, for a reason that is no client's. The client
/// was told that, and no more.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ec2Failure<'a> {
    /// The id of the request, which the client has too.
    pub request: &'a str,
    /// What was to be done.
    pub action: &'static str,
    /// Who asked for it.
    pub caller: &'a Ec2Caller,
    /// Why.
    pub error: &'a Error,
}

/// Whom the host program has named to be told.
type Tell = dyn Fn(&Ec2Failure<'_>) + Send + Sync;

/// Tells the host program, if it wants to know.
#[derive(Clone, Default)]
pub(super) struct Told(Option<Arc<Tell>>);

impl Told {
    pub(super) fn new(tell: impl Fn(&Ec2Failure<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, failure: &Ec2Failure<'_>) {
        if let Some(tell) = &self.0 {
            tell(failure);
        }
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Told({})", self.0.is_some())
    }
}
