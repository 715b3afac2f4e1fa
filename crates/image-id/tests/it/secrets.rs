//! A signature in a given text is a secret: no suggestion is made of it.

use atlas_image_id::{Cloud, ImageId};

const SECRET: &str = "c2VjcmV0LW9mLWEtZGlzaw";

#[track_caller]
fn suggestion(cloud: Cloud, text: &str) -> Option<String> {
    let error = ImageId::parse(cloud, text).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
    error.suggestion().map(str::to_owned)
}

#[test]
fn what_stands_before_a_signed_query_may_be_meant() {
    let vhd = "https://abc.blob.core.windows.net/vhds/a.vhd";
    for query in ["?sig=", "?sv=2020-08-04&sig=", "?sv=2020-08-04&SIG="] {
        let text = format!("{vhd}{query}{SECRET}");
        assert_eq!(suggestion(Cloud::Azure, &text).as_deref(), Some(vhd));
    }
}

#[test]
fn a_signature_anywhere_else_is_no_part_of_what_is_meant() {
    let uuid = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    assert_eq!(suggestion(Cloud::OpenStack, &format!("{{sig={uuid}")), None);
    for text in [
        format!("DC01/sig={SECRET}/vm/x"),
        format!("/DC01/vm/x sig={SECRET}/ "),
        format!("DC01&sig={SECRET}/vm/x"),
    ] {
        assert_eq!(suggestion(Cloud::Vmware, &text), None, "{text}");
    }
}
