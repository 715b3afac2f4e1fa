//! A diff with all that is said about it, to be written as JSON.

use super::{Diff, DiffRow, SettingDiff};
use crate::{Content, LineDiff};
use atlas_image_id::CloudLocation;
use serde::Serialize;
use std::collections::BTreeMap;

/// Which locations two contents serve differently.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DiffCoverage {
    /// Locations of settings of the second content that the first did not serve.
    pub gained: Vec<CloudLocation>,
    /// Locations of settings of the first content that the second no longer serves.
    pub lost: Vec<CloudLocation>,
}

impl DiffCoverage {
    /// What the step from one content to another gains and loses. A setting that goes while one
    /// around it stays loses nothing: `azure` serves `azure/westeurope`.
    pub fn between(before: &Content, after: &Content) -> Self {
        let only = |here: &Content, there: &Content| {
            let alone = here
                .settings()
                .keys()
                .filter(|location| there.serving(location).is_none());
            alone.cloned().collect()
        };
        Self {
            gained: only(after, before),
            lost: only(before, after),
        }
    }
}

/// All that a diff tells, as it is written to JSON: rows, coverage, and user data by lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffReport {
    /// The rows, in order.
    pub rows: Vec<DiffRow>,
    /// Coverage gained and lost.
    pub coverage: DiffCoverage,
    /// Where the user data differs and both sides are text or absent: its lines.
    pub user_data: BTreeMap<CloudLocation, LineDiff>,
}

impl DiffReport {
    /// What turns `before` into `after`, in full.
    pub fn between(before: &Content, after: &Content) -> Self {
        Self::of(&Diff::between(before, after), before, after)
    }

    /// The report of a diff that was made of these two contents.
    pub fn of(diff: &Diff, before: &Content, after: &Content) -> Self {
        let lines = |change: &SettingDiff| {
            let (old, new) = match change {
                SettingDiff::Added(setting) => (None, setting.user_data()),
                SettingDiff::Removed(setting) => (setting.user_data(), None),
                SettingDiff::Modified(change) => {
                    let data = change.user_data.as_ref()?;
                    (data.before.as_ref(), data.after.as_ref())
                }
            };
            LineDiff::between(old, new).filter(|lines| !lines.hunks.is_empty())
        };
        let user_data = diff
            .settings
            .iter()
            .filter_map(|(location, change)| Some((location.clone(), lines(change)?)));
        Self {
            rows: diff.rows(),
            coverage: DiffCoverage::between(before, after),
            user_data: user_data.collect(),
        }
    }
}
