//! The tree of scopes.

use crate::{
    Error, Page, Paging, Session,
    page::Filling,
    sight::{Sight, account_of},
    tables::{
        CREDENTIALS, DEPLOYMENTS, DISK_IMAGES, GRANTS, GROUPS, IMAGES, JOBS, KeptScope, LOCKS,
        MCIS, POLICIES, ROLE_MAPS, SCOPES, SNAPSHOTS, SUBSCRIPTIONS, TEMPLATES, WORK, grant_parts,
        partition_of, partition_of_record,
    },
    unit::{Change, Unit},
};
use atlas_scope::{
    AccountNumber, AddScope, AddScopeFacts, Contents, Level, Permission, RemoveScopeFacts, Scope,
    ScopeRecord, add_scope, remove_scope,
};
use atlas_store::{Key, KeyPart, Partition, Query};

impl Session {
    /// Adds a scope below one that is there. An account gets a number of 12 digits.
    ///
    /// # Errors
    ///
    /// It is there, its parent is not, or the caller may not.
    pub async fn add_scope(&self, scope: &Scope) -> Result<ScopeRecord, Error> {
        self.write(|unit| {
            let scope = scope.clone();
            async move {
                let above = scope.parent().unwrap_or_else(Scope::global);
                unit.require(Permission::ScopeManage, &above).await?;
                let number = match scope.level() {
                    Level::Account => Some(AccountNumber::from_bits(unit.id())),
                    _ => None,
                };
                let holder = match number {
                    Some(number) => {
                        let global = Partition::global();
                        SCOPES
                            .find(&unit.tx, &global, "number", number.to_string())
                            .await?
                    }
                    None => None,
                };
                let existing = unit.scope_record(&scope).await?;
                let parent = unit.scope_record(&above).await?;
                let facts = AddScopeFacts {
                    existing: existing.as_ref(),
                    parent: parent.as_ref(),
                    number_holder: holder.as_ref().map(|found| &found.record.0),
                    now: unit.now,
                };
                let request = AddScope {
                    scope: scope.clone(),
                    account_number: number,
                };
                let record = add_scope(request, &facts)?;
                let partition = partition_of_record(&scope)?;
                let kept = KeptScope(record.clone());
                SCOPES
                    .insert(&unit.tx, &partition, scope.as_str(), &kept)
                    .await?;
                unit.audit(
                    Permission::ScopeManage,
                    &above,
                    &scope,
                    Change::made(&scope),
                )
                .await?;
                Ok(record)
            }
        })
        .await
    }

    /// The scopes that the caller may see, each account before its environments.
    ///
    /// For a caller who may not see all of them, a page reads her grants in each account that it
    /// passes.
    ///
    /// # Errors
    ///
    /// The page is none of this list.
    pub async fn scopes(&self, paging: &Paging) -> Result<Page<ScopeRecord>, Error> {
        let unit = self.read().await?;
        let list = (SCOPES.space(), "seen");
        let (mut filling, after) = Filling::begin(&unit, &list, paging)?;
        let sight = unit.sight(Permission::ScopeView).await?;
        let mut after = match after {
            Some(row) => match passing(&row)? {
                Some((at, account)) => {
                    let below = unit.sight_into(&sight, &account).await?;
                    if !unit
                        .below(&mut filling, &below, &account, Some(row))
                        .await?
                    {
                        return Ok(filling.end());
                    }
                    Some(at)
                }
                None => Some(row),
            },
            None => None,
        };
        loop {
            let query = Query::all(&Partition::global()).limit(filling.missing());
            let page = SCOPES.query(&unit.tx, &query.after(after)).await?;
            for found in page.found {
                let (row, KeptScope(record)) = (found.row, found.record);
                if record.scope.level() != Level::Account {
                    if sight.all && !filling.take(row, record) {
                        return Ok(filling.end());
                    }
                    continue;
                }
                let account = record.scope.clone();
                let below = unit.sight_into(&sight, &account).await?;
                if below.all && !filling.take(row, record)
                    || !unit.below(&mut filling, &below, &account, None).await?
                {
                    return Ok(filling.end());
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(filling.end());
            }
        }
    }

    /// Removes a scope that holds nothing, with the grants on it and the access keys for it.
    ///
    /// # Errors
    ///
    /// It is not there, holds something, has more grants on it than one commit of the store can
    /// remove, or the caller may not.
    pub async fn remove_scope(&self, scope: &Scope) -> Result<(), Error> {
        self.write(|unit| {
            let scope = scope.clone();
            async move {
                let above = scope.parent().unwrap_or_else(Scope::global);
                unit.require(Permission::ScopeManage, &above).await?;
                let partition = partition_of(&scope)?;
                let contents = unit.contents(&scope).await?;
                let grants = unit.all(&GRANTS, &partition, ()).await?;
                let grants: Vec<_> = grants.into_iter().map(|kept| kept.0).collect();
                let record = unit.scope_record(&scope).await?;
                let facts = RemoveScopeFacts {
                    record: record.as_ref(),
                    contents: &contents,
                    grants: &grants,
                };
                let removed = remove_scope(&scope, &facts)?;
                for grant in &removed.grants {
                    GRANTS
                        .delete(&unit.tx, &partition, grant_parts(grant))
                        .await?;
                }
                unit.forget_default(&scope).await?;
                unit.forget_disk_quota(&scope).await?;
                unit.forget_keys_at(&scope).await?;
                let at = partition_of_record(&scope)?;
                SCOPES.delete(&unit.tx, &at, scope.as_str()).await?;
                unit.audit(
                    Permission::ScopeManage,
                    &above,
                    &scope,
                    Change::removed(&scope),
                )
                .await?;
                unit.admits_grants(removed.grants.len())
            }
        })
        .await
    }
}

/// The account that a list of scopes is passing where it goes on behind a row, and where that account
/// stands: its environments come next, or what is left of them.
fn passing(row: &Key) -> Result<Option<(Key, Scope)>, Error> {
    if let Some(passing) = account_of(&row.partition())? {
        return Ok(Some(passing));
    }
    let text = row.parts().next().and_then(KeyPart::as_text);
    let scope = text.and_then(|text| Scope::parse(&text).ok());
    let account = scope.filter(|scope| scope.level() == Level::Account);
    match account {
        Some(account) => account_of(&partition_of(&account)?),
        None => Ok(None),
    }
}

impl Unit {
    /// Takes the environments of an account that the caller may see; tells whether to go on.
    async fn below(
        &self,
        filling: &mut Filling<'_, ScopeRecord>,
        sight: &Sight,
        account: &Scope,
        after: Option<Key>,
    ) -> Result<bool, Error> {
        if !sight.sees_any(self) {
            return Ok(true);
        }
        // A row of another partition leaves the range as it is.
        let at = partition_of(account)?;
        let after = after.filter(|row| row.partition() == at);
        let query = Query::all(&at).limit(filling.missing()).after(after);
        let seen = |kept: &KeptScope| sight.sees(self, &kept.0.scope);
        let page = SCOPES.query_where(&self.tx, &query, seen).await?;
        let mut found = page.found.into_iter();
        Ok(found.all(|found| filling.take(found.row, found.record.0)))
    }

