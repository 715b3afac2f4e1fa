//! Which records are seen from where.

use crate::Scope;

/// Whether a record of `record_scope` is seen by someone who stands at `viewer`.
///
/// Scalr: a record is seen at its own scope, and below it only where it is shared; siblings never
/// see each other, and nobody sees down: from an account one steps into its environment to see
/// what is there. Launch permissions and publications reach further; they are not asked here.
pub fn visible(record_scope: &Scope, shared: bool, viewer: &Scope) -> bool {
    record_scope == viewer || shared && record_scope.contains(viewer)
}
