//! What keeps a lineage from being deleted.

use crate::{LinkTarget, LinkedState};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionNumber};
use atlas_scope::Scope;
use core::fmt;
use serde::Serialize;
use std::collections::BTreeMap;

/// A link of a `ServerTemplate` to the MultiCloud Image in question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LinkedBy {
    /// The state of the MultiCloud Image that the link means: that of a channel is the revision
    /// that the channel points to.
    pub used: LinkedState,
    /// The scope of the template.
    pub scope: Scope,
    /// The name of the template.
    pub template: Name,
    /// The lineage of the template.
    pub lineage: LineageId,
    /// The state of the template that has the link.
    pub state: LinkedState,
    /// What the link names.
    pub target: LinkTarget,
    /// Whether whoever deletes sees the template.
    #[serde(skip)]
    pub is_visible: bool,
}

/// What else holds a lineage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Holder {
    /// A publication: what is published is deprecated, and not deleted.
    Publication {
        /// Its name.
        name: String,
    },
    /// A channel of the lineage.
    Channel {
        /// Its name.
        name: String,
    },
    /// A registered lock.
    Lock {
        /// The scope that holds it.
        scope: Scope,
        /// Its name there.
        name: Name,
    },
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publication { name } => write!(f, "publication `{name}`"),
            Self::Channel { name } => write!(f, "channel `{name}`"),
            Self::Lock { scope, name } => write!(f, "the registered lock `{name}` at {scope}"),
        }
    }
}

/// The links that keep a MultiCloud Image, by the state that they mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MciInUse {
    /// The MultiCloud Image.
    pub mci: Name,
    /// The links that whoever deletes sees, by state.
    pub used: Vec<StateInUse>,
    /// How many more there are at its scope and below it.
    pub hidden: usize,
}

/// The links to one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateInUse {
    /// The state: HEAD or a revision.
    pub state: LinkedState,
    /// Who links it.
    pub by: Vec<LinkedBy>,
}

/// Why a lineage is not deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeleteError {
    /// Only lineages can be deleted.
    #[error(
        "revision {revision} of `{name}` cannot be deleted by itself: a committed revision is for ever; revoke it, or delete the whole lineage"
    )]
    SingleRevision {
        /// The name of the lineage.
        name: Name,
        /// Which of its revisions.
        revision: RevisionNumber,
    },
    /// HEAD goes with its lineage.
    #[error(
        "HEAD of `{name}` cannot be deleted by itself: name the lineage alone to delete it with all its revisions"
    )]
    Head {
        /// The name of the lineage.
        name: Name,
    },
    /// Templates link it, in the product's own words (RightScale).
    #[error("{0}")]
    Linked(Box<MciInUse>),
    /// Something else holds it.
    #[error("`{name}` cannot be deleted, it is held by {}", list(.by))]
    Held {
        /// The name of the lineage.
        name: Name,
        /// By what, in order.
        by: Vec<Holder>,
    },
}

fn list(holders: &[Holder]) -> String {
    let shown: Vec<_> = holders.iter().take(8).map(ToString::to_string).collect();
    let more = holders.len().saturating_sub(shown.len());
    let shown = shown.join(", ");
    if more > 0 {
        format!("{shown} and {more} more")
    } else {
        shown
    }
}

/// Whether only one revision was named, which cannot be deleted.
///
/// # Errors
///
/// One was.
pub fn whole_lineage(name: &Name, revision: Option<RevisionNumber>) -> Result<(), DeleteError> {
    match revision {
        None => Ok(()),
        Some(revision) => Err(DeleteError::SingleRevision {
            name: name.clone(),
            revision,
        }),
    }
}

/// Decides whether a MultiCloud Image can be deleted with HEAD and all its revisions: templates of
/// other accounts, to which it was opened, never stand in its owner's way, and are counted (S13).
/// Links from HEADs and from committed revisions both count.
///
/// # Errors
///
/// Templates link it, or a publication or a lock holds it.
pub fn check_delete_mci(
    name: &Name,
    scope: &Scope,
    links: &[LinkedBy],
    held: &[Holder],
) -> Result<LinkedElsewhere, DeleteError> {
    let is_here = |link: &&LinkedBy| {
        scope.contains(&link.scope) || link.scope.account_scope() == scope.account_scope()
    };
    let (here, elsewhere): (Vec<_>, Vec<_>) = links.iter().partition(is_here);
    if !here.is_empty() {
        let mut used: BTreeMap<LinkedState, Vec<LinkedBy>> = BTreeMap::new();
        let seen = here.iter().filter(|link| link.is_visible);
        for link in seen {
            used.entry(link.used).or_default().push((*link).clone());
        }
        let shown: usize = used.values().map(Vec::len).sum();
        let used = used.into_iter().map(|(state, mut by)| {
            by.sort();
            StateInUse { state, by }
        });
        return Err(DeleteError::Linked(Box::new(MciInUse {
            mci: name.clone(),
            used: used.collect(),
            hidden: here.len() - shown,
        })));
    }
    check_held(name, held, |holder| {
        !matches!(holder, Holder::Channel { .. })
    })?;
    Ok(LinkedElsewhere {
        count: elsewhere.len(),
    })
}

/// Decides whether a `ServerTemplate` can be deleted with HEAD and all its revisions. Servers do
/// not stand in its way: a definition outlives its template.
///
/// # Errors
///
/// A publication, a channel or a registered lock holds it.
pub fn check_delete_template(name: &Name, held: &[Holder]) -> Result<(), DeleteError> {
    check_held(name, held, |_| true)
}

fn check_held(
    name: &Name,
    held: &[Holder],
    is_binding: fn(&Holder) -> bool,
) -> Result<(), DeleteError> {
    let mut by: Vec<_> = held.iter().filter(|it| is_binding(it)).cloned().collect();
    if by.is_empty() {
        return Ok(());
    }
    by.sort();
    let name = name.clone();
    Err(DeleteError::Held { name, by })
}

/// How many links of templates in other accounts will lead nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LinkedElsewhere {
    /// The count.
    pub count: usize,
}

/// The product's own sentence, then a line for each state.
impl fmt::Display for MciInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "Cannot delete as the MultiCloud Image (HEAD/committed revision) is being used by one \
             or more ServerTemplates.",
        )?;
        for StateInUse { state, by } in &self.used {
            let users = by.iter().map(|link| {
                let through = match &link.target {
                    LinkTarget::Head | LinkTarget::Revision(_) => String::new(),
                    other => format!(" through {other}"),
                };
                format!(
                    "`{}` {} at {}{through}",
                    link.template, link.state, link.scope
                )
            });
            let users: Vec<_> = users.collect();
            write!(f, "\n{state}: {}", users.join(", "))?;
        }
        match (self.hidden, self.used.is_empty()) {
            (0, _) => Ok(()),
            (hidden, true) => write!(f, "\n{hidden} that you cannot see"),
            (hidden, false) => write!(f, "\nand {hidden} that you cannot see"),
        }
    }
}
