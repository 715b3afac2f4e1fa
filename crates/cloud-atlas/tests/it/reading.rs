//! References and what they lead to.

use crate::support::{World, ami, ask, committed, image, most, p, run, set};
use cloud_atlas::{
    Error, ErrorKind, LaunchSubject, LineageKind, MciView,
    base::Name,
    history::MarkError,
    mci::HeadEdit,
    scope::Scope,
    template::{LaunchStep, LaunchWarning, LockState, Reference, TraceStep},
};

const EAST: &str = "aws/us-east-1";

#[test]
fn a_nearer_name_shadows_those_above_and_says_so() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        for (scope, number) in [("/", 1), ("/acme", 2), ("/acme/prod", 3)] {
            committed(&admin, scope, "web", number).await;
        }
        let image = async |reference: &str, from: &str| {
            let launch = admin.resolve(&ask(reference, EAST, from)).await.unwrap();
            launch.plan.image.clone()
        };
        for (reference, from, number) in [
            ("web", "/acme/prod", 3),
            ("web", "/acme/dev", 2),
            ("web", "/acme", 2),
            ("web", "/beta", 1),
            ("/:web", "/acme/prod", 1),
            ("/acme:web", "/acme/prod", 2),
            ("/acme:web@1", "/acme/prod", 2),
            // Where a scope is named, the caller stands there if she stands nowhere below.
            ("/acme/prod:web", "/acme", 3),
            ("/acme/prod:web", "/beta", 3),
        ] {
            assert_eq!(
                image(reference, from).await,
                ami(number),
                "{reference} from {from}"
            );
        }
        let view: MciView = admin.mci(&p("web"), &p("/acme/prod")).await.unwrap();
        assert_eq!(view.shadows, [p::<Scope>("/acme"), p("/")]);
        let named = admin.mci(&p("/acme:web"), &p("/acme/prod")).await.unwrap();
        assert!(named.shadows.is_empty());
        let dev = admin.mci(&p("web"), &p("/acme/dev")).await.unwrap();
        assert_eq!(dev.shadows, [p::<Scope>("/")]);
    });
}

#[test]
fn what_a_scope_names_works_from_everywhere() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let web = p::<Reference>("/acme:web");
        admin
            .edit_mci(&web, &p("/"), vec![set(EAST, 2)], None)
            .await
            .unwrap();
        admin
            .commit_mci(&web, &p("/"), p("second"), None)
            .await
            .unwrap();
        for from in ["/", "/beta", "/acme/prod", "/acme"] {
            let from = p::<Scope>(from);
            let (one, two) = admin.diff_pair(&web, &from).await.unwrap();
            let diff = admin.mci_diff(&one, &two, &from).await.unwrap();
            assert_eq!(diff.diff.modified().len(), 1);
            assert_eq!(
                admin
                    .mci_log(&web, &from, &most())
                    .await
                    .unwrap()
                    .items
                    .len(),
                2
            );
            let all = LaunchSubject::mci(web.clone(), from.clone());
            let coverage = admin
                .coverage(std::slice::from_ref(&web), &from)
                .await
                .unwrap();
            assert_eq!(coverage.rows().len(), 1);
            assert_eq!(admin.resolve_all(&all).await.unwrap().launched(), 1);
        }
        // Bert cannot see it, and is told what anybody is told.
        let error = bert.mci(&web, &p("/beta")).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no MultiCloud Image `/acme:web` that can be seen from /beta"
        );
    });
}

