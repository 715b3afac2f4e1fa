use crate::{
    Launch, WEB, at, content, deprecated, ended, example, mark, now, scope, set, setting, tokyo,
};
use atlas_base::Digest;
use atlas_history::Marks;
use atlas_image::{ImageRecord, Records};
use atlas_image_id::{Cloud, CloudLocation, ImageId, Stability};
use atlas_mci::{HeadEdit, ImageAccess, InstanceType, InstanceTypes, UserData};
use atlas_scope::Scope;
use atlas_template::{
    AnyLock, LaunchFacts, LaunchPlan, LockError, LockFile, LockState, LockToday, LockedError,
    Policies, Policy,
};
use atlas_testkit::mci;
use proptest::prelude::*;
use serde_json::{Value, json};

const TOKYO: &str = "aws/ap-northeast-1";

pub(crate) fn plans(launch: &Launch, locations: &[&str]) -> Vec<LaunchPlan> {
    let plan = |location: &&str| launch.resolve(location, &[]).unwrap();
    locations.iter().map(plan).collect()
}

pub(crate) fn locked() -> LockFile {
    let launch = Launch::revision(example());
    LockFile::new(&plans(
        &launch,
        &[TOKYO, "azure/northeurope", "vmware:vc1/DC1"],
    ))
    .unwrap()
}

fn stored() -> Value {
    serde_json::to_value(locked()).unwrap()
}

fn checked(stored: &Value) -> Result<LockFile, LockError> {
    LockFile::parse(&stored.to_string())
}

#[test]
fn r09_the_file_is_for_ever() {
    insta::assert_snapshot!(locked().to_text().unwrap());
}

#[test]
fn r09_the_digest_is_for_ever() {
    // Computed over the file without its digest by another implementation.
    assert_eq!(
        stored()["digest"],
        json!("blake3:66effc88b6efde27f585ee9d8d3fddc9cc9a27c8e89ae288b69aef62968c508d")
    );
}

#[test]
fn r09_says_what_was_locked() {
    let launch = Launch::revision(example());
    let lock = locked();
    assert_eq!(lock.lineage(), crate::LINEAGE);
    assert_eq!(lock.mci().as_str(), "web-base");
    assert_eq!(lock.revision().get(), 1);
    assert_eq!(
        Some(lock.revision_digest()),
        launch
            .revision
            .as_ref()
            .map(atlas_history::Revision::digest)
    );
    let locations: Vec<_> = lock.locations().keys().map(CloudLocation::as_str).collect();
    assert_eq!(locations, [TOKYO, "azure/northeurope", "vmware:vc1/DC1"]);
}

#[test]
fn r09_resolves_to_what_it_holds_and_nothing_else() {
    let lock = locked();
    for location in [TOKYO, "azure/northeurope", "vmware:vc1/DC1"] {
        let plan = Launch::revision(example()).resolve(location, &[]).unwrap();
        let held = lock.resolve(&at(location)).unwrap();
        assert_eq!(held.image, plan.image);
        assert_eq!(held.instance_type, plan.instance_type);
        assert_eq!((held.kernel, held.ramdisk), (plan.kernel, plan.ramdisk));
        assert_eq!(held.user_data, plan.user_data);
    }
    // The revision serves these too, and the lock does not hold them.
    for location in [
        "azure",
        "azure/westeurope",
        "vmware:vc1/DC1/cluster-a",
        "gcp/us-central1",
    ] {
        assert!(Launch::revision(example()).resolve(location, &[]).is_ok());
        assert_eq!(lock.resolve(&at(location)), None, "{location}");
    }
}

#[test]
fn r09_reads_back_as_it_was_written() {
    assert_eq!(checked(&stored()), Ok(locked()));
    assert_eq!(LockFile::parse(&locked().to_text().unwrap()), Ok(locked()));
}

