//! Lines in, lines out, in constant memory.

use crate::exit::{Failure, Run};
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, StdoutLock, Write as _};

/// The most bytes of a line that are looked at: the longest id, each character escaped, fits well.
pub(super) const LINE_BYTES: usize = 64 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;

/// What answers are written to.
pub(super) type Answers<'a> = BufWriter<StdoutLock<'a>>;

/// Answers each line of stdin, none being too long; `answer` says whether all is well. Ends wanting if
/// anything was not.
pub(super) fn each(mut answer: impl FnMut(Line<'_>, &mut Answers<'_>) -> io::Result<bool>) -> Run {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, io::stdin().lock());
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    let mut line = Vec::new();
    let mut all_ok = true;
    loop {
        // Whoever sends line by line and waits gets an answer; a stream is answered in large blocks.
        if input.buffer().is_empty() {
            out.flush()?;
        }
        line.clear();
        all_ok &= match next(&mut input, &mut line)? {
            Found::Whole => answer(Line::Whole(&line), &mut out)?,
            Found::TooLong => answer(Line::TooLong, &mut out)?,
            Found::End => break,
        };
    }
    out.flush()?;
    if all_ok {
        Ok(())
    } else {
        Err(Failure::Wanting)
    }
}

/// A line of the input.
pub(super) enum Line<'a> {
    /// Without its end.
    Whole(&'a [u8]),
    /// Longer than [`LINE_BYTES`]; it is passed over.
    TooLong,
}

enum Found {
    Whole,
    TooLong,
    End,
}

fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Found> {
    let most = u64::try_from(LINE_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    if input.take(most).read_until(b'\n', line)? == 0 {
        return Ok(Found::End);
    }
    if line.pop_if(|last| *last == b'\n').is_none() && line.len() > LINE_BYTES {
        input.skip_until(b'\n')?;
        return Ok(Found::TooLong);
    }
    Ok(Found::Whole)
}
