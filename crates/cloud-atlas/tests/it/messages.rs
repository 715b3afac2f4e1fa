//! Every refusal of the facade: what a caller does about it, and what a person reads.

use crate::support::{
    World, add_credential, ami, ask, committed, image, p, places, run, set, small,
};
use cloud_atlas::{
    CursorError, Error, ExportError, ImportError, ImportWarning, LineageKind, LoadError, Noun,
    OpenError,
    base::{Digest, Name},
    history::{BringBackError, NotEditable, RestoreError, RevisionNumber},
    image::{Architecture, Warning},
    image_id::Cloud,
    mci::{HeadEdit, MergeError, MergePath, MergeValue},
    scope::Scope,
    store::{Key, Limit, StoreError},
    streams::StreamName,
    template::{LockedError, Reference},
};
use std::{error::Error as _, io};

/// One line a refusal.
fn table(errors: impl IntoIterator<Item = Error>) -> String {
    let line = |error: Error| {
        let text = error.to_string();
        assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
        // A message does not hold its source: the chain prints that.
        if let Some(source) = error.source() {
            assert!(!text.contains(&source.to_string()), "{text}");
        }
        format!("{:<11} {text}\n", format!("{:?}", error.kind()))
    };
    errors.into_iter().map(line).collect()
}

fn number(number: u32) -> RevisionNumber {
    RevisionNumber::new(number).unwrap()
}

#[test]
fn refusals_of_the_facade_itself() {
    let web = || p::<Name>("web");
    let taken = [Noun::Mci].map(|noun| Error::NameTaken {
        noun,
        name: "web".to_owned(),
        scope: p("/acme"),
    });
    let others = [
        Error::NothingCommitted { name: web() },
        Error::OneRevision { name: web() },
        Error::NoRevision {
            name: web(),
            number: number(7),
            last: Some(number(3)),
        },
        Error::NoRevision {
            name: web(),
            number: number(7),
            last: None,
        },
        Error::NoRelease {
            name: web(),
            wanted: semver::VersionReq::parse("^2.1").unwrap(),
        },
        Error::from(NotEditable::Committed {
            name: web(),
            revision: number(3),
        }),
        Error::from(NotEditable::Imported {
            name: web(),
            revision: number(3),
        }),
        Error::NoFreeName {
            name: web(),
            scope: p("/acme"),
        },
        Error::HeadMoves { name: web() },
        Error::NoInventory {
            location: p("aws/us-east-1"),
        },
        Error::from(LockedError::NotHeld {
            name: web(),
            location: p("gcp/us-central1"),
            held: places().take(10).map(|place| p(&place)).collect(),
        }),
        Error::from(LockedError::Revoked {
            name: web(),
            location: p("gcp/us-central1"),
            reason: "`web` revision 1 was revoked by dana: bad".to_owned(),
        }),
        Error::PageLimit { limit: 0 },
        Error::Cursor(CursorError::OtherQuery),
        Error::TooManyGrants {
            grants: 130,
            what: Limit::Operations,
            limit: 128,
            found: 139,
        },
        Error::Dump(io::Error::other("torn")),
        Error::Sink(io::Error::other("full")),
    ];
    insta::assert_snapshot!(table(taken.into_iter().chain(others)));
}

