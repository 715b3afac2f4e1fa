//! Which of several records counts.

use crate::{now, record, scope};
use atlas_image::{Lifecycle, nearest};

#[test]
fn i05_the_nearest_scope_wins_and_says_what_it_shadows() {
    let records = [
        record(1, "/", true),
        record(2, "/acme/prod", false),
        record(3, "/acme", true),
    ];
    let found = nearest(&records, &scope("/acme/prod")).unwrap();
    assert_eq!(found.record, &records[1]);
    assert_eq!(found.shadows, [&records[2], &records[0]]);

    let found = nearest(&records, &scope("/acme/test")).unwrap();
    assert_eq!(
        (found.record, found.shadows),
        (&records[2], vec![&records[0]])
    );
    let found = nearest(&records, &scope("/globex")).unwrap();
    assert_eq!((found.record, found.shadows), (&records[0], vec![]));
}

#[test]
fn i05_records_that_are_not_seen_or_deleted_do_not_count() {
    let deleted = Lifecycle::Deleted {
        purge_at: None,
        gone: false,
        since: now(),
        reason: None,
        before: Box::default(),
    };
    let records = [
        record(1, "/", false),
        record(2, "/globex", true),
        record(3, "/acme/prod", true).with_lifecycle(deleted),
    ];
    assert_eq!(nearest(&records, &scope("/acme/prod")), None);
    assert_eq!(nearest([], &scope("/")), None);
}

#[test]
fn i05_a_disabled_record_still_hides_those_above() {
    let disabled = Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::default(),
    };
    let records = [
        record(1, "/", true),
        record(2, "/acme", true).with_lifecycle(disabled),
    ];
    assert_eq!(
        nearest(&records, &scope("/acme")).unwrap().record,
        &records[1]
    );
}
