//! The start of a redb file, as far as it tells who can read the file.

use crate::{Backend, Found, OpenError, Place};
use std::io;

/// Refuses what is no redb file, or one of another version of the engine's file format. It only
/// reads.
pub(crate) fn look(backend: &impl Backend, place: &Place) -> Result<(), OpenError> {
    let io = |source: io::Error| OpenError::Io {
        place: place.clone(),
        source,
    };
    let len = backend.len().map_err(io)?;
    if len == 0 {
        return Err(OpenError::Empty {
            place: place.clone(),
        });
    }
    let foreign = || OpenError::NotAStore {
        place: place.clone(),
        found: Found::ForeignFile,
    };
    let mut magic = [0; MAGIC.len()];
    if len < MAGIC_BYTES {
        return Err(foreign());
    }
    backend.read(0, &mut magic).map_err(io)?;
    if magic != MAGIC {
        return Err(foreign());
    }
    let mut versions = [[0]; 2];
    for (at, version) in SLOTS.into_iter().zip(&mut versions) {
        if at >= len {
            return Ok(()); // cut off: the engine says so
        }
        backend.read(at, version).map_err(io)?;
    }
    // Where the two differ, one of them is damaged, and the engine judges.
    let [[found], [other]] = versions;
    let place = place.clone();
    match found {
        _ if found != other => Ok(()),
        1..ENGINE_FORMAT => Err(OpenError::OlderEngine {
            place,
            found,
            supported: ENGINE_FORMAT,
        }),
        _ if found > ENGINE_FORMAT => Err(OpenError::NewerEngine {
            place,
            found,
            supported: ENGINE_FORMAT,
        }),
        _ => Ok(()),
    }
}

/// What any redb file begins with.
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";
const MAGIC_BYTES: u64 = 9;
/// Where the two commit slots begin, each with the version of the file format.
const SLOTS: [u64; 2] = [64, 192];
/// The version that this engine reads and writes.
const ENGINE_FORMAT: u8 = 3;
