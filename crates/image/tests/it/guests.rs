//! How guests are reached: what is declared, and what is missed aloud.

use crate::{AMI, codes, decided, now, record, request};
use atlas_image::{
    AgentFacts, Audience, DeclaredGuest, EditImage, GuestFact, GuestFacts, GuestWarning,
    ImageRecord, LaunchPermission, LaunchPermissionFacts, LaunchPermissions, Lifecycle, Records,
    RemoteAccess, add_launch_permissions, edit, guest_warning,
};

const REACHED: &str = "log in as ubuntu by rdp or ssh; no DHCP; cloud-init 23.4";

/// An image of the repository, of which nobody said how it is reached.
fn of_repository(at: &str, shared: bool) -> ImageRecord {
    let mut asked = request(at, "local/main", AMI);
    asked.shared = Some(shared);
    decided(asked, &[], &[]).unwrap().record
}

fn facts() -> DeclaredGuest {
    DeclaredGuest {
        facts: GuestFacts {
            dhcp: Some(false),
            access: [RemoteAccess::Ssh, RemoteAccess::Rdp].into(),
            login: Some("ubuntu".parse().unwrap()),
        },
        init_agent: AgentFacts::read("cloud-init/23.4").unwrap(),
    }
}

fn said(record: &ImageRecord, guest: DeclaredGuest) -> ImageRecord {
    let mut changes = EditImage::default();
    changes.dhcp = Some(guest.facts.dhcp);
    changes.access = Some(guest.facts.access);
    changes.login = Some(guest.facts.login);
    changes.init_agent = Some(guest.init_agent);
    edit(record, changes).unwrap()
}

#[test]
fn b08_what_is_declared_reads_as_a_line() {
    assert_eq!(facts().to_string(), REACHED);
    let lines = [
        ("", "", None, "unknown"),
        ("root", "", Some(true), "absent"),
        ("", "vnc", None, "installed"),
        ("", "", Some(false), "cloudbase-init"),
    ]
    .map(|(login, way, dhcp, agent)| {
        let guest = DeclaredGuest {
            facts: GuestFacts {
                dhcp,
                access: RemoteAccess::parse(way).into_iter().collect(),
                login: login.parse().ok(),
            },
            init_agent: AgentFacts::read(agent).unwrap(),
        };
        guest.to_string()
    });
    assert_eq!(
        lines,
        [
            "nobody said how it is reached",
            "log in as root; DHCP; no init agent",
            "log in by vnc; an init agent",
            "no DHCP; cloudbase-init",
        ]
    );
    let versioned = DeclaredGuest {
        init_agent: AgentFacts::Installed {
            kind: None,
            version: Some("9".parse().unwrap()),
        },
        ..DeclaredGuest::default()
    };
    assert_eq!(versioned.to_string(), "init agent 9");
}

#[test]
fn b08_each_fact_that_nobody_said_is_named_and_nothing_else() {
    let missed = |guest: DeclaredGuest| {
        let record = said(&of_repository("/acme", true), guest);
        guest_warning(&record, Audience::Some).map(|warning| warning.missing().to_vec())
    };
    assert_eq!(missed(facts()), None);
    let without = [
        (GuestFact::Access, facts()),
        (GuestFact::Login, facts()),
        (GuestFact::Dhcp, facts()),
        (GuestFact::InitAgent, facts()),
    ]
    .map(|(fact, mut guest)| {
        match fact {
            GuestFact::Access => guest.facts.access.clear(),
            GuestFact::Login => guest.facts.login = None,
            GuestFact::Dhcp => guest.facts.dhcp = None,
            _ => guest.init_agent = AgentFacts::Unknown,
        }
        (fact, missed(guest))
    });
    for (fact, missing) in without {
        assert_eq!(missing, Some(vec![fact]));
    }
    // That there is none was said.
    let mut none = facts();
    none.init_agent = AgentFacts::Absent;
    assert_eq!(missed(none), None);
    let all = missed(DeclaredGuest::default()).unwrap();
    assert_eq!(all.len(), 4);
}

