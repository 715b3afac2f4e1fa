//! Compressed clusters and grains: one that holds more or less than its room is refused.

#[cfg(feature = "libdeflate")]
use self::libdeflate::Deflate;
#[cfg(not(feature = "libdeflate"))]
use self::zlib::Zlib as Deflate;
use crate::{DiskError, Reason, Refusal};
use zstd::zstd_safe::{DCtx, find_frame_compressed_size};

/// How a cluster is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Deflate without a frame.
    Deflate,
    /// Deflate in a frame with a checksum.
    Zlib,
    /// One frame, which something may follow.
    Zstd,
}

/// Decompressors that are used again.
#[derive(Default)]
pub(crate) struct Inflate {
    deflate: Option<Deflate>,
    zstd: Option<DCtx<'static>>,
}

/// Why something is not what its room asks for.
enum Unfit {
    Damaged,
    Longer,
}

impl Inflate {
    /// Inflates into exactly a room.
    pub(crate) fn fill(
        &mut self,
        room: &mut [u8],
        packed: &[u8],
        packing: Packing,
        at: u64,
    ) -> Result<(), DiskError> {
        let done = match packing {
            Packing::Deflate | Packing::Zlib => {
                let deflate = self.deflate.get_or_insert_default();
                deflate.fill(room, packed, packing == Packing::Zlib)
            }
            Packing::Zstd => self.zstd_into(room, packed),
        };
        done.map_err(|unfit| {
            let reason = match unfit {
                Unfit::Damaged => Reason::CompressedData,
                Unfit::Longer => Reason::DecompressionBomb,
            };
            Refusal::new(reason).at(at).into()
        })
    }

    fn zstd_into(&mut self, room: &mut [u8], packed: &[u8]) -> Result<(), Unfit> {
        let frame = find_frame_compressed_size(packed).map_err(|_| Unfit::Damaged)?;
        let frame = packed.get(..frame).ok_or(Unfit::Damaged)?;
        let tells = zstd::zstd_safe::get_frame_content_size(frame);
        let tells = tells.map_err(|_| Unfit::Damaged)?;
        let wanted = u64::try_from(room.len()).map_err(|_| Unfit::Damaged)?;
        if tells.is_some_and(|length| length > wanted) {
            return Err(Unfit::Longer);
        }
        let context = match &mut self.zstd {
            Some(context) => context,
            none => none.insert(DCtx::try_create().ok_or(Unfit::Damaged)?),
        };
        match context.decompress(room, frame) {
            Ok(length) if length == room.len() => Ok(()),
            Ok(_) => Err(Unfit::Damaged),
            Err(code) => Err(match zstd::zstd_safe::get_error_name(code) {
                "Destination buffer is too small" => Unfit::Longer,
                _ => Unfit::Damaged,
            }),
        }
    }
}

mod zlib {
    use super::Unfit;
    use flate2::{Decompress, FlushDecompress, Status};

    /// Inflates with zlib-rs.
    pub(super) struct Zlib(Decompress);

    impl Default for Zlib {
        fn default() -> Self {
            Self(Decompress::new(false))
        }
    }

    impl Zlib {
        pub(super) fn fill(
            &mut self,
            room: &mut [u8],
            packed: &[u8],
            has_frame: bool,
        ) -> Result<(), Unfit> {
            self.0.reset(has_frame);
            let done = self.0.decompress(packed, room, FlushDecompress::Finish);
            let status = done.map_err(|_| Unfit::Damaged)?;
            let length = usize::try_from(self.0.total_out()).map_err(|_| Unfit::Damaged)?;
            if length < room.len() {
                return Err(Unfit::Damaged);
            }
            if status == Status::StreamEnd {
                return Ok(());
            }
            // The room is full: what is left must be the end and nothing else.
            let read = usize::try_from(self.0.total_in()).map_err(|_| Unfit::Damaged)?;
            let rest = packed.get(read..).unwrap_or_default();
            let mut more = [0];
            let done = self.0.decompress(rest, &mut more, FlushDecompress::Finish);
            let grew = usize::try_from(self.0.total_out()).is_ok_and(|total| total > length);
            match done {
                _ if grew => Err(Unfit::Longer),
                Ok(Status::StreamEnd) => Ok(()),
                _ => Err(Unfit::Damaged),
            }
        }
    }
}

#[cfg(feature = "libdeflate")]
mod libdeflate {
    use super::{Unfit, zlib::Zlib};
    use libdeflater::Decompressor;

    /// Inflates with libdeflate, and once more with zlib-rs where it cannot: only that tells a stream that
    /// is cut from one that is too long.
    #[derive(Default)]
    pub(super) struct Deflate {
        fast: Decompressor,
        exact: Zlib,
    }

    impl Deflate {
        pub(super) fn fill(
            &mut self,
            room: &mut [u8],
            packed: &[u8],
            has_frame: bool,
        ) -> Result<(), Unfit> {
            let done = if has_frame {
                self.fast.zlib_decompress(packed, room)
            } else {
                self.fast.deflate_decompress(packed, room)
            };
            match done {
                Ok(length) if length == room.len() => Ok(()),
                _ => self.exact.fill(room, packed, has_frame),
            }
        }
    }
}
