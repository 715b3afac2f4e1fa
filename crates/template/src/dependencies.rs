//! The HEADs that a ServerTemplate links, when it is committed.

use crate::{LinkTarget, TemplateContent, TemplateEdit};
use atlas_base::{Digest, Name};
use atlas_history::{LineageId, RevisionNumber};
use serde::Serialize;
use std::collections::BTreeMap;

/// What becomes of linked HEADs when a `ServerTemplate` is committed (RightScale: "commit HEAD
/// dependencies").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "they are committed, or they stay")]
pub enum HeadDependencies {
    /// They stay HEADs, and are listed.
    Leave,
    /// Each is committed first, and its link names the new revision.
    Commit,
}

/// What is known of the HEAD of a linked MultiCloud Image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedHead {
    /// The nickname.
    pub name: Name,
    /// The digest of its content.
    pub content: Digest,
    /// Whether it has a setting, so that it can be committed.
    pub has_settings: bool,
    /// Whether a merge waits to be committed.
    pub is_merge_pending: bool,
    /// The newest revision and the digest of its content.
    pub last: Option<(RevisionNumber, Digest)>,
    /// Whether that revision is revoked.
    pub is_last_revoked: bool,
}

/// A link that is pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadPin {
    /// The lineage.
    pub lineage: LineageId,
    /// Its nickname.
    pub name: Name,
    /// The revision that the link names from then on.
    pub revision: RevisionNumber,
    /// Whether HEAD has to be committed for it; otherwise HEAD is what that revision holds already.
    pub is_new: bool,
}

/// A link that stays at HEAD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadLink {
    /// The lineage.
    pub lineage: LineageId,
    /// Its nickname; none where whoever commits does not see it.
    pub name: Option<Name>,
}

/// What committing a `ServerTemplate` does to the HEADs that it links: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadPlan {
    /// The content to commit, with its links pinned.
    pub content: TemplateContent,
    /// The links that are pinned, in the order of their lineages.
    pub pins: Vec<HeadPin>,
    /// The links that stay at HEAD, and so move with every edit.
    pub stays: Vec<HeadLink>,
}

/// Why the HEADs that a `ServerTemplate` links are not committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadPlanError {
    /// They are not there, or whoever commits does not see them.
    #[error("{} cannot be committed: not there, or not visible from here; unlink what is gone", list(.lineages))]
    Unknown {
        /// Which.
        lineages: Vec<LineageId>,
    },
    /// They have no settings.
    #[error("{} cannot be committed without settings: set an image for at least one cloud location", list(.names))]
    NoSettings {
        /// Which.
        names: Vec<Name>,
    },
    /// HEAD is what its newest revision holds, and that is revoked.
    #[error(
        "HEAD of `{name}` is what revision {revision} holds, which is revoked: edit it, or take the mark back"
    )]
    Revoked {
        /// Which.
        name: Name,
        /// Its newest revision.
        revision: RevisionNumber,
    },
    /// The lineage holds as many revisions as numbers can count.
    #[error(
        "`{name}` has revision {last}, the last number there is: link another MultiCloud Image"
    )]
    Full {
        /// Which.
        name: Name,
        /// Its last revision.
        last: RevisionNumber,
    },
}

fn list(all: &[impl ToString]) -> String {
    let all: Vec<_> = all
        .iter()
        .map(|it| format!("`{}`", it.to_string()))
        .collect();
    all.join(", ")
}

impl TemplateContent {
    /// The lineages that are linked at HEAD.
    pub fn head_links(&self) -> Vec<LineageId> {
        let heads = self
            .links
            .iter()
            .filter(|(_, target)| **target == LinkTarget::Head);
        heads.map(|(lineage, _)| *lineage).collect()
    }

    /// Decides what committing this content does to the HEADs of the lineages that
    /// [`head_links`](Self::head_links) names; `heads` is what whoever commits sees of them.
    ///
    /// A HEAD that is what its newest revision holds is not committed again: its link names that
    /// revision (ours).
    ///
    /// # Errors
    ///
    /// One of them is to be committed and cannot be: then nothing is.
    pub fn plan_heads(
        &self,
        wanted: HeadDependencies,
        heads: &BTreeMap<LineageId, LinkedHead>,
    ) -> Result<HeadPlan, HeadPlanError> {
        let links = self.head_links();
        if wanted == HeadDependencies::Leave {
            let stays = links.into_iter().map(|lineage| HeadLink {
                lineage,
                name: heads.get(&lineage).map(|head| head.name.clone()),
            });
            return Ok(HeadPlan {
                content: self.clone(),
                pins: Vec::new(),
                stays: stays.collect(),
            });
        }
        let unknown = links.iter().filter(|lineage| !heads.contains_key(lineage));
        let lineages: Vec<_> = unknown.copied().collect();
        if !lineages.is_empty() {
            return Err(HeadPlanError::Unknown { lineages });
        }
        let known = || {
            links
                .iter()
                .filter_map(|lineage| Some((lineage, heads.get(lineage)?)))
        };
        let empty = known().filter(|(_, head)| !head.has_settings);
        let names: Vec<_> = empty.map(|(_, head)| head.name.clone()).collect();
        if !names.is_empty() {
            return Err(HeadPlanError::NoSettings { names });
        }
        let pins = known().map(|(lineage, head)| head.pin(*lineage));
        let pins = pins.collect::<Result<Vec<_>, _>>()?;
        let mut content = self.clone();
        for pin in &pins {
            let target = LinkTarget::Revision(pin.revision);
            content.links.insert(pin.lineage, target);
        }
        Ok(HeadPlan {
            content,
            pins,
            stays: Vec::new(),
        })
    }
}

impl LinkedHead {
    fn pin(&self, lineage: LineageId) -> Result<HeadPin, HeadPlanError> {
        let (revision, is_new) = match self.last {
            None => (RevisionNumber::FIRST, true),
            Some((revision, content)) if content == self.content && !self.is_merge_pending => {
                if self.is_last_revoked {
                    let name = self.name.clone();
                    return Err(HeadPlanError::Revoked { name, revision });
                }
                (revision, false)
            }
            Some((last, _)) => {
                let name = || self.name.clone();
                let full = || HeadPlanError::Full { name: name(), last };
                (last.next().ok_or_else(full)?, true)
            }
        };
        Ok(HeadPin {
            lineage,
            name: self.name.clone(),
            revision,
            is_new,
        })
    }
}

impl HeadPlan {
    /// The edits that pin the links of HEAD, so that it is what was committed.
    pub fn edits(&self) -> Vec<TemplateEdit> {
        let pins = self.pins.iter().map(|pin| TemplateEdit::Retarget {
            lineage: pin.lineage,
            target: LinkTarget::Revision(pin.revision),
        });
        pins.collect()
    }
}
