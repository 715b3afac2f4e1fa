//! Registering images, but for credentials.

use crate::{AMI, codes, credential, decided, location, now, record, registered, request, scope};
use atlas_image::{
    AgentFacts, ImageRecordId, Lifecycle, Origin, ReadImageError, RegisterError, RegisterImage,
    SpelledImage, Verification, Via, Warning,
};
use atlas_image_id::{Cloud, CloudLocation, ImageId};

const URN: &str = "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:22.04.202404010";
const DISK: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/images/web";
const GCE: &str = "projects/debian-cloud/global/images/debian-12-bookworm-v20240415";
const UUID: &str = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";

#[track_caller]
fn refused(request: RegisterImage) -> RegisterError {
    let anywhere = credential(1, "/", request.location.as_str(), "main");
    decided(request, &[anywhere], &[]).unwrap_err()
}

#[test]
fn i01_a_record_is_one_image_in_one_location() {
    let record = registered(request("/acme", "aws/us-east-1", AMI)).record;
    assert_eq!(record.id(), ImageRecordId::from_u128(77));
    assert_eq!(record.scope(), &scope("/acme"));
    assert_eq!(
        (record.location(), record.image_id().as_str()),
        (&location("aws/us-east-1"), AMI)
    );
    assert_eq!(
        (record.created(), record.created_by().as_str()),
        (now(), "dana")
    );
    assert_eq!(record.lifecycle(), &Lifecycle::Active);
    assert_eq!(record.verification(), Verification::Unverified);
    assert_eq!(record.origin(), &Origin::Registered);
}

#[test]
fn i01_what_is_no_machine_image_is_refused() {
    let error = refused(request("/acme", "aws/us-east-1", "aki-88aa75e1"));
    assert!(
        matches!(error, RegisterError::NoMachineImage { .. }),
        "{error}"
    );
    let error = refused(request("/acme", "gcp", "global/images/web"));
    assert!(matches!(error, RegisterError::NoProject { .. }), "{error}");

    let mut old = request("/acme", "openstack/RegionOne", UUID);
    old.image_id = ImageId::from_stored(Cloud::OpenStack, "13");
    let error = refused(old);
    assert!(matches!(error, RegisterError::Unreadable { .. }), "{error}");
}

#[test]
fn i01_a_pointer_is_registered_with_a_warning() {
    let latest = URN.replace("22.04.202404010", "latest");
    assert_eq!(
        codes(&registered(request("/acme", "azure", &latest))),
        ["moving-id"]
    );
}

#[test]
fn i02_a_location_that_the_cloud_does_not_use_is_dropped_with_a_warning() {
    for (given, used, id) in [
        ("azure/westeurope", "azure", URN),
        ("gcp/us-central1", "gcp", GCE),
    ] {
        let registered = registered(request("/acme", given, id));
        assert_eq!(registered.record.location(), &location(used));
        let (given, used) = (location(given), location(used));
        assert_eq!(
            registered.warnings,
            [Warning::LocationIgnored { given, used }]
        );
    }
}

#[test]
fn i02_a_location_that_the_cloud_uses_is_kept() {
    for (given, id) in [
        ("aws/us-east-1", AMI),
        ("azure", URN),
        ("azure/westeurope", DISK),
        ("gcp", GCE),
        ("openstack:corp/RegionOne", UUID),
        ("vmware:vc1/DC1", "vm-42"),
        ("vmware:vc1/DC1/cluster-a", "vm-42"),
        ("local/main", AMI),
    ] {
        let registered = registered_anywhere(given, id);
        // Of images of the repository it is missed how a server is reached, of others it is not.
        let missed = if given == "local/main" {
            vec!["guest-unknown"]
        } else {
            vec![]
        };
        assert_eq!(registered, (location(given), missed), "{given}");
    }
}

fn registered_anywhere(given: &str, id: &str) -> (CloudLocation, Vec<&'static str>) {
    let request = request("/acme", given, id);
    let credentials = match request.location.cloud() {
        Cloud::Local => vec![],
        _ => vec![credential(1, "/", given, "main")],
    };
    let registered = decided(request, &credentials, &[]).unwrap();
    (registered.record.location().clone(), codes(&registered))
}

#[test]
fn i02_a_managed_image_needs_its_location() {
    let error = refused(request("/acme", "azure", DISK));
    assert!(matches!(error, RegisterError::Location(_)), "{error}");
}

#[test]
fn i02_an_id_of_another_cloud_is_refused() {
    let mut request = request("/acme", "aws/us-east-1", AMI);
    request.image_id = ImageId::parse(Cloud::Azure, URN).unwrap();
    let error = refused(request);
    assert!(matches!(error, RegisterError::Location(_)), "{error}");
}

