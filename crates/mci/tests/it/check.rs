use crate::{
    at,
    facts::{right_link, ubuntu},
    named, set, setting,
};
use atlas_image::{AgentFacts, Architecture, LifecycleState, OsFacts};
use atlas_image_id::{Cloud, ImageId};
use atlas_mci::{
    CheckCode, CheckRules, Content, Deny, Facts, Finding, HeadEdit, ImageFacts, InstanceTypes,
    RegisteredImage, check,
};

const PLACES: [&str; 3] = ["aws/eu-west-1", "aws/us-east-1", "aws/us-west-2"];

/// Three settings in one cloud, with a nickname that says everything and the agent's tag.
fn web() -> Content {
    let edits = PLACES.map(|place| set(place, "ami-0123456789abcdef0"));
    let tag = HeadEdit::AddTag(CheckRules::AGENT_TAG.parse().unwrap());
    named("Ubuntu 24.04 x64 web")
        .edited(edits)
        .unwrap()
        .edited([tag])
        .unwrap()
}

/// An image in which nothing is amiss.
fn good() -> RegisteredImage {
    let mut image = RegisteredImage::unknown();
    image.os = Some(ubuntu("24.04.1"));
    image.architecture = Some(Architecture::X86_64);
    image.agent = right_link("v5.8");
    image
}

/// Facts of the three settings, of which the first was changed.
fn facts(change: impl Fn(&mut RegisteredImage)) -> Facts {
    let mut facts: Facts = PLACES
        .iter()
        .map(|place| (at(place), ImageFacts::Registered(Box::new(good()))))
        .collect();
    let mut first = good();
    change(&mut first);
    facts.insert(at(PLACES[0]), ImageFacts::Registered(Box::new(first)));
    facts
}

fn rules(types: &InstanceTypes) -> CheckRules<'_> {
    CheckRules {
        agent_tag: CheckRules::AGENT_TAG.parse().ok(),
        shared: false,
        needs_agent: false,
        instance_types: types,
    }
}

fn checked(content: &Content, facts: &Facts) -> Vec<Finding> {
    check(content, facts, &rules(&InstanceTypes::default()))
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect()
}

/// The codes that are found once the image in the first place was changed.
fn found(change: impl Fn(&mut RegisteredImage)) -> Vec<&'static str> {
    codes(&checked(&web(), &facts(change)))
}

#[test]
fn m12_nothing_is_found_where_all_is_well() {
    assert_eq!(found(|_| {}), Vec::<&str>::new());
    // What was not looked up is not judged.
    assert_eq!(checked(&web(), &Facts::new()), Vec::new());
    assert_eq!(checked(&named("x"), &Facts::new()), Vec::new());
}

#[test]
fn m12_mixtures() {
    let debian = || Some(OsFacts::parse("debian", "12", "12.5").unwrap());
    assert_eq!(found(|image| image.os = debian()), ["mixed-os"]);
    assert_eq!(
        found(|image| image.os = Some(ubuntu("24.04.2"))),
        ["mixed-os-version"]
    );
    assert_eq!(
        found(|image| image.architecture = Some(Architecture::I386)),
        ["mixed-architecture", "instance-type-misfit"]
    );
    assert_eq!(
        found(|image| image.agent = right_link("v6.0")),
        ["mixed-agent"]
    );
    let other = AgentFacts::read("scalarizr").unwrap();
    assert_eq!(found(|image| image.agent = other.clone()), ["mixed-agent"]);
    // What nobody said mixes with nothing.
    assert_eq!(
        found(|image| image.agent = AgentFacts::Unknown),
        Vec::<&str>::new()
    );
    assert_eq!(found(|image| image.architecture = None), Vec::<&str>::new());
    let parts = checked(&web(), &facts(|image| image.os = debian()))
        .remove(0)
        .found;
    let parts: Vec<_> = parts
        .iter()
        .map(|part| (part.value.as_str(), part.locations.len()))
        .collect();
    assert_eq!(parts, [("ubuntu", 2), ("debian", 1)]);
}

