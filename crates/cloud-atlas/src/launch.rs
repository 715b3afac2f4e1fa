//! Which image is launched here.

mod deciding;
mod sources;

pub(crate) use self::deciding::Question;
use crate::{
    Error, LineageKind, Session,
    cache::Derived,
    kind::Mci,
    states::{Located, State},
    stored::place,
    unit::Unit,
};
use atlas_image::{ImageRecord, Records};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope, visible};
use atlas_template::{
    Launch, LaunchMatrix, LaunchPlan, LaunchRefusal, LaunchTrace, MatrixRow, Overrides, Reference,
    resolve,
};
use std::sync::Arc;

/// What a launch begins with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LaunchBase {
    /// A MultiCloud Image, at which state; the newest revision that is not revoked where the
    /// reference names none.
    Mci(Reference),
    /// A ServerTemplate.
    Template {
        /// Which, at which state; the newest revision where the reference names none.
        template: Reference,
        /// Which MultiCloud Image in place of the default link: one that it links, at the state of
        /// the link unless the reference names one, or any other, which overrides the links.
        mci: Option<Reference>,
    },
}

impl LaunchBase {
    /// What a reference names, without a choice among links.
    #[must_use]
    pub fn new(kind: LineageKind, reference: Reference) -> Self {
        match kind {
            LineageKind::Mci => Self::Mci(reference),
            LineageKind::Template => Self::Template {
                template: reference,
                mci: None,
            },
        }
    }
}

/// What is to be launched, wherever, as seen from a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LaunchSubject {
    /// What the launch begins with.
    pub base: LaunchBase,
    /// The caller's scope.
    pub scope: Scope,
    /// What wins over the setting.
    pub overrides: Overrides,
}

impl LaunchSubject {
    /// Anything without overrides.
    #[must_use]
    pub fn new(base: LaunchBase, scope: Scope) -> Self {
        Self {
            base,
            scope,
            overrides: Overrides::default(),
        }
    }

    /// A MultiCloud Image without overrides.
    #[must_use]
    pub fn mci(reference: Reference, scope: Scope) -> Self {
        Self::new(LaunchBase::Mci(reference), scope)
    }

    /// A ServerTemplate without overrides, and with its default link.
    #[must_use]
    pub fn template(reference: Reference, scope: Scope) -> Self {
        Self::new(LaunchBase::new(LineageKind::Template, reference), scope)
    }

    /// The same with other overrides.
    #[must_use]
    pub fn with_overrides(self, overrides: Overrides) -> Self {
        Self { overrides, ..self }
    }

    /// The question of what of it is launched at a location.
    #[must_use]
    pub fn at(self, location: CloudLocation) -> LaunchRequest {
        LaunchRequest {
            subject: self,
            location,
        }
    }
}

/// Asks for the image that is launched at a location.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LaunchRequest {
    /// What is to be launched.
    pub subject: LaunchSubject,
    /// Where.
    pub location: CloudLocation,
}

impl LaunchRequest {
    /// Asks for the image of a MultiCloud Image; [`LaunchSubject::at`] for everything else.
    #[must_use]
    pub fn new(reference: Reference, location: CloudLocation, scope: Scope) -> Self {
        LaunchSubject::mci(reference, scope).at(location)
    }
}

/// A decision with its reasoning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// Where.
    pub location: CloudLocation,
    /// What is launched, or the refusal.
    pub outcome: Result<Launch, LaunchRefusal>,
    /// Why.
    pub trace: LaunchTrace,
}

impl Session {
    /// The image to launch, with everything that a launch needs.
    ///
    /// What was asked for before is answered from memory as long as nothing was written.
    ///
    /// # Errors
    ///
    /// The reference leads nowhere that the caller sees, no setting serves the location, or what
    /// it leads to must not be launched.
    pub async fn resolve(&self, request: &LaunchRequest) -> Result<Arc<Launch>, Error> {
        let shared = &self.atlas.shared;
        let LaunchRequest { subject, location } = request;
        let launches = &self.plans.launches;
        let moment = match launches.get(request, &subject.scope, shared).await? {
            Ok(launch) => return Ok(launch),
            Err(moment) => moment,
        };
        let unit = self.derive().await?;
        let sources = unit.sources(subject).await?;
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        let decided = unit.decided(&question, location).await?;
        let launch = Arc::new(decided.outcome?);
        let derived = Derived {
            unit: &unit,
            is_own: decided.is_own && sources.viewer == subject.scope,
            until: decided.until,
        };
        if launches.keep(request.clone(), &launch, moment, &derived) {
            shared.caches.adopt(&self.who, &self.plans);
        }
        Ok(launch)
    }

    /// [`Session::resolve`] with the whole reasoning, whatever its outcome.
    ///
    /// # Errors
    ///
    /// The reference leads nowhere that the caller sees.
    pub async fn explain(&self, request: &LaunchRequest) -> Result<Explained, Error> {
        let unit = self.read().await?;
        let LaunchRequest { subject, location } = request;
        let sources = unit.sources(subject).await?;
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        unit.explained(&question, location).await
    }

    /// What is launched at every location that has a setting, in order: a location that refuses is
    /// a row like all others.
    ///
    /// # Errors
    ///
    /// The reference leads nowhere that the caller sees.
    pub async fn resolve_all(&self, subject: &LaunchSubject) -> Result<Arc<LaunchMatrix>, Error> {
        let shared = &self.atlas.shared;
        let matrices = &self.plans.matrices;
        let moment = match matrices.get(subject, &subject.scope, shared).await? {
            Ok(matrix) => return Ok(matrix),
            Err(moment) => moment,
        };
        let unit = self.derive().await?;
        let sources = unit.sources(subject).await?;
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        let mut rows = Vec::new();
        let (mut is_own, mut until) = (sources.viewer == subject.scope, sources.until());
        for location in question.locations() {
            let decided = unit.decided(&question, location).await?;
            rows.push(MatrixRow::new(location.clone(), decided.outcome));
            is_own &= decided.is_own;
            until = until.into_iter().chain(decided.until).min();
        }
        let matrix: Arc<LaunchMatrix> = Arc::new(rows.into_iter().collect());
        let derived = Derived {
            unit: &unit,
            is_own,
            until,
        };
        if matrices.keep(subject.clone(), &matrix, moment, &derived) {
            shared.caches.adopt(&self.who, &self.plans);
        }
        Ok(matrix)
    }

    /// [`Session::resolve_all`] with the whole reasoning of each location.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn explain_all(&self, subject: &LaunchSubject) -> Result<Vec<Explained>, Error> {
        let unit = self.read().await?;
        let sources = unit.sources(subject).await?;
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        let mut explained = Vec::new();
        for location in question.locations() {
            explained.push(unit.explained(&question, location).await?);
        }
        Ok(explained)
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
