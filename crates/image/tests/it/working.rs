//! Work orders, from state to state.

use crate::{AMI, location, now, scope};
use atlas_base::Timestamp;
use atlas_image::{
    CloudTarget, ImageRecordId, OrderWork, ReportWork, WorkAction, WorkError, WorkKind, WorkOrder,
    WorkOrderId, WorkReport, WorkState, cancel_work, order_work, report_work, retry_work,
    take_work,
};
use atlas_image_id::{Cloud, ImageId};
use atlas_scope::PrincipalId;
use core::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

fn who(name: &str) -> PrincipalId {
    name.parse().unwrap()
}

fn later(hours: i64) -> Timestamp {
    Timestamp::from_micros(now().as_micros() + hours * 3_600_000_000).unwrap()
}

fn ami(text: &str) -> ImageId {
    ImageId::parse(Cloud::Aws, text).unwrap()
}

fn target() -> CloudTarget {
    CloudTarget::new(location("aws/us-east-1"), ami(AMI)).unwrap()
}

fn copy() -> WorkAction {
    WorkAction::Copy {
        record: ImageRecordId::from_u128(4),
        image: target(),
        to: location("aws/eu-west-1"),
    }
}

fn delete() -> WorkAction {
    WorkAction::Delete {
        record: ImageRecordId::from_u128(4),
        image: target(),
    }
}

fn order(action: WorkAction) -> WorkOrder {
    let request = OrderWork {
        scope: scope("/acme"),
        action,
    };
    order_work(request, None, WorkOrderId::from_u128(1), who("dana"), now()).unwrap()
}

fn taken(action: WorkAction) -> WorkOrder {
    take_work(&order(action), &who("robot"), HOUR, now()).unwrap()
}

fn done(image: Option<&str>) -> WorkReport {
    WorkReport::Done {
        image_id: image.map(ami),
    }
}

fn failed(text: &str) -> WorkReport {
    WorkReport::Failed {
        reason: text.parse().unwrap(),
    }
}

fn first(report: WorkReport) -> ReportWork {
    ReportWork { attempt: 1, report }
}

#[test]
fn l11_an_order_is_taken_done_and_reported_on() {
    let queued = order(copy());
    assert_eq!((queued.state.as_str(), queued.attempt), ("queued", 0));
    let taken = take_work(&queued, &who("robot"), HOUR, now()).unwrap();
    assert_eq!(
        (taken.attempt, &taken.state),
        (
            1,
            &WorkState::Taken {
                by: who("robot"),
                at: now(),
                until: later(1)
            }
        )
    );
    let report = first(done(Some("ami-00000000000000007")));
    let reported = report_work(&taken, report, &who("robot"), now()).unwrap();
    assert!(reported.is_news && reported.order.is_done());
    match &reported.order.state {
        WorkState::Done { image, .. } => {
            let image = image.as_ref().unwrap();
            assert_eq!(
                image.location,
                location("aws/eu-west-1"),
                "where the copy is"
            );
        }
        state => panic!("{state:?}"),
    }
}

#[test]
fn l11_whoever_has_taken_it_keeps_it_until_the_lease_is_over() {
    let taken = taken(copy());
    let other = take_work(&taken, &who("second"), HOUR, now());
    assert_eq!(
        other,
        Err(WorkError::Held {
            order: taken.id,
            by: who("robot"),
            until: later(1)
        })
    );
    assert!(!taken.is_free(now()) && taken.is_free(later(1)));
    // The holder keeps it for longer, and it is the same attempt.
    let longer = take_work(&taken, &who("robot"), HOUR * 2, now()).unwrap();
    assert_eq!((longer.attempt, longer.is_free(later(1))), (1, false));
    // Somebody else takes it over, and the report of the first is too late.
    let over = take_work(&taken, &who("second"), HOUR, later(1)).unwrap();
    assert_eq!(over.attempt, 2);
    let late = report_work(&over, first(failed("x")), &who("robot"), later(1)).unwrap_err();
    assert!(matches!(late, WorkError::OtherAttempt { .. }), "{late}");
    // A lease that is over and that nobody else took: the report counts.
    assert!(report_work(&taken, first(failed("x")), &who("robot"), later(9)).is_ok());
    for seconds in [0, 86_401] {
        let lease = Duration::from_secs(seconds);
        let refused = take_work(&order(copy()), &who("robot"), lease, now());
        assert_eq!(refused, Err(WorkError::Lease { seconds }));
    }
}

#[test]
fn l11_a_report_that_is_sent_again_changes_nothing() {
    let made = || first(done(Some("ami-00000000000000007")));
    let reports: [(WorkAction, &dyn Fn() -> ReportWork); 3] = [
        (copy(), &made),
        (delete(), &|| first(WorkReport::NotFound)),
        (copy(), &|| first(failed("no room"))),
    ];
    for (action, report) in reports {
        let ended = report_work(&taken(action), report(), &who("robot"), now()).unwrap();
        let ended = ended.order.with_record(ImageRecordId::from_u128(8));
        let again = report_work(&ended, report(), &who("robot"), later(5)).unwrap();
        assert!(!again.is_news);
        assert_eq!(again.order, ended);
        // Another one is refused: an end is an end.
        let other = report_work(&ended, first(failed("other")), &who("robot"), later(5));
        assert!(matches!(other, Err(WorkError::Ended { .. })));
    }
}