#[test]
fn m01_every_selector_leads_to_its_state() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    run(async {
        dana.create_mci(&scope, p("web")).await.unwrap();
        let view = dana.mci(&web, &scope).await.unwrap();
        assert_eq!(
            (view.last, view.edited, view.generation.get()),
            (None, false, 1)
        );
        let nothing = dana.resolve(&ask("web", EAST, "/acme")).await.unwrap_err();
        assert!(
            matches!(nothing, Error::NothingCommitted { .. }),
            "{nothing}"
        );
        for number in 1..=4 {
            dana.edit_mci(&web, &scope, vec![set(EAST, number)], None)
                .await
                .unwrap();
            let message = p(&format!("number {number}"));
            let revision = dana.commit_mci(&web, &scope, message, None).await.unwrap();
            assert_eq!(u64::from(revision.number().get()), number);
            let parents: Vec<_> = revision
                .parents()
                .iter()
                .map(|parent| parent.revision.number.get())
                .collect();
            assert_eq!(
                parents,
                if number == 1 {
                    vec![]
                } else {
                    vec![u32::try_from(number - 1).unwrap()]
                }
            );
        }
        dana.edit_mci(&web, &scope, vec![set(EAST, 9)], None)
            .await
            .unwrap();
        for (version, number) in [("1.0.0", 1), ("1.2.0", 2), ("2.0.0-rc.1", 3)] {
            let at = p::<Reference>(&format!("web@{number}"));
            let version = semver::Version::parse(version).unwrap();
            let released = dana
                .release(LineageKind::Mci, &at, &scope, &version)
                .await
                .unwrap();
            assert_eq!(released.get(), number);
        }
        dana.assign_channel(&p("canary"), LineageKind::Mci, &p("web@2"), &scope)
            .await
            .unwrap();
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web@canary"), &scope)
            .await
            .unwrap();
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web@^1, <1.1"), &scope)
            .await
            .unwrap();
        for (selector, number) in [
            ("web", 4),
            ("web@latest", 4),
            ("web@head", 9),
            ("web@0", 9),
            ("web@3", 3),
            ("web@canary", 2),
            ("web@stable", 1),
            ("web@^1", 2),
            ("web@=1.0.0", 1),
            ("web@>=2.0.0-rc", 3),
        ] {
            let launch = dana.resolve(&ask(selector, EAST, "/acme")).await.unwrap();
            assert_eq!(launch.plan.image, ami(number), "{selector}");
            let head = launch.plan.revision.is_none();
            assert_eq!(
                head,
                launch.plan.warnings.contains(&LaunchWarning::Head),
                "{selector}"
            );
        }
        let log = dana.mci_log(&web, &scope, &most()).await.unwrap().items;
        let marks: Vec<_> = log
            .iter()
            .map(|entry| {
                let channels: Vec<_> = entry.channels.iter().map(ToString::to_string).collect();
                (
                    entry.marks.release.as_ref().map(ToString::to_string),
                    channels.join(" "),
                )
            })
            .collect();
        let release = |text: &str| Some(text.to_owned());
        assert_eq!(
            marks,
            [
                (None, String::new()),
                (release("2.0.0-rc.1"), String::new()),
                (release("1.2.0"), "canary".to_owned()),
                (release("1.0.0"), "stable".to_owned()),
            ]
        );
        // Where HEAD is edited, it is compared with the newest.
        let (one, two) = dana.diff_pair(&web, &scope).await.unwrap();
        assert_eq!(
            dana.mci_diff(&one, &two, &scope)
                .await
                .unwrap()
                .diff
                .modified()
                .len(),
            1
        );
        assert!(two.to_string().ends_with("@head"), "{two}");
    });
}

#[test]
fn m08_a_commit_needs_something_to_commit() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    run(async {
        dana.create_mci(&scope, p("web")).await.unwrap();
        // M07: an empty HEAD is no revision.
        let error = dana
            .commit_mci(&web, &scope, p("m"), None)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NotReady(_)), "{error}");
        let mut view = dana
            .edit_mci(&web, &scope, vec![set(EAST, 1)], None)
            .await
            .unwrap();
        let mut seen = view.generation;
        dana.commit_mci(&web, &scope, p("m"), Some(seen))
            .await
            .unwrap();
        let error = dana
            .commit_mci(&web, &scope, p("m"), None)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "nothing to commit: HEAD equals revision 1"
        );
        assert_eq!(error.kind(), ErrorKind::Conflict);
        // Back to what was committed is nothing to commit either.
        dana.edit_mci(&web, &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
        dana.edit_mci(&web, &scope, vec![set(EAST, 1)], None)
            .await
            .unwrap();
        assert!(dana.commit_mci(&web, &scope, p("m"), None).await.is_err());
        // M11: what the caller saw counts, for edits as for commits.
        let error = dana
            .commit_mci(&web, &scope, p("m"), Some(seen))
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("HEAD is at generation 5, but generation 2 was seen"),
            "{error}"
        );
        let error = dana
            .edit_mci(&web, &scope, vec![set(EAST, 3)], Some(seen))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Stale(_)), "{error}");
        view = dana.mci(&web, &scope).await.unwrap();
        seen = view.generation;
        dana.edit_mci(&web, &scope, vec![set(EAST, 3)], Some(seen))
            .await
            .unwrap();
    });
}

