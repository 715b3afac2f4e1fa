use crate::{
    AMI, LINEAGE, Launch, WEB, at, content, deprecated, ended, example, mark, now, record, scope,
    set, tokyo,
};
use atlas_history::Marks;
use atlas_image::{Architecture, ImageRecord, ImageRecordId};
use atlas_image_id::{Cloud, ImageId};
use atlas_mci::{InstanceTypes, Takes};
use atlas_template::{LaunchWarning, ResolveError, explain, resolve};
use atlas_testkit::mci;
use proptest::prelude::*;
use serde_json::{Value, json};

const TOKYO: &str = "aws/ap-northeast-1";

fn ami() -> ImageId {
    ImageId::parse(Cloud::Aws, AMI).unwrap()
}

#[test]
fn r01_a_plan_says_everything_that_a_launch_needs() {
    let launch = Launch::revision(example());
    let plan = launch
        .resolve(TOKYO, &[tokyo(1, "/acme", Value::Null)])
        .unwrap();
    let setting = example().settings()[&at(TOKYO)].clone();
    assert_eq!(plan.mci.as_str(), "web-base");
    assert_eq!(plan.lineage, LINEAGE);
    assert_eq!(
        plan.revision.map(atlas_history::RevisionNumber::get),
        Some(1)
    );
    assert_eq!(plan.content, launch.content.digest());
    assert_eq!(
        plan.revision_digest,
        launch
            .revision
            .as_ref()
            .map(atlas_history::Revision::digest)
    );
    assert_eq!(
        (plan.location.as_str(), plan.served_by.as_str()),
        (TOKYO, TOKYO)
    );
    assert_eq!(plan.image, ami());
    assert_eq!(plan.record, Some(ImageRecordId::from_u128(1)));
    assert_eq!(plan.instance_type.as_ref(), setting.instance_type());
    assert_eq!(plan.kernel.as_ref(), setting.kernel());
    assert_eq!(plan.ramdisk.as_ref(), setting.ramdisk());
    assert_eq!(plan.user_data.as_ref(), setting.user_data());
    assert!(plan.kernel.is_some() && plan.ramdisk.is_some() && plan.user_data.is_some());
    assert_eq!(&plan.tags, example().tags());
    assert_eq!(plan.warnings, []);
}

#[test]
fn r01_a_plan_has_a_stable_json_form() {
    let plan = Launch::revision(example()).resolve(TOKYO, &[]).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan).unwrap());
}

#[test]
fn r01_head_warns_that_it_moves() {
    let plan = Launch::head(example())
        .resolve(TOKYO, &[tokyo(1, "/", Value::Null)])
        .unwrap();
    assert_eq!((plan.revision, plan.revision_digest), (None, None));
    assert_eq!(plan.warnings, [LaunchWarning::Head]);
}

#[test]
fn r02_an_unsupported_location_lists_those_that_are() {
    let supported: Vec<_> = example().settings().keys().cloned().collect();
    for (launch, revision) in [
        (Launch::head(example()), None),
        (
            Launch::revision(example()),
            atlas_history::RevisionNumber::new(1),
        ),
    ] {
        let refused = launch.resolve("aws/us-east-1", &[]).unwrap_err();
        let expected = ResolveError::NotSupported {
            mci: "web-base".into(),
            revision,
            location: at("aws/us-east-1"),
            supported: supported.clone(),
        };
        assert_eq!(refused, expected);
    }
}

#[test]
fn r13_the_most_specific_setting_wins() {
    let launch = Launch::revision(example());
    let urn = "Canonical:ubuntu-24_04-lts:server:24.04.20240";
    for (asked, served_by, image) in [
        ("azure", "azure", format!("{urn}1010")),
        ("azure/northeurope", "azure", format!("{urn}1010")),
        ("azure/westeurope", "azure/westeurope", format!("{urn}2020")),
        ("gcp/us-central1", "gcp/us-central1", WEB.to_owned()),
        (
            "vmware:vc1/DC1/cluster-a",
            "vmware:vc1/DC1",
            "VirtualMachine:vm-42".to_owned(),
        ),
    ] {
        let plan = launch.resolve(asked, &[]).unwrap();
        assert_eq!(
            (plan.location.as_str(), plan.served_by.as_str()),
            (asked, served_by)
        );
        assert_eq!(plan.image.as_str(), image);
    }
    assert!(launch.resolve("gcp", &[]).is_err());
    assert!(launch.resolve("gcp/us-east1", &[]).is_err());
}

