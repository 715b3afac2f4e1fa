//! What exceeds the limits of a store is refused as a whole, by the name of the limit.

use crate::{
    support::{
        World, add_credential, ami, ask, committed, dump, image, import_with, options, p, places,
        run, set, small,
    },
    watched::{Stop, Watched},
};
use cloud_atlas::{
    Atlas, Error, ErrorKind, ImportError, LineageKind, OpenError,
    image_id::Cloud,
    scope::{Permission, Role},
    store::{Footprint, Limit, MemoryStore, Store, StoreError},
};
use std::sync::Arc;

fn limited() -> World {
    World::over(Arc::new(MemoryStore::limited()))
}

/// A release of so many images, of one architecture.
fn release(images: usize) -> cloud_atlas::streams::StreamDocument {
    let places: Vec<_> = places().take(images).collect();
    let images: Vec<_> = places
        .iter()
        .zip(1..)
        .map(|(place, number)| ("x86_64", place.as_str(), number))
        .collect();
    small("stable", "1.0", "2026-01-01T00:00:00Z", &images)
}

#[test]
fn a_release_that_does_not_fit_is_refused_before_the_first_is_written() {
    let world = limited();
    let (fits, large) = (release(3), release(200));
    let large = large.with_last_modified(Some(p("2026-02-01T00:00:00Z")));
    let before = run(dump(&world.atlas));
    // Another release of its stream goes before it, and would fit.
    let other = small(
        "next",
        "0.9",
        "2026-01-01T00:00:00Z",
        &[("x86_64", "aws/us-east-1", 900)],
    );
    let dana = world.who("dana");
    let all = [other, large];
    let error = run(dana.import_streams(&all, &options(true), &|_| {})).unwrap_err();
    assert!(run(dump(&world.atlas)) == before);
    let text = error.to_string();
    let Error::Import(ImportError::TooLarge { what, limit, .. }) = &error else {
        panic!("{text}")
    };
    assert_eq!(
        (*what, *limit, error.kind()),
        (Limit::Operations, 128, ErrorKind::Invalid)
    );
    assert!(
        text.ends_with("operations of a commit, and this store takes 128: import in batches (option `in_batches`)"),
        "{text}"
    );
    run(dana.import_streams(&[fits], &options(true), &|_| {})).unwrap();
}

#[test]
fn what_no_batch_can_hold_is_refused_in_batches_too() {
    let world = limited();
    let mut options = options(true);
    options.in_batches = true;
    options.instance_types = options
        .instance_types
        .with(Cloud::Aws, None, p("any.large"));
    // Ten architectures: what makes the release whole is too much by itself.
    let architectures = [
        "i386",
        "x86_64",
        "aarch64",
        "armhf",
        "ppc64le",
        "s390x",
        "riscv64",
        "loongarch64",
        "x86_64_mac",
        "arm64_mac",
    ];
    let images: Vec<_> = architectures
        .iter()
        .zip(1..)
        .map(|(architecture, number)| (*architecture, "aws/us-east-1", number))
        .collect();
    let before = run(dump(&world.atlas));
    let dana = world.who("dana");
    let all = small("stable", "1.0", "2026-01-01T00:00:00Z", &images);
    let error = run(dana.import_streams(&[all], &options, &|_| {})).unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(
            &error,
            Error::Import(ImportError::StepTooLarge {
                what: Limit::Operations,
                limit: 128,
                ..
            })
        ),
        "{text}"
    );
    assert!(
        text.ends_with("no smaller batch is possible, so raise the store's limit"),
        "{text}"
    );
    assert!(run(dump(&world.atlas)) == before);
    // Half of them fit.
    let half = small("stable", "1.0", "2026-01-01T00:00:00Z", &images[..5]);
    run(dana.import_streams(&[half], &options, &|_| {})).unwrap();
}

