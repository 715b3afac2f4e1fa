//! Stream documents become records and revisions.

use crate::support::{
    World, ask, channels_of, committed, documents, dump, image, import, limited, most, options, p,
    run, set, small,
};
use cloud_atlas::{
    Error, ErrorKind, ImageQuery, ImportError, ImportOptions, ImportProgress, ImportReport,
    ImportWarning, LineageKind, Session,
    history::RevisionNumber,
    image::Origin,
    image_id::{Cloud, ImageId},
    mci::{HeadEdit, Setting},
    scope::{Permission, Role, RoleTable, Scope},
    streams::{StreamDocument, StreamImage},
    template::Reference,
};
use std::sync::{Arc, Mutex};

const X86: &str = "x86_64";
const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// Three releases of one stream, oldest first.
fn three() -> [StreamDocument; 3] {
    [
        small(
            "stable",
            "1.0",
            "2026-01-01T00:00:00Z",
            &[(X86, EAST, 1), (X86, WEST, 2)],
        ),
        small(
            "stable",
            "2.0",
            "2026-02-01T00:00:00Z",
            &[(X86, EAST, 3), (X86, WEST, 4)],
        ),
        small(
            "stable",
            "3.0",
            "2026-03-01T00:00:00Z",
            &[(X86, EAST, 5), (X86, WEST, 6)],
        ),
    ]
}

/// Refused, for a reason, with not one byte written.
#[track_caller]
fn refused(
    world: &World,
    who: &str,
    documents: &[StreamDocument],
    options: &ImportOptions,
) -> Error {
    let before = run(dump(&world.atlas));
    let who = world.who(who);
    let error = run(who.import_streams(documents, options, &|_| {})).unwrap_err();
    assert!(
        run(dump(&world.atlas)) == before,
        "{error}, and yet something was written"
    );
    error
}

/// The releases of a lineage with the number that the channel `stable` points to.
async fn log(who: &Session, lane: &str) -> (Vec<String>, Option<u32>) {
    let (lane, scope) = (p::<Reference>(lane), p::<Scope>("/acme"));
    let log = who.mci_log(&lane, &scope, &most()).await.unwrap().items;
    let releases = log.iter().rev();
    let releases = releases.map(|entry| entry.revision.message().to_string());
    let channels = channels_of(who, &lane, &scope).await;
    let stable = channels
        .iter()
        .find(|channel| channel.name().as_str() == "stable");
    (
        releases.collect(),
        stable.map(|channel| channel.current().get()),
    )
}

#[test]
fn a_second_import_changes_not_one_byte() {
    let documents = documents();
    for world in [World::new(), World::over(Arc::new(limited()))] {
        let dana = world.who("dana");
        let first = run(import(&dana, &documents, true)).unwrap();
        assert!(first.releases.iter().all(|release| !release.unchanged));
        let before = run(dump(&world.atlas));
        world.clock.advance_secs(60);
        let second = run(import(&dana, &documents, true)).unwrap();
        assert!(run(dump(&world.atlas)) == before);
        assert_eq!(second.registered, 0);
        assert!(second.releases.iter().all(|release| release.unchanged));
        let revisions = |report: &ImportReport| -> Vec<_> {
            let releases = report.releases.iter();
            releases
                .map(|release| (release.mci.clone(), release.revision))
                .collect()
        };
        assert_eq!(revisions(&first), revisions(&second));
    }
}