#[test]
fn m05_an_image_without_a_record_is_used_with_a_warning() {
    let launch = Launch::revision(example());
    let unregistered = [LaunchWarning::Unregistered { image: ami() }];
    let plan = launch.resolve(TOKYO, &[]).unwrap();
    assert_eq!(
        (plan.record, plan.warnings.as_slice()),
        (None, unregistered.as_slice())
    );
    assert_eq!(plan.image, ami());
    // Neither is one that this viewer does not see, nor one that is gone.
    let hidden = [
        tokyo(1, "/acme", json!({ "shared": false })),
        tokyo(2, "/acme/test", Value::Null),
        tokyo(3, "/other", Value::Null),
        tokyo(4, "/acme/prod", ended("deleted")),
    ];
    assert_eq!(launch.resolve(TOKYO, &hidden), Ok(plan));
}

#[test]
fn m05_a_later_registration_binds() {
    let launch = Launch::revision(example());
    let before = launch.resolve(TOKYO, &[]).unwrap();
    let after = launch
        .resolve(TOKYO, &[tokyo(1, "/acme", Value::Null)])
        .unwrap();
    assert_eq!(after.record, Some(ImageRecordId::from_u128(1)));
    assert_eq!(
        (before.content, before.revision_digest),
        (after.content, after.revision_digest)
    );
}

#[test]
fn i02_a_record_of_an_image_common_to_all_regions_counts_in_each() {
    // The setting stands at a region; the record stands at the cloud, where Scalr puts it.
    let launch = Launch::revision(example());
    let everywhere = record(1, "/acme", "gcp", WEB, Value::Null);
    let plan = launch.resolve("gcp/us-central1", &[everywhere]).unwrap();
    assert_eq!(
        (plan.record, plan.warnings),
        (Some(ImageRecordId::from_u128(1)), vec![])
    );
    // A disabled one refuses there, too.
    let disabled = record(1, "/acme", "gcp", WEB, ended("disabled"));
    assert!(launch.resolve("gcp/us-central1", &[disabled]).is_err());
}

#[test]
fn i05_the_nearest_record_counts() {
    let launch = Launch::revision(example());
    let records = [
        tokyo(1, "/", Value::Null),
        tokyo(2, "/acme/prod", Value::Null),
        tokyo(3, "/acme", Value::Null),
        tokyo(4, "/acme/test", Value::Null),
    ];
    let from = |viewer: &str, records: &[ImageRecord]| {
        let types = InstanceTypes::default();
        let viewer = scope(viewer);
        let plan = resolve(
            &launch.source(),
            &at(TOKYO),
            records,
            &types,
            &viewer,
            now(),
        );
        plan.unwrap().record.map(ImageRecordId::as_u128)
    };
    assert_eq!(from("/acme/prod", &records), Some(2));
    assert_eq!(from("/acme", &records), Some(3));
    assert_eq!(from("/acme/other", &records), Some(3));
    assert_eq!(from("/acme/test", &records), Some(4));
    assert_eq!(from("/", &records), Some(1));
    assert_eq!(from("/beta", &records), Some(1));
    // The nearest one counts even where one further up would be better.
    let mixed = [
        tokyo(1, "/", Value::Null),
        tokyo(2, "/acme", ended("disabled")),
    ];
    assert!(launch.resolve(TOKYO, &mixed).is_err());
    assert_eq!(from("/beta", &mixed), Some(1));
}

#[test]
fn r05_a_disabled_image_refuses() {
    let launch = Launch::revision(example());
    let refused = launch
        .resolve(TOKYO, &[tokyo(1, "/acme", ended("disabled"))])
        .unwrap_err();
    let expected = ResolveError::ImageUnusable {
        image: ami(),
        location: at(TOKYO),
        state: "disabled",
    };
    assert_eq!(refused, expected);
}

/// A record that tells its architecture.
fn made_for(architecture: &str) -> ImageRecord {
    let record = tokyo(1, "/acme", Value::Null);
    let mut json = serde_json::to_value(record).unwrap();
    let fields = json.as_object_mut().unwrap();
    fields.insert("architecture".to_owned(), architecture.into());
    serde_json::from_value(json).unwrap()
}

#[test]
fn m06_an_instance_type_that_does_not_take_the_image_refuses() {
    let launch = Launch::revision(example());
    let refused = launch.resolve(TOKYO, &[made_for("aarch64")]).unwrap_err();
    assert!(matches!(refused, ResolveError::Misfit(_)), "{refused}");
    let plan = launch.resolve(TOKYO, &[made_for("x86_64")]).unwrap();
    assert_eq!(plan.warnings, []);
    // The table is the caller's: what it does not know it does not judge.
    let takes = Takes {
        late: [Architecture::Aarch64].into(),
        ..Takes::default()
    };
    let types = InstanceTypes::default().with(Cloud::Aws, &"m7i".parse().unwrap(), takes);
    let records = [made_for("aarch64")];
    let viewer = scope("/acme");
    let plan = resolve(
        &launch.source(),
        &at(TOKYO),
        &records,
        &types,
        &viewer,
        now(),
    );
    assert!(matches!(
        &plan.unwrap().warnings[..],
        [LaunchWarning::LateFit(_)]
    ));
}

