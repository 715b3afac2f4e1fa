//! Images of servers, and what is removed before.

use crate::{credential, location, record, request, scope};
use atlas_image::{
    AgentFacts, Bundle, BundleError, BundleFacts, BundleImage, Bundled, Cleaned, CloudServer,
    CloudText, Credential, Disk, DiskKind, ImageRecord, ImageRecordId, Origin, OsFacts,
    RegisterError, ServerState, Version, Via, Warning, bundle, cleanup_for, cleanup_lists,
};
use atlas_image_id::{Cloud, ImageId};
use core::num::NonZeroU32;

const EAST: &str = "aws/us-east-1";

fn device(name: &str, kind: DiskKind, size_gb: u32) -> Disk {
    let mut device = Disk::new(name.parse().unwrap(), kind);
    device.size_gb = NonZeroU32::new(size_gb);
    device
}

fn server(state: ServerState) -> CloudServer {
    let id = "i-0123456789abcdef0".parse().unwrap();
    let mut server = CloudServer::new(location(EAST), id, state);
    server.devices = vec![
        device("/dev/sda1", DiskKind::Root, 10),
        device("/dev/sdb", DiskKind::Ephemeral, 40),
        device("/dev/sdf", DiskKind::Volume, 100),
    ];
    server
}

fn ask() -> BundleImage {
    let server = "i-0123456789abcdef0".parse().unwrap();
    BundleImage::new(scope("/acme/prod"), location(EAST), server)
}

fn decide(
    request: BundleImage,
    server: Option<&CloudServer>,
    base: Option<&ImageRecord>,
    credentials: &[Credential],
) -> Result<Bundled, BundleError> {
    let facts = BundleFacts {
        server,
        base,
        credentials,
        lists: cleanup_lists(),
    };
    bundle(request, &facts)
}

/// Of an operational server, from a base image, with a credential.
fn decided(request: BundleImage) -> Bundled {
    let base = record(4, "/acme", true);
    let server = server(ServerState::Operational);
    let credentials = [credential(1, "/acme", EAST, "main")];
    decide(request, Some(&server), Some(&base), &credentials).unwrap()
}

#[test]
fn i14_only_an_operational_server_is_bundled() {
    let credentials = [credential(1, "/acme", EAST, "main")];
    let base = record(4, "/acme", true);
    for state in [
        ServerState::Pending,
        ServerState::Stopped,
        ServerState::Terminated,
    ] {
        let server = server(state);
        let refused = decide(ask(), Some(&server), Some(&base), &credentials).unwrap_err();
        assert_eq!(
            refused,
            BundleError::NotOperational {
                server: server.id.clone(),
                state,
            }
        );
    }
    let gone = decide(ask(), None, Some(&base), &credentials).unwrap_err();
    assert!(matches!(gone, BundleError::NoServer { .. }), "{gone}");
}

#[test]
fn i14_a_bundle_holds_the_root_disk_and_lists_what_is_left_out() {
    let mut request = ask();
    request.no_reboot = true;
    let Bundled { bundle, warnings } = decided(request);
    let left_out: Vec<_> = bundle.left_out.iter().map(CloudText::as_str).collect();
    assert_eq!(left_out, ["/dev/sdb", "/dev/sdf"]);
    assert!(bundle.no_reboot, "passed on to the host");
    assert_eq!(bundle.size_gb, NonZeroU32::new(10));
    assert_eq!(
        warnings,
        [Warning::NotIncluded {
            devices: bundle.left_out.clone()
        }]
    );
    let json = serde_json::to_string(&bundle).unwrap();
    assert_eq!(serde_json::from_str::<Bundle>(&json).unwrap(), bundle);
}

#[test]
fn i14_more_than_ten_gigabytes_are_better_put_on_a_volume() {
    let large = |warnings: &[Warning]| {
        warnings.iter().find_map(|warning| match warning {
            Warning::LargeBundle { size_gb } => Some(size_gb.get()),
            _ => None,
        })
    };
    let mut request = ask();
    request.packages_gb = NonZeroU32::new(10);
    assert_eq!(large(&decided(request.clone()).warnings), None);
    request.packages_gb = NonZeroU32::new(11);
    assert_eq!(large(&decided(request).warnings), Some(11));
}

#[test]
fn i14_the_record_names_the_server_the_template_and_the_base_image() {
    let mut request = ask();
    request.template = Some("web@4".parse().unwrap());
    request.mci = Some("ubuntu@2".parse().unwrap());
    let bundle = decided(request).bundle;
    let made = ImageId::parse(Cloud::Aws, "ami-00000000000000007").unwrap();
    let registration = bundle.registration(scope("/acme/prod"), made);
    assert_eq!(registration.via, Via::Bundle);
    assert_eq!(
        registration.os,
        OsFacts::parse("ubuntu", "24", "24.04").ok()
    );
    assert_eq!(registration.credential.unwrap().as_str(), "main");
    let base = ImageRecordId::from_u128(4);
    assert_eq!(registration.origin.parent(), Some(base), "I09");
    assert_eq!(
        registration.origin,
        Origin::Bundled {
            server: "i-0123456789abcdef0".parse().unwrap(),
            base: Some(base),
            template: Some("web@4".parse().unwrap()),
            mci: Some("ubuntu@2".parse().unwrap()),
            cleaned: Cleaned::NotStated,
        }
    );
}

