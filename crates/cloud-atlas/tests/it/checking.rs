//! Checks of MultiCloud Images, and commits that are refused for what they find.

use crate::support::{World, acme, add_credential, image, p, run, set, web};
use cloud_atlas::{
    CheckOptions, Error, ErrorKind, ImageQuery, Session,
    history::Generation,
    image::{AgentFacts, Architecture, ImageName, LaunchPermission, OsFacts},
    image_id::Cloud,
    mci::{CheckCode, Deny, Finding, HeadEdit},
    scope::Scope,
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// A record with a system of a version, called after it.
async fn registered(who: &Session, scope: &str, location: &str, number: u64, version: &str) {
    let mut ask = image(scope, location, number);
    ask.os = Some(OsFacts::parse("fedora-coreos", "44", version).unwrap());
    ask.name = Some(ImageName::parse(&format!("web {version}")).unwrap());
    ask.architecture = Some(Architecture::X86_64);
    who.register_image(ask).await.unwrap();
}

async fn with(who: &Session, scope: &str, edits: Vec<HeadEdit>) {
    let scope = p::<Scope>(scope);
    who.create_mci(&scope, p("web")).await.unwrap();
    who.edit_mci(&web(), &scope, edits, None).await.unwrap();
}

async fn found(who: &Session, from: &str) -> Vec<Finding> {
    let options = CheckOptions::default();
    who.mci_check(&web(), &p(from), &options).await.unwrap()
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect()
}

#[test]
fn m12_checks_tell_what_is_mixed_and_what_is_not_registered() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        registered(&dana, "/acme", EAST, 1, "44.1").await;
        registered(&dana, "/acme", WEST, 2, "44.2").await;
        let edits = vec![set(EAST, 1), set(WEST, 2), set("aws/eu-west-1", 3)];
        with(&dana, "/acme", edits).await;
        let findings = found(&dana, "/acme").await;
        let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(lines.join("\n"));
        // A revision is checked as HEAD is.
        dana.commit_mci(&web(), &acme(), p("first"), None)
            .await
            .unwrap();
        let options = CheckOptions::default();
        let of_one = dana
            .mci_check(&p("web@1"), &acme(), &options)
            .await
            .unwrap();
        assert_eq!(of_one, findings);
    });
}

#[test]
fn m12_a_record_that_others_who_see_the_mci_do_not_see_is_private() {
    let world = World::new();
    let (admin, olga) = (world.admin(), world.who("olga"));
    run(async {
        registered(&admin, "/acme", EAST, 1, "44.1").await;
        registered(&admin, "/acme/prod", WEST, 2, "44.1").await;
        with(&admin, "/acme", vec![set(EAST, 1), set(WEST, 2)]).await;
        // From the account the project's record is not seen at all; from the project it is, and
        // those beside it do not see it.
        assert!(codes(&found(&admin, "/acme").await).contains(&"image-unregistered"));
        let findings = found(&olga, "/acme/prod").await;
        let private = findings
            .iter()
            .find(|one| one.code == CheckCode::ImagePrivate);
        assert_eq!(private.unwrap().locations(), [&p(WEST)]);
        // One that is not shared is private too.
        let records = admin
            .images(&ImageQuery::new(acme()), &crate::support::most())
            .await;
        let record = records.unwrap().items.remove(0);
        admin
            .unshare_image(record.id(), &acme(), true)
            .await
            .unwrap();
        let findings = found(&admin, "/acme").await;
        let private = findings
            .iter()
            .find(|one| one.code == CheckCode::ImagePrivate);
        assert_eq!(private.unwrap().locations(), [&p(EAST)]);
        // What another account opened to this one all of it sees.
        let beta = admin
            .register_image(image("/beta", "aws/eu-west-1", 3))
            .await;
        let beta = beta.unwrap().record;
        let everybody = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(beta.id(), &everybody, beta.scope());
        opened.await.unwrap();
        let edits = vec![set("aws/eu-west-1", 3)];
        admin.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        let findings = found(&admin, "/acme").await;
        let private = findings
            .iter()
            .find(|one| one.code == CheckCode::ImagePrivate);
        assert_eq!(private.unwrap().locations(), [&p(EAST)]);
    });
}