#[test]
fn a_principal_or_a_scope_of_more_grants_than_a_commit_holds_stays_whole() {
    let world = limited();
    let admin = world.admin();
    run(async {
        for number in 0..130 {
            let who = p(&format!("p{number}"));
            admin.add_principal(&who).await.unwrap();
            admin
                .grant(&who, &Role::OBSERVER, &p("/acme/dev"), None)
                .await
                .unwrap();
            let scope = p(&format!("/acme/e{number}"));
            admin.add_scope(&scope).await.unwrap();
            admin
                .grant(&p("eve"), &Role::OBSERVER, &scope, None)
                .await
                .unwrap();
        }
        let before = dump(&world.atlas).await;
        let too_large = [
            admin.remove_scope(&p("/acme/dev")).await.unwrap_err(),
            admin.remove_principal(&p("eve")).await.unwrap_err(),
            admin
                .rename_scope(&p("/acme/dev"), &p("/acme/lab"))
                .await
                .unwrap_err(),
            admin
                .rename_principal(&p("eve"), &p("eva"))
                .await
                .unwrap_err(),
        ];
        assert!(dump(&world.atlas).await == before);
        for error in too_large {
            let text = error.to_string();
            assert!(
                text.ends_with(
                    "operations of a commit, and this store takes 128: revoke grants first"
                ),
                "{text}"
            );
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
        // Which is what helps.
        for number in 0..50 {
            let who = p(&format!("p{number}"));
            admin
                .revoke(&who, &Role::OBSERVER, &p("/acme/dev"))
                .await
                .unwrap();
            let scope = p(&format!("/acme/e{number}"));
            admin
                .revoke(&p("eve"), &Role::OBSERVER, &scope)
                .await
                .unwrap();
        }
        admin.remove_scope(&p("/acme/dev")).await.unwrap();
        admin.remove_principal(&p("eve")).await.unwrap();
        // A grant that moves is taken away and given: half as many fit.
        for number in 0..50 {
            let scope = p(&format!("/acme/e{number}"));
            let who = p("p0");
            admin
                .grant(&who, &Role::OBSERVER, &scope, None)
                .await
                .unwrap();
        }
        admin.rename_principal(&p("p0"), &p("q0")).await.unwrap();
        let report = world.atlas.check().await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new());
    });
}

/// The most of everything.
fn most(seen: &[Footprint]) -> (usize, usize, usize) {
    let most = |of: fn(&Footprint) -> usize| seen.iter().map(of).max().unwrap_or(0);
    (
        most(Footprint::operations),
        most(|footprint| footprint.bytes),
        most(|footprint| footprint.largest_value),
    )
}

/// The figures of the guide, and of the limits below which no store is opened.
#[test]
fn single_commands_need_a_fifth_of_the_least_limits() {
    let watched = Watched::new(Arc::new(MemoryStore::new()), Stop::Never);
    let world = World::over(Arc::new(watched.clone()));
    let admin = world.admin();
    run(async {
        let scope = p("/acme/prod");
        add_credential(&admin, "/", Cloud::Gcp).await.unwrap();
        committed(&admin, "/acme/prod", "web", 1).await;
        let web = p("web");
        admin
            .register_image(image("/acme/prod", "aws/us-east-1", 1))
            .await
            .unwrap();
        admin
            .edit_mci(&web, &scope, vec![set("aws/us-east-1", 2)], None)
            .await
            .unwrap();
        admin
            .commit_mci(&web, &scope, p("second"), None)
            .await
            .unwrap();
        admin
            .assign_channel(&p("stable"), LineageKind::Mci, &web, &scope)
            .await
            .unwrap();
        admin
            .release(LineageKind::Mci, &web, &scope, &semver())
            .await
            .unwrap();
        admin
            .resolve(&ask("web", "aws/us-east-1", "/acme/prod"))
            .await
            .unwrap();
        admin
            .remove_credential(&p("/"), &p("gcp-main"))
            .await
            .unwrap();
        admin
            .revoke(&p("olga"), &Role::OBSERVER, &scope)
            .await
            .unwrap();
        admin.remove_principal(&p("olga")).await.unwrap();
        admin.remove_scope(&p("/acme/dev")).await.unwrap();
        admin.can(Permission::MciView, &scope).await.unwrap();
    });
    let (operations, bytes, _) = most(&watched.seen());
    assert!(
        operations * 5 <= 128 && bytes <= 4 << 10,
        "{operations} operations, {bytes} bytes"
    );
}

fn semver() -> semver::Version {
    semver::Version::new(1, 0, 0)
}

