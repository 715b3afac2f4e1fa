//! Ids of openstack.

use super::text;
use proptest::prelude::*;

pub(super) fn ids() -> BoxedStrategy<String> {
    let uuid = "([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})";
    text(&format!(
        "([uU][rR][nN]:[uU][uU][iI][dD]:)?{uuid}|\\{{{uuid}\\}}"
    ))
}
