//! The older form: what the build id says about the stream and the date.

use crate::support::parse;
use atlas_streams::StreamFormat;

fn build(id: &str, more: &str) -> String {
    let text = format!(
        r#"{{"buildid": "{id}", {more} "amis": {{"us-east-1": {{"hvm": "ami-0123456789abcdef0"}}}}}}"#
    );
    let parsed = parse(text).unwrap();
    assert_eq!(parsed.format, StreamFormat::Rhcos);
    let document = parsed.document;
    assert_eq!(document.release().unwrap().as_str(), id);
    let date = document
        .last_modified()
        .map_or_else(|| "no date".to_owned(), |date| date.to_string());
    let (architecture, ..) = document.images().next().unwrap();
    format!("{} {architecture} {date}", document.stream())
}

#[test]
fn the_build_id_names_stream_and_date() {
    let ids = [
        "43.81.201912110942.0",
        "47.83.202103251640-0",
        "42.80.20190725.1",
        "410.8.20190520.0",
        "43.81.20190230.0",
        "43.81.201912119942.0",
        "43.81.2019121109.0",
        "43.81",
        "x.y.z",
    ];
    let lines = ids.map(|id| format!("{id}: {}\n", build(id, "")));
    insta::assert_snapshot!(lines.concat());
}

#[test]
fn the_base_address_names_the_architecture() {
    let with = |end: &str| {
        build(
            "43.81.20191028.2",
            &format!(r#""baseURI": "https://a.example/b{end}","#),
        )
    };
    assert_eq!(with("/aarch64/"), "rhcos-4.3 aarch64 2019-10-28T00:00:00Z");
    assert_eq!(with("/s390x"), "rhcos-4.3 s390x 2019-10-28T00:00:00Z");
    assert_eq!(
        with("/43.81.20191028.2/"),
        "rhcos-4.3 x86_64 2019-10-28T00:00:00Z"
    );
}

#[test]
fn i02_an_image_of_a_project_is_common_to_all_regions_of_google_cloud() {
    let text = r#"{"buildid": "43.81.20191028.2", "amis": {},
        "gcp": {"image": "rhcos-43", "project": "rhcos-cloud", "url": "https://a.example/b"}}"#;
    let parsed = parse(text).unwrap();
    assert_eq!(parsed.warnings, []);
    let (_, location, image) = parsed.document.images().next().unwrap();
    assert_eq!(location.as_str(), "gcp");
    assert_eq!(
        image.id().as_str(),
        "projects/rhcos-cloud/global/images/rhcos-43"
    );
    assert_eq!(image.name(), Some("rhcos-43"));
}
