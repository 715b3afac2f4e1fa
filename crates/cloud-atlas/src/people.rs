//! Principals and grants.

use crate::{
    Error, Page, Paging, Session,
    page::Filling,
    sight::{Sight, account_of},
    tables::{
        GRANTS, KeptGrant, KeptPrincipal, PRINCIPALS, SCOPES, grant_parts, partition_of,
        principal_parts,
    },
    unit::{Change, Unit},
};
use atlas_base::Timestamp;
use atlas_scope::{
    Grant, GrantFacts, Granted, Level, Permission, PrincipalId, PrincipalRecord, Role, Scope,
    add_principal, grant, remove_principal, revoke,
};
use atlas_store::{Key, Partition, Parts, Query, StoreError};

impl Session {
    /// Adds a principal; what she may do comes with grants.
    ///
    /// # Errors
    ///
    /// She is there, or the caller may not.
    pub async fn add_principal(&self, principal: &PrincipalId) -> Result<PrincipalRecord, Error> {
        self.write(|unit| {
            let principal = principal.clone();
            async move {
                let global = Scope::global();
                unit.require(Permission::PrincipalManage, &global).await?;
                let existing = unit.principal_record(&principal).await?;
                let record = add_principal(principal.clone(), existing.as_ref(), unit.now)?;
                let (at, kept) = (Partition::global(), KeptPrincipal(record.clone()));
                PRINCIPALS
                    .insert(&unit.tx, &at, principal_parts(&principal), &kept)
                    .await?;
                let change = Change::made(&principal);
                unit.audit(Permission::PrincipalManage, &global, &principal, change)
                    .await?;
                Ok(record)
            }
        })
        .await
    }

    /// The principals, by id.
    ///
    /// # Errors
    ///
    /// The caller may not see them, or the page is none of this list.
    pub async fn principals(&self, paging: &Paging) -> Result<Page<PrincipalRecord>, Error> {
        let unit = self.read().await?;
        unit.require(Permission::PrincipalView, &Scope::global())
            .await?;
        let query = Query::all(&Partition::global());
        unit.page(&PRINCIPALS, vec![query], paging, |kept| Ok(kept.0))
            .await
    }

    /// Removes a principal with all grants and access keys she holds.
    ///
    /// # Errors
    ///
    /// She is not there, is the last administrator, holds more grants than one commit of the store
    /// can remove, or the caller may not.
    pub async fn remove_principal(&self, principal: &PrincipalId) -> Result<(), Error> {
        self.write(|unit| {
            let principal = principal.clone();
            async move {
                let global = Scope::global();
                unit.require(Permission::PrincipalManage, &global).await?;
                let record = unit.principal_record(&principal).await?;
                let grants = unit.every_grant().await?;
                let roles = &unit.shared.roles;
                let removed = remove_principal(&principal, record.as_ref(), &grants, roles)?;
                for grant in &removed.grants {
                    let partition = partition_of(&grant.scope)?;
                    GRANTS
                        .delete(&unit.tx, &partition, grant_parts(grant))
                        .await?;
                }
                let at = Partition::global();
                unit.forget_keys_of(&principal).await?;
                PRINCIPALS
                    .delete(&unit.tx, &at, principal_parts(&principal))
                    .await?;
                let change = Change::removed(&principal);
                unit.audit(Permission::PrincipalManage, &global, &principal, change)
                    .await?;
                unit.admits_grants(removed.grants.len())
            }
        })
        .await
    }

    /// Gives a principal a role at a scope, perhaps until a moment.
    ///
    /// # Errors
    ///
    /// The principal, the scope or the role is not there, or the caller may not.
    pub async fn grant(
        &self,
        principal: &PrincipalId,
        role: &Role,
        scope: &Scope,
        until: Option<Timestamp>,
    ) -> Result<Granted, Error> {
        self.write(|unit| {
            let mut wanted = Grant::new(principal.clone(), role.clone(), scope.clone());
            wanted.expires = until;
            async move {
                unit.require(Permission::GrantManage, &wanted.scope).await?;
                let partition = partition_of(&wanted.scope)?;
                let grants = unit.grants_in(&partition).await?;
                let record = unit.principal_record(&wanted.principal).await?;
                let at = unit.scope_record(&wanted.scope).await?;
                let facts = GrantFacts {
                    principal: record.as_ref(),
                    scope: at.as_ref(),
                    grants: &grants,
                    roles: &unit.shared.roles,
                    now: unit.now,
                };
                let granted = grant(wanted, &facts)?;
                let kept = KeptGrant(granted.grant.clone());
                let parts = grant_parts(&granted.grant);
                GRANTS.put(&unit.tx, &partition, parts, &kept).await?;
                let Grant {
                    principal, scope, ..
                } = &granted.grant;
                let change = match &granted.replaces {
                    Some(before) => Change::between(&told(before), &told(&granted.grant)),
                    None => Change::made(&told(&granted.grant)),
                };
                unit.audit(Permission::GrantManage, scope, principal, change)
                    .await?;
                Ok(granted)
            }
        })
        .await
    }

