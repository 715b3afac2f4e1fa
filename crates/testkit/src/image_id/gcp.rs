//! Ids of gcp.

use super::text;
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let label = "[a-z]([-a-z0-9]{0,12}[a-z0-9])?";
    let project = format!("((([-a-z0-9]{{1,5}}\\.)?{label}:)?({label}|[0-9]{{1,12}}))");
    let image = format!("({label}|[1-9][0-9]{{0,19}})");
    let resource = format!(
        "(global/images/({image}|family/{label})|global/machineImages/{image}|zones/{label}/imageFamilyViews/{label})"
    );
    let prefix = "(https://(www|compute)\\.googleapis\\.com/compute/(v1|beta|alpha)/|//compute\\.googleapis\\.com/)?";
    Union::new([
        text(&format!("{prefix}projects/{project}/{resource}")),
        text(&format!("{project}/global/images/({image}|family/{label})"))
            .prop_filter("another form begins like this", |text| {
                !["global/", "family/", "projects/"]
                    .iter()
                    .any(|word| text.starts_with(word))
            })
            .boxed(),
        text(&format!("global/images/{image}")),
        text(&format!("(global/images/)?family/{label}")),
    ])
    .boxed()
}