#[test]
fn k03_committed_revisions_cannot_be_edited() {
    let world = World::new();
    let dana = world.who("dana");
    let scope = p::<Scope>("/acme");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web"), &scope)
            .await
            .unwrap();
        let absent = p::<Reference>("web@7");
        let refused = dana.edit_mci(&absent, &scope, vec![set(EAST, 2)], None);
        let error = refused.await.unwrap_err();
        assert!(matches!(error, Error::NoRevision { .. }), "{error}");
        for frozen in ["web@1", "web@latest", "web@stable"] {
            let frozen = p::<Reference>(frozen);
            let error = dana
                .edit_mci(&frozen, &scope, vec![set(EAST, 2)], None)
                .await
                .unwrap_err();
            assert!(matches!(error, Error::NotEditable(_)), "{error}");
            let error = dana
                .commit_mci(&frozen, &scope, p("m"), None)
                .await
                .unwrap_err();
            assert!(matches!(error, Error::NotEditable(_)), "{error}");
        }
        dana.edit_mci(&p("web@head"), &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
    });
}

#[test]
fn m10_edits_are_made_all_or_none() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    let [east, west] = [EAST, "aws/us-west-2"].map(p::<cloud_atlas::image_id::CloudLocation>);
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let before = dana.mci(&web, &scope).await.unwrap();
        let occupied = vec![
            HeadEdit::SetNickname(p("renamed")),
            set("aws/us-west-2", 2),
            HeadEdit::Move {
                from: east.clone(),
                to: west.clone(),
            },
        ];
        let error = dana
            .edit_mci(&web, &scope, occupied, None)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(dana.mci(&web, &scope).await.unwrap(), before);
        // An edit that changes nothing moves no generation.
        let same = dana
            .edit_mci(&web, &scope, vec![set(EAST, 1)], None)
            .await
            .unwrap();
        assert_eq!(
            (same.content, same.generation),
            (before.content, before.generation)
        );
        let moved = vec![HeadEdit::Move {
            from: east,
            to: west.clone(),
        }];
        let moved = dana.edit_mci(&web, &scope, moved, None).await.unwrap();
        assert_eq!(moved.content.settings().keys().collect::<Vec<_>>(), [&west]);
        // A new name is found, the old one is free, a taken one is refused.
        dana.create_mci(&scope, p("other")).await.unwrap();
        let rename = |name: &str| vec![HeadEdit::SetNickname(p(name))];
        let error = dana
            .edit_mci(&web, &scope, rename("other"), None)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "a MultiCloud Image `other` is at /acme already: choose another name"
        );
        assert_eq!(error.kind(), ErrorKind::Conflict);
        dana.edit_mci(&web, &scope, rename("site"), None)
            .await
            .unwrap();
        assert!(dana.mci(&web, &scope).await.is_err());
        let view = dana.mci(&p("site"), &scope).await.unwrap();
        assert_eq!((view.lineage, view.edited), (before.lineage, true));
        // The committed revision keeps the name it had.
        let old = dana.mci(&p("site@1"), &scope).await.unwrap();
        assert_eq!(old.content.nickname(), &p::<Name>("web"));
        dana.create_mci(&scope, p("web")).await.unwrap();
    });
}

#[test]
fn r08_a_release_never_moves() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    let version = semver::Version::new(1, 0, 0);
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        dana.release(LineageKind::Mci, &web, &scope, &version)
            .await
            .unwrap();
        dana.edit_mci(&web, &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
        dana.commit_mci(&web, &scope, p("second"), None)
            .await
            .unwrap();
        let error = dana
            .release(LineageKind::Mci, &web, &scope, &version)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Mark(MarkError::Taken { .. })),
            "{error}"
        );
        let other = semver::Version::new(2, 0, 0);
        assert!(
            dana.release(LineageKind::Mci, &p("web@1"), &scope, &other)
                .await
                .is_err()
        );
        let error = dana
            .release(LineageKind::Mci, &p("web@head"), &scope, &other)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::HeadMoves { .. }), "{error}");
        let error = dana
            .resolve(&ask("web@^2", EAST, "/acme"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(matches!(error, Error::NoRelease { .. }), "{error}");
        let error = dana
            .assign_channel(&p("stable"), LineageKind::Mci, &p("web@head"), &scope)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::HeadMoves { .. }), "{error}");
    });
}

