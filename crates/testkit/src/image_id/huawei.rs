//! Ids of huawei.

use super::text;
use proptest::prelude::*;

pub(super) fn ids() -> BoxedStrategy<String> {
    text("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
}
