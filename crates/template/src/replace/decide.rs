//! What becomes of each user of an image.

mod fit;

use self::fit::{notes, unfit};
use super::{
    HeadReplacement, ReplaceChange, ReplaceFacts, ReplaceFate, ReplaceHead, ReplaceImage,
    ReplaceItem, ReplaceKey, ReplaceNote, ReplaceRoleMap, ReplaceServer, ReplaceStays, ReplaceUndo,
};
use crate::ServerDefinition;
use atlas_base::{CanonicalError, canonical};
use atlas_image::{Hidden, ImageRecord, RoleMap, deprecate};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;
use serde::Serialize;

/// A line of the plan, and the change itself where it is one.
pub(super) struct Decided {
    pub(super) item: ReplaceItem,
    pub(super) change: Option<(Changed, ReplaceChange)>,
}

/// Something with the new image in it.
pub(super) enum Changed {
    Head(Box<HeadReplacement>),
    RoleMap(Box<RoleMap>),
    Server(Box<ServerDefinition>),
    Image(Box<ImageRecord>),
}

/// What would be changed, how that is taken back, and what is worth saying.
type Fitting = (Changed, ReplaceChange, ReplaceUndo, Vec<ReplaceNote>);

/// Something that uses the image.
struct User<'a> {
    key: ReplaceKey,
    scope: &'a Scope,
    name: String,
    places: Vec<CloudLocation>,
    visible: bool,
    may_edit: bool,
}

/// Every line in order, and how many users the caller does not see.
pub(super) fn decide(
    request: &ReplaceImage,
    facts: &ReplaceFacts<'_>,
) -> Result<(Vec<Decided>, Hidden), CanonicalError> {
    let mut lines = Lines {
        request,
        facts,
        notes: notes(facts),
        decided: Vec::new(),
        hidden: Hidden::default(),
    };
    for head in facts.uses.heads {
        lines.head(head)?;
    }
    for map in facts.uses.role_maps {
        lines.role_map(map)?;
    }
    for server in facts.uses.servers {
        lines.server(server)?;
    }
    lines.image()?;
    for found in facts.revisions {
        let name = format!("{}@{}", found.name, found.revision.number);
        let key = ReplaceKey::Revision(found.revision);
        lines.stays(
            User::fixed(key, found.scope, name, found.visible),
            ReplaceStays::Committed,
        )?;
    }
    for found in facts.locks {
        let (key, scope) = (ReplaceKey::Lock(found.lock.id()), found.lock.scope());
        let name = found.lock.name().to_string();
        let user = User::fixed(key, scope, name, found.visible);
        lines.stays(user, ReplaceStays::Locked)?;
    }
    let Lines {
        mut decided,
        hidden,
        ..
    } = lines;
    let place = |item: &ReplaceItem| (item.scope.clone(), item.key);
    decided.sort_by_cached_key(|it| place(&it.item));
    Ok((decided, hidden))
}

impl<'a> User<'a> {
    /// Something that cannot change.
    fn fixed(key: ReplaceKey, scope: &'a Scope, name: String, visible: bool) -> Self {
        Self {
            key,
            scope,
            name,
            places: Vec::new(),
            visible,
            may_edit: false,
        }
    }
}

struct Lines<'a> {
    request: &'a ReplaceImage,
    facts: &'a ReplaceFacts<'a>,
    /// What is worth saying of the new image wherever it goes.
    notes: Vec<ReplaceNote>,
    decided: Vec<Decided>,
    hidden: Hidden,
}

