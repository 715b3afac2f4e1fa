//! Whether what has scripts can run them.

use super::TemplateContent;
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_image::AgentFacts;
use atlas_image_id::CloudLocation;
use core::fmt;
use serde::Serialize;

/// An image that a link of a template leads to, and what is known of its agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkedImage {
    /// The lineage of the MultiCloud Image.
    pub lineage: LineageId,
    /// Its nickname.
    pub mci: Name,
    /// The location of the setting.
    pub location: CloudLocation,
    /// The image, in the cloud's own words.
    pub image: String,
    /// What its record says of the agent; unknown where there is no record.
    pub agent: AgentFacts,
}

/// Images of which nobody said whether they have the agent that scripts need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AgentsUnknown {
    /// Which, in the order in which they were given.
    pub images: Vec<LinkedImage>,
}

/// A template has scripts, and links images that are known to have no agent to run them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{template}` has scripts, which need the agent, and these images have none: {}; choose images that have it, or take the scripts out", list(.images))]
pub struct AgentsMissing {
    /// The template.
    pub template: Name,
    /// Which, in the order in which they were given.
    pub images: Vec<LinkedImage>,
}

fn list(images: &[LinkedImage]) -> String {
    let shown: Vec<_> = images
        .iter()
        .take(8)
        .map(|it| format!("`{}` at {} (`{}`)", it.image, it.location, it.mci))
        .collect();
    match images.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl fmt::Display for AgentsUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the template has scripts, and nobody said whether these images have the agent that runs them: {}",
            list(&self.images)
        )
    }
}

impl TemplateContent {
    /// Decides whether the images that the links lead to may serve this content: without scripts,
    /// all may; with scripts, those that are known to lack the agent may not (Scalr, RightScale).
    /// What is not known is told. It is asked when HEAD is edited and when it is committed.
    ///
    /// # Errors
    ///
    /// There are scripts, and an image is known to have no agent.
    pub fn check_agents(&self, images: &[LinkedImage]) -> Result<AgentsUnknown, AgentsMissing> {
        if !self.has_scripts() {
            return Ok(AgentsUnknown::default());
        }
        let with = |installed: Option<bool>| {
            let found = images.iter();
            let found = found.filter(|image| image.agent.is_installed() == installed);
            found.cloned().collect::<Vec<_>>()
        };
        let missing = with(Some(false));
        if missing.is_empty() {
            return Ok(AgentsUnknown { images: with(None) });
        }
        Err(AgentsMissing {
            template: self.name.clone(),
            images: missing,
        })
    }
}
