//! What somebody cannot see reads like what is not there.

use crate::support::{Raw, World, ask, committed, image, most, p, run, set};
use cloud_atlas::{
    Error, ErrorKind, LineageKind, Session,
    base::Name,
    image::ImageRecordId,
    scope::{Permission, Scope},
    store::{Partition, RetryPolicy, StoreError, Table, Tx, transact},
    template::{Reference, Selector},
};

const CALLERS: [&str; 5] = ["admin", "dana", "olga", "bert", "eve"];
const SCOPES: [&str; 6] = [
    "/",
    "/acme",
    "/acme/dev",
    "/acme/prod",
    "/beta",
    "/beta/prod",
];
/// Of the same length as the names of what there is.
const ABSENT: &str = "absence";
const NO_LINEAGE: &str = "lin-ffffffffffffffffffffffffffffffff";
const NO_IMAGE: &str = "img-ffffffffffffffffffffffffffffffff";

/// Something at every scope, one of them not shared.
fn furnished() -> (World, Vec<(Scope, Name)>) {
    let world = World::new();
    let admin = world.admin();
    let places = [
        ("/", "globals"),
        ("/acme", "account"),
        ("/acme", "private"),
        ("/acme/dev", "devbase"),
        ("/acme/prod", "product"),
        ("/beta", "foreign"),
        ("/beta/prod", "further"),
    ];
    run(async {
        for (scope, name) in places {
            committed(&admin, scope, name, 1).await;
        }
        let private = admin.mci(&p("private"), &p("/acme")).await.unwrap();
        unshare(&world, "acme", &private.lineage.to_string()).await;
    });
    let places = places.map(|(scope, name)| (p(scope), p(name)));
    (world, places.into())
}

/// Takes a MultiCloud Image of an account out of the sight of its environments.
pub(crate) async fn unshare(world: &World, account: &str, lineage: &str) {
    const MCIS: Table<Raw> = Table::new("mci", &[]);
    let account = Partition::account(account).unwrap();
    let work = |tx: Tx| {
        let (account, lineage) = (account.clone(), lineage.to_owned());
        async move {
            let mut raw = MCIS.get(&tx, &account, &lineage).await?.unwrap();
            raw.0["shared"] = false.into();
            let put = MCIS.put(&tx, &account, &lineage, &raw).await;
            put.map_err(|_| StoreError::Closed)
        }
    };
    // Not a seed that the ids of the world give.
    let policy = RetryPolicy::new(u128::MAX);
    transact(&*world.atlas.store(), &policy, work)
        .await
        .unwrap();
}

/// What every call that takes a reference answers.
async fn answers(
    who: &Session,
    reference: &Reference,
    from: &Scope,
) -> Vec<(&'static str, String)> {
    fn told<T>(result: Result<T, Error>) -> String {
        match result {
            Ok(_) => "an answer".to_owned(),
            Err(error) => format!("{:?}: {error}", error.kind()),
        }
    }
    let plain = p::<Reference>("globals");
    let asked =
        cloud_atlas::LaunchRequest::new(reference.clone(), p("aws/us-east-1"), from.clone());
    let one = std::slice::from_ref(reference);
    let edits = || vec![set("aws/eu-west-1", 3)];
    let version = semver::Version::new(1, 2, 3);
    vec![
        ("mci", told(who.mci(reference, from).await)),
        ("log", told(who.mci_log(reference, from, &most()).await)),
        ("diff", told(who.mci_diff(reference, reference, from).await)),
        ("pair", told(who.diff_pair(reference, from).await)),
        ("coverage", told(who.coverage(one, from).await)),
        (
            "channels",
            told(
                who.channels(LineageKind::Mci, reference, from, &most())
                    .await,
            ),
        ),
        ("resolve", told(who.resolve(&asked).await)),
        ("explain", told(who.explain(&asked).await)),
        ("all", told(who.resolve_all(&asked.subject).await)),
        ("lock", told(who.lock(reference, from, None).await)),
        ("export", told(who.export_stream(one, from).await)),
        (
            "assign",
            told(
                who.assign_channel(&p("c"), LineageKind::Mci, reference, from)
                    .await,
            ),
        ),
        (
            "channel",
            told(
                who.channel(&p("c"), LineageKind::Mci, reference, from)
                    .await,
            ),
        ),
        (
            "roll back",
            told(
                who.roll_back_channel(&p("c"), LineageKind::Mci, reference, from)
                    .await,
            ),
        ),
        (
            "restrict",
            told(
                who.restrict_channel(&p("c"), LineageKind::Mci, reference, from)
                    .await,
            ),
        ),
        (
            "open",
            told(
                who.open_channel(&p("c"), LineageKind::Mci, reference, from)
                    .await,
            ),
        ),
        (
            "drop",
            told(
                who.delete_channel(&p("c"), LineageKind::Mci, reference, from)
                    .await,
            ),
        ),
        (
            "revoke",
            told(crate::support::revoke(who, reference, from, "x").await),
        ),
        (
            "release",
            told(
                who.release(LineageKind::Mci, reference, from, &version)
                    .await,
            ),
        ),
        (
            "edit",
            told(who.edit_mci(reference, from, edits(), None).await),
        ),
        (
            "commit",
            told(who.commit_mci(reference, from, p("m"), None).await),
        ),
        (
            "diff after",
            told(who.mci_diff(&plain, reference, from).await),
        ),
    ]
}

