//! The value itself: what it holds, and what it cannot hold.

use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_streams::{Family, Release, StreamArch, StreamDocument, StreamImage, StreamName};

fn document() -> StreamDocument {
    StreamDocument::new(StreamName::parse("stable").unwrap())
}

fn image(cloud: Cloud, id: &str, release: &str) -> StreamImage {
    StreamImage::new(
        ImageId::parse(cloud, id).unwrap(),
        Release::parse(release).unwrap(),
    )
}

fn arch() -> StreamArch {
    StreamArch::parse("x86_64").unwrap()
}

fn at(location: &str) -> CloudLocation {
    CloudLocation::parse(location).unwrap()
}

#[test]
fn refuses_what_the_form_cannot_say() {
    let family = || Some(Family::parse("f").unwrap());
    let ami = || image(Cloud::Aws, "ami-0123456789abcdef0", "1");
    let common = || image(Cloud::Gcp, "projects/proj-1/global/images/a", "1");
    let cases = [
        ("gcp", ami()),
        ("aws/us-east-1", common()),
        ("gcp/us-central1", common()),
        ("aws/us-east-1", ami().with_family(family())),
        ("aws/us-east-1", image(Cloud::Aws, "resolve:ssm:/a/b", "1")),
        (
            "gcp",
            image(Cloud::Gcp, "projects/proj-1/global/images/family/a", "1"),
        ),
        (
            "azure",
            image(Cloud::Azure, "Canonical:UbuntuServer:18.04-LTS:latest", "1"),
        ),
        (
            "openstack/RegionOne",
            image(
                Cloud::OpenStack,
                "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                "1",
            ),
        ),
    ];
    let mut table = String::new();
    for (location, image) in cases {
        let mut document = document();
        let refusal = document
            .insert(arch(), at(location), image.clone())
            .unwrap_err();
        assert_eq!(
            (refusal.location(), refusal.image()),
            (&at(location), image.id())
        );
        assert_eq!(document, self::document());
        table += &format!("{refusal}\n");
    }
    insta::assert_snapshot!(table);
    assert!(
        document()
            .insert(arch(), at("gcp"), common().with_family(family()))
            .is_ok()
    );
}

#[test]
fn names_one_release_only_where_all_images_agree() {
    let mut document = document();
    assert_eq!(document.release(), None);
    let put = |document: &mut StreamDocument, region: &str, release: &str| {
        let image = image(Cloud::Aws, "ami-0123456789abcdef0", release);
        document
            .insert(arch(), at(&format!("aws/{region}")), image)
            .unwrap()
    };
    assert_eq!(put(&mut document, "us-east-1", "1"), None);
    assert_eq!(put(&mut document, "us-west-2", "1"), None);
    assert_eq!(document.release().unwrap().as_str(), "1");
    assert_eq!(
        put(&mut document, "us-west-2", "2")
            .unwrap()
            .release()
            .as_str(),
        "1"
    );
    assert_eq!(document.release(), None);
    assert_eq!(document.architectures()[&arch()].release(), None);
    assert_eq!(document.architectures()[&arch()].releases().len(), 2);
    assert!(document.remove(&arch(), &at("aws/us-east-1")).is_some());
    assert!(document.remove(&arch(), &at("aws/us-east-1")).is_none());
    assert_eq!(
        document.architectures()[&arch()]
            .release()
            .unwrap()
            .as_str(),
        "2"
    );
}

#[test]
fn words_refuse_what_is_empty_long_or_strange() {
    let refusals = [
        StreamName::parse("").unwrap_err(),
        StreamName::parse("next devel").unwrap_err(),
        StreamName::parse(&"s".repeat(65)).unwrap_err(),
        StreamArch::parse("x86-64").unwrap_err(),
        Release::parse(".1").unwrap_err(),
        Family::parse("a.b").unwrap_err(),
    ];
    assert_eq!(
        refusals.each_ref().map(atlas_streams::ParseWordError::at),
        [0, 4, 64, 3, 0, 1]
    );
    insta::assert_snapshot!(refusals.map(|refusal| refusal.to_string()).join("\n"));
    assert!(StreamName::parse(&"s".repeat(64)).is_ok());
}

#[test]
fn values_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<StreamDocument>();
    crosses::<atlas_streams::StreamError>();
    crosses::<atlas_streams::StreamWarning>();
}
