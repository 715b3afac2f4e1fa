//! Bodies.

use crate::{Framing, ParseAnswerError};
use std::io::{self, BufRead, Read};

/// The most bytes of the line before a chunk.
const MOST_LINE: u64 = 1 << 10;
/// The most bytes of all lines behind the last chunk.
const MOST_TRAILER: u64 = 16 << 10;

/// The body of an answer, as it is without its chunks.
///
/// One that ends too early is an error of the kind `UnexpectedEof`, and one that makes no sense an
/// `InvalidData` with a [`ParseAnswerError`] in it. Behind its end nothing is read.
///
/// ```
/// use atlas_fetch::{Body, Framing};
/// use std::io::Read as _;
///
/// let mut text = String::new();
/// Body::new(&b"4\r\ndisk\r\n0\r\n\r\n"[..], Framing::Chunked).read_to_string(&mut text)?;
/// assert_eq!(text, "disk");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Body<R> {
    input: R,
    /// How many bytes are left, of all or of a chunk; of a body until the end, nobody knows.
    left: u64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a body or in its last part.
    Last,
    /// Before the line of the first chunk.
    First,
    /// In a chunk, or before the line of the next one.
    Chunk,
    UntilClose,
    End,
}

impl<R: BufRead> Body<R> {
    /// What follows a head, with how one knows where it ends.
    pub fn new(input: R, framing: Framing) -> Self {
        let (left, state) = match framing {
            Framing::Length(length) => (length, State::Last),
            Framing::Chunked => (0, State::First),
            Framing::UntilClose => (u64::MAX, State::UntilClose),
        };
        Self { input, left, state }
    }

    /// The line before a chunk, and the end of the line behind the one before it.
    fn next_chunk(&mut self) -> io::Result<()> {
        if self.state == State::Chunk && !self.line(MOST_LINE)?.is_empty() {
            return Err(wrong("has a chunk that is longer than it says"));
        }
        let line = self.line(MOST_LINE)?;
        let size = line.split(|it| *it == b';').next().unwrap_or_default();
        let size = core::str::from_utf8(size.trim_ascii()).unwrap_or_default();
        let is_plain = !size.is_empty() && size.bytes().all(|it| it.is_ascii_hexdigit());
        let size = is_plain.then(|| u64::from_str_radix(size, 16).ok());
        let Some(size) = size.flatten() else {
            return Err(wrong("has a chunk whose size is no number"));
        };
        self.state = State::Chunk;
        self.left = size;
        if size > 0 {
            return Ok(());
        }
        // What stands behind the last chunk, up to an empty line, decides nothing.
        let mut left = MOST_TRAILER;
        while left > 0 {
            let line = self.line(MOST_LINE)?;
            if line.is_empty() {
                self.state = State::End;
                return Ok(());
            }
            left = left.saturating_sub(u64::try_from(line.len()).unwrap_or(u64::MAX));
        }
        Err(wrong("has more than 16 KiB behind its body"))
    }

    /// A line without its end.
    fn line(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let read = self.input.by_ref().take(most).read_until(b'\n', &mut line);
        let count = read?;
        match line.strip_suffix(b"\n") {
            Some(line) => Ok(line.strip_suffix(b"\r").unwrap_or(line).to_vec()),
            None if u64::try_from(count).is_ok_and(|count| count < most) => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            None => Err(wrong("has a line of more than 1 KiB between its chunks")),
        }
    }
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            match self.state {
                State::Last | State::UntilClose => self.state = State::End,
                State::First | State::Chunk => self.next_chunk()?,
                State::End => {}
            }
        }
        if self.state == State::End || buffer.is_empty() {
            return Ok(0);
        }
        let count = self.input.by_ref().take(self.left).read(buffer)?;
        if count == 0 {
            if self.state == State::UntilClose {
                self.state = State::End;
                return Ok(0);
            }
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if self.state != State::UntilClose {
            let read = u64::try_from(count).unwrap_or(u64::MAX);
            self.left = self.left.saturating_sub(read);
        }
        Ok(count)
    }
}

fn wrong(why: &str) -> io::Error {
    let error = ParseAnswerError::new(0, format_args!("the answer {why}"));
    io::Error::new(io::ErrorKind::InvalidData, error)
}
