//! Three-way merge of contents of ServerTemplates.
//!
//! The fields are name, description, the link of each lineage, the default, and the scripts of each
//! phase. What one side alone changed is taken from it; what both changed in different ways is a
//! conflict. The scripts of a phase are merged as a list, place by place.

mod base;
mod choice;
mod conflict;
mod path;
mod scripts;
mod settle;
mod value;

use crate::TemplateContent;
use atlas_history::LineageId;
use atlas_mci::ConflictKind;
use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    base::TemplateMergeBase,
    choice::{TemplateChoice, TemplateChoices, TemplateTake},
    conflict::TemplateConflict,
    path::{ParseTemplatePathError, TemplatePath},
    settle::TemplateMergeError,
    value::{ParseTemplateValueError, TemplateValue},
};

/// The fields of a content, each by itself.
type Fields = BTreeMap<TemplatePath, TemplateValue>;

/// A merge before its conflicts are settled (RightScale: the merge of two ServerTemplates).
///
/// ```
/// use atlas_history::LineageId;
/// use atlas_template::{
///     LinkTarget, TemplateChoices, TemplateContent, TemplateEdit, TemplateMergeBase,
///     TemplateMergeDraft,
/// };
///
/// let web = LineageId::from_u128(1);
/// let base = TemplateContent::new("front".parse()?)
///     .edited([TemplateEdit::link(web, LinkTarget::Head)])?;
/// let ours = base.edited([TemplateEdit::SetDescription("what faces people".parse()?)])?;
/// let theirs = base.edited([TemplateEdit::Retarget { lineage: web, target: "3".parse()? }])?;
/// let base = TemplateMergeBase::of(&base);
/// let draft = TemplateMergeDraft::between(&base, &ours, &theirs);
/// let merged = draft.settle(&TemplateChoices::default())?;
/// assert_eq!(merged.description(), ours.description());
/// assert_eq!(merged.link(web), theirs.link(web));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct TemplateMergeDraft<'a> {
    ours: &'a TemplateContent,
    theirs: &'a TemplateContent,
    /// The fields of the merge, with our side where there is a conflict.
    fields: Fields,
    conflicts: Vec<TemplateConflict>,
}

impl<'a> TemplateMergeDraft<'a> {
    /// Merges two contents from their base.
    pub fn between(
        base: &TemplateMergeBase,
        ours: &'a TemplateContent,
        theirs: &'a TemplateContent,
    ) -> Self {
        let (our, their) = (value::fields(ours), value::fields(theirs));
        let mut fields = our.clone();
        let mut conflicts = Vec::new();
        let paths: BTreeSet<_> = our.keys().chain(their.keys()).collect();
        for path in paths {
            let (our, their) = (our.get(path), their.get(path));
            match base.choose(path, our, their) {
                Chosen::Ours => {}
                Chosen::Value(value) => put(&mut fields, path, value),
                Chosen::Open => {
                    let conflict = TemplateConflict::new(
                        path.clone(),
                        base.term(path),
                        our.cloned(),
                        their.cloned(),
                    );
                    conflicts.push(conflict);
                }
            }
        }
        let mut draft = Self {
            ours,
            theirs,
            fields,
            conflicts,
        };
        draft.check_default(base);
        draft
    }

    /// This merge where the name of their side is not asked for: HEAD keeps its own, as a lineage
    /// beside it does that has the other (ours). Without a base the name stays a conflict.
    pub fn with_our_name(mut self) -> Self {
        self.keep_our_name();
        self.conflicts.retain(|conflict| {
            *conflict.path() != TemplatePath::Name || conflict.kind() == ConflictKind::NoBase
        });
        self
    }

    /// This merge where the name of their side cannot be had: taking it over is a conflict then,
    /// which our side or another name settles (ours).
    pub fn without_their_name(mut self, base: &TemplateMergeBase, reason: String) -> Self {
        let path = TemplatePath::Name;
        if self.fields.get(&path) != Some(&TemplateValue::Name(self.ours.name.clone())) {
            self.keep_our_name();
            let name = |side: &TemplateContent| Some(TemplateValue::Name(side.name.clone()));
            let (ours, theirs) = (name(self.ours), name(self.theirs));
            let conflict = TemplateConflict::new(path.clone(), base.term(&path), ours, theirs);
            self.conflicts.insert(0, conflict.because(reason));
        }
        self
    }

    fn keep_our_name(&mut self) {
        let name = TemplateValue::Name(self.ours.name.clone());
        self.fields.insert(TemplatePath::Name, name);
    }

    /// The conflicts: name, description, links by lineage, the default, then the phases.
    pub fn conflicts(&self) -> &[TemplateConflict] {
        &self.conflicts
    }

    /// Whether nothing is left to settle.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty()
    }

    /// A merge that leaves no default, or one that is gone, conflicts at `default` (ours).
    fn check_default(&mut self, base: &TemplateMergeBase) {
        let is_open = |path: &TemplatePath| self.conflicts.iter().any(|it| it.path() == path);
        if is_open(&TemplatePath::Default) {
            return;
        }
        let default = default_of(&self.fields);
        // A link that one side removed and the other changed may go as well.
        let is_linked = |lineage| {
            let path = TemplatePath::Link(lineage);
            let is_kept = |side: &TemplateContent| side.links.contains_key(&lineage);
            let is_sure = !is_open(&path) || is_kept(self.ours) && is_kept(self.theirs);
            self.fields.contains_key(&path) && is_sure
        };
        let is_whole = match default {
            Some(default) => is_linked(default),
            None => links_of(&self.fields).next().is_none(),
        };
        if is_whole {
            return;
        }
        let value = |side: &TemplateContent| side.default_link().map(TemplateValue::Default);
        let path = TemplatePath::Default;
        let reason = match default {
            Some(lineage) => {
                format!("{lineage} would be the default, and one side no longer links it")
            }
            None => "the merge leaves links and no default".to_owned(),
        };
        let conflict = TemplateConflict::new(
            path.clone(),
            base.term(&path),
            value(self.ours),
            value(self.theirs),
        );
        self.conflicts.push(conflict.because(reason));
        self.conflicts
            .sort_by(|one, other| one.path().cmp(other.path()));
    }
}

/// Which value a merge has.
enum Chosen {
    Ours,
    /// This, or nothing.
    Value(Option<TemplateValue>),
    /// The sides do not go together.
    Open,
}

fn put(fields: &mut Fields, path: &TemplatePath, value: Option<TemplateValue>) {
    match value {
        Some(value) => {
            fields.insert(path.clone(), value);
        }
        None => {
            fields.remove(path);
        }
    }
}

fn default_of(fields: &Fields) -> Option<LineageId> {
    match fields.get(&TemplatePath::Default) {
        Some(TemplateValue::Default(lineage)) => Some(*lineage),
        _ => None,
    }
}

fn links_of(fields: &Fields) -> impl Iterator<Item = LineageId> {
    fields.keys().filter_map(|path| match path {
        TemplatePath::Link(lineage) => Some(*lineage),
        _ => None,
    })
}
