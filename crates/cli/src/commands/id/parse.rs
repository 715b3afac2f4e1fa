//! `atlas id parse`: what an id is made of.

use super::detect::in_one;
use crate::{
    exit::{Failure, Run, say},
    print::{Columns, Out, parts},
};
use cloud_atlas::image_id::{
    Cloud, DetectError, Follows, ImageId, ImageIdRef, Leniency, LocationUse, Missing,
    ParseImageIdError, Stability, detect,
};
use serde::{Serialize, Serializer};
use std::error::Error;

/// What `parse` says of a text: a cloud that reads it, or why none does.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    cloud: Option<Cloud>,
    input: &'a str,
    ok: bool,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome {
    Read(Box<Read>),
    Refused {
        error: String,
        at: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        suggestion: Option<String>,
    },
}

#[derive(Debug, Serialize)]
struct Read {
    canonical: String,
    kind: &'static str,
    stability: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    follows: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'static str>,
    location: &'static str,
    #[serde(serialize_with = "as_object")]
    parts: Vec<(&'static str, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<&'static str>,
}

/// An object whose keys stand in the order of the id's text.
fn as_object<S: Serializer>(
    parts: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(parts.iter().map(|(name, value)| (name, value)))
}

/// Why a text is no image id.
enum NoId {
    Of(ParseImageIdError),
    OfAny(DetectError),
}

impl NoId {
    fn error(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Of(error) => error,
            Self::OfAny(error) => error,
        }
    }

    fn outcome(&self) -> Outcome {
        let (error, at, nearest) = match self {
            Self::Of(error) => (error.to_string(), error.at(), Some(error)),
            Self::OfAny(error) => (in_one(error), error.at(), error.nearest()),
        };
        let suggestion = nearest.and_then(ParseImageIdError::suggestion);
        Outcome::Refused {
            error,
            at,
            suggestion: suggestion.map(str::to_owned),
        }
    }
}

pub(super) fn run(cloud: Option<Cloud>, lenient: bool, texts: &[String], out: &mut Out) -> Run {
    let mut answers = Vec::new();
    let mut refusals = Vec::new();
    for input in texts {
        match read(cloud, lenient, input) {
            Ok(ids) => answers.extend(ids.into_iter().map(|(id, warnings)| Answer {
                cloud: Some(id.cloud()),
                input,
                ok: true,
                outcome: Outcome::Read(Box::new(describe(&id, &warnings))),
            })),
            Err(refusal) => {
                if out.is_json() {
                    answers.push(Answer {
                        cloud,
                        input,
                        ok: false,
                        outcome: refusal.outcome(),
                    });
                }
                refusals.push(refusal);
            }
        }
    }
    if !answers.is_empty() {
        out.list(
            &answers,
            &Columns::new("", &["CLOUD", "CANONICAL", "KIND", "PARTS"], row),
        )?;
    }
    if refusals.is_empty() {
        return Ok(());
    }
    if !out.is_json() {
        for refusal in &refusals {
            say(refusal.error());
        }
    }
    Err(Failure::Wanting)
}

/// The ids that a text is: of the cloud that was named, else of every cloud that it can be of.
fn read(
    cloud: Option<Cloud>,
    lenient: bool,
    text: &str,
) -> Result<Vec<(ImageId, Vec<Leniency>)>, NoId> {
    match cloud {
        Some(cloud) if lenient => {
            let read = ImageId::parse_lenient(cloud, text).map_err(NoId::Of)?;
            Ok(vec![(read.id, read.warnings)])
        }
        Some(cloud) => {
            let id = ImageId::parse(cloud, text).map_err(NoId::Of)?;
            Ok(vec![(id, Vec::new())])
        }
        None => {
            let detection = detect(text).map_err(NoId::OfAny)?;
            let ids = detection.candidates().iter().copied();
            Ok(ids
                .map(|id| (ImageIdRef::into_owned(id), Vec::new()))
                .collect())
        }
    }
}

fn describe(id: &ImageId, warnings: &[Leniency]) -> Read {
    Read {
        canonical: id.to_string(),
        kind: id.kind().as_str(),
        stability: match id.stability() {
            Stability::Fixed => "fixed",
            Stability::Moving => "moving",
            Stability::NeedsDefault => "needs-default",
        },
        follows: id.follows().map(Follows::as_str),
        missing: id.missing().map(Missing::as_str),
        location: match id.location_use() {
            LocationUse::Common => "common",
            LocationUse::PerRegion => "per-region",
        },
        parts: parts(id),
        warnings: warnings.iter().map(|warning| warning.as_str()).collect(),
    }
}

fn row(answer: &Answer<'_>) -> Vec<String> {
    let cloud = answer.cloud.map_or("", Cloud::as_str).to_owned();
    let Outcome::Read(read) = &answer.outcome else {
        return vec![cloud];
    };
    let parts = read.parts.iter();
    let mut facts: Vec<_> = parts
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    facts.extend(read.warnings.iter().map(|warning| format!("({warning})")));
    vec![
        cloud,
        read.canonical.clone(),
        read.kind.to_owned(),
        facts.join("\n"),
    ]
}
