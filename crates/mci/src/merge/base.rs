//! What two sides came from.

use super::{Merge, MergeDraft, MergePath, MergeValue, SettingPart, value};
use crate::{Content, Setting};
use atlas_base::Tag;
use atlas_image_id::CloudLocation;
use std::{collections::BTreeMap, sync::Arc};

/// What two sides came from: one content, several that were merged, or nothing that is known.
///
/// Where several did not merge, the base has no value: there the sides must agree, or conflict.
#[derive(Debug, Clone, Default)]
pub struct MergeBase {
    content: Option<Arc<Content>>,
    /// What the content does not say, or says otherwise, where several were merged.
    terms: BTreeMap<MergePath, Merge<Option<MergeValue>>>,
}

/// What a base says of one value.
#[derive(Clone, Copy)]
pub(crate) enum Said<T> {
    /// It is this.
    Known(T),
    /// Nothing.
    Unknown,
}

impl MergeBase {
    /// No base: each field in which the sides differ is a conflict.
    pub fn none() -> Self {
        Self::default()
    }

    /// A content that both sides were made from.
    pub fn of(content: Arc<Content>) -> Self {
        Self {
            content: Some(content),
            terms: BTreeMap::new(),
        }
    }

    /// The merge of two bases from their own base, for
    /// [`BasePlan::fold`](atlas_history::BasePlan::fold).
    #[must_use]
    pub fn merged(base: Option<&Self>, left: &Self, right: &Self) -> Self {
        let none = Self::none();
        let base = base.unwrap_or(&none);
        let (Some(ours), Some(theirs)) = (&left.content, &right.content) else {
            return Self::none();
        };
        // A base is never launched, so nothing in it has to fit together.
        let draft = MergeDraft::between(base, ours, theirs, &|_, _| Ok(()));
        let mut terms = BTreeMap::new();
        let paths = draft.conflicts().iter().map(super::Conflict::path);
        let own = left.terms.keys().chain(right.terms.keys());
        for path in paths.chain(own) {
            let term = |from: &Self| {
                let nothing = || Merge::settled(None);
                from.term(path).unwrap_or_else(nothing)
            };
            let merged = Merge::three_way(base.term(path).as_ref(), &term(left), &term(right));
            terms.insert(path.clone(), merged);
        }
        let content = draft.with_ours_where_open();
        Self {
            content: Some(Arc::new(content)),
            terms,
        }
    }

    /// What the base says of a path; none where there is no base.
    pub(crate) fn term(&self, path: &MergePath) -> Option<Merge<Option<MergeValue>>> {
        let content = self.content.as_deref()?;
        if let Some(term) = self.terms.get(path) {
            return Some(term.clone());
        }
        let value = match path {
            MergePath::Nickname => Some(MergeValue::Nickname(content.nickname().clone())),
            MergePath::Description => Some(MergeValue::Description(content.description().clone())),
            MergePath::Tag(tag) => content.tags().get(tag).cloned().map(MergeValue::Tag),
            MergePath::Setting { location, part } => {
                if let Some(whole) = self.whole_term(location) {
                    let of_part = |whole: &Option<MergeValue>| match whole {
                        Some(MergeValue::Setting(setting)) => value::part(setting, *part),
                        _ => None,
                    };
                    return Some(whole.map(of_part));
                }
                let setting = content.settings().get(location);
                setting.and_then(|setting| value::part(setting, *part))
            }
        };
        Some(Merge::settled(value))
    }

    fn whole_term(&self, location: &CloudLocation) -> Option<&Merge<Option<MergeValue>>> {
        // Most bases are one content: no path is put together in vain.
        if self.terms.is_empty() {
            return None;
        }
        self.terms
            .get(&MergePath::setting(location, SettingPart::Whole))
    }

    /// The value at a path, where the base has one.
    pub(crate) fn value(&self, path: &MergePath) -> Said<Option<MergeValue>> {
        match self.term(path).as_ref().map(Merge::as_settled) {
            Some(Some(value)) => Said::Known(value.clone()),
            _ => Said::Unknown,
        }
    }

    /// Whether a tag is there.
    pub(crate) fn has_tag(&self, tag: &Tag) -> Said<bool> {
        match &self.content {
            Some(_) if !self.terms.is_empty() => match self.value(&MergePath::Tag(tag.clone())) {
                Said::Known(tag) => Said::Known(tag.is_some()),
                Said::Unknown => Said::Unknown,
            },
            Some(content) => Said::Known(content.tags().contains(tag)),
            None => Said::Unknown,
        }
    }

    /// The setting at a location as a whole, given what its content holds there.
    pub(crate) fn whole<'a>(
        &'a self,
        location: &CloudLocation,
        found: Option<&'a Setting>,
    ) -> Said<Option<&'a Setting>> {
        if self.content.is_none() {
            return Said::Unknown;
        }
        if self.terms.is_empty() {
            return Said::Known(found);
        }
        let first = MergePath::setting(location, SettingPart::Whole);
        match self.terms.range(first..).next() {
            Some((MergePath::Setting { location: at, part }, term)) if at == location => {
                match term.as_settled() {
                    Some(None) if *part == SettingPart::Whole => Said::Known(None),
                    Some(Some(MergeValue::Setting(whole))) if *part == SettingPart::Whole => {
                        Said::Known(Some(whole))
                    }
                    _ => Said::Unknown,
                }
            }
            _ => Said::Known(found),
        }
    }

    pub(crate) fn content(&self) -> Option<&Content> {
        self.content.as_deref()
    }
}
