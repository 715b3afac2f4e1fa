//! Where a MultiCloud Image has no image yet, and which could stand there.

use crate::{
    inventories::{Watched, world},
    support::{World, acme, add_credential, ami, image, p, run, set, web},
};
use cloud_atlas::{
    ErrorKind, Session, Suggested,
    image::{AgentFacts, Architecture, OsFacts},
    image_id::{Cloud, CloudLocation},
    scope::Scope,
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";
const PARIS: &str = "aws/eu-west-3";

async fn registered(who: &Session, scope: &str, location: &str, number: u64, version: &str) {
    let mut ask = image(scope, location, number);
    ask.os = Some(OsFacts::parse("fedora-coreos", "44", version).unwrap());
    ask.architecture = Some(Architecture::X86_64);
    ask.agent = Some(AgentFacts::Absent);
    who.register_image(ask).await.unwrap();
}

/// A MultiCloud Image of a registered image in the east.
async fn made(who: &Session) {
    registered(who, "/acme", EAST, 1, "44.1").await;
    who.create_mci(&acme(), p("web")).await.unwrap();
    let edits = vec![set(EAST, 1)];
    who.edit_mci(&web(), &acme(), edits, None).await.unwrap();
}

async fn free(who: &Session, from: &str) -> String {
    let free = who.mci_free(&web(), &p(from)).await.unwrap();
    let names: Vec<_> = free.iter().map(CloudLocation::as_str).collect();
    names.join(" ")
}

async fn suggested(who: &Session, from: &str, location: &str) -> Suggested {
    let (from, location) = (p(from), p(location));
    let suggested = who.mci_suggest(&web(), &from, &location).await;
    suggested.unwrap()
}

fn fitting(suggested: &Suggested) -> Vec<&str> {
    let records = suggested.fitting.iter();
    records.map(|record| record.image_id().as_str()).collect()
}

#[test]
fn m18_free_locations_are_those_known_from_the_scope_that_no_setting_serves() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        made(&admin).await;
        assert_eq!(free(&admin, "/acme").await, "");
        for number in 2..5 {
            registered(&admin, "/acme", WEST, number, "44.1").await;
        }
        registered(&admin, "/acme/prod", PARIS, 5, "44.1").await;
        registered(&admin, "/beta", "aws/eu-west-1", 6, "44.1").await;
        // A project's record is known there, and another account's nowhere here.
        assert_eq!(free(&admin, "/acme").await, WEST);
        assert_eq!(free(&admin, "/acme/prod").await, format!("{PARIS} {WEST}"));
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        registered(&admin, "/", "aws/ca-west-1", 7, "44.1").await;
        assert_eq!(free(&admin, "/acme").await, format!("aws/ca-west-1 {WEST}"));
        let edits = vec![set(WEST, 2)];
        admin.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        assert_eq!(free(&admin, "/acme").await, "aws/ca-west-1");
    });
}

#[test]
fn m18_an_inventory_that_a_credential_reaches_names_free_locations_too() {
    let inventory = Watched::new(&format!(
        r#""{EAST}": {{"images": [{{"id": "{}"}}]}}, "{PARIS}": {{}}, "vmware/DC1": {{}}"#,
        ami(1)
    ));
    let world = world(&inventory);
    run(async {
        let admin = world.admin();
        made(&admin).await;
        assert_eq!(
            free(&admin, "/acme").await,
            PARIS,
            "nobody may ask about VMware"
        );
    });
}

#[test]
fn m18_suggests_records_with_the_same_inside_else_the_one_to_copy() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        made(&admin).await;
        // Nothing fits: the one in the east is to be copied.
        let copied = suggested(&admin, "/acme", WEST).await;
        assert_eq!(fitting(&copied), [""; 0]);
        assert_eq!(copied.copy.unwrap().image_id(), &ami(1));
        let other_cloud = suggested(&admin, "/acme", "gcp").await;
        assert_eq!(other_cloud.copy, None, "no copy goes from cloud to cloud");
        // Another version does not fit, nor what this scope does not see.
        registered(&admin, "/acme", WEST, 2, "44.2").await;
        registered(&admin, "/acme/prod", WEST, 3, "44.1").await;
        registered(&admin, "/beta", WEST, 4, "44.1").await;
        assert_eq!(fitting(&suggested(&admin, "/acme", WEST).await), [""; 0]);
        let below = suggested(&admin, "/acme/prod", WEST).await;
        assert_eq!(fitting(&below), [ami(3).as_str()]);
        registered(&admin, "/acme", WEST, 5, "44.1").await;
        let found = suggested(&admin, "/acme", WEST).await;
        assert_eq!(fitting(&found), [ami(5).as_str()]);
        assert_eq!(found.copy, None);
        assert_eq!(found.profile.unwrap().architecture, Architecture::X86_64);
    });
}

#[test]
fn m18_what_is_hidden_is_absent() {
    let world = World::new();
    run(async {
        made(&world.admin()).await;
        let (bert, beta) = (world.who("bert"), p::<Scope>("/beta"));
        let refused = bert.mci_free(&web(), &beta).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
        let refused = bert.mci_suggest(&web(), &beta, &p(WEST)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
        let nothing = suggested(&world.who("olga"), "/acme/prod", PARIS).await;
        assert!(nothing.copy.is_some(), "what is shared from above is seen");
    });
}
