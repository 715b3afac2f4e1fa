//! A diff as rows of a table.

use super::{Change, Diff, SettingChange, SettingDiff};
use crate::{Setting, UserData};
use atlas_base::counted;
use atlas_image_id::CloudLocation;
use core::fmt::Display;
use serde::Serialize;

/// One differing field, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffRow {
    /// The location, for fields of settings.
    pub location: Option<CloudLocation>,
    /// Which field.
    pub field: &'static str,
    /// In the first content; none where it is not there.
    pub before: Option<String>,
    /// In the second content; none where it is not there.
    pub after: Option<String>,
}

impl Diff {
    /// The rows: nickname, description, tags, then the locations in order.
    pub fn rows(&self) -> Vec<DiffRow> {
        let mut rows = Vec::new();
        let top = |field| {
            move |before, after| DiffRow {
                location: None,
                field,
                before,
                after,
            }
        };
        if let Some(Change { before, after }) = &self.nickname {
            rows.push(top("nickname")(text(Some(before)), text(Some(after))));
        }
        if let Some(Change { before, after }) = &self.description {
            rows.push(top("description")(text(Some(before)), text(Some(after))));
        }
        rows.extend(
            self.tags
                .removed
                .iter()
                .map(|tag| top("tag")(text(Some(tag)), None)),
        );
        rows.extend(
            self.tags
                .added
                .iter()
                .map(|tag| top("tag")(None, text(Some(tag)))),
        );
        for (location, change) in &self.settings {
            match change {
                SettingDiff::Added(setting) => {
                    rows.extend(fields(setting).into_iter().map(|(field, value)| DiffRow {
                        location: Some(location.clone()),
                        field,
                        before: None,
                        after: Some(value),
                    }));
                }
                SettingDiff::Removed(setting) => {
                    rows.extend(fields(setting).into_iter().map(|(field, value)| DiffRow {
                        location: Some(location.clone()),
                        field,
                        before: Some(value),
                        after: None,
                    }));
                }
                SettingDiff::Modified(change) => change.rows(location, &mut rows),
            }
        }
        rows
    }
}

impl SettingChange {
    fn rows(&self, location: &CloudLocation, rows: &mut Vec<DiffRow>) {
        let mut row = |field, before: Option<String>, after: Option<String>| {
            rows.push(DiffRow {
                location: Some(location.clone()),
                field,
                before,
                after,
            });
        };
        if let Some(Change { before, after }) = self.ramdisk.as_deref() {
            row("ramdisk", text(before.as_ref()), text(after.as_ref()));
        }
        if let Some(Change { before, after }) = self.kernel.as_deref() {
            row("kernel", text(before.as_ref()), text(after.as_ref()));
        }
        if let Some(Change { before, after }) = &self.instance_type {
            row("instance type", text(before.as_ref()), text(after.as_ref()));
        }
        if let Some(Change { before, after }) = &self.image {
            row("image", text(Some(before)), text(Some(after)));
        }
        if let Some(Change { before, after }) = &self.user_data {
            let (old, new) = (before.as_ref().map(size), after.as_ref().map(size));
            let new = match after {
                Some(data) if old == new => Some(counted(data.as_bytes().len(), "other byte")),
                _ => new,
            };
            row("user data", old, new);
        }
    }
}

fn fields(setting: &Setting) -> Vec<(&'static str, String)> {
    let all = [
        ("ramdisk", text(setting.ramdisk())),
        ("kernel", text(setting.kernel())),
        ("instance type", text(setting.instance_type())),
        ("image", text(Some(setting.image()))),
        ("user data", setting.user_data().map(size)),
    ];
    all.into_iter()
        .filter_map(|(field, value)| value.map(|value| (field, value)))
        .collect()
}

fn text(value: Option<&impl Display>) -> Option<String> {
    value.map(ToString::to_string)
}

fn size(data: &UserData) -> String {
    counted(data.as_bytes().len(), "byte")
}
