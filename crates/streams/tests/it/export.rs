//! The exported text.

use crate::support::{parse, with_images};
use atlas_streams::export;

#[test]
fn writes_a_reduced_document_in_one_way() {
    let text = with_images(
        r#"{"kubevirt": {}, "gcp": {"name": "fcos-1", "family": "fcos", "project": "fedora-coreos-cloud",
            "release": "44.1"}, "aws": {"regions": {
            "us-west-2": {"image": "ami-01234567", "release": "44.1"},
            "eu-west-1": {"image": "ami-0123456789abcdef0", "release": "44.1"}}}}"#,
    )
    .replace("{\"last", "{\"generator\": \"a \\\"quoted\\\" \\\\ word\", \"last")
    .replace("{\"x86_64", "{\"s390x\": {\"artifacts\": {}}, \"x86_64");
    insta::assert_snapshot!(export(&parse(text).unwrap().document));
}

#[test]
fn writes_a_document_without_anything() {
    let parsed = parse(r#"{"stream": "stable", "architectures": {}}"#).unwrap();
    insta::assert_snapshot!(export(&parsed.document), @r#"
    {
      "stream": "stable",
      "metadata": {},
      "architectures": {}
    }
    "#);
}
