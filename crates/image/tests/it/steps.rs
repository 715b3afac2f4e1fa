//! The steps of a record's life, and what takes them back.

use crate::{now, record};
use atlas_base::Timestamp;
use atlas_image::{
    CloudReport, DeleteFacts, DeleteImage, ImageRecord, ImageRecordId, LifeError, LifecycleState,
    Protection, Referrer, ReferrerKind, SameImage, Usage, delete, deprecate, deprecate_anew,
    disable, enable, protect, purge, report_delete, restore, undeprecate, unprotect,
};
use proptest::{collection::vec, prelude::*};
use std::fmt::Write as _;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_micros(now().as_micros() + hours * 3_600_000_000).unwrap()
}

fn living() -> ImageRecord {
    record(1, "/acme", true)
}

fn unused(record: &ImageRecord) -> Usage {
    Usage::of(record, [], true)
}

fn head(scope: &str) -> Referrer {
    Referrer {
        scope: crate::scope(scope),
        kind: ReferrerKind::MciHead,
        name: "web@head".to_owned(),
        id: "lin-1".to_owned(),
        visible: true,
    }
}

fn deleted(
    record: &ImageRecord,
    request: DeleteImage,
    hours: i64,
) -> Result<ImageRecord, LifeError> {
    let facts = DeleteFacts {
        usage: &unused(record),
        same_image: &SameImage::default(),
        now: at(hours),
    };
    delete(record, request, &facts).map(|deleted| deleted.record)
}

fn kept_until(hours: i64) -> DeleteImage {
    DeleteImage {
        purge_at: Some(at(hours)),
        ..DeleteImage::default()
    }
}

fn in_cloud() -> DeleteImage {
    DeleteImage {
        in_cloud: true,
        ..DeleteImage::default()
    }
}

fn failed() -> CloudReport {
    CloudReport::Failed {
        reason: "a snapshot uses it".parse().unwrap(),
    }
}

/// Each step that can be taken back, with what does so.
fn reversible(record: &ImageRecord, step: usize) -> Option<(ImageRecord, ImageRecord)> {
    let undone = |there: Option<ImageRecord>,
                  back: &dyn Fn(&ImageRecord) -> Option<ImageRecord>| {
        let there = there?;
        let back = back(&there).unwrap();
        Some((there, back))
    };
    let restored = |there: &ImageRecord| restore(there, &[], now()).ok();
    // An order that is given again is still the order that is withdrawn.
    let failed_before = record.lifecycle().state() == LifecycleState::DeleteFailed;
    match step {
        2..=5 if failed_before => None,
        0 => undone(deprecate(record, at(5), None, None).ok(), &|there| {
            undeprecate(there).ok()
        }),
        1 => {
            let done = disable(record, Some("CVE".parse().unwrap()), &unused(record), now());
            undone(done.ok().map(|(there, _)| there), &|there| {
                enable(there).ok()
            })
        }
        2 => undone(deleted(record, kept_until(1), 0).ok(), &restored),
        3 => undone(deleted(record, DeleteImage::default(), 0).ok(), &restored),
        4 => undone(deleted(record, in_cloud(), 0).ok(), &restored),
        5 => {
            let asked = deleted(record, in_cloud(), 0).ok();
            let failed = asked.map(|asked| report_delete(&asked, failed(), now()).unwrap());
            undone(failed, &restored)
        }
        _ => {
            let was_off = record.protection() == Protection::Off;
            let done = was_off.then(|| protect(record, false).ok()).flatten();
            undone(done, &|there| unprotect(there, now()).ok())
        }
    }
}

proptest! {
    #[test]
    fn l01_undoing_a_step_gives_back_the_equal_record(steps in vec((0_usize..7, any::<bool>()), 0..12)) {
        let mut record = living();
        for (step, go_on) in steps {
            if let Some((there, back)) = reversible(&record, step) {
                prop_assert_eq!(&back, &record);
                prop_assert!(there != record);
                if go_on {
                    record = there;
                }
            }
        }
    }
}

