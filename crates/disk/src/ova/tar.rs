//! The archive: ustar (POSIX.1-1988) with the long names of pax (POSIX.1-2001) and of GNU tar.
//!
//! A reader of our own, and not the crate `tar`: that one wants a stream, while members here are views
//! of the one source that was opened; it hands out links, devices, paths and sizes of 2^63-1 unchecked,
//! reads a long name of any length into memory, and interprets sparse files and other extensions that
//! no appliance has. All that is left to use of it is what fits here.

use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::is_zero,
    error::refuse,
    ova::header::{BLOCK, Header, Kind},
    ova::pax::{self, Extra},
    read_at::View,
};
use std::collections::BTreeMap;

/// What an archive holds, by name.
pub(super) type Members = BTreeMap<String, View>;

/// Bytes of a header, as places are counted.
const HEADER: u64 = 512;
/// Bytes of an extended header or a long name: names are no longer than a few hundred.
const MOST_EXTRA: u64 = 64 << 10;
/// Headers before the one of a member: a global one, an extended one, a long name and one to spare.
const HEADERS: u64 = 4;
/// Bytes of zeros at the end. Archives are filled up to 10 KiB, or what a tape likes.
const MOST_PADDING: u64 = 16 << 20;

/// Reads all headers. Nothing is ever written under a member's name: members are parts of the source.
pub(super) fn members(archive: &View, budget: &Budget<'_>) -> Result<Members, DiskError> {
    let allowed = u64::try_from(budget.limits().members).unwrap_or(u64::MAX);
    let mut headers = allowed.saturating_add(1).saturating_mul(HEADERS);
    let mut members = Members::new();
    let mut extra = Extra::default();
    let mut at = 0_u64;
    loop {
        budget.go_on()?;
        let block = archive.bytes(at, BLOCK, || {
            Refusal::new(Reason::Truncated).what("the archive has no end")
        })?;
        if is_zero(&block) {
            break;
        }
        headers = headers.saturating_sub(1);
        if headers == 0 {
            let refusal = Refusal::new(Reason::TarSize).what("the number of headers");
            return refuse(refusal.allowed(allowed.saturating_mul(HEADERS)).at(at));
        }
        let header = Header::read(&block, at)?;
        let size = match header.kind {
            Kind::File => extra.size.take().unwrap_or(header.size),
            _ => header.size,
        };
        let most = budget.limits().data.max(MOST_EXTRA);
        if size > most {
            let refusal = Refusal::new(Reason::TarSize).what("the size of a member");
            return refuse(refusal.found(size).allowed(most).at(at));
        }
        let data_at = at.saturating_add(HEADER);
        let Some(data) = archive.part(data_at, size) else {
            let refusal = Refusal::new(Reason::Truncated).what("the data of a member");
            return refuse(refusal.at(at));
        };
        match header.kind {
            Kind::File => {
                let name = extra.name.take().unwrap_or(header.name);
                let name = one_part(&name, at)?;
                let count = u64::try_from(members.len()).unwrap_or(u64::MAX);
                if count >= allowed {
                    let refusal = Refusal::new(Reason::TarSize).what("the number of members");
                    return refuse(refusal.allowed(allowed).at(at));
                }
                if members.contains_key(&name) {
                    return refuse(Refusal::new(Reason::TarDuplicate).named(&name).at(at));
                }
                members.insert(name, data);
            }
            Kind::LongName => extra.long_name(short(&data, at)?, at)?,
            Kind::Pax => pax::read(&short(&data, at)?, &mut extra, at)?,
            Kind::PaxGlobal => pax::check_global(&short(&data, at)?, at)?,
        }
        // The part is inside of the source, so that this cannot overflow.
        let padded = size.checked_next_multiple_of(HEADER).unwrap_or(u64::MAX);
        at = data_at.saturating_add(padded);
    }
    if extra.is_pending() {
        return refuse(
            Refusal::new(Reason::BadHeader)
                .what("it is of no member")
                .at(at),
        );
    }
    check_end(archive, at, budget)?;
    Ok(members)
}

fn short(data: &View, at: u64) -> Result<Vec<u8>, DiskError> {
    let refusal = Refusal::new(Reason::TarSize).what("the size of a long name or extended header");
    let refusal = refusal.found(data.length()).allowed(MOST_EXTRA).at(at);
    match usize::try_from(data.length()) {
        Ok(length) if data.length() <= MOST_EXTRA => data.bytes(0, length, || refusal),
        _ => refuse(refusal),
    }
}

/// The name of a member, which is one part of a path that cannot lead anywhere.
fn one_part(name: &[u8], at: u64) -> Result<String, DiskError> {
    const MOST: usize = 255;
    let text = core::str::from_utf8(name).ok().filter(|name| {
        let is_plain = |it: char| !matches!(it, '/' | '\\' | ':') && !it.is_control();
        !matches!(*name, "" | "." | "..") && name.len() <= MOST && name.chars().all(is_plain)
    });
    let refusal = || {
        let shown = String::from_utf8_lossy(name);
        Refusal::new(Reason::TarPath).named(&shown).at(at)
    };
    text.map(str::to_owned).ok_or_else(|| refusal().into())
}

/// What follows the end is zeros: another archive, or anything else, would be read by others.
fn check_end(archive: &View, from: u64, budget: &Budget<'_>) -> Result<(), DiskError> {
    const PIECE: u64 = 64 << 10;
    let length = archive.length().saturating_sub(from);
    if length > MOST_PADDING {
        let refusal = Refusal::new(Reason::TarSize).what("what follows the end");
        return refuse(refusal.found(length).allowed(MOST_PADDING).at(from));
    }
    let mut piece = vec![0; usize::try_from(PIECE.min(length)).unwrap_or_default()];
    let mut at = from;
    while at < archive.length() {
        budget.go_on()?;
        let read = archive.some(&mut piece, at)?;
        if !is_zero(piece.get(..read).unwrap_or_default()) {
            let refusal = Refusal::new(Reason::BadHeader);
            return refuse(
                refusal
                    .what("something follows the end of the archive")
                    .at(at),
            );
        }
        at = at.saturating_add(PIECE);
    }
    Ok(())
}
