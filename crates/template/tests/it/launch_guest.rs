//! How a server is reached: shown at each launch, and missed aloud.

use crate::{
    AMI, Launch as Direct, at, example,
    launch::{Stage, TOKYO, tokyo},
    lifecycle, now, record, scope,
    server::added,
    tokyo as image_of_tokyo,
};
use atlas_image::{
    AgentFacts, DeclaredGuest, GuestFacts, GuestWarning, ImageRecord, ImageRecordId, RemoteAccess,
};
use atlas_mci::{ImageAccess, InstanceTypes};
use atlas_template::{AnyLock, LaunchWarning, LockFile, Overrides, ToldInside, explain, resolve};
use serde_json::{Value, json};

const HERE: &str = "local/main";
const REACHED: &str = "log in as ubuntu by ssh; DHCP; cloud-init 23.4";

fn told() -> Value {
    json!({
        "guest": { "dhcp": true, "access": ["ssh"], "login": "ubuntu" },
        "init_agent": { "state": "installed", "kind": "cloud-init", "version": "23.4" },
    })
}

fn local(scope: &str, extra: Value) -> ImageRecord {
    record(5, scope, HERE, AMI, extra)
}

/// A template whose MultiCloud Image serves the repository too.
fn stage(records: Vec<ImageRecord>) -> Stage {
    let mut stage = Stage::new([]);
    stage.set_image(0, HERE, AMI);
    stage.records = records;
    stage
}

fn guest_codes(warnings: &[LaunchWarning]) -> Vec<&'static str> {
    let of_guest = |warning: &LaunchWarning| match warning {
        LaunchWarning::Guest(warning) => Some(warning.code()),
        _ => None,
    };
    warnings.iter().filter_map(of_guest).collect()
}

fn missed(stage: &Stage) -> Vec<&'static str> {
    guest_codes(&stage.launch(HERE).unwrap().plan.warnings)
}

#[test]
fn b08_a_launch_shows_how_its_server_is_reached() {
    let known = stage(vec![local("/acme", told())]);
    let launch = known.launch(HERE).unwrap();
    assert_eq!(launch.plan.guest.to_string(), REACHED);
    assert_eq!(missed(&known), [""; 0]);
    let json = serde_json::to_value(&launch).unwrap();
    assert_eq!(json["guest"], told()["guest"]);
    assert_eq!(json["init_agent"], told()["init_agent"]);
    insta::assert_snapshot!(known.explain(HERE));
}

#[test]
fn b08_what_nobody_said_is_missed_and_louder_where_the_image_is_public() {
    let mut bare = stage(vec![local("/acme", Value::Null)]);
    let launch = bare.launch(HERE).unwrap();
    let json = serde_json::to_value(&launch).unwrap();
    assert_eq!((json.get("guest"), json.get("init_agent")), (None, None));
    assert_eq!(missed(&bare), ["guest-unknown"]);
    insta::assert_snapshot!(bare.explain(HERE));
    // Opened to everybody.
    bare.to_all = vec![ImageRecordId::from_u128(9)];
    assert_eq!(missed(&bare), ["guest-unknown"]);
    bare.to_all = vec![ImageRecordId::from_u128(5)];
    assert_eq!(missed(&bare), ["guest-unknown-public"]);
    let public = bare.launch(HERE).unwrap().plan.warnings;
    insta::assert_snapshot!(serde_json::to_string_pretty(&public).unwrap());
    // Shared from the top.
    assert_eq!(
        missed(&stage(vec![local("/", Value::Null)])),
        ["guest-unknown-public"]
    );
    assert_eq!(missed(&stage(vec![local("/", told())])), [""; 0]);
}

#[test]
fn b08_only_the_record_that_counts_is_asked() {
    let mut near = told();
    near["guest"]["login"] = Value::Null;
    let records = vec![local("/", told()), record(6, "/acme", HERE, AMI, near)];
    let mut both = stage(records);
    // That others may launch the one at `/` is no matter of the nearer one.
    both.to_all = vec![ImageRecordId::from_u128(5)];
    let warnings = both.launch(HERE).unwrap().plan.warnings;
    let [LaunchWarning::Guest(warning @ GuestWarning::GuestUnknown { .. })] = &warnings[..] else {
        panic!("{warnings:?}")
    };
    assert_eq!(
        warning.to_string(),
        "nobody said how to reach what is launched from img-00000000000000000000000000000006: its record does not tell the login name"
    );
}

