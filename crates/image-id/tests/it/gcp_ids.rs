//! Ids of Google Compute Engine.

use atlas_image_id::{
    Cloud, GceProject, GceProjectRef, GcpImageId, GcpImageIdRef, GcpKind, IdKind, ImageId, Reason,
    Sameness, Stability,
};

fn gcp(text: &str) -> GcpImageId {
    GcpImageId::parse(text).unwrap()
}

#[test]
fn every_spelling_is_one_path() {
    let id = gcp("projects/google.com:p-1/global/images/debian-12");
    for text in [
        "https://www.googleapis.com/compute/v1/projects/google.com:p-1/global/images/debian-12",
        "https://www.googleapis.com/compute/beta/projects/google.com:p-1/global/images/debian-12",
        "https://compute.googleapis.com/compute/alpha/projects/google.com:p-1/global/images/debian-12",
        "//compute.googleapis.com/projects/google.com:p-1/global/images/debian-12",
        "google.com:p-1/global/images/debian-12",
    ] {
        assert_eq!(gcp(text), id, "{text}");
        let view = GcpImageIdRef::parse(text).unwrap();
        assert_eq!(view.to_string(), id.as_str());
        assert_eq!(format!("{view:?}"), format!("{id:?}"));
        assert_eq!(GcpImageId::from(view), id);
    }
    let spellings = [
        id.self_link().unwrap().to_string(),
        id.full_name().unwrap().to_string(),
        id.short_path().unwrap().to_string(),
    ];
    assert_eq!(
        spellings,
        [
            "https://www.googleapis.com/compute/v1/projects/google.com:p-1/global/images/debian-12",
            "//compute.googleapis.com/projects/google.com:p-1/global/images/debian-12",
            "google.com:p-1/global/images/debian-12",
        ]
    );
    for text in spellings {
        assert_eq!(gcp(&text), id);
    }
}

#[test]
fn views_and_ids_have_the_same_parts() {
    for (text, form, project, zone, name) in [
        ("p/global/images/x", GcpKind::Image, Some("p"), None, "x"),
        (
            "projects/1/global/images/family",
            GcpKind::Image,
            Some("1"),
            None,
            "family",
        ),
        (
            "projects/a.b:p/global/images/family/f",
            GcpKind::Family,
            Some("a.b:p"),
            None,
            "f",
        ),
        (
            "family/global/images/x",
            GcpKind::Image,
            Some("family"),
            None,
            "x",
        ),
        ("family/f", GcpKind::Family, None, None, "f"),
        ("global/images/42", GcpKind::Image, None, None, "42"),
        (
            "p/global/machineImages/m",
            GcpKind::MachineImage,
            Some("p"),
            None,
            "m",
        ),
        (
            "projects/p/zones/us-central1-a/imageFamilyViews/f",
            GcpKind::FamilyView,
            Some("p"),
            Some("us-central1-a"),
            "f",
        ),
    ] {
        let view = GcpImageIdRef::parse(text).unwrap();
        let id = view.into_owned();
        assert_eq!((view.form(), id.form()), (form, form), "{text}");
        assert_eq!(view.project().map(GceProjectRef::as_str), project, "{text}");
        assert_eq!(view.project(), id.project_ref(), "{text}");
        let owned = view.project().map(GceProjectRef::into_owned);
        assert_eq!(id.project(), owned, "{text}");
        assert_eq!((view.zone(), id.zone()), (zone, zone), "{text}");
        assert_eq!((view.name(), id.name()), (name, name), "{text}");
        assert_eq!((view.kind(), view.stability()), (id.kind(), id.stability()));
        assert_eq!(view.plain().is_some(), id.as_str() == text, "{text}");
    }
}

#[test]
fn projects_have_their_parts() {
    for (text, domain, name, is_number) in [
        ("debian-cloud", None, "debian-cloud", false),
        ("google.com:p-1", Some("google.com"), "p-1", false),
        ("-x.example:42", Some("-x.example"), "42", false),
        ("123456789012", None, "123456789012", true),
        ("1password", None, "1password", false),
    ] {
        let view = GceProjectRef::parse(text).unwrap();
        assert_eq!((view.domain(), view.name()), (domain, name), "{text}");
        assert_eq!((view.is_number(), view.as_str()), (is_number, text));
        let project = GceProject::parse(text).unwrap();
        assert_eq!(project.borrowed(), view);
        assert_eq!((project.domain(), project.name()), (domain, name));
        assert_eq!(format!("{view}{view:?}"), format!("{project}{project:?}"));
    }
    for (text, at) in [
        ("", 0),
        ("-p", 0),
        ("p-", 1),
        ("p/", 1),
        ("a.b", 1),
        (":p", 0),
        ("1a:p", 0),
        ("a..b:p", 2),
        ("a:b:c", 3),
    ] {
        assert_eq!(GceProjectRef::parse(text).unwrap_err().at(), at, "{text:?}");
    }
}

