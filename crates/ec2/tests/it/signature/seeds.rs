//! The seeds of the fuzz target.

#[path = "../../../../../fuzz/checks/ec2_signature.rs"]
mod checks;

use crate::seeds::replay;

#[test]
fn e05_seeds_are_read_as_they_are_called() {
    replay::all("ec2_signature", (5, 15), checks::check);
}