/// The figures of `Atlas::small_limits`.
#[test]
fn a_release_of_200_images_needs_what_is_said() {
    let watched = Watched::new(Arc::new(MemoryStore::new()), Stop::Never);
    let world = World::over(Arc::new(watched.clone()));
    let before = watched.seen().len();
    let dana = world.who("dana");
    run(import_with(&dana, &[release(200)], options(true))).unwrap();
    let (operations, bytes, value) = most(&watched.seen()[before..]);
    assert!(
        (1900..2100).contains(&operations),
        "{operations} operations"
    );
    assert!(((256 << 10)..(1 << 20)).contains(&bytes), "{bytes} bytes");
    assert!(value < 1 << 20, "a value of {value} bytes");
    assert_eq!(world.atlas.small_limits(), []);
    let small = limited().atlas.small_limits();
    let small: Vec<_> = small
        .iter()
        .map(|small| (small.what, small.limit))
        .collect();
    assert_eq!(small, [(Limit::Operations, 128)]);
}

#[test]
fn a_store_that_is_too_small_for_any_work_is_not_opened() {
    let refused = |url: &str| match run(Atlas::init(url)) {
        Err(Error::Open(OpenError::TooSmall {
            what,
            needed,
            found,
        })) => (what, needed, found),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused("memory:?operations=127"),
        (Limit::Operations, 128, 127)
    );
    assert_eq!(
        refused("memory:?commit=1023KiB"),
        (Limit::ValueBytes, 1 << 20, 1023 << 10)
    );
    run(Atlas::init("memory:?commit=1MiB&operations=128")).unwrap();
    // One that is handed over stays as it is.
    let store = MemoryStore::new();
    let mut capability = store.capability().clone();
    capability.max_key_bytes = 100;
    let store = store.with_capability(capability);
    let refused = run(Atlas::builder().with_store(Arc::new(store.clone()))).unwrap_err();
    let text = refused.to_string();
    assert_eq!(
        text,
        "the store takes no more than 100 bytes of a key, and 512 are needed: raise its limit, or take another engine"
    );
    let tx = run(cloud_atlas::store::Tx::begin(&store)).unwrap();
    let all = run(tx.range(
        &cloud_atlas::store::KeyRange::all(),
        cloud_atlas::store::Page::first(1),
    ));
    assert!(all.unwrap().entries.is_empty());
}

#[test]
fn options_of_a_store_in_memory_are_understood_or_refused() {
    for (url, expected) in [
        (
            "memory:?operations=many",
            "expected a number, such as `operations=128`",
        ),
        (
            "memory:?operations=+200",
            "expected a number, such as `operations=128`",
        ),
        (
            "memory:?commit=1",
            "expected a size in KiB, MiB or GiB, such as `commit=1MiB`",
        ),
        (
            "memory:?cache=64MiB",
            "expected `operations=NUMBER` or `commit=SIZE`",
        ),
        (
            "memory:?commit=1MiB&commit=1MiB",
            "expected each option once",
        ),
    ] {
        let error = run(Atlas::init(url)).unwrap_err();
        assert!(error.to_string().ends_with(expected), "{error}");
        assert!(matches!(
            error,
            Error::Open(OpenError::Option { .. } | OpenError::Address { .. })
        ));
    }
    // Which others there are depends on what was built.
    let error = run(Atlas::init("memory:here")).unwrap_err();
    let expected = "`memory:here` is no address of a store: expected `memory:`";
    assert!(error.to_string().starts_with(expected), "{error}");
    run(Atlas::init("memory:?")).unwrap();
}

#[test]
fn one_command_that_is_too_large_names_the_limit() {
    let world = limited();
    let dana = world.who("dana");
    run(async {
        dana.create_mci(&p("/acme"), p("web")).await.unwrap();
        let before = dump(&world.atlas).await;
        // User data of 16 KiB at eighty locations is more than a value holds.
        let script = cloud_atlas::mci::UserData::new(&[b'x'; 16_384]);
        let edits = places().take(80).zip(0..).map(|(place, number)| {
            let setting = cloud_atlas::mci::Setting::new(ami(number))
                .with_instance_type(p("m7i.large"))
                .with_user_data(script.clone());
            cloud_atlas::mci::HeadEdit::set(p(&place), setting)
        });
        let error = dana
            .edit_mci(&p("web"), &p("/acme"), edits.collect(), None)
            .await
            .unwrap_err();
        let too_large = matches!(
            &error,
            Error::Store(StoreError::TooLarge { what: Limit::ValueBytes, limit, .. }) if *limit == 1 << 20
        );
        assert!(too_large, "{error}");
        assert!(dump(&world.atlas).await == before);
    });
}