#[test]
fn m12_a_newer_image_of_the_same_line_is_told() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        registered(&admin, "/acme", EAST, 1, "44.9").await;
        with(&admin, "/acme", vec![set(EAST, 1)]).await;
        let newer = async || {
            let findings = found(&admin, "/acme").await;
            let newer = findings
                .into_iter()
                .find(|one| one.code == CheckCode::NewerImage);
            newer.map(|newer| {
                newer
                    .found
                    .into_iter()
                    .map(|part| part.value)
                    .collect::<String>()
            })
        };
        assert_eq!(newer().await, None);
        // Older, elsewhere, or of another project below: none of them is newer.
        registered(&admin, "/acme", EAST, 2, "44.8").await;
        registered(&admin, "/acme", WEST, 3, "44.10").await;
        registered(&admin, "/acme/prod", EAST, 4, "44.10").await;
        let mut other = image("/acme", EAST, 5);
        other.os = Some(OsFacts::parse("fedora-coreos", "44", "44.10").unwrap());
        other.name = Some(ImageName::parse("a data base 44.10").unwrap());
        other.architecture = Some(Architecture::X86_64);
        admin.register_image(other).await.unwrap();
        assert_eq!(newer().await, None);
        registered(&admin, "/acme", EAST, 6, "44.10").await;
        assert!(
            newer()
                .await
                .unwrap()
                .contains(crate::support::ami(6).as_str())
        );
        // What stands above counts as well.
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        registered(&admin, "/", EAST, 7, "44.11").await;
        assert!(
            newer()
                .await
                .unwrap()
                .contains(crate::support::ami(7).as_str())
        );
    });
}

#[test]
fn m12_a_commit_is_refused_for_what_it_denies() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        with(&dana, "/acme", vec![set(EAST, 1)]).await;
        let options = CheckOptions::default();
        let commit = async |deny: &str, seen| {
            let (reference, deny) = (web(), p::<Deny>(deny));
            let acme = acme();
            let commit =
                dana.commit_mci_denying(&reference, &acme, p("first"), seen, &deny, &options);
            commit.await
        };
        let refused = commit("image-unregistered", None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        let Error::Findings(denied) = &refused else {
            panic!("{refused}")
        };
        assert_eq!(codes(&denied.findings), ["image-unregistered"]);
        insta::assert_snapshot!(refused, @"the checks found image-unregistered, and this commit denies them: settle them, or deny less");
        assert!(commit("warnings", None).await.is_err());
        let view = dana.mci(&web(), &acme()).await.unwrap();
        assert_eq!(view.last, None, "nothing was committed");
        // A stale HEAD is told before what checks find of the new one.
        let stale = commit("warnings", Some(Generation::new(0))).await;
        assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
        // What is not denied, or no longer found, is committed.
        assert_eq!(
            commit("mixed-os,image-private", None)
                .await
                .unwrap()
                .number()
                .get(),
            1
        );
        registered(&dana, "/acme", WEST, 2, "44.1").await;
        let edits = vec![HeadEdit::Unset { location: p(EAST) }, set(WEST, 2)];
        dana.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        commit("image-unregistered", None).await.unwrap();
    });
}

#[test]
fn m12_who_may_not_commit_is_told_nothing_of_what_checks_find() {
    let world = World::new();
    run(async {
        with(&world.who("dana"), "/acme", vec![set(EAST, 1)]).await;
        let (from, options) = (p("/acme/prod"), CheckOptions::default());
        let (olga, web) = (world.who("olga"), web());
        let refused = olga.commit_mci_denying(&web, &from, p("m"), None, &Deny::Warnings, &options);
        assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::Denied);
        let bert = world
            .who("bert")
            .mci_check(&web, &p("/beta"), &options)
            .await;
        assert_eq!(bert.unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn m12_the_tag_of_an_agent_and_the_need_for_one_are_options() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        registered(&dana, "/acme", EAST, 1, "44.1").await;
        let mut none = image("/acme", WEST, 2);
        none.agent = Some(AgentFacts::Absent);
        dana.register_image(none).await.unwrap();
        let tag = HeadEdit::AddTag(p("agent:kind=ours"));
        with(&dana, "/acme", vec![set(EAST, 1), set(WEST, 2), tag]).await;
        let found = async |options: &CheckOptions| {
            let findings = dana.mci_check(&web(), &acme(), options).await.unwrap();
            let codes = codes(&findings).into_iter();
            codes
                .filter(|code| code.starts_with("agent"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let mut options = CheckOptions::default();
        assert_eq!(found(&options).await, "agent-untagged");
        options.needs_agent = true;
        assert_eq!(found(&options).await, "agent-untagged agent-missing");
        options.agent_tag = Some(p("agent:kind=ours"));
        assert_eq!(found(&options).await, "agent-tag-unfounded agent-missing");
    });
}
