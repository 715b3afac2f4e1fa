//! `atlas id check`: JSON lines in, JSON lines out, in constant memory.

use super::lines::{self, LINE_BYTES, Line};
use crate::exit::Run;
use cloud_atlas::image_id::{Cloud, ImageIdRef};
use core::fmt::{Display, Write as _};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    io::{self, Write},
};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a str>,
    ok: bool,
    error: &'a str,
    at: usize,
}

pub(super) fn run() -> Run {
    let mut canonical = String::new();
    lines::each(|line, out| match line {
        Line::Whole(line) => answer(line, &mut canonical, out),
        Line::TooLong => refuse_long(out),
    })
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
