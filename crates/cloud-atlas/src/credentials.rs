//! Cloud credentials: by name, with their secrets kept elsewhere.

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    tables::{CREDENTIALS, IMAGES, KeptCredential, partition_of},
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_image::{
    AddCredential, AddCredentialFacts, Credential, CredentialId, add_credential, remove_credential,
};
use atlas_scope::{Permission, Scope};
use atlas_store::{Parts, Query};

impl Session {
    /// Adds a credential at a scope (Scalr: images are registered at or below it).
    ///
    /// # Errors
    ///
    /// The name is taken there, the scope is not there, or the caller may not.
    pub async fn add_credential(&self, request: AddCredential) -> Result<Credential, Error> {
        self.write(|unit| {
            let request = request.clone();
            async move {
                let scope = request.scope.clone();
                unit.require(Permission::CredentialManage, &scope).await?;
                if unit.scope_record(&scope).await?.is_none() {
                    return Err(NotFound::new(Noun::Scope, &scope, &scope).into());
                }
                let same_name = unit.credential(&scope, &request.name).await?;
                let facts = AddCredentialFacts {
                    same_name: same_name.as_ref(),
                    id: CredentialId::from_u128(unit.id()),
                    now: unit.now,
                };
                let credential = add_credential(request, &facts)?;
                let (at, kept) = (partition_of(&scope)?, KeptCredential(credential.clone()));
                let parts = credential_parts(&scope, credential.name());
                CREDENTIALS.insert(&unit.tx, &at, parts, &kept).await?;
                let change = Change::made(&credential.name());
                unit.audit(
                    Permission::CredentialManage,
                    &scope,
                    credential.id(),
                    change,
                )
                .await?;
                Ok(credential)
            }
        })
        .await
    }

    /// The credentials that reach a scope: its own, then those above it; by name.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see them, or the page is none of this list.
    pub async fn credentials(
        &self,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<Credential>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::CredentialView, from).await?;
        let query = |scope: Scope| Ok(Query::all(&partition_of(&scope)?).prefix(scope.as_str()));
        let queries = from.lineage().map(query).collect::<Result<_, Error>>()?;
        unit.page(&CREDENTIALS, queries, paging, |kept| Ok(kept.0))
            .await
    }

    /// Removes a credential that no image record uses.
    ///
    /// # Errors
    ///
    /// It is not there, records use it, or the caller may not.
    pub async fn remove_credential(&self, scope: &Scope, name: &Name) -> Result<(), Error> {
        self.write(|unit| {
            let (scope, name) = (scope.clone(), name.clone());
            async move {
                unit.require(Permission::CredentialManage, &scope).await?;
                let Some(credential) = unit.credential(&scope, &name).await? else {
                    return Err(NotFound::new(Noun::Credential, &name, &scope).into());
                };
                let images = unit.images_of(&credential).await?;
                remove_credential(&credential, images)?;
                let at = partition_of(&scope)?;
                CREDENTIALS
                    .delete(&unit.tx, &at, credential_parts(&scope, &name))
                    .await?;
                let change = Change::removed(&name);
                unit.audit(
                    Permission::CredentialManage,
                    &scope,
                    credential.id(),
                    change,
                )
                .await
            }
        })
        .await
    }
}

impl Unit {
    async fn credential(&self, scope: &Scope, name: &Name) -> Result<Option<Credential>, Error> {
        let parts = credential_parts(scope, name);
        let found = CREDENTIALS
            .get(&self.tx, &partition_of(scope)?, parts)
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    /// The credentials of a scope, of those above it, and of those below it: what registration
    /// must know to choose one, or to say where it could be.
    pub(crate) async fn credentials_near(&self, scope: &Scope) -> Result<Vec<Credential>, Error> {
        let mut found = Vec::new();
        for partition in crate::tables::partitions_above(scope)? {
            let all = self.all(&CREDENTIALS, &partition, ()).await?;
            found.extend(all.into_iter().map(|kept| kept.0));
        }
        found.retain(|credential| {
            credential.scope().contains(scope) || scope.contains(credential.scope())
        });
        found.sort_by(|a, b| (b.scope(), a.name()).cmp(&(a.scope(), b.name())));
        Ok(found)
    }

    /// How many image records use a credential, in its own account. A credential at `/` may be
    /// used in every account.
    async fn images_of(&self, credential: &Credential) -> Result<u64, Error> {
        let mut partitions = vec![partition_of(credential.scope())?];
        if *credential.scope() == Scope::global() {
            partitions.extend(self.accounts().await?);
        }
        let mut count = 0;
        for partition in partitions {
            let id = credential.id().to_string();
            let images = self.all_by(&IMAGES, "credential", &partition, id).await?;
            count += u64::try_from(images.len()).unwrap_or(u64::MAX);
        }
        Ok(count)
    }
}

fn credential_parts(scope: &Scope, name: &Name) -> Parts {
    Parts::from((scope.as_str(), name.as_str()))
}