impl Lines<'_> {
    /// Adds a line, unless the caller does not see what it is about. `of` is what the change is decided
    /// from, and `fitted` what comes of it.
    fn add(
        &mut self,
        user: User<'_>,
        of: &impl Serialize,
        fitted: impl FnOnce(&Self) -> Result<Fitting, ReplaceStays>,
    ) -> Result<(), CanonicalError> {
        let is_here = self.facts.old.scope().contains(user.scope);
        if !user.visible {
            let count = if is_here {
                &mut self.hidden.here
            } else {
                &mut self.hidden.elsewhere
            };
            *count += 1;
            return Ok(());
        }
        let fitted = if !is_here {
            Err(ReplaceStays::Elsewhere)
        } else if !self.request.scopes.contains(user.scope) {
            Err(ReplaceStays::ScopeNotChosen)
        } else if user.may_edit {
            fitted(self)
        } else {
            Err(ReplaceStays::NotAllowed)
        };
        self.push(user, of, ReplaceFate::Replace, fitted)
    }

    fn push(
        &mut self,
        user: User<'_>,
        of: &impl Serialize,
        change: ReplaceFate,
        fitted: Result<Fitting, ReplaceStays>,
    ) -> Result<(), CanonicalError> {
        let (fate, change, undo, notes) = match fitted {
            Ok((changed, back, undo, notes)) => (change, Some((changed, back)), Some(undo), notes),
            Err(because) => (ReplaceFate::Stay { because }, None, None, Vec::new()),
        };
        let from = (user.key, user.scope, &fate, &notes, of);
        let expects = canonical::digest("cloud-atlas/replace-item/1", &from)?;
        let item = ReplaceItem {
            key: user.key,
            scope: user.scope.clone(),
            name: user.name,
            places: user.places,
            fate,
            notes,
            undo,
            expects,
        };
        self.decided.push(Decided { item, change });
        Ok(())
    }

    /// Something that cannot change, at whatever scope.
    fn stays(&mut self, user: User<'_>, because: ReplaceStays) -> Result<(), CanonicalError> {
        if !user.visible {
            return self.add(user, &(), |_| Err(because));
        }
        self.push(user, &(), ReplaceFate::Replace, Err(because))
    }

    fn head(&mut self, head: &ReplaceHead<'_>) -> Result<(), CanonicalError> {
        let old = self.facts.old;
        let settings = head.content.settings().iter();
        let found = settings.filter(|(at, setting)| refers_to(setting.image(), at, old));
        let found: Vec<_> = found.collect();
        if found.is_empty() {
            return Ok(());
        }
        let user = User {
            key: ReplaceKey::Head(head.lineage),
            scope: head.scope,
            name: format!("{}@head", head.content.nickname()),
            places: found.iter().map(|(at, _)| (*at).clone()).collect(),
            visible: head.visible,
            may_edit: head.may_edit,
        };
        let parts = found
            .iter()
            .map(|(at, setting)| (*at, setting.image(), setting.instance_type()));
        let parts: Vec<_> = parts.collect();
        self.add(user, &parts, |lines| lines.fit_head(head, &found))
    }

    fn role_map(&mut self, found: &ReplaceRoleMap<'_>) -> Result<(), CanonicalError> {
        let (map, old) = (found.map, self.facts.old);
        let images = map.images().iter();
        let here = images.filter(|(_, image)| **image == old.id());
        let places: Vec<_> = here.map(|(at, _)| at.clone()).collect();
        let Some(at) = places.first().cloned() else {
            return Ok(());
        };
        let user = User {
            key: ReplaceKey::RoleMap(map.id()),
            scope: map.scope(),
            name: map.name().to_string(),
            places,
            visible: found.visible,
            may_edit: found.may_edit,
        };
        let needs = (map.os(), map.needs(), &at);
        self.add(user, &needs, |lines| lines.fit_role_map(map, &at))
    }

    fn server(&mut self, found: &ReplaceServer<'_>) -> Result<(), CanonicalError> {
        let (server, old) = (found.definition, self.facts.old);
        let Ok(plan) = server.plan() else {
            // Its overrides cannot stand there, so that it launches nothing at all.
            return Ok(());
        };
        if !refers_to(plan.setting.image(), &plan.served_by, old) {
            return Ok(());
        }
        let user = User {
            key: ReplaceKey::Server(server.id()),
            scope: found.scope,
            name: format!("{}:{}", found.deployment, server.name()),
            places: vec![server.location().clone()],
            visible: found.visible,
            may_edit: found.may_edit,
        };
        let before = server.overrides().image.as_ref();
        let inherited = &server.inherited().entry.image;
        let instance_type = plan.setting.instance_type();
        let from = (&plan.served_by, inherited, before, instance_type);
        self.add(user, &from, |lines| {
            lines.fit_server(found, &plan.served_by, &plan.setting)
        })
    }

    /// The old image itself, where it is to be deprecated.
    fn image(&mut self) -> Result<(), CanonicalError> {
        let (old, facts) = (self.facts.old, self.facts);
        let Some(asked) = &self.request.deprecate else {
            return Ok(());
        };
        let fitted = if facts.may_deprecate {
            let reason = asked.reason.clone();
            let deprecated = deprecate(old, facts.now, reason, Some(facts.new));
            deprecated.map_err(|error| unfit(&error)).map(|record| {
                let back = ReplaceChange::Image { record: old.id() };
                let changed = Changed::Image(Box::new(record));
                (changed, back, ReplaceUndo::Undeprecate, Vec::new())
            })
        } else {
            Err(ReplaceStays::NotAllowed)
        };
        let user = User {
            key: ReplaceKey::Image(old.id()),
            scope: old.scope(),
            name: old.name().to_owned(),
            places: vec![old.location().clone()],
            visible: true,
            may_edit: facts.may_deprecate,
        };
        self.push(user, old.lifecycle(), ReplaceFate::Deprecate, fitted)
    }
}

/// Whether an image at a location of a setting is that of a record: one that is common to all regions
/// has its record at the cloud alone (Scalr; I02).
pub(super) fn refers_to(image: &ImageId, at: &CloudLocation, record: &ImageRecord) -> bool {
    let placed = image.record_location(at);
    let place = placed.as_ref().map_or(at, |placed| &placed.location);
    place == record.location() && *image.at_place() == *record.image_id()
}