/// The same reference to something that is not there.
fn absent(reference: &Reference) -> Reference {
    use cloud_atlas::template::Target;
    let target = match &reference.target {
        Target::Lineage(_) => Target::Lineage(p(NO_LINEAGE)),
        Target::Named { scope, .. } => Target::Named {
            scope: scope.clone(),
            name: p(ABSENT),
        },
    };
    Reference {
        target,
        selector: reference.selector.clone(),
    }
}

#[test]
fn s08_hidden_and_absent_read_the_same_byte_for_byte() {
    let (world, places) = furnished();
    let admin = world.admin();
    let mut hidden = 0;
    for (scope, name) in &places {
        let own = p::<Reference>(&format!("{scope}:{name}"));
        let lineage = run(admin.mci(&own, scope)).unwrap().lineage;
        let forms = [
            Reference::named(name.clone()),
            own,
            Reference::lineage(lineage),
        ];
        for selector in [None, Some(Selector::Head), Some(Selector::Number(p("9")))] {
            for form in &forms {
                let form = Reference {
                    selector: selector.clone(),
                    ..form.clone()
                };
                for (caller, from) in pairs() {
                    let who = world.who(caller);
                    let plain = Reference {
                        selector: None,
                        ..form.clone()
                    };
                    if run(who.mci(&plain, &from)).is_ok() {
                        continue;
                    }
                    hidden += 1;
                    let there = run(answers(&who, &form, &from));
                    let not_there = run(answers(&who, &absent(&form), &from));
                    for ((call, there), (_, not_there)) in there.into_iter().zip(not_there) {
                        let there = there
                            .replace(&lineage.to_string(), NO_LINEAGE)
                            .replace(name.as_str(), ABSENT);
                        assert_eq!(there, not_there, "{caller}: {call} of {form} from {from}");
                        assert_ne!(there, "an answer", "{caller}: {call} of {form} from {from}");
                    }
                }
            }
        }
    }
    assert!(hidden > 200, "{hidden}");
}

fn pairs() -> impl Iterator<Item = (&'static str, Scope)> {
    CALLERS
        .iter()
        .flat_map(|caller| SCOPES.iter().map(|scope| (*caller, p(scope))))
}

#[test]
fn s02_siblings_and_other_accounts_see_nothing_of_each_other() {
    let (world, places) = furnished();
    for (caller, from) in pairs() {
        let who = world.who(caller);
        let Ok(list) = run(who.mcis(&from, &most())) else {
            continue;
        };
        let names: Vec<_> = list.items.iter().map(|mci| mci.name.as_str()).collect();
        let seen: Vec<_> = places
            .iter()
            .rev()
            .filter(|(scope, name)| {
                scope == &from || (name.as_str() != "private" && scope.contains(&from))
            })
            .map(|(_, name)| name.as_str())
            .collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        let mut expected = seen.clone();
        expected.sort_unstable();
        assert_eq!(sorted, expected, "{caller} from {from}");
        for (_, name) in &places {
            let found = run(who.mci(&Reference::named(name.clone()), &from));
            assert_eq!(
                found.is_ok(),
                names.contains(&name.as_str()),
                "{name} from {from}"
            );
        }
    }
}