#[test]
fn b08_a_public_image_is_warned_of_under_another_code() {
    let code = |record: &ImageRecord, audience| {
        guest_warning(record, audience).map(|warning| warning.code())
    };
    let within = of_repository("/acme", true);
    assert_eq!(code(&within, Audience::Some), Some("guest-unknown"));
    assert_eq!(
        code(&within, Audience::Everybody),
        Some("guest-unknown-public")
    );
    assert_eq!(code(&said(&within, facts()), Audience::Everybody), None);

    // What is shared from the top is everybody's, what is opened to all is as well.
    let of = Audience::of;
    let account: LaunchPermission = "123456789012".parse().unwrap();
    assert_eq!(of(&of_repository("/", true), &[]), Audience::Everybody);
    assert_eq!(of(&of_repository("/", false), &[]), Audience::Some);
    assert_eq!(of(&within, core::slice::from_ref(&account)), Audience::Some);
    let opened = [account, LaunchPermission::Everybody];
    assert_eq!(of(&within, &opened), Audience::Everybody);
    let ids = [within.id()];
    let mut records = Records::default();
    assert_eq!(records.audience(&within), Audience::Some);
    records.to_all = &ids;
    assert_eq!(records.audience(&within), Audience::Everybody);
}

#[test]
fn b08_of_images_in_other_clouds_nothing_is_demanded() {
    let elsewhere = record(1, "/", true);
    assert_eq!(guest_warning(&elsewhere, Audience::Everybody), None);
}

#[test]
fn b08_whoever_registers_or_opens_to_all_is_warned() {
    let codes_at = |at: &str| {
        let asked = request(at, "local/main", AMI);
        codes(&decided(asked, &[], &[]).unwrap())
    };
    assert_eq!(codes_at("/acme"), ["guest-unknown"]);
    assert_eq!(codes_at("/"), ["guest-unknown-public"]);

    let at = of_repository("/acme", true);
    let opened = |record: &ImageRecord, before: LaunchPermissions, to: &[&str]| {
        let wanted: Vec<_> = to.iter().map(|text| text.parse().unwrap()).collect();
        let groups = &[];
        let facts = LaunchPermissionFacts { record, groups };
        let changed = add_launch_permissions(before, &wanted, facts).unwrap();
        let codes = crate::codes_of(&changed.warnings);
        (changed.permissions, codes)
    };
    let none = LaunchPermissions::none(at.id());
    let (one, codes) = opened(&at, none.clone(), &["123456789012"]);
    assert_eq!(codes, [""; 0]);
    let (all, codes) = opened(&at, one, &["all"]);
    assert_eq!(codes, ["guest-unknown-public"]);
    // It was told.
    assert_eq!(opened(&at, all, &["all", "210987654321"]).1, [""; 0]);
    assert_eq!(opened(&said(&at, facts()), none, &["all"]).1, [""; 0]);
}

#[test]
fn b08_what_others_see_of_an_opened_image_tells_how_it_is_reached() {
    let ended = Lifecycle::Deprecated {
        from: now(),
        reason: None,
        replacement: None,
    };
    let record = said(&of_repository("/acme/prod", false), facts()).with_lifecycle(ended);
    let seen = DeclaredGuest::of(&record.as_opened());
    assert_eq!(seen.to_string(), REACHED);
}

#[test]
fn b08_as_data_the_facts_stand_as_in_a_record_and_warnings_have_codes() {
    let json = |guest: &DeclaredGuest| serde_json::to_value(guest).unwrap();
    assert_eq!(json(&DeclaredGuest::default()), serde_json::json!({}));
    let record = said(&of_repository("/acme", true), facts());
    let of_record = serde_json::to_value(&record).unwrap();
    let told = json(&DeclaredGuest::of(&record));
    assert_eq!(told["guest"], of_record["guest"]);
    assert_eq!(told["init_agent"], of_record["init_agent"]);
    let warning = guest_warning(&of_repository("/acme", true), Audience::Everybody);
    let Some(warning @ GuestWarning::GuestUnknownPublic { .. }) = warning else {
        panic!("{warning:?}")
    };
    let plain = serde_json::to_value(&warning).unwrap();
    assert_eq!(
        plain,
        serde_json::json!({
            "code": "guest-unknown-public",
            "record": record.id(),
            "missing": ["access", "login", "dhcp", "init-agent"],
        })
    );
    let among_others = atlas_image::Warning::Guest(warning);
    assert_eq!(serde_json::to_value(&among_others).unwrap(), plain);
}
