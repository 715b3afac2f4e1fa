//! Which image is launched here.

mod deciding;
mod sources;

pub(crate) use self::deciding::Question;
use crate::{Error, LineageKind, Session, cache::Derived};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{
    Launch, LaunchMatrix, LaunchRefusal, LaunchTrace, MatrixRow, Overrides, Reference,
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
            is_own: decided.is_own && sources.is_own,
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
        let (mut is_own, mut until) = (sources.is_own, sources.until());
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