#[test]
fn s03_an_unshared_record_is_seen_at_its_own_scope_alone() {
    let (world, _) = furnished();
    let dana = world.who("dana");
    run(async {
        assert!(dana.mci(&p("private"), &p("/acme")).await.is_ok());
        let error = dana.mci(&p("private"), &p("/acme/prod")).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no MultiCloud Image `private` that can be seen from /acme/prod"
        );
        assert_eq!(error.kind(), ErrorKind::NotFound);

        // Image records: shared or not, by registration.
        let mut hidden = image("/acme", "aws/us-east-1", 21);
        hidden.shared = Some(false);
        let hidden = dana.register_image(hidden).await.unwrap().record;
        let shared = dana
            .register_image(image("/acme", "aws/us-east-1", 22))
            .await
            .unwrap();
        let mut private = image("/acme/dev", "aws/us-east-1", 23);
        private.shared = Some(false);
        let private = dana.register_image(private).await.unwrap();
        assert!(shared.record.shared() && !private.record.shared());
        for (id, seen_from) in [
            (hidden.id(), vec!["/acme"]),
            (shared.record.id(), vec!["/acme", "/acme/dev", "/acme/prod"]),
            (private.record.id(), vec!["/acme/dev"]),
        ] {
            for scope in ["/acme", "/acme/dev", "/acme/prod"] {
                let found = dana.image(id, &p(scope)).await;
                assert_eq!(
                    found.is_ok(),
                    seen_from.contains(&scope),
                    "{id} from {scope}"
                );
            }
        }
        // A launch binds to what is seen from where it is asked.
        committed(&dana, "/acme", "binds", 21).await;
        let here = dana
            .resolve(&ask("binds", "aws/us-east-1", "/acme"))
            .await
            .unwrap();
        assert_eq!(
            (here.plan.record, here.plan.warnings.len()),
            (Some(hidden.id()), 0)
        );
        let below = dana
            .resolve(&ask("binds", "aws/us-east-1", "/acme/prod"))
            .await
            .unwrap();
        assert_eq!(below.plan.record, None);
        assert_eq!(
            below.plan.warnings[0].to_string(),
            "no record of `ami-00000000000000015` is visible from here: register it"
        );
    });
}

#[test]
fn s08_hidden_images_read_like_absent_ones() {
    let world = World::new();
    let admin = world.admin();
    let mut hidden = image("/acme", "aws/us-east-1", 1);
    hidden.shared = Some(false);
    let records = run(async {
        let mut records = Vec::new();
        for ask in [
            hidden,
            image("/acme/dev", "aws/us-east-1", 2),
            image("/beta", "aws/us-east-1", 3),
        ] {
            records.push(admin.register_image(ask).await.unwrap().record);
        }
        records
    });
    let nothing = p::<ImageRecordId>(NO_IMAGE);
    for (caller, from) in pairs() {
        let who = world.who(caller);
        for record in &records {
            let own = cloud_atlas::scope::visible(record.scope(), record.shared(), &from);
            let Err(error) = run(who.image(record.id(), &from)) else {
                assert!(own, "{caller} sees {record:?} from {from}");
                continue;
            };
            let absent = run(who.image(nothing, &from)).unwrap_err();
            let text = error
                .to_string()
                .replace(&record.id().to_string(), NO_IMAGE);
            assert_eq!(text, absent.to_string());
            assert_eq!(error.kind(), absent.kind());
        }
    }
}

