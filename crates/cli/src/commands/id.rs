//! `atlas id`: image ids, without a store.

mod check;
mod detect;
mod lines;
mod parse;

use crate::{
    exit::{Failure, Run},
    print::Out,
};
use clap::Subcommand;
use cloud_atlas::image_id::{Cloud, ImageId};
use serde::Serialize;

/// Read, check and compare image ids
#[derive(Debug, Subcommand)]
pub(crate) enum Id {
    /// Show canonical form, kind and parts of image ids
    ///
    /// Without --cloud every cloud that the text can be of answers, as `detect` tells them. Ends with
    /// 1 if a text is no image id.
    Parse {
        /// Of which cloud they are, such as aws, azure or gcp
        #[arg(long)]
        cloud: Option<Cloud>,
        /// Overlook blanks, quotes and line ends around an id, and upper case where it means nothing;
        /// what was overlooked is said
        #[arg(long, requires = "cloud")]
        lenient: bool,
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
    /// Tell of which cloud image ids are
    ///
    /// A form that only one cloud has settles it; a UUID, a number or a plain name may be of several,
    /// and all of them are told. Without TEXT the ids are lines on stdin, and each is answered by a
    /// line, in order: the clouds and the text, or a JSON object. Ends with 1 if a text is of none.
    Detect {
        /// The ids
        #[arg(value_name = "TEXT", allow_hyphen_values = true)]
        texts: Vec<String>,
    },
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
        Id::Parse {
            cloud,
            lenient,
            texts,
        } => parse::run(cloud, lenient, &texts, out),
        Id::Check => check::run(),
        Id::Detect { texts } if texts.is_empty() => detect::stream(out.is_json()),
        Id::Detect { texts } => detect::run(&texts, out),
        Id::Equal { cloud, a, b } => equal(cloud, &a, &b, out),
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
