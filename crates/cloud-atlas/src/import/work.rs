//! The whole of an import, and the steps in which it is taken: values only.

use super::{
    ImportError, ImportOptions, ImportReport, ImportedRelease,
    plan::{PartPlan, ReleasePlan},
};
use crate::Error;
use atlas_base::{CanonicalError, Digest, Name, Timestamp, canonical};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{ImageName, Origin, OriginText, OsFacts, ParseTextError, RegisterImage, Via};
use atlas_image_id::{Cloud, CloudLocation};
use atlas_mci::Setting;
use atlas_scope::Scope;
use atlas_store::StoreError;
use atlas_streams::{Release, StreamArch, StreamName};
use serde::Serialize;
use std::collections::BTreeMap;

/// The releases of an import in the order of their times.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) options: ImportOptions,
    pub(super) releases: Vec<ReleasePlan>,
    /// The stream and release that each MultiCloud Image ends with: the one that becomes HEAD where
    /// nothing is committed.
    pub(super) newest: BTreeMap<Name, (StreamName, Release)>,
}

/// A step of an import, the least that is committed at once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// Registers an image.
    Image {
        release: usize,
        part: usize,
        location: &'a CloudLocation,
        setting: &'a Setting,
    },
    /// All else of a release: edits, revisions, channel.
    Seal { release: usize },
}

impl Step<'_> {
    /// Of which release it is.
    pub(super) fn release(&self) -> usize {
        match self {
            Self::Image { release, .. } | Self::Seal { release } => *release,
        }
    }
}

/// The domain of the digest by which the same import is known again. It holds how an import is
/// taken apart as well: another order of steps needs another number.
const INPUT_DOMAIN: &str = "cloud-atlas/import-job/1";

/// All of the input that has a part in the outcome.
#[derive(Serialize)]
struct Input<'a> {
    scope: &'a Scope,
    name: &'a Name,
    commit: bool,
    credentials: Vec<(&'static str, &'a Name)>,
    releases: Vec<InputRelease<'a>>,
}

#[derive(Serialize)]
struct InputRelease<'a> {
    stream: &'a StreamName,
    release: &'a Release,
    released_at: Timestamp,
    parts: Vec<InputPart<'a>>,
}

#[derive(Serialize)]
struct InputPart<'a> {
    arch: &'a StreamArch,
    settings: &'a BTreeMap<CloudLocation, Setting>,
    said: Vec<&'static str>,
}

impl Work {
    pub(super) fn new(releases: Vec<ReleasePlan>, options: &ImportOptions) -> Self {
        let last = |release: &ReleasePlan| {
            let key = release.key();
            let names = release.parts.iter().map(|part| part.name.clone());
            names.map(|name| (name, key.clone())).collect::<Vec<_>>()
        };
        let newest = releases.iter().flat_map(last).collect();
        Self {
            options: options.clone(),
            releases,
            newest,
        }
    }

    /// Every step, in order: the images of a release, then what makes it whole.
    pub(super) fn steps(&self) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        for (release, plan) in self.releases.iter().enumerate() {
            for (part, images) in plan.parts.iter().enumerate() {
                let images = images.settings.iter();
                steps.extend(images.map(|(location, setting)| Step::Image {
                    release,
                    part,
                    location,
                    setting,
                }));
            }
            steps.push(Step::Seal { release });
        }
        steps
    }

    /// The digest of documents and options.
    pub(super) fn input(&self) -> Result<Digest, CanonicalError> {
        let input = Input {
            scope: &self.options.scope,
            name: &self.options.name,
            commit: self.options.commit,
            credentials: {
                let credentials = self.options.credentials.iter();
                credentials
                    .map(|(cloud, name)| (cloud.as_str(), name))
                    .collect()
            },
            releases: self.releases.iter().map(ReleasePlan::input).collect(),
        };
        canonical::digest(INPUT_DOMAIN, &input)
    }
}

impl ReleasePlan {
    fn input<'a>(&'a self) -> InputRelease<'a> {
        let part = |part: &'a PartPlan| InputPart {
            arch: &part.arch,
            settings: &part.settings,
            said: part.said.iter().copied().map(Cloud::as_str).collect(),
        };
        InputRelease {
            stream: &self.stream,
            release: &self.release,
            released_at: self.released_at,
            parts: self.parts.iter().map(part).collect(),
        }
    }

    /// What is told of one part.
    pub(super) fn told(
        &self,
        part: &PartPlan,
        lineage: LineageId,
        revision: Option<RevisionNumber>,
        unchanged: bool,
    ) -> ImportedRelease {
        ImportedRelease {
            stream: self.stream.clone(),
            release: self.release.clone(),
            architecture: part.arch.clone(),
            mci: part.name.clone(),
            lineage,
            revision,
            unchanged,
            locations: part.settings.len(),
        }
    }

    /// What exceeds a limit, as an error of this release; of one step of it, or of the whole.
    pub(super) fn too_large(&self, error: StoreError, step: bool) -> Error {
        let StoreError::TooLarge { what, limit, found } = error else {
            return error.into();
        };
        let (stream, release) = self.key();
        let error = if step {
            ImportError::StepTooLarge {
                stream,
                release,
                what,
                limit,
                found,
            }
        } else {
            ImportError::TooLarge {
                stream,
                release,
                what,
                limit,
                found,
            }
        };
        error.into()
    }
}

impl PartPlan {
    /// The registration of one of its images.
    pub(super) fn request(
        &self,
        release: &ReleasePlan,
        location: &CloudLocation,
        setting: &Setting,
        options: &ImportOptions,
    ) -> Result<RegisterImage, Error> {
        let text = release.release.as_str();
        let generation = text.split('.').next().unwrap_or(text);
        let word = |error: ParseTextError| {
            Error::Import(ImportError::Word {
                stream: release.stream.clone(),
                release: release.release.clone(),
                reason: error.to_string(),
            })
        };
        let name = ImageName::parse(&format!("{} {text}", self.name)).map_err(word)?;
        let (scope, image) = (options.scope.clone(), setting.image().clone());
        Ok(RegisterImage {
            name: Some(name),
            os: Some(OsFacts::parse(options.name.as_str(), generation, text).map_err(word)?),
            architecture: Some(self.architecture),
            origin: Origin::Imported {
                stream: OriginText::parse(release.stream.as_str()).map_err(word)?,
                release: OriginText::parse(text).map_err(word)?,
            },
            credential: options.credentials.get(&location.cloud()).cloned(),
            ..RegisterImage::new(scope, location.clone(), image, Via::Metadata)
        })
    }
}

impl ImportReport {
    /// Adds what another part of the work has done.
    pub(super) fn add(&mut self, other: Self) {
        self.releases.extend(other.releases);
        self.registered += other.registered;
        self.warnings.extend(other.warnings);
    }
}
