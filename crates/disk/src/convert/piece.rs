//! A disk as it is taken from its beginning to its end.

use core::ops::ControlFlow;

/// A piece of a disk that follows the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a disk has nothing else")]
pub enum Piece<'a> {
    /// Bytes, some of which may be zeros.
    Data(&'a [u8]),
    /// So many zeros.
    Zeros(u64),
}

/// Takes one piece after the other, or breaks off.
pub(super) type Take<'a> = dyn FnMut(Piece<'_>) -> ControlFlow<()> + Send + 'a;
