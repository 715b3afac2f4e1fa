use crate::{
    at, bytes, full, instance_type,
    merge::{TOKYO, aws, base, both_changed_everything, edited, fits, path, tokyo, unset},
    set, setting,
};
use atlas_mci::{
    Choice, Choices, Conflict, Content, EditError, HeadEdit, MergeBase, MergeDraft, MergeError,
    MergePath, MergeValue, SettingError, Side, Take,
};

/// The merge of two sides that changed everything, settled.
fn settled(choices: &Choices) -> Result<Content, MergeError> {
    let [ours, theirs] = both_changed_everything();
    let from = base(&full());
    MergeDraft::between(&from, &ours, &theirs, &fits).settle(choices)
}

fn side(text: &str, side: Side) -> (MergePath, Take) {
    (path(text), Take::Side(side))
}

fn value(text: &str, value: &str) -> (MergePath, Take) {
    let path = path(text);
    let value = MergeValue::parse(&path, value).unwrap();
    (path, Take::Value(Some(value)))
}

fn with(choices: Choices, all: impl IntoIterator<Item = (MergePath, Take)>) -> Choices {
    all.into_iter()
        .fold(choices, |choices, (path, take)| choices.with(path, take))
}

#[test]
fn g04_a_side_settles_everything() {
    let [ours, theirs] = both_changed_everything();
    assert_eq!(settled(&Choices::all(Side::Ours)), Ok(ours));
    assert_eq!(settled(&Choices::all(Side::Theirs)), Ok(theirs));
}

#[test]
fn g04_each_path_is_settled_by_itself() {
    let [ours, theirs] = both_changed_everything();
    let choices = with(
        Choices::all(Side::Ours),
        [
            value("nickname", "web-base v3"),
            side("description", Side::Theirs),
            side("kernel:aws/ap-northeast-1", Side::Theirs),
            (path("ramdisk:aws/ap-northeast-1"), Take::Value(None)),
            value("image:aws/ap-northeast-1", "ami-0cccccccccccccccc"),
            value("user-data:aws/ap-northeast-1", "#!/bin/sh\necho both\n"),
            side("vmware:vc1/DC1", Side::Theirs),
        ],
    );
    let expected = edited(
        &ours,
        [
            HeadEdit::SetNickname("web-base v3".parse().unwrap()),
            HeadEdit::SetDescription(theirs.description().clone()),
            set("vmware:vc1/DC1", "vm-43"),
            tokyo(|it| {
                it.with_image(aws("ami-0cccccccccccccccc"))
                    .with_kernel(Some(aws("aki-bbbbbbbb")))
                    .with_ramdisk(None)
                    .with_instance_type(instance_type("m7i.xlarge"))
                    .with_user_data(bytes(b"#!/bin/sh\necho both\n"))
            }),
        ],
    );
    assert_eq!(settled(&choices), Ok(expected));
}

#[test]
fn g04_a_side_for_a_location_settles_what_is_left_of_it() {
    let [ours, theirs] = both_changed_everything();
    let choices = with(
        Choices::all(Side::Ours),
        [
            side(TOKYO, Side::Theirs),
            side("image:aws/ap-northeast-1", Side::Ours),
        ],
    );
    let image = ours.settings()[&at(TOKYO)].image().clone();
    let setting = theirs.settings()[&at(TOKYO)].clone().with_image(image);
    let expected = edited(&ours, [HeadEdit::set(at(TOKYO), setting)]);
    assert_eq!(settled(&choices), Ok(expected));
}

#[test]
fn g01_what_is_left_open_is_told() {
    let Err(MergeError::Open { conflicts }) = settled(&Choices::default()) else {
        return assert_eq!("open", "settled");
    };
    assert_eq!(conflicts.len(), 10);
    let most = with(
        Choices::default(),
        conflicts[1..]
            .iter()
            .map(|it| (it.path().clone(), Take::Side(Side::Ours))),
    );
    let left = MergeError::Open {
        conflicts: vec![conflicts[0].clone()],
    };
    assert_eq!(settled(&most), Err(left));
}

#[test]
fn g04_tags_are_kept_or_removed() {
    let [ours, theirs] = both_changed_everything();
    let none = MergeBase::none();
    let draft = MergeDraft::between(
        &none,
        &ours,
        &edited(
            &theirs,
            [
                HeadEdit::AddTag("theirs".parse().unwrap()),
                HeadEdit::RemoveTag("production".parse().unwrap()),
            ],
        ),
        &fits,
    )
    .settle(&Choices::all(Side::Ours))
    .unwrap();
    assert_eq!(draft, ours);
    let tagged = edited(
        &theirs,
        [
            HeadEdit::AddTag("theirs".parse().unwrap()),
            HeadEdit::RemoveTag("production".parse().unwrap()),
        ],
    );
    let draft = MergeDraft::between(&none, &ours, &tagged, &fits);
    let tags = |choices: &Choices| draft.settle(choices).unwrap().tags().clone();
    assert_eq!(tags(&Choices::all(Side::Theirs)), *tagged.tags());
    let turned = with(
        Choices::all(Side::Ours),
        [
            value("tag:theirs", "theirs"),
            (path("tag:production"), Take::Value(None)),
        ],
    );
    assert_eq!(tags(&turned), *tagged.tags());
    let other = Choices::all(Side::Ours).with(
        path("tag:theirs"),
        Take::Value(Some(MergeValue::Tag("production".parse().unwrap()))),
    );
    assert!(matches!(
        draft.settle(&other),
        Err(MergeError::Value { .. })
    ));
}

