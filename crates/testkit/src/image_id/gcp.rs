//! Ids of gcp.

use super::text;
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let label = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
    let domain = format!("([-a-z0-9]{{1,63}}\\.){{0,2}}{label}");
    let name = "([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?|[0-9]{1,19})";
    let project = format!("({domain}:)?{name}");
    let image = format!("({label}|[1-9][0-9]{{0,19}})");
    let global = format!("global/(images/({image}|family/{label})|machineImages/{image})");
    let resource = format!("({global}|zones/{label}/imageFamilyViews/{label})");
    let host = "(https://(www|compute)\\.googleapis\\.com/compute/(v1|beta|alpha)/|//compute\\.googleapis\\.com/)?";
    Union::new([
        text(&format!("{host}projects/{project}/{resource}")),
        // A project called `projects` is not read without the word before it.
        text(&format!("{project}/{global}"))
            .prop_filter("another form begins like this", |text| {
                !text.starts_with("projects/")
            })
            .boxed(),
        text(&format!("global/images/{image}")),
        text(&format!("(global/images/)?family/{label}")),
    ])
    .boxed()
}
