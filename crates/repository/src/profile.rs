//! How a disk is cut.

use core::fmt;

/// How a disk is cut into chunks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Where its content says, every 64 KiB or so, at least 16 and at most 256 (`FastCDC`): what two
    /// builds of a system have in common is stored once. For whole images.
    #[default]
    FastCdc,
    /// Every 512 KiB: for who exchanges blocks of disks.
    Fixed,
}

/// How long chunks are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) least: usize,
    pub(crate) average: usize,
    pub(crate) most: usize,
}

impl Profile {
    pub(crate) const fn sizes(self) -> Sizes {
        match self {
            Self::FastCdc => Sizes {
                least: 16 << 10,
                average: 64 << 10,
                most: 256 << 10,
            },
            Self::Fixed => Sizes {
                least: 512 << 10,
                average: 512 << 10,
                most: 512 << 10,
            },
        }
    }

    /// The name of the profile.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FastCdc => "fastcdc",
            Self::Fixed => "fixed",
        }
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::FastCdc => 1,
            Self::Fixed => 2,
        }
    }

    pub(crate) const fn of_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::FastCdc),
            2 => Some(Self::Fixed),
            _ => None,
        }
    }
}

/// No chunk is longer, whatever the profile.
pub(crate) const LONGEST_CHUNK: usize = 512 << 10;

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
