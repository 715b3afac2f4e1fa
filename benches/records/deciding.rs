//! A decision over grants that are loaded.

use crate::Fault;
use atlas_benches::{Claim, Effort, versus};
use cloud_atlas::{
    base::Timestamp,
    scope::{Grant, Permission, PrincipalId, Role, RoleTable, Scope, decide},
};
use core::hint::black_box;

/// Nanoseconds that a decision may take.
const LIMIT: f64 = 1_000.0;
/// Grants that were loaded: as many as a principal holds who works in eight environments.
const GRANTS: u32 = 8;

pub(crate) fn run() -> Result<(), Fault> {
    let dana: PrincipalId = "dana".parse()?;
    let now = Timestamp::parse("2026-01-01T00:00:00Z")?;
    let roles = RoleTable::built_in();
    let grant = |number| -> Result<Grant, Fault> {
        let scope: Scope = format!("/acme/env-{number}").parse()?;
        Ok(Grant::new(dana.clone(), Role::DESIGNER, scope))
    };
    let grants: Vec<_> = (0..GRANTS).map(grant).collect::<Result<_, _>>()?;
    let inside: Scope = format!("/acme/env-{}", GRANTS - 1).parse()?;
    let outside: Scope = "/acme/elsewhere".parse()?;
    for (words, scope, is_allowed) in [("allows", &inside, true), ("denies", &outside, false)] {
        let ask = || {
            let permission = black_box(Permission::ImageRegister);
            decide(permission, black_box(scope), &dana, &grants, &roles, now)
        };
        if ask().is_allowed() != is_allowed {
            return Err(format!("the decision at {scope} is the other one").into());
        }
        let pair = versus(Effort::from_arguments(), ask, || ());
        let claim = format!("a decision over {GRANTS} grants that {words}, beside 1 µs");
        Claim::cost(&claim, "ns", pair.ours * 1e9, LIMIT, 1.0).print();
    }
    Ok(())
}