#[test]
fn s08_a_refusal_says_what_is_missing_and_who_would_have_it() {
    let world = World::new();
    let olga = world.who("olga");
    run(async {
        committed(&world.admin(), "/acme", "web", 1).await;
        let (web, prod) = (p::<Reference>("web"), p::<Scope>("/acme/prod"));
        let texts = [
            olga.create_mci(&prod, p("x")).await.unwrap_err(),
            olga.edit_mci(&web, &prod, Vec::new(), None)
                .await
                .unwrap_err(),
            olga.commit_mci(&web, &prod, p("m"), None)
                .await
                .unwrap_err(),
            olga.assign_channel(&p("c"), LineageKind::Mci, &web, &prod)
                .await
                .unwrap_err(),
            olga.register_image(image("/acme/prod", "aws/us-east-1", 1))
                .await
                .unwrap_err(),
            olga.add_scope(&p("/gamma")).await.unwrap_err(),
            olga.mcis(&p("/acme"), &most()).await.unwrap_err(),
        ];
        assert!(texts.iter().all(|error| error.kind() == ErrorKind::Denied));
        let texts = texts.map(|error| error.to_string()).join("\n");
        insta::assert_snapshot!(texts);
    });
}

#[test]
fn s05_reading_below_never_allows_writing_above() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        admin.add_principal(&p("finn")).await.unwrap();
        admin
            .grant(&p("finn"), &p("designer"), &p("/acme/prod"), None)
            .await
            .unwrap();
        let finn = world.who("finn");
        committed(&admin, "/acme", "web", 1).await;
        let (web, prod) = (p::<Reference>("web"), p::<Scope>("/acme/prod"));
        assert!(finn.mci(&web, &prod).await.is_ok());
        for error in [
            finn.edit_mci(&web, &prod, vec![set("aws/eu-west-1", 2)], None)
                .await
                .unwrap_err(),
            finn.commit_mci(&web, &prod, p("m"), None)
                .await
                .unwrap_err(),
            finn.assign_channel(&p("c"), LineageKind::Mci, &web, &prod)
                .await
                .unwrap_err(),
            finn.release(
                LineageKind::Mci,
                &web,
                &prod,
                &semver::Version::new(1, 0, 0),
            )
            .await
            .unwrap_err(),
        ] {
            match error {
                Error::Denied(denied) => assert_eq!(denied.scope, p("/acme")),
                error => panic!("{error}"),
            }
        }
        // At his own scope he may, under the same name.
        committed(&finn, "/acme/prod", "web", 2).await;
        let launch = finn
            .resolve(&ask("web", "aws/us-east-1", "/acme/prod"))
            .await
            .unwrap();
        assert_eq!(launch.plan.image, crate::support::ami(2));
    });
}

#[test]
fn s06_grants_add_up_reach_downward_and_end() {
    let world = World::new();
    let admin = world.admin();
    let may = |scope: &str, permission| {
        let eve = world.who("eve");
        run(eve.can(permission, &p(scope)))
            .unwrap()
            .decision
            .is_allowed()
    };
    let give = |role: &str, scope: &str, until: Option<&str>| {
        let until = until.map(p);
        run(admin.grant(&p("eve"), &p(role), &p(scope), until)).unwrap();
    };
    assert!(!may("/acme/prod", Permission::MciView));
    give("observer", "/acme", None);
    assert!(may("/acme/prod", Permission::MciView) && may("/acme", Permission::MciView));
    assert!(!may("/", Permission::MciView) && !may("/beta", Permission::MciView));
    assert!(!may("/acme/prod", Permission::MciEdit));
    give("designer", "/acme/prod", Some("2026-08-01T12:01:00Z"));
    assert!(may("/acme/prod", Permission::MciEdit) && !may("/acme", Permission::MciEdit));
    world.clock.advance_secs(60);
    assert!(!may("/acme/prod", Permission::MciEdit) && may("/acme/prod", Permission::MciView));
    run(admin.revoke(&p("eve"), &p("observer"), &p("/acme"))).unwrap();
    assert!(!may("/acme", Permission::MciView));
    // Without a grant there is nothing but refusals, except for what hides nothing.
    let eve = world.who("eve");
    assert!(run(eve.scopes(&most())).unwrap().items.is_empty());
    assert!(run(eve.mcis(&p("/"), &most())).is_err());
    assert!(run(eve.principals(&most())).is_err());
}