#[test]
fn i02_openstack_without_a_region_takes_region_one_with_a_notice() {
    let completed = CloudLocation::parse_completing("openstack:corp").unwrap();
    let mut request = request("/acme", "openstack:corp/RegionOne", UUID);
    (request.location, request.region_assumed) = (completed.location, completed.region_assumed);
    let registered = registered(request);
    assert_eq!(
        registered.record.location(),
        &location("openstack:corp/RegionOne")
    );
    assert_eq!(codes(&registered), ["region-assumed"]);
}

#[test]
fn i13_an_id_that_has_the_mark_of_another_cloud_is_told_by_its_name() {
    let told = |location: &str, image: &str| {
        let error = SpelledImage::read(location, image).unwrap_err();
        (
            matches!(error, ReadImageError::OtherCloud { .. }),
            error.to_string(),
        )
    };
    for (location, image, of, example) in [
        ("azure/westeurope", AMI, "AWS", "`aws/us-east-1`"),
        ("aws/us-east-1", GCE, "GCP", "`gcp`"),
        ("gcp", DISK, "Azure", "`azure`"),
        ("local/main", URN, "Azure", "`azure`"),
    ] {
        let (other, text) = told(location, image);
        assert!(other, "{text}");
        assert!(
            text.contains(&format!("is an image id of {of}, ")),
            "{text}"
        );
        assert!(
            text.contains(&format!("a location such as {example}, or")),
            "{text}"
        );
        assert!(
            text.contains(location) && text.contains("looks like"),
            "{text}"
        );
    }
    // What several clouds have, and what none has, says nothing of another cloud.
    for (location, image) in [
        ("aws/us-east-1", UUID),
        ("aws/us-east-1", "web"),
        ("azure", "ami-xyz"),
    ] {
        let (other, text) = told(location, image);
        assert!(!other, "{text}");
    }
}

#[test]
fn i03_a_name_is_mandatory_for_gcp_openstack_and_vmware() {
    for (given, id) in [
        ("gcp", GCE),
        ("openstack/RegionOne", UUID),
        ("vmware/DC1", "vm-42"),
    ] {
        let mut request = request("/acme", given, id);
        request.name = None;
        let cloud = request.location.cloud();
        assert_eq!(refused(request), RegisterError::NameMissing { cloud });
    }
}

#[test]
fn i03_a_name_defaults_to_the_id_for_aws_and_azure() {
    for (given, id) in [
        ("aws/us-east-1", AMI),
        ("azure", URN),
        ("azure/westeurope", DISK),
    ] {
        let mut request = request("/acme", given, id);
        request.name = None;
        let record = registered(request).record;
        assert_eq!((record.name(), record.given_name()), (id, None));
    }
    let record = registered(request("/acme", "aws/us-east-1", AMI)).record;
    assert_eq!(record.name(), "web base");
}

#[test]
fn i03_people_state_the_operating_system() {
    for via in [Via::Form, Via::Bulk, Via::Metadata] {
        let mut request = request("/acme", "aws/us-east-1", AMI);
        (request.via, request.os) = (via, None);
        assert_eq!(refused(request), RegisterError::OsMissing, "{via:?}");
    }
}

#[test]
fn i03_over_ec2_and_from_the_repository_the_operating_system_starts_unknown() {
    for via in [Via::Ec2, Via::Repository] {
        let mut request = request("/acme", "aws/us-east-1", AMI);
        (request.via, request.os) = (via, None);
        let registered = registered(request);
        assert_eq!(registered.record.os(), None);
        assert_eq!(codes(&registered), ["os-unknown"], "{via:?}");
        assert_eq!(registered.record.warnings(), [Warning::OsUnknown]);
    }
}

#[test]
fn i05_the_same_scope_or_one_above_must_not_have_it() {
    let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
    for holder in ["/", "/acme", "/acme/prod"] {
        let same = [record(5, "/globex", true), record(6, holder, true)];
        let request = request("/acme/prod", "aws/us-east-1", AMI);
        let Err(RegisterError::AlreadyRegistered(conflict)) = decided(request, &anywhere, &same)
        else {
            panic!("{holder} has it");
        };
        assert_eq!(
            conflict.holder,
            Some((ImageRecordId::from_u128(6), scope(holder)))
        );
    }
}

#[test]
fn i05_a_conflict_does_not_name_a_record_that_is_not_seen() {
    let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
    let request = request("/acme/prod", "aws/us-east-1", AMI);
    let Err(RegisterError::AlreadyRegistered(conflict)) =
        decided(request, &anywhere, &[record(6, "/acme", false)])
    else {
        panic!("the account has it");
    };
    assert_eq!(conflict.holder, None);
}

