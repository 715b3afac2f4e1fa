use crate::{at, bytes, full, instance_type, set, setting};
use atlas_base::Digest;
use atlas_history::Frozen;
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::{
    Choices, Conflict, ConflictKind, Content, EditError, HeadEdit, MergeBase, MergeDraft,
    MergeError, MergePath, MergeValue, Setting, SettingError, SettingPart, Side, Take,
};
use std::{collections::BTreeMap, sync::Arc};

/// A judge who finds that everything fits.
#[expect(clippy::unnecessary_wraps, reason = "a judge may refuse")]
pub(crate) fn fits(_: &CloudLocation, _: &Setting) -> Result<(), EditError> {
    Ok(())
}

pub(crate) fn digest(content: &Content) -> Digest {
    Frozen::new(content.clone()).unwrap().digest()
}

/// How many merges a law is tried with: 64, or as many as the variable says.
#[expect(
    clippy::disallowed_methods,
    reason = "the long mode is asked for from outside"
)]
pub(crate) fn cases() -> u32 {
    std::env::var("ATLAS_MERGES").map_or(64, |count| count.parse().unwrap())
}

/// Every field of a content as text, by its path; user data as its text, or as its bytes.
pub(crate) fn fields(content: &Content) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::from([
        ("nickname".to_owned(), content.nickname().to_string()),
        ("description".to_owned(), content.description().to_string()),
    ]);
    fields.extend(
        content
            .tags()
            .iter()
            .map(|tag| (format!("tag:{tag}"), tag.to_string())),
    );
    for (location, setting) in content.settings() {
        let id = |id: Option<&ImageId>| id.map(|id| id.as_str().to_owned());
        let data = setting.user_data().map(|data| match data.as_text() {
            Some(text) => text.to_owned(),
            None => format!("{:?}", data.as_bytes()),
        });
        let parts = [
            ("image", id(Some(setting.image()))),
            ("kernel", id(setting.kernel())),
            ("ramdisk", id(setting.ramdisk())),
            (
                "instance-type",
                setting.instance_type().map(ToString::to_string),
            ),
            ("user-data", data),
        ];
        for (part, value) in parts {
            fields.extend(value.map(|value| (format!("{part}:{location}"), value)));
        }
    }
    fields
}

pub(crate) const TOKYO: &str = "aws/ap-northeast-1";

pub(crate) fn base(content: &Content) -> MergeBase {
    MergeBase::of(Arc::new(content.clone()))
}

pub(crate) fn edited(content: &Content, edits: impl IntoIterator<Item = HeadEdit>) -> Content {
    content.edited(edits).unwrap()
}

/// Another setting for Tokyo in the full content.
pub(crate) fn tokyo(change: impl FnOnce(Setting) -> Setting) -> HeadEdit {
    HeadEdit::set(at(TOKYO), change(full().settings()[&at(TOKYO)].clone()))
}

pub(crate) fn aws(id: &str) -> ImageId {
    ImageId::parse(Cloud::Aws, id).unwrap()
}

pub(crate) fn unset(location: &str) -> HeadEdit {
    HeadEdit::Unset {
        location: at(location),
    }
}

pub(crate) fn path(text: &str) -> MergePath {
    MergePath::parse(text).unwrap()
}

/// Both sides changed everything that can be changed.
pub(crate) fn both_changed_everything() -> [Content; 2] {
    let ours = edited(
        &full(),
        [
            HeadEdit::SetNickname("web-base v2".parse().unwrap()),
            HeadEdit::SetDescription("Web servers\nwith TLS 1.3".parse().unwrap()),
            unset("vmware:vc1/DC1"),
            set(
                "openstack/RegionOne",
                "2f0b0a4e-0d7e-4c3d-8d4d-3c1b7d3a9f10",
            ),
            tokyo(|it| {
                it.with_image(aws("ami-0aaaaaaaaaaaaaaaa"))
                    .with_kernel(None)
                    .with_ramdisk(Some(aws("ari-aaaaaaaa")))
                    .with_instance_type(instance_type("m7i.xlarge"))
                    .with_user_data(bytes("#!/bin/sh\necho ours\n".as_bytes()))
            }),
            HeadEdit::set(
                at("azure"),
                setting("azure", crate::URN).with_user_data(bytes(&[0xfe])),
            ),
        ],
    );
    let theirs = edited(
        &full(),
        [
            HeadEdit::SetNickname("web-base (clone)".parse().unwrap()),
            HeadEdit::SetDescription("".parse().unwrap()),
            set("vmware:vc1/DC1", "vm-43"),
            set(
                "openstack/RegionOne",
                "00000000-0d7e-4c3d-8d4d-3c1b7d3a9f10",
            ),
            tokyo(|it| {
                it.with_image(aws("ami-0bbbbbbbbbbbbbbbb"))
                    .with_kernel(Some(aws("aki-bbbbbbbb")))
                    .with_ramdisk(None)
                    .with_instance_type(instance_type("m7g.large"))
                    .with_user_data(bytes("#!/bin/sh\necho theirs\n".as_bytes()))
            }),
            HeadEdit::set(
                at("azure"),
                setting("azure", crate::URN).with_user_data(bytes(&[0xff])),
            ),
        ],
    );
    [ours, theirs]
}

