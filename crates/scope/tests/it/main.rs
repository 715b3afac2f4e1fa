//! What `atlas-scope` promises, proved from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests stop at the first surprise"
)]

mod access_keys;
mod decisions;
mod explanations;
mod grants;
mod groups;
mod laws;
mod messages;
mod principals;
mod renames;
mod roles;
mod scopes;
mod tree;
mod words;

use atlas_base::Timestamp;
use atlas_scope::{Grant, Scope};

fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

/// A grant for ever.
fn held(principal: &str, role: &str, at: &str) -> Grant {
    Grant::new(principal.parse().unwrap(), role.parse().unwrap(), scope(at))
}

/// Noon of a day in July.
fn noon(day: u32) -> Timestamp {
    Timestamp::parse(&format!("2026-07-{day:02}T12:00:00Z")).unwrap()
}
