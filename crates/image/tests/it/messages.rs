//! Every message, word for word.

use crate::{AMI, location, now, scope};
use atlas_image::{
    AddCredentialError, AgentMissing, AlreadyRegistered, Architecture, BundleError, CopyError,
    EditImageError, GuestFact, GuestWarning, ImageName, ImageRecordId, InUse, Installation,
    LifeError, LifecycleState, MakeRoleMap, NeededAgent, OsFacts, OsText, PromoteError, Protection,
    Referrer, ReferrerKind, RegisterError, RemoveCredentialError, RemoveRoleMapError, RoleMapError,
    RoleMapId, RoleOs, SameImage, SecretRef, ServerState, UnshareError, Version, Warning,
    WorkError, WorkKind, WorkOrderId,
};
use atlas_image_id::{Cloud, ImageId};
use core::num::NonZeroU32;
use std::{error::Error, fmt::Write as _};

/// One message a line.
fn table(errors: &[&dyn Error]) -> String {
    let mut text = String::new();
    for error in errors {
        assert!(error.source().is_none(), "{error}");
        writeln!(text, "{error}").unwrap();
    }
    text
}

fn ami() -> ImageId {
    ImageId::parse(Cloud::Aws, AMI).unwrap()
}

#[test]
fn refused_registrations() {
    let aws = || location("aws/us-east-1");
    let no_credential = |at: &str, possible: &[&str]| RegisterError::NoCredential {
        location: aws(),
        scope: scope(at),
        possible: possible.iter().map(|text| scope(text)).collect(),
    };
    let no_such = |fitting: &[&str]| RegisterError::NoSuchCredential {
        name: "spare".parse().unwrap(),
        location: aws(),
        scope: scope("/acme"),
        fitting: fitting.iter().map(|text| text.parse().unwrap()).collect(),
    };
    let already = |holder| {
        let (image_id, location) = (ami(), aws());
        RegisterError::AlreadyRegistered(Box::new(AlreadyRegistered {
            image_id,
            location,
            holder,
        }))
    };
    let mismatch = ami().check_location(&location("azure")).unwrap_err();
    insta::assert_snapshot!(table(&[
        &RegisterError::Location(mismatch),
        &RegisterError::NoMachineImage {
            image_id: ImageId::parse(Cloud::Aws, "aki-88aa75e1").unwrap()
        },
        &RegisterError::NoProject {
            image_id: ImageId::parse(Cloud::Gcp, "global/images/web").unwrap()
        },
        &RegisterError::Unreadable {
            image_id: ImageId::from_stored(Cloud::OpenStack, "13")
        },
        &no_credential("/", &[]),
        &no_credential("/", &["/acme", "/globex/prod"]),
        &no_credential("/acme/prod", &[]),
        &RegisterError::SeveralCredentials {
            location: aws(),
            scope: scope("/acme"),
            fitting: ["main", "spare"].map(|text| text.parse().unwrap()).into(),
        },
        &no_such(&["main"]),
        &no_such(&[]),
        &RegisterError::NameMissing {
            cloud: Cloud::Vmware
        },
        &RegisterError::NotInCloud {
            image_id: ami(),
            location: aws(),
        },
        &RegisterError::NotInCloud {
            image_id: ImageId::parse(Cloud::Vmware, "vm-42").unwrap(),
            location: location("vmware/DC1"),
        },
        &RegisterError::NoAccess {
            image_id: ami(),
            location: aws(),
        },
        &RegisterError::OtherArchitecture {
            image_id: ami(),
            stated: Architecture::Aarch64,
            found: Architecture::X86_64,
        },
        &RegisterError::NotOfEc2 { cloud: Cloud::Gcp },
        &RegisterError::OsMissing,
        &RegisterError::AgentNotStated,
        &already(Some((ImageRecordId::from_u128(5), scope("/acme")))),
        &already(None),
    ]));
}

