//! What one state of a ServerTemplate holds.

mod agents;
mod edit;
mod known;
mod link;
mod script;

use atlas_base::Name;
use atlas_history::LineageId;
use atlas_mci::Description;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use self::{
    agents::{AgentsMissing, AgentsUnknown, LinkedImage},
    edit::{TemplateEdit, TemplateEditError},
    known::{KnownMci, LinkError, LinkedState},
    link::{LinkTarget, ParseLinkTargetError},
    script::{ParsePhaseError, ParseScriptRefError, Phase, ScriptRef},
};

/// One state of a `ServerTemplate` (RightScale: name, description, links to MultiCloud Images of
/// which exactly one is the default, and scripts by phase; links to channels are ours).
///
/// ```
/// use atlas_history::LineageId;
/// use atlas_template::{LinkTarget, TemplateContent, TemplateEdit};
///
/// let (web, database) = (LineageId::from_u128(1), LineageId::from_u128(2));
/// let template = TemplateContent::new("front end".parse()?).edited([
///     TemplateEdit::link(web, LinkTarget::Head),
///     TemplateEdit::link(database, "production".parse()?),
/// ])?;
/// assert_eq!(template.default_link(), Some(web));
/// assert!(template.edited([TemplateEdit::Unlink { lineage: web }]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// INVARIANT: where there are links, the default is one of them; no phase holds an empty list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredTemplate")]
pub struct TemplateContent {
    pub(crate) name: Name,
    pub(crate) description: Description,
    pub(crate) links: BTreeMap<LineageId, LinkTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<LineageId>,
    pub(crate) scripts: BTreeMap<Phase, Vec<ScriptRef>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTemplate {
    name: Name,
    description: Description,
    links: BTreeMap<LineageId, LinkTarget>,
    #[serde(default)]
    default: Option<LineageId>,
    scripts: BTreeMap<Phase, Vec<ScriptRef>>,
}

/// Why stored fields are no state of a `ServerTemplate`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum WrongState {
    #[error("it links MultiCloud Images and none of them is the default")]
    NoDefault,
    #[error("its default {0} is not linked")]
    DefaultGone(LineageId),
    #[error("the phase {0} has an empty list of scripts")]
    EmptyPhase(Phase),
    #[error(transparent)]
    Full(#[from] TemplateEditError),
}

impl TryFrom<StoredTemplate> for TemplateContent {
    type Error = WrongState;

    fn try_from(stored: StoredTemplate) -> Result<Self, WrongState> {
        let empty = stored.scripts.iter().find(|(_, list)| list.is_empty());
        if let Some((phase, _)) = empty {
            return Err(WrongState::EmptyPhase(*phase));
        }
        match stored.default {
            None if !stored.links.is_empty() => return Err(WrongState::NoDefault),
            Some(default) if !stored.links.contains_key(&default) => {
                return Err(WrongState::DefaultGone(default));
            }
            _ => {}
        }
        let content = Self {
            name: stored.name,
            description: stored.description,
            links: stored.links,
            default: stored.default,
            scripts: stored.scripts,
        };
        content.limited()?;
        Ok(content)
    }
}

impl atlas_history::Content for TemplateContent {
    const DOMAIN: &'static str = "cloud-atlas/template/1";
}

/// One link of a `ServerTemplate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Link<'a> {
    /// The lineage of the MultiCloud Image.
    pub lineage: LineageId,
    /// Which of its states.
    pub target: &'a LinkTarget,
    /// Whether it is what a launch uses unless told otherwise.
    pub is_default: bool,
}

impl TemplateContent {
    /// The most links: far more than there are systems to choose from.
    pub const MAX_LINKS: usize = 32;
    /// The most scripts of one phase.
    pub const MAX_SCRIPTS: usize = 1_000;

    /// A content with a name and nothing else.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            description: Description::default(),
            links: BTreeMap::new(),
            default: None,
            scripts: BTreeMap::new(),
        }
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The description.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The links, in the order of their lineages.
    pub fn links(&self) -> impl ExactSizeIterator<Item = Link<'_>> {
        self.links.iter().map(|(lineage, target)| Link {
            lineage: *lineage,
            target,
            is_default: self.default == Some(*lineage),
        })
    }

    /// The link of a lineage.
    pub fn link(&self, lineage: LineageId) -> Option<Link<'_>> {
        self.links.get(&lineage).map(|target| Link {
            lineage,
            target,
            is_default: self.default == Some(lineage),
        })
    }

    /// The lineage of the default link; none where there are no links.
    pub fn default_link(&self) -> Option<LineageId> {
        self.default
    }

    /// The scripts of a phase, in the order in which they run.
    pub fn scripts(&self, phase: Phase) -> &[ScriptRef] {
        self.scripts.get(&phase).map_or(&[], Vec::as_slice)
    }

    /// Whether there is a script in any phase, so that its servers need an agent.
    pub fn has_scripts(&self) -> bool {
        !self.scripts.is_empty()
    }

    /// This content under another name, as a clone has it.
    #[must_use]
    pub fn renamed(&self, name: Name) -> Self {
        Self {
            name,
            ..self.clone()
        }
    }

    /// Checks that this content may be committed or published (RightScale: at least one link).
    ///
    /// # Errors
    ///
    /// It has no links.
    pub fn ready(&self) -> Result<(), TemplateNotReady> {
        if self.links.is_empty() {
            Err(TemplateNotReady::NoLinks {
                name: self.name.clone(),
            })
        } else {
            Ok(())
        }
    }
}

/// Why a content may not be committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateNotReady {
    /// It links nothing.
    #[error("`{name}` links no MultiCloud Image: link at least one before the commit")]
    NoLinks {
        /// Which one.
        name: Name,
    },
}