#[test]
fn refusals_to_open_import_and_export() {
    let (stream, mci) = (|| p::<StreamName>("stable"), || p::<Name>("fcos-x86_64"));
    let open = [
        OpenError::Address {
            url: format!("sqlite:{}", "x".repeat(100)),
        },
        OpenError::NotBuiltIn {
            scheme: "etcd",
            feature: "etcd",
        },
        OpenError::Read(StoreError::Closed),
        OpenError::Option {
            option: "cache=64".to_owned(),
            expected: "a size",
        },
        OpenError::Memory,
        OpenError::Foreign,
        OpenError::Unfinished,
        OpenError::Loading {
            done: 20_000,
            entries: 50_000,
        },
        OpenError::Newer { found: 3, known: 1 },
        OpenError::TooSmall {
            what: Limit::Operations,
            needed: 128,
            found: 64,
        },
    ];
    let word = || StreamName::parse("Stable").unwrap_err();
    let import = [
        ImportError::NoTime {
            stream: stream(),
            release: p("44.1"),
        },
        ImportError::MixedReleases {
            stream: stream(),
            architecture: p("x86_64"),
            one: p("44.1"),
            other: p("44.2"),
        },
        ImportError::Architecture {
            stream: stream(),
            source: Architecture::parse("vax").unwrap_err(),
        },
        ImportError::Word {
            stream: stream(),
            release: p("44.1"),
            reason: "it is too long".to_owned(),
        },
        ImportError::InstanceType(cloud_atlas::mci::NoInstanceType {
            location: p("aws/us-east-1"),
            architecture: Architecture::parse("ppc64le").unwrap(),
        }),
        ImportError::Differs {
            stream: stream(),
            release: p("44.1"),
            mci: mci(),
            revision: number(3),
        },
        ImportError::HeadEdited { mci: mci() },
        ImportError::TooLarge {
            stream: stream(),
            release: p("44.1"),
            what: Limit::Operations,
            limit: 128,
            found: 1214,
        },
        ImportError::StepTooLarge {
            stream: stream(),
            release: p("44.1"),
            what: Limit::CommitBytes,
            limit: 1 << 20,
            found: 2 << 20,
        },
        ImportError::JobGone {
            job: cloud_atlas::JobId::from_u128(7),
        },
    ];
    let mut document = small("stable", "1", "2026-01-01T00:00:00Z", &[]);
    let image = cloud_atlas::streams::StreamImage::new(ami(1), p("1"));
    let misfit = document.insert(p("x86_64"), p("azure"), image).unwrap_err();
    let export = [
        ExportError::Nothing,
        ExportError::NoTag {
            mci: mci(),
            predicate: "release",
        },
        ExportError::Tag {
            mci: mci(),
            predicate: "name",
            source: word(),
        },
        ExportError::Streams {
            one: stream(),
            other: p("next"),
        },
        ExportError::Image(misfit),
    ];
    let load = [
        LoadError::NotEmpty {
            key: Key::parse("acme mci lin-1").unwrap(),
        },
        LoadError::Another {
            begun: Digest::of("test", b"one"),
            given: Digest::of("test", b"two"),
        },
        LoadError::NoHeader,
        LoadError::Format { format: 2 },
        LoadError::Line { line: 7 },
        LoadError::Order { line: 7 },
        LoadError::TooLarge {
            line: 7,
            what: Limit::ValueBytes,
            limit: 1000,
            found: 1001,
        },
        LoadError::NotWhole { line: 7 },
        LoadError::Incomplete {
            expected: 9,
            found: 8,
            same_digest: false,
        },
        LoadError::Changed,
        LoadError::Disturbed,
        LoadError::Source {
            source: "torn".into(),
        },
        LoadError::Store(StoreError::Closed),
    ];
    let store = [
        StoreError::Conflict,
        StoreError::Unavailable { source: None },
        StoreError::UnknownOutcome {
            token: cloud_atlas::store::CommitToken::from_u128(7),
            source: None,
        },
        StoreError::corrupt("the checksum of a record does not match"),
        StoreError::Unsupported {
            what: "a query by an index that the table does not have",
        },
        StoreError::Closed,
    ];
    let all = open
        .map(Error::Open)
        .into_iter()
        .chain(import.map(Error::Import))
        .chain(export.map(Error::Export))
        .chain(load.map(Error::Load))
        .chain(store.map(Error::Store));
    insta::assert_snapshot!(table(all));
}

#[test]
fn refusals_of_versions() {
    let point = || Digest::of("test", b"one");
    let asked = [None, Some(2)];
    let kept = [vec![], vec![1, 3]];
    let no_point = |(asked, kept)| BringBackError::NoPoint { asked, kept };
    let bring_back = [
        no_point((asked[0], kept[0].clone())),
        no_point((asked[1], kept[1].clone())),
        BringBackError::Same { number: 3 },
        BringBackError::Damaged {
            number: 3,
            expected: point(),
            found: Digest::of("test", b"two"),
        },
    ];
    let merge = [
        MergeError::NoConflict {
            path: MergePath::Nickname,
        },
        MergeError::Twice {
            path: p("image:aws/us-east-1"),
        },
        MergeError::Value {
            path: p("image:aws/us-east-1"),
            value: None,
        },
        MergeError::Value {
            path: MergePath::Nickname,
            value: Some(MergeValue::Tag(p("a:b=c"))),
        },
    ];
    let restore = Error::Restore(RestoreError::Same {
        revision: number(3),
    });
    let all = bring_back.map(Error::from).into_iter();
    insta::assert_snapshot!(table(all.chain([restore]).chain(merge.map(Error::from))));
}

#[test]
fn warnings_of_an_import() {
    let warnings = [
        ImportWarning::NoImages {
            stream: p("stable"),
            architecture: p("s390x"),
        },
        ImportWarning::OutOfOrder {
            mci: p("fcos"),
            release: p("44.1"),
            revision: number(3),
            channel_moved: false,
        },
        ImportWarning::NoChannel {
            stream: p("rhcos-4.2"),
        },
        ImportWarning::Registration {
            location: p("gcp"),
            warning: Warning::ShadowedBelow {
                scopes: vec![p("/acme/prod")],
            },
        },
    ];
    let texts = warnings.map(|warning| {
        let json = serde_json::to_value(&warning).unwrap();
        format!("{:<13} {warning}", json["code"].as_str().unwrap())
    });
    insta::assert_snapshot!(texts.join("\n"));
}

