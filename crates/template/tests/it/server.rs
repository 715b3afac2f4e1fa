use crate::{
    AMI, at, ended,
    launch::{OTHER_AMI, Stage, TOKYO, tokyo, with_scripts},
    now, scope,
    template_content::{DATABASE, WEB},
    time,
};
use atlas_image::{CloudNetwork, NetworkName, ReferrerKind};
use atlas_image_id::{Cloud, ImageId};
use atlas_mci::{ImageAccess, InstanceType, UserData};
use atlas_template::{
    AddServer, DeploymentId, Follows, KnownNetworks, Launch, LaunchRefusal, Override,
    OverrideField, Overrides, ReinheritError, ServerDefinition, ServerEdit, ServerError, ServerId,
    ServerStart, TemplateEdit, Xref, XrefNode, XrefWay,
};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

fn add(overrides: Overrides) -> AddServer {
    AddServer {
        follows: Follows::default(),
        id: ServerId::from_u128(1),
        deployment: DeploymentId::from_u128(1),
        name: "web-1".parse().unwrap(),
        overrides,
        networks: BTreeSet::new(),
        by: "dana".parse().unwrap(),
        at: now(),
    }
}

pub(crate) fn added(launch: &Launch, overrides: Overrides) -> ServerDefinition {
    let server = add(overrides).added(launch, false, KnownNetworks::Unasked);
    server.unwrap()
}

pub(crate) fn server() -> ServerDefinition {
    added(&Stage::new([]).launch(TOKYO).unwrap(), Overrides::default())
}

fn image(text: &str) -> Overrides {
    Overrides {
        image: ImageId::parse(Cloud::Aws, text).ok(),
        ..Overrides::default()
    }
}

fn start(server: &ServerDefinition, stage: &Stage) -> Result<ServerStart, LaunchRefusal> {
    stage.ask(TOKYO, |_, facts| server.start(&facts))
}

/// The same template, after its MultiCloud Image in Tokyo became another.
fn moved() -> Stage {
    let mut stage = Stage::new([]);
    stage.set_image(0, TOKYO, OTHER_AMI);
    stage
}

#[test]
fn r11_later_changes_do_not_touch_a_server() {
    let server = server();
    let before = start(&server, &Stage::new([])).unwrap();
    assert_eq!(before.entry.image, AMI);
    // The template launches something else by now, and the server does not.
    let moved = moved();
    assert_eq!(moved.launch(TOKYO).unwrap().plan.image.as_str(), OTHER_AMI);
    assert_eq!(start(&server, &moved).unwrap(), before);
    assert_eq!(server.inherited().states(), "front@1, web@1");
}