fn report(draft: &MergeDraft<'_>) -> String {
    let lines: Vec<_> = draft.conflicts().iter().map(ToString::to_string).collect();
    lines.join("\n\n")
}

#[test]
fn g01_conflicts_name_path_base_ours_and_theirs() {
    let [ours, theirs] = both_changed_everything();
    let from = base(&full());
    insta::assert_snapshot!(report(&MergeDraft::between(&from, &ours, &theirs, &fits)));
}

#[test]
fn g03_conflicts_without_a_base() {
    let [ours, theirs] = both_changed_everything();
    let none = MergeBase::none();
    insta::assert_snapshot!(report(&MergeDraft::between(&none, &ours, &theirs, &fits)));
}

#[test]
fn g01_conflicts_are_data() {
    let [ours, theirs] = both_changed_everything();
    let (root, none) = (base(&full()), MergeBase::none());
    let bases_differ = MergeBase::merged(Some(&root), &base(&ours), &base(&theirs));
    let other = edited(
        &full(),
        [HeadEdit::SetNickname("web-base v9".parse().unwrap())],
    );
    for (from, sides) in [
        (&root, [&ours, &theirs]),
        (&none, [&ours, &theirs]),
        (&bases_differ, [&ours, &other]),
    ] {
        let draft = MergeDraft::between(from, sides[0], sides[1], &refuses_arm);
        let text = serde_json::to_string_pretty(draft.conflicts()).unwrap();
        let read: Vec<Conflict> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, draft.conflicts());
        if core::ptr::eq(from, &raw const root) {
            insta::assert_snapshot!(text);
        }
    }
}

/// A judge who knows one instance type for arm64, and one image that is none.
fn refuses_arm(location: &CloudLocation, setting: &Setting) -> Result<(), EditError> {
    let is_arm = setting
        .instance_type()
        .is_some_and(|it| it.as_str() == "m7g.large");
    if is_arm && setting.image().as_str() != "ami-0bbbbbbbbbbbbbbbb" {
        return Err(EditError::Setting(SettingError::InstanceTypeUnused {
            location: location.clone(),
            instance_type: instance_type("m7g.large"),
        }));
    }
    Ok(())
}

#[test]
fn g02_different_parts_of_a_setting_merge() {
    let ours = edited(
        &full(),
        [tokyo(|it| {
            it.with_image(aws("ami-0aaaaaaaaaaaaaaaa"))
                .with_ramdisk(None)
        })],
    );
    let theirs = edited(
        &full(),
        [tokyo(|it| {
            it.with_instance_type(instance_type("m7i.xlarge"))
                .with_kernel(None)
        })],
    );
    let both = edited(
        &full(),
        [tokyo(|it| {
            it.with_image(aws("ami-0aaaaaaaaaaaaaaaa"))
                .with_ramdisk(None)
                .with_instance_type(instance_type("m7i.xlarge"))
                .with_kernel(None)
        })],
    );
    let from = base(&full());
    let draft = MergeDraft::between(&from, &ours, &theirs, &fits);
    assert_eq!(draft.settle(&Choices::default()), Ok(both));
}

