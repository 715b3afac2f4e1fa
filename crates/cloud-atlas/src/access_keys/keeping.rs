//! What a unit of work does with the access keys that are kept.

use crate::{
    Error, NotFound, Noun,
    tables::{ACCESS_KEYS, KeptAccessKey, access_key_parts},
    unit::{Change, Unit},
};
use atlas_scope::{
    AccessKey, AccessKeyId, AccessKeyRecord, AddAccessKeyFacts, Permission, PrincipalId,
    PrincipalRecord, Scope, ScopeRecord, SealedSecret,
};
use atlas_store::Partition;

/// What is there when a key is added.
pub(super) struct KeyFacts {
    principal: Option<PrincipalRecord>,
    scope: Option<ScopeRecord>,
    same_id: Option<AccessKey>,
    keys: Vec<AccessKey>,
}

impl KeyFacts {
    pub(super) fn facts(&self, unit: &Unit) -> AddAccessKeyFacts<'_> {
        AddAccessKeyFacts {
            principal: self.principal.as_ref(),
            scope: self.scope.as_ref(),
            same_id: self.same_id.as_ref(),
            keys: &self.keys,
            by: unit.who.clone(),
            now: unit.now,
        }
    }
}

impl Unit {
    /// Refuses unless the caller is the principal, or holds a permission over the keys of everybody.
    pub(super) async fn may_key(
        &self,
        of: &PrincipalId,
        permission: Permission,
    ) -> Result<(), Error> {
        if *of != self.who {
            self.require(permission, &Scope::global()).await?;
        }
        Ok(())
    }

    pub(super) async fn key(&self, id: &AccessKeyId) -> Result<AccessKeyRecord, Error> {
        self.find_key(id).await?.ok_or_else(|| no_key(id))
    }

    /// A key that the caller may change. One of somebody else reads like none to who may not see it.
    pub(super) async fn own_key(
        &self,
        id: &AccessKeyId,
        permission: Permission,
    ) -> Result<AccessKeyRecord, Error> {
        let record = self.key(id).await?;
        let of = &record.key.principal;
        if *of != self.who
            && !self
                .may(Permission::AccessKeyView, &Scope::global())
                .await?
        {
            return Err(no_key(id));
        }
        self.may_key(of, permission).await?;
        Ok(record)
    }

    async fn find_key(&self, id: &AccessKeyId) -> Result<Option<AccessKeyRecord>, Error> {
        let at = Partition::global();
        let found = ACCESS_KEYS.get(&self.tx, &at, access_key_parts(id)).await?;
        Ok(found.map(|kept| kept.0))
    }

    pub(super) async fn key_facts(
        &self,
        principal: &PrincipalId,
        scope: &Scope,
        id: &AccessKeyId,
    ) -> Result<KeyFacts, Error> {
        let keys = self.keys_by("principal", principal.as_str()).await?;
        Ok(KeyFacts {
            principal: self.principal_record(principal).await?,
            scope: self.scope_record(scope).await?,
            same_id: self.find_key(id).await?.map(|record| record.key),
            keys: keys.into_iter().map(|record| record.key).collect(),
        })
    }

    async fn keys_by(&self, index: &'static str, of: &str) -> Result<Vec<AccessKeyRecord>, Error> {
        let at = Partition::global();
        let found = self.all_by(&ACCESS_KEYS, index, &at, of).await?;
        Ok(found.into_iter().map(|kept| kept.0).collect())
    }

    pub(super) async fn keep_key(
        &self,
        key: &AccessKey,
        secret: &SealedSecret,
        change: Change,
    ) -> Result<(), Error> {
        self.put_key(key, secret).await?;
        self.audit(Permission::AccessKeyManage, &key.scope, &key.id, change)
            .await
    }

    async fn put_key(&self, key: &AccessKey, secret: &SealedSecret) -> Result<(), Error> {
        let (at, parts) = (Partition::global(), access_key_parts(&key.id));
        let (key, secret) = (key.clone(), secret.clone());
        let kept = KeptAccessKey(AccessKeyRecord { key, secret });
        Ok(ACCESS_KEYS.put(&self.tx, &at, parts, &kept).await?)
    }

    pub(super) async fn forget_keys(&self, ids: &[AccessKeyId]) -> Result<(), Error> {
        let at = Partition::global();
        for id in ids {
            ACCESS_KEYS
                .delete(&self.tx, &at, access_key_parts(id))
                .await?;
        }
        Ok(())
    }

    /// Removes the keys of a principal that goes.
    pub(crate) async fn forget_keys_of(&self, principal: &PrincipalId) -> Result<(), Error> {
        self.forget_keys_by("principal", principal.as_str()).await
    }

    /// Removes the keys of a project that goes.
    pub(crate) async fn forget_keys_at(&self, scope: &Scope) -> Result<(), Error> {
        self.forget_keys_by("scope", scope.as_str()).await
    }

    async fn forget_keys_by(&self, index: &'static str, of: &str) -> Result<(), Error> {
        let found = self.keys_by(index, of).await?;
        let ids: Vec<_> = found.into_iter().map(|record| record.key.id).collect();
        self.forget_keys(&ids).await
    }

    /// Lets the keys of a principal that has another name be hers still.
    pub(crate) async fn move_keys_of(
        &self,
        from: &PrincipalId,
        to: &PrincipalId,
    ) -> Result<(), Error> {
        for mut record in self.keys_by("principal", from.as_str()).await? {
            record.key.principal = to.clone();
            self.put_key(&record.key, &record.secret).await?;
        }
        Ok(())
    }

    /// Lets the keys of a project that has another name be for it still.
    pub(crate) async fn move_keys_at(&self, from: &Scope, to: &Scope) -> Result<(), Error> {
        for mut record in self.keys_by("scope", from.as_str()).await? {
            record.key.scope = to.clone();
            self.put_key(&record.key, &record.secret).await?;
        }
        Ok(())
    }
}

fn no_key(id: &AccessKeyId) -> Error {
    NotFound::new(Noun::AccessKey, id, &Scope::global()).into()
}
