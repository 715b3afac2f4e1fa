//! What an input asks for: a few bytes at a time, and zeros once there are none left.

/// An input as choices. Those of zeros are right ones, so that a short input is a right image.
pub(crate) struct Plan<'a> {
    rest: &'a [u8],
    /// Numbers may be others than the right ones.
    is_wild: bool,
    /// All that was chosen is what the format allows.
    is_right: bool,
    /// The number that was given before.
    before: u64,
    /// The most bytes that a disk is to have.
    pub(crate) most: usize,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(rest: &'a [u8], is_wild: bool) -> Self {
        Self {
            rest,
            is_wild,
            is_right: true,
            before: 0,
            most: 5 << 19,
        }
    }

    pub(crate) fn is_right(&self) -> bool {
        self.is_right
    }

    /// What is built from here on may be wrong.
    pub(crate) fn wrong(&mut self) {
        self.is_right = false;
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        *first
    }

    /// A number of so many bytes.
    pub(crate) fn word(&mut self, bytes: u32) -> u64 {
        (0..bytes).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        let bytes = if count <= 256 { 1 } else { 3 };
        self.word(bytes) as usize % count.max(1)
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// The right number, or now and then another one where that is asked for.
    pub(crate) fn number(&mut self, right: u64) -> u64 {
        let choice = if self.is_wild { self.byte() } else { 0 };
        let given = match choice {
            0xf4 => 0,
            0xf5 => 1,
            0xf6 => self.before,
            0xf7 => right.wrapping_add(self.word(1)),
            0xf8 => right.wrapping_sub(self.word(1)),
            0xf9 => right ^ 1 << (self.byte() & 63),
            0xfa => self.word(1),
            0xfb => self.word(2),
            0xfc => self.word(4),
            0xfd => self.word(8),
            0xfe => right.wrapping_mul(self.word(1)),
            0xff => u64::MAX << (self.byte() & 63),
            _ => right,
        };
        self.is_right &= given == right;
        self.before = right;
        given
    }

    /// Fills a part of a disk with what no format claims.
    pub(crate) fn content(&mut self, room: &mut [u8]) {
        match self.byte() {
            choice @ 0..0x60 => {
                let text = b"what a disk may hold; ";
                let from = usize::from(choice);
                for (to, byte) in room.iter_mut().zip(text.iter().cycle().skip(from)) {
                    *to = *byte;
                }
            }
            choice @ 0x60..0xa0 => {
                let mut state = u32::from(choice);
                for to in room {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *to = (state >> 24) as u8;
                }
            }
            0xa0..0xc0 => room.fill(0),
            0xc0..0xe0 => {
                room.fill(0);
                let at = self.below(room.len());
                if let Some(to) = room.get_mut(at) {
                    *to = 7;
                }
            }
            choice => room.fill(choice),
        }
    }
}
