//! What a cloud says it holds, and what follows from it.

use crate::support::{World, ami, image, most, p, run};
use atlas_testkit::facade::{ManualClock, SequentialIds};
use cloud_atlas::{
    Atlas, CandidateQuery, Clock, Error, ErrorKind, ImageQuery, Inventory, RegisterImage,
    image::{
        Architecture, CloudImage, CloudNetwork, CloudServer, ImageRecordId, OriginText,
        RegisterError, SecretRef, Verification, Via,
    },
    image_id::{Cloud, CloudLocation, ImageId},
    inventory::{Ask, FileInventory, Fut, InventoryError, Limits, Listed},
    scope::{Role, Scope},
};
use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

const EAST: &str = "aws/us-east-1";

/// A file that counts how often it is asked, keeps the secrets, and can be out of reach.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    file: FileInventory,
    later: OnceLock<FileInventory>,
    asked: AtomicUsize,
    secrets: Mutex<Vec<Option<SecretRef>>>,
    is_away: AtomicBool,
}

impl Watched {
    pub(crate) fn new(places: &str) -> Arc<Self> {
        Arc::new(Self {
            file: Self::read(places),
            ..Self::default()
        })
    }

    fn read(places: &str) -> FileInventory {
        let text = format!(r#"{{"version": 1, "locations": {{{places}}}}}"#);
        FileInventory::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    /// From now on the clouds hold something else.
    pub(crate) fn now(&self, places: &str) {
        self.later.set(Self::read(places)).unwrap();
    }

    fn file(&self) -> &FileInventory {
        self.later.get().unwrap_or(&self.file)
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Puts it out of reach.
    pub(crate) fn away(&self) {
        self.is_away.store(true, Ordering::Relaxed);
    }

    fn ask<'a, T: 'a>(&self, ask: Ask<'_>, answer: Fut<'a, T>) -> Fut<'a, T> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut secrets = self.secrets.lock().unwrap();
        secrets.push(ask.secret.cloned());
        if !self.is_away.load(Ordering::Relaxed) {
            return answer;
        }
        let location = ask.location.clone();
        let source = Box::new(std::io::Error::other("no route"));
        Box::pin(async move { Err(InventoryError::Unavailable { location, source }) })
    }
}

impl Inventory for Watched {
    fn covers(&self, location: &CloudLocation) -> bool {
        self.file().covers(location)
    }

    fn known_locations(&self) -> Vec<CloudLocation> {
        self.file().known_locations()
    }

    fn describe<'a>(&'a self, ask: Ask<'a>, image: &'a ImageId) -> Fut<'a, Option<CloudImage>> {
        self.ask(ask, self.file().describe(ask, image))
    }

    fn images<'a>(&'a self, ask: Ask<'a>, after: Option<&'a str>) -> Fut<'a, Listed<CloudImage>> {
        self.ask(ask, self.file().images(ask, after))
    }

    fn servers<'a>(&'a self, ask: Ask<'a>, after: Option<&'a str>) -> Fut<'a, Listed<CloudServer>> {
        self.ask(ask, self.file().servers(ask, after))
    }

    fn server<'a>(&'a self, ask: Ask<'a>, id: &'a OriginText) -> Fut<'a, Option<CloudServer>> {
        self.ask(ask, self.file().server(ask, id))
    }

    fn networks<'a>(&'a self, ask: Ask<'a>) -> Fut<'a, Option<Vec<CloudNetwork>>> {
        self.ask(ask, self.file().networks(ask))
    }
}

/// The usual world over an inventory.
pub(crate) fn world(inventory: &Arc<Watched>) -> World {
    World::asking(Arc::clone(inventory) as Arc<dyn Inventory>)
}

fn east() -> Arc<Watched> {
    Watched::new(&format!(
        r#""{EAST}": {{
            "images": [
              {{"id": "{}", "name": "web-7", "architecture": "arm64", "size_gb": 8}},
              {{"id": "{}"}}],
            "servers": [
              {{"id": "i-1", "state": "operational", "image": "{}"}},
              {{"id": "i-2", "state": "stopped", "image": "{}"}}]}},
          "vmware/DC1": {{"images": [{{"id": "vm-42", "name": "rhel9"}}]}}"#,
        ami(1),
        ami(2),
        ami(1),
        ami(9)
    ))
}

fn query(scope: &str) -> CandidateQuery {
    CandidateQuery::new(p(scope), p(EAST))
}