    pub(crate) async fn scope_record(&self, scope: &Scope) -> Result<Option<ScopeRecord>, Error> {
        let found = SCOPES
            .get(&self.tx, &partition_of_record(scope)?, scope.as_str())
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    /// What a scope holds, counted by kind.
    pub(crate) async fn contents(&self, scope: &Scope) -> Result<Contents, Error> {
        let partition = partition_of(scope)?;
        let below = self.all(&SCOPES, &partition, ()).await?;
        let scopes = below
            .iter()
            .filter(|kept| kept.0.scope != *scope && scope.contains(&kept.0.scope));
        let credentials = self.all(&CREDENTIALS, &partition, scope.as_str()).await?;
        let here = scope.as_str();
        let images = self.all_by(&IMAGES, "scope", &partition, here).await?;
        let mcis = self.all_by(&MCIS, "name", &partition, here).await?;
        let templates = self.all_by(&TEMPLATES, "name", &partition, here).await?;
        let policies = self.all(&POLICIES, &partition, here).await?;
        let maps = self.all_by(&ROLE_MAPS, "name", &partition, here).await?;
        let deployments = self.all(&DEPLOYMENTS, &partition, here).await?;
        let (default, deployments): (Vec<_>, Vec<_>) = deployments
            .iter()
            .map(|kept| &kept.0)
            .partition(|deployment| deployment.is_default());
        // The servers of others are there as long as their deployments are.
        let servers = match default.first() {
            Some(default) => self.servers_of(default).await?.len(),
            None => 0,
        };
        let jobs = self.all(&JOBS, &partition, ()).await?;
        let jobs = jobs.iter().filter(|kept| kept.0.scope == *scope);
        let locks = self.all_by(&LOCKS, "name", &partition, here).await?;
        let work = self.all_by(&WORK, "waiting", &partition, ()).await?;
        let work = work.iter().filter(|kept| kept.0.scope == *scope);
        let snapshots = self.all(&SNAPSHOTS, &partition, here).await?;
        let disks = self.all_by(&DISK_IMAGES, "name", &partition, here).await?;
        let (mut groups, mut memberships, mut followed) = (0, 0, 0);
        if scope.level() == Level::Account {
            followed = self.all(&SUBSCRIPTIONS, &partition, ()).await?.len();
            let global = Partition::global();
            groups = self.all_by(&GROUPS, "name", &global, here).await?.len();
            memberships = self.all_by(&GROUPS, "member", &global, here).await?.len();
        }
        let mut contents = Contents::empty();
        for (kind, count) in [
            ("scope", scopes.count()),
            ("credential", credentials.len()),
            ("image", images.len()),
            ("disk image", disks.len()),
            ("snapshot", snapshots.len()),
            ("account group", groups),
            ("membership of an account group", memberships),
            ("subscription", followed),
            ("role map", maps.len()),
            ("policy", policies.len()),
            ("job", jobs.count()),
            ("open work order", work.count()),
            ("MultiCloud Image", mcis.len()),
            ("ServerTemplate", templates.len()),
            ("registered lock", locks.len()),
            ("deployment", deployments.len()),
            ("server", servers),
        ] {
            if count > 0 {
                contents = contents.with(kind, u64::try_from(count).unwrap_or(u64::MAX));
            }
        }
        Ok(contents)
    }
}
