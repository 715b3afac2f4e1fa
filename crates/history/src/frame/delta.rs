//! What of a text stands in another one.

use super::Parts;

/// The least bytes that are worth a slice: naming it takes about as many.
const LEAST: usize = 16;
/// The most chunks of a base that are looked for; what is behind them is found only where it goes on
/// from one of them.
const MOST_CHUNKS: usize = 1 << 18;

/// The chunks of a base text: what ends with a comma, a closing brace or a line end.
pub(super) struct BaseIndex<'a> {
    text: &'a str,
    /// Each with where it begins, in the order of their bytes.
    chunks: Vec<(&'a str, usize)>,
}

impl<'a> BaseIndex<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut chunks = Vec::new();
        let mut at = 0;
        while let Some(chunk) = chunk(text, at).filter(|_| chunks.len() < MOST_CHUNKS) {
            chunks.push((chunk, at));
            at += chunk.len();
        }
        chunks.sort_unstable();
        Self { text, chunks }
    }

    /// Adds the parts of a text: slices of the base where chunks are the same, from there as far as
    /// both go on alike, and text between them.
    pub(super) fn cover(&self, text: &str, parts: &mut Parts) {
        let mut at = 0;
        while let Some(chunk) = chunk(text, at) {
            let rest = text.get(at..).unwrap_or_default();
            // Edits keep most of the order.
            let found = self.find(chunk, parts.after);
            let found = found.map(|from| (from, alike(self.text, from, rest)));
            if let Some((from, bytes)) = found.filter(|(_, bytes)| *bytes >= LEAST) {
                parts.slice(from, bytes);
                at += bytes;
            } else {
                parts.text(chunk);
                at += chunk.len();
            }
        }
    }

    /// Where a chunk begins: the first such place after another one, else the first of all. One
    /// that stands nowhere is taken to go on from there.
    fn find(&self, chunk: &str, after: usize) -> Option<usize> {
        let next = self.chunks.partition_point(|entry| *entry < (chunk, after));
        let here = self.chunks.get(next).filter(|(found, _)| *found == chunk);
        let first = || {
            let first = self.chunks.partition_point(|(found, _)| *found < chunk);
            self.chunks.get(first).filter(|(found, _)| *found == chunk)
        };
        let found = here.or_else(first).map(|(_, from)| *from);
        found.or_else(|| self.text.is_char_boundary(after).then_some(after))
    }
}

/// The chunk that begins at a place; none at the end.
fn chunk(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    let ends = |byte: u8| matches!(byte, b',' | b'}' | b'\n');
    let end = rest
        .bytes()
        .position(ends)
        .map_or(rest.len(), |end| end + 1);
    rest.get(..end)
}

/// How many bytes of a text a base holds from a place on, up to the end of a character.
fn alike(base: &str, from: usize, text: &str) -> usize {
    let base = base.as_bytes().iter().skip(from);
    let same = base.zip(text.bytes()).take_while(|(l, r)| **l == *r);
    let mut bytes = same.count();
    while !text.is_char_boundary(bytes) {
        bytes -= 1;
    }
    bytes
}
