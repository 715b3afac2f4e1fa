//! Tencent's ids and their refusals.

use atlas_image_id::{IdKind, Stability, TencentImageId, TencentImageIdRef};

#[track_caller]
fn refused(text: &str, at: usize, hint: Option<&str>) {
    let error = TencentImageId::parse(text).unwrap_err();
    assert_eq!((error.at(), error.hint()), (at, hint), "{error}");
}

#[test]
fn an_id_is_img_and_eight_characters() {
    let text = "img-gvbnzy6f";
    let view = TencentImageIdRef::parse(text).unwrap();
    let id = view.into_owned();
    assert_eq!((id.as_str(), view.to_string().as_str()), (text, text));
    assert_eq!((id.kind(), view.kind()), (IdKind::Image, IdKind::Image));
    assert_eq!(
        (id.stability(), view.stability()),
        (Stability::Fixed, Stability::Fixed)
    );
    assert!(id < TencentImageId::parse("img-gvbnzy6g").unwrap());
    for length in 0..20 {
        let text = format!("img-{}", "0".repeat(length));
        assert_eq!(TencentImageId::parse(&text).is_ok(), length == 8, "{text}");
    }
}

#[test]
fn refusals_say_where_and_why() {
    refused("img-", 4, None);
    refused("img-gvbnzy6", 11, None);
    refused("img-gvbnzy6ff", 12, None);
    refused("img-gvb-zy6f", 7, None);
    refused("ins-gvbnzy6f", 1, Some("this is an instance, no image"));
    refused(
        "snap-gvbnzy6f",
        0,
        Some("this is a snapshot: make an image of it first"),
    );
    refused("disk-gvbnzy6f", 0, Some("this is a disk, no image"));
}
