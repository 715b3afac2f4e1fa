//! Extended headers: names and sizes that do not fit into a header of ustar (POSIX.1-2001, pax).

use crate::{DiskError, Reason, Refusal, error::refuse};

/// What was said of the next member before its own header.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) name: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
}

impl Extra {
    /// Something was said, and no member followed.
    pub(super) fn is_pending(&self) -> bool {
        self.name.is_some() || self.size.is_some()
    }

    /// The name as GNU tar writes it, with a zero behind it.
    pub(super) fn long_name(&mut self, mut data: Vec<u8>, at: u64) -> Result<(), DiskError> {
        if data.last() == Some(&0) {
            data.pop();
        }
        self.set_name(data, at)
    }

    /// Which of two names counts is what readers differ in.
    fn set_name(&mut self, name: Vec<u8>, at: u64) -> Result<(), DiskError> {
        if self.name.replace(name).is_some() {
            let refusal = Refusal::new(Reason::BadHeader).what("a member has two names");
            return refuse(refusal.at(at));
        }
        Ok(())
    }
}

/// Reads what an extended header says of the next member.
pub(super) fn read(data: &[u8], extra: &mut Extra, at: u64) -> Result<(), DiskError> {
    each(data, at, |key, value| match key {
        b"path" => extra.set_name(value.to_vec(), at),
        b"size" => {
            let text = core::str::from_utf8(value).unwrap_or_default();
            let size = text.parse().ok().filter(|_| extra.size.is_none());
            let refusal = Refusal::new(Reason::TarSize).what("the size of a member");
            extra.size = Some(size.ok_or_else(|| refusal.at(at))?);
            Ok(())
        }
        key if key.starts_with(b"GNU.sparse.") => {
            let refusal = Refusal::new(Reason::TarMemberType).what("it is sparse");
            refuse(refusal.at(at))
        }
        // Times, owners and comments.
        _ => Ok(()),
    })
}

/// Checks that a global header says nothing of names and sizes: they would be those of all members.
pub(super) fn check_global(data: &[u8], at: u64) -> Result<(), DiskError> {
    each(data, at, |key, _| match key {
        b"path" | b"size" => {
            let refusal = Refusal::new(Reason::BadHeader).what("one name or size for all members");
            refuse(refusal.at(at))
        }
        _ => Ok(()),
    })
}

/// Each record: its length in digits, a space, a key, `=`, a value and a line feed.
fn each(
    data: &[u8],
    at: u64,
    mut found: impl FnMut(&[u8], &[u8]) -> Result<(), DiskError>,
) -> Result<(), DiskError> {
    let mut rest = data;
    while !rest.is_empty() {
        let Some((key, value, after)) = record(rest) else {
            let refusal = Refusal::new(Reason::BadHeader).what("a record of an extended header");
            return refuse(refusal.at(at));
        };
        found(key, value)?;
        rest = after;
    }
    Ok(())
}

fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = data.iter().take(20).position(|byte| *byte == b' ')?;
    let length = core::str::from_utf8(data.get(..space)?).ok()?;
    let (record, after) = data.split_at_checked(length.parse().ok()?)?;
    let record = record.get(space.checked_add(1)?..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    let value = record.get(equals.checked_add(1)?..)?;
    Some((record.get(..equals)?, value, after))
}
