//! Strategies for image ids and cloud locations, in every form and spelling.
//!
//! Texts are generated, then parsed: a strategy that makes a text the parser refuses panics, and so
//! proves the grammar from the other side.

use atlas_image_id::{AwsPartition, Cloud, CloudLocation, ImageId};
use proptest::{prelude::*, sample::select, strategy::Union, string::string_regex};

/// An id of any cloud.
pub fn image_id() -> BoxedStrategy<ImageId> {
    select(Cloud::all()).prop_flat_map(image_id_of).boxed()
}

/// An id of this cloud.
pub fn image_id_of(cloud: Cloud) -> BoxedStrategy<ImageId> {
    id_text(cloud)
        .prop_map(move |text| parsed(cloud, &text))
        .boxed()
}

/// A cloud and a text that it reads as an id, canonical or not.
pub fn any_id_text() -> BoxedStrategy<(Cloud, String)> {
    select(Cloud::all())
        .prop_flat_map(|cloud| (Just(cloud), id_text(cloud)))
        .boxed()
}

/// A text that this cloud reads as an id, canonical or not.
pub fn id_text(cloud: Cloud) -> BoxedStrategy<String> {
    match cloud {
        Cloud::Aws => aws(),
        Cloud::Azure => azure(),
        Cloud::Gcp => gcp(),
        Cloud::OpenStack => openstack(),
        Cloud::Vmware => vmware(),
        Cloud::Local => text("ami-([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})"),
        other => unknown(other),
    }
}

/// An id that can be in this location.
pub fn image_id_at(location: &CloudLocation) -> BoxedStrategy<ImageId> {
    let location = location.clone();
    image_id_of(location.cloud())
        .prop_filter("the id names another region, or needs one", move |id| {
            id.check_location(&location).is_ok()
        })
        .boxed()
}

/// A location of any cloud.
pub fn location() -> BoxedStrategy<CloudLocation> {
    select(Cloud::all()).prop_flat_map(location_of).boxed()
}

/// A location of this cloud, with its parts or without those that it can do without.
pub fn location_of(cloud: Cloud) -> BoxedStrategy<CloudLocation> {
    let installation = "(:[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?)?";
    let texts = match cloud {
        Cloud::Aws => aws_region()
            .prop_map(|(_, region)| format!("aws/{region}"))
            .boxed(),
        Cloud::Azure => text("azure(/[a-z][a-z0-9]{0,12})?"),
        Cloud::Gcp => text("gcp(/[a-z]{2,8}-[a-z]{4,9}[1-9][0-9]?)?"),
        Cloud::OpenStack => text(&format!(
            "openstack{installation}/[!-.0-~]([ -.0-~]{{0,8}}[!-.0-~])?"
        )),
        Cloud::Vmware => {
            let prefix = text(&format!("vmware{installation}"));
            (
                prefix,
                inventory_name(),
                proptest::option::of(inventory_name()),
            )
                .prop_map(|(prefix, datacenter, compute)| match compute {
                    Some(compute) => format!("{prefix}/{datacenter}/{compute}"),
                    None => format!("{prefix}/{datacenter}"),
                })
                .boxed()
        }
        Cloud::Local => text(&format!(
            "local{installation}/[a-z0-9]([a-z0-9-]{{0,8}}[a-z0-9])?"
        )),
        other => unknown(other),
    };
    texts
        .prop_map(|text| match CloudLocation::parse(&text) {
            Ok(location) => location,
            Err(error) => refused(&error),
        })
        .boxed()
}

/// A partition and a region of it.
pub fn aws_region() -> BoxedStrategy<(AwsPartition, String)> {
    let regions = |partition, prefix: &'static str| {
        text("(east|west|north|south|central|northeast|southeast|zulu)-[1-9]")
            .prop_map(move |tail| (partition, format!("{prefix}-{tail}")))
            .boxed()
    };
    Union::new(
        [
            (AwsPartition::Aws, "us"),
            (AwsPartition::Aws, "ap"),
            (AwsPartition::China, "cn"),
            (AwsPartition::GovCloud, "us-gov"),
            (AwsPartition::Iso, "us-iso"),
            (AwsPartition::IsoB, "us-isob"),
            (AwsPartition::IsoE, "eu-isoe"),
            (AwsPartition::IsoF, "us-isof"),
            (AwsPartition::EuSovereign, "eusc-de"),
        ]
        .map(|(partition, prefix)| regions(partition, prefix)),
    )
    .boxed()
}