#[test]
fn g02_a_union_that_does_not_fit_is_one_conflict() {
    let ours = edited(
        &full(),
        [tokyo(|it| {
            it.with_image(aws("ami-0aaaaaaaaaaaaaaaa"))
                .with_user_data(bytes(b"ours\n"))
        })],
    );
    let theirs = edited(
        &full(),
        [tokyo(|it| {
            it.with_instance_type(instance_type("m7g.large"))
        })],
    );
    let from = base(&full());
    let draft = MergeDraft::between(&from, &ours, &theirs, &refuses_arm);
    assert_eq!(draft.conflicts().len(), 1);
    let conflict = &draft.conflicts()[0];
    assert_eq!(conflict.kind(), ConflictKind::Incompatible);
    assert_eq!(conflict.path().to_string(), "unit:aws/ap-northeast-1");
    insta::assert_snapshot!(report(&draft));
    // A side's unit, with the user data that merged by itself.
    let unit = |side| draft.settle(&Choices::all(side)).unwrap().settings()[&at(TOKYO)].clone();
    let theirs_with_data = theirs.settings()[&at(TOKYO)]
        .clone()
        .with_user_data(bytes(b"ours\n"));
    assert_eq!(unit(Side::Theirs), theirs_with_data);
    assert_eq!(unit(Side::Ours), ours.settings()[&at(TOKYO)]);
    // A unit of the caller's is judged like any edit.
    let given = |image| {
        let unit = setting(TOKYO, image).with_instance_type(instance_type("m7g.large"));
        let value = Some(MergeValue::Setting(Box::new(unit)));
        draft.settle(&Choices::default().with(conflict.path().clone(), Take::Value(value)))
    };
    assert!(matches!(
        given("ami-0aaaaaaaaaaaaaaaa"),
        Err(MergeError::Edit(_))
    ));
    let settled = given("ami-0bbbbbbbbbbbbbbbb").unwrap();
    assert_eq!(
        settled.settings()[&at(TOKYO)].user_data(),
        bytes(b"ours\n").as_ref()
    );
}

#[test]
fn g02_what_a_side_holds_as_it_is_is_not_judged() {
    let refuses = |_: &CloudLocation, _: &Setting| -> Result<(), EditError> {
        Err(EditError::Occupied {
            location: at(TOKYO),
        })
    };
    let [ours, theirs] = both_changed_everything();
    let from = base(&full());
    let draft = MergeDraft::between(&from, &ours, &theirs, &refuses);
    // All parts of the unit are in conflict, so that no union exists before they are settled.
    assert!(
        draft
            .conflicts()
            .iter()
            .all(|it| it.kind() != ConflictKind::Incompatible)
    );
    assert!(draft.settle(&Choices::all(Side::Theirs)).is_ok());
    let mixed =
        Choices::all(Side::Theirs).with(path("image:aws/ap-northeast-1"), Take::Side(Side::Ours));
    assert_eq!(
        draft.settle(&mixed),
        Err(MergeError::Edit(EditError::Occupied {
            location: at(TOKYO)
        }))
    );
}

#[test]
fn g02_a_clean_merge_is_refused_as_the_edit_would_be() {
    // Each side's user data is short enough, their merge is not.
    let text = |first: usize, last: usize| {
        let text = format!("{}\nmiddle\n{}\n", "a".repeat(first), "b".repeat(last));
        tokyo(|it| it.with_user_data(bytes(text.as_bytes())))
    };
    let from = edited(&full(), [text(1, 1)]);
    let (ours, theirs) = (
        edited(&from, [text(9_000, 1)]),
        edited(&from, [text(1, 9_000)]),
    );
    let from = base(&from);
    let draft = MergeDraft::between(&from, &ours, &theirs, &fits);
    assert!(draft.is_clean());
    let refused = draft.settle(&Choices::default()).unwrap_err();
    insta::assert_snapshot!(refused.to_string(), @"the user data at aws/ap-northeast-1 has 18009 bytes, the limit is 16384 before base64: compress it, or let it fetch the rest");
    // Tags that each side may add, and both may not.
    let tags = |prefix| {
        let tags = (0..200).map(|tag| format!("{prefix}{tag}").parse().unwrap());
        edited(&full(), tags.map(HeadEdit::AddTag))
    };
    let (ours, theirs, from) = (tags("o"), tags("t"), base(&full()));
    let draft = MergeDraft::between(&from, &ours, &theirs, &fits);
    let refused = draft.settle(&Choices::default()).unwrap_err();
    insta::assert_snapshot!(refused.to_string(), @"402 tags are too many, a MultiCloud Image holds at most 256: split it");
}

