//! Role maps: one image a location, all of one system.

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    tables::{KeptRoleMap, ROLE_MAPS, partition_of, role_map_name_parts},
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_image::{ImageRecordId, MakeRoleMap, Referrer, RoleImageSet, RoleMap, RoleMapId};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Condition, Query};

/// Who uses a role map: server definitions would, and the store keeps none.
const USERS: &[Referrer] = &[];

impl Session {
    /// Makes a role map, without an image yet (Scalr: a role).
    ///
    /// # Errors
    ///
    /// The name is taken at that scope, the scope is not there, or the caller may not.
    pub async fn make_role_map(&self, request: MakeRoleMap) -> Result<RoleMap, Error> {
        self.write(|unit| {
            let request = request.clone();
            async move {
                let scope = request.scope.clone();
                unit.enter(Permission::RoleMapEdit, &scope).await?;
                let id = RoleMapId::from_u128(unit.id());
                let map = request.make(id, unit.who.clone(), unit.now);
                let (at, kept) = (partition_of(&scope)?, KeptRoleMap(map.clone()));
                let made = ROLE_MAPS.insert(&unit.tx, &at, id.to_string(), &kept).await;
                made.map_err(|error| Error::taken(error, Noun::RoleMap, map.name(), &scope))?;
                unit.audit_role_map(&map, Change::made(map.name())).await?;
                Ok(map)
            }
        })
        .await
    }

    /// The role maps that a scope sees, scope by scope from the nearest upward, by name.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see any there, or the page is none of this list.
    pub async fn role_maps(&self, from: &Scope, paging: &Paging) -> Result<Page<RoleMap>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::RoleMapView, from).await?;
        let query = |scope: Scope| {
            let query = Query::all(&partition_of(&scope)?);
            let query = query.index("name").prefix(scope.as_str());
            Ok(if scope == *from {
                query
            } else {
                query.keep(Condition::is("shared", true))
            })
        };
        let queries = from.lineage().map(query).collect::<Result<_, Error>>()?;
        unit.page(&ROLE_MAPS, queries, paging, |kept| Ok(kept.0))
            .await
    }

    /// The nearest role map of a name, as seen from a scope.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn role_map(&self, name: &Name, from: &Scope) -> Result<RoleMap, Error> {
        let unit = self.read().await?;
        unit.seen_role_map(name, from).await
    }

    /// Puts an image into a role map, at the image's location and in the place of the one that stands
    /// there (Scalr).
    ///
    /// # Errors
    ///
    /// Map or image is not there or not visible, the image does not fit the role, or the caller may
    /// not.
    pub async fn set_role_image(
        &self,
        name: &Name,
        from: &Scope,
        image: ImageRecordId,
    ) -> Result<RoleImageSet, Error> {
        self.write(|unit| {
            let (name, from) = (name.clone(), from.clone());
            async move {
                let map = unit.seen_role_map(&name, &from).await?;
                unit.require(Permission::RoleMapEdit, map.scope()).await?;
                // From the map's own scope: a record that only some of its users see serves none.
                let record = unit.image(image, map.scope()).await?;
                let set = map.with_image(&record)?;
                let images = (set.replaced, image);
                unit.put_role_image(&set.map, record.location(), images)
                    .await?;
                Ok(set)
            }
        })
        .await
    }

    /// Takes the image of a location out of a role map that no server is launched through (Scalr).
    ///
    /// # Errors
    ///
    /// The map is not there or not visible, it has no image there, or the caller may not.
    pub async fn unset_role_image(
        &self,
        name: &Name,
        from: &Scope,
        location: &CloudLocation,
    ) -> Result<RoleMap, Error> {
        self.write(|unit| {
            let (name, from, location) = (name.clone(), from.clone(), location.clone());
            async move {
                let map = unit.seen_role_map(&name, &from).await?;
                unit.require(Permission::RoleMapEdit, map.scope()).await?;
                let (map, image) = map.without_image(&location, USERS)?;
                unit.put_role_map(&map).await?;
                let placed = Placed {
                    location: &location,
                    image: Some(image),
                };
                let before = canonical::to_string(&placed)?;
                unit.audit_role_map(&map, Change::removed(&before)).await?;
                Ok(map)
            }
        })
        .await
    }

    /// Removes a role map that no server is launched through (Scalr).
    ///
    /// # Errors
    ///
    /// The map is not there or not visible, or the caller may not.
    pub async fn remove_role_map(&self, name: &Name, from: &Scope) -> Result<RoleMap, Error> {
        self.write(|unit| {
            let (name, from) = (name.clone(), from.clone());
            async move {
                let map = unit.seen_role_map(&name, &from).await?;
                unit.require(Permission::RoleMapEdit, map.scope()).await?;
                map.check_removal(USERS)?;
                let at = partition_of(map.scope())?;
                ROLE_MAPS
                    .delete(&unit.tx, &at, map.id().to_string())
                    .await?;
                unit.audit_role_map(&map, Change::removed(map.name()))
                    .await?;
                Ok(map)
            }
        })
        .await
    }
}

/// An image at its location, as events tell of it.
#[derive(serde::Serialize)]
struct Placed<'a> {
    location: &'a CloudLocation,
    image: Option<ImageRecordId>,
}

impl Unit {
    /// The nearest visible role map of a name, from a scope upward.
    async fn seen_role_map(&self, name: &Name, from: &Scope) -> Result<RoleMap, Error> {
        self.enter(Permission::RoleMapView, from).await?;
        for scope in from.lineage() {
            let parts = role_map_name_parts(&scope, name);
            let at = partition_of(&scope)?;
            let found = ROLE_MAPS.find(&self.tx, &at, "name", parts).await?;
            match found {
                Some(found) if visible(&scope, found.record.0.shared(), from) => {
                    return Ok(found.record.0);
                }
                Some(_) => {}
                // What is hidden takes a second read, and so does what is absent.
                None => {
                    ROLE_MAPS.get(&self.tx, &at, "").await?;
                }
            }
        }
        Err(NotFound::new(Noun::RoleMap, name, from).into())
    }

    /// Keeps a role map that has another image at a location: which one it had, and which it has.
    pub(crate) async fn put_role_image(
        &self,
        map: &RoleMap,
        location: &CloudLocation,
        (before, after): (Option<ImageRecordId>, ImageRecordId),
    ) -> Result<(), Error> {
        self.put_role_map(map).await?;
        let placed = Placed {
            location,
            image: Some(after),
        };
        let after = canonical::to_string(&placed)?;
        let change = match before {
            None => Change::made(&after),
            image => {
                let before = canonical::to_string(&Placed { image, ..placed })?;
                Change::between(&before, &after)
            }
        };
        self.audit_role_map(map, change).await
    }

    async fn put_role_map(&self, map: &RoleMap) -> Result<(), Error> {
        let (at, kept) = (partition_of(map.scope())?, KeptRoleMap(map.clone()));
        Ok(ROLE_MAPS
            .put(&self.tx, &at, map.id().to_string(), &kept)
            .await?)
    }

    async fn audit_role_map(&self, map: &RoleMap, change: Change) -> Result<(), Error> {
        self.audit(Permission::RoleMapEdit, map.scope(), map.id(), change)
            .await
    }
}