/// Every value that is no container, as a pointer.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(member, &format!("{at}/{key}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn r09_no_field_can_be_changed() {
    let mut fields = Vec::new();
    leaves(&stored(), "", &mut fields);
    assert_eq!(fields.len(), 18);
    for field in fields.iter().filter(|field| *field != "/version") {
        let mut damaged = stored();
        let place = damaged.pointer_mut(field).unwrap();
        *place = match &*place {
            Value::Number(number) => json!(number.as_u64().unwrap() + 1),
            Value::String(text) if text.starts_with("blake3:") => json!(Digest::of("other", b"")),
            Value::String(text) if text.starts_with("lin-") => json!(text.replace('7', "8")),
            Value::String(_) if field.ends_with("served_by") => json!("gcp"),
            Value::String(text) => json!(format!("{text}x")),
            other => panic!("no such leaf: {other}"),
        };
        assert_eq!(checked(&damaged), Err(LockError::Damaged), "{field}");
    }
}

#[test]
fn r09_nothing_can_be_added_or_taken() {
    let mut without = stored();
    without["locations"].as_object_mut().unwrap().remove(TOKYO);
    assert_eq!(checked(&without), Err(LockError::Damaged));
    let mut with = stored();
    with["locations"]["gcp"] = with["locations"][TOKYO].clone();
    assert_eq!(checked(&with), Err(LockError::Damaged));
    let mut unsigned = stored();
    unsigned["digest"] = Value::Null;
    assert_eq!(checked(&unsigned), Err(LockError::Damaged));
    for place in ["", "/locations/azure~1northeurope"] {
        let mut strange = stored();
        strange.pointer_mut(place).unwrap()["colour"] = json!(1);
        assert!(matches!(
            checked(&strange),
            Err(LockError::Unreadable { .. })
        ));
    }
}

#[test]
fn r09_a_newer_format_is_not_guessed() {
    let mut newer = stored();
    newer["version"] = json!(2);
    newer["colour"] = json!("a field of later");
    assert_eq!(
        checked(&newer),
        Err(LockError::Version { found: 2, known: 1 })
    );
}

#[test]
fn r09_other_texts_are_no_lock_file() {
    let whole = locked().to_text().unwrap();
    let half: String = whole.chars().take(400).collect();
    for text in [
        "",
        "[]",
        "{}",
        "1",
        &half,
        &whole.repeat(2),
        &whole.replace("azure/", "azur/"),
    ] {
        let refused = LockFile::parse(text);
        assert!(
            matches!(refused, Err(LockError::Unreadable { .. })),
            "{text}"
        );
    }
}

#[test]
fn r09_head_cannot_be_locked() {
    let head = Launch::head(example());
    let mci = "web-base".parse().unwrap();
    let refused = LockFile::new(&plans(&head, &[TOKYO]));
    assert_eq!(refused, Err(LockError::Head { mci }));
    assert_eq!(LockFile::new(&[]), Err(LockError::Empty));
}

#[test]
fn r09_plans_are_of_one_revision() {
    let this = plans(&Launch::revision(example()), &[TOKYO]);
    let other = content([set("gcp", WEB)]);
    let other = plans(&Launch::revision(other), &["gcp"]);
    let head = plans(&Launch::head(example()), &["azure"]);
    let mut moved = this.clone();
    moved[0].lineage = atlas_history::LineageId::from_u128(8);
    for second in [other, head, moved] {
        let both = [this.clone(), second].concat();
        assert_eq!(LockFile::new(&both), Err(LockError::Mixed));
    }
}

