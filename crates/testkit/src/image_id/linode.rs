//! Ids of linode.

use super::text;
use proptest::prelude::*;

pub(super) fn ids() -> BoxedStrategy<String> {
    text("linode/[a-z]([-.a-z0-9]{0,12}[a-z0-9])?|(private|shared)/[1-9][0-9]{0,18}")
}