#[test]
fn b08_of_images_in_other_clouds_facts_are_shown_and_none_is_missed() {
    let mut elsewhere = Stage::new([]);
    elsewhere.records = vec![tokyo(Value::Null)];
    elsewhere.to_all = vec![elsewhere.records[0].id()];
    let plan = elsewhere.launch(TOKYO).unwrap().plan;
    assert!(plan.guest.is_empty());
    assert_eq!(guest_codes(&plan.warnings), [""; 0]);
    elsewhere.records = vec![tokyo(told())];
    assert_eq!(
        elsewhere.launch(TOKYO).unwrap().plan.guest.to_string(),
        REACHED
    );
}

#[test]
fn b08_where_no_record_is_seen_its_publisher_tells_how_it_is_reached() {
    let mut imported = Stage::new([]);
    let facts = GuestFacts {
        dhcp: None,
        access: [RemoteAccess::Rdp].into(),
        login: None,
    };
    let init_agent = AgentFacts::read("cloudbase-init").unwrap();
    imported.told = Some(ToldInside {
        agent: AgentFacts::Unknown,
        guest: DeclaredGuest { facts, init_agent },
    });
    let plan = imported.launch(TOKYO).unwrap().plan;
    assert_eq!(plan.guest.to_string(), "log in by rdp; cloudbase-init");
    assert!(
        imported
            .explain(TOKYO)
            .to_string()
            .contains("log in by rdp; cloudbase-init")
    );
    // A record of her own counts instead.
    imported.records = vec![tokyo(Value::Null)];
    assert!(imported.launch(TOKYO).unwrap().plan.guest.is_empty());
}

#[test]
fn b08_what_cannot_be_launched_warns_of_nothing() {
    let mut gone = stage(vec![]);
    gone.access = ImageAccess::Refused;
    assert!(gone.launch(HERE).is_err());
    let disabled = json!({
        "state": "disabled", "since": "2026-02-01T00:00:00Z", "before": { "state": "active" },
    });
    let trace = stage(vec![local("/acme", lifecycle(&disabled))]).explain(HERE);
    assert!(!trace.to_string().contains("nobody said"));
}

#[test]
fn b08_servers_and_locks_show_it_as_it_is_known_today() {
    let bare = stage(vec![local("/acme", Value::Null)]);
    let said = stage(vec![local("/acme", told())]);
    let launch = bare.launch(HERE).unwrap();
    let server = added(&launch, Overrides::default());
    let start = |stage: &Stage| stage.ask(HERE, |_, facts| server.start(&facts).unwrap());
    assert_eq!(guest_codes(&start(&bare).warnings), ["guest-unknown"]);
    assert_eq!(start(&said).guest.to_string(), REACHED);
    assert!(start(&said).warnings.is_empty());

    let lock = AnyLock::from(LockFile::new(&[launch.plan]).unwrap());
    let text = serde_json::to_string(&lock.locations()).unwrap();
    assert!(!text.contains("login"), "{text}");
    let entry = lock.entry(&at(HERE)).unwrap();
    let (guest, warnings) = bare.ask(HERE, |_, facts| entry.guest(&facts));
    assert!(guest.is_empty());
    assert_eq!(guest_codes(&warnings), ["guest-unknown"]);
    let (guest, warnings) = said.ask(HERE, |_, facts| entry.guest(&facts));
    assert_eq!((guest.to_string().as_str(), warnings.len()), (REACHED, 0));
}

#[test]
fn b08_a_multicloud_image_alone_says_the_same() {
    let direct = Direct::revision(example());
    let (types, viewer, place) = (InstanceTypes::default(), scope("/acme/prod"), at(TOKYO));
    let records = [image_of_tokyo(1, "/acme", told())];
    let source = direct.source();
    let plan = resolve(&source, &place, &records, &types, &viewer, now()).unwrap();
    assert_eq!(plan.guest.to_string(), REACHED);
    let (_, trace) = explain(&source, &place, &records, &types, &viewer, now());
    assert!(trace.to_string().contains(REACHED));
    let steps = serde_json::to_value(&trace).unwrap();
    let mut steps = steps.as_array().unwrap().iter();
    let step = steps.find(|step| step["step"] == "guest").unwrap();
    assert_eq!(step["guest"], told()["guest"]);
}
