//! An image and all that was made from it, with who uses each.

use crate::{
    Error,
    referrers::{Linking, States},
    tables::{IMAGES, image_parts},
    unit::Unit,
};
use atlas_image::{
    ImageRecord, ImageRecordId, PlanItem, RevokeFacts, RevokeItem, RevokeRecord, Usage,
};
use atlas_scope::{Permission, Scope, visible};
use std::collections::{BTreeMap, BTreeSet};

/// What a revocation must know, loaded.
pub(super) struct Family {
    members: Vec<Member>,
    may_know_hidden: bool,
}

/// One image of a family.
pub(super) struct Member {
    pub(super) record: ImageRecord,
    /// The record that it was made from.
    pub(super) from: Option<ImageRecordId>,
    pub(super) visible: bool,
    pub(super) may_disable: bool,
    pub(super) usage: Option<Usage>,
    /// Launch permissions, of what the caller may disable.
    pub(super) permissions: usize,
}

impl Family {
    pub(super) fn records(&self) -> Vec<RevokeRecord<'_>> {
        self.members.iter().map(Member::told).collect()
    }

    pub(super) fn facts<'a>(
        &'a self,
        records: &'a [RevokeRecord<'a>],
        unit: &'a Unit,
    ) -> RevokeFacts<'a> {
        RevokeFacts {
            records,
            may_know_hidden: self.may_know_hidden,
            by: &unit.who,
            now: unit.now,
        }
    }

    /// The records as they are kept, by id.
    pub(super) fn by_id(&self) -> BTreeMap<ImageRecordId, &ImageRecord> {
        let records = self.members.iter().map(|member| &member.record);
        records.map(|record| (record.id(), record)).collect()
    }
}

impl Member {
    pub(super) fn told(&self) -> RevokeRecord<'_> {
        let mut told = RevokeRecord::new(&self.record);
        told.from = self.from;
        told.visible = self.visible;
        told.may_disable = self.may_disable;
        told.usage = self.usage.as_ref();
        told.permissions = self.permissions;
        told
    }
}

impl Unit {
    /// Loads an image that the caller may disable, and all that was made from it.
    pub(super) async fn family(&self, root: ImageRecordId, from: &Scope) -> Result<Family, Error> {
        let root = self.image_for(root, from, Permission::ImageDisable).await?;
        let may_know_hidden = self.may(Permission::ImageDelete, root.scope()).await?;
        let mut standing = Standing::new(self, from);
        let mut members = vec![Member {
            from: None,
            visible: true,
            may_disable: true,
            usage: None,
            permissions: 0,
            record: root,
        }];
        let mut seen: BTreeSet<_> = members.iter().map(|it| it.record.id()).collect();
        let (mut next, mut count) = (0, 0_usize);
        while let Some(parent) = members.get(next) {
            next += 1;
            let id = parent.record.id();
            for record in self.made_from(&parent.record).await? {
                if !seen.insert(record.id()) {
                    continue;
                }
                let member = standing.member(record, Some(id)).await?;
                count += usize::from(member.visible);
                members.push(member);
            }
            if count > RevokeItem::MOST_CHANGES {
                break;
            }
        }
        // One that is too large is refused, whoever uses it.
        if count < RevokeItem::MOST_CHANGES {
            let (mut states, mut linking) = (States::default(), Linking::default());
            for member in members.iter_mut().filter(|member| member.visible) {
                let usage = self.hit_by(&member.record, from, &mut states, &mut linking);
                member.usage = Some(usage.await?);
                if member.may_disable {
                    let permissions = self.permissions_of(&member.record).await?.permissions;
                    member.permissions = permissions.len();
                }
            }
        }
        Ok(Family {
            members,
            may_know_hidden,
        })
    }

    /// The records of what was copied or bundled from an image, or made from it as its cloud says:
    /// wherever somebody may use it.
    async fn made_from(&self, parent: &ImageRecord) -> Result<Vec<ImageRecord>, Error> {
        let mut made = Vec::new();
        let (id, opened) = (parent.id(), self.opened_to(parent).await?);
        let source = image_parts(parent.location(), parent.image_id());
        for (partition, _) in self.places_reached(parent, &opened).await? {
            let named = self.all_by(&IMAGES, "named", &partition, id.to_string());
            let named = named.await?.into_iter().map(|kept| kept.0);
            made.extend(named.filter(|child| child.origin().parent() == Some(id)));
            let told = self.all_by(&IMAGES, "source", &partition, source.clone());
            for child in told.await?.into_iter().map(|kept| kept.0) {
                if self.counts_at(parent, child.scope()).await? {
                    made.push(child);
                }
            }
        }
        Ok(made)
    }
}

/// What the caller sees and may disable, scope by scope.
pub(super) struct Standing<'a> {
    unit: &'a Unit,
    from: &'a Scope,
    known: BTreeMap<Scope, (bool, bool)>,
}

impl<'a> Standing<'a> {
    pub(super) fn new(unit: &'a Unit, from: &'a Scope) -> Self {
        Self {
            unit,
            from,
            known: BTreeMap::new(),
        }
    }

    /// A record as the caller stands to it.
    pub(super) async fn member(
        &mut self,
        record: ImageRecord,
        from: Option<ImageRecordId>,
    ) -> Result<Member, Error> {
        let scope = record.scope();
        let (sees, may_disable) = if let Some(known) = self.known.get(scope) {
            *known
        } else {
            let sees = self.unit.may(Permission::ImageView, scope).await?;
            let may = self.unit.may(Permission::ImageDisable, scope).await?;
            self.known.insert(scope.clone(), (sees, may));
            (sees, may)
        };
        Ok(Member {
            visible: sees || visible(scope, record.shared(), self.from),
            may_disable,
            usage: None,
            permissions: 0,
            from,
            record,
        })
    }
}