#[test]
fn revisions_come_in_the_order_of_release_times_with_the_times_of_the_data() {
    let world = World::new();
    let dana = world.who("dana");
    let mut documents = documents();
    documents.reverse();
    documents.swap(1, 5);
    run(async {
        let report = import(&dana, &documents, true).await.unwrap();
        assert!(report.releases.is_sorted_by_key(|release| release.revision));
        documents.sort_by_key(StreamDocument::last_modified);
        for lane in ["fcos-x86_64", "fcos-aarch64"] {
            let log = dana
                .mci_log(&p(lane), &p("/acme"), &most())
                .await
                .unwrap()
                .items;
            assert_eq!(log.len(), documents.len());
            for (entry, document) in log.iter().rev().zip(&documents) {
                assert_eq!(entry.revision.released_at(), document.last_modified());
                assert_eq!(entry.revision.time(), crate::support::noon());
                let release = document.release().unwrap();
                let message = format!("{} {release}", document.stream());
                assert_eq!(entry.revision.message().as_str(), message);
            }
            // M01: without gaps, and each stream's channel at its newest release.
            let numbers: Vec<_> = log
                .iter()
                .map(|entry| entry.revision.number().get())
                .collect();
            assert_eq!(numbers, [8, 7, 6, 5, 4, 3, 2, 1]);
            let channels = channels_of(&dana, &p(lane), &p("/acme")).await;
            let channels: Vec<_> = channels
                .iter()
                .map(|channel| (channel.name().as_str(), channel.current().get()))
                .collect();
            assert_eq!(channels, [("next", 8), ("stable", 6), ("testing", 7)]);
        }
        // The other architectures have no image anywhere, and are told of.
        let warned: Vec<_> = report.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warned.len(), 16);
        for architecture in ["ppc64le", "s390x"] {
            let text = format!(
                "{architecture} of stream next has no image in any cloud: nothing was made for it"
            );
            assert!(warned.contains(&text), "{warned:?}");
        }
    });
}

#[test]
fn i09_imported_records_say_where_they_come_from() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        import(&dana, &three(), true).await.unwrap();
        let mut query = ImageQuery::new(p("/acme"));
        query.location = Some(p(WEST));
        let records = dana.images(&query, &most()).await.unwrap().items;
        let told: Vec<_> = records
            .iter()
            .map(|record| {
                (
                    record.origin().clone(),
                    record.os().unwrap().clone(),
                    record.name(),
                )
            })
            .collect();
        for (number, (origin, os, name)) in told.iter().enumerate() {
            let release = format!("{}.0", number + 1);
            let Origin::Imported {
                stream,
                release: found,
            } = origin
            else {
                panic!("{origin:?}")
            };
            assert_eq!(
                (stream.as_str(), found.as_str()),
                ("stable", release.as_str())
            );
            assert_eq!(os.version.as_str(), release);
            assert_eq!(*name, format!("fcos-x86_64 {release}"));
        }
        assert_eq!(told.len(), 3);
    });
}

#[test]
fn a_release_with_other_images_is_refused_and_nothing_is_written() {
    let world = World::new();
    let dana = world.who("dana");
    run(import(&dana, &three()[..2], true)).unwrap();
    let wrong = small(
        "stable",
        "2.0",
        "2026-02-01T00:00:00Z",
        &[(X86, EAST, 9), (X86, WEST, 4)],
    );
    let error = refused(&world, "dana", std::slice::from_ref(&wrong), &options(true));
    assert!(
        matches!(&error, Error::Import(ImportError::Differs { revision, .. }) if revision.get() == 2),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::Conflict);
    // Nor are the good releases of the same import.
    let earlier = small("stable", "1.5", "2026-01-15T00:00:00Z", &[(X86, EAST, 11)]);
    let [.., newer] = three();
    let error = refused(&world, "dana", &[earlier, wrong, newer], &options(true));
    assert!(
        matches!(error, Error::Import(ImportError::Differs { .. })),
        "{error}"
    );
    // Two documents of one release that disagree are refused too.
    let twice = [
        small("stable", "7.0", "2026-07-01T00:00:00Z", &[(X86, EAST, 70)]),
        small("stable", "7.0", "2026-07-01T00:00:00Z", &[(X86, EAST, 71)]),
    ];
    let error = refused(&world, "dana", &twice, &options(true));
    assert!(
        matches!(error, Error::Import(ImportError::Differs { .. })),
        "{error}"
    );
}

