//! Records on their way up.

use crate::{credential, record, scope};
use atlas_image::{
    Credential, ImageRecord, LifeError, Lifecycle, PromoteError, PromoteFacts, RegisterError,
    promote,
};
use atlas_scope::visible;

fn promoted(
    record: &ImageRecord,
    credentials: &[Credential],
    same_image: &[ImageRecord],
) -> Result<ImageRecord, PromoteError> {
    let facts = PromoteFacts {
        credentials,
        same_image,
        credential: None,
    };
    promote(record, &facts)
}

#[test]
fn l06_a_record_goes_up_one_level_and_stays_what_it_is() {
    let main = [credential(1, "/", "aws/us-east-1", "main")];
    for (at, above) in [("/acme/prod", "/acme"), ("/acme", "/")] {
        let before = record(5, at, false);
        let after = promoted(&before, &main, std::slice::from_ref(&before)).unwrap();
        assert_eq!(after.scope(), &scope(above));
        assert_eq!(
            (after.id(), after.image_id()),
            (before.id(), before.image_id())
        );
        assert_eq!(after.created_by(), before.created_by());
        // Who saw it sees it.
        assert!(visible(after.scope(), after.shared(), &scope(at)));
    }
    let top = promoted(&record(5, "/", true), &main, &[]).unwrap_err();
    assert!(matches!(top, PromoteError::AtTheTop { .. }), "{top}");
}

#[test]
fn l06_nothing_is_shadowed() {
    let main = [credential(1, "/", "aws/us-east-1", "main")];
    let own = record(5, "/acme/prod", false);
    for (holder, shared) in [("/acme", true), ("/", true), ("/", false)] {
        let error = promoted(&own, &main, &[own.clone(), record(6, holder, shared)]).unwrap_err();
        assert!(
            matches!(&error, PromoteError::Register(RegisterError::AlreadyRegistered(there))
                if there.holder.is_some() == (shared || holder == "/acme")),
            "{error}"
        );
    }
    let sibling = record(6, "/acme/dev", false);
    let error = promoted(&own, &main, &[own.clone(), sibling]).unwrap_err();
    assert!(
        matches!(&error, PromoteError::Shadowed { scopes, .. } if *scopes == [scope("/acme/dev")]),
        "{error}"
    );
    // Another account is another world.
    let elsewhere = record(6, "/globex", true);
    promoted(&own, &main, &[own.clone(), elsewhere]).unwrap();
}

#[test]
fn l06_a_credential_must_reach_the_scope_above() {
    let own = record(5, "/acme/prod", false);
    let here = credential(1, "/acme/prod", "aws/us-east-1", "here");
    let error = promoted(&own, std::slice::from_ref(&here), &[]).unwrap_err();
    assert!(
        matches!(&error, PromoteError::Register(RegisterError::NoCredential { possible, .. })
            if *possible == [scope("/acme/prod")]),
        "{error}"
    );
    // The only one that fits there is taken, as at a registration.
    let above = credential(2, "/acme", "aws/us-east-1", "above");
    let after = promoted(&own, &[here, above.clone()], &[]).unwrap();
    assert_eq!(after.credential(), Some(above.id()));
    let another = credential(3, "/acme", "aws/us-east-1", "another");
    let error = promoted(&own, &[above.clone(), another], &[]);
    // The record's own credential has the number 1.
    assert!(matches!(
        error,
        Err(PromoteError::Register(
            RegisterError::SeveralCredentials { .. }
        ))
    ));
}

#[test]
fn l06_what_is_deleted_or_about_to_be_stays_where_it_is() {
    let main = [credential(1, "/", "aws/us-east-1", "main")];
    let record = record(5, "/acme/prod", false);
    let id = record.id();
    let (since, reason, purge_at) = (crate::now(), None, None);
    let before = || Box::new(Lifecycle::Active);
    let pending = Lifecycle::PendingDelete {
        since,
        reason: reason.clone(),
        purge_at,
        before: before(),
    };
    let deleted = Lifecycle::Deleted {
        since,
        reason,
        purge_at,
        gone: false,
        before: before(),
    };
    for (life, expected) in [
        (pending, LifeError::Pending { id }),
        (deleted, LifeError::Deleted { id }),
    ] {
        let record = record.clone().with_lifecycle(life);
        let refused = promoted(&record, &main, &[]).unwrap_err();
        assert_eq!(refused, PromoteError::Life(expected));
    }
}
