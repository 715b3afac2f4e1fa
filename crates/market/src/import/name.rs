//! What an import is called where it was imported.

use atlas_base::Name;
use atlas_scope::Scope;

/// The most names that are offered.
const MOST: u64 = 10_000;

/// The names that an import may show under, the best one first; it takes the first that is free, and
/// never the place of another lineage (ours).
///
/// These are the publisher's own name for it; `PUBLISHER/NAME`, where the publisher is an account
/// without the slash before it; then `PUBLISHER/NAME (2)` and so on, at most 10,000. A reference
/// reads them as names: a scope in a reference begins with `/` and ends with `:`, which no name
/// holds. Where a name grows too long, it is cut before what is appended.
pub fn shown_names(publisher: &Scope, name: &Name) -> impl Iterator<Item = Name> + use<> {
    let prefix = format!("{}/", publisher.account().unwrap_or_default());
    let (own, name) = (name.clone(), name.clone());
    let others = (1..MOST).filter_map(move |count| {
        let ending = match count {
            1 => String::new(),
            count => format!(" ({count})"),
        };
        let taken = prefix.chars().count() + ending.chars().count();
        let room = Name::MAX_CHARACTERS.checked_sub(taken)?;
        let cut: String = name.as_str().chars().take(room).collect();
        Name::parse(&format!("{prefix}{}{ending}", cut.trim_end())).ok()
    });
    core::iter::once(own).chain(others)
}