#[test]
fn uncommitted_edits_stop_an_import() {
    let world = World::new();
    let dana = world.who("dana");
    let (lane, scope) = (p::<Reference>("fcos-x86_64"), p::<Scope>("/acme"));
    let [one, two, three] = three();
    run(import(&dana, std::slice::from_ref(&one), true)).unwrap();
    let edits = vec![set("aws/eu-west-1", 99)];
    run(dana.edit_mci(&lane, &scope, edits, None)).unwrap();
    for commit in [true, false] {
        let all = [one.clone(), two.clone(), three.clone()];
        let error = refused(&world, "dana", &all, &options(commit));
        assert!(
            matches!(error, Error::Import(ImportError::HeadEdited { .. })),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
    // What is there already may be said again.
    assert!(run(import(&dana, &[one], true)).unwrap().releases[0].unchanged);
    run(dana.commit_mci(&lane, &scope, p("by hand"), None)).unwrap();
    run(import(&dana, &[two, three], true)).unwrap();
    let (releases, stable) = run(log(&dana, "fcos-x86_64"));
    assert_eq!(
        releases,
        ["stable 1.0", "by hand", "stable 2.0", "stable 3.0"]
    );
    assert_eq!(stable, Some(4));
}

#[test]
fn a_late_release_warns_and_moves_no_channel() {
    let world = World::new();
    let dana = world.who("dana");
    let [one, two, three] = three();
    run(async {
        import(&dana, &[three], true).await.unwrap();
        let late = import(&dana, &[one], true).await.unwrap();
        assert!(
            matches!(&late.warnings[..], [ImportWarning::OutOfOrder { revision, .. }] if revision.get() == 2),
            "{:?}",
            late.warnings
        );
        assert_eq!(log(&dana, "fcos-x86_64").await.1, Some(1));
        // Newer than the last revision, but older than what the channel points to.
        let late = import(&dana, &[two], true).await.unwrap();
        assert!(
            matches!(&late.warnings[..], [ImportWarning::OutOfOrder { revision, .. }] if revision.get() == 3),
            "{:?}",
            late.warnings
        );
        let (releases, stable) = log(&dana, "fcos-x86_64").await;
        assert_eq!(releases, ["stable 3.0", "stable 1.0", "stable 2.0"]);
        assert_eq!(stable, Some(1), "the channel moved back");
        // HEAD is what was committed last; the channel is what launches.
        let launch = dana
            .resolve(&ask("fcos-x86_64@stable", EAST, "/acme"))
            .await
            .unwrap();
        assert_eq!(launch.plan.image, crate::support::ami(5));
    });
}

#[test]
fn each_stream_moves_its_own_channel() {
    let world = World::new();
    let dana = world.who("dana");
    let (mci, scope) = (p::<Reference>("fcos-x86_64"), p::<Scope>("/acme"));
    let next = small("next", "9.0", "2026-05-01T00:00:00Z", &[(X86, EAST, 9)]);
    let [one, ..] = three();
    run(async {
        import(&dana, &[next], true).await.unwrap();
        // Older than what is there, but the newest of its own stream.
        let late = import(&dana, &[one], true).await.unwrap();
        let shown: Vec<_> = late.warnings.iter().map(ToString::to_string).collect();
        let expected = "1.0 is older than what `fcos-x86_64` held already: it became revision 2";
        assert_eq!(shown, [expected]);
        let channels = channels_of(&dana, &mci, &scope).await;
        let points = |name: &str| {
            let channel = channels
                .iter()
                .find(|channel| channel.name().as_str() == name);
            channel.map(|channel| channel.current().get())
        };
        assert_eq!((points("next"), points("stable")), (Some(1), Some(2)));
    });
}

#[test]
fn without_commit_there_is_no_revision_and_no_channel() {
    let world = World::new();
    let dana = world.who("dana");
    let (lane, scope) = (p::<Reference>("fcos-x86_64"), p::<Scope>("/acme"));
    let [one, two, three] = three();
    run(async {
        let all = [three.clone(), one.clone(), two.clone()];
        let report = import(&dana, &all, false).await.unwrap();
        assert!(
            report
                .releases
                .iter()
                .all(|release| release.revision.is_none())
        );
        let view = dana.mci(&lane, &scope).await.unwrap();
        assert_eq!((view.last, view.edited, view.revision), (None, true, None));
        assert!(view.content.tags().contains(&p("stream:release=3.0")));
        assert!(channels_of(&dana, &lane, &scope).await.is_empty());
        assert!(
            dana.mci_log(&lane, &scope, &most())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        let images: Vec<_> = view.content.settings().values().collect();
        assert_eq!(images[0].image(), &crate::support::ami(5));
        // A second time changes nothing.
        let before = dump(&world.atlas).await;
        let again = import(&dana, &all, false).await.unwrap();
        assert!(again.releases.iter().all(|release| release.unchanged));
        assert!(dump(&world.atlas).await == before);
        // Looked at and committed by hand, it is imported: nothing is left to do.
        dana.commit_mci(&lane, &scope, p("looks good"), None)
            .await
            .unwrap();
        let before = dump(&world.atlas).await;
        let again = import(&dana, std::slice::from_ref(&three), false)
            .await
            .unwrap();
        assert!(dump(&world.atlas).await == before);
        assert_eq!(again.registered, 0);
        let again = import(&dana, &[three], true).await.unwrap();
        assert_eq!(again.releases[0].revision.map(RevisionNumber::get), Some(1));
        assert_eq!(
            log(&dana, "fcos-x86_64").await,
            (vec!["looks good".to_owned()], Some(1))
        );
    });
}

#[test]
fn c02_a_missing_credential_refuses_before_anything_is_written() {
    let world = World::new();
    let bert = "bert";
    let mut options = options(true);
    options.scope = p("/beta");
    let [one, two, _] = three();
    let mut gcp = small("stable", "9.0", "2026-09-01T00:00:00Z", &[(X86, EAST, 9)]);
    let id = ImageId::parse(Cloud::Gcp, "projects/p-one/global/images/x");
    let image = StreamImage::new(id.unwrap(), p("9.0"));
    gcp.insert(p(X86), p("gcp"), image).unwrap();
    for commit in [true, false] {
        options.commit = commit;
        let all = [one.clone(), two.clone(), gcp.clone()];
        let error = refused(&world, bert, &all, &options);
        let text = error.to_string();
        assert!(matches!(error, Error::Register(_)), "{text}");
        assert!(
            text.starts_with("no credential for `gcp` reaches `/beta`"),
            "{text}"
        );
    }
    options.commit = true;
    let report = run(world
        .who(bert)
        .import_streams(&[one, two], &options, &|_| {}));
    assert_eq!(report.unwrap().registered, 4);
}

#[test]
fn all_documents_are_checked_before_the_first_is_written() {
    let world = World::new();
    let [one, two, three] = three();
    let timeless = three.clone().with_last_modified(None);
    let mixed = {
        let mut mixed = three.clone();
        let image = StreamImage::new(crate::support::ami(50), p("3.1"));
        mixed.insert(p(X86), p("aws/eu-west-1"), image).unwrap();
        mixed
    };
    let strange = small("stable", "4.0", "2026-04-01T00:00:00Z", &[("vax", EAST, 8)]);
    let untyped = small(
        "stable",
        "4.0",
        "2026-04-01T00:00:00Z",
        &[("ppc64le", EAST, 8)],
    );
    let texts = [timeless, mixed, strange, untyped].map(|wrong| {
        let all = [one.clone(), two.clone(), wrong];
        refused(&world, "dana", &all, &options(true)).to_string()
    });
    let mut long = options(true);
    long.name = p(&"n".repeat(250));
    let text = refused(&world, "dana", std::slice::from_ref(&one), &long).to_string();
    let texts = texts.map(|text| text + "\n").concat() + &text;
    insta::assert_snapshot!(texts);
    // M03: an instance type makes it whole.
    let untyped = small(
        "stable",
        "4.0",
        "2026-04-01T00:00:00Z",
        &[("ppc64le", EAST, 8)],
    );
    let mut options = options(true);
    options.instance_types = options.instance_types.with(Cloud::Aws, None, p("m9.large"));
    let dana = world.who("dana");
    run(dana.import_streams(&[untyped], &options, &|_| {})).unwrap();
    let launch = run(dana.resolve(&ask("fcos-ppc64le", EAST, "/acme"))).unwrap();
    assert_eq!(
        launch.plan.instance_type.as_ref().unwrap().as_str(),
        "m9.large"
    );
}

#[test]
fn s05_an_import_needs_every_permission_that_its_steps_need() {
    let full = [
        Permission::ImageRegister,
        Permission::MciCreate,
        Permission::MciEdit,
        Permission::MciCommit,
        Permission::ChannelAssign,
    ];
    for missing in 0..full.len() {
        let role = Role::parse("importer").unwrap();
        let given = full.into_iter().enumerate();
        let given = given.filter(|(at, _)| *at != missing);
        let roles = RoleTable::built_in().with(role.clone(), given.map(|(_, given)| given));
        let world = World::unfurnished(roles);
        let admin = world.admin();
        run(async {
            admin.add_scope(&p("/acme")).await.unwrap();
            admin.add_principal(&p("ivy")).await.unwrap();
            admin
                .grant(&p("ivy"), &role, &p("/acme"), None)
                .await
                .unwrap();
            crate::support::add_credential(&admin, "/acme", Cloud::Aws)
                .await
                .unwrap();
        });
        match refused(&world, "ivy", &three(), &options(true)) {
            Error::Denied(denied) => assert_eq!(denied.permission, full[missing]),
            error => panic!("{error}"),
        }
    }
}

#[test]
fn i05_what_a_scope_above_has_registered_is_not_registered_again() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        admin.register_image(image("/acme", EAST, 1)).await.unwrap();
        let mut options = options(true);
        options.scope = p("/acme/prod");
        let report = admin
            .import_streams(&three()[..1], &options, &|_| {})
            .await
            .unwrap();
        assert_eq!(report.registered, 1);
        let launch = admin
            .resolve(&ask("fcos-x86_64", EAST, "/acme/prod"))
            .await
            .unwrap();
        assert_eq!(launch.plan.warnings, []);
    });
}