fn aws() -> BoxedStrategy<String> {
    let ami = || text("ami-([0-9a-f]{8}|[0-9a-f]{17})");
    let arn = (aws_region(), text("([0-9]{12})?"), ami()).prop_map(
        |((partition, region), account, ami)| {
            format!("arn:{partition}:ec2:{region}:{account}:image/{ami}")
        },
    );
    let name = "(/[A-Za-z0-9_.-]{1,8}){1,5}|[A-Za-z0-9_.-]{1,12}";
    let selector = "(:[1-9][0-9]{0,5}|:[b-rt-z_][A-Za-z0-9_.-]{0,8})?";
    let pointer = || text(&format!("({name}){selector}"));
    let parameter = (
        aws_region(),
        text("([0-9]{12})?"),
        text(&format!("[A-Za-z0-9]{{1,5}}{selector}")),
    )
        .prop_map(|((partition, region), account, name)| {
            format!("resolve:ssm:arn:{partition}:ssm:{region}:{account}:parameter/{name}")
        });
    Union::new([
        text("ami-([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})"),
        text("a[kr]i-([0-9a-f]{8}|[0-9a-f]{17})"),
        arn.boxed(),
        pointer()
            .prop_map(|name| format!("resolve:ssm:{name}"))
            .boxed(),
        pointer()
            .prop_map(|name| format!("{{{{resolve:ssm:{name}}}}}"))
            .boxed(),
        pointer().prop_map(|name| format!("ssm:{name}")).boxed(),
        parameter.boxed(),
    ])
    .boxed()
}

fn azure() -> BoxedStrategy<String> {
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

fn gcp() -> BoxedStrategy<String> {
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

fn openstack() -> BoxedStrategy<String> {
    let uuid = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    text(&format!(
        "{uuid}|[0-9a-fA-F]{{32}}|\\{{{uuid}\\}}|(urn:uuid:|URN:UUID:){uuid}"
    ))
}

fn vmware() -> BoxedStrategy<String> {
    let plain = || {
        inventory_name().prop_filter("the name of a tree", |name| {
            !["vm", "host", "datastore", "network"].contains(&name.as_str())
        })
    };
    let names = |most| proptest::collection::vec(plain(), 1..most);
    Union::new([
        text("(VirtualMachine:)?vm-[0-9]{1,12}"),
        (names(3), names(4))
            .prop_map(|(above, below)| format!("/{}/vm/{}", above.join("/"), below.join("/")))
            .boxed(),
        (plain(), plain())
            .prop_map(|(library, item)| format!("/{library}/{item}"))
            .boxed(),
        text("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    ])
    .boxed()
}

/// One name of a vCenter's inventory, escapes included.
pub fn inventory_name() -> BoxedStrategy<String> {
    let inner = "[A-Za-z0-9 ._,()-]|%2[fF5]|%5[cC]";
    text(&format!(
        "[A-Za-z0-9_(]({inner}){{0,8}}[A-Za-z0-9_)]|[A-Za-z0-9]"
    ))
}

fn text(pattern: &str) -> BoxedStrategy<String> {
    match string_regex(pattern) {
        Ok(strategy) => strategy.boxed(),
        Err(error) => refused(&error),
    }
}

fn parsed(cloud: Cloud, text: &str) -> ImageId {
    match ImageId::parse(cloud, text) {
        Ok(id) => id,
        Err(error) => refused(&error),
    }
}

#[expect(
    clippy::panic,
    reason = "a strategy that makes texts of another grammar is a failed test"
)]
fn refused(error: &dyn core::fmt::Display) -> ! {
    panic!("this strategy's text is refused: {error}")
}

#[expect(clippy::panic, reason = "a cloud without strategies is a failed test")]
fn unknown(cloud: Cloud) -> BoxedStrategy<String> {
    panic!("no strategies for {cloud} yet")
}
