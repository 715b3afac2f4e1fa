//! Ids of ibm.

use super::text;
use proptest::prelude::*;

pub(super) fn ids() -> BoxedStrategy<String> {
    text("x")
}
