//! Every location at once.

use crate::{
    Chosen, ChosenBy, Launch, LaunchAsk, LaunchFacts, LaunchFrom, LaunchRefusal, MciChoice,
    Overrides, Source, launch,
};
use atlas_base::{Name, counted};
use atlas_history::RevisionNumber;
use atlas_image_id::{CloudLocation, ImageId};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeSet;

/// What is launched at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixRow {
    /// The location.
    pub location: CloudLocation,
    /// The outcome.
    #[serde(flatten)]
    pub outcome: MatrixOutcome,
}

/// What was decided at a location, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "it is launched or refused")]
pub enum MatrixOutcome {
    /// An image is launched.
    Launch {
        /// The nickname of the MultiCloud Image.
        mci: Name,
        /// Its revision; none for HEAD.
        revision: Option<RevisionNumber>,
        /// Why it is this one.
        by: ChosenBy,
        /// The location of the setting that serves.
        served_by: CloudLocation,
        /// The image.
        image: ImageId,
        /// Whether anything is overridden.
        is_overridden: bool,
        /// How many warnings there are.
        warnings: usize,
    },
    /// Nothing is.
    Refused {
        /// Why.
        reason: String,
    },
}

/// What is launched at each of many locations, as a table: `Display` writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LaunchMatrix {
    rows: Vec<MatrixRow>,
}

impl<'a> LaunchFrom<'a> {
    /// Every location for which a MultiCloud Image of it has a setting, in order: those of the one
    /// that is meant, or of all links of a template.
    pub fn locations(&self) -> BTreeSet<&'a CloudLocation> {
        let of = |source: &Source<'a>| source.content.content().settings().keys();
        match self {
            Self::Mci(source)
            | Self::Template {
                mci: MciChoice::Override(source),
                ..
            } => of(source).collect(),
            Self::Template { links, .. } => {
                let sources = links.iter().filter_map(|link| link.state.ok());
                sources.flat_map(|source| of(&source)).collect()
            }
        }
    }
}

/// Decides what is launched at each of many locations; `facts` gives what is known of the image that
/// was chosen at each.
pub fn launch_all<'a>(
    from: LaunchFrom<'a>,
    overrides: &'a Overrides,
    locations: impl IntoIterator<Item = &'a CloudLocation>,
    mut facts: impl FnMut(&Chosen<'a>) -> LaunchFacts<'a>,
) -> Vec<(&'a CloudLocation, Result<Launch, LaunchRefusal>)> {
    let decided = locations.into_iter().map(|location| {
        let ask = LaunchAsk {
            from,
            location,
            overrides,
        };
        (location, launch(&ask, &mut facts))
    });
    decided.collect()
}

impl LaunchMatrix {
    /// Decides what is launched at each of many locations, and keeps what a table shows of it;
    /// [`launch_all`] keeps the whole of it.
    pub fn of<'a>(
        from: LaunchFrom<'a>,
        overrides: &'a Overrides,
        locations: impl IntoIterator<Item = &'a CloudLocation>,
        mut facts: impl FnMut(&Chosen<'a>) -> LaunchFacts<'a>,
    ) -> Self {
        let rows = locations.into_iter().map(|location| {
            let ask = LaunchAsk {
                from,
                location,
                overrides,
            };
            MatrixRow::new(location.clone(), launch(&ask, &mut facts))
        });
        rows.collect()
    }
}

impl MatrixRow {
    /// The row of one outcome.
    pub fn new(location: CloudLocation, outcome: Result<Launch, LaunchRefusal>) -> Self {
        let outcome = match outcome {
            Ok(launch) => MatrixOutcome::Launch {
                warnings: launch.warning_count(),
                is_overridden: !launch.overridden.is_empty(),
                by: launch.chosen_by,
                mci: launch.plan.mci,
                revision: launch.plan.revision,
                served_by: launch.plan.served_by,
                image: launch.plan.image,
            },
            Err(refusal) => MatrixOutcome::Refused {
                reason: refusal.to_string(),
            },
        };
        Self { location, outcome }
    }
}

impl FromIterator<MatrixRow> for LaunchMatrix {
    fn from_iter<I: IntoIterator<Item = MatrixRow>>(rows: I) -> Self {
        Self {
            rows: rows.into_iter().collect(),
        }
    }
}

impl LaunchMatrix {
    /// The rows, in the order in which they were given.
    pub fn rows(&self) -> &[MatrixRow] {
        &self.rows
    }

    /// How many locations launch something.
    pub fn launched(&self) -> usize {
        let is_launched = |row: &&MatrixRow| matches!(row.outcome, MatrixOutcome::Launch { .. });
        self.rows.iter().filter(is_launched).count()
    }
}

impl fmt::Display for LaunchMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<_> = self.rows.iter().map(cells).collect();
        let head = ["LOCATION", "FROM", "DECIDED BY", "IMAGE"].map(str::to_owned);
        let all = || core::iter::once(&head).chain(&cells);
        let width = |column: usize| {
            let texts = all().filter_map(|row| row.get(column));
            texts.map(|text| text.chars().count()).max().unwrap_or(0)
        };
        let [first, second, third] = [0, 1, 2].map(width);
        for [location, from, by, image] in all() {
            let line = format!("{location:first$}  {from:second$}  {by:third$}  {image}");
            writeln!(f, "{}", line.trim_end())?;
        }
        let (launched, count) = (self.launched(), self.rows.len());
        let locations = counted(count, "location");
        let launch = if launched == 1 { "launches" } else { "launch" };
        write!(f, "{launched} of {locations} {launch} an image")
    }
}

fn cells(row: &MatrixRow) -> [String; 4] {
    let location = row.location.to_string();
    match &row.outcome {
        MatrixOutcome::Launch {
            mci,
            revision,
            by,
            served_by,
            image,
            is_overridden,
            warnings,
        } => {
            let from = match revision {
                Some(number) => format!("{mci}@{number}"),
                None => format!("{mci}@head"),
            };
            let decided = match by {
                ChosenBy::Itself => "setting",
                ChosenBy::Default => "default",
                ChosenBy::Name => "chosen",
                ChosenBy::Override => "override",
            };
            let around = if *served_by == row.location {
                String::new()
            } else {
                format!(", by {served_by}")
            };
            let overridden = if *is_overridden && *by != ChosenBy::Override {
                ", with overrides"
            } else {
                ""
            };
            let decided = format!("{decided}{around}{overridden}");
            let image = match warnings {
                0 => image.to_string(),
                1 => format!("{image}  (1 warning)"),
                count => format!("{image}  ({count} warnings)"),
            };
            [location, from, decided, image]
        }
        MatrixOutcome::Refused { reason } => [
            location,
            "-".to_owned(),
            "refused".to_owned(),
            reason.clone(),
        ],
    }
}
