//! Putting one image in the place of another.

use super::{
    ReplaceError, ReplaceFacts, ReplacePlan, Replacement, check, decide, decide::Changed, planned,
};
use crate::ServerDefinition;
use atlas_history::{Generation, LineageId};
use atlas_image::{ImageRecord, PlanItem, RoleMap};
use atlas_mci::{Content, HeadEdit};
use std::collections::BTreeMap;

/// A HEAD with another image.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadReplacement {
    /// Its lineage.
    pub lineage: LineageId,
    /// The generation that it had.
    pub generation: Generation,
    /// What is done to it.
    pub edits: Vec<HeadEdit>,
    /// What it holds after that.
    pub content: Content,
}

/// What replacing an image did: everything that changed, each kind in the order of the plan.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Replaced {
    /// The HEADs.
    pub heads: Vec<HeadReplacement>,
    /// The role maps as they are now.
    pub role_maps: Vec<RoleMap>,
    /// The servers as they are now: their next launches have the new image.
    pub servers: Vec<ServerDefinition>,
    /// The old image, if it was deprecated.
    pub image: Option<ImageRecord>,
    /// What takes it back.
    pub replacement: Replacement,
}

/// Carries a plan out, or a chosen part of it: exactly as it stands, or not at all (Scalr for roles;
/// ours). The facts are loaded anew.
///
/// # Errors
///
/// The facts give another plan: the refusal says what moved. Or see
/// [`plan_replace`](super::plan_replace).
pub fn replace(plan: &ReplacePlan, facts: &ReplaceFacts<'_>) -> Result<Replaced, ReplaceError> {
    let request = plan.ask();
    check(request, facts)?;
    let (decided, hidden) = decide(request, facts)?;
    let items = decided.iter().map(|it| it.item.clone());
    let sure = plan.confirmed(&planned(request.clone(), facts, items, hidden)?)?;
    let mut changes: BTreeMap<_, _> = decided
        .into_iter()
        .filter_map(|it| Some((it.item.key, it.change?)))
        .collect();
    let mut replaced = Replaced {
        heads: Vec::new(),
        role_maps: Vec::new(),
        servers: Vec::new(),
        image: None,
        replacement: Replacement {
            old: request.old,
            new: request.new,
            at: facts.now,
            by: facts.by.clone(),
            changes: Vec::new(),
        },
    };
    for (changed, back) in sure
        .changes()
        .filter_map(|item| changes.remove(&item.key()))
    {
        match changed {
            Changed::Head(head) => replaced.heads.push(*head),
            Changed::RoleMap(map) => replaced.role_maps.push(*map),
            Changed::Server(server) => replaced.servers.push(*server),
            Changed::Image(image) => replaced.image = Some(*image),
        }
        replaced.replacement.changes.push(back);
    }
    Ok(replaced)
}
