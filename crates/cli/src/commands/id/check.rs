//! `atlas id check`: JSON lines in, JSON lines out, in constant memory.

use crate::exit::{Failure, Run};
use cloud_atlas::image_id::{Cloud, ImageIdRef};
use core::fmt::{Display, Write as _};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, BufWriter, Read as _, Write},
};

/// The most bytes of a line that are looked at: the longest id, each character escaped, fits well.
const LINE_BYTES: usize = 64 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;

#[derive(Deserialize)]
struct Question<'a> {
    #[serde(borrow)]
    cloud: Cow<'a, str>,
    #[serde(borrow)]
    input: Cow<'a, str>,
}

#[derive(Serialize)]
struct Read<'a> {
    cloud: &'a str,
    input: &'a str,
    ok: bool,
    canonical: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Refused<'a> {
    cloud: Option<&'a str>,
    input: Option<&'a str>,
    ok: bool,
    error: &'a str,
    at: usize,
}

pub(super) fn run() -> Run {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, io::stdin().lock());
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    let (mut line, mut canonical) = (Vec::new(), String::new());
    let mut all_ok = true;
    loop {
        // Whoever sends line by line and waits gets an answer; a stream is answered in large blocks.
        if input.buffer().is_empty() {
            out.flush()?;
        }
        line.clear();
        let whole = match next_line(&mut input, &mut line)? {
            Line::Whole => true,
            Line::TooLong => false,
            Line::End => break,
        };
        all_ok &= if whole {
            answer(&line, &mut canonical, &mut out)?
        } else {
            refuse_long(&mut out)?
        };
    }
    out.flush()?;
    if all_ok {
        Ok(())
    } else {
        Err(Failure::Wanting)
    }
}

enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads a line without its end; of one that is too long, the rest is passed over.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    let most = u64::try_from(LINE_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    if input.take(most).read_until(b'\n', line)? == 0 {
        return Ok(Line::End);
    }
    if line.pop_if(|last| *last == b'\n').is_none() && line.len() > LINE_BYTES {
        input.skip_until(b'\n')?;
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole)
}

/// `canonical` is room that is used again for each line.
fn answer(line: &[u8], canonical: &mut String, out: &mut impl Write) -> io::Result<bool> {
    // The reader of JSON would take a list for the object.
    if line
        .trim_ascii_start()
        .first()
        .is_some_and(|first| *first != b'{')
    {
        return refuse(None, None, &malformed(&"expected `{`"), 0, out);
    }
    let question: Question<'_> = match serde_json::from_slice(line) {
        Ok(question) => question,
        Err(error) => {
            let at = error.column().saturating_sub(1);
            let text = error.to_string();
            let reason = text
                .rsplit_once(" at line ")
                .map_or(text.as_str(), |(reason, _)| reason);
            return refuse(None, None, &malformed(&reason), at, out);
        }
    };
    let (cloud, input) = (&*question.cloud, &*question.input);
    let parsed = match Cloud::parse(cloud) {
        Ok(of) => ImageIdRef::parse(of, input),
        Err(error) => return refuse(Some(cloud), Some(input), &error, error.at(), out),
    };
    match parsed {
        Ok(id) => {
            canonical.clear();
            write!(canonical, "{id}").map_err(io::Error::other)?;
            let answer = Read {
                cloud,
                input,
                ok: true,
                canonical,
                kind: id.kind().as_str(),
            };
            write_line(&answer, out)?;
            Ok(true)
        }
        Err(error) => refuse(Some(cloud), Some(input), &error, error.at(), out),
    }
}

fn malformed(reason: &dyn Display) -> String {
    format!("the line is no object {{\"cloud\",\"input\"}}: {reason}")
}

fn refuse_long(out: &mut impl Write) -> io::Result<bool> {
    let error = format!("the line is longer than {LINE_BYTES} bytes, cut");
    refuse(None, None, &error, LINE_BYTES, out)
}

fn refuse(
    cloud: Option<&str>,
    input: Option<&str>,
    error: &dyn Display,
    at: usize,
    out: &mut impl Write,
) -> io::Result<bool> {
    let answer = Refused {
        cloud,
        input,
        ok: false,
        error: &error.to_string(),
        at,
    };
    write_line(&answer, out)?;
    Ok(false)
}

fn write_line(answer: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, answer)?;
    out.write_all(b"\n")
}