#[test]
fn l11_only_whoever_took_it_reports_on_it_and_says_what_was_made() {
    let robot = who("robot");
    let queued = report_work(&order(copy()), first(failed("x")), &robot, now());
    assert!(matches!(queued, Err(WorkError::NotTaken { .. })));
    let other = report_work(&taken(copy()), first(failed("x")), &who("eve"), now());
    assert!(matches!(other, Err(WorkError::NotHolder { .. })));
    let unnamed = report_work(&taken(copy()), first(done(None)), &robot, now());
    assert!(matches!(unnamed, Err(WorkError::ImageNotStated { .. })));
    let named = report_work(&taken(delete()), first(done(Some(AMI))), &robot, now());
    assert!(matches!(named, Err(WorkError::ImageStated { .. })));
    let uuid = ImageId::parse(Cloud::OpenStack, "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e");
    let elsewhere = first(WorkReport::Done {
        image_id: uuid.ok(),
    });
    let elsewhere = report_work(&taken(copy()), elsewhere, &robot, now());
    assert!(matches!(elsewhere, Err(WorkError::Location(_))));
}

#[test]
fn l11_not_found_is_the_end_of_a_deletion_and_the_failure_of_a_copy() {
    let ended = |action| {
        report_work(
            &taken(action),
            first(WorkReport::NotFound),
            &who("robot"),
            now(),
        )
        .unwrap()
        .order
    };
    assert!(ended(delete()).is_done());
    assert!(!ended(copy()).is_done());
    let again = retry_work(&ended(copy()), None).unwrap();
    assert_eq!(again.state, WorkState::Queued);
    let refused = retry_work(&ended(delete()), None).unwrap_err();
    assert!(matches!(refused, WorkError::NotFailed { .. }), "{refused}");
}

#[test]
fn l11_failed_work_can_be_tried_again() {
    let failed = report_work(
        &taken(delete()),
        first(failed("busy")),
        &who("robot"),
        now(),
    );
    let failed = failed.unwrap().order;
    let queued = retry_work(&failed, None).unwrap();
    assert_eq!(retry_work(&queued, None).unwrap(), queued, "once is enough");
    let second = take_work(&queued, &who("robot"), HOUR, now()).unwrap();
    assert_eq!(second.attempt, 2);
    // The report on the first attempt that was sent again does not end the second.
    let late = report_work(&second, first(done(None)), &who("robot"), now());
    assert!(matches!(late, Err(WorkError::OtherAttempt { .. })));
    let mut anew = order(delete());
    anew.id = WorkOrderId::from_u128(2);
    let refused = retry_work(&failed, Some(&anew)).unwrap_err();
    assert!(matches!(refused, WorkError::AlreadyOrdered { .. }));
}

#[test]
fn l11_the_same_work_is_ordered_once_at_a_time() {
    let again = |open: &WorkOrder, action: WorkAction| {
        let request = OrderWork {
            scope: scope("/acme"),
            action,
        };
        let id = WorkOrderId::from_u128(2);
        order_work(request, Some(open), id, who("dana"), now())
    };
    let open = order(copy());
    assert_eq!(
        again(&open, copy()).unwrap_err(),
        WorkError::AlreadyOrdered {
            open: open.id,
            kind: WorkKind::Copy
        }
    );
    let ended = cancel_work(&open, None, who("dana"), now()).unwrap();
    assert!(again(&ended, copy()).is_ok());
    let keys = [copy().exclusion(), delete().exclusion()];
    assert_ne!(keys.first(), keys.last());
}

#[test]
fn l11_an_order_is_called_off_while_nobody_works_on_it() {
    let dana = || who("dana");
    let reason = || "not needed".parse().ok();
    let cancelled = cancel_work(&order(copy()), reason(), dana(), now()).unwrap();
    assert_eq!(cancelled.state.as_str(), "cancelled");
    let again = cancel_work(&cancelled, None, who("eve"), later(1)).unwrap();
    assert_eq!(again, cancelled, "the first one stays");
    let held = cancel_work(&taken(copy()), None, dana(), now());
    assert!(matches!(held, Err(WorkError::Held { .. })));
    let over = cancel_work(&taken(copy()), None, dana(), later(1)).unwrap();
    let late = report_work(&over, first(failed("x")), &who("robot"), later(2));
    assert!(matches!(late, Err(WorkError::Ended { .. })));
    let taking = take_work(&cancelled, &who("robot"), HOUR, now());
    assert!(matches!(taking, Err(WorkError::Ended { .. })));
}

#[test]
fn l11_the_stored_forms() {
    let share = WorkAction::Share {
        record: ImageRecordId::from_u128(4),
        image: target(),
        add: ["123456789012".parse().unwrap()].into(),
        remove: ["all".parse().unwrap()].into(),
    };
    let report = first(done(Some("ami-00000000000000007")));
    let done = report_work(&taken(copy()), report, &who("robot"), now()).unwrap();
    let nothing = report_work(
        &taken(delete()),
        first(WorkReport::NotFound),
        &who("robot"),
        now(),
    );
    let orders = [
        order(share),
        taken(copy()),
        done.order.with_record(ImageRecordId::from_u128(8)),
        nothing.unwrap().order,
        cancel_work(&order(delete()), None, who("dana"), now()).unwrap(),
    ];
    for order in &orders {
        let json = serde_json::to_string(order).unwrap();
        assert_eq!(serde_json::from_str::<WorkOrder>(&json).unwrap(), *order);
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&orders).unwrap());
}
