//! Docker's short spelling.

use super::{OciImageIdRef, borrowed::LATEST, digest, name};
use core::fmt;

/// Displays an id as Docker shows it: without `docker.io/`, without `library/`, and without the tag
/// `latest` where no digest follows.
///
/// It reads as the same id: where the short text would be another id's or none, the host or
/// `library/` stays, as in `docker.io/a.b/x`.
#[derive(Debug, Clone, Copy)]
pub struct OciFamiliar<'a>(pub(super) OciImageIdRef<'a>);

impl fmt::Display for OciFamiliar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(id) = self;
        let tag = id.tag().unwrap_or_default();
        let has_digest = id.digest().is_some();
        let is_latest = tag == LATEST && !has_digest;
        if !id.is_hub() || name::begins_with_host(id.path()) {
            id.write_host(f)?;
            f.write_str(id.path())?;
        } else {
            let official = id.path().strip_prefix(name::LIBRARY);
            let short = official
                .filter(|name| !name.contains('/'))
                .unwrap_or(id.path());
            let shown_tag = if is_latest { "" } else { tag };
            if !has_digest && digest::is_alone(short, shown_tag) {
                f.write_str(name::LIBRARY)?;
            }
            f.write_str(short)?;
        }
        if is_latest { Ok(()) } else { id.write_tag(f) }
    }
}