#[test]
fn says_why_there_is_no_lock_file() {
    let lines: Vec<_> = [
        LockError::Head {
            mci: "web-base".parse().unwrap(),
        },
        LockError::Moving {
            image: Box::new(
                ImageId::parse(Cloud::Gcp, "projects/p/global/images/family/f").unwrap(),
            ),
            location: CloudLocation::parse("gcp").unwrap(),
        },
        LockError::Empty,
        LockError::Mixed,
        LockError::Version { found: 2, known: 1 },
        LockError::Version { found: 0, known: 1 },
        LockError::Damaged,
        LockFile::parse("{}").unwrap_err(),
        LockFile::parse("{\"version\":1,\n\"colour\":2}").unwrap_err(),
        LockError::Encoding(atlas_base::CanonicalError::Float),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    `web-base` at HEAD cannot be locked, it moves with every edit: commit it and lock the revision
    `projects/p/global/images/family/f` at gcp cannot be locked, it is a pointer that its owner can move: set the image it points to
    no location was resolved, there is nothing to lock
    the plans to lock are of different revisions
    the lock file has the format 2, this program reads 1: use a newer one
    the lock file has the format 0, this program reads 1: lock again
    the lock file does not match its digest: it was changed after it was written, lock again
    this is no lock file: missing field `version` at line 1 column 2
    this is no lock file: unknown field `colour`, expected one of `version`, `mci`, `lineage`, `revision`, `revision_digest`, `content`, `locations`, `digest` at line 2 column 8
    the lock file cannot be written
    ");
}

/// How the locked entry of Tokyo stands, given what is there now of its revision.
fn state(now: &Launch, records: &[ImageRecord]) -> LockState {
    stands(
        &LockToday {
            mci: Ok(now.source()),
            template: None,
        },
        records,
    )
}

fn stands(today: &LockToday<'_>, records: &[ImageRecord]) -> LockState {
    let (lock, viewer) = (AnyLock::from(locked()), scope("/acme/prod"));
    let entry = lock.entry(&at(TOKYO)).unwrap();
    let types = InstanceTypes::default();
    entry.stands(today, &facts(records, &types, &viewer))
}

fn facts<'a>(
    records: &'a [ImageRecord],
    types: &'a InstanceTypes,
    viewer: &'a Scope,
) -> LaunchFacts<'a> {
    LaunchFacts {
        records: Records::from(records),
        told: None,
        access: ImageAccess::Unasked,
        account: None,
        types,
        policies: Policies::default(),
        viewer,
        now: now(),
    }
}

#[test]
fn r09_verify_tells_same_from_changed() {
    let launch = Launch::revision(example());
    assert_eq!(state(&launch, &[]), LockState::Same);
    // A registration since then changes nothing about what is launched.
    assert_eq!(
        state(&launch, &[tokyo(1, "/", Value::Null)]),
        LockState::Same
    );
    let locked = example().settings()[&at(TOKYO)].clone();
    let other = setting(TOKYO, "ami-0fedcba9876543210");
    for changed in [
        locked.clone().with_image(other.image().clone()),
        locked
            .clone()
            .with_instance_type(InstanceType::parse("m1").unwrap()),
        locked.clone().with_kernel(None),
        locked.clone().with_ramdisk(None),
        locked.clone().with_user_data(UserData::new(b"other")),
    ] {
        let now = changed.image().clone();
        let content = content([HeadEdit::set(at(TOKYO), changed)]);
        let found = state(&Launch::revision(content), &[]);
        assert_eq!(found, LockState::Changed { now });
    }
}

#[test]
fn r09_verify_tells_deprecated_revoked_and_gone() {
    let launch = Launch::revision(example());
    let old = tokyo(
        1,
        "/",
        deprecated("2026-01-01T00:00:00Z", json!({ "reason": "old kernel" })),
    );
    let marks = |deprecated, revoked| Marks {
        deprecated,
        revoked,
        release: None,
    };
    let found = [
        state(&launch, &[old]),
        state(
            &Launch::marked(example(), marks(Some(mark("use v2")), None)),
            &[],
        ),
        state(
            &Launch::marked(example(), marks(None, Some(mark("CVE-2026-1")))),
            &[],
        ),
        state(&launch, &[tokyo(1, "/", ended("disabled"))]),
        state(&Launch::revision(content([set("gcp", WEB)])), &[]),
    ];
    let lines = found.map(|state| serde_json::to_string(&state).unwrap());
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"state":"deprecated","reason":"the image img-00000000000000000000000000000001 is deprecated: old kernel"}
    {"state":"deprecated","reason":"the revision is deprecated: use v2"}
    {"state":"revoked","reason":"`web-base` revision 1 was revoked by dana: CVE-2026-1"}
    {"state":"revoked","reason":"the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is disabled: choose another revision, or set another image"}
    {"state":"gone","reason":"the revision has no image for aws/ap-northeast-1, the lock was not made of it"}
    "#);
}