#[test]
fn r05_a_deprecated_image_warns_with_its_replacement() {
    let launch = Launch::revision(example());
    let warned = |from, more| {
        let record = tokyo(1, "/acme", deprecated(from, more));
        let plan = launch.resolve(TOKYO, &[record]).unwrap();
        assert_eq!(plan.record, Some(ImageRecordId::from_u128(1)));
        plan.warnings
    };
    let replacement = ImageRecordId::from_u128(9);
    let more = json!({ "reason": "old kernel", "replacement": replacement });
    // From its moment on, and not before.
    for from in ["2026-07-21T14:07:12Z", "2026-01-01T00:00:00Z"] {
        let expected = LaunchWarning::ImageDeprecated {
            record: ImageRecordId::from_u128(1),
            reason: Some("old kernel".into()),
            replacement: Some(replacement),
        };
        assert_eq!(warned(from, more.clone()), [expected]);
    }
    assert_eq!(warned("2026-07-21T14:07:12.000001Z", more), []);
    let bare = LaunchWarning::ImageDeprecated {
        record: ImageRecordId::from_u128(1),
        reason: None,
        replacement: None,
    };
    assert_eq!(warned("2026-01-01T00:00:00Z", Value::Null), [bare]);
}

#[test]
fn r05_a_revoked_revision_refuses_and_a_deprecated_one_warns() {
    let revoked = Marks {
        revoked: Some(mark("CVE-2026-1")),
        ..Marks::default()
    };
    let refused = Launch::marked(example(), revoked)
        .resolve(TOKYO, &[])
        .unwrap_err();
    let expected = ResolveError::RevisionRevoked {
        mci: "web-base".into(),
        revision: atlas_history::RevisionNumber::FIRST,
        by: "dana".into(),
        reason: "CVE-2026-1".into(),
    };
    assert_eq!(refused, expected);
    let deprecated = Marks {
        deprecated: Some(mark("use v2")),
        ..Marks::default()
    };
    let plan = Launch::marked(example(), deprecated)
        .resolve(TOKYO, &[tokyo(1, "/", Value::Null)])
        .unwrap();
    let expected = LaunchWarning::RevisionDeprecated {
        reason: "use v2".into(),
    };
    assert_eq!(plan.warnings, [expected]);
}

