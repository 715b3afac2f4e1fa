//! How much is read: found out before anything is built.

use crate::FileError;

/// How much of a file is read. What goes beyond is refused before anything is built from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes; 64 MiB unless it is said.
    pub bytes: usize,
    /// The most levels of objects and lists; 16 unless it is said. The form has 6.
    pub depth: usize,
    /// The most values in objects and lists; 2,000,000 unless it is said.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 16,
            values: 2_000_000,
        }
    }
}

/// Refuses what is too large. Text that is no JSON may pass: reading it says so.
pub(super) fn check(text: &[u8], limits: &Limits) -> Result<(), FileError> {
    if text.len() > limits.bytes {
        return Err(FileError::TooLarge {
            found: text.len(),
            limit: limits.bytes,
        });
    }
    let (mut depth, mut values) = (0_usize, 0_usize);
    let (mut in_text, mut escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                values = values.saturating_add(1);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values = values.saturating_add(1),
            _ => {}
        }
        if depth > limits.depth {
            return Err(FileError::TooDeep {
                at,
                limit: limits.depth,
            });
        }
        if values > limits.values {
            return Err(FileError::TooManyValues {
                limit: limits.values,
            });
        }
    }
    Ok(())
}
