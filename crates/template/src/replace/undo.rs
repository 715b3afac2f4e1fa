//! Taking a replacement back.

use super::{HeadReplacement, ReplaceHead, ReplaceKey, ReplaceRoleMap, ReplaceServer, ReplaceUses};
use crate::{KnownNetworks, OverrideField, Overrides, ServerDefinition, ServerEdit, ServerId};
use atlas_base::Timestamp;
use atlas_history::LineageId;
use atlas_image::{
    ImageRecord, ImageRecordId, LifeError, Lifecycle, RoleMap, RoleMapId, undeprecate,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::HeadEdit;
use atlas_scope::PrincipalId;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A plan to replace an image that was carried out: what takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Replacement {
    /// The record of the image that went.
    pub old: ImageRecordId,
    /// The record of the one that came.
    pub new: ImageRecordId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
    /// What changed, in the order of the plan.
    pub changes: Vec<ReplaceChange>,
}

impl Replacement {
    /// What is left of it once some of it was taken back: that is not taken back again.
    #[must_use]
    pub fn left(mut self, left: &[ReplaceLeft]) -> Self {
        let left: BTreeSet<_> = left.iter().map(|left| left.key).collect();
        self.changes.retain(|change| left.contains(&change.key()));
        self
    }
}

/// Something that got another image, with what it had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ReplaceChange {
    /// The HEAD of a lineage.
    Head {
        /// The lineage.
        lineage: LineageId,
        /// The settings, and their images.
        places: BTreeMap<CloudLocation, ReplacedImage>,
    },
    /// A role map.
    RoleMap {
        /// The map.
        map: RoleMapId,
        /// Where.
        location: CloudLocation,
    },
    /// A server.
    Server {
        /// The server.
        server: ServerId,
        /// The override of its image before; none where it inherited one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The override since then.
        after: String,
    },
    /// The old image, which was deprecated.
    Image {
        /// Its record.
        record: ImageRecordId,
    },
}

impl ReplaceChange {
    /// What changed.
    pub fn key(&self) -> ReplaceKey {
        match self {
            Self::Head { lineage, .. } => ReplaceKey::Head(*lineage),
            Self::RoleMap { map, .. } => ReplaceKey::RoleMap(*map),
            Self::Server { server, .. } => ReplaceKey::Server(*server),
            Self::Image { record } => ReplaceKey::Image(*record),
        }
    }
}

/// The image of a setting, before and after; texts of the location's cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacedImage {
    /// The image that went.
    pub before: String,
    /// The one that came.
    pub after: String,
}

/// What [`undo_replace`] must know.
#[derive(Debug, Clone, Copy)]
pub struct UndoReplaceFacts<'a> {
    /// The record of the image that went; none where it is gone.
    pub old: Option<&'a ImageRecord>,
    /// Whether the caller may take its deprecation back.
    pub may_deprecate: bool,
    /// What changed, as it is now.
    pub uses: ReplaceUses<'a>,
}

/// What taking a replacement back did, each kind in the order of the plan.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ReplaceUndone {
    /// The HEADs.
    pub heads: Vec<HeadReplacement>,
    /// The role maps as they are now.
    pub role_maps: Vec<RoleMap>,
    /// The servers as they are now.
    pub servers: Vec<ServerDefinition>,
    /// The old image, if it is deprecated no longer.
    pub image: Option<ImageRecord>,
    /// What stays as it is, and why.
    pub left: Vec<ReplaceLeft>,
}

/// Something that keeps the new image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReplaceLeft {
    /// What.
    pub key: ReplaceKey,
    /// Why.
    pub since: ReplacedSince,
}

/// What became of something since it got another image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "became", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReplacedSince {
    /// It is not there any more, or not seen.
    Gone,
    /// Somebody changed the same again.
    Changed,
    /// The caller may not edit it.
    NotAllowed,
    /// The old image does not fit there any more.
    Unfit {
        /// The refusal.
        reason: String,
    },
}

