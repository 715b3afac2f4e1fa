//! What follows the scheme in the address of a store: a path, and options after a `?`.

use crate::OpenError;
use atlas_store::{Capability, MemoryStore, Store as _};

/// The path and the options of a store in a file. They begin after the last `?`, so that a path
/// which holds one is followed by one more; between them stands `&`. None is given twice. Unless they
/// say how much memory there is for pages, it is `cache`.
#[cfg(feature = "redb")]
pub(crate) fn redb(
    rest: &str,
    cache: Option<usize>,
) -> Result<(&str, atlas_store_redb::Options), OpenError> {
    const KNOWN: &str =
        "`cache=SIZE` or `quick_repair=true`, and one more `?` after a path that holds one";
    const SIZE: &str = "a size of 1MiB or more in KiB, MiB or GiB, such as `cache=64MiB`";
    let mut options = atlas_store_redb::Options::default();
    options.cache_bytes = cache.unwrap_or(options.cache_bytes);
    let Some((path, given)) = rest.rsplit_once('?') else {
        return Ok((rest, options));
    };
    each(given, |name, value| {
        match name {
            // Less than a MiB holds too few pages to be of use.
            "cache" => {
                let size = bytes(value).filter(|bytes| *bytes >= 1 << 20);
                options.cache_bytes = size.ok_or(SIZE)?;
            }
            "quick_repair" => {
                options.quick_repair = match value {
                    "true" => true,
                    "false" => false,
                    _ => return Err("`quick_repair=true` or `quick_repair=false`"),
                }
            }
            _ => return Err(KNOWN),
        }
        Ok(())
    })?;
    Ok((path, options))
}

/// A store in memory, with limits where the options set some.
pub(crate) fn memory(rest: &str) -> Result<MemoryStore, OpenError> {
    const KNOWN: &str = "`operations=NUMBER` or `commit=SIZE`";
    const COUNT: &str = "a number, such as `operations=128`";
    const SIZE: &str = "a size in KiB, MiB or GiB, such as `commit=1MiB`";
    let store = MemoryStore::new();
    let Some(given) = rest.strip_prefix('?') else {
        return Ok(store);
    };
    let mut capability = Capability::clone(store.capability());
    each(given, |name, value| {
        match name {
            "operations" => capability.max_operations = Some(number(value).ok_or(COUNT)?),
            "commit" => {
                let bytes = bytes(value).ok_or(SIZE)?;
                capability.max_commit_bytes = Some(bytes);
                capability.max_value_bytes = capability.max_value_bytes.min(bytes);
            }
            _ => return Err(KNOWN),
        }
        Ok(())
    })?;
    Ok(store.with_capability(capability))
}

/// Hands over each option, by name and value; what is refused says what is expected in its place.
fn each(
    given: &str,
    mut set: impl FnMut(&str, &str) -> Result<(), &'static str>,
) -> Result<(), OpenError> {
    let mut seen = Vec::new();
    for option in given.split('&').filter(|_| !given.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let set = set(name, value);
        let expected = match set {
            Err(expected) => expected,
            Ok(()) if seen.contains(&name) => "each option once",
            Ok(()) => {
                seen.push(name);
                continue;
            }
        };
        return Err(OpenError::Option {
            option: option.to_owned(),
            expected,
        });
    }
    Ok(())
}

/// A number in decimal digits; the standard library would take a sign.
fn number(text: &str) -> Option<usize> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// A size in bytes, such as `64MiB`.
fn bytes(text: &str) -> Option<usize> {
    const UNITS: [(&str, usize); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let (count, unit) = UNITS
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    number(count)?.checked_mul(*unit)
}