#[test]
fn i05_a_higher_scope_may_register_what_lower_ones_hold() {
    let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
    let same = [
        record(5, "/acme/test", true),
        record(6, "/globex", true),
        record(7, "/acme/prod", true),
    ];
    let registered = decided(request("/acme", "aws/us-east-1", AMI), &anywhere, &same).unwrap();
    let scopes = vec![scope("/acme/prod"), scope("/acme/test")];
    assert_eq!(registered.warnings, [Warning::ShadowedBelow { scopes }]);
}

#[test]
fn i05_two_environments_may_both_hold_it() {
    let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
    let same = [record(5, "/acme/test", true)];
    let registered = decided(
        request("/acme/prod", "aws/us-east-1", AMI),
        &anywhere,
        &same,
    )
    .unwrap();
    assert_eq!(codes(&registered), [""; 0]);
}

#[test]
fn i05_ids_are_compared_in_canonical_form() {
    let anywhere = [credential(1, "/", "azure", "main")];
    let there = decided(request("/acme", "azure", URN), &anywhere, &[])
        .unwrap()
        .record;
    for spelling in [URN.to_lowercase(), URN.replace(':', "/")] {
        let again = decided(
            request("/acme", "azure/westeurope", &spelling),
            &anywhere,
            std::slice::from_ref(&there),
        );
        assert!(
            matches!(again, Err(RegisterError::AlreadyRegistered(_))),
            "{spelling}"
        );
    }
}

#[test]
fn i05_another_location_or_a_deleted_record_is_no_conflict() {
    let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
    let deleted = Lifecycle::Deleted {
        purge_at: None,
        gone: false,
        since: now(),
        reason: None,
        before: Box::default(),
    };
    let same = [record(5, "/acme", true).with_lifecycle(deleted)];
    assert!(decided(request("/acme", "aws/us-east-1", AMI), &anywhere, &same).is_ok());
    let same = [record(5, "/acme", true)];
    assert!(decided(request("/acme", "aws/eu-west-1", AMI), &anywhere, &same).is_ok());
}

#[test]
fn i07_without_an_inventory_a_record_is_unverified() {
    let record = registered(request("/acme", "aws/us-east-1", AMI)).record;
    assert_eq!(record.verification(), Verification::Unverified);
}

#[test]
fn i11_an_image_without_an_agent_is_registered_with_a_warning() {
    let mut request = request("/acme", "aws/us-east-1", AMI);
    request.agent = Some(AgentFacts::Absent);
    let registered = registered(request);
    assert_eq!(registered.warnings, [Warning::AgentMissing]);
    let text = registered
        .warnings
        .first()
        .map(ToString::to_string)
        .unwrap();
    assert!(
        text.contains("bundle an image") && text.contains("agentless"),
        "{text}"
    );
}

#[test]
fn i12_in_forms_the_agent_is_installed_unless_said_otherwise() {
    let record = registered(request("/acme", "aws/us-east-1", AMI)).record;
    assert_eq!(record.agent().is_installed(), Some(true));
}

#[test]
fn i12_bulk_files_state_the_agent() {
    for agent in [None, Some(AgentFacts::Unknown)] {
        let mut request = request("/acme", "aws/us-east-1", AMI);
        (request.via, request.agent) = (Via::Bulk, agent);
        assert_eq!(refused(request), RegisterError::AgentNotStated);
    }
    for agent in [AgentFacts::Absent, AgentFacts::installed()] {
        let mut request = request("/acme", "aws/us-east-1", AMI);
        (request.via, request.agent) = (Via::Bulk, Some(agent.clone()));
        assert_eq!(registered(request).record.agent(), &agent);
    }
}

#[test]
fn i12_elsewhere_an_agent_that_nobody_mentions_is_unknown() {
    for via in [Via::Metadata, Via::Ec2, Via::Repository] {
        let mut request = request("/acme", "aws/us-east-1", AMI);
        request.via = via;
        assert_eq!(
            registered(request).record.agent(),
            &AgentFacts::Unknown,
            "{via:?}"
        );
    }
}

#[test]
fn s03_shared_is_on_by_default_at_global_and_account_scope() {
    for (at, shared) in [("/", true), ("/acme", true), ("/acme/prod", false)] {
        // Forms share everywhere: I12.
        let mut plain = request(at, "aws/us-east-1", AMI);
        plain.via = Via::Metadata;
        assert_eq!(registered(plain).record.shared(), shared);
        let mut said = request(at, "aws/us-east-1", AMI);
        said.shared = Some(!shared);
        assert_eq!(registered(said).record.shared(), !shared);
    }
}
