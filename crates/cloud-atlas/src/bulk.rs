//! Many image records at once.

use crate::{Error, NotFound, Noun, Session, unit::Unit};
use atlas_image::{Credential, Look, RegisterError, RegisterImage, Registered};
use atlas_scope::{Permission, Scope};
use atlas_store::{AsStoreError as _, StoreError};
use std::{collections::BTreeMap, sync::Arc};

/// How many images a commit of [`Session::register_each`] has at first.
const BATCH: usize = 250;

/// One of many images that was not registered.
#[derive(Debug)]
#[non_exhaustive]
pub struct RefusedImage {
    /// Which of those that were given, counted from 1.
    pub number: usize,
    /// Why.
    pub error: Error,
}

/// What became of many images that were registered each for itself.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct ManyRegistered {
    /// Those that were, with their numbers, counted from 1.
    pub registered: Vec<(usize, Registered)>,
    /// Those that were not, in their order.
    pub refused: Vec<RefusedImage>,
}

/// One of many images, with what was seen of it in its cloud.
#[derive(Debug)]
struct Looked {
    /// Which of those that were given, counted from 1.
    number: usize,
    request: RegisterImage,
    look: Look,
}

impl Session {
    /// Registers many images in one commit: all of them, or none. They are registered in their
    /// order, each as if those before it were there already.
    ///
    /// # Errors
    ///
    /// [`Error::OneOfMany`] names the first one that is refused, for a reason that
    /// [`Session::register_image`] has too; [`Error::ManyRefused`] names all where there are several;
    /// [`Error::TooManyImages`] says that all of them together are more than the store writes at
    /// once.
    pub async fn register_images(
        &self,
        requests: Vec<RegisterImage>,
    ) -> Result<Vec<Registered>, Error> {
        self.register_watched(requests, &|_| {}).await
    }

    /// As [`Session::register_images`]; `progress` hears how many are decided. It begins anew where
    /// somebody else wrote meanwhile.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn register_watched(
        &self,
        requests: Vec<RegisterImage>,
        progress: &(dyn Fn(usize) + Send + Sync),
    ) -> Result<Vec<Registered>, Error> {
        let count = requests.len();
        let (looked, refused) = self.look_at(requests).await?;
        if !refused.is_empty() {
            return Err(Error::of_refused(refused, count));
        }
        let looked = Arc::new(looked);
        let outcome = self.write(|unit| {
            let looked = Arc::clone(&looked);
            async move {
                let done = unit.register_those(&looked, progress).await?;
                if done.refused.is_empty() {
                    let registered = done.registered.into_iter();
                    return Ok(registered.map(|(_, registered)| registered).collect());
                }
                Err(Error::of_refused(done.refused, count))
            }
        });
        outcome.await.map_err(|error| match error {
            Error::Store(StoreError::TooLarge { what, limit, found }) if count > 1 => {
                Error::TooManyImages {
                    images: count,
                    what,
                    limit,
                    found,
                }
            }
            error => error,
        })
    }

    /// Registers many images each for itself, in their order: one that is refused keeps no other from
    /// being registered. They are written in batches; what `progress` heard of is written.
    ///
    /// # Errors
    ///
    /// The store fails: images of earlier batches are registered, as [`Session::images`] tells.
    pub async fn register_each(
        &self,
        requests: Vec<RegisterImage>,
        progress: &(dyn Fn(usize) + Send + Sync),
    ) -> Result<ManyRegistered, Error> {
        let (looked, refused) = self.look_at(requests).await?;
        let looked = Arc::new(looked);
        let mut all = ManyRegistered {
            registered: Vec::new(),
            refused,
        };
        let (mut begin, mut batch) = (0, BATCH);
        while begin < looked.len() {
            let end = begin.saturating_add(batch).min(looked.len());
            let outcome = self.write(|unit| {
                let looked = Arc::clone(&looked);
                async move {
                    let some = looked.get(begin..end).unwrap_or_default();
                    unit.register_those(some, &|_| {}).await
                }
            });
            match outcome.await {
                Ok(done) => {
                    all.registered.extend(done.registered);
                    all.refused.extend(done.refused);
                    begin = end;
                    progress(begin);
                }
                Err(Error::Store(StoreError::TooLarge { .. })) if batch > 1 => {
                    batch = batch.div_ceil(2);
                }
                Err(error) if matches!(error, Error::Store(StoreError::TooLarge { .. })) => {
                    let one = looked.get(begin).map(|looked| looked.number);
                    let refused = one.map(|number| RefusedImage { number, error });
                    all.refused.extend(refused);
                    begin = end;
                    progress(begin);
                }
                Err(error) => return Err(error),
            }
        }
        all.refused.sort_by_key(|refused| refused.number);
        all.name_repeated();
        Ok(all)
    }

    /// Looks for each image in its cloud, before anything is written; those that could not be looked
    /// for are refused.
    async fn look_at(
        &self,
        requests: Vec<RegisterImage>,
    ) -> Result<(Vec<Looked>, Vec<RefusedImage>), Error> {
        let (mut looked, mut refused) = (Vec::with_capacity(requests.len()), Vec::new());
        for (number, request) in (1..).zip(requests) {
            match self.look(&request).await {
                Ok(look) => looked.push(Looked {
                    number,
                    request,
                    look,
                }),
                Err(error) if error.as_store_error().is_some() => return Err(error),
                Err(error) => refused.push(RefusedImage { number, error }),
            }
        }
        Ok((looked, refused))
    }
}

impl ManyRegistered {
    /// Says of what was given twice that it was: the record of the first is none that was there.
    fn name_repeated(&mut self) {
        let made = self.registered.iter();
        let made: BTreeMap<_, _> = made
            .map(|(number, registered)| (registered.record.id(), *number))
            .collect();
        for refused in &mut self.refused {
            if let Error::Register(RegisterError::AlreadyRegistered(already)) = &refused.error
                && let Some((holder, _)) = already.holder
                && let Some(&first) = made.get(&holder)
            {
                refused.error = Error::Repeated { first };
            }
        }
    }
}

impl Unit {
    /// Registers images one after the other, passing over those that are refused. A failure of the
    /// store ends it.
    async fn register_those(
        &self,
        images: &[Looked],
        progress: &(dyn Fn(usize) + Send + Sync),
    ) -> Result<ManyRegistered, Error> {
        let mut credentials = BTreeMap::new();
        let mut done = ManyRegistered::default();
        for image in images {
            let (number, look) = (image.number, image.look.clone());
            let registered = self.register_one(&image.request, look, &mut credentials);
            match registered.await {
                Ok(registered) => done.registered.push((number, registered)),
                Err(error) if error.as_store_error().is_some() => return Err(error),
                Err(error) => done.refused.push(RefusedImage { number, error }),
            }
            progress(number);
        }
        done.name_repeated();
        Ok(done)
    }

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