#[test]
fn g04_a_nickname_that_cannot_be_had_is_a_conflict_or_stays() {
    let named = |name: &str| edited(&full(), [HeadEdit::SetNickname(name.parse().unwrap())]);
    let (root, free) = (base(&full()), MergeBase::none());
    let (ours, theirs) = (full(), named("theirs"));
    let draft = || MergeDraft::between(&root, &ours, &theirs, &fits);
    assert_eq!(draft().settle(&Choices::default()).as_ref(), Ok(&theirs));
    let kept = draft().with_our_nickname();
    assert_eq!(kept.settle(&Choices::default()).as_ref(), Ok(&ours));
    let taken = draft().without_their_nickname(&root, "it is taken".to_owned());
    let kinds: Vec<_> = taken.conflicts().iter().map(Conflict::kind).collect();
    assert_eq!(kinds, [ConflictKind::Incompatible]);
    assert_eq!(taken.settle(&Choices::all(Side::Ours)).as_ref(), Ok(&ours));
    // Where both renamed it, it is our side's as well; without a base it conflicts like all else.
    let ours = named("ours");
    let both = MergeDraft::between(&root, &ours, &theirs, &fits);
    assert!(!both.is_clean() && both.with_our_nickname().is_clean());
    let two_way = MergeDraft::between(&free, &ours, &theirs, &fits);
    assert!(!two_way.with_our_nickname().is_clean());
}

#[test]
fn g05_removed_here_and_changed_there_is_a_conflict() {
    let removed = edited(&full(), [unset(TOKYO)]);
    let changed = edited(&full(), [tokyo(|it| it.with_kernel(None))]);
    let from = base(&full());
    for (ours, theirs) in [(&removed, &changed), (&changed, &removed)] {
        let draft = MergeDraft::between(&from, ours, theirs, &fits);
        let kinds: Vec<_> = draft.conflicts().iter().map(Conflict::kind).collect();
        assert_eq!(kinds, [ConflictKind::RemovedAndChanged]);
        assert_eq!(
            draft.conflicts()[0].path(),
            &MergePath::setting(&at(TOKYO), SettingPart::Whole)
        );
        let settled = |side| draft.settle(&Choices::all(side)).unwrap();
        assert_eq!(
            (&settled(Side::Ours), &settled(Side::Theirs)),
            (ours, theirs)
        );
    }
    // A part, too.
    let changed = edited(
        &full(),
        [tokyo(|it| it.with_kernel(Some(aws("aki-bbbbbbbb"))))],
    );
    let without = edited(&full(), [tokyo(|it| it.with_kernel(None))]);
    let draft = MergeDraft::between(&from, &without, &changed, &fits);
    insta::assert_snapshot!(report(&draft));
}

#[test]
fn g05_removed_and_left_alone_is_removed() {
    let removed = edited(&full(), [unset("azure")]);
    // Another spelling changes nothing.
    let lower = set("azure", "canonical:ubuntu-24_04-lts:server:latest");
    let data = full().settings()[&at("azure")].user_data().cloned();
    let HeadEdit::Set { location, setting } = lower else {
        return;
    };
    let spelled = edited(
        &full(),
        [HeadEdit::set(location, setting.with_user_data(data))],
    );
    let from = base(&full());
    for (ours, theirs) in [
        (&removed, &full()),
        (&full(), &removed),
        (&removed, &spelled),
        (&spelled, &removed),
    ] {
        let draft = MergeDraft::between(&from, ours, theirs, &fits);
        assert_eq!(draft.settle(&Choices::default()).as_ref(), Ok(&removed));
    }
}

#[test]
fn g05_user_data_merges_by_lines() {
    let data = |text: &str| {
        edited(
            &full(),
            [tokyo(|it| it.with_user_data(bytes(text.as_bytes())))],
        )
    };
    let from = data("#!/bin/sh\nset -e\napt update\napt install web\nstart web\n");
    let ours = data("#!/bin/sh\nset -eu\napt update\napt install web\nstart web\n");
    let theirs = data("#!/bin/sh\nset -e\napt update\napt install web tls\nstart web\nstart tls\n");
    let merged =
        data("#!/bin/sh\nset -eu\napt update\napt install web tls\nstart web\nstart tls\n");
    let root = base(&from);
    let draft = MergeDraft::between(&root, &ours, &theirs, &fits);
    assert_eq!(draft.settle(&Choices::default()), Ok(merged));
    // The same line in two ways.
    let theirs = data("#!/bin/sh\nset -e -o pipefail\napt update\napt install web\nstart web\n");
    let draft = MergeDraft::between(&root, &ours, &theirs, &fits);
    assert_eq!(draft.conflicts().len(), 1);
    insta::assert_snapshot!(draft.conflicts()[0].marked().unwrap());
}