#[test]
fn says_why_nothing_is_launched() {
    let many = content((0..10).map(|at| {
        set(
            &format!("openstack/R{at}"),
            "2f0b0a4e-0d7e-4c3d-8d4d-3c1b7d3a9f10",
        )
    }));
    let revoked = Marks {
        revoked: Some(mark("CVE-2026-1")),
        ..Marks::default()
    };
    let lines: Vec<_> = [
        Launch::revision(example()).resolve("aws/us-east-1", &[]),
        Launch::head(content([])).resolve("gcp", &[]),
        Launch::revision(many).resolve("gcp", &[]),
        Launch::marked(example(), revoked).resolve(TOKYO, &[]),
        Launch::revision(example()).resolve(TOKYO, &[tokyo(1, "/", ended("disabled"))]),
    ]
    .into_iter()
    .map(|outcome| outcome.unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    `web-base` revision 1 has no image for aws/us-east-1; it has images for aws/ap-northeast-1, azure, azure/westeurope, gcp/us-central1, vmware:vc1/DC1. To support aws/us-east-1, edit its HEAD, set an image there and commit
    `web-base` at HEAD has no image for gcp; it has images for no location at all. To support gcp, edit its HEAD, set an image there and commit
    `web-base` revision 1 has no image for gcp; it has images for openstack/R0, openstack/R1, openstack/R2, openstack/R3, openstack/R4, openstack/R5, openstack/R6, openstack/R7 and 2 more. To support gcp, edit its HEAD, set an image there and commit
    `web-base` revision 1 was revoked by dana: CVE-2026-1
    the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is disabled: choose another revision, or set another image
    ");
}

#[test]
fn says_what_to_know_before_a_launch() {
    let record = ImageRecordId::from_u128(1);
    let lines: Vec<_> = [
        LaunchWarning::Head,
        LaunchWarning::MovingId { image: family() },
        LaunchWarning::Unregistered { image: ami() },
        LaunchWarning::ImageDeprecated {
            record,
            reason: None,
            replacement: None,
        },
        LaunchWarning::ImageDeprecated {
            record,
            reason: Some("old kernel".into()),
            replacement: Some(ImageRecordId::from_u128(9)),
        },
        LaunchWarning::RevisionDeprecated {
            reason: "use v2".into(),
        },
    ]
    .iter()
    .map(|warning| {
        format!(
            "{} {warning}",
            serde_json::to_value(warning).unwrap()["code"]
        )
    })
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    "head" this is HEAD, which moves with every edit: commit it to launch the same again
    "moving-id" `projects/p/global/images/family/f` is a pointer, which its owner can move to another image: set the image it points to
    "unregistered" no record of `ami-0123456789abcdef0` is visible from here: register it
    "image-deprecated" the image img-00000000000000000000000000000001 is deprecated
    "image-deprecated" the image img-00000000000000000000000000000001 is deprecated: old kernel; use img-00000000000000000000000000000009 instead
    "revision-deprecated" the revision is deprecated: use v2
    "#);
}

/// Records of other images, and of the same image elsewhere.
fn strangers() -> Vec<ImageRecord> {
    let other = "ami-0fedcba9876543210";
    vec![
        record(11, "/acme/prod", TOKYO, other, ended("disabled")),
        record(12, "/acme/prod", "aws/us-east-1", AMI, ended("disabled")),
        record(13, "/acme/prod", "local/main", AMI, ended("disabled")),
        record(14, "/acme/prod", "gcp/us-central1", WEB, ended("disabled")),
    ]
}

#[test]
fn r01_a_plan_does_not_depend_on_records_of_other_images() {
    let launch = Launch::revision(example());
    for own in [vec![], vec![tokyo(1, "/acme", Value::Null)]] {
        let alone = launch.resolve(TOKYO, &own);
        assert!(alone.is_ok());
        let all: Vec<_> = strangers()
            .into_iter()
            .chain(own)
            .chain(strangers())
            .collect();
        assert_eq!(launch.resolve(TOKYO, &all), alone);
    }
}

proptest! {
    #[test]
    fn r13_agrees_with_a_naive_model(content in mci::content(), asked in mci::location()) {
        let expected = content
            .settings()
            .iter()
            .filter(|(location, _)| location.contains(&asked))
            .max_by_key(|(location, _)| location.as_str().len())
            .map(|(location, setting)| (location.clone(), setting.image().clone()));
        let plan = Launch::revision(content).resolve(asked.as_str(), &[]);
        prop_assert_eq!(plan.ok().map(|plan| (plan.served_by, plan.image)), expected);
    }

    #[test]
    fn r06_explain_agrees_with_resolve(
        content in mci::content(),
        asked in mci::location(),
        head in any::<bool>(),
        revoked in any::<bool>(),
        state in prop::sample::select(vec!["active", "disabled", "deleted"]),
        at_scope in prop::sample::select(vec!["/", "/acme", "/acme/prod", "/other"]),
    ) {
        let marks = Marks { revoked: revoked.then(|| mark("CVE")), ..Marks::default() };
        let launch = if head { Launch::head(content) } else { Launch::marked(content, marks) };
        let extra = if state == "active" { Value::Null } else { ended(state) };
        let content = launch.content.content();
        let records: Vec<_> = content
            .settings()
            .iter()
            .enumerate()
            .map(|(id, (location, setting))| {
                record(id as u128, at_scope, location.as_str(), setting.image().as_str(), extra.clone())
            })
            .collect();
        let viewer = scope("/acme/prod");
        let types = InstanceTypes::default();
        let resolved = resolve(&launch.source(), &asked, &records, &types, &viewer, now());
        let (explained, trace) = explain(&launch.source(), &asked, &records, &types, &viewer, now());
        prop_assert_eq!(&explained, &resolved);
        let last = trace.to_string().lines().last().unwrap_or_default().to_owned();
        let number = trace.steps().len();
        let expected = match &resolved {
            Ok(plan) => format!("{number}. launch `{}`", plan.image),
            Err(error) => format!("{number}. refused: {error}"),
        };
        prop_assert_eq!(last, expected);
    }

    #[test]
    fn r01_a_plan_depends_on_its_arguments_alone(content in mci::content(), asked in mci::location()) {
        let launch = Launch::revision(content);
        let once = launch.resolve(asked.as_str(), &strangers());
        prop_assert_eq!(launch.resolve(asked.as_str(), &strangers()), once);
    }
}

fn family() -> ImageId {
    ImageId::parse(Cloud::Gcp, "projects/p/global/images/family/f").unwrap()
}

#[test]
fn r01_a_pointer_is_warned_about() {
    let launch = Launch::revision(content([set("gcp", "projects/p/global/images/family/f")]));
    let plan = launch.resolve("gcp", &[]).unwrap();
    assert!(
        plan.warnings
            .contains(&LaunchWarning::MovingId { image: family() })
    );
}