#[test]
fn r11_inheriting_again_is_asked_for_and_keeps_the_overrides() {
    let overrides = Overrides {
        instance_type: InstanceType::parse("m7i.xlarge").ok(),
        ..Overrides::default()
    };
    let server = server();
    let edit = ServerEdit::Override(Box::new(overrides.clone()));
    let server = server.edited(edit, false, KnownNetworks::Unasked).unwrap();
    let launch = moved().launch(TOKYO).unwrap();
    let later = time("2026-08-01T00:00:00Z");
    let (again, changes) = server
        .reinherited(&launch, Follows::default(), later)
        .unwrap();
    assert_eq!(again.overrides(), &overrides);
    assert_eq!((again.inherited().at, again.created()), (later, now()));
    let entry = start(&again, &moved()).unwrap().entry;
    assert_eq!(entry.image, OTHER_AMI);
    assert_eq!(entry.instance_type, overrides.instance_type);
    assert_eq!(server.behind(&launch), changes);
    insta::assert_snapshot!(changes, @"
    from front@1, web@1
    -image: ami-0123456789abcdef0
    +image: ami-0fedcba9876543210
    ");
    let (_, nothing) = again
        .reinherited(&launch, Follows::default(), later)
        .unwrap();
    assert!(nothing.is_empty());
}

#[test]
fn r11_inheriting_again_stays_with_location_and_source() {
    let server = server();
    let azure = Stage::new([]).launch("azure").unwrap();
    let mut other = Stage::new([]).launch(TOKYO).unwrap();
    other.template.as_mut().unwrap().lineage = DATABASE;
    let mut none = Stage::new([]).launch(TOKYO).unwrap();
    none.template = None;
    let mut overriding = Stage::new([]);
    overriding.overrides = image(OTHER_AMI);
    let overriding = overriding.launch(TOKYO).unwrap();
    let errors: Vec<ReinheritError> = [azure, other, none, overriding]
        .iter()
        .map(|launch| {
            server
                .reinherited(launch, Follows::default(), now())
                .unwrap_err()
        })
        .collect();
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(errors.join("\n"));
    // Another link of the same template is inherited where it is the default by now.
    let stage = Stage::new([TemplateEdit::MakeDefault { lineage: DATABASE }]);
    let (again, changes) = server
        .reinherited(&stage.launch(TOKYO).unwrap(), Follows::default(), now())
        .unwrap();
    assert_eq!(again.inherited().lineage, DATABASE);
    assert_eq!(changes.tags_removed.len(), 1);
    insta::assert_snapshot!(changes);
}

#[test]
fn r11_edits_are_for_the_next_launch_and_are_marked() {
    let server = server();
    let running = start(&server, &Stage::new([])).unwrap();
    let edited = server
        .edited(
            ServerEdit::Override(Box::new(Overrides {
                user_data: Override::Set(UserData::new(b"#!/bin/sh\n").unwrap()),
                ..image("ami-00000000000000001")
            })),
            false,
            KnownNetworks::Unasked,
        )
        .unwrap();
    // What runs is what was launched.
    assert_eq!(running.entry.image, AMI);
    let next = start(&edited, &Stage::new([])).unwrap();
    assert_eq!(next.entry.image, "ami-00000000000000001");
    assert_eq!(next.overridden.len(), 2);
    assert_eq!(edited.inherited(), server.inherited());
    let kept = edited.edited(
        ServerEdit::Override(Box::default()),
        false,
        KnownNetworks::Unasked,
    );
    assert_eq!(kept.unwrap(), server);
}

#[test]
fn r11_an_edit_of_one_part_leaves_the_others() {
    let server = server();
    let edited = |server: &ServerDefinition, edit| {
        let edited = server.edited(edit, false, KnownNetworks::Unasked);
        edited.unwrap()
    };
    let data = Override::Set(UserData::new(b"#!/bin/sh\n").unwrap());
    let first = ServerEdit::Overlay(Box::new(image("ami-00000000000000001")));
    let second = ServerEdit::Overlay(Box::new(Overrides {
        instance_type: InstanceType::parse("m7i.xlarge").ok(),
        user_data: data.clone(),
        ..Overrides::default()
    }));
    let both = edited(&edited(&server, first), second);
    let overrides = Overrides {
        instance_type: InstanceType::parse("m7i.xlarge").ok(),
        user_data: data,
        ..image("ami-00000000000000001")
    };
    assert_eq!(*both.overrides(), overrides);
    let back = edited(&both, ServerEdit::Inherit(OverrideField::Image));
    assert_eq!(
        *back.overrides(),
        Overrides {
            image: None,
            ..overrides
        }
    );
    let mut plain = back;
    for field in [
        OverrideField::InstanceType,
        OverrideField::Kernel,
        OverrideField::Ramdisk,
        OverrideField::UserData,
    ] {
        plain = edited(&plain, ServerEdit::Inherit(field));
    }
    assert_eq!(plain, server);
}

#[test]
fn r11_a_server_outlives_its_template() {
    // Nothing of the template is asked for: a launch depends on the image alone.
    let server = server();
    let text = serde_json::to_string_pretty(&server).unwrap();
    insta::assert_snapshot!(text);
    let read: ServerDefinition = serde_json::from_str(&text).unwrap();
    assert_eq!(read, server);
    let mut gone = Stage::new([]);
    gone.revoke_template();
    gone.revoke_mci(0);
    assert!(gone.launch(TOKYO).is_err());
    assert!(start(&read, &gone).is_ok());
    assert!(
        serde_json::from_str::<ServerDefinition>(&text.replace("\"name\"", "\"more\"")).is_err()
    );
}

#[test]
fn r11_what_became_of_the_image_counts_at_each_launch() {
    let server = server();
    let mut stage = Stage::new([]);
    stage.records = vec![tokyo(ended("disabled"))];
    insta::assert_snapshot!(start(&server, &stage).unwrap_err(), @"the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is disabled: choose another revision, or set another image");
    stage.records = Vec::new();
    stage.access = ImageAccess::Refused;
    assert!(matches!(
        start(&server, &stage),
        Err(LaunchRefusal::Closed { .. })
    ));
    // An instance type that does not take the image is found at the latest then.
    let edit = ServerEdit::Override(Box::new(Overrides {
        instance_type: InstanceType::parse("m7g.large").ok(),
        ..Overrides::default()
    }));
    let server = server.edited(edit, false, KnownNetworks::Unasked).unwrap();
    stage.access = ImageAccess::Unasked;
    stage.records = vec![tokyo(json!({ "architecture": "x86_64" }))];
    assert!(matches!(start(&server, &stage), Err(LaunchRefusal::Mci(_))));
}

#[test]
fn r10_policies_are_asked_whenever_a_server_launches() {
    let server = server();
    let mut stage = Stage::new([]);
    let policy = |text: &str| serde_json::from_str(text).unwrap();
    stage.policies = vec![policy(r#"{"name":"soak","min_soak_hours":1}"#)];
    let refusal = start(&server, &stage).unwrap_err();
    insta::assert_snapshot!(refusal, @"the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is not launched: the policy `soak` refuses: the revision has been committed for 0 hours, it must be 1");
    stage.policies = vec![policy(
        r#"{"name":"soak","mode":"audit","min_soak_hours":1}"#,
    )];
    assert_eq!(start(&server, &stage).unwrap().audited.len(), 1);
    // It counts from the commit of what was inherited, and not from the launch.
    let text = serde_json::to_string(&server).unwrap();
    let (now, earlier) = (
        r#""committed":"2026-07-21T14"#,
        r#""committed":"2026-07-21T13"#,
    );
    let older: ServerDefinition = serde_json::from_str(&text.replace(now, earlier)).unwrap();
    assert!(start(&older, &stage).unwrap().audited.is_empty());
}

#[test]
fn r15_a_server_with_scripts_needs_an_agent_at_each_launch() {
    let mut stage = Stage::new([with_scripts()]);
    let server = added(&stage.launch(TOKYO).unwrap(), Overrides::default());
    assert_eq!(start(&server, &stage).unwrap().template_warnings.len(), 1);
    stage.records = vec![tokyo(json!({ "agent": { "state": "absent" } }))];
    assert!(matches!(
        start(&server, &stage),
        Err(LaunchRefusal::Agent { .. })
    ));
}

#[test]
fn r12_a_server_is_added_with_what_a_launch_says() {
    let mut stage = Stage::new([]);
    let launch = stage.launch(TOKYO).unwrap();
    let taken = add(Overrides::default()).added(&launch, true, KnownNetworks::Unasked);
    stage.overrides = image(OTHER_AMI);
    let overriding = stage.launch(TOKYO).unwrap();
    let overridden = add(Overrides::default()).added(&overriding, false, KnownNetworks::Unasked);
    let far = Overrides {
        image: ImageId::parse(Cloud::Gcp, "projects/acme/global/images/web-1").ok(),
        ..Overrides::default()
    };
    let far = add(far).added(&launch, false, KnownNetworks::Unasked);
    let errors: Vec<_> = [taken, overridden, far]
        .map(|it| it.unwrap_err().to_string())
        .into();
    insta::assert_snapshot!(errors.join("\n"));
    // Another MultiCloud Image is a choice, and the plan is that of it.
    let mut other = Stage::new([]);
    (other.choice, other.overriding) = (Some(DATABASE), true);
    let server = added(&other.launch(TOKYO).unwrap(), Overrides::default());
    assert_eq!(server.inherited().lineage, DATABASE);
    let renamed = server.edited(
        ServerEdit::Rename("web-2".parse().unwrap()),
        true,
        KnownNetworks::Unasked,
    );
    assert!(matches!(renamed, Err(ServerError::Taken { .. })));
}

#[test]
fn r14_a_server_is_on_networks_of_its_location() {
    let launch = Stage::new([]).launch(TOKYO).unwrap();
    let network = |text: &str| NetworkName::parse(text).unwrap();
    let known = [CloudNetwork {
        location: at(TOKYO),
        name: network("backend"),
    }];
    let on = |name: &str| AddServer {
        networks: BTreeSet::from([network(name)]),
        ..add(Overrides::default())
    };
    let reported = KnownNetworks::Reported(&known);
    assert!(on("backend").added(&launch, false, reported).is_ok());
    let error = on("frontend").added(&launch, false, reported).unwrap_err();
    assert!(matches!(error, ServerError::Network(_)));
    assert!(
        on("frontend")
            .added(&launch, false, KnownNetworks::Unasked)
            .is_ok()
    );
}

#[test]
fn t05_a_server_uses_its_image_template_and_mci() {
    let server = server();
    let referrer = server.referrer(scope("/acme/prod"), true);
    assert_eq!(
        (referrer.kind, referrer.name.as_str()),
        (ReferrerKind::Server, "web-1")
    );
    let mut xref = Xref::default();
    xref.add_server(&scope("/acme"), &"default".parse().unwrap(), &server);
    let mci = XrefNode::Mci {
        lineage: WEB,
        state: atlas_template::LinkedState::Revision(crate::template_content::number(1)),
    };
    assert_eq!(xref.next(&mci, XrefWay::Users).len(), 1);
    let edit = ServerEdit::Override(Box::new(image(OTHER_AMI)));
    let edited = server.edited(edit, false, KnownNetworks::Unasked).unwrap();
    let images = |server: &ServerDefinition| {
        let uses = server.uses().into_iter();
        let images = uses.filter_map(|node| match node {
            XrefNode::Image { image, .. } => Some(image),
            _ => None,
        });
        images.collect::<Vec<_>>()
    };
    assert_eq!(
        (images(&server), images(&edited)),
        (vec![AMI.to_owned()], vec![OTHER_AMI.to_owned()])
    );
}

#[derive(Debug, Clone)]
enum Step {
    MoveMci(bool),
    Override(bool),
    Reinherit,
    Start,
}

proptest! {
    #[test]
    fn r11_servers_never_move_by_themselves(steps in proptest::collection::vec(
        prop_oneof![
            any::<bool>().prop_map(Step::MoveMci),
            any::<bool>().prop_map(Step::Override),
            Just(Step::Reinherit),
            Just(Step::Start),
        ],
        0..24,
    )) {
        // What the next launch must be, by a model of two words.
        let (mut stage, mut server) = (Stage::new([]), server());
        let (mut inherited, mut overridden, mut now_there) = (AMI, false, AMI);
        for step in steps {
            match step {
                Step::MoveMci(is_other) => {
                    now_there = if is_other { OTHER_AMI } else { AMI };
                    stage.set_image(0, TOKYO, now_there);
                }
                Step::Override(is_on) => {
                    overridden = is_on;
                    let overrides = if is_on { image("ami-00000000000000001") } else { Overrides::default() };
                    let edit = ServerEdit::Override(Box::new(overrides));
                    server = server.edited(edit, false, KnownNetworks::Unasked).unwrap();
                }
                Step::Reinherit => {
                    inherited = now_there;
                    server = server.reinherited(&stage.launch(TOKYO).unwrap(), Follows::default(), now()).unwrap().0;
                }
                Step::Start => {}
            }
            let expected = if overridden { "ami-00000000000000001" } else { inherited };
            prop_assert_eq!(start(&server, &stage).unwrap().entry.image, expected);
            let text = serde_json::to_string(&server).unwrap();
            prop_assert_eq!(&serde_json::from_str::<ServerDefinition>(&text).unwrap(), &server);
        }
    }
}
