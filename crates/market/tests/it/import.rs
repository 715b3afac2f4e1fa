//! What an import copies, and what it is called.

use crate::{
    AMI, Mci, TOKYO, at, dana, name, now, offered, pretty, publication, reason, record, request,
    scope, to_groups, viewer,
};
use atlas_base::Digest;
use atlas_image::LaunchPermission;
use atlas_market::{
    HeldRevision, ImportError, ImportFacts, ImportPlan, ImportedLineage, LineageKind, Publication,
    PublicationRef, PublishedImages, Viewer, Visibility, import, shown_names,
};
use atlas_mci::ImageFacts;
use insta::assert_snapshot;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What a receiver sees and has.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    pub(crate) scope: atlas_scope::Scope,
    pub(crate) viewer: Viewer,
    pub(crate) offered: Vec<Publication>,
    pub(crate) images: Vec<PublishedImages>,
    pub(crate) held: BTreeMap<PublicationRef, HeldRevision>,
    pub(crate) lineages: Vec<ImportedLineage>,
    pub(crate) taken: BTreeSet<(LineageKind, atlas_base::Name)>,
}

impl Receiver {
    pub(crate) fn new(at: &str, groups: &[u128], offered: &[Publication]) -> Self {
        Self {
            scope: scope(at),
            viewer: viewer(at, groups),
            offered: offered.to_vec(),
            images: Vec::new(),
            held: BTreeMap::new(),
            lineages: Vec::new(),
            taken: BTreeSet::new(),
        }
    }

    pub(crate) fn plan(&self, wanted: PublicationRef) -> Result<ImportPlan, ImportError> {
        let facts = ImportFacts {
            publication: self.offered.iter().find(|it| it.reference() == wanted),
            dependencies: &self.offered,
            images: &self.images,
            viewer: &self.viewer,
            held: &self.held,
            lineages: &self.lineages,
            taken: &self.taken,
            by: &dana(),
            now: now(),
        };
        import(wanted, &self.scope, facts)
    }

    /// What it has afterwards.
    pub(crate) fn keep(&mut self, plan: ImportPlan) {
        for copy in plan.copies {
            let (scope, digest) = (copy.scope, copy.digest);
            self.held
                .insert(copy.publication, HeldRevision { scope, digest });
        }
        for lineage in &plan.lineages {
            self.taken.insert((lineage.kind, lineage.name.clone()));
        }
        self.lineages.extend(plan.lineages);
    }

    pub(crate) fn import(&mut self, wanted: PublicationRef) -> ImportPlan {
        let plan = self.plan(wanted).unwrap();
        self.keep(plan.clone());
        plan
    }

    /// Imports, and keeps what that copies.
    pub(crate) fn take(&mut self, wanted: PublicationRef) {
        let plan = self.plan(wanted).unwrap();
        self.keep(plan);
    }

    fn named(&self) -> Vec<&str> {
        self.lineages.iter().map(|it| it.name.as_str()).collect()
    }
}

/// A template of `/acme` with two images, the second of which it links alone.
pub(crate) fn front_end() -> Vec<Publication> {
    let (web, database) = (Mci::open(1, "web"), Mci::open(2, "database"));
    let template = crate::Template::of(9, "front end", &[&database, &web]);
    let published = template.publish(request(Visibility::Public), &[]).unwrap();
    let mut all = published.dependencies;
    all.push(published.publication);
    all
}

