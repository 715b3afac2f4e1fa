//! Access keys: what programs sign their requests with.

mod keeping;

use crate::{
    Atlas, Error, Page, Paging, Session,
    tables::{ACCESS_KEYS, KeptAccessKey, SCOPES, access_key_parts, partition_of_record},
    unit::Change,
};
use atlas_base::Timestamp;
use atlas_scope::{
    AccessKey, AccessKeyError, AccessKeyId, AccessKeyRecord, AccessKeyState, AccountNumber,
    AddAccessKey, Permission, PrincipalId, Scope, SealedSecret, add_access_key, disable_access_key,
    enable_access_key, rotate_access_key,
};
use atlas_store::{Partition, Query, Tx};

/// An access key that requests may be signed with now, for a host program that verifies them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownAccessKey {
    /// The key, with its secret as it was sealed.
    pub record: AccessKeyRecord,
    /// The number of the account that its project belongs to.
    pub account: AccountNumber,
}

impl Atlas {
    /// The access key of an id, if there is one that is active now: a host program that verifies
    /// signatures asks for it at each request, so that what [`Session`] changes counts at once. Nobody
    /// has to be known for it, as with [`Atlas::act_as`].
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn known_access_key(
        &self,
        id: &AccessKeyId,
    ) -> Result<Option<KnownAccessKey>, Error> {
        let tx = Tx::look(self.shared.store.snapshot().await?);
        self.shared.schema.begin(&tx).await?;
        let at = Partition::global();
        let found = ACCESS_KEYS.get(&tx, &at, access_key_parts(id)).await?;
        let Some(KeptAccessKey(record)) = found else {
            return Ok(None);
        };
        if record.key.state(self.shared.clock.now()) != AccessKeyState::Active {
            return Ok(None);
        }
        let Some(account) = record.key.scope.account_scope() else {
            return Ok(None);
        };
        let at = partition_of_record(&account)?;
        let account = SCOPES.get(&tx, &at, account.as_str()).await?;
        let account = account.and_then(|kept| kept.0.account_number);
        Ok(account.map(|account| KnownAccessKey { record, account }))
    }
}

impl Session {
    /// Adds an access key of a principal for a project, with its secret as the host program has sealed
    /// it. Whoever has the secret acts as the principal, so one adds one's own, for a project that one
    /// sees; those of others are for who holds `access-key.manage` at `/` (ours).
    ///
    /// Keys of the same principal and project that have ended go.
    ///
    /// # Errors
    ///
    /// The principal or the project is not there, the id is taken, it would have ended already, there
    /// are [`AccessKey::MOST`] that have not, or the caller may not.
    pub async fn add_access_key(
        &self,
        request: &AddAccessKey,
        secret: &SealedSecret,
    ) -> Result<AccessKey, Error> {
        self.write(|unit| async move {
            unit.may_key(&request.principal, Permission::AccessKeyManage)
                .await?;
            unit.require(Permission::ScopeView, &request.scope).await?;
            let known = unit.key_facts(&request.principal, &request.scope, &request.id);
            let known = known.await?;
            let added = add_access_key(request.clone(), known.facts(&unit))?;
            unit.forget_keys(&added.ended).await?;
            unit.keep_key(&added.key, secret, Change::made(&told(&added.key)))
                .await?;
            Ok(added.key)
        })
        .await
    }

    /// The access keys of a principal, or of all that the caller may see: her own, and with
    /// `access-key.view` at `/` all; by principal and id, or by id. Secrets are not among it.
    ///
    /// # Errors
    ///
    /// The caller may not see those of the principal, or the page is none of this list.
    pub async fn access_keys(
        &self,
        of: Option<&PrincipalId>,
        paging: &Paging,
    ) -> Result<Page<AccessKey>, Error> {
        let unit = self.read().await?;
        let sees_all = unit
            .may(Permission::AccessKeyView, &Scope::global())
            .await?;
        let of = if sees_all {
            of
        } else {
            Some(of.unwrap_or(&unit.who))
        };
        let mut query = Query::all(&Partition::global());
        if let Some(of) = of {
            unit.may_key(of, Permission::AccessKeyView).await?;
            query = query.index("principal").prefix(of.as_str());
        }
        unit.page(&ACCESS_KEYS, vec![query], paging, |kept| Ok(kept.0.key))
            .await
    }

