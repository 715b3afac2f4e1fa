//! A diff as rows of a table.

use super::TemplateDiff;
use crate::{Phase, ScriptRef};
use atlas_history::LineageId;
use atlas_mci::Change;
use core::fmt::Display;
use serde::Serialize;

/// One differing field, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateDiffRow {
    /// The lineage, for links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<LineageId>,
    /// The phase, for scripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Which field: `name`, `description`, `link`, `default`, `script`, or `scripts` for an order.
    pub field: &'static str,
    /// In the first content; none where it is not there.
    pub before: Option<String>,
    /// In the second content; none where it is not there.
    pub after: Option<String>,
}

impl TemplateDiffRow {
    fn new(
        field: &'static str,
        before: Option<&impl Display>,
        after: Option<&impl Display>,
    ) -> Self {
        Self {
            lineage: None,
            phase: None,
            field,
            before: before.map(ToString::to_string),
            after: after.map(ToString::to_string),
        }
    }
}

impl TemplateDiff {
    /// The rows: name, description, links by lineage, the default, then the scripts by phase: those
    /// that went, those that came, and the order of the others where it changed.
    pub fn rows(&self) -> Vec<TemplateDiffRow> {
        let mut rows = Vec::new();
        if let Some(Change { before, after }) = &self.name {
            rows.push(TemplateDiffRow::new("name", Some(before), Some(after)));
        }
        if let Some(Change { before, after }) = &self.description {
            rows.push(TemplateDiffRow::new(
                "description",
                Some(before),
                Some(after),
            ));
        }
        for (lineage, Change { before, after }) in &self.links {
            rows.push(TemplateDiffRow {
                lineage: Some(*lineage),
                ..TemplateDiffRow::new("link", before.as_ref(), after.as_ref())
            });
        }
        if let Some(Change { before, after }) = &self.default {
            rows.push(TemplateDiffRow::new(
                "default",
                before.as_ref(),
                after.as_ref(),
            ));
        }
        for (phase, change) in &self.scripts {
            scripts(*phase, change, &mut rows);
        }
        rows
    }
}

fn scripts(phase: Phase, change: &Change<Vec<ScriptRef>>, rows: &mut Vec<TemplateDiffRow>) {
    let (gone, kept) = parted(&change.before, &change.after);
    let (come, kept_after) = parted(&change.after, &change.before);
    let none: Option<&ScriptRef> = None;
    let gone = gone.into_iter().map(|it| (Some(it), none));
    let come = come.into_iter().map(|it| (none, Some(it)));
    for (before, after) in gone.chain(come) {
        rows.push(TemplateDiffRow {
            phase: Some(phase),
            ..TemplateDiffRow::new("script", before, after)
        });
    }
    if kept != kept_after {
        let line = |all: &[&ScriptRef]| {
            let names: Vec<_> = all.iter().map(|script| script.as_str()).collect();
            names.join(", ")
        };
        rows.push(TemplateDiffRow {
            phase: Some(phase),
            ..TemplateDiffRow::new("scripts", Some(&line(&kept)), Some(&line(&kept_after)))
        });
    }
}

/// The scripts of one list that the other lacks, and those that both have; a script counts as often
/// as it stands there.
fn parted<'a>(
    here: &'a [ScriptRef],
    there: &[ScriptRef],
) -> (Vec<&'a ScriptRef>, Vec<&'a ScriptRef>) {
    let mut left: Vec<&ScriptRef> = there.iter().collect();
    here.iter().partition(|script| {
        let found = left.iter().position(|other| other == script);
        found.map(|at| left.remove(at)).is_none()
    })
}