#[test]
fn i14_what_a_registration_needs_is_asked_before_the_work() {
    let server = server(ServerState::Operational);
    let credentials = [credential(1, "/acme", EAST, "main")];
    let base = record(4, "/acme", true);
    let no_os = decide(ask(), Some(&server), None, &credentials);
    assert_eq!(no_os, Err(BundleError::Register(RegisterError::OsMissing)));
    let no_credential = decide(ask(), Some(&server), Some(&base), &[]).unwrap_err();
    assert!(
        matches!(
            no_credential,
            BundleError::Register(RegisterError::NoCredential { .. })
        ),
        "{no_credential}"
    );
    let mut vmware = ask();
    vmware.location = location("vmware/DC1");
    let no_name = decide(vmware, Some(&server), Some(&base), &credentials).unwrap_err();
    assert_eq!(
        no_name,
        BundleError::Register(RegisterError::NameMissing {
            cloud: Cloud::Vmware
        })
    );
}

fn agent(kind: &str, version: &str) -> AgentFacts {
    AgentFacts::Installed {
        kind: Some(kind.parse().unwrap()),
        version: Some(version.parse().unwrap()),
    }
}

#[test]
fn i15_a_clean_up_list_is_found_by_agent_and_version() {
    let name = |agent: &AgentFacts| cleanup_for(cleanup_lists(), agent).map(|list| list.name);
    let old = Some("right_link<5.8");
    let new = Some("right_link>=5.8");
    for (kind, version, expected) in [
        ("right_link", "v5.7.19", old),
        ("RightLink", "5.8", new),
        ("right_link", "v5.10.1", new),
        ("right_link", "10", new),
        ("right_link", "nightly", None),
        ("scalarizr", "5.8", None),
    ] {
        assert_eq!(name(&agent(kind, version)), expected, "{kind} {version}");
    }
    assert_eq!(name(&AgentFacts::Unknown), None);
    assert_eq!(name(&AgentFacts::installed()), None);
    assert!(Version::parse("5.8.0.1").is_err() && Version::parse("v").is_err());
}

#[test]
fn i15_a_list_prints_as_commands() {
    for list in cleanup_lists() {
        let what: Vec<_> = list.steps.iter().map(|step| step.what).collect();
        for kind in [
            "SSH keys",
            "logs",
            "temporary files",
            "agent state",
            "spool",
            "certificates",
        ] {
            assert!(what.contains(&kind), "{}: {kind}", list.name);
        }
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(cleanup_lists()).unwrap());
}

#[test]
fn i15_a_bundle_says_which_list_was_applied() {
    let applied = |list: &str, agent: AgentFacts| {
        let mut request = ask();
        request.cleaned_with = Some(list.parse().unwrap());
        request.agent = Some(agent);
        decided(request)
    };
    let fits = applied("right_link>=5.8", agent("right_link", "5.8.13"));
    assert_eq!(
        fits.bundle.cleaned.to_string(),
        "cleaned with list right_link>=5.8"
    );
    let misfit = |bundled: &Bundled| {
        let mut warnings = bundled.warnings.iter();
        warnings.any(|warning| warning.code() == "cleanup-misfit")
    };
    assert!(!misfit(&fits));
    assert!(misfit(&applied("right_link<5.8", agent("right_link", "6"))));
    assert_eq!(decided(ask()).bundle.cleaned.to_string(), "not stated");
    let mut request = ask();
    request.cleaned_with = Some("mine".parse().unwrap());
    let server = server(ServerState::Operational);
    let base = record(4, "/acme", true);
    let credentials = [credential(1, "/acme", EAST, "main")];
    let refused = decide(request, Some(&server), Some(&base), &credentials).unwrap_err();
    assert!(
        matches!(refused, BundleError::NoCleanupList { .. }),
        "{refused}"
    );
}

#[test]
fn i14_a_bundle_of_a_server_needs_its_own_words() {
    // What is said replaces what the base image says.
    let mut request = ask();
    request.os = OsFacts::parse("ubuntu", "26", "26.04").ok();
    request.name = Some("web".parse().unwrap());
    let bundle = decided(request).bundle;
    assert_eq!(bundle.os.generation.as_str(), "26");
    assert_eq!(bundle.architecture, None, "the base image's is not known");
    assert_eq!(
        bundle.agent,
        registered_agent(),
        "the agent is that of the base image"
    );
}

fn registered_agent() -> AgentFacts {
    let base = crate::registered(request("/acme", EAST, crate::AMI));
    base.record.agent().clone()
}