impl fmt::Display for ReplaceLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}` ", self.key.kind(), self.key)?;
        match &self.since {
            ReplacedSince::Gone => f.write_str("is not there any more"),
            ReplacedSince::Changed => f.write_str("was changed since then, and stays so"),
            ReplacedSince::NotAllowed => f.write_str("cannot be edited by you: ask its owner"),
            ReplacedSince::Unfit { reason } => write!(f, "stays as it is: {reason}"),
        }
    }
}

/// Takes a replacement back: whatever still is as it left it has the old image again (ours). The others
/// are told.
#[must_use]
pub fn undo_replace(replacement: &Replacement, facts: &UndoReplaceFacts<'_>) -> ReplaceUndone {
    let uses = &facts.uses;
    let heads = uses.heads.iter().filter(|it| it.visible);
    let heads: BTreeMap<_, _> = heads.map(|it| (it.lineage, it)).collect();
    let maps = uses.role_maps.iter().filter(|it| it.visible);
    let maps: BTreeMap<_, _> = maps.map(|it| (it.map.id(), it)).collect();
    let servers = uses.servers.iter().filter(|it| it.visible);
    let servers: BTreeMap<_, _> = servers.map(|it| (it.definition.id(), it)).collect();
    let mut undone = ReplaceUndone::default();
    let unusable = facts.old.and_then(unusable);
    for change in &replacement.changes {
        let done = match (change, &unusable) {
            (ReplaceChange::Image { .. }, _) => {
                image(facts, replacement).map(|record| undone.image = Some(record))
            }
            (_, Some(error)) => Err(unfit(error)),
            (ReplaceChange::Head { lineage, places }, _) => {
                head(heads.get(lineage).copied(), places).map(|head| undone.heads.push(head))
            }
            (ReplaceChange::RoleMap { map, location }, _) => {
                role_map(maps.get(map).copied(), location, replacement, facts.old)
                    .map(|map| undone.role_maps.push(map))
            }
            (
                ReplaceChange::Server {
                    server: id,
                    before,
                    after,
                },
                _,
            ) => server(servers.get(id).copied(), before.as_deref(), after)
                .map(|server| undone.servers.push(server)),
        };
        if let Err(since) = done {
            let key = change.key();
            undone.left.push(ReplaceLeft { key, since });
        }
    }
    undone
}

fn head(
    found: Option<&ReplaceHead<'_>>,
    places: &BTreeMap<CloudLocation, ReplacedImage>,
) -> Result<HeadReplacement, ReplacedSince> {
    let head = found.ok_or(ReplacedSince::Gone)?;
    if !head.may_edit {
        return Err(ReplacedSince::NotAllowed);
    }
    let mut edits = Vec::new();
    for (at, image) in places {
        let setting = head.content.settings().get(at);
        let setting = setting.filter(|setting| setting.image().as_str() == image.after);
        let setting = setting.ok_or(ReplacedSince::Changed)?.clone();
        let before = ImageId::from_stored(at.cloud(), &image.before);
        edits.push(HeadEdit::set(at.clone(), setting.with_image(before)));
    }
    HeadReplacement::of(head, edits).map_err(|error| unfit(&error))
}

fn role_map(
    found: Option<&ReplaceRoleMap<'_>>,
    location: &CloudLocation,
    replacement: &Replacement,
    old: Option<&ImageRecord>,
) -> Result<RoleMap, ReplacedSince> {
    let found = found.ok_or(ReplacedSince::Gone)?;
    if !found.may_edit {
        return Err(ReplacedSince::NotAllowed);
    }
    if found.map.images().get(location) != Some(&replacement.new) {
        return Err(ReplacedSince::Changed);
    }
    let old = old.ok_or_else(|| unfit(&"the image that was there before is gone"))?;
    let set = found
        .map
        .clone()
        .with_image(old)
        .map_err(|error| unfit(&error))?;
    Ok(set.map)
}

fn server(
    found: Option<&ReplaceServer<'_>>,
    before: Option<&str>,
    after: &str,
) -> Result<ServerDefinition, ReplacedSince> {
    let found = found.ok_or(ReplacedSince::Gone)?;
    if !found.may_edit {
        return Err(ReplacedSince::NotAllowed);
    }
    let server = found.definition;
    let now = server.overrides().image.as_ref().map(ImageId::as_str);
    if now != Some(after) {
        return Err(ReplacedSince::Changed);
    }
    let edit = match before {
        None => ServerEdit::Inherit(OverrideField::Image),
        Some(before) => ServerEdit::Overlay(Box::new(Overrides {
            image: Some(ImageId::from_stored(server.location().cloud(), before)),
            ..Overrides::default()
        })),
    };
    let edited = server.edited(edit, false, KnownNetworks::Unasked);
    edited.map_err(|error| unfit(&error))
}

fn image(
    facts: &UndoReplaceFacts<'_>,
    replacement: &Replacement,
) -> Result<ImageRecord, ReplacedSince> {
    let old = facts.old.ok_or(ReplacedSince::Gone)?;
    match old.lifecycle() {
        Lifecycle::Deprecated {
            from,
            replacement: named,
            ..
        } if *from == replacement.at && *named == Some(replacement.new) => {}
        _ => return Err(ReplacedSince::Changed),
    }
    if !facts.may_deprecate {
        return Err(ReplacedSince::NotAllowed);
    }
    undeprecate(old).map_err(|error| unfit(&error))
}

/// Nothing comes to use again what cannot be launched.
fn unusable(old: &ImageRecord) -> Option<LifeError> {
    let (id, lifecycle) = (old.id(), old.lifecycle());
    match lifecycle {
        _ if lifecycle.is_usable() => None,
        Lifecycle::Disabled { .. } => Some(LifeError::Disabled { id }),
        _ => Some(LifeError::Deleted { id }),
    }
}

fn unfit(reason: &impl ToString) -> ReplacedSince {
    ReplacedSince::Unfit {
        reason: reason.to_string(),
    }
}
