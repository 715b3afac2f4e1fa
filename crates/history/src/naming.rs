//! Names that are offered for clones.

use atlas_base::Name;

/// The most names that are offered: whoever has taken them all gives one of her own.
const MOST: u64 = 10_000;

/// The names that are offered for a clone of something called `name`, the best one first; whoever
/// clones takes the first one that is free (RightScale).
///
/// A trailing ` vN`, a blank, a small v and an integer, counts up: `MCI v8` gives `MCI v9`,
/// `MCI v10` and so on. An agent's `_v5.7` does not count. Otherwise ` (clone)` is appended, then
/// ` (clone 2)` and so on (ours). Where a name grows too long, it is cut before what is appended. At most 10,000 names
/// are offered.
pub fn suggested_names(name: &Name) -> impl Iterator<Item = Name> {
    let (stem, next) = match numbered(name.as_str()) {
        Some((stem, number)) => (stem, Some(number)),
        None => (name.as_str(), None),
    };
    let stem = stem.to_owned();
    let endings = (0..MOST).map(move |count| match (&next, count) {
        (Some(number), _) => Some(format!(" v{}", number.plus(count.checked_add(1)?)?)),
        (None, 0) => Some(" (clone)".to_owned()),
        (None, _) => Some(format!(" (clone {})", count.checked_add(1)?)),
    });
    let endings = endings.map_while(core::convert::identity);
    endings.filter_map(move |ending| joined(&stem, &ending))
}

/// The first name of [`suggested_names`] that is not taken.
pub fn suggested_name(name: &Name, mut is_taken: impl FnMut(&Name) -> bool) -> Option<Name> {
    suggested_names(name).find(|offered| !is_taken(offered))
}

/// An integer and how many digits it was written with.
struct Written {
    value: u128,
    digits: usize,
}

impl Written {
    /// The integer that comes so many later, with as many digits at least; none beyond 128 bits.
    fn plus(&self, count: u64) -> Option<String> {
        let value = self.value.checked_add(u128::from(count))?;
        Some(format!("{value:0digits$}", digits = self.digits))
    }
}

/// What stands before a trailing ` vN`, and the N.
fn numbered(name: &str) -> Option<(&str, Written)> {
    let (stem, digits) = name.rsplit_once(" v")?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse().ok().filter(|value| *value < u128::MAX)?;
    let digits = digits.len();
    Some((stem, Written { value, digits }))
}

/// The stem, cut where both are too long for a name, and the ending.
fn joined(stem: &str, ending: &str) -> Option<Name> {
    let room = Name::MAX_CHARACTERS.checked_sub(ending.chars().count())?;
    let cut: String = stem.chars().take(room).collect();
    Name::parse(&format!("{}{ending}", cut.trim_end())).ok()
}
