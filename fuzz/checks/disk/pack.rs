//! Compressed data.

use super::plan::Plan;
use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use std::io::Write;

fn level(plan: &mut Plan<'_>) -> Compression {
    Compression::new(plan.one_of(&[1, 0, 6, 9]))
}

pub(crate) fn deflate(plan: &mut Plan<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), level(plan));
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub(crate) fn zlib(plan: &mut Plan<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), level(plan));
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub(crate) fn gzip(plan: &mut Plan<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level(plan));
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// One frame, which tells its length or does not.
pub(crate) fn zstd(plan: &mut Plan<'_>, bytes: &[u8]) -> Vec<u8> {
    let packed = if plan.flag() {
        zstd::stream::encode_all(bytes, 1)
    } else {
        zstd::bulk::compress(bytes, 1)
    };
    packed.expect("memory takes it")
}