#[test]
fn r09_what_is_gone_is_launched_unless_it_must_not_be() {
    let gone = LockToday {
        mci: Err("there is no MultiCloud Image `web-base`"),
        template: None,
    };
    let found = stands(&gone, &[]);
    assert!(matches!(found, LockState::Gone { .. }));
    let disabled = [tokyo(1, "/", ended("disabled"))];
    assert!(matches!(
        stands(&gone, &disabled),
        LockState::Revoked { .. }
    ));
    // Closed images and policies refuse as well.
    let (lock, viewer) = (AnyLock::from(locked()), scope("/acme/prod"));
    let (types, location) = (InstanceTypes::default(), at(TOKYO));
    let entry = lock.entry(&location).unwrap();
    let policy: Policy =
        serde_json::from_value(json!({ "name": "house", "skip_images": [crate::AMI] })).unwrap();
    let closed = LaunchFacts {
        access: ImageAccess::Refused,
        ..facts(&[], &types, &viewer)
    };
    let policies = LaunchFacts {
        policies: Policies {
            policies: &[policy],
            ..Policies::default()
        },
        ..facts(&[], &types, &viewer)
    };
    let lines = [closed, policies].map(|facts| {
        let state = entry.stands(&gone, &facts);
        let refused = lock.launch(&location, &state).unwrap_err();
        assert!(matches!(refused, LockedError::Refused { .. }));
        refused.to_string()
    });
    insta::assert_snapshot!(lines.join("\n"), @"
    what the lock file of `web-base` holds for aws/ap-northeast-1 is refused: the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is closed to this account: the launch permission for it is missing, its owner can add it
    what the lock file of `web-base` holds for aws/ap-northeast-1 is refused: the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is not launched: the policy `house` refuses: the image `ami-0123456789abcdef0` is passed over
    ");
}

proptest! {
    #[test]
    fn r09_a_lock_never_moves(content in mci::content()) {
        prop_assume!(!content.settings().is_empty());
        let locations: Vec<_> = content.settings().keys().cloned().collect();
        let launch = Launch::revision(content);
        let plans: Vec<_> = locations
            .iter()
            .map(|location| launch.resolve(location.as_str(), &[]).unwrap())
            .collect();
        let (plans, moving): (Vec<_>, Vec<_>) = plans
            .into_iter()
            .partition(|plan| plan.image.stability() == Stability::Fixed);
        for plan in moving {
            let refused = LockFile::new(&[plan]);
            let moves = matches!(refused, Err(LockError::Moving { .. }));
            prop_assert!(moves, "{:?}", refused);
        }
        prop_assume!(!plans.is_empty());
        let lock = LockFile::new(&plans).unwrap();
        prop_assert_eq!(LockFile::parse(&lock.to_text().unwrap()), Ok(lock.clone()));
        let turned: Vec<_> = plans.iter().rev().cloned().collect();
        prop_assert_eq!(LockFile::new(&turned), Ok(lock.clone()));
        for plan in &plans {
            let held = lock.resolve(&plan.location).unwrap();
            prop_assert_eq!(held.image.as_str(), plan.image.as_str());
            let any = AnyLock::from(lock.clone());
            let today = LockToday {
                mci: Ok(launch.source()),
                template: None,
            };
            let (types, viewer) = (InstanceTypes::default(), scope("/acme/prod"));
            let state = any.entry(&plan.location).unwrap();
            let state = state.stands(&today, &facts(&[], &types, &viewer));
            prop_assert_eq!(state, LockState::Same);
        }
    }
}
