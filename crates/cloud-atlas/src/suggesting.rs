//! Where a MultiCloud Image has no image yet, and which could stand there.

use crate::{
    Error, Session,
    kind::Mci,
    tables::{IMAGES, partition_of},
    unit::Unit,
};
use atlas_image::ImageRecord;
use atlas_image_id::CloudLocation;
use atlas_mci::{Content, Facts, Profile};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Condition, Parts, Query, Within};
use atlas_template::Reference;
use serde::Serialize;
use std::collections::BTreeSet;

/// What could stand at a free location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Suggested {
    /// Where.
    pub location: CloudLocation,
    /// What was looked for: what most images of the MultiCloud Image have inside; none where nobody
    /// said what is inside any of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Records of images there that have the same inside, the best first.
    pub fitting: Vec<ImageRecord>,
    /// Where none fits: the record of an image to be copied there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<ImageRecord>,
}

impl Session {
    /// The locations that no setting serves (RightScale), in order, of those that are known from a
    /// scope: where it sees an image record, or where a credential of its branch reaches an
    /// inventory. A location is left out where one inside it is known too. HEAD is looked at, unless
    /// the reference names another state.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn mci_free(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Vec<CloudLocation>, Error> {
        let unit = self.read().await?;
        let (content, viewer) = unit.suggesting(reference, from).await?;
        let known = unit.known_locations(&viewer).await?;
        let is_inmost = |at: &&CloudLocation| {
            let inside = |other: &&CloudLocation| at.contains(other) && at != other;
            !known.iter().any(|other| inside(&other))
        };
        let free = content.free_locations(known.iter().filter(is_inmost));
        Ok(free.into_iter().cloned().collect())
    }

    /// What could stand at a location: images with the same inside as most of the others, or else
    /// one to copy there (RightScale).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn mci_suggest(
        &self,
        reference: &Reference,
        from: &Scope,
        location: &CloudLocation,
    ) -> Result<Suggested, Error> {
        let unit = self.read().await?;
        let (content, viewer) = unit.suggesting(reference, from).await?;
        let facts = unit.facts(&content, &viewer).await?;
        let records = unit.records_alike(&content, &facts, &viewer).await?;
        let suggestion = content.suggest(&facts, location, &records, unit.now);
        Ok(Suggested {
            location: location.clone(),
            profile: suggestion.profile,
            fitting: suggestion.fitting.into_iter().cloned().collect(),
            copy: suggestion.copy.cloned(),
        })
    }
}

impl Unit {
    async fn suggesting(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(Content, Scope), Error> {
        let located = self
            .locate::<Mci>(reference, from, Permission::MciView)
            .await?;
        let usual = located.found.usual();
        let selector = reference.selector.as_ref().unwrap_or(&usual);
        let state = self.state(&located.found, Some(selector)).await?;
        Ok((state.content.content().clone(), located.viewer))
    }

    /// The records that a scope sees of images with the system of most images of a content.
    async fn records_alike(
        &self,
        content: &Content,
        facts: &Facts,
        viewer: &Scope,
    ) -> Result<Vec<ImageRecord>, Error> {
        let mut alike = Vec::new();
        let Some(Profile { os, .. }) = content.profile(facts) else {
            return Ok(alike);
        };
        for scope in viewer.lineage() {
            let [family, generation, version] = [&os.family, &os.generation, &os.version];
            let parts = Parts::from((scope.as_str(), family.as_str(), generation.as_str()));
            let query = Query::all(&partition_of(&scope)?)
                .index("os")
                .prefix(parts.and(version.as_str()));
            let found = self.every(&IMAGES, query).await?;
            alike.extend(found.into_iter().map(|kept| kept.0));
        }
        alike.retain(|record| visible(record.scope(), record.shared(), viewer));
        Ok(alike)
    }

    /// The locations that are known from a scope.
    pub(crate) async fn known_locations(
        &self,
        viewer: &Scope,
    ) -> Result<BTreeSet<CloudLocation>, Error> {
        let mut known = BTreeSet::new();
        for scope in viewer.lineage() {
            self.record_locations(&scope, viewer, &mut known).await?;
        }
        if let Some(inventory) = &self.shared.inventory {
            let credentials = self.credentials_near(viewer).await?;
            let reached = inventory.known_locations().into_iter().filter(|location| {
                let mut credentials = credentials.iter();
                credentials.any(|credential| credential.reaches(location, viewer))
            });
            known.extend(reached);
        }
        Ok(known)
    }

    /// The locations of the records of one scope that a viewer sees: from each the read leaps to the
    /// next, so that its cost is the number of locations and not that of records.
    async fn record_locations(
        &self,
        scope: &Scope,
        viewer: &Scope,
        known: &mut BTreeSet<CloudLocation>,
    ) -> Result<(), Error> {
        let behind = |text: &str| format!("{text}\0");
        let end = Parts::from(behind(scope.as_str()).as_str());
        let mut start = Parts::from(scope.as_str());
        let mut last: Option<CloudLocation> = None;
        loop {
            let within = Within::Between(start, end.clone());
            let mut query = Query::all(&partition_of(scope)?)
                .index("scope")
                .within(within)
                .limit(1);
            if scope != viewer {
                query = query.keep(Condition::is("shared", true));
            }
            let page = IMAGES.query(&self.tx, &query).await?;
            let Some(found) = page.found.into_iter().next() else {
                return Ok(());
            };
            let location = found.record.0.location().clone();
            if last.as_ref().is_some_and(|last| *last >= location) {
                // A location too long for its key: what follows cannot be leapt to.
                return Ok(());
            }
            start = Parts::from((scope.as_str(), behind(location.as_str()).as_str()));
            known.insert(location.clone());
            last = Some(location);
        }
    }
}
