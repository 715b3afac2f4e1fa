//! Ids of digitalocean.

use super::text;
use proptest::prelude::*;

pub(super) fn ids() -> BoxedStrategy<String> {
    text("[1-9][0-9]{0,18}|[a-z0-9]{0,4}[a-z]([-a-z0-9]{0,12}[a-z0-9])?")
}
