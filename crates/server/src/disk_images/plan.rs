//! What an answer with bytes is made of.

use super::sending::Piece;
use crate::ranges::Asked;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use cloud_atlas::{
    base::Digest,
    image::{DeviceKind, DiskImage, KeptDevice},
};
use core::ops::Range;

/// What every part is.
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// An answer with bytes, before they are read.
pub(super) struct Plan {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) pieces: Vec<Piece>,
}

impl Plan {
    /// What is sent of a device of so many bytes; none if what is asked for is refused.
    pub(super) fn new(asked: Asked, size: u64, content: Digest) -> Option<Self> {
        let mut headers = HeaderMap::new();
        let (status, kind, pieces) = match asked {
            Asked::Refused => return None,
            Asked::Whole => (StatusCode::OK, OCTETS, vec![Piece::Range(0..size)]),
            Asked::Some(ranges) => {
                let status = StatusCode::PARTIAL_CONTENT;
                if let [only] = ranges.as_slice() {
                    let place = text(&place(only, size));
                    headers.insert(header::CONTENT_RANGE, place);
                    (status, OCTETS, vec![Piece::Range(only.clone())])
                } else {
                    let boundary = boundary(content);
                    let kind = format!("multipart/byteranges; boundary={boundary}");
                    (status, text(&kind), multipart(&ranges, size, &boundary))
                }
            }
        };
        headers.insert(header::CONTENT_TYPE, kind);
        Some(Self {
            status,
            headers,
            pieces,
        })
    }

    /// Bytes of its body.
    pub(super) fn length(&self) -> u64 {
        let lengths = self.pieces.iter().map(Piece::length);
        lengths.fold(0, u64::saturating_add)
    }
}

/// A value of letters, digits and marks that a header can hold.
pub(super) fn text(value: &str) -> HeaderValue {
    // INVARIANT: it is made of digits, digests and names without control characters.
    HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn place(range: &Range<u64>, size: u64) -> String {
    let last = range.end.saturating_sub(1);
    format!("bytes {}-{last}/{size}", range.start)
}

/// What stands between parts. It follows from the digest of the content, so that whoever makes an
/// image cannot put it inside: its digest would be another one.
fn boundary(content: Digest) -> String {
    let digest = Digest::of("atlas-server/boundary/1", content.as_bytes());
    digest.to_string().chars().filter(|it| *it != ':').collect()
}

fn multipart(ranges: &[Range<u64>], size: u64, boundary: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut before = "";
    for range in ranges {
        let place = place(range, size);
        let head = format!(
            "{before}--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: {place}\r\n\r\n"
        );
        pieces.push(Piece::Text(Bytes::from(head)));
        pieces.push(Piece::Range(range.clone()));
        before = "\r\n";
    }
    let end = format!("\r\n--{boundary}--\r\n");
    pieces.push(Piece::Text(Bytes::from(end)));
    pieces
}

/// As what a browser or `curl -OJ` keeps a device: `web-0.raw`. What a shell, a folder or a header may
/// take for something else is a `_`.
pub(super) fn disposition(image: &DiskImage, number: u32, device: &KeptDevice) -> HeaderValue {
    let (ending, name) = match device.kind {
        DeviceKind::Cdrom => ("iso", image.name.as_str()),
        _ => ("raw", image.name.as_str()),
    };
    let name = name.strip_suffix(".iso").unwrap_or(name);
    let safe = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' => letter,
        _ => '_',
    };
    let name: String = name.chars().take(100).map(safe).collect();
    let name = name.trim_start_matches(['.', '-']);
    text(&format!(
        r#"attachment; filename="{name}-{number}.{ending}""#
    ))
}
