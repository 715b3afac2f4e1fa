//! What follows `redb:` in the address of a store: a path, and options after a `?`.

use crate::OpenError;
use atlas_store_redb::Options;

/// The path, and what the options set. They begin after the last `?`, so that a path which holds
/// one is followed by one more; between them stands `&`. None is given twice.
pub(crate) fn read(rest: &str) -> Result<(&str, Options), OpenError> {
    let mut options = Options::default();
    let Some((path, given)) = rest.rsplit_once('?') else {
        return Ok((rest, options));
    };
    let mut seen = Vec::new();
    for option in given.split('&').filter(|_| !given.is_empty()) {
        let refused = |expected| OpenError::Option {
            option: option.to_owned(),
            expected,
        };
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "cache" => options.cache_bytes = bytes(value).ok_or_else(|| refused(SIZE))?,
            "quick_repair" => {
                options.quick_repair = match value {
                    "true" => true,
                    "false" => false,
                    _ => return Err(refused("`quick_repair=true` or `quick_repair=false`")),
                }
            }
            _ => return Err(refused(KNOWN)),
        }
        if seen.contains(&name) {
            return Err(refused("each option once"));
        }
        seen.push(name);
    }
    Ok((path, options))
}

const KNOWN: &str =
    "`cache=SIZE` or `quick_repair=true`, and one more `?` after a path that holds one";
const SIZE: &str = "a size of 1MiB or more in KiB, MiB or GiB, such as `cache=64MiB`";

/// A size in bytes, such as `64MiB`. Less than a MiB holds too few pages to be of use.
fn bytes(text: &str) -> Option<usize> {
    const UNITS: [(&str, usize); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let (number, unit) = UNITS
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    // The standard library would take a sign.
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: usize = number.parse().ok().filter(|_| digits)?;
    number.checked_mul(*unit).filter(|bytes| *bytes >= 1 << 20)
}
