//! What two sides came from.

use super::{Chosen, TemplatePath, TemplateValue, scripts, value};
use crate::TemplateContent;
use atlas_mci::Merge;
use std::collections::{BTreeMap, BTreeSet};

/// What two sides came from: one content, several that were merged, or nothing that is known.
///
/// Where several did not merge, the base has no value: there the sides must agree, or conflict.
#[derive(Debug, Clone, Default)]
pub struct TemplateMergeBase {
    /// What the base says of each path; a path that is not there has no value in it.
    terms: Option<BTreeMap<TemplatePath, Merge<Option<TemplateValue>>>>,
}

impl TemplateMergeBase {
    /// No base: each field in which the sides differ is a conflict.
    pub fn none() -> Self {
        Self::default()
    }

    /// A content that both sides were made from.
    pub fn of(content: &TemplateContent) -> Self {
        let fields = value::fields(content).into_iter();
        let terms = fields.map(|(path, value)| (path, Merge::settled(Some(value))));
        Self {
            terms: Some(terms.collect()),
        }
    }

    /// The merge of two bases from their own base, for
    /// [`BasePlan::fold`](atlas_history::BasePlan::fold).
    #[must_use]
    pub fn merged(base: Option<&Self>, left: &Self, right: &Self) -> Self {
        let none = Self::none();
        let base = base.unwrap_or(&none);
        let (Some(ours), Some(theirs)) = (&left.terms, &right.terms) else {
            return Self::none();
        };
        let paths: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        let terms = paths.into_iter().map(|path| {
            let of = |side: &Self| side.term(path).unwrap_or_else(|| Merge::settled(None));
            let (our, their) = (of(left), of(right));
            let mut merged = Merge::three_way(base.term(path).as_ref(), &our, &their);
            if let (None, Some(our), Some(their)) =
                (merged.as_settled(), our.as_settled(), their.as_settled())
                && let Chosen::Value(value) = base.choose(path, our.as_ref(), their.as_ref())
            {
                merged = Merge::settled(value);
            }
            (path.clone(), merged)
        });
        Self {
            terms: Some(terms.collect()),
        }
    }

    /// What the base says of a path; none where there is no base.
    pub(super) fn term(&self, path: &TemplatePath) -> Option<Merge<Option<TemplateValue>>> {
        let term = self.terms.as_ref()?.get(path);
        Some(term.cloned().unwrap_or_else(|| Merge::settled(None)))
    }

    /// Which value a merge has at a path.
    pub(super) fn choose(
        &self,
        path: &TemplatePath,
        ours: Option<&TemplateValue>,
        theirs: Option<&TemplateValue>,
    ) -> Chosen {
        if ours == theirs {
            return Chosen::Ours;
        }
        let term = self.term(path);
        let Some(base) = term.as_ref().and_then(Merge::as_settled) else {
            return Chosen::Open;
        };
        let base = base.as_ref();
        if base == ours {
            return Chosen::Value(theirs.cloned());
        }
        if base == theirs {
            return Chosen::Ours;
        }
        let list = |value: Option<&TemplateValue>| match value {
            Some(TemplateValue::Scripts(scripts)) => scripts.clone(),
            _ => Vec::new(),
        };
        if !matches!(path, TemplatePath::Scripts(_)) {
            return Chosen::Open;
        }
        // A phase without scripts is an empty list.
        match scripts::merge(&list(base), &list(ours), &list(theirs)) {
            None => Chosen::Open,
            Some(merged) if merged.is_empty() => Chosen::Value(None),
            Some(merged) => Chosen::Value(Some(TemplateValue::Scripts(merged))),
        }
    }
}
