//! One image in the place of another, everywhere.

use super::{
    PlanDone, PlanId, other_kind,
    users::{Lists, Named, Users},
};
use crate::{
    Error, Session,
    facts::Looks,
    stored::{StoredMci, place},
    tables::{IMAGES, image_parts},
    undoing::keep,
    unit::Unit,
};
use atlas_history::UndoCause;
use atlas_image::{ImageRecord, ImageRecordId, PlanKind, RoleMap};
use atlas_mci::{Content, Diff};
use atlas_scope::{Permission, Scope};
use atlas_template::{
    HeadReplacement, ReplaceChange, ReplaceError, ReplaceFacts, ReplaceImage, ReplaceKey,
    ReplaceLeft, ReplacePlan, Replacement, ServerDefinition, UndoReplaceFacts, plan_replace,
    replace, undo_replace,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What carrying out a plan to replace an image came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReplaceApplied {
    /// Its id, which takes it back; none where nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanId>,
    /// What changed, in the order of the plan, and what it was before.
    pub changes: Vec<ReplaceChange>,
}

/// What taking a replacement back came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReplacementUndone {
    /// What has the old image again, in the order of the plan.
    pub back: Vec<ReplaceKey>,
    /// What stays as it is, and why.
    pub left: Vec<ReplaceLeft>,
}

impl Session {
    /// Says where one image would take the place of another: in each HEAD, role map and server of the
    /// scopes that uses it, and what stays and why (Scalr for roles; the plan is ours). Nothing
    /// changes.
    ///
    /// Each thing needs the right to edit it, and deprecating the old image that right too: what the
    /// caller may not change is told, and stays. No inventory is asked: the new image is known by its
    /// record.
    ///
    /// # Errors
    ///
    /// One of the images is not visible, the new one cannot take the place, or the scopes are none
    /// that can be chosen together.
    pub async fn plan_replace(
        &self,
        ask: &ReplaceImage,
        from: &Scope,
    ) -> Result<ReplacePlan, Error> {
        let unit = self.read().await?;
        let loaded = Box::pin(unit.replaceable(ask, from)).await?;
        let lists = loaded.users.lists();
        Ok(plan_replace(ask.clone(), &loaded.facts(&lists, &unit))?)
    }

    /// Carries a plan out, or the part of it that was selected: exactly as it stands, in one commit,
    /// or not at all. All is loaded and decided anew, and refused where something moved. What a HEAD
    /// held is kept as an undo point.
    ///
    /// # Errors
    ///
    /// Something moved since the plan was made, which the refusal names; a HEAD cannot hold the new
    /// image; the plan is more than the store commits at once; or see [`Session::plan_replace`].
    pub async fn apply_replace(
        &self,
        plan: &ReplacePlan,
        from: &Scope,
    ) -> Result<ReplaceApplied, Error> {
        self.write(|unit| async move {
            let unit = unit.with_known_grants();
            let loaded = Box::pin(unit.replaceable(plan.ask(), from)).await?;
            let lists = loaded.users.lists();
            let replaced = replace(plan, &loaded.facts(&lists, &unit))?;
            let changed = Changed {
                users: &loaded.users,
                heads: &replaced.heads,
                role_maps: &replaced.role_maps,
                servers: &replaced.servers,
                image: (Some(&loaded.old), replaced.image.as_ref()),
            };
            let replacement = replaced.replacement;
            let images = (replacement.old, replacement.new);
            Box::pin(unit.put_changed(&changed, images)).await?;
            let mut applied = ReplaceApplied {
                plan: None,
                changes: replacement.changes.clone(),
            };
            if !applied.changes.is_empty() {
                let done = PlanDone::Replace(replacement);
                applied.plan = Some(unit.keep_plan(loaded.old.scope(), done).await?);
            }
            Ok(applied)
        })
        .await
    }

    /// Takes a replacement back (ours): whatever still is as it left it has the old image again, and
    /// the others are told. What others edited beside it stays.
    ///
    /// # Errors
    ///
    /// There is no such plan, the caller does not see it, it did something else, or a HEAD cannot
    /// hold the old image again.
    pub async fn undo_replacement(
        &self,
        id: PlanId,
        from: &Scope,
    ) -> Result<ReplacementUndone, Error> {
        self.write(|unit| async move {
            let unit = unit.with_known_grants();
            let stored = unit.applied_plan(id, from).await?;
            let PlanDone::Replace(replacement) = &stored.done else {
                let error = other_kind(PlanKind::Replace, &stored.done);
                return Err(ReplaceError::from(error).into());
            };
            let undone = Box::pin(unit.take_back(replacement, &stored.scope, from)).await?;
            if !undone.back.is_empty() {
                let left = PlanDone::Replace(replacement.clone().left(&undone.left));
                unit.keep_undone(stored, left).await?;
            }
            Ok(undone)
        })
        .await
    }
}

/// What replacing must know, loaded.
struct Loaded {
    old: ImageRecord,
    new: ImageRecord,
    beside_new: Vec<ImageRecord>,
    users: Users,
    may_deprecate: bool,
    may_know_hidden: bool,
}

impl Loaded {
    fn facts<'a>(&'a self, lists: &'a Lists<'a>, unit: &'a Unit) -> ReplaceFacts<'a> {
        ReplaceFacts {
            old: &self.old,
            new: &self.new,
            beside_new: &self.beside_new,
            may_deprecate: self.may_deprecate,
            uses: lists.uses(),
            revisions: &lists.revisions,
            locks: &lists.locks,
            types: &unit.shared.instance_types,
            may_know_hidden: self.may_know_hidden,
            by: &unit.who,
            now: unit.now,
        }
    }
}

