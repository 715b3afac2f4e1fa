use crate::{template_content::number, time};
use atlas_base::Timestamp;
use atlas_history::{LineageId, RevisionRef};
use atlas_template::{
    LaunchId, LaunchPhase, LaunchReport, LaunchReportError, PhaseTimes, ServerId, Spread,
    TimesComparison,
};
use proptest::prelude::*;

fn front(revision: u32) -> RevisionRef {
    RevisionRef {
        lineage: LineageId::from_u128(70),
        number: number(revision),
    }
}

fn after(seconds: i64) -> Timestamp {
    let start = time("2026-07-21T14:00:00Z").as_micros();
    Timestamp::from_micros(start + seconds * 1_000_000).unwrap()
}

/// A launch with the seconds at which its phases were.
fn launch(id: u128, revision: u32, seconds: &[i64]) -> LaunchReport {
    let empty = LaunchReport::new(
        LaunchId::from_u128(id),
        ServerId::from_u128(1),
        Some(front(revision)),
    );
    let phases = LaunchPhase::ALL.into_iter().zip(seconds);
    phases.fold(empty, |report, (phase, at)| {
        report.reported(phase, after(*at)).unwrap()
    })
}

#[test]
fn r16_phases_are_reported_in_order_and_once() {
    let empty = launch(1, 1, &[]);
    assert_eq!(empty.phase(), None);
    let early = empty.reported(LaunchPhase::Booted, after(9)).unwrap_err();
    let requested = launch(1, 1, &[0]);
    let skipped = requested
        .reported(LaunchPhase::ScriptsDone, after(9))
        .unwrap_err();
    let booted = launch(1, 1, &[0, 60]);
    assert_eq!(booted.phase(), Some(LaunchPhase::Booted));
    let backwards = booted
        .reported(LaunchPhase::ScriptsDone, after(59))
        .unwrap_err();
    // The same report again changes nothing, whatever time it says.
    assert_eq!(
        booted.reported(LaunchPhase::Booted, after(90)),
        Ok(booted.clone())
    );
    assert_eq!(
        booted.reported(LaunchPhase::Requested, after(90)),
        Ok(booted.clone())
    );
    assert!(matches!(early, LaunchReportError::Early { .. }));
    insta::assert_snapshot!(format!("{early}\n{skipped}\n{backwards}"), @"
    `booted` comes after `requested`, which was not reported: report that first
    `scripts-done` comes after `booted`, which was not reported: report that first
    `scripts-done` is reported for 2026-07-21T14:00:59Z, and `booted` was at 2026-07-21T14:01:00Z: check the clock of the host
    ");
    let phases = ["requested", "booted", "scripts-done"];
    assert_eq!(LaunchPhase::ALL.map(|phase| phase.to_string()), phases);
    let error = LaunchPhase::parse("done").unwrap_err();
    insta::assert_snapshot!(error, @"`done` is no phase of a launch: expected `requested`, `booted` or `scripts-done`");
}

#[test]
fn r16_stored_reports_are_read_strictly() {
    let report = launch(1, 1, &[0, 60, 90]);
    let text = serde_json::to_string(&report).unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(serde_json::from_str::<LaunchReport>(&text).unwrap(), report);
    for (from, to) in [
        (r#""requested":"2026-07-21T14:00:00Z","#, ""),
        ("14:01:00Z", "13:01:00Z"),
        (r#""server""#, r#""more":1,"server""#),
    ] {
        let wrong = text.replace(from, to);
        assert!(
            serde_json::from_str::<LaunchReport>(&wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn r16_two_revisions_are_compared() {
    let launches = [
        launch(1, 3, &[0, 100, 400]),
        launch(2, 3, &[0, 120, 420]),
        launch(3, 3, &[0, 140]),
        launch(4, 4, &[0, 90, 100]),
        launch(5, 4, &[0, 110, 130]),
        // Of another revision, and of none.
        launch(6, 5, &[0, 9_000, 9_999]),
        LaunchReport::new(LaunchId::from_u128(7), ServerId::from_u128(1), None),
    ];
    let times = |revision| PhaseTimes::of(front(revision), &launches);
    let (three, four) = (times(3), times(4));
    assert_eq!((three.launches, four.launches), (3, 2));
    let boot = three.boot.unwrap();
    assert_eq!((boot.count, boot.median_micros), (3, 120_000_000));
    assert_eq!(three.scripts.unwrap().count, 2);
    let comparison = TimesComparison {
        names: ("front@3".to_owned(), "front@4".to_owned()),
        times: (three, four),
    };
    let changes = comparison.rows().map(|row| row.change_permille);
    assert_eq!(changes, [Some(-166), Some(-950), Some(-719)]);
    let none = TimesComparison {
        names: ("front@4".to_owned(), "front@9".to_owned()),
        times: (four, times(9)),
    };
    insta::assert_snapshot!(format!("{comparison}\n\n{none}"));
}

proptest! {
    #[test]
    fn r16_the_median_lies_in_the_middle(micros in proptest::collection::vec(0_u64..1_000, 0..20)) {
        match Spread::of(micros.clone()) {
            None => prop_assert!(micros.is_empty()),
            Some(spread) => {
                prop_assert_eq!(spread.count, micros.len());
                let below = micros.iter().filter(|it| **it < spread.median_micros).count();
                let above = micros.iter().filter(|it| **it > spread.median_micros).count();
                prop_assert!(below * 2 <= micros.len() && above * 2 <= micros.len() + 1);
                prop_assert!(spread.least_micros <= spread.median_micros);
                prop_assert!(spread.median_micros <= spread.most_micros);
            }
        }
    }
}
