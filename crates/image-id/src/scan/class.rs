//! Sets of ASCII bytes.

/// A set of ASCII bytes, looked up in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class(u16);

impl Class {
    pub(crate) const LOWER: Self = Self(0b11);
    pub(crate) const UPPER: Self = Self(0b1100);
    pub(crate) const DIGIT: Self = Self(1 << 4);
    pub(crate) const DASH: Self = Self(1 << 5);
    pub(crate) const DOT: Self = Self(1 << 6);
    pub(crate) const UNDERSCORE: Self = Self(1 << 7);
    pub(crate) const PARENTHESES: Self = Self(1 << 8);
    pub(crate) const SLASH: Self = Self(1 << 9);
    pub(crate) const COLON: Self = Self(1 << 10);
    pub(crate) const BLANK: Self = Self(1 << 11);
    const OTHERS: Self = Self(1 << 12);
    const LOWER_HEX_LETTERS: Self = Self(1);
    const UPPER_HEX_LETTERS: Self = Self(1 << 2);

    /// `[0-9a-f]`
    pub(crate) const LOWER_HEX: Self = Self::DIGIT.or(Self::LOWER_HEX_LETTERS);
    /// `[0-9a-fA-F]`
    pub(crate) const HEX: Self = Self::LOWER_HEX.or(Self::UPPER_HEX_LETTERS);
    /// `[a-z0-9]`
    pub(crate) const LOWER_OR_DIGIT: Self = Self::LOWER.or(Self::DIGIT);
    /// `[A-Za-z0-9]`
    pub(crate) const ALPHANUMERIC: Self = Self::LOWER_OR_DIGIT.or(Self::UPPER);
    /// `[-a-z0-9]`, the inner bytes of an RFC 1035 label.
    pub(crate) const LABEL: Self = Self::LOWER_OR_DIGIT.or(Self::DASH);
    /// `[A-Za-z0-9._-]`
    pub(crate) const WORD: Self = Self::ALPHANUMERIC
        .or(Self::DOT)
        .or(Self::UNDERSCORE)
        .or(Self::DASH);
    /// Every byte from `!` to `~` but the slash.
    pub(crate) const VISIBLE: Self = Self::WORD
        .or(Self::PARENTHESES)
        .or(Self::COLON)
        .or(Self::OTHERS);

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The bytes of this set that `other` does not have.
    pub(crate) const fn but(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn has(self, byte: u8) -> bool {
        let found = TABLE.get(usize::from(byte)).copied().unwrap_or_default();
        found & self.0 != 0
    }

    const fn of(byte: u8) -> u16 {
        match byte {
            b'a'..=b'f' => 1,
            b'g'..=b'z' => 1 << 1,
            b'A'..=b'F' => 1 << 2,
            b'G'..=b'Z' => 1 << 3,
            b'0'..=b'9' => Self::DIGIT.0,
            b'-' => Self::DASH.0,
            b'.' => Self::DOT.0,
            b'_' => Self::UNDERSCORE.0,
            b'(' | b')' => Self::PARENTHESES.0,
            b'/' => Self::SLASH.0,
            b':' => Self::COLON.0,
            b' ' => Self::BLANK.0,
            b'!'..=b'~' => Self::OTHERS.0,
            _ => 0,
        }
    }
}

static TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(
            clippy::indexing_slicing,
            reason = "a byte is an index below 256; at compile time"
        )]
        {
            table[byte as usize] = Class::of(byte);
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    table
};
