//! `atlas id detect`: of which cloud a text is.

use super::lines::{self, Line};
use crate::{
    exit::{Failure, Run, say},
    print::{Columns, Out},
};
use cloud_atlas::image_id::{Cloud, DetectError, Detection, detect};
use serde::Serialize;
use std::io::Write as _;

#[derive(Serialize)]
struct Answer<'a> {
    input: &'a str,
    ok: bool,
    cloud: Option<Cloud>,
    candidates: Vec<Candidate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<usize>,
}

#[derive(Serialize)]
struct Candidate {
    cloud: Cloud,
    canonical: String,
    kind: &'static str,
}

impl<'a> Answer<'a> {
    fn found(input: &'a str, detection: &Detection<'_>) -> Self {
        let candidates = detection.candidates().iter().map(|id| Candidate {
            cloud: id.cloud(),
            canonical: id.to_string(),
            kind: id.kind().as_str(),
        });
        Self {
            input,
            ok: true,
            cloud: detection.cloud(),
            candidates: candidates.collect(),
            error: None,
            at: None,
        }
    }

    fn refused(input: &'a str, error: &DetectError) -> Self {
        Self {
            input,
            ok: false,
            cloud: None,
            candidates: Vec::new(),
            error: Some(in_one(error)),
            at: Some(error.at()),
        }
    }
}

/// The message with its reason.
pub(super) fn in_one(error: &DetectError) -> String {
    match error.nearest() {
        Some(nearest) => format!("{error}: {nearest}"),
        None => error.to_string(),
    }
}

pub(super) fn run(texts: &[String], out: &mut Out) -> Run {
    let mut answers = Vec::new();
    let mut refusals = Vec::new();
    for text in texts {
        match detect(text) {
            Ok(detection) => answers.push(Answer::found(text, &detection)),
            Err(error) => {
                if out.is_json() {
                    answers.push(Answer::refused(text, &error));
                }
                refusals.push(error);
            }
        }
    }
    if !answers.is_empty() {
        out.list(
            &answers,
            &Columns::new("", &["TEXT", "CLOUD", "CANONICAL", "KIND"], row),
        )?;
    }
    if refusals.is_empty() {
        return Ok(());
    }
    if !out.is_json() {
        for refusal in &refusals {
            say(refusal);
        }
    }
    Err(Failure::Wanting)
}

fn row(answer: &Answer<'_>) -> Vec<String> {
    let column = |cell: fn(&Candidate) -> &str| -> String {
        let cells: Vec<_> = answer.candidates.iter().map(cell).collect();
        cells.join("\n")
    };
    vec![
        answer.input.to_owned(),
        column(|id| id.cloud.as_str()),
        column(|id| &id.canonical),
        column(|id| id.kind),
    ]
}

/// Answers lines of stdin: `CLOUD[,CLOUD…]`, a tab and the text, or a JSON object.
pub(super) fn stream(is_json: bool) -> Run {
    lines::each(|line, out| {
        let text = match line {
            Line::Whole(bytes) => String::from_utf8_lossy(bytes),
            Line::TooLong => "…".into(),
        };
        let text = text.strip_suffix('\r').unwrap_or(&text);
        let found = detect(text);
        if is_json {
            let answer = match &found {
                Ok(detection) => Answer::found(text, detection),
                Err(error) => Answer::refused(text, error),
            };
            serde_json::to_writer(&mut *out, &answer)?;
            out.write_all(b"\n")?;
            return Ok(found.is_ok());
        }
        match found {
            Ok(detection) => {
                for (at, id) in detection.candidates().iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(out, "{comma}{}", id.cloud())?;
                }
                writeln!(out, "\t{text}")?;
                Ok(true)
            }
            Err(error) => {
                writeln!(out, "-\t{}", cloud_atlas::base::quoted(text))?;
                out.flush()?;
                say(&error);
                Ok(false)
            }
        }
    })
}