#[test]
fn partial_forms_need_a_project() {
    let project = GceProject::parse("p").unwrap();
    for (text, kind, whole) in [
        (
            "global/images/x",
            IdKind::PartialImage,
            "projects/p/global/images/x",
        ),
        (
            "family/f",
            IdKind::PartialFamily,
            "projects/p/global/images/family/f",
        ),
        (
            "global/images/family/f",
            IdKind::PartialFamily,
            "projects/p/global/images/family/f",
        ),
    ] {
        let view = GcpImageIdRef::parse(text).unwrap();
        assert_eq!(
            (view.kind(), view.stability()),
            (kind, Stability::NeedsDefault)
        );
        let completed = view.with_default_project(project.borrowed());
        assert_eq!(
            (completed.to_string(), completed.plain()),
            (whole.to_owned(), None)
        );
        assert_eq!(
            view.into_owned().with_default_project(&project),
            completed.into_owned()
        );
        let partial = gcp(text);
        assert!(partial.self_link().is_none());
        assert!(partial.full_name().is_none() && partial.short_path().is_none());
        let (partial, whole) = (ImageId::Gcp(partial), ImageId::Gcp(gcp(whole)));
        assert_eq!(partial.compare(&whole), Sameness::Undecided);
    }
    let whole = GcpImageIdRef::parse("q/global/images/x").unwrap();
    let same = whole.with_default_project(project.borrowed());
    assert_eq!(same.to_string(), "projects/q/global/images/x");
}

#[test]
fn a_project_called_projects_is_not_left_out() {
    let id = gcp("projects/projects/global/images/x");
    assert_eq!(
        (id.project_ref().unwrap().as_str(), id.short_path()),
        ("projects", None)
    );
    let error = GcpImageId::parse("projects/global/images/x").unwrap_err();
    assert_eq!(
        (error.at(), error.suggestion()),
        (16, Some("global/images/x"))
    );
    let view = gcp("projects/p/zones/z/imageFamilyViews/f");
    assert!(view.short_path().is_none() && view.full_name().is_some());
}

#[test]
fn refusals_are_at_the_byte_that_made_them() {
    for (text, at) in [
        (
            "https://compute.googleapis.com/v1/projects/p/global/images/x",
            31,
        ),
        (
            "https://www.googleapis.com/compute/v2/projects/p/global/images/x",
            35,
        ),
        (
            "https://www.googleapis.com/compute/v1/p/global/images/x",
            39,
        ),
        ("//computer.googleapis.com/projects/p/global/images/x", 9),
        ("projects/p", 10),
        ("projects/p/global/machineX", 25),
        ("projects/p/global/images/x://", 26),
        ("projects/p/global/images/1a", 26),
        ("projects/p/zones/us-central1-a", 30),
        ("family/x/y", 8),
        ("family/-x", 7),
        ("P/global/images/x", 0),
        ("p_q/global/images/x", 1),
    ] {
        let error = GcpImageId::parse(text).unwrap_err();
        assert_eq!(error.at(), at, "{error}");
        assert!(!error.reason().is_about_length());
    }
    let name = "n".repeat(62);
    let limit = 25 + name.len();
    let good = format!("projects/p/global/images/{name}x");
    assert_eq!(gcp(&good).name().len(), 63);
    for (tail, at) in [("-", limit), ("-+", limit), ("x+", limit + 1)] {
        let text = format!("projects/p/global/images/{name}{tail}");
        assert_eq!(GcpImageId::parse(&text).unwrap_err().at(), at, "{tail}");
    }
    let error = GcpImageId::parse(&format!("{good}y")).unwrap_err();
    let long = Reason::TooLong {
        part: "image name",
        found: 64,
        most: 63,
    };
    assert_eq!((error.at(), error.reason()), (limit + 1, long));
}

#[test]
fn hints_say_how_to_mend() {
    for (text, hint) in [
        (
            "gs://bucket/o.tar.gz",
            "this is a storage object: make an image of it first",
        ),
        (
            "//storage.googleapis.com/b/o.tar.gz",
            "this is a storage object: make an image of it first",
        ),
        (
            "debian-cloud/debian-12",
            "it may be an image or a family: `projects/debian-cloud/global/images/debian-12`, or `…/images/family/debian-12`",
        ),
        (
            "global/machineImages/m",
            "a machine image needs its project: `projects/PROJECT/global/machineImages/m`",
        ),
        (
            "projects/p/global/images/x/",
            "leave the slash at the end out: `projects/p/global/images/x`",
        ),
        (
            "Projects/p/global/images/x",
            "write `projects` in lower case: `projects/p/global/images/x`",
        ),
        (
            "projects/my_p/global/images/x",
            "projects have `-`, not `_`: `projects/my-p/global/images/x`",
        ),
        (
            "projects/{project}/global/images/x",
            "fill in the placeholder",
        ),
    ] {
        let error = GcpImageId::parse(text).unwrap_err();
        assert_eq!(error.hint(), Some(hint), "{text}");
    }
}

#[test]
fn nothing_behind_a_query_is_suggested() {
    for text in [
        "https://console.cloud.google.com/compute/images?project=projects/p/global/images/x",
        "https://example.com/?next=/projects/p/global/images/x",
        "projects/p/global/images#projects/p/global/images/x",
    ] {
        let error = ImageId::parse(Cloud::Gcp, text).unwrap_err();
        assert_eq!(error.suggestion(), None, "{error}");
    }
}
