//! Lock files that are known here.

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    kind::{Mci, Template, Versioned},
    tables::{KeptLock, LOCKS, lock_name_parts, partition_of},
    unit::{Change, Unit},
};
use atlas_base::{Digest, Name, ParseNameError, text_form};
use atlas_history::{LineageId, RevisionNumber};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Condition, Query};
use atlas_template::{AnyLock, LockId, Reference, RegisterLock, RegisteredLock, register_lock};
use core::fmt;
use std::collections::BTreeMap;

/// Names a registered lock: by its id, or by its name at a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LockRef {
    /// `lck-…`
    Id(LockId),
    /// The name that it was registered under.
    Name(Name),
}

impl LockRef {
    /// Reads an id or else a name.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        match LockId::parse(text) {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => Name::parse(text).map(Self::Name),
        }
    }
}

impl fmt::Display for LockRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

text_form!(LockRef, ParseNameError);

impl Session {
    /// Makes a lock file known at a scope, so that deletes and revocations see what it holds (ours).
    /// One of the same name there is replaced and keeps its id. The file itself stays where it is.
    ///
    /// # Errors
    ///
    /// The very same file is registered, a revision that it holds is not there, not visible from the
    /// scope or another one, an image that it holds is deleted, the scope is not there, or the caller
    /// may not.
    pub async fn register_lock(
        &self,
        lock: &AnyLock,
        name: &Name,
        scope: &Scope,
    ) -> Result<RegisteredLock, Error> {
        self.write(|unit| async move {
            unit.enter(Permission::LockRegister, scope).await?;
            let before = unit.lock_named(name, scope).await?;
            let ask = RegisterLock {
                lock,
                name: name.clone(),
                scope: scope.clone(),
                id: LockId::from_u128(unit.id()),
                by: unit.who.clone(),
                at: unit.now,
            };
            let here = unit.locked_here(lock, scope).await?;
            let registered = register_lock(ask, before.as_ref(), &here)?;
            unit.refuse_buried(scope, &registered.records()).await?;
            let (at, parts) = (partition_of(scope)?, registered.id().to_string());
            let kept = KeptLock(registered.clone());
            LOCKS.put(&unit.tx, &at, parts, &kept).await?;
            let change = match &before {
                None => Change::made(&registered.lock()),
                Some(before) => Change::between(&before.lock(), &registered.lock()),
            };
            let subject = registered.id();
            unit.audit(Permission::LockRegister, scope, subject, change)
                .await?;
            Ok(registered)
        })
        .await
    }

    /// The registered locks of an account with its environments, of one environment, or of what
    /// belongs to no account; scope by scope, by name.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see them, or the page is none of this list.
    pub async fn registered_locks(
        &self,
        scope: &Scope,
        paging: &Paging,
    ) -> Result<Page<RegisteredLock>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::LockView, scope).await?;
        let mut query = Query::all(&partition_of(scope)?).index("name");
        if scope.parent().is_some() {
            query = query.keep(Condition::under("scope", scope.as_str(), "/"));
        }
        unit.page(&LOCKS, vec![query], paging, |kept| Ok(kept.0))
            .await
    }

    /// One registered lock: by its name at this very scope, or by its id here or below.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn registered_lock(
        &self,
        lock: &LockRef,
        from: &Scope,
    ) -> Result<RegisteredLock, Error> {
        let unit = self.read().await?;
        unit.seen_lock(lock, from).await
    }

    /// Forgets a registered lock: what it held can be deleted again, and the file is what it was.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the caller may not.
    pub async fn unregister_lock(
        &self,
        lock: &LockRef,
        from: &Scope,
    ) -> Result<RegisteredLock, Error> {
        self.write(|unit| async move {
            let found = unit.seen_lock(lock, from).await?;
            unit.require(Permission::LockRegister, found.scope())
                .await?;
            let (at, parts) = (partition_of(found.scope())?, found.id().to_string());
            LOCKS.delete(&unit.tx, &at, parts).await?;
            let change = Change::removed(&found.lock());
            unit.audit(Permission::LockRegister, found.scope(), found.id(), change)
                .await?;
            Ok(found)
        })
        .await
    }
}

impl Unit {
    async fn lock_named(
        &self,
        name: &Name,
        scope: &Scope,
    ) -> Result<Option<RegisteredLock>, Error> {
        let (at, parts) = (partition_of(scope)?, lock_name_parts(scope, name));
        let found = LOCKS.find(&self.tx, &at, "name", parts).await?;
        Ok(found.map(|found| found.record.0))
    }

    /// A registered lock of a scope, or by its id of one below it.
    async fn seen_lock(&self, lock: &LockRef, from: &Scope) -> Result<RegisteredLock, Error> {
        self.enter(Permission::LockView, from).await?;
        let found = match lock {
            LockRef::Name(name) => self.lock_named(name, from).await?,
            LockRef::Id(id) => {
                let at = partition_of(from)?;
                let found = LOCKS.get(&self.tx, &at, id.to_string()).await?;
                let found = found.map(|kept| kept.0);
                found.filter(|found| from.contains(found.scope()))
            }
        };
        found.ok_or_else(|| match lock {
            LockRef::Name(_) => NotFound::at(Noun::Lock, lock, from).into(),
            LockRef::Id(_) => NotFound::new(Noun::Lock, lock, from).into(),
        })
    }

    /// The digests of the revisions that a lock file names, as they are here: each must be visible
    /// from the scope that is to hold the lock.
    async fn locked_here(
        &self,
        lock: &AnyLock,
        scope: &Scope,
    ) -> Result<BTreeMap<LineageId, Digest>, Error> {
        let mut here = BTreeMap::new();
        for lock in lock.locks() {
            let (lineage, number) = (lock.lineage(), lock.revision());
            let digest = self.digest_here::<Mci>(lineage, number, scope).await?;
            here.insert(lineage, digest);
        }
        if let AnyLock::Template(lock) = lock
            && let Some(number) = lock.template().revision
        {
            let lineage = lock.template().lineage;
            let digest = self.digest_here::<Template>(lineage, number, scope).await?;
            here.insert(lineage, digest);
        }
        Ok(here)
    }

    async fn digest_here<C: Versioned>(
        &self,
        lineage: LineageId,
        number: RevisionNumber,
        scope: &Scope,
    ) -> Result<Digest, Error> {
        let reference = Reference::lineage(lineage);
        let located = self.locate::<C>(&reference, scope, C::CAN.view).await?;
        let found = &located.found;
        if !visible(&found.scope, found.shared, scope) {
            return Err(NotFound::new(C::NOUN, lineage, scope).into());
        }
        Ok(self.revision(found, number).await?.revision.digest())
    }
}
