use crate::{assert_offset, assert_text_form, refusals};
use atlas_base::{ParseTimestampError, Timestamp};
use atlas_testkit::base::{TIMESTAMP_MICROS, timestamp};
use proptest::prelude::*;

#[test]
fn reads_rfc_3339_and_writes_utc() {
    for (text, written) in [
        ("2026-07-21T14:07:12Z", "2026-07-21T14:07:12Z"),
        ("2026-07-21T14:07:12.000Z", "2026-07-21T14:07:12Z"),
        ("2026-07-21T14:07:12.500000Z", "2026-07-21T14:07:12.5Z"),
        (
            "2026-07-21T14:07:12.1234569999999Z",
            "2026-07-21T14:07:12.123456Z",
        ),
        (
            "1969-12-31T23:59:59.9999999Z",
            "1969-12-31T23:59:59.999999Z",
        ),
        ("2026-07-21T16:07:12+02:00", "2026-07-21T14:07:12Z"),
        ("2026-07-21T08:37:12.25-05:30", "2026-07-21T14:07:12.25Z"),
        ("2026-07-21T14:07:12-00:00", "2026-07-21T14:07:12Z"),
        ("2026-12-31T23:59:59-23:59", "2027-01-01T23:58:59Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T10:00:00+10:00", "0001-01-01T00:00:00Z"),
        ("9999-12-30T22:00:00.999999Z", "9999-12-30T22:00:00.999999Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ] {
        assert_eq!(
            Timestamp::parse(text).unwrap().to_string(),
            written,
            "{text}"
        );
    }
}

#[test]
fn refuses_other_texts() {
    insta::assert_snapshot!(refusals(
        &[
            "",
            "2026",
            "2026-07-21",
            "2026-07-21T14:07",
            "2026-07-21T14:07:12",
            "2026-07-21 14:07:12Z",
            "2026-07-21t14:07:12Z",
            "2026-07-21T14:07:12z",
            "2026-7-21T14:07:12Z",
            "+002026-07-21T14:07:12Z",
            "2026-13-21T14:07:12Z",
            "2026-02-29T14:07:12Z",
            "2026-07-21T24:00:00Z",
            "2026-07-21T14:07:61Z",
            "2026-07-21T14:07:12.Z",
            "2026-07-21T14:07:12,5Z",
            "2026-07-21T14:07:12.5",
            "2026-07-21T14:07:12+02",
            "2026-07-21T14:07:12+0200",
            "2026-07-21T14:07:12+02:00:00",
            "2026-07-21T14:07:12+24:00",
            "2026-07-21T14:07:12+02:60",
            "2026-07-21T14:07:12Z[UTC]",
            "2026-07-21T14:07:12ZZ",
            "2026-07-21T14:07:12Z ",
            " 2026-07-21T14:07:12Z",
            "2026-W30-2T14:07:12Z",
            "٢026-07-21T14:07:12Z",
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-30T22:00:01Z",
            "1784642832",
        ],
        Timestamp::parse,
        ParseTimestampError::at,
    ));
}

#[test]
fn ends_with_the_years_of_four_digits() {
    let (first, last) = TIMESTAMP_MICROS;
    let text = |micros| Timestamp::from_micros(micros).map(|moment| moment.to_string());
    assert_eq!(text(first).as_deref(), Some("0001-01-01T00:00:00Z"));
    assert_eq!(text(first - 1), None);
    assert_eq!(text(last).as_deref(), Some("9999-12-30T22:00:00.999999Z"));
    assert_eq!(text(last + 1), None);
    assert_eq!((text(i64::MIN), text(i64::MAX)), (None, None));
    assert_eq!(text(0).as_deref(), Some("1970-01-01T00:00:00Z"));
    assert_eq!(Timestamp::EPOCH.as_micros(), 0);
}

proptest! {
    #[test]
    fn text_leads_back(moment in timestamp()) {
        assert_text_form(&moment);
        prop_assert_eq!(Timestamp::from_micros(moment.as_micros()), Some(moment));
        prop_assert_eq!(format!("{moment:?}"), moment.to_string());
    }

    #[test]
    fn order_is_that_of_time(a in timestamp(), b in timestamp()) {
        prop_assert_eq!(a.cmp(&b), a.as_micros().cmp(&b.as_micros()));
    }

    #[test]
    fn any_offset_names_the_same_moment(moment in timestamp(), minutes in -1439_i64..=1439) {
        let micros = minutes * 60_000_000;
        // The local time that a clock at this offset shows, written by hand with its offset.
        let local = moment.as_micros().checked_add(micros).and_then(Timestamp::from_micros);
        let Some(local) = local.map(|local| local.to_string()) else {
            return Ok(()); // this clock would show a year that has no text
        };
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let text = format!("{}{sign}{hours:02}:{rest:02}", local.trim_end_matches('Z'));
        prop_assert_eq!(Timestamp::parse(&text), Ok(moment));
    }

    #[test]
    fn every_byte_counts(moment in timestamp(), at in any::<prop::sample::Index>(), byte in "[ -~é]") {
        let good = moment.to_string();
        let mut text = good.clone();
        let at = at.index(text.len());
        text.replace_range(at..=at, &byte);
        match Timestamp::parse(&text) {
            Ok(read) => prop_assert_eq!(read == moment, text == good),
            Err(error) => {
                let (near, far) = ("2011-11-11T11:11:11Z", "2011-11-11T11:11:11+23:59");
                let rests: Vec<_> = (0..=24)
                    .flat_map(|at| [near.get(at..), far.get(at..)])
                    .flatten()
                    .chain(["0Z", "00:00", "0:00", ":00", "00", "0T11:11:11Z", "0T11:11:11+23:59"])
                    .collect();
                assert_offset(&text, error.at(), Timestamp::parse, &rests);
            }
        }
    }
}
