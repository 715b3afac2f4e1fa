//! Access keys of the store, while requests that are signed with them are answered.

use crate::{
    api::Hands,
    ec2::{Echo, key, post, refused, signed, signer},
    sealing::seal_keys,
    serving::{Exchange, Served},
    world::p,
};
use atlas_server::{AccessKeys, Ec2, Ec2Limits, NewAccessKey, SealKeys, ServeLimits, StoredKeys};
use atlas_store_conformance::{Call, Fault, FaultyStore};
use cloud_atlas::{
    Atlas, Session,
    scope::{AccessKeyId, AddAccessKey, PrincipalId, Role, Scope},
    store::MemoryStore,
};
use pollster::FutureExt as _;
use std::sync::{Arc, Mutex};

const NOON: &str = "2026-07-21T12:00:00Z";

/// An engine in which dana designs in `/acme`, and who asks it with keys of the store.
struct Stored {
    atlas: Atlas,
    store: FaultyStore,
    seal: SealKeys,
    clock: Arc<Hands>,
    failures: Arc<Mutex<Vec<String>>>,
    account: String,
    served: Served,
}

impl Stored {
    fn new() -> Self {
        let clock = Arc::new(Hands(Mutex::new(p(NOON))));
        let store = FaultyStore::new(Arc::new(MemoryStore::new()));
        let builder = Atlas::builder().clock(Arc::<Hands>::clone(&clock));
        let atlas = builder.with_store(Arc::new(store.clone()));
        let atlas = atlas.block_on().unwrap();
        let admin = atlas.act_as(&p("admin"));
        let acme = admin.add_scope(&p("/acme")).block_on().unwrap();
        let (dana, at) = (p::<PrincipalId>("dana"), &acme.scope);
        admin.add_principal(&dana).block_on().unwrap();
        let granted = admin.grant(&dana, &Role::DESIGNER, at, None);
        granted.block_on().unwrap();
        let seal = seal_keys("a");
        let failures = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&failures);
        let given = key("AKONE", "fay", "/other", "222222222222");
        let keys = StoredKeys::new(atlas.clone(), seal.clone())
            .with_given(AccessKeys::new([given]).unwrap())
            .on_failure(move |failure| {
                let line = format!("{}: {}", failure.key, failure.error);
                told.lock().unwrap().push(line);
            });
        let api = Ec2::new(keys, Echo, Ec2Limits::default());
        let api = api.with_clock(Arc::<Hands>::clone(&clock));
        let served = Served::start(api.router(), ServeLimits::default());
        Self {
            atlas,
            store,
            seal,
            clock,
            failures,
            account: acme.account_number.unwrap().to_string(),
            served,
        }
    }

    fn dana(&self) -> Session {
        self.atlas.act_as(&p("dana"))
    }

    /// A new key of hers.
    fn add(&self) -> NewAccessKey {
        let made = self.seal.make().unwrap();
        let request = AddAccessKey {
            principal: p("dana"),
            scope: p::<Scope>("/acme"),
            id: made.id.clone(),
            until: None,
        };
        let added = self.dana();
        let added = added.add_access_key(&request, &made.sealed);
        added.block_on().unwrap();
        made
    }

    fn ask(&self, id: &AccessKeyId, secret: &str) -> Exchange {
        let mut signer = signer("AKONE");
        id.as_str().clone_into(&mut signer.key);
        secret.clone_into(&mut signer.secret);
        self.served.ask(&signer.sign(&post("/", "Action=x")))
    }

    #[track_caller]
    fn is_known(&self, made: &NewAccessKey) {
        let reply = self.ask(&made.id, made.secret());
        let expected = format!("dana /acme {} eu-central-1 ? Action=x", self.account);
        assert_eq!(reply.body, expected);
    }

    #[track_caller]
    fn is_unknown(&self, made: &NewAccessKey) {
        refused(&self.ask(&made.id, made.secret()), 401, "AuthFailure");
    }
}

#[test]
fn e05_keys_of_the_store_come_and_go_while_requests_are_answered() {
    let stored = Stored::new();
    let nobody = stored.seal.make().unwrap();
    stored.is_unknown(&nobody);
    let made = stored.add();
    stored.is_known(&made);
    let forged = stored.ask(&made.id, nobody.secret());
    refused(&forged, 403, "SignatureDoesNotMatch");
    // What the host has given is known besides.
    let given = stored.served.ask(&signed("AKONE"));
    assert!(
        given.body.starts_with("fay /other 222222222222"),
        "{given:?}"
    );

    let dana = stored.dana();
    dana.disable_access_key(&made.id).block_on().unwrap();
    stored.is_unknown(&made);
    dana.enable_access_key(&made.id).block_on().unwrap();
    stored.is_known(&made);

    let next = stored.seal.make().unwrap();
    let until = p("2026-07-21T12:05:00Z");
    let rotated = dana.rotate_access_key(&made.id, &next.id, &next.sealed, until);
    rotated.block_on().unwrap();
    stored.is_known(&made);
    stored.is_known(&next);
    *stored.clock.0.lock().unwrap() = until;
    stored.is_unknown(&made);
    stored.is_known(&next);
    dana.remove_access_key(&next.id).block_on().unwrap();
    stored.is_unknown(&next);

    let last = stored.add();
    stored.is_known(&last);
    let admin = stored.atlas.act_as(&p("admin"));
    admin.remove_principal(&p("dana")).block_on().unwrap();
    stored.is_unknown(&last);
    assert_eq!(*stored.failures.lock().unwrap(), [""; 0]);
}

#[test]
fn e05_who_cannot_be_found_out_now_may_ask_again() {
    let stored = Stored::new();
    let made = stored.add();
    stored.store.plan_for(Call::Snapshot, [Fault::Unavailable]);
    refused(
        &stored.ask(&made.id, made.secret()),
        503,
        "ServiceUnavailable",
    );
    stored.is_known(&made);
    // Keys for sealing that are not those of the store are the host's to mend.
    stored
        .seal
        .replace_from_text(&crate::sealing::line('b'))
        .unwrap();
    refused(
        &stored.ask(&made.id, made.secret()),
        503,
        "ServiceUnavailable",
    );
    let told = stored.failures.lock().unwrap().clone();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|line| line.starts_with(made.id.as_str())));
    assert!(
        told[1].contains("is not among those for sealing"),
        "{told:?}"
    );
    stored
        .seal
        .replace_from_text(&crate::sealing::line('a'))
        .unwrap();
    stored.is_known(&made);
}
