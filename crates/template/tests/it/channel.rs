use crate::{mark, now, time};
use atlas_history::{Author, RevisionNumber};
use atlas_template::{Channel, ChannelError, ChannelMove, ChannelName};
use atlas_testkit::template::channel_name;
use proptest::prelude::*;

fn name(text: &str) -> ChannelName {
    ChannelName::parse(text).unwrap()
}

fn to(revision: u32) -> ChannelMove {
    ChannelMove {
        revision: RevisionNumber::new(revision).unwrap(),
        by: Author::parse("dana").unwrap(),
        at: now(),
    }
}

#[test]
fn r07_names_are_short_words_that_references_do_not_mean_otherwise() {
    let (long, both) = ("x".repeat(64), "x".repeat(64) + "_");
    let lines: Vec<_> = [
        "",
        "head",
        "latest",
        "Production",
        "production!",
        "pro duction",
        "1st",
        "-x",
        "é",
        "a_b",
        &long,
        &both,
    ]
    .iter()
    .map(|text| {
        let error = ChannelName::parse(text).unwrap_err();
        format!("{:>3} {error}", error.at())
    })
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
     0 `` is no channel name: it is empty, at byte 0
     0 `head` is no channel name: `head` and `latest` are reserved: they always mean HEAD and the newest revision, at byte 0
     0 `latest` is no channel name: `head` and `latest` are reserved: they always mean HEAD and the newest revision, at byte 0
     0 `Production` is no channel name: expected `[a-z][a-z0-9-]*`, at byte 0
    10 `production!` is no channel name: expected `[a-z][a-z0-9-]*`, at byte 10
     3 `pro duction` is no channel name: expected `[a-z][a-z0-9-]*`, at byte 3
     0 `1st` is no channel name: expected `[a-z][a-z0-9-]*`, at byte 0
     0 `-x` is no channel name: expected `[a-z][a-z0-9-]*`, at byte 0
     0 `é` is no channel name: expected `[a-z][a-z0-9-]*`, at byte 0
     1 `a_b` is no channel name: expected `[a-z][a-z0-9-]*`, at byte 1
    63 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is no channel name: it has more than 63 characters, at byte 63
    63 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_` is no channel name: it has more than 63 characters, at byte 63
    ");
    for good in [
        "a",
        "production",
        "head2",
        "latest-",
        "a-1",
        &"x".repeat(63),
    ] {
        assert_eq!(name(good).as_str(), good);
    }
}

#[test]
fn r07_a_channel_moves_and_remembers() {
    let first = Channel::assign(name("production"), None, None, to(1)).unwrap();
    assert_eq!(
        (first.name().as_str(), first.current().get()),
        ("production", 1)
    );
    let later = ChannelMove {
        at: time("2026-07-22T00:00:00Z"),
        ..to(3)
    };
    let moved = Channel::assign(name("production"), Some(&first), None, later.clone()).unwrap();
    assert_eq!(moved.current().get(), 3);
    assert_eq!(moved.moves(), [to(1), later.clone()]);
    // Back again is a move like any other.
    let back = Channel::assign(name("production"), Some(&moved), None, to(1)).unwrap();
    assert_eq!(back.current().get(), 1);
    assert_eq!(back.moves(), [to(1), later, to(1)]);
    assert_eq!(first.moves(), [to(1)]);
    let stored = serde_json::to_string(&back).unwrap();
    assert_eq!(serde_json::from_str::<Channel>(&stored).unwrap(), back);
}

#[test]
fn r07_refuses_a_revoked_revision_and_where_it_points() {
    let channel = Channel::assign(name("production"), None, None, to(3)).unwrap();
    let revision = RevisionNumber::new(3).unwrap();
    let already = Channel::assign(name("production"), Some(&channel), None, to(3)).unwrap_err();
    assert_eq!(
        already,
        ChannelError::Already {
            name: name("production"),
            revision
        }
    );
    let mark = mark("CVE-2026-1");
    for before in [
        None,
        Some(&Channel::assign(name("production"), None, None, to(1)).unwrap()),
    ] {
        let revoked = Channel::assign(name("production"), before, Some(&mark), to(3)).unwrap_err();
        let mark = mark.clone();
        assert_eq!(
            revoked,
            ChannelError::Revoked {
                name: name("production"),
                revision,
                mark
            }
        );
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{already}\n{revoked}"), @"
            the channel `production` points to revision 3 already
            the channel `production` cannot point to revision 3: it was revoked by dana: CVE-2026-1
            ");
        }
    }
}

proptest! {
    #[test]
    fn r07_names_lead_back(name in channel_name()) {
        prop_assert_eq!(ChannelName::parse(&name.to_string()), Ok(name.clone()));
        let stored = serde_json::to_string(&name).unwrap();
        prop_assert_eq!(serde_json::from_str::<ChannelName>(&stored).unwrap(), name);
    }

    #[test]
    fn r07_the_current_revision_is_the_last_move(revisions in proptest::collection::vec(1_u32..4, 1..8)) {
        let mut channel: Option<Channel> = None;
        for revision in revisions {
            let same = channel.as_ref().is_some_and(|channel| channel.current().get() == revision);
            let moved = Channel::assign(name("stable"), channel.as_ref(), None, to(revision));
            prop_assert_eq!(moved.is_err(), same);
            channel = moved.ok().or(channel);
            let current = channel.as_ref().map(Channel::current);
            let last = channel.as_ref().and_then(|channel| channel.moves().last());
            prop_assert_eq!(last.map(|last| last.revision), current);
            prop_assert_eq!(current.map(RevisionNumber::get), Some(revision));
        }
    }
}
