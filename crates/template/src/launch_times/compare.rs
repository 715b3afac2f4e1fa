//! Two revisions of a template side by side.

use super::{LaunchPhase, LaunchReport};
use atlas_history::RevisionRef;
use core::fmt;
use serde::Serialize;

/// How long something took, over several launches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many launches came so far.
    pub count: usize,
    /// The shortest time, in microseconds.
    pub least_micros: u64,
    /// The median, in microseconds: of an even count the mean of the middle two, rounded down.
    pub median_micros: u64,
    /// The longest time, in microseconds.
    pub most_micros: u64,
}

impl Spread {
    /// The spread of some times; none where there are none.
    pub fn of(mut micros: Vec<u64>) -> Option<Self> {
        micros.sort_unstable();
        let count = micros.len();
        let (low, high) = (
            micros.get(count.checked_sub(1)? / 2)?,
            micros.get(count / 2)?,
        );
        Some(Self {
            count,
            least_micros: *micros.first()?,
            median_micros: low.midpoint(*high),
            most_micros: *micros.last()?,
        })
    }
}

/// The times of the launches of one revision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PhaseTimes {
    /// How many launches there were.
    pub launches: usize,
    /// From the request to the boot.
    pub boot: Option<Spread>,
    /// From the boot to the end of the scripts.
    pub scripts: Option<Spread>,
    /// From the request to the end of the scripts.
    pub whole: Option<Spread>,
}

impl PhaseTimes {
    /// The times of the launches of a revision; launches of others are passed over.
    pub fn of(revision: RevisionRef, launches: &[LaunchReport]) -> Self {
        let own = launches.iter();
        let own: Vec<_> = own.filter(|it| it.template() == Some(revision)).collect();
        let spread = |from, to| {
            let micros = own.iter().filter_map(|launch| launch.micros(from, to));
            Spread::of(micros.collect())
        };
        Self {
            launches: own.len(),
            boot: spread(LaunchPhase::Requested, LaunchPhase::Booted),
            scripts: spread(LaunchPhase::Booted, LaunchPhase::ScriptsDone),
            whole: spread(LaunchPhase::Requested, LaunchPhase::ScriptsDone),
        }
    }
}

/// The times of two revisions of a template; `Display` writes a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimesComparison {
    /// What people call the revisions: `front@3`, `front@4`.
    pub names: (String, String),
    /// Their times.
    pub times: (PhaseTimes, PhaseTimes),
}

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimesRow {
    /// What took the time.
    pub what: &'static str,
    /// In the first revision.
    pub first: Option<Spread>,
    /// In the second.
    pub second: Option<Spread>,
    /// The change of the median in tenths of a percent; negative where the second is faster.
    pub change_permille: Option<i64>,
}

impl TimesComparison {
    /// The lines: to the boot, of the scripts, and the whole.
    pub fn rows(&self) -> [TimesRow; 3] {
        let (first, second) = (&self.times.0, &self.times.1);
        [
            ("boot", first.boot, second.boot),
            ("scripts", first.scripts, second.scripts),
            ("whole", first.whole, second.whole),
        ]
        .map(|(what, first, second)| TimesRow {
            what,
            first,
            second,
            change_permille: change(first, second),
        })
    }
}

fn change(first: Option<Spread>, second: Option<Spread>) -> Option<i64> {
    let before = i128::from(first?.median_micros);
    let after = i128::from(second?.median_micros);
    let change = (after - before).checked_mul(1_000)?.checked_div(before)?;
    i64::try_from(change).ok()
}

/// Seconds with a tenth.
fn seconds(micros: u64) -> String {
    let tenths = micros.saturating_add(50_000) / 100_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

impl fmt::Display for TimesComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |spread: Option<Spread>| match spread {
            None => "-".to_owned(),
            Some(it) => format!("{} ({})", seconds(it.median_micros), it.count),
        };
        let rows = self.rows().map(|row| {
            let change = row.change_permille.map_or_else(String::new, |change| {
                let sign = if change < 0 { "-" } else { "+" };
                let size = change.unsigned_abs();
                format!("{sign}{}.{} %", size / 10, size % 10)
            });
            [
                row.what.to_owned(),
                cell(row.first),
                cell(row.second),
                change,
            ]
        });
        let (first, second) = &self.names;
        let head = [
            "median (launches)".to_owned(),
            first.clone(),
            second.clone(),
            "change".to_owned(),
        ];
        let all = || core::iter::once(&head).chain(&rows);
        let width = |column: usize| {
            let texts = all().filter_map(|row| row.get(column));
            texts.map(|text| text.chars().count()).max().unwrap_or(0)
        };
        let [one, two, three] = [0, 1, 2].map(width);
        for (at, [what, first, second, change]) in all().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            let line = format!("{what:one$}  {first:two$}  {second:three$}  {change}");
            write!(f, "{end}{}", line.trim_end())?;
        }
        let (first, second) = (self.times.0.launches, self.times.1.launches);
        let launches = if first == 1 { "launch" } else { "launches" };
        write!(f, "\n{first} {launches} against {second}")
    }
}