    /// Adds a key without an end that takes the place of another, which ends at `until`, or earlier where
    /// it would have anyway; whoever uses it changes to the new one meanwhile. A moment that is over means
    /// now.
    ///
    /// # Errors
    ///
    /// There is no such key, it has ended, its place is taken already ([`AccessKey::MOST`]), the id is
    /// taken, or the caller may not.
    pub async fn rotate_access_key(
        &self,
        id: &AccessKeyId,
        successor: &AccessKeyId,
        secret: &SealedSecret,
        until: Timestamp,
    ) -> Result<AccessKey, Error> {
        self.write(|unit| async move {
            let record = unit.own_key(id, Permission::AccessKeyManage).await?;
            let AccessKey {
                principal, scope, ..
            } = &record.key;
            let known = unit.key_facts(principal, scope, successor).await?;
            let facts = known.facts(&unit);
            let rotated = rotate_access_key(&record.key, successor.clone(), until, facts)?;
            unit.forget_keys(&rotated.after.ended).await?;
            let change = Change::between(&told(&record.key), &told(&rotated.before));
            unit.keep_key(&rotated.before, &record.secret, change)
                .await?;
            let key = rotated.after.key;
            unit.keep_key(&key, secret, Change::made(&told(&key)))
                .await?;
            Ok(key)
        })
        .await
    }

    /// Refuses what is signed with a key from now on, until it is enabled again.
    ///
    /// # Errors
    ///
    /// There is no such key, it is disabled or has ended, or the caller may not.
    pub async fn disable_access_key(&self, id: &AccessKeyId) -> Result<AccessKey, Error> {
        self.change_key(id, disable_access_key).await
    }

    /// Takes [`Session::disable_access_key`] back.
    ///
    /// # Errors
    ///
    /// There is no such key, it is not disabled or has ended, or the caller may not.
    pub async fn enable_access_key(&self, id: &AccessKeyId) -> Result<AccessKey, Error> {
        self.change_key(id, enable_access_key).await
    }

    /// Removes a key: what is signed with it is refused from now on.
    ///
    /// # Errors
    ///
    /// There is no such key, or the caller may not.
    pub async fn remove_access_key(&self, id: &AccessKeyId) -> Result<AccessKey, Error> {
        self.write(|unit| async move {
            let record = unit.own_key(id, Permission::AccessKeyManage).await?;
            unit.forget_keys(core::slice::from_ref(id)).await?;
            let change = Change::removed(&told(&record.key));
            unit.audit(Permission::AccessKeyManage, &record.key.scope, id, change)
                .await?;
            Ok(record.key)
        })
        .await
    }

    /// The access keys of everybody with their secrets as they are kept, by id, for a host program that
    /// seals them anew.
    ///
    /// # Errors
    ///
    /// The caller lacks `access-key.manage` at `/`, or the page is none of this list.
    pub async fn sealed_access_keys(
        &self,
        paging: &Paging,
    ) -> Result<Page<AccessKeyRecord>, Error> {
        let unit = self.read().await?;
        unit.require(Permission::AccessKeyManage, &Scope::global())
            .await?;
        let query = Query::all(&Partition::global());
        unit.page(&ACCESS_KEYS, vec![query], paging, |kept| Ok(kept.0))
            .await
    }

    /// Keeps the secret of a key as it was sealed anew, in the place of what the caller has seen; where
    /// something else is there meanwhile, that stays. Tells whether it was kept.
    ///
    /// # Errors
    ///
    /// There is no such key, or the caller lacks `access-key.manage` at `/`.
    pub async fn reseal_access_key(
        &self,
        seen: &AccessKeyRecord,
        secret: &SealedSecret,
    ) -> Result<bool, Error> {
        self.write(|unit| async move {
            unit.require(Permission::AccessKeyManage, &Scope::global())
                .await?;
            let id = &seen.key.id;
            let record = unit.key(id).await?;
            if record.secret != seen.secret {
                return Ok(false);
            }
            let change = Change::made(&"sealed anew");
            unit.keep_key(&record.key, secret, change).await?;
            Ok(true)
        })
        .await
    }

    async fn change_key(
        &self,
        id: &AccessKeyId,
        change: fn(&AccessKey, Timestamp) -> Result<AccessKey, AccessKeyError>,
    ) -> Result<AccessKey, Error> {
        self.write(|unit| async move {
            let record = unit.own_key(id, Permission::AccessKeyManage).await?;
            let after = change(&record.key, unit.now)?;
            let told = Change::between(&told(&record.key), &told(&after));
            unit.keep_key(&after, &record.secret, told).await?;
            Ok(after)
        })
        .await
    }
}

/// A key as its event tells it: id and project are the event's own.
fn told(key: &AccessKey) -> String {
    let until = key.until.map(|until| format!(" until {until}"));
    let disabled = key.disabled.map(|_| " disabled");
    format!(
        "{}{}{}",
        key.principal,
        until.unwrap_or_default(),
        disabled.unwrap_or_default()
    )
}