#[test]
fn refused_bundles_and_work() {
    let server = || "i-0123456789abcdef0".parse().unwrap();
    let order = WorkOrderId::from_u128(9);
    let by = || "robot".parse().unwrap();
    let mismatch = ami().check_location(&location("azure")).unwrap_err();
    insta::assert_snapshot!(table(&[
        &BundleError::NoServer {
            server: server(),
            location: location("aws/us-east-1"),
        },
        &BundleError::NotOperational {
            server: server(),
            state: ServerState::Stopped,
        },
        &BundleError::NotDescribed {
            location: location("aws/us-east-1"),
        },
        &BundleError::NoCleanupList {
            list: "mine".parse().unwrap(),
            known: vec!["right_link<5.8", "right_link>=5.8"],
        },
        &BundleError::Register(RegisterError::OsMissing),
        &WorkError::AlreadyOrdered {
            open: order,
            kind: WorkKind::Bundle,
        },
        &WorkError::Held {
            order,
            by: by(),
            until: now(),
        },
        &WorkError::Ended {
            order,
            state: "done",
        },
        &WorkError::NotTaken { order },
        &WorkError::OtherAttempt {
            order,
            reported: 1,
            current: 2,
            by: by(),
        },
        &WorkError::NotHolder { order, by: by() },
        &WorkError::NotFailed {
            order,
            state: "done",
        },
        &WorkError::ImageNotStated { order },
        &WorkError::ImageStated {
            order,
            kind: WorkKind::Delete,
        },
        &WorkError::Location(mismatch),
        &WorkError::Lease { seconds: 0 },
        &WorkError::NobodyNamed,
        &WorkError::AddedAndRemoved {
            account: "111111111111".parse().unwrap(),
        },
        &WorkKind::parse("steal").unwrap_err(),
        &Version::parse("5.x").unwrap_err(),
    ]));
    assert_eq!(Version::parse("5.x").unwrap_err().at(), 2);
    assert_eq!(WorkKind::parse("steal").unwrap_err().at(), 0);
}

#[test]
fn refused_credentials() {
    let (acme, name) = (scope("/acme"), "main".parse::<atlas_base::Name>().unwrap());
    insta::assert_snapshot!(table(&[
        &AddCredentialError::NameTaken {
            scope: acme.clone(),
            name: name.clone()
        },
        &AddCredentialError::NoInstallations {
            cloud: Cloud::Azure,
            installation: "corp".parse().unwrap(),
        },
        &AddCredentialError::NotNeeded,
        &RemoveCredentialError::InUse {
            scope: acme,
            name,
            images: 3
        },
    ]));
}

#[test]
fn refused_copies_and_promotions() {
    let record = ImageRecordId::from_u128(5);
    insta::assert_snapshot!(table(&[
        &CopyError::SameLocation {
            image_id: ami(),
            at: location("aws/us-east-1"),
        },
        &CopyError::Common {
            image_id: ImageId::parse(Cloud::Gcp, "projects/p-one/global/images/web").unwrap(),
            at: location("gcp"),
        },
        &CopyError::OtherCloud {
            from: location("aws/us-east-1"),
            to: location("azure"),
        },
        &CopyError::NotUsable {
            record,
            state: "disabled",
        },
        &PromoteError::AtTheTop { record },
        &PromoteError::Shadowed {
            record,
            above: scope("/acme"),
            scopes: vec![scope("/acme/dev"), scope("/acme/test")],
        },
    ]));
}

