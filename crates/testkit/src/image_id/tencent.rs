//! Ids of tencent.

use super::text;
use proptest::prelude::*;

pub(super) fn ids() -> BoxedStrategy<String> {
    text("img-[a-z0-9]{8}")
}
