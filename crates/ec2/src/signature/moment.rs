//! When a request was signed.

use atlas_base::Timestamp;

/// A moment as AWS writes it: `20260721T140712Z`.
pub(super) fn parse_basic(text: &str) -> Option<Timestamp> {
    let shape = b"00000000T000000Z";
    let fits = |(found, shape): (u8, &u8)| match shape {
        b'0' => found.is_ascii_digit(),
        other => found == *other,
    };
    if text.len() != shape.len() || !text.bytes().zip(shape).all(fits) {
        return None;
    }
    let part = |from, to| text.get(from..to).unwrap_or_default();
    let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
    let (hour, minute, second) = (part(9, 11), part(11, 13), part(13, 15));
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    Timestamp::parse(&text).ok()
}

/// A moment as HTTP writes it (RFC 9110, the one form that may be sent): `Tue, 21 Jul 2026 14:07:12
/// GMT`, or with `-0000` or `+0000` as clients take it from mail. The day of the week is not compared.
pub(super) fn parse_http(text: &str) -> Option<Timestamp> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (weekday, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (time, zone, None) = (parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let (month, _) = (1..).zip(MONTHS).find(|(_, name)| *name == month)?;
    if !DAYS.contains(&weekday) || !["GMT", "-0000", "+0000"].contains(&zone) {
        return None;
    }
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{time}Z")).ok()
}

/// The form that is signed, and whose first eight digits a credential has: `20260721T140712Z`.
pub(super) fn basic(moment: Timestamp) -> String {
    let text = moment.to_string();
    let whole = text.get(..19).unwrap_or(&text);
    let mut basic: String = whole.chars().filter(|it| !"-:".contains(*it)).collect();
    basic.push('Z');
    basic
}

/// So many seconds later, or the last moment there is.
pub(super) fn later(moment: Timestamp, seconds: i64) -> Timestamp {
    let micros = seconds.saturating_mul(1_000_000);
    let micros = moment.as_micros().saturating_add(micros);
    Timestamp::from_micros(micros).unwrap_or(moment)
}
