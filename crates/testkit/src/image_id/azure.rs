//! Ids of azure.

use super::text;
use proptest::{prelude::*, sample::select, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let number = "(0|[0-9]{1,6}|2147483647)";
    let version = format!("({number}\\.{number}\\.{number}|latest|LATEST)");
    let part = "[A-Za-z0-9._-]{0,12}[A-Za-z0-9_-]";
    let uuid = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    let group = "[A-Za-z0-9._()-]{0,8}[A-Za-z0-9_()-]";
    let compute = |groups: &str, provider: &str| {
        format!("/subscriptions/{uuid}/{groups}/{group}/providers/{provider}")
    };
    let gallery = "[A-Za-z0-9]([A-Za-z0-9._]{0,8}[A-Za-z0-9_])?";
    let image = "[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?";
    let unique = "[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?";
    let official = compute("resourceGroups", "Microsoft\\.Compute");
    let typed = compute("resourcegroups", "microsoft\\.compute");
    let host = "\\.blob\\.core\\.(windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net)";
    Union::new([
        text(&format!("({part}:){{3}}{version}")),
        text(&format!("({part}/){{3}}{version}"))
            .prop_filter("a URN does not begin with a slash", |text| !text.starts_with('/'))
            .boxed(),
        select(atlas_image_id::AzureAlias::all())
            .prop_map(|alias| alias.name().to_owned())
            .boxed(),
        text(&format!("({official}|{typed})/[iI]mages/[A-Za-z0-9]([A-Za-z0-9._-]{{0,8}}[A-Za-z0-9_])?")),
        text(&format!("{official}/galleries/{gallery}/images/{image}(/versions/{version})?")),
        text(&format!("/[sS]hared[gG]alleries/{unique}/[iI]mages/{image}(/[vV]ersions/{version})?")),
        text(&format!("/[cC]ommunityGalleries/{unique}/images/{image}(/versions/{version})?")),
        text(&format!("https?://[a-z0-9]{{3,24}}{host}/[a-z0-9]{{3,8}}/([A-Za-z0-9_-]{{1,5}}/)?[A-Za-z0-9._-]{{1,12}}\\.vhd")),
    ])
    .boxed()
}
