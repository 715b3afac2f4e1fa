//! Compressed files of a package (RFC 1952).
//!
//! A disk is read at any place, and gzip only from its beginning: so such a file is inflated once,
//! into a temporary file that has no name and is gone with its handle, however the work ends.

use crate::{
    Budget, DiskError, Reason, Refusal,
    error::refuse,
    read_at::{ReadAt, View},
    sink::{WriteAt, write_data},
};
use flate2::bufread::MultiGzDecoder;
use std::{
    io::{self, BufReader, Read},
    sync::Arc,
};

/// Bytes that are inflated at once.
const PIECE: usize = 256 << 10;

/// Inflates a file, which may come to so many bytes.
pub(super) fn inflate(packed: &View, most: u64, budget: &Budget<'_>) -> Result<View, DiskError> {
    let file = tempfile::tempfile().map_err(DiskError::Temporary)?;
    let mut failed = None;
    let input = Input {
        of: packed,
        at: 0,
        failed: &mut failed,
    };
    let mut decoder = MultiGzDecoder::new(BufReader::with_capacity(PIECE, input));
    let mut piece = vec![0; PIECE];
    let mut length = 0_u64;
    loop {
        budget.go_on()?;
        let read = match decoder.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => {
                drop(decoder);
                // The source's own errors pass through the decoder.
                return Err(failed.unwrap_or_else(|| {
                    let refusal = Refusal::new(Reason::CompressedData);
                    refusal.what("a file that is packed with gzip").into()
                }));
            }
        };
        let bytes = piece.get(..read).unwrap_or_default();
        let end = length.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if end > most {
            let refusal = Refusal::new(Reason::DecompressionBomb);
            return refuse(
                refusal
                    .what("a file that is packed with gzip")
                    .allowed(most),
            );
        }
        // What is zeros takes no room.
        write_data(&file, bytes, length).map_err(|error| match error {
            DiskError::Sink(error) => DiskError::Temporary(error),
            other => other,
        })?;
        length = end;
    }
    file.finish(length).map_err(DiskError::Temporary)?;
    let file: Arc<dyn ReadAt> = Arc::new(file);
    View::whole(file)
}

/// A source as a stream, which keeps what went wrong with it.
struct Input<'a> {
    of: &'a View,
    at: u64,
    failed: &'a mut Option<DiskError>,
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.of.some(buffer, self.at) {
            Ok(read) => {
                let more = u64::try_from(read).unwrap_or_default();
                self.at = self.at.saturating_add(more);
                Ok(read)
            }
            Err(error) => {
                *self.failed = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    }
}