/// From each state, which steps are possible.
#[test]
fn l01_each_state_allows_its_steps_and_no_other() {
    let active = living();
    let deprecated = deprecate(&active, now(), None, None).unwrap();
    let disabled = disable(&deprecated, None, &unused(&active), now())
        .unwrap()
        .0;
    let pending = deleted(&disabled, in_cloud(), 0).unwrap();
    let failed = report_delete(&pending, failed(), now()).unwrap();
    let gone = deleted(&disabled, DeleteImage::default(), 0).unwrap();
    let mut table = String::new();
    for record in [active, deprecated, disabled, pending, failed, gone] {
        let usage = unused(&record);
        let possible = [
            ("deprecate", deprecate(&record, now(), None, None).is_ok()),
            ("deprecate anew", deprecate_anew(&record, now()).is_ok()),
            ("undeprecate", undeprecate(&record).is_ok()),
            ("disable", disable(&record, None, &usage, now()).is_ok()),
            ("enable", enable(&record).is_ok()),
            ("delete", deleted(&record, kept_until(1), 0).is_ok()),
            (
                "report",
                report_delete(&record, CloudReport::Done, now()).is_ok(),
            ),
            ("restore", restore(&record, &[], now()).is_ok()),
            ("purge", purge(&record, true, now()).is_ok()),
            ("protect", protect(&record, true).is_ok()),
        ];
        let possible = possible.iter().filter(|(_, is)| *is).map(|(step, _)| *step);
        let possible: Vec<_> = possible.collect();
        let state = record.lifecycle().as_str();
        writeln!(table, "{state}: {}", possible.join(", ")).unwrap();
    }
    insta::assert_snapshot!(table, @"
        active: deprecate, deprecate anew, disable, delete, protect
        deprecated: deprecate anew, undeprecate, disable, delete, protect
        disabled: enable, delete, protect
        pending-delete: report, restore
        delete-failed: delete, restore
        deleted: restore, purge
        ");
}

#[test]
fn l01_a_replacement_is_another_record_that_can_be_used() {
    let (one, other) = (living(), record(2, "/acme", true));
    let deprecated = deprecate(&one, now(), None, Some(&other)).unwrap();
    assert!(deprecated.lifecycle().is_deprecated(now()));
    assert_eq!(
        deprecate(&one, now(), None, Some(&one)),
        Err(LifeError::ReplacesItself { id: one.id() })
    );
    let (other, _) = disable(&other, None, &unused(&other), now()).unwrap();
    assert_eq!(
        deprecate(&one, now(), None, Some(&other)),
        Err(LifeError::ReplacementUnusable {
            replacement: other.id(),
            state: LifecycleState::Disabled
        })
    );
}

#[test]
fn l01_a_deprecation_that_is_moved_keeps_its_reason_and_replacement() {
    let (one, other) = (living(), record(2, "/acme", true));
    let reason = || Some("use v2".parse().unwrap());
    let before = deprecate(&one, at(5), reason(), Some(&other)).unwrap();
    let after = deprecate(&one, at(7), reason(), Some(&other)).unwrap();
    assert_eq!(deprecate_anew(&before, at(7)), Ok(after));
    let plain = deprecate(&one, at(7), None, None);
    assert_eq!(deprecate_anew(&one, at(7)), plain);
}

#[test]
fn l02_what_is_in_use_stays() {
    let record = living();
    let used = |scope: &str| {
        let usage = Usage::of(&record, [head(scope)], true);
        let facts = DeleteFacts {
            usage: &usage,
            same_image: &SameImage::default(),
            now: now(),
        };
        delete(&record, DeleteImage::default(), &facts)
    };
    for scope in ["/acme", "/acme/prod"] {
        match used(scope) {
            Err(LifeError::InUse(in_use)) => assert_eq!(in_use.referrers, [head(scope)]),
            other => panic!("{other:?}"),
        }
    }
    assert!(used("/beta").is_ok(), "S13");
}

#[test]
fn l02_each_kind_of_referrer_keeps_a_record_from_being_deleted() {
    use ReferrerKind as Kind;
    let record = living();
    let refused = |kind: Kind, scope: &str, visible: bool, request: DeleteImage| {
        let referrer = Referrer {
            kind,
            visible,
            ..head(scope)
        };
        let usage = Usage::of(&record, [referrer.clone()], true);
        let facts = DeleteFacts {
            usage: &usage,
            same_image: &SameImage::default(),
            now: now(),
        };
        match delete(&record, request, &facts) {
            Ok(_) => None,
            Err(LifeError::InUse(in_use)) => {
                let seen = if visible { vec![referrer] } else { vec![] };
                assert_eq!(in_use.referrers, seen, "{kind}");
                assert_eq!(in_use.hidden, u64::from(!visible), "{kind}");
                Some(in_use.to_string())
            }
            Err(other) => panic!("{kind}: {other}"),
        }
    };
    let binding = [
        Kind::MciHead,
        Kind::MciRevision,
        Kind::Channel,
        Kind::Template,
        Kind::RoleMap,
        Kind::Server,
        Kind::Lock,
    ];
    let mut told = String::new();
    for kind in binding {
        for request in [DeleteImage::default(), in_cloud()] {
            for (scope, visible) in [("/acme", true), ("/acme/prod", true), ("/acme/prod", false)] {
                let text = refused(kind, scope, visible, request.clone());
                assert!(text.is_some(), "{kind} at {scope}, seen: {visible}");
            }
        }
        let text = refused(kind, "/acme/prod", true, DeleteImage::default());
        writeln!(told, "{}", text.unwrap()).unwrap();
        // S13: those of other accounts are counted.
        let elsewhere = refused(kind, "/beta", true, DeleteImage::default());
        assert_eq!(elsewhere, None, "{kind}");
    }
    for kind in [Kind::Derived, Kind::Replaced] {
        let text = refused(kind, "/acme", true, DeleteImage::default());
        assert_eq!(text, None, "{kind}");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn l03_deleting_in_the_cloud_waits_for_the_host() {
    let record = living();
    let pending = deleted(&record, in_cloud(), 0).unwrap();
    assert!(!pending.lifecycle().is_usable() && !pending.lifecycle().is_deleted());
    assert_eq!(
        deleted(&pending, in_cloud(), 0),
        Err(LifeError::Pending { id: record.id() })
    );
    for report in [CloudReport::Done, CloudReport::NotFound] {
        let gone = report_delete(&pending, report, now()).unwrap();
        assert!(gone.lifecycle().is_deleted());
        assert_eq!(
            restore(&gone, &[], now()),
            Err(LifeError::Gone { id: record.id() })
        );
    }
    let refused = report_delete(&pending, failed(), now()).unwrap();
    assert_eq!(refused.lifecycle().state(), LifecycleState::DeleteFailed);
    let again = deleted(&refused, in_cloud(), 1).unwrap();
    assert_eq!(again.lifecycle().state(), LifecycleState::PendingDelete);
    assert_eq!(restore(&again, &[], now()), Ok(record));
}

#[test]
fn l03_an_image_with_another_record_stays_in_the_cloud() {
    let record = living();
    let other = (crate::scope("/beta"), ImageRecordId::from_u128(9));
    for (seen, hidden) in [(vec![other], 0), (vec![], 2)] {
        let same_image = SameImage { seen, hidden };
        let facts = DeleteFacts {
            usage: &unused(&record),
            same_image: &same_image,
            now: now(),
        };
        let refused = delete(&record, in_cloud(), &facts).unwrap_err();
        assert!(matches!(refused, LifeError::SameImage { .. }), "{refused}");
        assert!(delete(&record, DeleteImage::default(), &facts).is_ok());
    }
}

#[test]
fn l04_a_protected_record_stays_until_it_has_cooled_down() {
    let record = protect(&living(), false).unwrap();
    assert!(matches!(
        deleted(&record, kept_until(9), 0),
        Err(LifeError::Protected { .. })
    ));
    let record = unprotect(&record, now()).unwrap();
    assert_eq!(record, living());
    let record = protect(&record, true).unwrap();
    let record = unprotect(&record, now()).unwrap();
    assert_eq!(
        record.protection(),
        Protection::CoolingDown { until: at(24) }
    );
    // Asking again makes it neither shorter nor longer.
    assert_eq!(unprotect(&record, at(3)).unwrap(), record);
    assert!(deleted(&record, kept_until(99), 23).is_err());
    assert!(deleted(&record, kept_until(99), 24).is_ok());
    assert_eq!(unprotect(&record, at(24)).unwrap(), living());
    // Nor does protecting it anew without one.
    let around = unprotect(&protect(&record, false).unwrap(), at(5)).unwrap();
    let until = at(29);
    assert_eq!(around.protection(), Protection::CoolingDown { until });
}

#[test]
fn l04_a_deleted_record_is_restored_in_time_unless_its_place_was_taken() {
    let record = living();
    let gone = deleted(&record, kept_until(48), 0).unwrap();
    assert_eq!(restore(&gone, &[], at(47)), Ok(record.clone()));
    assert_eq!(
        restore(&gone, &[], at(48)),
        Err(LifeError::TooLate {
            id: record.id(),
            since: at(48)
        })
    );
    let refused = |holder| restore(&gone, &[holder], at(1)).unwrap_err();
    for (scope, shared, seen) in [
        ("/acme", false, true),
        ("/", true, true),
        ("/", false, false),
    ] {
        match refused(crate::record(2, scope, shared)) {
            LifeError::Taken { holder, .. } => assert_eq!(holder.is_some(), seen),
            other => panic!("{other}"),
        }
    }
    // What lower scopes hold does not matter (I05), nor what is deleted itself.
    let below = crate::record(2, "/acme/prod", false);
    assert!(restore(&gone, &[below, gone.clone()], at(1)).is_ok());
}

#[test]
fn l04_the_bin_keeps_what_its_time_is_not_over() {
    let record = living();
    let gone = deleted(&record, kept_until(48), 0).unwrap();
    assert!(purge(&gone, false, at(47)).is_err());
    assert_eq!(purge(&gone, false, at(48)), Ok(()));
    assert_eq!(purge(&gone, true, now()), Ok(()));
    let for_ever = deleted(&record, DeleteImage::default(), 0).unwrap();
    assert!(purge(&for_ever, false, at(1_000_000)).is_err());
    assert!(purge(&record, true, now()).is_err(), "it was never deleted");
}
