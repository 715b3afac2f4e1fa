//! Every warning, with its words.

use crate::support::{parse, with_images};

fn table(inputs: &[(&str, String)]) -> String {
    let mut table = String::new();
    for (what, text) in inputs {
        let parsed = parse(text).unwrap();
        table += &format!("{what}: {} images\n", parsed.document.images().count());
        for warning in parsed.warnings {
            table += &format!("  {}: {warning}\n", warning.code());
        }
    }
    table
}

#[test]
fn what_is_left_out_or_assumed_is_said() {
    let east = r#""us-east-1": {"release": "1", "image": "ami-0123456789abcdef0"}"#;
    let west = r#""us-west-2": {"release": "2", "image": "ami-0123456789abcdef1"}"#;
    let gcp = r#""gcp": {"project": "fedora-coreos-cloud", "name": "fcos-1"}"#;
    let inputs = [
        ("nothing to say", with_images(&format!(r#"{{"aws": {{"regions": {{{east}}}}}}}"#))),
        ("unknown clouds", with_images(r#"{"kubevirt": {"image": "x"}, "a b": null}"#)),
        ("releases differ", with_images(&format!(r#"{{"aws": {{"regions": {{{east}, {west}}}}}}}"#))),
        ("release assumed", with_images(&format!(r#"{{"aws": {{"regions": {{{east}}}}}, {gcp}}}"#))),
        ("no metadata", r#"{"stream": "stable", "architectures": {}}"#.into()),
        ("no date", r#"{"stream": "stable", "metadata": {}, "architectures": {}}"#.into()),
        (
            "unknown keys",
            r#"{"stream": "stable", "extra": [1], "metadata": {"last-modified": "2026-07-21T14:07:12Z",
              "note": ""}, "architectures": {"x86_64": {"more": 1, "images": {"aws": {"regions":
              {"us-east-1": {"release": "1", "image": "ami-01234567", "size": 8}}, "zones": {}},
              "gcp": {"release": "1", "project": "fedora-coreos-cloud", "name": "a", "self`link": "b"}}}}}"#
                .into(),
        ),
    ];
    insta::assert_snapshot!(table(&inputs));
}

#[test]
fn i02_a_vhd_without_its_location_is_skipped_with_a_warning() {
    let azure =
        r#"{"image": "a.vhd", "url": "https://rhcos.blob.core.windows.net/imagebucket/a.vhd"}"#;
    let text = format!(r#"{{"buildid": "43.81.20191028.2", "amis": {{}}, "azure": {azure}}}"#);
    insta::assert_snapshot!(table(&[("azure", text)]), @r"
    azure: 0 images
      vhd-without-location: `azure` is skipped: a VHD needs its location, and the document names none
    ");
}

#[test]
fn a_file_of_google_cloud_without_its_project_is_skipped_with_a_warning() {
    let gcp =
        r#"{"image": "rhcos-1", "url": "https://storage.googleapis.com/rhcos/rhcos/1.tar.gz"}"#;
    let text = format!(r#"{{"buildid": "43.81.20191028.2", "amis": {{}}, "gcp": {gcp}}}"#);
    insta::assert_snapshot!(table(&[("gcp", text)]), @r"
    gcp: 0 images
      file-not-image: `gcp` is skipped: it names no project, so it is a file and no image to launch
    ");
}
