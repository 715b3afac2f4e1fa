//! Many texts that are nearly ids, made quickly and always the same.

use crate::clouds::Grammar;

/// A small generator of numbers (`splitmix64`): the same seed gives the same texts on every machine.
#[derive(Debug)]
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `limit`, which is not zero.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Bytes that separate, end or begin something in some grammar.
const BYTES: &[u8] = b"abcdefgxyzABCDEFZ0123456789-_./:@%{}()$ ,\n\t\"?#+~*[\\\0\x7f";

/// Makes `text` a text that is nearly one of the grammar's ids.
pub(crate) fn make(grammar: &Grammar, numbers: &mut Numbers, text: &mut Vec<u8>) {
    text.clear();
    text.extend_from_slice(numbers.pick(grammar.ids).as_bytes());
    for _ in 0..numbers.below(4) {
        mutate(grammar, numbers, text);
    }
}

fn mutate(grammar: &Grammar, numbers: &mut Numbers, text: &mut Vec<u8>) {
    let at = numbers.below(text.len() + 1);
    let byte = BYTES[numbers.below(BYTES.len())];
    match numbers.below(9) {
        0 | 1 if at < text.len() => text[at] = byte,
        2 => text.insert(at, byte),
        3 if at < text.len() => drop(text.remove(at)),
        4 => text.truncate(at),
        5 if at < text.len() => text[at] ^= 0x20,
        6 if !grammar.pieces.is_empty() => {
            let piece = numbers.pick(grammar.pieces);
            text.splice(at..at, piece.bytes());
        }
        7 => {
            // The head of this one and the tail of another.
            let other = numbers.pick(grammar.ids).as_bytes();
            text.truncate(at);
            text.extend_from_slice(&other[numbers.below(other.len() + 1)..]);
        }
        _ => {
            let end = at + numbers.below(text.len() - at + 1);
            let again = text[at..end].to_vec();
            text.splice(at..at, again);
        }
    }
    text.truncate(600);
}