#[test]
fn m12_agents_and_their_tag() {
    let untagged = web()
        .edited([HeadEdit::RemoveTag(CheckRules::AGENT_TAG.parse().unwrap())])
        .unwrap();
    assert_eq!(
        codes(&checked(&untagged, &facts(|_| {}))),
        ["agent-untagged"]
    );
    let absent = |image: &mut RegisteredImage| image.agent = AgentFacts::Absent;
    assert_eq!(found(absent), ["agent-tag-unfounded"]);
    let finding = &checked(&web(), &facts(absent))[0];
    assert_eq!(finding.locations(), [&at(PLACES[0])]);
    // Another tag can be the one.
    let types = InstanceTypes::default();
    let chosen = CheckRules {
        agent_tag: "agent:kind=ours".parse().ok(),
        ..rules(&types)
    };
    assert_eq!(
        codes(&check(&web(), &facts(|_| {}), &chosen)),
        ["agent-untagged"]
    );
    let tagged = untagged
        .edited([HeadEdit::AddTag("agent:kind=ours".parse().unwrap())])
        .unwrap();
    assert_eq!(check(&tagged, &facts(|_| {}), &chosen), Vec::new());
    // Scripts need one.
    let scripts = CheckRules {
        needs_agent: true,
        ..rules(&types)
    };
    let with = |agent: AgentFacts| {
        let facts = facts(|image| image.agent = agent.clone());
        codes(&check(&web(), &facts, &scripts))
    };
    assert_eq!(
        with(AgentFacts::Absent),
        ["agent-tag-unfounded", "agent-missing"]
    );
    assert_eq!(with(AgentFacts::Unknown), ["agent-unknown"]);
    assert_eq!(with(right_link("v5.8")), Vec::<&str>::new());
}

#[test]
fn m12_records_and_their_state() {
    for (state, expected) in [
        (LifecycleState::Active, None),
        (LifecycleState::Deprecated, Some("image-deprecated")),
        (LifecycleState::Disabled, Some("image-disabled")),
        (LifecycleState::PendingDelete, Some("image-disabled")),
        (LifecycleState::DeleteFailed, Some("image-disabled")),
        (LifecycleState::Deleted, Some("image-disabled")),
    ] {
        assert_eq!(
            found(|image| image.state = state),
            expected.into_iter().collect::<Vec<_>>()
        );
    }
    let mut unregistered = facts(|_| {});
    unregistered.insert(at(PLACES[1]), ImageFacts::Unregistered);
    assert_eq!(
        codes(&checked(&web(), &unregistered)),
        ["image-unregistered"]
    );
    let private = facts(|image| image.private = true);
    assert_eq!(checked(&web(), &private), Vec::new());
    let types = InstanceTypes::default();
    let shared = CheckRules {
        shared: true,
        ..rules(&types)
    };
    assert_eq!(codes(&check(&web(), &private, &shared)), ["image-private"]);
    assert_eq!(found(|image| image.os = None), ["os-unknown"]);
    let newer = ImageId::parse(Cloud::Aws, "ami-0fedcba9876543210").unwrap();
    assert_eq!(
        found(|image| image.newer = Some(newer.clone())),
        ["newer-image"]
    );
}

