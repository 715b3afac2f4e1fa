//! Short texts, kept in place.

/// Text of at most 36 ASCII bytes, kept in place: AMI ids and UUIDs need no allocation.
// `bytes` stands before `len`: with zeros behind the text the derived order is the text's order. It is
// aligned so that a copy is a few whole words wherever it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(8))]
pub(crate) struct ShortText {
    bytes: [u8; Self::MOST],
    len: u8,
}

impl ShortText {
    pub(crate) const MOST: usize = 36;

    /// The bytes of an ASCII text; bytes beyond the room are left out, so callers check first.
    pub(crate) fn new(text: impl IntoIterator<Item = u8>) -> Self {
        let mut short = Self {
            bytes: [0; Self::MOST],
            len: 0,
        };
        for (slot, byte) in short.bytes.iter_mut().zip(text) {
            *slot = byte;
            short.len += 1;
        }
        short
    }

    /// An ASCII text whose length is known when the program is built, copied in one go.
    #[inline]
    pub(crate) fn of<const LEN: usize>(text: &[u8; LEN]) -> Self {
        const { assert!(LEN <= Self::MOST, "the text has room") };
        let mut bytes = [0; Self::MOST];
        if let Some(room) = bytes.first_chunk_mut::<LEN>() {
            *room = *text;
        }
        let len = u8::try_from(LEN).unwrap_or_default();
        Self { bytes, len }
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}
