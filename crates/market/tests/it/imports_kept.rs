//! What becomes of imports later.

use crate::{
    dana, import::Receiver, name, now, number, offered, publication, reason, scope, set, to_groups,
};
use atlas_image::{Referrer, ReferrerKind};
use atlas_market::{
    DeleteImport, DeleteImportError, DeletedImport, Follower, ImportUse, ImportedLineage,
    ImportedRevision, Visibility, check_delete_import, updates,
};
use insta::assert_snapshot;
use std::collections::BTreeSet;

#[test]
fn p06_nothing_that_its_publisher_does_reaches_an_import() {
    let published = offered(7, 1, "web", to_groups(&[1]));
    let mut receiver = Receiver::new("/globex", &[1], std::slice::from_ref(&published));
    let plan = receiver.import(publication(7, 1));
    let (before, held) = (receiver.lineages.clone(), receiver.held.clone());

    // Deprecated, for others alone, out of the group, gone.
    let deprecated = published.deprecate(reason("old"), dana(), now()).unwrap();
    receiver.offered = vec![deprecated];
    assert_eq!(receiver.plan(publication(7, 1)).unwrap().copies, []);
    receiver.viewer = crate::viewer("/globex", &[]);
    assert!(receiver.plan(publication(7, 1)).is_err());
    receiver.offered.clear();
    assert_eq!((receiver.lineages, receiver.held), (before, held));

    // What is kept of an import says nothing of visibility and state, so nothing can be read off it.
    let copy = serde_json::to_value(&plan.copies[0]).unwrap();
    let fields: Vec<_> = copy.as_object().unwrap().keys().cloned().collect();
    let expected = [
        "at",
        "by",
        "content",
        "digest",
        "publication",
        "revision",
        "scope",
    ];
    assert_eq!(set(fields), set(expected.map(str::to_owned)));
    let read: ImportedRevision = serde_json::from_value(copy).unwrap();
    assert_eq!(read, plan.copies[0]);
    let lineage = serde_json::to_value(&plan.lineages[0]).unwrap();
    let read: ImportedLineage = serde_json::from_value(lineage).unwrap();
    assert_eq!(read, plan.lineages[0]);
    // And lists of updates go on with what is offered.
    let follower = Follower::import(scope("/globex"), plan.lineages[0].lineage, number(1), true);
    assert_eq!(
        updates(&crate::viewer("/globex", &[]), &[follower], &[]),
        []
    );
}

fn imported() -> ImportedLineage {
    let mut receiver = Receiver::new("/globex", &[], &[offered(7, 1, "web", Visibility::Public)]);
    let plan = receiver.import(publication(7, 1));
    plan.lineages[0].clone()
}

fn numbers(all: &[u32]) -> BTreeSet<atlas_history::RevisionNumber> {
    all.iter().map(|it| number(*it)).collect()
}

fn used(revision: Option<u32>, at: &str, called: &str, visible: bool) -> ImportUse {
    ImportUse {
        revision: revision.map(number),
        by: Referrer {
            scope: scope(at),
            kind: ReferrerKind::Template,
            name: called.to_owned(),
            id: called.to_owned(),
            visible,
        },
    }
}

fn delete(
    which: DeleteImport,
    revisions: &[u32],
    uses: &[ImportUse],
) -> Result<DeletedImport, DeleteImportError> {
    check_delete_import(&imported(), which, &numbers(revisions), uses)
}

#[test]
fn p11_an_import_that_nothing_refers_to_can_go() {
    let gone = delete(DeleteImport::Lineage, &[1, 4], &[]).unwrap();
    assert_eq!((gone.revisions, gone.is_whole), (numbers(&[1, 4]), true));
    let gone = delete(DeleteImport::Revision(number(1)), &[1, 4], &[]).unwrap();
    assert_eq!((gone.revisions, gone.is_whole), (numbers(&[1]), false));
    // With the last revision the lineage goes.
    let gone = delete(DeleteImport::Revision(number(4)), &[4], &[]).unwrap();
    assert_eq!((gone.revisions, gone.is_whole), (numbers(&[4]), true));
}

#[test]
fn p11_what_something_refers_to_stays() {
    let uses = [
        used(Some(1), "/globex/prod", "front end", true),
        used(Some(1), "/globex", "hidden", false),
    ];
    assert_snapshot!(delete(DeleteImport::Lineage, &[1, 4], &uses).unwrap_err(), @"`web` is used at /globex/prod by template `front end`, and 1 more: set something else there first");
    let one = DeleteImport::Revision(number(1));
    assert!(delete(one, &[1, 4], &uses).is_err());
    // Revision 4 is none of their business.
    assert!(delete(DeleteImport::Revision(number(4)), &[1, 4], &uses).is_ok());
    assert_snapshot!(delete(one, &[1, 4], &uses[1..]).unwrap_err(), @"`web` is used in 1 place: set something else there first");
}

#[test]
fn p11_what_follows_the_newest_keeps_the_newest() {
    let uses = [used(None, "/globex", "front end", true)];
    assert!(delete(DeleteImport::Revision(number(4)), &[1, 4], &uses).is_err());
    assert!(delete(DeleteImport::Revision(number(1)), &[1, 4], &uses).is_ok());
    assert!(delete(DeleteImport::Lineage, &[1, 4], &uses).is_err());
}

#[test]
fn p11_only_what_is_there_can_go() {
    let refused = delete(DeleteImport::Revision(number(2)), &[1, 4], &[]).unwrap_err();
    assert_snapshot!(refused, @"revision 2 of `web` was not imported to `/globex`: there are 1, 4");
    assert_eq!(imported().name, name("web"));
}

#[test]
fn p11_what_was_deleted_can_be_imported_again() {
    let mut receiver = Receiver::new("/globex", &[], &[offered(7, 1, "web", Visibility::Public)]);
    let first = receiver.import(publication(7, 1));
    let lineage = receiver.lineages.remove(0);
    let gone = check_delete_import(&lineage, DeleteImport::Lineage, &numbers(&[1]), &[]).unwrap();
    assert!(gone.is_whole);
    receiver.held.clear();
    receiver.taken.clear();
    assert_eq!(receiver.import(publication(7, 1)), first);
}
