//! Ids of oracle.

use super::text;
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    Union::new([
        text("ocid1\\.image\\.oc1\\.(phx|iad)\\.[a-z0-9]{60}"),
        text(
            "ocid1\\.image\\.oc[1-9][0-9]{0,2}\\.[a-z]{2}(-gov)?-[a-z]{3,12}-[1-9][0-9]?\\.[a-z0-9]{60}",
        ),
    ])
    .boxed()
}

/// Ids that can be in this region: every OCID names its own.
pub(super) fn ids_in(region: &str) -> BoxedStrategy<String> {
    let written = match region {
        "us-phoenix-1" => "(phx|us-phoenix-1)",
        "us-ashburn-1" => "(iad|us-ashburn-1)",
        region => region,
    };
    text(&format!(
        "ocid1\\.image\\.oc[1-9]\\.{written}\\.[a-z0-9]{{60}}"
    ))
}