#[test]
fn g04_what_is_settled_is_refused_as_the_edit_would_be() {
    let long = "x".repeat(20_000);
    for (choice, refused) in [
        (
            (path("instance-type:aws/ap-northeast-1"), Take::Value(None)),
            SettingError::InstanceTypeMissing {
                location: at(TOKYO),
            },
        ),
        (
            value("image:aws/ap-northeast-1", "aki-1a2b3c4d"),
            setting(TOKYO, "aki-1a2b3c4d")
                .check(&at(TOKYO))
                .unwrap_err(),
        ),
        (
            value("user-data:aws/ap-northeast-1", &long),
            SettingError::UserDataTooLong {
                location: at(TOKYO),
                limit: 16_384,
                found: 20_000,
            },
        ),
    ] {
        assert_eq!(
            settled(&with(Choices::all(Side::Ours), [choice])),
            Err(MergeError::Edit(EditError::Setting(refused)))
        );
    }
}

#[test]
fn g04_choices_that_settle_nothing_are_refused() {
    let given = |path: &str, value| (crate::merge::path(path), Take::Value(value));
    let nickname = || MergeValue::Nickname("web".parse().unwrap());
    let whole = || MergeValue::Setting(Box::new(setting("gcp", "projects/acme/global/images/x")));
    let cases = [
        vec![side("gcp", Side::Ours)],
        vec![side("tag:production", Side::Ours)],
        // A value is for one path alone.
        vec![given(TOKYO, Some(whole()))],
        vec![side("nickname", Side::Ours), side("nickname", Side::Theirs)],
        vec![given("nickname", None)],
        vec![given("description", Some(nickname()))],
        vec![given("image:aws/ap-northeast-1", None)],
        vec![given("vmware:vc1/DC1", Some(nickname()))],
        vec![],
    ];
    let messages = cases.into_iter().map(|choices| {
        let others = if choices.is_empty() {
            Choices::default()
        } else {
            Choices::all(Side::Ours)
        };
        let refused = settled(&with(others, choices)).unwrap_err();
        format!("{refused}\n")
    });
    insta::assert_snapshot!(messages.collect::<String>());
}

#[test]
fn g01_one_open_conflict_is_told_in_the_singular() {
    let conflict = |draft: &MergeDraft<'_>| -> Vec<Conflict> { draft.conflicts().to_vec() };
    let from = base(&full());
    let (ours, theirs) = (
        edited(&full(), [unset("gcp")]),
        edited(&full(), [set("gcp", "projects/acme/global/images/web-2")]),
    );
    let draft = MergeDraft::between(&from, &ours, &theirs, &fits);
    let open = MergeError::Open {
        conflicts: conflict(&draft),
    };
    insta::assert_snapshot!(open.to_string(), @"1 conflict is open, at gcp: settle each with a side or a value, or all with one side");
    assert_eq!(draft.settle(&Choices::default()), Err(open));
}

#[test]
fn g04_choices_are_data() {
    let unit = setting(TOKYO, "ami-0cccccccccccccccc");
    let choices = with(
        Choices {
            others: Some(Side::Theirs),
            choices: Vec::new(),
        },
        [
            side("nickname", Side::Ours),
            value("description", "Both"),
            (path("tag:production"), Take::Value(None)),
            value("tag:a:b=c", "a:b=c"),
            value("image:gcp", "projects/acme/global/images/web-2"),
            value("instance-type:gcp", "n2-standard-2"),
            value("user-data:gcp", "#!/bin/sh\n"),
            (
                path("unit:aws/ap-northeast-1"),
                Take::Value(Some(MergeValue::Setting(Box::new(unit.clone())))),
            ),
            (
                path("azure"),
                Take::Value(Some(MergeValue::Setting(Box::new(
                    setting("azure", crate::URN).with_user_data(bytes(&[0xff])),
                )))),
            ),
        ],
    );
    let text = serde_json::to_string_pretty(&choices).unwrap();
    assert_eq!(serde_json::from_str::<Choices>(&text).unwrap(), choices);
    insta::assert_snapshot!(text);
}

#[test]
fn g04_choices_that_are_none_are_refused() {
    let texts = [
        r#"{"path":"nickname"}"#,
        r#"{"path":"nickname","take":"ours","value":"web"}"#,
        r#"{"path":"nickname","take":"mine"}"#,
        r#"{"path":"nickname","value":"a@b"}"#,
        r#"{"path":"description","value":"a\u0007"}"#,
        r#"{"path":"tag:a","value":"b"}"#,
        r#"{"path":"aws/nowhere","take":"ours"}"#,
        r#"{"path":"image:gcp","value":"ami-1"}"#,
        r#"{"path":"instance-type:gcp","value":"a b"}"#,
        r#"{"path":"user-data:gcp","value":""}"#,
        r#"{"path":"user-data:gcp","value":{"image":"x"}}"#,
        r#"{"path":"gcp","value":"projects/acme/global/images/web-2"}"#,
        r#"{"path":"unit:gcp","value":{"image":"ami-1"}}"#,
        r#"{"path":"image:gcp","value":{"text":"x"}}"#,
        r#"{"path":"nickname","value":"web","more":1}"#,
    ];
    let messages = texts.map(|text| {
        let refused = serde_json::from_str::<Choice>(text).unwrap_err();
        format!("{text}\n  {refused}\n")
    });
    insta::assert_snapshot!(messages.concat());
}
