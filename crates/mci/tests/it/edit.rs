use crate::{URN, at, full, named, set, setting};
use atlas_image_id::CloudLocation;
use atlas_mci::{Content, EditError, HeadEdit, SettingError};
use atlas_testkit::mci::{content, edit, placed_setting};
use proptest::{collection::vec, prelude::*};

const AMI: &str = "ami-0123456789abcdef0";

fn one(edit: HeadEdit) -> Result<Content, EditError> {
    full().edited([edit])
}

/// The fields that are the same in two contents.
fn same(a: &Content, b: &Content) -> [bool; 4] {
    [
        a.nickname() == b.nickname(),
        a.description() == b.description(),
        a.tags() == b.tags(),
        a.settings() == b.settings(),
    ]
}

#[test]
fn m02_each_edit_changes_one_thing() {
    let before = full();
    let renamed = one(HeadEdit::SetNickname("web-base v2".parse().unwrap())).unwrap();
    assert_eq!(renamed.nickname().as_str(), "web-base v2");
    assert_eq!(same(&before, &renamed), [false, true, true, true]);

    let described = one(HeadEdit::SetDescription("new".parse().unwrap())).unwrap();
    assert_eq!(described.description().as_str(), "new");
    assert_eq!(same(&before, &described), [true, false, true, true]);

    let tag: atlas_base::Tag = "fresh".parse().unwrap();
    let tagged = one(HeadEdit::AddTag(tag.clone())).unwrap();
    assert!(tagged.tags().contains(&tag) && tagged.tags().len() == before.tags().len() + 1);
    assert_eq!(same(&before, &tagged), [true, true, false, true]);
    assert_eq!(
        tagged.edited([HeadEdit::AddTag(tag.clone())]),
        Ok(tagged.clone())
    );
    assert_eq!(tagged.edited([HeadEdit::RemoveTag(tag)]), Ok(before));
}

#[test]
fn m02_a_location_has_one_setting() {
    let content = named("web").edited([set("azure", URN)]).unwrap();
    let other = "Canonical:ubuntu-24_04-lts:server:24.04.202401010";
    let replaced = content.edited([set("azure", other)]).unwrap();
    assert_eq!(replaced.settings().len(), 1);
    assert_eq!(replaced.settings()[&at("azure")], setting("azure", other));
    // A location and one that contains it are two.
    let both = replaced.edited([set("azure/westeurope", URN)]).unwrap();
    assert_eq!(both.settings().len(), 2);
}

#[test]
fn m02_a_setting_is_taken_away() {
    let unset = |location: &str| HeadEdit::Unset {
        location: at(location),
    };
    let without = one(unset("gcp")).unwrap();
    assert!(!without.settings().contains_key(&at("gcp")));
    assert_eq!(without.settings().len(), full().settings().len() - 1);
    let refused = one(unset("gcp/us-central1")).unwrap_err();
    let known: Vec<CloudLocation> = full().settings().keys().cloned().collect();
    assert_eq!(
        refused,
        EditError::NoSetting {
            location: at("gcp/us-central1"),
            known
        }
    );
}

#[test]
fn m10_a_setting_moves_to_a_free_location() {
    let step = |from: &str, to: &str| HeadEdit::Move {
        from: at(from),
        to: at(to),
    };
    let moved = one(step("gcp", "gcp/us-central1")).unwrap();
    assert_eq!(
        moved.settings()[&at("gcp/us-central1")],
        full().settings()[&at("gcp")]
    );
    assert!(!moved.settings().contains_key(&at("gcp")));
    assert_eq!(moved.edited([step("gcp/us-central1", "gcp")]), Ok(full()));

    let taken = full().edited([set("azure/westeurope", URN)]).unwrap();
    let occupied = |to: &str| EditError::Occupied { location: at(to) };
    assert_eq!(
        taken.edited([step("azure/westeurope", "azure")]),
        Err(occupied("azure"))
    );
    assert_eq!(one(step("gcp", "gcp")), Err(occupied("gcp")));
    assert!(matches!(
        one(step("gcp/us-central1", "gcp/us-east1")),
        Err(EditError::NoSetting { .. })
    ));
    // Where it goes it must be able to stand: an AMI is of one region, yet its text names none.
    assert!(matches!(
        one(step("gcp", "azure/westeurope")),
        Err(EditError::Setting(SettingError::Image(_)))
    ));
}

