//! What may be published at all, and what the publication says.

use crate::{
    Mci, Template, URN, decide, group, group_id, mark, name, now, number, publication, request,
    scope, to_groups,
};
use atlas_history::{LineageId, Message};
use atlas_market::{
    LineageKind, LongText, PublicationState, PublishError, PublishSubject, RevisionNotes,
    ShortText, TargetGroupsError, Visibility,
};
use insta::assert_snapshot;

#[test]
fn p01_a_committed_revision_is_published_as_it_is() {
    let mci = Mci::at(7, 3, "web-base", &[("azure", URN)]);
    let published = mci.publish(request(Visibility::Public), &[]).unwrap();
    let it = published.publication;
    assert_eq!(it.reference(), publication(7, 3));
    assert_eq!(it.publisher, scope("/acme"));
    assert_eq!(it.source, LineageId::from_u128(7));
    assert_eq!(it.digest, mci.revision.digest());
    assert_eq!(it.content, mci.content.digest());
    assert_eq!(it.name, name("web-base"));
    assert_eq!(it.kind, LineageKind::Mci);
    assert_eq!(it.state, PublicationState::Active);
    assert_eq!(it.published_at, now());
    assert!(it.dependencies.is_empty());
    assert_eq!(
        (published.dependencies, published.widened),
        (vec![], vec![])
    );
}

#[test]
fn p01_a_revision_is_published_once() {
    let mci = Mci::open(7, "web-base").published(Visibility::Public, &[]);
    let refused = mci.publish(request(Visibility::Public), &[]).unwrap_err();
    assert_snapshot!(refused, @"`web-base` revision 1 was published at 2026-07-21T14:07:12Z as pub-00000000000000000000000000000007@1: a revision is published once, commit another one");
    let next = Mci {
        published: mci.published.clone(),
        ..Mci::at(7, 2, "web-base", &[("azure", URN)])
    };
    let published = next.publish(request(Visibility::Public), &[]).unwrap();
    assert_eq!(published.publication.reference(), publication(7, 2));
}

#[test]
fn p01_what_cannot_be_published_is_refused_for_what_it_is() {
    let web = name("web-base");
    let ask = |subject| decide(&subject, request(Visibility::Public), &[]).unwrap_err();
    let imported = PublishSubject::Imported {
        name: &web,
        revision: number(4),
    };
    assert_snapshot!(ask(imported), @"`web-base` revision 4 was imported, and only its publisher publishes it: clone it, commit the clone and publish that");
    let bare = PublishSubject::Head {
        name: &web,
        last: None,
    };
    assert_snapshot!(ask(bare), @"`web-base` has no committed revision: commit it, then publish the revision");
    let head = PublishSubject::Head {
        name: &web,
        last: Some(number(2)),
    };
    assert_snapshot!(ask(head), @"HEAD of `web-base` is not published: publish a revision, such as 2, or offer HEAD to account groups with --head");
    assert_snapshot!(ask(PublishSubject::Deleted { name: &web }), @"`web-base` was deleted: what is gone cannot be published");
}

#[test]
fn p01_a_revoked_revision_is_not_published() {
    let mut mci = Mci::open(7, "web-base");
    mci.marks = mci.marks.revoke(mark("holds a key")).unwrap();
    let refused = mci.publish(request(Visibility::Public), &[]).unwrap_err();
    assert_snapshot!(refused, @"`web-base` revision 1 was revoked by lee: holds a key; publish another one, or take the mark back");
    mci.marks = mci.marks.restore().unwrap().deprecate(mark("old")).unwrap();
    assert!(mci.publish(request(Visibility::Public), &[]).is_ok());
}

#[test]
fn p01_what_stands_above_all_accounts_is_no_accounts() {
    let mut mci = Mci::open(7, "web-base");
    mci.scope = scope("/");
    let refused = mci.publish(request(Visibility::Public), &[]).unwrap_err();
    assert_snapshot!(refused, @"`web-base` stands at `/`, and accounts publish: share it there, and everybody sees it");
    mci.scope = scope("/acme/prod");
    let published = mci.publish(request(Visibility::Public), &[]).unwrap();
    assert_eq!(published.publication.publisher, scope("/acme"));
}

