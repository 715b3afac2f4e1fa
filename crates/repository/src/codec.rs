//! How a chunk is stored: as it is, or compressed where that pays.

use crate::{
    bytes::{digest, short},
    error::Why,
    profile::LONGEST_CHUNK,
};
use atlas_base::Digest;
use core::fmt;
use zstd::bulk::{Compressor, Decompressor};

/// What compression has to save, of a hundred bytes.
const PAYS: usize = 5;
const LEVEL: i32 = 3;

/// Compresses chunks, one after the other.
pub(crate) struct Encoder(Option<Compressor<'static>>);

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encoder")
    }
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self(Compressor::new(LEVEL).ok())
    }

    /// The bytes to store: shorter than the chunk exactly where they are compressed.
    pub(crate) fn encode(&mut self, chunk: Vec<u8>) -> Vec<u8> {
        let worth = chunk
            .len()
            .saturating_sub(chunk.len().saturating_mul(PAYS).div_ceil(100));
        let mut packed = vec![0; worth];
        let compressor = self.0.as_mut();
        // Where it would be longer than it is worth, the buffer is too short.
        match compressor.map(|it| it.compress_to_buffer(&chunk, &mut packed)) {
            Some(Ok(length)) if length <= worth => {
                packed.truncate(length);
                packed.shrink_to_fit();
                packed
            }
            _ => chunk,
        }
    }
}

/// Decompresses chunks, one after the other.
pub(crate) struct Decoder(Option<Decompressor<'static>>);

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self(Decompressor::new().ok())
    }

    /// Puts the chunk that was stored into a buffer, if it is the one that is asked for.
    pub(crate) fn decode(
        &mut self,
        stored: &[u8],
        raw: u32,
        wanted: &Digest,
        chunk: &mut Vec<u8>,
    ) -> Result<(), Why> {
        let length = short(raw.into());
        if length > LONGEST_CHUNK || stored.len() > length {
            return Err(Why::Malformed);
        }
        chunk.clear();
        if stored.len() == length {
            chunk.extend_from_slice(stored);
        } else {
            chunk.resize(length, 0);
            let decompressor = self.0.as_mut().ok_or(Why::Compression)?;
            let found = decompressor.decompress_to_buffer(stored, chunk.as_mut_slice());
            if found.ok() != Some(length) {
                return Err(Why::Compression);
            }
        }
        if digest(chunk) == *wanted {
            Ok(())
        } else {
            Err(Why::Digest)
        }
    }
}