/// What has another image, beside what it was.
struct Changed<'a> {
    users: &'a Users,
    heads: &'a [HeadReplacement],
    role_maps: &'a [RoleMap],
    servers: &'a [ServerDefinition],
    /// The old image before and after.
    image: (Option<&'a ImageRecord>, Option<&'a ImageRecord>),
}

impl Unit {
    async fn replaceable(&self, ask: &ReplaceImage, from: &Scope) -> Result<Loaded, Error> {
        let old = self.image(ask.old, from).await?;
        let new = self.seen_image(ask.new, from).await?;
        for scope in &ask.scopes {
            // Those above the caller's are there.
            if !scope.contains(from) {
                self.enter(Permission::ImageView, scope).await?;
            }
        }
        let mut beside_new = Vec::new();
        let place = image_parts(new.location(), new.image_id());
        for (partition, _) in self.partitions_below(old.scope()).await? {
            let found = self
                .all_by(&IMAGES, "image", &partition, place.clone())
                .await?;
            let found = found.into_iter().map(|kept| kept.0);
            beside_new.extend(found.filter(|other| other.id() != new.id()));
        }
        let users = self.users_of(&old, from).await?;
        Ok(Loaded {
            may_deprecate: self.may(Permission::ImageDeprecate, old.scope()).await?,
            may_know_hidden: self.may(Permission::ImageDelete, old.scope()).await?,
            old,
            new,
            beside_new,
            users,
        })
    }

    async fn take_back(
        &self,
        replacement: &Replacement,
        scope: &Scope,
        from: &Scope,
    ) -> Result<ReplacementUndone, Error> {
        let mut named = Named::default();
        for change in &replacement.changes {
            match change {
                ReplaceChange::Head { lineage, .. } => drop(named.heads.insert(*lineage)),
                ReplaceChange::RoleMap { map, .. } => named.role_maps.push(map.to_string()),
                ReplaceChange::Server { server, .. } => named.servers.push(server.to_string()),
                _ => {}
            }
        }
        let partitions = self.partitions_below(scope).await?;
        let users = Users::named(self, &partitions, &named, from).await?;
        let old = match self.seen_image(replacement.old, scope).await {
            Ok(old) => Some(old),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let lists = users.lists();
        let undone = undo_replace(
            replacement,
            &UndoReplaceFacts {
                old: old.as_ref(),
                may_deprecate: self.may(Permission::ImageDeprecate, scope).await?,
                uses: lists.uses(),
            },
        );
        let changed = Changed {
            users: &users,
            heads: &undone.heads,
            role_maps: &undone.role_maps,
            servers: &undone.servers,
            image: (old.as_ref(), undone.image.as_ref()),
        };
        let images = (replacement.new, replacement.old);
        Box::pin(self.put_changed(&changed, images)).await?;
        let left: BTreeSet<_> = undone.left.iter().map(|left| left.key).collect();
        let keys = replacement.changes.iter().map(ReplaceChange::key);
        Ok(ReplacementUndone {
            back: keys.filter(|key| !left.contains(key)).collect(),
            left: undone.left,
        })
    }

    /// Keeps all that has another image: each with an event of its own.
    async fn put_changed(
        &self,
        changed: &Changed<'_>,
        (gone, come): (ImageRecordId, ImageRecordId),
    ) -> Result<(), Error> {
        let Changed { users, .. } = changed;
        // INVARIANT: what changed is one of those that were loaded.
        for head in changed.heads {
            if let Some(mci) = users.heads.get(&head.lineage) {
                let (mut mci, content) = (mci.of.clone(), head.content.clone());
                self.replace_head(&mut mci, content).await?;
            }
        }
        for map in changed.role_maps {
            let images = map.images().iter();
            for (location, _) in images.filter(|(_, image)| **image == come) {
                let images = (Some(gone), come);
                self.put_role_image(map, location, images).await?;
            }
        }
        let servers = users.servers.iter().map(|server| &server.of);
        let servers: BTreeMap<_, _> = servers.map(|it| (it.definition.id(), it)).collect();
        for after in changed.servers {
            if let Some(before) = servers.get(&after.id()) {
                let deployment = &before.deployment;
                self.refuse_buried_in(after, &deployment.scope).await?;
                self.change_server(deployment, &before.definition, after)
                    .await?;
            }
        }
        if let (Some(before), Some(after)) = changed.image {
            self.put_image(Permission::ImageDeprecate, before, after)
                .await?;
        }
        Ok(())
    }

    /// Lets a content take the place of HEAD's, which is kept as an undo point first.
    async fn replace_head(&self, mci: &mut StoredMci, content: Content) -> Result<(), Error> {
        let diff = Diff::between(mci.head.content(), &content);
        self.allowed_in_head(mci, &content, &Looks::default())
            .await?;
        let by = self.author()?;
        let kept = keep(mci, &by, self).keep(&mci.head, UndoCause::Replace)?;
        mci.set_head(mci.head.edited(content))?;
        self.put_kept(mci, kept).await?;
        self.audit_edit(mci, &diff).await
    }

    /// Refuses a server whose image is deleted or about to be.
    async fn refuse_buried_in(
        &self,
        server: &ServerDefinition,
        scope: &Scope,
    ) -> Result<(), Error> {
        let plan = server.plan().map_err(atlas_template::ServerError::from)?;
        let image = plan.setting.image();
        let used = (place(&plan.served_by, image), image.at_place().into_owned());
        self.refuse_buried(scope, &BTreeSet::from([used])).await
    }
}