#[test]
fn m02_all_edits_are_made_or_none() {
    let edits = [
        HeadEdit::SetNickname("web-base v2".parse().unwrap()),
        set("aws/us-east-1", AMI),
        HeadEdit::RemoveTag("missing".parse().unwrap()),
        HeadEdit::Unset {
            location: at("gcp/us-east1"),
        },
    ];
    let before = full();
    let tag = "missing".parse().unwrap();
    assert_eq!(before.edited(edits), Err(EditError::NoTag { tag }));
    assert_eq!(before, full());
}

#[test]
fn m02_edits_are_made_in_their_order() {
    let tag: atlas_base::Tag = "x".parse().unwrap();
    let edits = [
        HeadEdit::AddTag(tag.clone()),
        HeadEdit::RemoveTag(tag.clone()),
    ];
    let content = named("web");
    assert_eq!(content.edited(edits.clone()), Ok(content.clone()));
    let turned = edits.into_iter().rev();
    assert_eq!(content.edited(turned), Err(EditError::NoTag { tag }));
}

#[test]
fn says_why_it_does_not_edit() {
    let many = (0..9).map(|at| {
        set(
            &format!("openstack/R{at}"),
            "2f0b0a4e-0d7e-4c3d-8d4d-3c1b7d3a9f10",
        )
    });
    let many = named("many").edited(many).unwrap();
    let unset = |location: &str| HeadEdit::Unset {
        location: at(location),
    };
    let lines: Vec<_> = [
        full().edited([unset("gcp/us-east1")]),
        named("web").edited([unset("gcp")]),
        many.edited([unset("gcp")]),
        full().edited([HeadEdit::Move {
            from: at("gcp"),
            to: at("azure"),
        }]),
        full().edited([HeadEdit::RemoveTag("a:b=c".parse().unwrap())]),
    ]
    .into_iter()
    .map(|refused| refused.unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    there is no setting at gcp/us-east1; there are settings at aws/ap-northeast-1, azure, gcp, vmware:vc1/DC1
    there is no setting at gcp
    there is no setting at gcp; there are settings at openstack/R0, openstack/R1, openstack/R2, openstack/R3, openstack/R4, openstack/R5, openstack/R6, openstack/R7, …
    azure has a setting already: unset it first, or set it
    there is no tag `a:b=c`
    ");
}

proptest! {
    #[test]
    fn m02_what_was_set_is_there(content in content(), (location, setting) in placed_setting()) {
        let edited = content.edited([HeadEdit::set(location.clone(), setting.clone())]).unwrap();
        prop_assert_eq!(edited.settings().get(&location), Some(&setting));
        let others = |content: &Content| {
            let mut settings = content.settings().clone();
            settings.remove(&location);
            settings
        };
        prop_assert_eq!(others(&edited), others(&content));
    }

    #[test]
    fn m02_edits_can_be_made_one_by_one(content in content(), edits in vec(edit(), 0..6)) {
        let together = content.edited(edits.clone()).unwrap();
        let one_by_one = edits.into_iter().fold(content, |content, edit| content.edited([edit]).unwrap());
        prop_assert_eq!(together, one_by_one);
    }
}

#[test]
fn m02_a_content_holds_so_much_and_no_more() {
    let tags =
        |count: usize| (0..count).map(|n| HeadEdit::AddTag(format!("t{n}").parse().unwrap()));
    let bare = Content::new("web".parse().unwrap());
    assert!(bare.edited(tags(Content::MAX_TAGS)).is_ok());
    let refused = bare.edited(tags(Content::MAX_TAGS + 1)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "257 tags are too many, a MultiCloud Image holds at most 256: split it"
    );
    let places = |count: usize| {
        (0..count).map(|n| {
            let place = format!("openstack/R{n}");
            let id = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
            HeadEdit::set(at(&place), setting(&place, id))
        })
    };
    assert!(bare.edited(places(Content::MAX_SETTINGS)).is_ok());
    let refused = bare.edited(places(Content::MAX_SETTINGS + 1));
    assert!(matches!(
        refused,
        Err(EditError::TooMany {
            what: "settings",
            ..
        })
    ));
}