#[test]
fn m12_a_nickname_names_what_most_of_its_images_are() {
    let named = |nickname: &str| {
        let content = web()
            .edited([HeadEdit::SetNickname(nickname.parse().unwrap())])
            .unwrap();
        codes(&checked(&content, &facts(|_| {})))
            .into_iter()
            .map(|code| code.strip_prefix("nickname-lacks-").unwrap())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (nickname, lacks) in [
        ("Ubuntu 24.04 x64 web", ""),
        ("RightImage_Ubuntu_24.04.1_x86_64_v5.8", ""),
        ("ubuntu24.04-amd64", ""),
        ("Ubuntu 24 x64", ""),
        ("web", "os version architecture"),
        ("Ubuntu", "version architecture"),
        ("Ubuntu 24.10 x64", "version"),
        ("Ubuntu 22.04 arm64", "version architecture"),
        ("Ubuntu 124.04 x64", "version"),
        ("Xubuntu 24.04 x64", "os"),
        ("Kubuntuish 24.04 x86", "os architecture"),
    ] {
        assert_eq!(named(nickname), lacks, "{nickname}");
    }
    // `x86_64` does not name `x86`.
    let old = |image: &mut RegisteredImage| image.architecture = Some(Architecture::I386);
    let mut all = facts(old);
    let first = all[&at(PLACES[0])].clone();
    all.extend(PLACES.map(|place| (at(place), first.clone())));
    let lacks = |nickname: &str| {
        let content = web()
            .edited([HeadEdit::SetNickname(nickname.parse().unwrap())])
            .unwrap();
        codes(&checked(&content, &all)).contains(&"nickname-lacks-architecture")
    };
    assert!(lacks("Ubuntu 24.04 x86_64"));
    assert!(!lacks("Ubuntu 24.04 x86"));
    // One image of three is not most of them.
    assert_eq!(
        found(|image| image.os = Some(OsFacts::parse("debian", "12", "12").unwrap())),
        ["mixed-os"]
    );
}

#[test]
fn m06_checks_tell_of_instance_types() {
    let typed = |name: &str| {
        let setting =
            setting(PLACES[0], "ami-0123456789abcdef0").with_instance_type(name.parse().unwrap());
        let content = web()
            .edited([HeadEdit::set(at(PLACES[0]), setting)])
            .unwrap();
        codes(&checked(&content, &facts(|_| {})))
    };
    assert_eq!(typed("m1.small"), ["instance-type-late"]);
    assert_eq!(typed("m7g.large"), ["instance-type-misfit"]);
    assert_eq!(typed("z99.large"), Vec::<&str>::new());
}

/// A content and facts with a good deal to say.
fn much() -> Vec<Finding> {
    let mut facts = facts(|image| {
        image.os = Some(OsFacts::parse("debian", "12", "12.5").unwrap());
        image.agent = AgentFacts::Absent;
        image.state = LifecycleState::Deprecated;
        image.private = true;
        image.newer = ImageId::parse(Cloud::Aws, "ami-0fedcba9876543210").ok();
    });
    facts.insert(at("gcp"), ImageFacts::Unregistered);
    let mut arm = good();
    arm.architecture = Some(Architecture::Aarch64);
    arm.state = LifecycleState::PendingDelete;
    facts.insert(at(PLACES[2]), ImageFacts::Registered(Box::new(arm)));
    let content = web().edited([
        set("gcp", "projects/acme/global/images/web-1"),
        HeadEdit::SetNickname("web".parse().unwrap()),
    ]);
    let types = InstanceTypes::default();
    let rules = CheckRules {
        shared: true,
        needs_agent: true,
        ..rules(&types)
    };
    check(&content.unwrap(), &facts, &rules)
}

#[test]
fn m12_findings_read_well() {
    let lines = much()
        .into_iter()
        .map(|finding| format!("{} {}: {finding}", finding.severity, finding.code));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn m12_findings_have_a_stable_json_form() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&much()[..3]).unwrap());
}

#[test]
fn m12_long_findings_name_three() {
    let places = [
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "eu-west-2",
    ]
    .map(|region| format!("aws/{region}"));
    let edits = places
        .iter()
        .enumerate()
        .map(|(number, place)| set(place, &format!("ami-{:017x}", number.min(4))));
    let content = named("web").edited(edits).unwrap();
    let facts = places
        .iter()
        .map(|place| (at(place), ImageFacts::Unregistered))
        .collect();
    let finding = &checked(&content, &facts)[0];
    assert_eq!(finding.locations().len(), 6);
    insta::assert_snapshot!(finding);
}

#[test]
fn m12_denied_findings_refuse() {
    let findings = much();
    let deny = |text: &str| Deny::parse(text).unwrap();
    assert_eq!(Deny::default().refuse(&findings), Ok(()));
    assert_eq!(deny("warnings").refuse(&[]), Ok(()));
    let all = deny("warnings").refuse(&findings).unwrap_err();
    assert_eq!(all.findings, findings);
    let one = deny("mixed-os,newer-image,os-unknown")
        .refuse(&findings)
        .unwrap_err();
    assert_eq!(codes(&one.findings), ["mixed-os", "newer-image"]);
    assert_eq!(deny("os-unknown").refuse(&findings), Ok(()));
    insta::assert_snapshot!(format!("{all}\n{one}"));
    for text in ["warnings", "mixed-os", "mixed-os,newer-image"] {
        assert_eq!(deny(text).to_string(), text);
    }
    let refused = Deny::parse("mixed-os,colour").unwrap_err();
    assert_eq!(refused.at(), 9);
    insta::assert_snapshot!(refused);
}

#[test]
fn m12_codes_are_for_ever() {
    let rows = CheckCode::all().iter().map(|code| {
        assert_eq!(CheckCode::parse(code.as_str()), Ok(*code));
        format!("{:27} {:7} {}", code.as_str(), code.severity(), code.says())
    });
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"));
    let refused = CheckCode::parse("colour").unwrap_err();
    assert_eq!(refused.at(), 0);
    assert!(
        refused
            .to_string()
            .starts_with("`colour` is no code of a check: expected one of ")
    );
}