#[test]
fn p05_an_import_is_the_same_revision() {
    let mci = Mci::at(7, 3, "web-base", &[("azure", crate::URN)]);
    let published = mci.publish(request(Visibility::Public), &[]).unwrap();
    let mut receiver = Receiver::new("/globex/prod", &[], &[published.publication]);
    let plan = receiver.import(publication(7, 3));
    let copy = &plan.copies[0];
    assert_eq!(copy.revision.lineage, mci.lineage);
    assert_eq!(copy.revision.number, mci.revision.number());
    assert_eq!(copy.digest, mci.revision.digest());
    assert_eq!(copy.content, mci.content.digest());
    assert_eq!(copy.scope, scope("/globex/prod"));
    let lineage = &plan.lineages[0];
    assert_eq!(lineage.lineage, mci.lineage);
    assert_eq!(lineage.publisher, scope("/acme"));
    assert!(!lineage.shared);
    // Neither 1 nor 2 come along.
    assert_eq!((plan.copies.len(), plan.there.len()), (1, 0));
    assert_snapshot!(pretty(&plan), @r#"
    {
      "lineages": [
        {
          "scope": "/globex/prod",
          "lineage": "lin-00000000000000000000000000000007",
          "publication": "pub-00000000000000000000000000000007",
          "publisher": "/acme",
          "kind": "mci",
          "name": "web-base",
          "shared": false,
          "by": "dana",
          "at": "2026-07-21T14:07:12Z"
        }
      ],
      "copies": [
        {
          "scope": "/globex/prod",
          "revision": "lin-00000000000000000000000000000007@3",
          "publication": "pub-00000000000000000000000000000007@3",
          "digest": "blake3:81178a9e758b49661033613ac90b534ba572ddc4053b67702e53d66a9601e4ae",
          "content": "blake3:83e4f394775568d775889c1c39cee90f35d961a6be2e90908c3900a6c5b57f6a",
          "by": "dana",
          "at": "2026-07-21T14:07:12Z"
        }
      ],
      "there": []
    }
    "#);
}

#[test]
fn p05_what_it_depends_on_comes_first() {
    let mut receiver = Receiver::new("/globex", &[], &front_end());
    let plan = receiver.import(publication(9, 1));
    let copied: Vec<_> = plan.copies.iter().map(|it| it.publication).collect();
    assert_eq!(
        copied,
        [publication(1, 1), publication(2, 1), publication(9, 1)]
    );
    assert_eq!(receiver.named(), ["web", "database", "front end"]);
    assert!(receiver.lineages.iter().all(|it| it.shared));
}

#[test]
fn p05_importing_twice_changes_nothing() {
    let mut receiver = Receiver::new("/globex", &[], &front_end());
    let first = receiver.import(publication(9, 1));
    let again = receiver.import(publication(9, 1));
    assert!(again.copies.is_empty() && again.lineages.is_empty());
    let there: Vec<_> = again.there.iter().map(|(it, _)| *it).collect();
    let copied: Vec<_> = first.copies.iter().map(|it| it.publication).collect();
    assert_eq!(there, copied);
}

#[test]
fn p05_what_the_scope_above_holds_is_there() {
    let mut above = Receiver::new("/globex", &[], &front_end());
    above.take(publication(1, 1));
    let mut below = Receiver::new("/globex/prod", &[], &front_end());
    below.held = above.held;
    let plan = below.import(publication(9, 1));
    let copied: Vec<_> = plan.copies.iter().map(|it| it.publication).collect();
    assert_eq!(copied, [publication(2, 1), publication(9, 1)]);
    assert_eq!(plan.there[0].1.scope, scope("/globex"));
}

#[test]
fn p05_another_digest_under_the_same_key_is_an_error() {
    let mut receiver = Receiver::new("/globex", &[], &front_end());
    receiver.take(publication(1, 1));
    let damaged = receiver.held.get_mut(&publication(1, 1)).unwrap();
    damaged.digest = Digest::of("test", b"damaged");
    for wanted in [publication(1, 1), publication(9, 1)] {
        let refused = receiver.plan(wanted).unwrap_err();
        assert!(matches!(refused, ImportError::Differs { .. }), "{refused}");
    }
    let refused = receiver.plan(publication(9, 1)).unwrap_err().to_string();
    assert!(refused.contains("`/globex`"), "{refused}");
}

#[test]
fn p05_what_is_not_seen_reads_like_what_is_not_there() {
    let hidden = offered(7, 1, "web", to_groups(&[1]));
    let outside = Receiver::new("/globex", &[2], std::slice::from_ref(&hidden));
    let refused = outside.plan(publication(7, 1)).unwrap_err();
    let absent = Receiver::new("/globex", &[2], &[]).plan(publication(7, 1));
    assert_eq!(refused, absent.unwrap_err());
    assert_snapshot!(refused, @"there is no publication pub-00000000000000000000000000000007@1: check its id, and what the catalogue lists");
    let inside = Receiver::new("/globex", &[1], &[hidden]);
    assert!(inside.plan(publication(7, 1)).is_ok());
}

#[test]
fn p05_the_publisher_has_it_already() {
    let receiver = Receiver::new("/acme/test", &[], &front_end());
    assert_snapshot!(receiver.plan(publication(9, 1)).unwrap_err(), @"`front end` was published by this account, which has it already: clone it for a copy");
}

#[test]
fn p05_accounts_import_and_the_top_is_none() {
    let receiver = Receiver::new("/", &[], &front_end());
    assert_snapshot!(receiver.plan(publication(9, 1)).unwrap_err(), @"`front end` cannot be imported to `/`: name an account such as `/acme`, or an environment of it");
}

#[test]
fn p05_a_dependency_that_is_not_for_the_account_stops_all() {
    let mut all = front_end();
    all[0].visibility = to_groups(&[1]);
    let receiver = Receiver::new("/globex", &[], &all);
    assert_snapshot!(receiver.plan(publication(9, 1)).unwrap_err(), @"`front end` needs pub-00000000000000000000000000000001@1, which is not for this account: ask its publisher to publish that to you as well");
    assert!(
        Receiver::new("/globex", &[1], &all)
            .plan(publication(9, 1))
            .is_ok()
    );
    let missing = Receiver::new("/globex", &[1], &all[1..]);
    let refused = missing.plan(publication(9, 1)).unwrap_err();
    assert!(matches!(refused, ImportError::DependencyNotSeen { .. }));
}

#[test]
fn p05_a_dependency_of_the_receiver_itself_is_its_own() {
    // What globex published and acme linked comes home.
    let mut all = front_end();
    all[0].publisher = scope("/globex");
    let mut receiver = Receiver::new("/globex/prod", &[], &all);
    assert_snapshot!(receiver.plan(publication(9, 1)).unwrap_err(), @"`web` is needed and is of this account, but `/globex/prod` does not see it: share it, or import to where it is seen");
    let own = HeldRevision {
        scope: scope("/globex"),
        digest: all[0].digest,
    };
    receiver.held.insert(publication(1, 1), own);
    let plan = receiver.import(publication(9, 1));
    assert_eq!(plan.copies.len(), 2);
    assert_eq!(receiver.named(), ["database", "front end"]);
}

#[test]
fn p08_what_is_deprecated_comes_only_with_what_depends_on_it() {
    let mut all = front_end();
    all[0] = all[0].deprecate(reason("old"), dana(), now()).unwrap();
    let mut receiver = Receiver::new("/globex", &[], &all);
    assert_snapshot!(receiver.plan(publication(1, 1)).unwrap_err(), @"`web` (pub-00000000000000000000000000000001@1) is deprecated and comes only with what depends on it: old; import a newer revision");
    assert_eq!(receiver.import(publication(9, 1)).copies.len(), 3);
    // What is there already stays as it is.
    let again = receiver.plan(publication(1, 1)).unwrap();
    assert!(again.copies.is_empty() && again.there.len() == 1);
}

#[test]
fn p11_a_name_that_is_taken_is_preceded_by_the_publisher() {
    let mut receiver = Receiver::new("/globex", &[], &front_end());
    for taken in ["web", "database", "acme/database"] {
        receiver.taken.insert((LineageKind::Mci, name(taken)));
    }
    receiver.take(publication(9, 1));
    assert_eq!(
        receiver.named(),
        ["acme/web", "acme/database (2)", "front end"]
    );
}

#[test]
fn p11_names_are_one_a_kind() {
    let mut receiver = Receiver::new("/globex", &[], &front_end());
    receiver.taken.insert((LineageKind::Template, name("web")));
    receiver.take(publication(1, 1));
    assert_eq!(receiver.named(), ["web"]);
}

#[test]
fn p11_two_that_arrive_together_have_two_names() {
    let (one, other) = (Mci::open(1, "web"), Mci::open(2, "web"));
    let template = crate::Template::of(9, "web", &[&one, &other]);
    let published = template.publish(request(Visibility::Public), &[]).unwrap();
    let mut all = published.dependencies;
    all.push(published.publication);
    let mut receiver = Receiver::new("/globex", &[], &all);
    receiver.take(publication(9, 1));
    assert_eq!(receiver.named(), ["web", "acme/web", "web"]);
}

#[test]
fn p11_a_name_stays_when_the_publisher_changes_it() {
    let mut receiver = Receiver::new("/globex", &[], &[offered(7, 1, "web", Visibility::Public)]);
    receiver.take(publication(7, 1));
    receiver
        .offered
        .push(offered(7, 2, "web server", Visibility::Public));
    let plan = receiver.import(publication(7, 2));
    assert_eq!((plan.copies.len(), plan.lineages.len()), (1, 0));
    assert_eq!(receiver.named(), ["web"]);
}

#[test]
fn p11_shown_names_are_names_of_references() {
    let offered = |text: &str| -> Vec<_> {
        let names = shown_names(&scope("/acme"), &name(text)).take(4);
        names.map(|it| it.to_string()).collect()
    };
    let web = offered("web base");
    assert_eq!(
        web,
        [
            "web base",
            "acme/web base",
            "acme/web base (2)",
            "acme/web base (3)"
        ]
    );
    let long = offered(&"x".repeat(255));
    assert!(long.iter().all(|it| it.chars().count() == 255));
    assert!(long[2].ends_with("xx (2)"), "{}", long[2]);
    for text in web {
        let reference = atlas_template::Reference::parse(&text).unwrap();
        let read = atlas_template::Reference::named(name(&text));
        assert_eq!(reference, read);
        let scoped = atlas_template::Reference::parse(&format!("/globex:{text}@3")).unwrap();
        assert_eq!(scoped.to_string(), format!("/globex:{text}@3"));
    }
}

#[test]
fn p11_there_is_a_last_name() {
    let mut receiver = Receiver::new("/globex", &[], &[offered(7, 1, "web", Visibility::Public)]);
    let all = shown_names(&scope("/acme"), &name("web"));
    receiver.taken = all.map(|it| (LineageKind::Mci, it)).collect();
    assert_eq!(receiver.taken.len(), 10_000);
    assert_snapshot!(receiver.plan(publication(7, 1)).unwrap_err(), @"there is no name left for `web`: rename some of those that are called like it");
}

#[test]
fn p11_an_import_brings_facts_and_no_records() {
    let inside = json!({
        "name": "secret name",
        "os": { "family": "ubuntu", "generation": "24", "version": "24.04" },
        "architecture": "x86_64",
        "agent": { "state": "installed", "kind": "right_link", "version": "v5.8" },
        "init_agent": { "state": "installed", "kind": "cloud-init" },
        "guest": { "dhcp": true, "login": "ubuntu" },
        "tags": ["internal"],
    });
    let record = record(1, "/acme", TOKYO, AMI, inside);
    let mci = Mci::new(7, "web", &[(TOKYO, AMI), ("azure", crate::URN)])
        .with_record(record.clone(), &[LaunchPermission::Everybody]);
    let published = mci.publish(request(Visibility::Public), &[]).unwrap();
    let mut receiver = Receiver::new("/globex", &[], &[published.publication]);
    receiver.images = published.images;
    let plan = receiver.import(publication(7, 1));
    let images = &plan.copies[0].images;
    let known = images.iter().map(|(at, _)| at);
    assert_eq!(known.collect::<Vec<_>>(), [&at(TOKYO)]);
    assert_snapshot!(pretty(&images), @r#"
    [
      {
        "locations": [
          "aws/ap-northeast-1"
        ],
        "inside": {
          "os": {
            "family": "ubuntu",
            "generation": "24",
            "version": "24.04"
          },
          "architecture": "x86_64",
          "agent": {
            "state": "installed",
            "kind": "right_link",
            "version": "v5.8"
          },
          "init_agent": {
            "state": "installed",
            "kind": "cloud-init"
          },
          "guest": {
            "dhcp": true,
            "login": "ubuntu"
          }
        }
      }
    ]
    "#);
    let ImageFacts::Registered(facts) = images.get(&at(TOKYO)).unwrap().as_facts() else {
        panic!("no facts");
    };
    assert_eq!(
        (facts.os.as_ref(), facts.architecture),
        (record.os(), record.architecture())
    );
    assert_eq!(&facts.agent, record.agent());
    // A template has the images of what it links, and they come with that.
    let template = crate::Template::of(9, "front end", &[&mci]);
    let published = template.publish(request(Visibility::Public), &[]).unwrap();
    assert!(published.images[1].images.is_empty());
}
