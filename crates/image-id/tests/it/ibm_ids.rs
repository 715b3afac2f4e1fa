//! IBM's three ways to name an image, and their refusals.

use atlas_image_id::{
    Cloud, CloudLocation, IbmImageId, IbmImageIdRef, IdKind, ImageCrn, ImageCrnRef, ImageHref,
    ImageHrefRef, ImageId, MismatchKind, Stability, VpcImageId,
};

const ID: &str = "r006-0e578411-53ab-44ba-a0f8-d003d0011993";
const ACCOUNT: &str = "811f8abfbd32425597dc7ba40da98fa6";

fn crn(region: &str) -> String {
    format!("crn:v1:bluemix:public:is:{region}:a/{ACCOUNT}::image:{ID}")
}

fn href(host: &str) -> String {
    format!("https://{host}.iaas.cloud.ibm.com/v1/images/{ID}")
}

#[track_caller]
fn refused(text: &str, at: usize, hint: Option<&str>) {
    let error = IbmImageId::parse(text).unwrap_err();
    assert_eq!((error.at(), error.hint()), (at, hint), "{error}");
}

#[test]
fn every_form_leads_to_the_bare_id() {
    let bare = VpcImageId::parse(ID).unwrap();
    assert_eq!((bare.as_str(), bare.to_string().as_str()), (ID, ID));
    let uuid = "0e578411-53ab-44ba-a0f8-d003d0011993";
    assert_eq!((bare.prefix(), bare.uuid()), ("r006", uuid));
    for (text, kind, region) in [
        (ID.to_owned(), IdKind::Image, None),
        (crn("us-south"), IdKind::Crn, Some("us-south")),
        (href("eu-fr2"), IdKind::Href, Some("eu-fr2")),
        (href("eu-es.private"), IdKind::Href, Some("eu-es")),
    ] {
        let view = IbmImageIdRef::parse(&text).unwrap();
        let id = view.into_owned();
        assert_eq!(
            (id.as_str(), view.to_string()),
            (text.as_str(), text.clone())
        );
        assert_eq!((id.kind(), view.kind()), (kind, kind));
        assert_eq!((id.image(), view.image().into_owned()), (bare, bare));
        assert_eq!((id.region(), view.region()), (region, region));
        assert_eq!(
            (id.stability(), view.stability()),
            (Stability::Fixed, Stability::Fixed)
        );
        assert_eq!(format!("{id:?} {view:?}"), format!("{text:?} {text:?}"));
    }
}

#[test]
fn a_crn_and_an_href_have_their_parts() {
    let text = crn("jp-tok");
    let view = ImageCrnRef::parse(&text).unwrap();
    let parts = (view.cname(), view.region(), view.account());
    assert_eq!(parts, ("bluemix", "jp-tok", ACCOUNT));
    let owned = ImageCrn::from(view);
    assert_eq!((owned.cname(), owned.region(), owned.account()), parts);
    assert_eq!(owned.image(), view.image().into_owned());

    for (host, is_private) in [("jp-tok", false), ("jp-tok.private", true)] {
        let text = href(host);
        let view = ImageHrefRef::parse(&text).unwrap();
        let owned = ImageHref::from(view);
        assert_eq!((view.region(), owned.region()), ("jp-tok", "jp-tok"));
        assert_eq!(
            (view.is_private(), owned.is_private()),
            (is_private, is_private)
        );
    }
    assert!(ImageCrn::parse(ID).is_err());
    assert!(ImageHref::parse(ID).is_err());
    assert!(VpcImageId::parse(&href("us-south")).is_err());
}

#[test]
fn forms_and_hosts_are_different_ids() {
    let texts = [
        ID.to_owned(),
        crn("us-south"),
        href("us-south"),
        href("us-south.private"),
    ];
    let ids = texts.map(|text| ImageId::parse(Cloud::Ibm, &text).unwrap());
    for (at, one) in ids.iter().enumerate() {
        for (other_at, other) in ids.iter().enumerate() {
            assert_eq!(one == other, at == other_at, "{one} {other}");
            let [bare, bare_other] = [one, other].map(|id| IbmImageId::parse(id.as_str()).unwrap());
            assert_eq!(bare.cmp(&bare_other), one.as_str().cmp(other.as_str()));
        }
    }
}

#[test]
fn i02_a_crn_and_an_href_are_in_the_region_that_they_name() {
    let at = |text: &str| CloudLocation::parse(text).unwrap();
    for text in [crn("eu-gb"), href("eu-gb"), href("eu-gb.private")] {
        let id = ImageId::parse(Cloud::Ibm, &text).unwrap();
        assert_eq!(id.check_location(&at("ibm/eu-gb")), Ok(()));
        let elsewhere = id.check_location(&at("ibm/us-south")).unwrap_err();
        assert_eq!(elsewhere.kind(), MismatchKind::OtherRegion);
    }
    let bare = ImageId::parse(Cloud::Ibm, ID).unwrap();
    assert_eq!(bare.check_location(&at("ibm/eu-gb")), Ok(()));
}

#[test]
fn refusals_say_where_and_why() {
    refused("r006-", 5, None);
    refused("r06-0e578411-53ab-44ba-a0f8-d003d0011993", 3, None);
    refused(&ID[..40], 40, None);
    refused(&format!("{ID}a"), 41, None);
    let prefix = "the UUID has its region's prefix before it, such as `r006-`";
    refused(&ID[5..], 0, Some(prefix));
    let zone = format!("this is a zone: write its region: `{}`", crn("us-south"));
    refused(&crn("us-south-1"), 34, Some(&zone));
    refused(&crn("us"), 27, None);
    refused(&crn("us--south"), 28, None);
    refused(&crn(""), 25, None);
    refused(&crn("us-south").replace("public", "local"), 15, None);
    refused(&crn("us-south").replace(ACCOUNT, "123456"), 42, None);
    refused(&crn("us-south").replace(ACCOUNT, &ACCOUNT[1..]), 67, None);
    refused(&crn("us-south").replace("bluemix", ""), 7, None);
    let instance = "this is an instance: make an image of it first";
    refused(
        &crn("us-south").replace("::image", "::instance"),
        71,
        Some(instance),
    );
    refused(
        &href("us-south").replace("images", "instances"),
        40,
        Some(instance),
    );
    let bare = format!("perhaps `{ID}` is meant");
    refused(
        &href("us-south").replace("iaas", "iaasdev"),
        21,
        Some(&bare),
    );
    let longest = format!("a{}", "-abcdefghi".repeat(6));
    assert!(IbmImageId::parse(&href(&format!("{longest}-a"))).is_ok());
    refused(&href(&format!("{longest}-ab")), 71, Some(&bare));
}

#[test]
fn a_query_is_neither_read_nor_repeated() {
    let text = format!("{}?version=2024-01-01&token=c2VjcmV0", href("us-south"));
    let error = IbmImageId::parse(&text).unwrap_err();
    assert_eq!(error.suggestion(), Some(href("us-south").as_str()));
    assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
    assert!(!format!("{error:?}").contains("c2VjcmV0"));
}