#[test]
fn m07_what_is_published_has_a_setting_or_a_link() {
    let empty = Mci::new(7, "web-base", &[]);
    let refused = empty.publish(request(Visibility::Public), &[]).unwrap_err();
    assert!(matches!(refused, PublishError::Mci(_)), "{refused}");
    let bare = Template::new(9, "front end", &[]);
    let refused = bare.publish(request(Visibility::Public), &[]).unwrap_err();
    assert!(matches!(refused, PublishError::Template(_)), "{refused}");
    let template = Template::of(9, "front end", &[&empty]);
    let refused = template
        .publish(request(Visibility::Public), &[])
        .unwrap_err();
    assert!(matches!(refused, PublishError::Mci(_)), "{refused}");
}

#[test]
fn p02_a_publication_is_for_everybody_or_for_groups_of_its_account() {
    let mci = Mci::open(7, "web-base");
    let groups = [
        group(1, "/acme", &["/globex"]),
        group(2, "/globex", &["/acme"]),
    ];
    let ours = mci.publish(request(to_groups(&[1])), &groups).unwrap();
    assert_eq!(ours.publication.visibility, to_groups(&[1]));
    let refused = mci
        .publish(request(to_groups(&[1, 2])), &groups)
        .unwrap_err();
    assert_snapshot!(refused, @"`/acme` owns no account group `grp-00000000000000000000000000000002`: publications are for groups of the account that publishes");
    let unknown = mci.publish(request(to_groups(&[3])), &groups).unwrap_err();
    assert!(matches!(unknown, PublishError::UnknownGroup { .. }));
}

#[test]
fn p02_groups_are_one_to_64() {
    let none = Visibility::groups([]).unwrap_err();
    assert_eq!(none, TargetGroupsError::Empty);
    assert_snapshot!(none, @"no account group was named: name at least one, or publish to everybody");
    let ids = |count: u128| (0..count).map(group_id);
    assert!(Visibility::groups(ids(64)).is_ok());
    assert_snapshot!(Visibility::groups(ids(65)).unwrap_err(), @"65 account groups are too many, at most 64 are allowed: publish to everybody, or put accounts into fewer groups");
    // The same limits hold for what is stored.
    let read = |text: &str| serde_json::from_str::<Visibility>(text).unwrap_err();
    assert_snapshot!(read(r#"{"to":"groups","groups":[]}"#), @"no account group was named: name at least one, or publish to everybody at line 1 column 27");
}

#[test]
fn p02_notes_are_the_commit_message_unless_others_are_given() {
    let mci = Mci::open(7, "web-base");
    let published = mci.publish(request(Visibility::Public), &[]).unwrap();
    let notes = published.publication.notes.unwrap();
    assert_eq!(notes.as_str(), "round 1\n\nof images");

    let mut asked = request(Visibility::Public);
    asked.notes = Some(RevisionNotes::parse("fewer packages").unwrap());
    asked.long = Some(LongText::parse("Ubuntu,\nand nginx").unwrap());
    let published = mci.publish(asked, &[]).unwrap().publication;
    assert_eq!(published.notes.unwrap().as_str(), "fewer packages");
    assert_eq!(published.long.unwrap().as_str(), "Ubuntu,\nand nginx");
    assert_eq!(
        published.short,
        ShortText::parse("a base for the web").unwrap()
    );
}

#[test]
fn p02_the_longest_message_fits_into_notes() {
    let long = "\u{1f600}".repeat(Message::MAX_CHARACTERS);
    let notes = RevisionNotes::from_message(&Message::parse(&long).unwrap()).unwrap();
    assert_eq!(notes.as_str(), long);
    let hidden = Message::parse("a\u{202e}b").unwrap();
    assert_eq!(RevisionNotes::from_message(&hidden).unwrap().as_str(), "ab");
    let nothing = Message::parse("\u{202e}").unwrap();
    assert_eq!(RevisionNotes::from_message(&nothing), None);
}