#[test]
fn i07_registration_asks_the_inventory_and_keeps_what_it_says() {
    let inventory = east();
    let world = world(&inventory);
    let dana = world.who("dana");
    run(async {
        let mut ask = image("/acme", EAST, 1);
        ask.name = None;
        let record = dana.register_image(ask).await.unwrap().record;
        assert_eq!(record.name(), "web-7");
        assert_eq!(record.architecture(), Some(Architecture::Aarch64));
        assert!(matches!(
            record.verification(),
            Verification::Verified { .. }
        ));
        // It is kept so.
        let kept = dana.image(record.id(), &p("/acme")).await.unwrap();
        assert_eq!(kept, record);

        let refused = dana
            .register_image(image("/acme", EAST, 3))
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(matches!(
            refused,
            Error::Register(RegisterError::NotInCloud { .. })
        ));
        // A place that no inventory covers stays unverified.
        let other = dana
            .register_image(image("/acme", "aws/eu-west-1", 3))
            .await;
        let other = other.unwrap().record;
        assert_eq!(other.verification(), Verification::Unverified);
        // Many at once: the one that is not there is named.
        let many = vec![image("/acme", EAST, 2), image("/acme", EAST, 3)];
        let refused = dana.register_images(many).await.unwrap_err();
        assert!(
            matches!(refused, Error::OneOfMany { number: 2, .. }),
            "{refused}"
        );
    });
    let secrets = inventory.secrets.lock().unwrap();
    assert!(
        secrets
            .iter()
            .all(|secret| *secret == Some(p("vault:secret")))
    );
}

#[test]
fn i07_who_may_not_register_learns_nothing_from_the_inventory() {
    let inventory = east();
    let world = world(&inventory);
    run(async {
        for who in ["olga", "bert", "eve"] {
            let there = world.who(who).register_image(image("/acme", EAST, 1)).await;
            let not_there = world.who(who).register_image(image("/acme", EAST, 3)).await;
            let (there, not_there) = (there.unwrap_err(), not_there.unwrap_err());
            assert_eq!(there.to_string(), not_there.to_string());
            let candidates = world.who(who).candidates(&query("/acme"), None).await;
            assert_eq!(candidates.unwrap_err().kind(), ErrorKind::Denied);
            let found = world.who(who).discover(&query("/acme")).await;
            assert_eq!(found.unwrap_err().kind(), ErrorKind::Denied);
        }
    });
    assert_eq!(
        inventory.asked.load(Ordering::Relaxed),
        0,
        "the cloud was not asked"
    );
}

#[test]
fn i07_an_inventory_that_is_away_stops_the_registration() {
    let inventory = east();
    let world = world(&inventory);
    inventory.is_away.store(true, Ordering::Relaxed);
    run(async {
        let dana = world.who("dana");
        let refused = dana
            .register_image(image("/acme", EAST, 1))
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable);
        let refused = dana.candidates(&query("/acme"), None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable);
        let images = dana.images(&ImageQuery::new(p("/acme")), &most()).await;
        assert!(images.unwrap().items.is_empty());
    });
}

#[test]
fn i07_a_pointer_is_no_image_to_look_for() {
    let world = world(&east());
    run(async {
        let mut ask = image("/acme", EAST, 1);
        let name = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023";
        ask.image_id = ImageId::parse(Cloud::Aws, name).unwrap();
        let record = world.who("dana").register_image(ask).await.unwrap().record;
        assert_eq!(record.verification(), Verification::Unverified);
    });
}

#[test]
fn i10_candidates_are_listed_and_picked() {
    let world = world(&east());
    let dana = world.who("dana");
    run(async {
        let registered = dana.register_image(image("/acme/prod", EAST, 1)).await;
        let registered = registered.unwrap().record.id();
        let listed = async |scope: &str| {
            let found = dana.candidates(&query(scope), None).await.unwrap();
            assert_eq!(found.next, None);
            let records = found.items.iter().map(|candidate| candidate.record);
            records.collect::<Vec<Option<ImageRecordId>>>()
        };
        assert_eq!(listed("/acme/prod").await, [Some(registered), None]);
        assert_eq!(
            listed("/acme").await,
            [Some(registered), None],
            "it lies below"
        );
        assert_eq!(
            listed("/acme/dev").await,
            [None, None],
            "a sibling's is not told of"
        );

        let elsewhere = CandidateQuery::new(p("/acme"), p("aws/eu-west-1"));
        let refused = dana.candidates(&elsewhere, None).await.unwrap_err();
        assert!(matches!(refused, Error::NoInventory { .. }), "{refused}");
        let mut other = query("/acme");
        other.credential = Some(p("spare"));
        let refused = dana.candidates(&other, None).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Register(RegisterError::NoSuchCredential { .. })
        ));
    });
}

#[test]
fn i10_templates_of_vmware_come_from_the_candidates() {
    let world = world(&east());
    let admin = world.admin();
    run(async {
        crate::support::add_credential(&admin, "/acme", Cloud::Vmware)
            .await
            .unwrap();
        let ask = |id: &str| {
            let id = ImageId::parse(Cloud::Vmware, id).unwrap();
            let mut ask = RegisterImage::new(p("/acme"), p("vmware/DC1"), id, Via::Form);
            ask.os = image("/acme", EAST, 1).os;
            ask
        };
        let record = admin.register_image(ask("vm-42")).await.unwrap().record;
        assert_eq!(record.name(), "rhel9", "the name is prefilled");
        let mut other = ask("vm-43");
        other.name = Some("hand-made".parse().unwrap());
        let refused = admin.register_image(other.clone()).await.unwrap_err();
        assert!(
            refused.to_string().ends_with("say that it is unverified"),
            "{refused}"
        );
        other.unverified = true;
        let record = admin.register_image(other).await.unwrap().record;
        assert_eq!(record.verification(), Verification::Unverified);
    });
}