#[test]
fn tags_of_people_outlive_imports_and_a_taken_name_is_used() {
    let world = World::new();
    let dana = world.who("dana");
    let (lane, scope) = (p::<Reference>("fcos-x86_64"), p::<Scope>("/acme"));
    run(async {
        committed(&dana, "/acme", "fcos-x86_64", 40).await;
        let tag = HeadEdit::AddTag(p("team:owner=web"));
        dana.edit_mci(&lane, &scope, vec![tag], None).await.unwrap();
        dana.commit_mci(&lane, &scope, p("ours"), None)
            .await
            .unwrap();
        import(&dana, &three(), true).await.unwrap();
        let view = dana.mci(&lane, &scope).await.unwrap();
        let tags: Vec<_> = view
            .content
            .tags()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            tags,
            [
                "stream:architecture=x86_64",
                "stream:name=stable",
                "stream:release=3.0",
                "team:owner=web"
            ]
        );
        assert_eq!(log(&dana, "fcos-x86_64").await.1, Some(5));
    });
}

#[test]
fn progress_tells_of_every_release() {
    let world = World::new();
    let told = Mutex::new(Vec::new());
    let progress = |step: ImportProgress| told.lock().unwrap().push((step.done, step.total));
    let dana = world.who("dana");
    run(dana.import_streams(&three(), &options(true), &progress)).unwrap();
    assert_eq!(*told.lock().unwrap(), [(0, 3), (1, 3), (2, 3), (3, 3)]);
    let nothing = run(dana.import_streams(&[], &options(true), &progress)).unwrap();
    assert_eq!(nothing, ImportReport::default());
}