#[test]
fn g05_user_data_of_too_many_lines_conflicts_as_a_whole() {
    let data = |lines: usize, first: &str, last: &str| {
        let middle = "x\n".repeat(lines - 2);
        let text = format!("{first}\n{middle}{last}");
        edited(
            &full(),
            [tokyo(|it| it.with_user_data(bytes(text.as_bytes())))],
        )
    };
    for (lines, is_merged) in [
        (MergeDraft::MAX_LINES, true),
        (MergeDraft::MAX_LINES + 1, false),
    ] {
        let root = base(&data(lines, "a", "z"));
        let (ours, theirs) = (data(lines, "b", "z"), data(lines, "a", "y"));
        let draft = MergeDraft::between(&root, &ours, &theirs, &fits);
        assert_eq!(draft.is_clean(), is_merged, "{lines}");
        for conflict in draft.conflicts() {
            assert_eq!(conflict.kind(), ConflictKind::BothChanged);
            assert_eq!(conflict.marked(), None);
        }
    }
}

#[test]
fn g05_user_data_that_is_no_text_conflicts_as_a_whole() {
    let data = |data: &[u8]| edited(&full(), [tokyo(|it| it.with_user_data(bytes(data)))]);
    let text = data(b"a\nb\nc\n");
    for (from, ours, theirs) in [
        (
            &data(&[0xff, b'\n', 1]),
            &data(&[0xfe, b'\n', 1]),
            &data(&[0xff, b'\n', 2]),
        ),
        (&text, &data(&[0xfe]), &data(b"a\nb\nd\n")),
        (&text, &data(b""), &data(b"a\nb\nd\n")),
        (&data(b""), &data(b"a\n"), &data(b"b\n")),
    ] {
        let root = base(from);
        let draft = MergeDraft::between(&root, ours, theirs, &fits);
        let paths: Vec<_> = draft
            .conflicts()
            .iter()
            .map(|it| it.path().to_string())
            .collect();
        assert_eq!(paths, ["user-data:aws/ap-northeast-1"]);
        assert_eq!(draft.conflicts()[0].marked(), None);
    }
}

#[test]
fn g03_a_base_that_did_not_merge_settles_nothing_by_itself() {
    let kernel = |kernel: &str| edited(&full(), [tokyo(|it| it.with_kernel(Some(aws(kernel))))]);
    let (one, other) = (kernel("aki-11111111"), kernel("aki-22222222"));
    let virtual_base = MergeBase::merged(Some(&base(&full())), &base(&one), &base(&other));
    // Each side took another of the two: the value before them is on no side.
    let draft = MergeDraft::between(&virtual_base, &one, &other, &fits);
    insta::assert_snapshot!(report(&draft));
    // Sides that agree need no base, and what nobody touched is as it was.
    let again = edited(&one, [unset("gcp")]);
    let draft = MergeDraft::between(&virtual_base, &one, &again, &fits);
    assert_eq!(draft.settle(&Choices::default()), Ok(again));
    // Where a setting as a whole is in conflict among the bases, it is for the sides as well.
    let gone = edited(&full(), [unset(TOKYO)]);
    let virtual_base = MergeBase::merged(Some(&base(&full())), &base(&one), &base(&gone));
    let draft = MergeDraft::between(&virtual_base, &one, &gone, &fits);
    assert_eq!(draft.conflicts()[0].kind(), ConflictKind::BasesDiffer);
    let draft = MergeDraft::between(&virtual_base, &one, &other, &fits);
    assert_eq!(draft.conflicts()[0].kind(), ConflictKind::BasesDiffer);
    // Three bases: the third merges with what came of the first two.
    let three = MergeBase::merged(Some(&base(&full())), &virtual_base, &base(&other));
    let draft = MergeDraft::between(&three, &one, &other, &fits);
    assert_eq!(draft.conflicts()[0].kind(), ConflictKind::BasesDiffer);
}
