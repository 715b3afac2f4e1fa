//! The file's identifier and its two headers, of which the newer one counts.

use super::{Guid, MIB, guid, sum, wrong};
use crate::{
    DiskError, Reason, Refusal,
    bytes::{le16, le32, le64},
    error::refuse,
    read_at::View,
};

/// What the newer header says of the log.
#[derive(Debug)]
pub(super) struct Header {
    /// Which entries of the log count; none if there is nothing in it.
    pub(super) log: Option<Guid>,
    pub(super) log_at: u64,
    pub(super) log_length: u64,
}

/// Bytes of a header.
const HEADER: usize = 4096;
const PLACES: [u64; 2] = [64 << 10, 128 << 10];
/// Bytes of a log: Microsoft's have 1 MiB.
const MOST_LOG: u64 = 64 << 20;

impl Header {
    pub(super) fn read(source: &View) -> Result<Self, DiskError> {
        let short = || Refusal::new(Reason::Truncated).what("the headers");
        let mut newest: Option<(u64, Vec<u8>)> = None;
        for at in PLACES {
            let bytes = source.bytes(at, HEADER, short)?;
            if !bytes.starts_with(b"head") || le32(&bytes, 4) != Some(sum(&bytes)) {
                continue;
            }
            let sequence = le64(&bytes, 8).unwrap_or_default();
            match &newest {
                Some((other, _)) if *other > sequence => {}
                Some((other, first)) if *other == sequence && *first != bytes => {
                    return refuse(wrong("two headers claim to be the newer one").at(at));
                }
                _ => newest = Some((sequence, bytes)),
            }
        }
        let Some((_, bytes)) = newest else {
            return refuse(wrong("it has no header with a right checksum").at(64 << 10));
        };
        Self::parse(&bytes, source)
    }

    fn parse(bytes: &[u8], source: &View) -> Result<Self, DiskError> {
        for (at, expected) in [(64, 0), (66, 1)] {
            let version = le16(bytes, at).unwrap_or(u16::MAX);
            if version != expected {
                return refuse(Refusal::new(Reason::BadVersion).found(version.into()));
            }
        }
        let log = guid(bytes, 48);
        let log_length = u64::from(le32(bytes, 68).unwrap_or_default());
        let log_at = le64(bytes, 72).unwrap_or_default();
        let is_aligned = log_at & (MIB - 1) == 0 && log_length & (MIB - 1) == 0;
        if !is_aligned || log_at < MIB || log_length == 0 {
            return refuse(wrong("the place of its log").found(log_at));
        }
        if log_length > MOST_LOG {
            let refusal = wrong("the length of its log").found(log_length);
            return refuse(refusal.allowed(MOST_LOG));
        }
        let end = log_at.checked_add(log_length);
        if end.is_none_or(|end| end > source.length()) {
            let refusal = Refusal::new(Reason::Truncated).what("the log");
            return refuse(refusal.at(log_at));
        }
        Ok(Self {
            log: Some(log).filter(|log| *log != 0),
            log_at,
            log_length,
        })
    }
}
