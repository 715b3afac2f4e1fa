//! `atlas id`: image ids, without a store.

mod check;

use crate::{
    exit::{Failure, Run, say},
    print::{Columns, Out, parts},
};
use clap::Subcommand;
use cloud_atlas::{
    base::quoted,
    image_id::{Cloud, ImageId, LocationUse, ParseImageIdError, Stability},
};
use core::fmt;
use serde::{Serialize, Serializer};
use std::error::Error;

/// Read, check and compare image ids
#[derive(Debug, Subcommand)]
pub(crate) enum Id {
    /// Show canonical form, kind and parts of image ids
    ///
    /// Without --cloud every cloud that reads the text answers, but for `local`, whose ids look like
    /// those of AWS. Ends with 1 if a text is no image id.
    Parse {
        /// Of which cloud they are: aws, azure, gcp, openstack, vmware, local
        #[arg(long)]
        cloud: Option<Cloud>,
        /// The ids
        #[arg(required = true, value_name = "TEXT", allow_hyphen_values = true)]
        texts: Vec<String>,
    },
    /// Check image ids given as JSON lines on stdin
    ///
    /// Each line {"cloud","input"} is answered by a line {"cloud","input","ok":true,"canonical",
    /// "kind"} or {…,"ok":false,"error","at"}, in order. A line that is no such object is answered
    /// in its place. Ends with 1 if anything was not ok.
    Check,
    /// Tell whether two ids are one image: equal, different or undecided
    Equal {
        /// Of which cloud both are
        #[arg(long)]
        cloud: Cloud,
        /// One id
        #[arg(allow_hyphen_values = true)]
        a: String,
        /// The other
        #[arg(allow_hyphen_values = true)]
        b: String,
    },
}

pub(crate) fn run(id: Id, out: &mut Out) -> Run {
    match id {
        Id::Parse { cloud, texts } => parse(cloud, &texts, out),
        Id::Check => check::run(),
        Id::Equal { cloud, a, b } => equal(cloud, &a, &b, out),
    }
}

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
    Read {
        canonical: String,
        kind: &'static str,
        stability: &'static str,
        location: &'static str,
        #[serde(serialize_with = "as_object")]
        parts: Vec<(&'static str, String)>,
    },
    Refused {
        error: String,
        at: usize,
    },
}

/// An object whose keys stand in the order of the id's text.
fn as_object<S: Serializer>(
    parts: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(parts.iter().map(|(name, value)| (name, value)))
}

fn parse(cloud: Option<Cloud>, texts: &[String], out: &mut Out) -> Run {
    let mut answers = Vec::new();
    let mut refusals = Vec::new();
    for input in texts {
        match read(cloud, input) {
            Ok(ids) => answers.extend(ids.iter().map(|id| Answer {
                cloud: Some(id.cloud()),
                input,
                ok: true,
                outcome: describe(id),
            })),
            Err(refusal) => {
                if out.is_json() {
                    let outcome = Outcome::Refused {
                        error: refusal.in_one(),
                        at: refusal.at(),
                    };
                    answers.push(Answer {
                        cloud,
                        input,
                        ok: false,
                        outcome,
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
            say(refusal);
        }
    }
    Err(Failure::Wanting)
}

/// The ids that a text is: of the cloud that was named, else of every cloud that reads it.
fn read(cloud: Option<Cloud>, text: &str) -> Result<Vec<ImageId>, NoId> {
    if let Some(cloud) = cloud {
        let id = ImageId::parse(cloud, text);
        return id.map(|id| vec![id]).map_err(NoId::Of);
    }
    let asked = Cloud::all().iter().filter(|cloud| **cloud != Cloud::Local);
    let (mut ids, mut errors) = (Vec::new(), Vec::new());
    for answer in asked.map(|cloud| ImageId::parse(*cloud, text)) {
        match answer {
            Ok(id) => ids.push(id),
            Err(error) => errors.push(error),
        }
    }
    if ids.is_empty() {
        // The cloud whose grammar came furthest is most likely the one that was meant.
        let nearest = errors.into_iter().rev().max_by_key(ParseImageIdError::at);
        let nearest = nearest.filter(|error| error.at() > 0);
        Err(NoId::OfAny {
            shown: quoted(text).to_string(),
            nearest,
        })
    } else {
        Ok(ids)
    }
}

fn describe(id: &ImageId) -> Outcome {
    Outcome::Read {
        canonical: id.to_string(),
        kind: id.kind().as_str(),
        stability: match id.stability() {
            Stability::Fixed => "fixed",
            Stability::Moving => "moving",
            Stability::NeedsDefault => "needs-default",
        },
        location: match id.location_use() {
            LocationUse::Common => "common",
            LocationUse::PerRegion => "per-region",
        },
        parts: parts(id),
    }
}

fn row(answer: &Answer<'_>) -> Vec<String> {
    let cloud = answer.cloud.map_or("", Cloud::as_str).to_owned();
    let Outcome::Read {
        canonical,
        kind,
        parts,
        ..
    } = &answer.outcome
    else {
        return vec![cloud];
    };
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    vec![
        cloud,
        canonical.clone(),
        (*kind).to_owned(),
        parts.join("\n"),
    ]
}

/// Why a text is no image id.
#[derive(Debug)]
enum NoId {
    Of(ParseImageIdError),
    OfAny {
        shown: String,
        nearest: Option<ParseImageIdError>,
    },
}

impl NoId {
    fn at(&self) -> usize {
        match self {
            Self::Of(error) => error.at(),
            Self::OfAny { nearest, .. } => nearest.as_ref().map_or(0, ParseImageIdError::at),
        }
    }

    /// The message with its reason.
    fn in_one(&self) -> String {
        self.source()
            .map_or_else(|| self.to_string(), |reason| format!("{self}: {reason}"))
    }
}

impl fmt::Display for NoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(error) => fmt::Display::fmt(error, f),
            Self::OfAny {
                shown,
                nearest: None,
            } => {
                write!(
                    f,
                    "{shown} is no image id of any cloud: say with --cloud which is meant"
                )
            }
            Self::OfAny { shown, .. } => write!(f, "{shown} is no image id of any cloud"),
        }
    }
}

impl Error for NoId {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::OfAny {
                nearest: Some(error),
                ..
            } => Some(error),
            _ => None,
        }
    }
}

fn equal(cloud: Cloud, a: &str, b: &str, out: &mut Out) -> Run {
    #[derive(Serialize)]
    struct Answer<'a> {
        cloud: Cloud,
        a: &'a str,
        b: &'a str,
        sameness: &'static str,
    }
    let id = |text| ImageId::parse(cloud, text).map_err(|error| Failure::Refused(Box::new(error)));
    let sameness = id(a)?.compare(&id(b)?).as_str();
    out.one(
        &Answer {
            cloud,
            a,
            b,
            sameness,
        },
        |out| writeln!(out, "{sameness}"),
    )
}
