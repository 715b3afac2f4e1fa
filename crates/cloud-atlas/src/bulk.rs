//! Many image records at once.

use crate::{Error, NotFound, Noun, Session, unit::Unit};
use atlas_image::{Credential, Look, RegisterImage, Registered};
use atlas_scope::{Permission, Scope};
use std::{collections::BTreeMap, sync::Arc};

impl Session {
    /// Registers many images in one commit: all of them, or none. They are registered in their
    /// order, each as if those before it were there already.
    ///
    /// # Errors
    ///
    /// [`Error::OneOfMany`] names the first one that is refused, for a reason that
    /// [`Session::register_image`] has too; or all of them together are more than the store writes
    /// at once.
    pub async fn register_images(
        &self,
        requests: Vec<RegisterImage>,
    ) -> Result<Vec<Registered>, Error> {
        let mut looks = Vec::with_capacity(requests.len());
        for (before, request) in requests.iter().enumerate() {
            let look = self.look(request).await;
            looks.push(look.map_err(|source| Error::of_many(before, source))?);
        }
        let requests = Arc::new(requests.into_iter().zip(looks).collect::<Vec<_>>());
        self.write(|unit| {
            let requests = Arc::clone(&requests);
            async move {
                let mut credentials = BTreeMap::new();
                let mut registered = Vec::with_capacity(requests.len());
                for (before, (request, look)) in requests.iter().enumerate() {
                    let one = unit
                        .register_one(request, look.clone(), &mut credentials)
                        .await;
                    registered.push(one.map_err(|source| Error::of_many(before, source))?);
                }
                Ok(registered)
            }
        })
        .await
    }
}

impl Unit {
    /// Registers an image on behalf of the caller; what is known of its scope stays known.
    pub(crate) async fn register_one(
        &self,
        request: &RegisterImage,
        look: Look,
        credentials: &mut BTreeMap<Scope, Vec<Credential>>,
    ) -> Result<Registered, Error> {
        let scope = &request.scope;
        if !credentials.contains_key(scope) {
            self.require(Permission::ImageRegister, scope).await?;
            if self.scope_record(scope).await?.is_none() {
                return Err(NotFound::new(Noun::Scope, scope, scope).into());
            }
            credentials.insert(scope.clone(), self.credentials_near(scope).await?);
        }
        let near = credentials.get(scope).map_or(&[][..], Vec::as_slice);
        self.register(request.clone(), look, near).await
    }
}