#[test]
fn r09_a_lock_gives_the_same_answer_for_ever_and_says_what_changed() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let lock = dana.lock(&web, &scope, None).await.unwrap();
        let text = lock.to_text().unwrap();
        dana.edit_mci(&web, &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
        dana.commit_mci(&web, &scope, p("second"), None)
            .await
            .unwrap();
        assert_eq!(
            dana.lock(&p("web@1"), &scope, None)
                .await
                .unwrap()
                .to_text()
                .unwrap(),
            text
        );
        let again = cloud_atlas::template::AnyLock::parse(&text).unwrap();
        let states = dana.verify_lock(&again, &scope).await.unwrap();
        assert_eq!(states, [(p(EAST), LockState::Same)]);
        // From where it cannot be seen, it is gone.
        let bert = world.who("bert");
        let states = bert.verify_lock(&again, &p("/beta")).await.unwrap();
        assert!(
            matches!(&states[..], [(_, LockState::Gone { .. })]),
            "{states:?}"
        );
        let error = dana.lock(&p("web@head"), &scope, None).await.unwrap_err();
        assert!(matches!(error, Error::Lock(_)), "{error}");
    });
}

#[test]
fn r06_the_trace_says_which_record_decided() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme/prod", "web", 1).await;
        let asked = ask("web", EAST, "/acme/prod");
        let unbound = admin.explain(&asked).await.unwrap();
        assert!(
            unbound
                .trace
                .steps()
                .iter()
                .any(|step| matches!(step, LaunchStep::Mci(TraceStep::NoRecord { .. })))
        );
        // M05: a registration binds afterwards, the nearest first.
        let nearest = admin
            .register_image(image("/acme/prod", EAST, 1))
            .await
            .unwrap();
        let above = admin.register_image(image("/acme", EAST, 1)).await.unwrap();
        assert_eq!(above.warnings.len(), 1, "{:?}", above.warnings);
        let launch = admin.resolve(&asked).await.unwrap();
        assert_eq!(launch.plan.record, Some(nearest.record.id()));
        let trace = admin.explain(&asked).await.unwrap().trace;
        let shadows = trace.steps().iter().find_map(|step| match step {
            LaunchStep::Mci(TraceStep::Record { shadows, .. }) => Some(shadows.clone()),
            _ => None,
        });
        assert_eq!(shadows, Some(vec![p("/acme")]));
    });
}

#[test]
fn d04_a_diff_compares_the_newest_pair_unless_told_otherwise() {
    let world = World::new();
    let admin = world.admin();
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let pair = async || {
            let (before, after) = admin.diff_pair(&web, &scope).await?;
            let diff = admin.mci_diff(&before, &after, &scope).await?;
            let states = [before.selector.clone(), after.selector.clone()];
            let states = states.map(|selector| selector.map_or(String::new(), |s| s.to_string()));
            Ok::<_, Error>((states.join(" "), diff.diff.modified().len()))
        };
        assert!(matches!(pair().await, Err(Error::OneRevision { .. })));
        admin
            .edit_mci(&web, &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
        assert_eq!(pair().await.unwrap(), ("1 head".into(), 1));
        admin
            .commit_mci(&web, &scope, p("second"), None)
            .await
            .unwrap();
        assert_eq!(pair().await.unwrap(), ("1 2".into(), 1));
    });
}

#[test]
fn m21_a_multicloud_image_is_shared_like_a_record() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "shared", 1).await;
        committed(&admin, "/acme/prod", "own", 2).await;
        let names = async |from: &str| {
            let list = admin.mcis(&p(from), &most()).await.unwrap().items;
            list.iter()
                .map(|mci| mci.name.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names("/acme/prod").await, ["own", "shared"]);
        assert_eq!(names("/acme").await, ["shared"]);
    });
}

#[test]
fn r09_a_lock_is_verified_from_above_its_account() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let above = p::<Scope>("/");
        let lock = admin.lock(&p("/acme:web"), &above, None).await.unwrap();
        let states = admin.verify_lock(&lock.into(), &above).await.unwrap();
        assert!(
            states.iter().all(|(_, state)| *state == LockState::Same),
            "{states:?}"
        );
    });
}