#[test]
fn i10_discovery_goes_both_ways() {
    let world = world(&east());
    let (dana, admin) = (world.who("dana"), world.admin());
    run(async {
        dana.register_image(image("/acme", EAST, 1)).await.unwrap();
        // Registered by somebody whose program had no inventory.
        let blind = Atlas::builder()
            .clock(Arc::new(ManualClock::new(crate::support::noon())) as Arc<dyn Clock>)
            .ids(Arc::new(SequentialIds::starting_at(1 << 100)))
            .with_store(world.atlas.store());
        let blind = blind.await.unwrap();
        let bert = blind.act_as(&p("bert"));
        bert.register_image(image("/beta", EAST, 2)).await.unwrap();
        let gone = blind
            .act_as(&p("dana"))
            .register_image(image("/acme", EAST, 5))
            .await;
        let gone = gone.unwrap().record;

        let found = dana.discover(&query("/acme")).await.unwrap();
        let images: Vec<_> = found.images.iter().map(|image| &image.image_id).collect();
        assert_eq!(
            images,
            [&ami(2)],
            "a record of another account is none of ours"
        );
        assert_eq!(found.records, [gone]);
        let servers: Vec<_> = found
            .servers
            .iter()
            .map(|server| server.id.as_str())
            .collect();
        assert_eq!(servers, ["i-2"]);

        // A record at `/` is everybody's; a sibling's is not.
        crate::support::add_credential(&admin, "/", Cloud::Aws)
            .await
            .unwrap();
        blind
            .act_as(&p("admin"))
            .register_image(image("/", EAST, 9))
            .await
            .unwrap();
        let mut asked = query("/acme/prod");
        asked.credential = Some(p("aws-main"));
        let found = dana.discover(&asked).await.unwrap();
        assert!(found.servers.is_empty());
        let scopes: Vec<_> = found
            .records
            .iter()
            .map(|record| record.scope().clone())
            .collect();
        assert_eq!(scopes.len(), 2, "{scopes:?}");
        assert!(scopes.contains(&Scope::global()) && scopes.contains(&p("/acme")));
    });
}

#[test]
fn c05_the_right_to_write_stands_in_for_a_credential_of_the_repository() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let ask = || {
            let id = ImageId::parse(Cloud::Local, "ami-0ae8605ed708e3c3e").unwrap();
            RegisterImage::new(p("/beta/prod"), p("local/main"), id, Via::Repository)
        };
        let refused = world.who("olga").register_image(ask()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Denied);
        let record = world
            .who("bert")
            .register_image(ask())
            .await
            .unwrap()
            .record;
        assert_eq!(
            (record.credential(), record.location()),
            (None, &p("local/main"))
        );
        admin
            .grant(&p("eve"), &Role::DESIGNER, &p("/acme"), None)
            .await
            .unwrap();
        let refused = world.who("eve").register_image(ask()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Denied);
        // Its ids are AMI ids of 8, 17 and 32 digits; a name tells one repository from another.
        for (location, id) in [
            ("local/main", "ami-0ae8605e"),
            ("local/main", "ami-0ae8605ed708e3c3e0ae8605ed708e3c"),
            ("local/west", "ami-0ae8605ed708e3c3e"),
            ("local:lab/main", "ami-0ae8605ed708e3c3e"),
        ] {
            let mut ask = ask();
            ask.image_id = ImageId::parse(Cloud::Local, id).unwrap();
            ask.location = p(location);
            let record = world.who("bert").register_image(ask).await.unwrap().record;
            assert_eq!(record.location(), &p(location));
            assert_eq!(
                (record.image_id().as_str(), record.credential()),
                (id, None)
            );
        }
        let again = world.who("bert").register_image(ask()).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict);
        // A credential of AWS is for AWS: it stands in for nothing here, and cannot be named.
        let mut named = ask();
        named.image_id = ImageId::parse(Cloud::Local, "ami-0123456789abcdef0").unwrap();
        named.credential = Some(p("aws-main"));
        let refused = world.who("bert").register_image(named).await.unwrap_err();
        assert!(refused.to_string().contains("it needs none"), "{refused}");
        // At `/` it needs the permission at `/`, and nothing else.
        let mut top = ask();
        (top.scope, top.location) = (Scope::global(), p("local/top"));
        let refused = world.who("bert").register_image(top.clone()).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        let record = admin.register_image(top).await.unwrap().record;
        assert_eq!((record.credential(), record.shared()), (None, true));
    });
}