    /// Takes a role at a scope away from a principal.
    ///
    /// # Errors
    ///
    /// She does not hold it there, is the last administrator, or the caller may not.
    pub async fn revoke(
        &self,
        principal: &PrincipalId,
        role: &Role,
        scope: &Scope,
    ) -> Result<Grant, Error> {
        self.write(|unit| {
            let (principal, role, scope) = (principal.clone(), role.clone(), scope.clone());
            async move {
                unit.require(Permission::GrantManage, &scope).await?;
                let partition = partition_of(&scope)?;
                let grants = unit.grants_in(&partition).await?;
                let found = revoke(&principal, &role, &scope, &grants, &unit.shared.roles)?;
                GRANTS
                    .delete(&unit.tx, &partition, grant_parts(&found))
                    .await?;
                let change = Change::removed(&told(&found));
                unit.audit(Permission::GrantManage, &scope, &principal, change)
                    .await?;
                Ok(found)
            }
        })
        .await
    }

    /// The grants on scopes that the caller may see and her own, of everybody or of one principal:
    /// those at `/`, then account by account, by principal, scope and role.
    ///
    /// For a caller who may not see all of them, a page reads her grants in each account that it
    /// passes.
    ///
    /// # Errors
    ///
    /// The page is none of this list.
    pub async fn grants(
        &self,
        of: Option<&PrincipalId>,
        paging: &Paging,
    ) -> Result<Page<Grant>, Error> {
        let unit = self.read().await?;
        let list = (GRANTS.space(), of);
        let (mut filling, after) = Filling::begin(&unit, &list, paging)?;
        let sight = unit.sight(Permission::GrantView).await?;
        let begin = match &after {
            Some(row) => account_of(&row.partition())?,
            None => None,
        };
        let (first, partition, mut passed) = match begin {
            Some((at, account)) => {
                let inside = unit.sight_into(&sight, &account).await?;
                (inside, partition_of(&account)?, Some(at))
            }
            None => (sight.clone(), Partition::global(), None),
        };
        let filled = &mut filling;
        if !unit
            .seen_grants(filled, &first, &partition, of, after)
            .await?
        {
            return Ok(filling.end());
        }
        loop {
            let query = Query::all(&Partition::global()).after(passed);
            let page = SCOPES.query(&unit.tx, &query).await?;
            for found in page.found {
                let account = found.record.0.scope;
                if account.level() != Level::Account {
                    continue;
                }
                let inside = unit.sight_into(&sight, &account).await?;
                let partition = partition_of(&account)?;
                if !unit
                    .seen_grants(&mut filling, &inside, &partition, of, None)
                    .await?
                {
                    return Ok(filling.end());
                }
            }
            passed = page.next;
            if passed.is_none() {
                return Ok(filling.end());
            }
        }
    }
}

impl Unit {
    /// Takes the grants of a partition that the caller may see; tells whether to go on.
    async fn seen_grants(
        &self,
        filling: &mut Filling<'_, Grant>,
        sight: &Sight,
        partition: &Partition,
        of: Option<&PrincipalId>,
        after: Option<Key>,
    ) -> Result<bool, Error> {
        let of = if sight.sees_any(self) {
            of
        } else if sight.own && of.is_none_or(|who| *who == self.who) {
            // Of others there is nothing that she may see.
            Some(&self.who)
        } else {
            return Ok(true);
        };
        let prefix = of.map_or_else(Parts::new, |who| Parts::from(who.as_str()));
        let query = Query::all(partition).prefix(prefix);
        let query = query.limit(filling.missing()).after(after);
        let seen =
            |kept: &KeptGrant| kept.0.principal == self.who || sight.sees(self, &kept.0.scope);
        let page = GRANTS.query_where(&self.tx, &query, seen).await?;
        let mut found = page.found.into_iter();
        Ok(found.all(|found| filling.take(found.row, found.record.0)))
    }

    pub(crate) async fn principal_record(
        &self,
        who: &PrincipalId,
    ) -> Result<Option<PrincipalRecord>, Error> {
        let found = PRINCIPALS
            .get(&self.tx, &Partition::global(), principal_parts(who))
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    /// Refuses a change that takes more grants with it than a commit holds.
    pub(crate) fn admits_grants(&self, grants: usize) -> Result<(), Error> {
        match self.shared.store.capability().admits(&self.tx.weight()) {
            Err(StoreError::TooLarge { what, limit, found }) if grants > 0 => {
                Err(Error::TooManyGrants {
                    grants,
                    what,
                    limit,
                    found,
                })
            }
            admitted => Ok(admitted?),
        }
    }

    async fn grants_in(&self, partition: &Partition) -> Result<Vec<Grant>, Error> {
        let found = self.all(&GRANTS, partition, ()).await?;
        Ok(found.into_iter().map(|kept| kept.0).collect())
    }

    pub(crate) async fn every_grant(&self) -> Result<Vec<Grant>, Error> {
        let mut grants = self.grants_in(&Partition::global()).await?;
        for account in self.accounts().await? {
            grants.extend(self.grants_in(&account).await?);
        }
        Ok(grants)
    }

    /// The partitions of all accounts.
    pub(crate) async fn accounts(&self) -> Result<Vec<Partition>, Error> {
        let scopes = self.all(&SCOPES, &Partition::global(), ()).await?;
        let accounts = scopes
            .iter()
            .filter(|kept| kept.0.scope.level() == Level::Account);
        accounts.map(|kept| partition_of(&kept.0.scope)).collect()
    }
}

/// A grant as its event tells it: principal and scope are the event's own.
fn told(grant: &Grant) -> String {
    match grant.expires {
        Some(expires) => format!("{} until {expires}", grant.role),
        None => grant.role.to_string(),
    }
}
