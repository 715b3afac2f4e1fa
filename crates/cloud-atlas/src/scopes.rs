//! The tree of scopes.

use crate::{
    Error, Session,
    tables::{
        CREDENTIALS, GRANTS, IMAGES, JOBS, KeptScope, MCIS, SCOPES, grant_parts, partition_of,
        partition_of_record,
    },
    unit::{Change, Unit},
};
use atlas_scope::{
    AccountNumber, AddScope, AddScopeFacts, Contents, Level, Permission, RemoveScopeFacts, Scope,
    ScopeRecord, add_scope, remove_scope,
};
use atlas_store::Partition;

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

    /// The scopes that the caller may see, in order.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn scopes(&self) -> Result<Vec<ScopeRecord>, Error> {
        let unit = self.read().await?;
        let mut records: Vec<ScopeRecord> = Vec::new();
        for kept in unit.all(&SCOPES, &Partition::global(), ()).await? {
            let account = kept.0.scope.clone();
            records.push(kept.0);
            if account.level() == Level::Account {
                let below = unit.all(&SCOPES, &partition_of(&account)?, ()).await?;
                records.extend(below.into_iter().map(|kept| kept.0));
            }
        }
        let mut seen = Vec::new();
        for record in records {
            if unit.may(Permission::ScopeView, &record.scope).await? {
                seen.push(record);
            }
        }
        seen.sort_by(|a, b| a.scope.cmp(&b.scope));
        Ok(seen)
    }

    /// Removes a scope that holds nothing, with the grants on it.
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

impl Unit {
    pub(crate) async fn scope_record(&self, scope: &Scope) -> Result<Option<ScopeRecord>, Error> {
        let found = SCOPES
            .get(&self.tx, &partition_of_record(scope)?, scope.as_str())
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    /// What a scope holds, counted by kind.
    async fn contents(&self, scope: &Scope) -> Result<Contents, Error> {
        let partition = partition_of(scope)?;
        let below = self.all(&SCOPES, &partition, ()).await?;
        let scopes = below
            .iter()
            .filter(|kept| kept.0.scope != *scope && scope.contains(&kept.0.scope));
        let credentials = self.all(&CREDENTIALS, &partition, scope.as_str()).await?;
        let images = self.all(&IMAGES, &partition, ()).await?;
        let mcis = self.all(&MCIS, &partition, ()).await?;
        let jobs = self.all(&JOBS, &partition, ()).await?;
        let mut contents = Contents::empty();
        for (kind, count) in [
            ("scope", scopes.count()),
            ("credential", credentials.len()),
            (
                "image",
                images.iter().filter(|kept| kept.0.scope() == scope).count(),
            ),
            (
                "job",
                jobs.iter().filter(|kept| kept.0.scope == *scope).count(),
            ),
            (
                "MultiCloud Image",
                mcis.iter().filter(|kept| kept.0.scope == *scope).count(),
            ),
        ] {
            if count > 0 {
                contents = contents.with(kind, u64::try_from(count).unwrap_or(u64::MAX));
            }
        }
        Ok(contents)
    }
}