#[test]
fn i08_an_import_leaves_events() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        import(&dana, &three()[..1], true).await.unwrap();
        let events = dana.events(&p("/acme"), &most()).await.unwrap().items;
        let count = |action| events.iter().filter(|event| event.action == action).count();
        assert_eq!(count(Permission::MciCommit), 1);
        assert_eq!(count(Permission::ChannelAssign), 1);
        assert_eq!(count(Permission::MciCreate), 1);
        assert_eq!(count(Permission::ImageRegister), 2, "one for each record");
        assert_eq!(count(Permission::MciEdit), 1);
    });
}

#[test]
fn i12_an_import_names_its_credential_where_several_fit() {
    let world = World::new();
    let dana = world.who("dana");
    let [one, ..] = three();
    run(async {
        let second =
            cloud_atlas::AddCredential::new(p("/acme"), Cloud::Aws, p("second"), p("vault:two"));
        dana.add_credential(second).await.unwrap();
        let refused = import(&dana, std::slice::from_ref(&one), true)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Register(_)), "{refused}");
        let mut options = options(true);
        options.credentials.insert(Cloud::Aws, p("second"));
        let report = dana
            .import_streams(&[one], &options, &|_| {})
            .await
            .unwrap();
        assert_eq!(report.registered, 2);
    });
}