#[test]
fn refused_changes_of_role_maps() {
    let record = ImageRecordId::from_u128(5);
    let role = || "web".parse::<atlas_base::Name>().unwrap();
    let wanted = || RoleOs {
        family: "ubuntu".parse().unwrap(),
        generation: "24.04".parse().unwrap(),
    };
    let user = |kind, at: &str, name: &str, visible| Referrer {
        scope: scope(at),
        kind,
        name: name.to_owned(),
        id: "id".to_owned(),
        visible,
    };
    let server = ReferrerKind::Server;
    let users = [
        user(server, "/acme/prod", "front", true),
        user(server, "/acme", "nightly", true),
        user(server, "/acme/prod", "back", true),
        user(server, "/acme/dev", "try", false),
    ];
    let role_map = |users: &[Referrer]| {
        let map = MakeRoleMap::new(scope("/acme"), role(), wanted());
        let map = map.make(RoleMapId::from_u128(3), "dana".parse().unwrap(), now());
        map.check_removal(users).unwrap_err()
    };
    let RemoveRoleMapError::InUse {
        users: told_users, ..
    } = role_map(&users)
    else {
        panic!("used")
    };
    let none = |locations| RoleMapError::NoImage {
        role: role(),
        location: location("gcp"),
        locations,
    };
    insta::assert_snapshot!(table(&[
        &RoleMapError::OtherOs {
            role: role(),
            wanted: wanted(),
            record,
            found: OsFacts::parse("ubuntu", "22.04", "22.04.4").unwrap(),
        },
        &RoleMapError::OsUnknown {
            role: role(),
            wanted: wanted(),
            record,
        },
        &RoleMapError::AgentMissing {
            role: role(),
            missing: AgentMissing {
                record,
                agent: NeededAgent::Agent,
            },
        },
        &RoleMapError::AgentMissing {
            role: role(),
            missing: AgentMissing {
                record,
                agent: NeededAgent::InitAgent,
            },
        },
        &RoleMapError::NotUsable {
            record,
            state: "disabled",
        },
        &none(vec![]),
        &none(vec![location("azure"), location("aws/us-east-1")]),
        &RoleMapError::InUse {
            role: role(),
            location: location("gcp"),
            users: told_users,
        },
        &role_map(&users[..1]),
        &role_map(&users[3..]),
    ]));
}

