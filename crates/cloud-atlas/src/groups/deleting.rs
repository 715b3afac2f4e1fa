//! Account groups that are deleted, and what was for them alone.

use super::GroupRef;
use crate::{
    Error, Session,
    tables::{GROUPS, HEAD_OFFERS, PUBLICATIONS, group_parts},
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_market::{TargetGroups, Visibility};
use atlas_scope::{GroupId, Permission, Scope, delete_group};
use atlas_store::Partition;
use serde::Serialize;
use std::collections::BTreeSet;

/// A group that was deleted, and what was for it and is for nobody else now: what was imported stays,
/// and nobody imports it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GroupDeleted {
    /// Its id, which nothing else ever gets.
    pub group: GroupId,
    /// What it was called.
    pub name: Name,
    /// How many active publications no other account sees now.
    pub publications: usize,
    /// How many HEADs are offered to nobody now.
    pub heads: usize,
}

impl Session {
    /// Deletes a group without members; its open invitations go with it, and a group that takes its
    /// name later inherits nothing (RightScale). It tells how much was for it alone (ours).
    ///
    /// # Errors
    ///
    /// The account owns no such group, it has members, or the caller may not.
    pub async fn delete_group(
        &self,
        group: &GroupRef,
        owner: &Scope,
    ) -> Result<GroupDeleted, Error> {
        let (publications, heads) = self.for_it_alone(group, owner).await?;
        self.write(|unit| async move {
            let group = unit.own_group(group, owner).await?;
            delete_group(&group)?;
            let (global, parts) = (Partition::global(), group_parts(group.id));
            GROUPS.delete(&unit.tx, &global, parts).await?;
            let change = Change::removed(&group.name);
            unit.audit(Permission::GroupManage, owner, group.id, change)
                .await?;
            Ok(GroupDeleted {
                group: group.id,
                name: group.name,
                publications,
                heads,
            })
        })
        .await
    }

    /// What is told and refuses nothing is counted before: what a transaction reads counts towards the
    /// limits of small engines.
    async fn for_it_alone(&self, group: &GroupRef, owner: &Scope) -> Result<(usize, usize), Error> {
        let unit = self.read().await?;
        let id = unit.own_group(group, owner).await?.id;
        unit.for_nobody_without(id, owner).await
    }
}

impl Unit {
    /// How many active publications and offered HEADs of an account are for nobody without a group.
    async fn for_nobody_without(
        &self,
        group: GroupId,
        owner: &Scope,
    ) -> Result<(usize, usize), Error> {
        let others = self.groups_owned(owner).await?.into_iter();
        let others: BTreeSet<_> = others.map(|it| it.id).filter(|it| *it != group).collect();
        let is_left = |groups: &TargetGroups| {
            groups.contains(group) && groups.iter().all(|it| !others.contains(&it))
        };
        let global = Partition::global();
        let published = self.all_by(&PUBLICATIONS, "publisher", &global, owner.as_str());
        let published = published.await?.into_iter().map(|kept| kept.0);
        let published = published.filter(|it| match &it.visibility {
            Visibility::Groups(groups) => it.state.is_active() && is_left(groups),
            Visibility::Public => false,
        });
        let publications = published.count();
        let offered = self.all_by(&HEAD_OFFERS, "group", &global, group.to_string());
        let offered = offered.await?.into_iter();
        Ok((
            publications,
            offered.filter(|kept| is_left(&kept.0.groups)).count(),
        ))
    }
}