#[test]
fn what_people_added_stays_with_the_next_release() {
    let world = World::new();
    let dana = world.who("dana");
    let (mci, scope) = (p::<Reference>("fcos-x86_64"), p::<Scope>("/acme"));
    let [one, two, three] = three();
    run(async {
        import(&dana, &[one], true).await.unwrap();
        let script = cloud_atlas::mci::UserData::new(b"#cloud-config");
        let by_hand = Setting::new(crate::support::ami(1))
            .with_instance_type(p("c7i.large"))
            .with_user_data(script.clone());
        let urn = ImageId::parse(Cloud::Azure, "Canonical:offer:sku:1.0.0").unwrap();
        let azure = Setting::new(urn).with_instance_type(p("Standard_D2s_v5"));
        let edits = vec![
            HeadEdit::set(p(EAST), by_hand),
            HeadEdit::set(p("azure"), azure),
        ];
        dana.edit_mci(&mci, &scope, edits, None).await.unwrap();
        dana.commit_mci(&mci, &scope, p("by hand"), None)
            .await
            .unwrap();
        import(&dana, &[two], true).await.unwrap();
        let east = dana
            .resolve(&ask("fcos-x86_64", EAST, "/acme"))
            .await
            .unwrap();
        assert_eq!(
            east.plan.image,
            crate::support::ami(3),
            "the release says the image"
        );
        assert_eq!(east.plan.instance_type, Some(p("c7i.large")));
        assert_eq!(east.plan.user_data, script);
        dana.resolve(&ask("fcos-x86_64", "azure/eastus", "/acme"))
            .await
            .unwrap();
        // A channel that somebody pointed to a revision of her own stays there.
        dana.edit_mci(&mci, &scope, vec![HeadEdit::AddTag(p("team:x=1"))], None)
            .await
            .unwrap();
        dana.commit_mci(&mci, &scope, p("hand fix"), None)
            .await
            .unwrap();
        dana.assign_channel(&p("stable"), LineageKind::Mci, &mci, &scope)
            .await
            .unwrap();
        let late = import(&dana, &[three], true).await.unwrap();
        assert!(
            matches!(
                late.warnings[..],
                [ImportWarning::OutOfOrder {
                    channel_moved: false,
                    ..
                }]
            ),
            "{:?}",
            late.warnings
        );
        assert_eq!(log(&dana, "fcos-x86_64").await.1, Some(4));
        // Each revision has a column of its own, whatever tags it carries.
        let coverage = dana.coverage(&[mci], &scope).await.unwrap();
        assert_eq!(coverage.columns().len(), 5, "{:?}", coverage.columns());
    });
}

#[test]
fn a_document_holds_one_release_and_each_architecture_once() {
    let world = World::new();
    let dana = world.who("dana");
    let [one, two, _] = three();
    run(async {
        import(&dana, &[one, two], true).await.unwrap();
        let export = async |references: &[&str]| {
            let references: Vec<_> = references.iter().map(|text| p(text)).collect();
            dana.export_stream(&references, &p("/acme"))
                .await
                .unwrap_err()
                .to_string()
        };
        let two = export(&["fcos-x86_64@1", "fcos-x86_64@2"]).await;
        assert!(two.contains("one document holds one release"), "{two}");
        let twice = export(&["fcos-x86_64@1", "fcos-x86_64@1"]).await;
        assert!(
            twice.contains("one document holds an architecture once"),
            "{twice}"
        );
    });
}
