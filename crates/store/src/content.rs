//! Whose records a store holds.

use core::fmt;

/// Whose records a store holds, and in which format. An engine notes it in a new store, and refuses
/// a store that notes something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    name: &'static str,
    format: u32,
}

impl Content {
    /// The records of a program or library, and their format: the one that is written, and the
    /// newest that is read. None where the name is empty or has blanks.
    pub fn new(name: &'static str, format: u32) -> Option<Self> {
        let plain = !name.is_empty() && !name.contains(char::is_whitespace);
        plain.then_some(Self { name, format })
    }

    /// The name of the program or library.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The format of its records.
    pub fn format(self) -> u32 {
        self.format
    }

    /// The format in a note that an engine kept of these records; none where it is of others.
    pub fn format_in(self, note: &str) -> Option<u32> {
        let (name, format) = note.split_once(' ')?;
        (name == self.name).then(|| format.parse().ok())?
    }
}

/// What an engine notes: the name, a blank, the format.
impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.format)
    }
}