#[test]
fn warnings() {
    let warnings = [
        Warning::LocationIgnored {
            given: location("azure/westeurope"),
            used: location("azure"),
        },
        Warning::RegionAssumed {
            location: location("openstack/RegionOne"),
        },
        Warning::MovingId {
            image_id: ImageId::parse(
                Cloud::Gcp,
                "projects/debian-cloud/global/images/family/debian-12",
            )
            .unwrap(),
        },
        Warning::ShadowedBelow {
            scopes: vec![scope("/acme/prod"), scope("/acme/test")],
        },
        Warning::AgentMissing,
        Warning::UsedElsewhere { count: 1 },
        Warning::StillUsed { count: 2 },
        Warning::AgentUnknown {
            agent: NeededAgent::Agent,
        },
        Warning::SourceDeprecated {
            from: ImageRecordId::from_u128(5),
        },
        Warning::OsUnknown,
        Warning::NotIncluded {
            devices: ["/dev/sdb", "/dev/sdf"]
                .map(|text| text.parse().unwrap())
                .into(),
        },
        Warning::LargeBundle {
            size_gb: NonZeroU32::new(40).unwrap(),
        },
        Warning::CleanupMisfit {
            list: "right_link<5.8".parse().unwrap(),
        },
        Warning::LegacyId {
            image_id: ImageId::from_stored(Cloud::OpenStack, "13"),
        },
        Warning::Guest(GuestWarning::GuestUnknown {
            record: ImageRecordId::from_u128(5),
            missing: vec![GuestFact::Login],
        }),
        Warning::Guest(GuestWarning::GuestUnknownPublic {
            record: ImageRecordId::from_u128(5),
            missing: vec![
                GuestFact::Access,
                GuestFact::Login,
                GuestFact::Dhcp,
                GuestFact::InitAgent,
            ],
        }),
    ];
    let mut text = String::new();
    for warning in &warnings {
        let json = serde_json::to_string(warning).unwrap();
        assert!(
            json.contains(&format!("\"code\":\"{}\"", warning.code())),
            "{json}"
        );
        writeln!(text, "{}: {warning}\n  {json}", warning.code()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn texts_that_are_refused() {
    let long = "a".repeat(256);
    let name = |text: &str| ImageName::parse(text).unwrap_err();
    let strict = |text: &str| ImageName::parse(text).unwrap().check_strict().unwrap_err();
    insta::assert_snapshot!(table(&[
        &name(""),
        &name("a\u{7}b"),
        &name(&long),
        &strict("web base"),
        &OsText::parse(" ").unwrap_err(),
        &OsFacts::parse("Unknown", "1", "1.0").unwrap_err(),
        &OsFacts::read("ubuntu").unwrap_err(),
        &SecretRef::parse("one\ntwo").unwrap_err(),
        &Installation::parse("").unwrap_err(),
        &Installation::parse("corp lab").unwrap_err(),
        &Architecture::parse("sparc").unwrap_err(),
        &Architecture::parse("ARM64").unwrap_err(),
    ]));
    assert_eq!(Architecture::parse("sparc").unwrap_err().at(), 0);
}

#[test]
fn every_error_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<RegisterError>();
    crosses::<AddCredentialError>();
    crosses::<RemoveCredentialError>();
    crosses::<atlas_image::ParseTextError>();
}

fn in_use(count: usize, hidden: u64) -> InUse {
    let kinds = [
        ReferrerKind::MciHead,
        ReferrerKind::MciRevision,
        ReferrerKind::Lock,
    ];
    let kinds = kinds.into_iter().cycle().take(count);
    let referrers = kinds.enumerate().map(|(number, kind)| Referrer {
        scope: scope(if number < 2 { "/acme" } else { "/acme/prod" }),
        kind,
        name: format!("web@{number}"),
        id: String::new(),
        visible: true,
    });
    InUse {
        record: ImageRecordId::from_u128(1),
        referrers: referrers.collect(),
        hidden,
    }
}

#[test]
fn refused_steps_of_a_life() {
    let [id, replacement] = [1, 2].map(ImageRecordId::from_u128);
    let now = now();
    let protected = |protection| LifeError::Protected { id, protection };
    let same = |seen, hidden| LifeError::SameImage {
        image_id: ami(),
        same: Box::new(SameImage { seen, hidden }),
    };
    let holder = (replacement, scope("/acme"));
    insta::assert_snapshot!(table(&[
        &LifeError::Already {
            id,
            state: LifecycleState::Deprecated
        },
        &LifeError::NotIn {
            id,
            state: LifecycleState::Active,
            wanted: "disabled"
        },
        &LifeError::Disabled { id },
        &LifeError::Deleted { id },
        &LifeError::Pending { id },
        &LifeError::NotFailed { id },
        &LifeError::Buried {
            id,
            image_id: ami(),
            location: location("aws/us-east-1")
        },
        &LifeError::ReplacesItself { id },
        &LifeError::ReplacementUnusable {
            replacement,
            state: LifecycleState::Disabled
        },
        &protected(Protection::On { cool_down: false }),
        &protected(Protection::On { cool_down: true }),
        &protected(Protection::CoolingDown { until: now }),
        &LifeError::InUse(Box::new(in_use(1, 0))),
        &LifeError::InUse(Box::new(in_use(4, 2))),
        &LifeError::InUse(Box::new(in_use(12, 0))),
        &LifeError::InUse(Box::new(in_use(0, 1))),
        &LifeError::InUse(Box::new(in_use(0, 0))),
        &same(vec![(scope("/acme"), replacement)], 1),
        &same(vec![], 3),
        &LifeError::Gone { id },
        &LifeError::TooLate { id, since: now },
        &LifeError::Taken {
            id,
            holder: Some(holder)
        },
        &LifeError::Taken { id, holder: None },
        &LifeError::Kept {
            id,
            until: Some(now)
        },
        &LifeError::Kept { id, until: None },
        &UnshareError::InUse(Box::new(in_use(1, 0))),
        &EditImageError::Deleted { id },
        &EditImageError::NameNeeded {
            id,
            cloud: Cloud::Gcp
        },
        &EditImageError::OsKnown {
            id,
            known: OsFacts::parse("ubuntu", "24", "24.04").unwrap()
        },
        &EditImageError::ArchitectureKnown {
            id,
            known: Architecture::parse("x86_64").unwrap()
        },
    ]));
}
