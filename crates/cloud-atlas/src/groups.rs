//! Account groups: made, joined by invitation, left, deleted.

mod deleting;
mod views;

pub use self::{
    deleting::GroupDeleted,
    views::{GroupRef, GroupView, InvitationView},
};

use crate::{
    Error, NotFound, Noun, Session,
    tables::{GROUPS, KeptGroup, group_name_parts, group_parts},
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_scope::{
    AcceptFacts, AccountGroup, GroupError, GroupId, InvitationCode, InviteFacts, Invited, Level,
    MakeGroup, MakeGroupFacts, Member, Permission, Scope, accept_invitation, cancel_invitation,
    invite, make_group, remove_member,
};
use atlas_store::Partition;

impl Session {
    /// Makes an account group that an account owns (RightScale); it has no member yet.
    ///
    /// # Errors
    ///
    /// The owner is no account, has a group of that name, or the caller may not.
    pub async fn make_group(&self, owner: &Scope, name: &Name) -> Result<AccountGroup, Error> {
        self.write(|unit| async move {
            unit.enter_account(Permission::GroupManage, owner).await?;
            let global = Partition::global();
            let parts = group_name_parts(owner, name);
            let same = GROUPS.find(&unit.tx, &global, "name", parts).await?;
            let same = same.map(|found| found.record.0);
            let facts = MakeGroupFacts {
                same_name: same.as_ref(),
                id: GroupId::from_u128(unit.id()),
                by: unit.who.clone(),
                now: unit.now,
            };
            let request = MakeGroup {
                owner: owner.clone(),
                name: name.clone(),
            };
            let group = make_group(request, facts)?;
            unit.put_group(&group).await?;
            let change = Change::made(name);
            unit.audit(Permission::GroupManage, owner, group.id, change)
                .await?;
            Ok(group)
        })
        .await
    }

    /// Makes an invitation to a group. It can be accepted once, for six days, by whichever account
    /// shows its code, which is told here and never again.
    ///
    /// # Errors
    ///
    /// The account owns no such group, the group is full, or the caller may not.
    pub async fn invite(&self, group: &GroupRef, owner: &Scope) -> Result<Invited, Error> {
        self.write(|unit| async move {
            let group = unit.own_group(group, owner).await?;
            let code = InvitationCode::from_u128(unit.id());
            let facts = InviteFacts {
                code,
                by: unit.who.clone(),
                now: unit.now,
            };
            let invited = invite(group, facts)?;
            unit.put_group(&invited.group).await?;
            let change = Change::made(&format!("invitation {}", invited.invitation.number));
            unit.audit(Permission::GroupManage, owner, invited.group.id, change)
                .await?;
            Ok(invited)
        })
        .await
    }

    /// Takes an invitation back before it is used.
    ///
    /// # Errors
    ///
    /// The account owns no such group, it has no such open invitation, or the caller may not.
    pub async fn cancel_invitation(
        &self,
        group: &GroupRef,
        number: u32,
        owner: &Scope,
    ) -> Result<AccountGroup, Error> {
        self.write(|unit| async move {
            let group = unit.own_group(group, owner).await?;
            let group = cancel_invitation(group, number)?;
            unit.put_group(&group).await?;
            let change = Change::removed(&format!("invitation {number}"));
            unit.audit(Permission::GroupManage, owner, group.id, change)
                .await?;
            Ok(group)
        })
        .await
    }

    /// Makes an account a member of the group that an invitation is to, and uses the invitation up
    /// (RightScale). Both accounts find it in their audit trails.
    ///
    /// # Errors
    ///
    /// No open invitation has this code, it has lapsed, the account owns the group or is in it, or
    /// the caller may not.
    pub async fn accept_invitation(
        &self,
        code: InvitationCode,
        account: &Scope,
    ) -> Result<GroupView, Error> {
        self.write(|unit| async move {
            let action = Permission::InvitationAccept;
            unit.enter_account(action, account).await?;
            let global = Partition::global();
            let digest = code.digest().to_string();
            let group = GROUPS.find(&unit.tx, &global, "code", digest).await?;
            let facts = AcceptFacts {
                group: group.map(|found| found.record.0),
                by: unit.who.clone(),
                now: unit.now,
            };
            let group = accept_invitation(code, account, facts)?;
            unit.put_group(&group).await?;
            for at in [&group.owner, account] {
                let change = Change::made(&format!("member {account}"));
                unit.audit(action, at, group.id, change).await?;
            }
            Ok(GroupView::new(group, account, unit.now))
        })
        .await
    }

    /// Puts an account out of a group. What it has by then stays with it (RightScale); what was
    /// opened to the group is closed to it.
    ///
    /// # Errors
    ///
    /// The account owns no such group, the other is no member, or the caller may not.
    pub async fn remove_member(
        &self,
        group: &GroupRef,
        member: &Scope,
        owner: &Scope,
    ) -> Result<Member, Error> {
        self.write(|unit| async move {
            let group = unit.own_group(group, owner).await?;
            unit.part(group, member, Permission::GroupManage).await
        })
        .await
    }

    /// Takes an account out of a group that it is a member of; needs what accepting needs (ours).
    ///
    /// # Errors
    ///
    /// The account is in no such group, or the caller may not.
    pub async fn leave_group(&self, group: &GroupRef, account: &Scope) -> Result<Member, Error> {
        self.write(|unit| async move {
            let action = Permission::InvitationAccept;
            unit.enter_account(action, account).await?;
            let found = unit.seen_group(group, account).await?;
            unit.part(found, account, action).await
        })
        .await
    }
}

impl Unit {
    /// [`Unit::enter`], of an account: groups are of accounts.
    pub(crate) async fn enter_account(
        &self,
        action: Permission,
        account: &Scope,
    ) -> Result<(), Error> {
        if account.level() != Level::Account {
            let scope = account.clone();
            return Err(GroupError::NotAnAccount { scope }.into());
        }
        self.enter(action, account).await?;
        Ok(())
    }

    /// [`Unit::enter`], of an account or of a scope in it; returns the account.
    pub(crate) async fn enter_within_account(
        &self,
        action: Permission,
        from: &Scope,
    ) -> Result<Scope, Error> {
        let Some(account) = from.account_scope() else {
            let scope = from.clone();
            return Err(GroupError::NotAnAccount { scope }.into());
        };
        self.enter(action, from).await?;
        Ok(account)
    }

    /// A group that an account owns, for somebody who manages its groups.
    async fn own_group(&self, group: &GroupRef, owner: &Scope) -> Result<AccountGroup, Error> {
        self.enter_account(Permission::GroupManage, owner).await?;
        self.owned_group(group, owner).await
    }

    /// A group that an account owns.
    pub(crate) async fn owned_group(
        &self,
        group: &GroupRef,
        owner: &Scope,
    ) -> Result<AccountGroup, Error> {
        let found = self.named_group(group, owner).await?;
        let found = found.filter(|found| found.owner == *owner);
        found.ok_or_else(|| NotFound::new(Noun::Group, group, owner).into())
    }

    /// A group that an account owns or is in.
    pub(crate) async fn seen_group(
        &self,
        group: &GroupRef,
        account: &Scope,
    ) -> Result<AccountGroup, Error> {
        let found = self.named_group(group, account).await?;
        let seen = |found: &AccountGroup| found.owner == *account || found.has_member(account);
        let found = found.filter(seen);
        found.ok_or_else(|| NotFound::new(Noun::Group, group, account).into())
    }

    /// The group of an id, or the one that an account has given a name.
    async fn named_group(
        &self,
        group: &GroupRef,
        owner: &Scope,
    ) -> Result<Option<AccountGroup>, Error> {
        let global = Partition::global();
        let found = match group {
            GroupRef::Id(id) => GROUPS.get(&self.tx, &global, group_parts(*id)).await?,
            GroupRef::Name(name) => {
                let parts = group_name_parts(owner, name);
                let found = GROUPS.find(&self.tx, &global, "name", parts).await?;
                found.map(|found| found.record)
            }
        };
        Ok(found.map(|kept| kept.0))
    }

    async fn put_group(&self, group: &AccountGroup) -> Result<(), Error> {
        let (global, parts) = (Partition::global(), group_parts(group.id));
        let kept = KeptGroup(group.clone());
        Ok(GROUPS.put(&self.tx, &global, parts, &kept).await?)
    }

    /// Takes a member out of a group; both accounts find it in their audit trails.
    async fn part(
        &self,
        group: AccountGroup,
        member: &Scope,
        action: Permission,
    ) -> Result<Member, Error> {
        let (group, gone) = remove_member(group, member)?;
        self.put_group(&group).await?;
        let mut places = vec![&group.owner];
        // The account may be gone since: then nobody is there to be told.
        if self.scope_record(member).await?.is_some() {
            places.push(member);
        }
        for at in places {
            let change = Change::removed(&format!("member {member}"));
            self.audit(action, at, group.id, change).await?;
        }
        Ok(gone)
    }
}
