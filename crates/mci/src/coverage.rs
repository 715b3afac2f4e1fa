//! Which locations are served, over revisions and side by side.

mod picture;

use crate::Content;
use atlas_image_id::{Cloud, CloudLocation};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub use self::picture::CoveragePicture;

/// Which locations several contents serve: lanes (say, one an architecture) over columns (say, one
/// a release). [`Coverage::picture`] draws it.
///
/// ```
/// use atlas_mci::{Content, Coverage};
///
/// let mut coverage = Coverage::default();
/// coverage.add("x86_64", "43.1", &Content::new("web-base".parse()?));
/// assert_eq!(coverage.totals("x86_64"), [Some(0)]);
/// # Ok::<(), atlas_base::ParseNameError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    columns: Vec<String>,
    lanes: Vec<Lane>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Lane {
    title: String,
    /// The columns in which each location is served.
    served: BTreeMap<CloudLocation, BTreeSet<usize>>,
    /// The columns for which there is a content at all.
    known: BTreeSet<usize>,
}

/// Locations of one cloud that are served in the same columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageRow {
    /// The lane.
    pub lane: String,
    /// The cloud.
    pub cloud: Cloud,
    /// The locations, in order.
    pub locations: Vec<CloudLocation>,
    /// For each column, whether they are served; none where the lane has no content there.
    pub served: Vec<Option<bool>>,
}

/// From how many locations on a row says their number rather than their names.
const NAMED: usize = 3;

impl Coverage {
    /// Adds what a content serves, in a lane and a column; both are made where they are new.
    pub fn add(&mut self, lane: &str, column: &str, content: &Content) {
        let known = self.columns.iter().position(|known| known == column);
        let column = known.unwrap_or_else(|| {
            self.columns.push(column.to_owned());
            self.columns.len() - 1
        });
        if !self.lanes.iter().any(|known| known.title == lane) {
            self.lanes.push(Lane {
                title: lane.to_owned(),
                served: BTreeMap::new(),
                known: BTreeSet::new(),
            });
        }
        if let Some(lane) = self.lanes.iter_mut().find(|known| known.title == lane) {
            lane.known.insert(column);
            for location in content.settings().keys() {
                lane.served
                    .entry(location.clone())
                    .or_default()
                    .insert(column);
            }
        }
    }

    /// A picture at most `width` characters wide where labels allow it.
    pub fn picture(&self, width: usize) -> CoveragePicture<'_> {
        CoveragePicture::new(self, width)
    }

    /// The columns, in the order in which they came.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The lanes, in the order in which they came.
    pub fn lanes(&self) -> impl Iterator<Item = &str> {
        self.lanes.iter().map(|lane| lane.title.as_str())
    }

    /// The rows: lane by lane, cloud by cloud, locations served alike together, the most of them
    /// first.
    pub fn rows(&self) -> Vec<CoverageRow> {
        self.lanes
            .iter()
            .flat_map(|lane| lane.rows(self.columns.len()))
            .collect()
    }

    /// How many locations of a lane each column serves; none where the lane has no content.
    pub fn totals(&self, lane: &str) -> Vec<Option<usize>> {
        let lane = self.lanes.iter().find(|known| known.title == lane);
        (0..self.columns.len())
            .map(|column| {
                let lane = lane.filter(|lane| lane.known.contains(&column))?;
                Some(
                    lane.served
                        .values()
                        .filter(|columns| columns.contains(&column))
                        .count(),
                )
            })
            .collect()
    }
}

impl Lane {
    fn rows(&self, columns: usize) -> Vec<CoverageRow> {
        let mut alike: BTreeMap<(Cloud, &BTreeSet<usize>), Vec<CloudLocation>> = BTreeMap::new();
        for (location, served) in &self.served {
            alike
                .entry((location.cloud(), served))
                .or_default()
                .push(location.clone());
        }
        let mut rows: Vec<_> = alike
            .into_iter()
            .map(|((cloud, served), locations)| CoverageRow {
                lane: self.title.clone(),
                cloud,
                locations,
                served: (0..columns)
                    .map(|column| {
                        self.known
                            .contains(&column)
                            .then(|| served.contains(&column))
                    })
                    .collect(),
            })
            .collect();
        rows.sort_by_key(|row| (row.cloud, core::cmp::Reverse(row.locations.len())));
        rows
    }
}

impl CoverageRow {
    /// What the row is called: the location's name, a few names, or how many there are.
    pub fn label(&self) -> String {
        if self.locations.len() > NAMED {
            return format!(
                "{} ({} locations)",
                self.cloud.as_str(),
                self.locations.len()
            );
        }
        let names: Vec<_> = self.locations.iter().map(CloudLocation::as_str).collect();
        names.join(" ")
    }
}
