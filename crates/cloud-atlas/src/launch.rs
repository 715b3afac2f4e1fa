//! Which image is launched here.

use crate::{
    Error, Session,
    kind::Mci,
    states::{Located, State},
    stored::place,
    unit::Unit,
};
use atlas_image::{ImageRecord, Lifecycle, Records};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope, visible};
use atlas_template::{LaunchPlan, Reference, ResolveError, Trace, explain, resolve};
use std::sync::Arc;

/// Asks for the image of a MultiCloud Image at a location, as seen from a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LaunchRequest {
    /// Which MultiCloud Image, at which state; the newest revision where it names none.
    pub reference: Reference,
    /// Where to launch.
    pub location: CloudLocation,
    /// The caller's scope.
    pub scope: Scope,
}

impl LaunchRequest {
    /// A request.
    pub fn new(reference: Reference, location: CloudLocation, scope: Scope) -> Self {
        Self {
            reference,
            location,
            scope,
        }
    }
}

/// A decision with its reasoning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// The plan, or the refusal.
    pub outcome: Result<LaunchPlan, ResolveError>,
    /// Why.
    pub trace: Trace,
}

impl Session {
    /// The image to launch, with everything that a launch needs.
    ///
    /// A plan that was asked for before is answered from memory as long as nothing was written.
    ///
    /// # Errors
    ///
    /// The reference leads nowhere that the caller sees, no setting serves the location, or what
    /// it leads to must not be launched.
    pub async fn resolve(&self, request: &LaunchRequest) -> Result<Arc<LaunchPlan>, Error> {
        let shared = &self.atlas.shared;
        let stamp = shared.stamp(&request.scope).await?;
        if let Some(plan) = self.plans.get(request, &stamp, || shared.clock.now()) {
            return Ok(plan);
        }
        let unit = self.read().await?;
        let (located, state) = unit.launchable(&request.reference, &request.scope).await?;
        let records = unit
            .records_for(&located, &state, &request.location)
            .await?;
        let source = state.source(located.found.lineage);
        let plan = resolve(
            &source,
            &request.location,
            records.as_records(),
            &shared.instance_types,
            &located.viewer,
            unit.now,
        )?;
        let plan = Arc::new(plan);
        // What was seen from elsewhere may change without the partitions of this scope.
        if located.viewer == request.scope && records.opened.is_empty() {
            let later = records
                .held
                .iter()
                .filter_map(|record| match record.lifecycle() {
                    Lifecycle::Deprecated { from, .. } if *from > unit.now => Some(*from),
                    _ => None,
                });
            let until = later.chain(located.until).min();
            self.plans.keep(request.clone(), &plan, stamp, until);
            shared.caches.adopt(&self.who, &self.plans);
        }
        Ok(plan)
    }

    /// [`Session::resolve`] with the whole reasoning.
    ///
    /// # Errors
    ///
    /// The reference leads nowhere that the caller sees.
    pub async fn explain(&self, request: &LaunchRequest) -> Result<Explained, Error> {
        let unit = self.read().await?;
        let (located, state) = unit.launchable(&request.reference, &request.scope).await?;
        let records = unit
            .records_for(&located, &state, &request.location)
            .await?;
        let source = state.source(located.found.lineage);
        let (outcome, trace) = explain(
            &source,
            &request.location,
            records.as_records(),
            &self.atlas.shared.instance_types,
            &located.viewer,
            unit.now,
        );
        Ok(Explained { outcome, trace })
    }

    /// The plans of all locations that have a setting, in order.
    ///
    /// # Errors
    ///
    /// As [`Session::resolve`], for the first location that cannot be launched.
    pub async fn resolve_all(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Vec<LaunchPlan>, Error> {
        let unit = self.read().await?;
        let (located, state) = unit.launchable(reference, from).await?;
        unit.plans(&located, &state, None).await
    }
}

impl Unit {
    /// The state that a reference names, to be launched from.
    pub(crate) async fn launchable(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(Located<Mci>, State<Mci>), Error> {
        let located = self
            .locate::<Mci>(reference, from, Permission::MciView)
            .await?;
        let state = self
            .state(&located.found, reference.selector.as_ref())
            .await?;
        Ok((located, state))
    }

    /// The plan of a state at a location.
    pub(crate) async fn plan(
        &self,
        located: &Located<Mci>,
        state: &State<Mci>,
        location: &CloudLocation,
    ) -> Result<LaunchPlan, Error> {
        let records = self.records_for(located, state, location).await?;
        let source = state.source(located.found.lineage);
        Ok(resolve(
            &source,
            location,
            records.as_records(),
            &self.shared.instance_types,
            &located.viewer,
            self.now,
        )?)
    }

    /// The plans of a state at some locations, or at all that have a setting: `None`.
    pub(crate) async fn plans(
        &self,
        located: &Located<Mci>,
        state: &State<Mci>,
        locations: Option<&[CloudLocation]>,
    ) -> Result<Vec<LaunchPlan>, Error> {
        let all = || state.content.content().settings().keys().cloned().collect();
        let wanted: Vec<_> = locations.map_or_else(all, <[_]>::to_vec);
        let mut plans = Vec::with_capacity(wanted.len());
        for location in &wanted {
            plans.push(self.plan(located, state, location).await?);
        }
        Ok(plans)
    }

    /// The records that the viewer sees of the image of the setting that serves a location.
    async fn records_for(
        &self,
        located: &Located<Mci>,
        state: &State<Mci>,
        location: &CloudLocation,
    ) -> Result<Loaded, Error> {
        let Some((at, setting)) = state.content.content().serving(location) else {
            return Ok(Loaded::default());
        };
        let (viewer, image) = (&located.viewer, setting.image());
        let mut held = self.records_above(viewer, at, image).await?;
        held.retain(|record| visible(record.scope(), record.shared(), viewer));
        // What the branch holds counts before what others opened.
        let opened = if held.is_empty() {
            self.opened_records(viewer, Some(&place(at, image)), image)
                .await?
        } else {
            Vec::new()
        };
        Ok(Loaded { held, opened })
    }
}

/// The records that a launch may bind to.
#[derive(Debug, Default)]
struct Loaded {
    held: Vec<ImageRecord>,
    opened: Vec<ImageRecord>,
}

impl Loaded {
    fn as_records(&self) -> Records<'_> {
        Records {
            held: &self.held,
            opened: &self.opened,
        }
    }
}