/// What the parts refuse, as the facade passes it on: one of each, caused by a call.
#[test]
fn refusals_of_the_parts_are_passed_on() {
    let world = World::new();
    let (admin, eve) = (world.admin(), world.who("eve"));
    let (web, scope, nowhere) = (
        p::<Reference>("web"),
        p::<Scope>("/acme"),
        p::<Scope>("/void"),
    );
    let errors = run(async {
        committed(&admin, "/acme", "web", 1).await;
        admin.create_mci(&scope, p("bare")).await.unwrap();
        admin
            .assign_channel(&p("stable"), LineageKind::Mci, &web, &scope)
            .await
            .unwrap();
        let version = |major| semver::Version::new(major, 0, 0);
        admin
            .release(LineageKind::Mci, &web, &scope, &version(1))
            .await
            .unwrap();
        admin
            .register_image(image("/acme", "aws/us-east-1", 1))
            .await
            .unwrap();
        let stale = Some(cloud_atlas::history::Generation::new(1));
        let unset = || HeadEdit::Unset {
            location: p("azure"),
        };
        let rename = || HeadEdit::SetNickname(p("bare"));
        let far = ask("web", "aws/eu-west-1", "/acme");
        let east = ask("web@unknown", "aws/us-east-1", "/acme");
        let nothing = p("img-0000000000000000000000000000000f");
        vec![
            admin.rematch_mci(&web, &scope, None).await.unwrap_err(),
            admin
                .remove_matcher(&web, &scope, &p("gcp"))
                .await
                .unwrap_err(),
            admin
                .match_mci(&web, &scope, &p("aws/us-east-1"), None)
                .await
                .unwrap_err(),
            admin
                .unrequire_locations(&web, &scope, &[p("gcp")])
                .await
                .unwrap_err(),
            admin.mci(&p("nothing"), &scope).await.unwrap_err(),
            admin.mci(&web, &nowhere).await.unwrap_err(),
            admin.image(nothing, &scope).await.unwrap_err(),
            admin.create_mci(&nowhere, p("web")).await.unwrap_err(),
            admin
                .remove_credential(&scope, &p("nothing"))
                .await
                .unwrap_err(),
            admin.resolve(&east).await.unwrap_err(),
            eve.mci(&web, &scope).await.unwrap_err(),
            admin.create_mci(&scope, p("web")).await.unwrap_err(),
            admin
                .edit_mci(&web, &scope, vec![rename()], None)
                .await
                .unwrap_err(),
            admin
                .edit_mci(&web, &scope, vec![unset()], None)
                .await
                .unwrap_err(),
            admin
                .edit_mci(&web, &scope, vec![set("gcp", 1)], None)
                .await
                .unwrap_err(),
            admin
                .edit_mci(&web, &scope, vec![], stale)
                .await
                .unwrap_err(),
            admin
                .edit_mci(&p("web@1"), &scope, vec![], None)
                .await
                .unwrap_err(),
            admin
                .commit_mci(&web, &scope, p("m"), None)
                .await
                .unwrap_err(),
            admin
                .commit_mci(&web, &scope, p("m"), stale)
                .await
                .unwrap_err(),
            admin
                .commit_mci(&p("bare"), &scope, p("m"), None)
                .await
                .unwrap_err(),
            admin.diff_pair(&web, &scope).await.unwrap_err(),
            admin.diff_pair(&p("bare"), &scope).await.unwrap_err(),
            admin
                .assign_channel(&p("stable"), LineageKind::Mci, &web, &scope)
                .await
                .unwrap_err(),
            admin
                .release(LineageKind::Mci, &web, &scope, &version(2))
                .await
                .unwrap_err(),
            admin.resolve(&far).await.unwrap_err(),
            admin
                .lock(&p("web@head"), &scope, Some(&[p("aws/us-east-1")]))
                .await
                .unwrap_err(),
            admin
                .register_image(image("/acme", "aws/us-east-1", 1))
                .await
                .unwrap_err(),
            admin
                .register_image(image("/", "aws/us-east-1", 2))
                .await
                .unwrap_err(),
            add_credential(&admin, "/acme", Cloud::Aws)
                .await
                .unwrap_err(),
            admin
                .remove_credential(&scope, &p("aws-main"))
                .await
                .unwrap_err(),
            admin.add_scope(&scope).await.unwrap_err(),
            admin.add_scope(&p("/void/prod")).await.unwrap_err(),
            admin.remove_scope(&nowhere).await.unwrap_err(),
            admin.remove_scope(&scope).await.unwrap_err(),
            admin.remove_scope(&p("/")).await.unwrap_err(),
            admin.add_principal(&p("dana")).await.unwrap_err(),
            admin.remove_principal(&p("nobody")).await.unwrap_err(),
            admin.remove_principal(&p("admin")).await.unwrap_err(),
            admin
                .grant(&p("nobody"), &p("actor"), &scope, None)
                .await
                .unwrap_err(),
            admin
                .grant(&p("dana"), &p("designer"), &scope, None)
                .await
                .unwrap_err(),
            admin
                .revoke(&p("dana"), &p("actor"), &scope)
                .await
                .unwrap_err(),
        ]
    });
    insta::assert_snapshot!(table(errors));
}
