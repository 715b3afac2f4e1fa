//! One release, one transaction.

use super::{
    ImportError, ImportOptions, ImportProgress, ImportReport, ImportWarning, ImportedRelease,
    plan::{PartPlan, ReleasePlan, plan},
};
use crate::{
    Error, Session,
    stored::{StoredImport, StoredMci},
    tables::{IMPORTS, KeptImport, partition_of},
    unit::Unit,
};
use atlas_base::{Name, Timestamp};
use atlas_history::RevisionNumber;
use atlas_image::{ImageName, Origin, OriginText, OsFacts, ParseTextError, RegisterImage, Via};
use atlas_mci::Diff;
use atlas_scope::Permission;
use atlas_store::Parts;
use atlas_streams::{Release, StreamDocument, StreamName};
use atlas_template::ChannelName;
use std::{collections::BTreeMap, sync::Arc};

impl Session {
    /// Registers every image of some stream documents, and makes one revision a release and
    /// architecture, in the order of their release times.
    ///
    /// Each release commits whole or not at all: records, revisions, channel. A release that was
    /// imported before changes nothing. All documents are checked before the first one is written.
    ///
    /// # Errors
    ///
    /// A document cannot be imported, no credential for one of its clouds reaches the scope, or
    /// the caller may not.
    pub async fn import_streams(
        &self,
        documents: &[StreamDocument],
        options: &ImportOptions,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, Error> {
        let mut report = ImportReport::default();
        let plans = plan(documents, options, &mut report.warnings)?;
        let options = Arc::new(options.clone());
        let total = plans.len();
        let plans: Vec<_> = plans.into_iter().map(Arc::new).collect();
        // The release that each MultiCloud Image ends with: the one that becomes HEAD where nothing
        // is committed.
        let newest: Newest = plans
            .iter()
            .flat_map(|plan| {
                plan.parts
                    .iter()
                    .map(|part| (part.name.clone(), plan.key()))
            })
            .collect();
        let newest = Arc::new(newest);
        // Everything once in one transaction that is dropped: what would be refused in the middle
        // is refused before anything is written.
        let rehearsal = self.read().await?;
        for release in &plans {
            rehearsal.import(release, &options, &newest).await?;
        }
        drop(rehearsal);
        for (done, release) in plans.into_iter().enumerate() {
            progress(ImportProgress { done, total });
            let written = self
                .write(|unit| {
                    let (release, options) = (Arc::clone(&release), Arc::clone(&options));
                    let newest = Arc::clone(&newest);
                    async move { unit.import(&release, &options, &newest).await }
                })
                .await?;
            report.releases.extend(written.releases);
            report.registered += written.registered;
            report.warnings.extend(written.warnings);
        }
        progress(ImportProgress { done: total, total });
        Ok(report)
    }
}

/// The stream and release that each MultiCloud Image ends with.
type Newest = BTreeMap<Name, (StreamName, Release)>;

impl Unit {
    async fn import(
        &self,
        release: &ReleasePlan,
        options: &ImportOptions,
        newest: &Newest,
    ) -> Result<ImportReport, Error> {
        let scope = &options.scope;
        self.require(Permission::ImageRegister, scope).await?;
        self.require(Permission::MciEdit, scope).await?;
        if options.commit {
            self.require(Permission::MciCommit, scope).await?;
            self.require(Permission::ChannelAssign, scope).await?;
        }
        let mut report = ImportReport::default();
        for part in &release.parts {
            let mci = if let Some(mci) = self.mci_by_name(scope, &part.name).await? {
                mci
            } else {
                self.require(Permission::MciCreate, scope).await?;
                self.new_mci(scope, part.name.clone()).await?
            };
            let lineage = mci.lineage;
            let before = self.imported(&mci, release, part).await?;
            let mut revision = before;
            let mut unchanged = before.is_some();
            if before.is_none() {
                let registered = report.registered;
                let generation = mci.head.generation();
                self.register_part(release, part, options, &mut report)
                    .await?;
                if options.commit {
                    revision = Some(self.commit_part(mci, release, part, &mut report).await?);
                } else {
                    let mut after = generation;
                    if newest.get(&part.name) == Some(&release.key()) {
                        after = self.head_part(mci, part).await?.head.generation();
                    }
                    unchanged = report.registered == registered && after == generation;
                }
            }
            report.releases.push(ImportedRelease {
                stream: release.stream.clone(),
                release: release.release.clone(),
                architecture: part.arch.clone(),
                mci: part.name.clone(),
                lineage,
                revision,
                unchanged,
                locations: part.settings.len(),
            });
        }
        Ok(report)
    }

    /// The revision that holds this release already.
    async fn imported(
        &self,
        mci: &StoredMci,
        release: &ReleasePlan,
        part: &PartPlan,
    ) -> Result<Option<RevisionNumber>, Error> {
        let parts = import_parts(mci, release);
        let found = IMPORTS
            .get(&self.tx, &partition_of(&mci.scope)?, parts)
            .await?;
        match found {
            Some(KeptImport(import)) if import.images != part.images => {
                Err(Error::Import(ImportError::Differs {
                    stream: release.stream.clone(),
                    release: release.release.clone(),
                    mci: part.name.clone(),
                    revision: import.revision,
                }))
            }
            found => Ok(found.map(|kept| kept.0.revision)),
        }
    }

    /// Registers the images that no scope above has registered yet.
    async fn register_part(
        &self,
        release: &ReleasePlan,
        part: &PartPlan,
        options: &ImportOptions,
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        let text = release.release.as_str();
        let generation = text.split('.').next().unwrap_or(text);
        let word = |error: ParseTextError| {
            Error::Import(ImportError::Word {
                stream: release.stream.clone(),
                release: release.release.clone(),
                reason: error.to_string(),
            })
        };
        let os = OsFacts::parse(options.name.as_str(), generation, text).map_err(word)?;
        let origin = Origin::Imported {
            stream: OriginText::parse(release.stream.as_str()).map_err(word)?,
            release: OriginText::parse(text).map_err(word)?,
        };
        let name = ImageName::parse(&format!("{} {text}", part.name)).map_err(word)?;
        let credentials = self.credentials_near(&options.scope).await?;
        for (location, setting) in &part.settings {
            let image = setting.image();
            let known = self.records_above(&options.scope, location, image).await?;
            if !known.is_empty() {
                continue;
            }
            let scope = options.scope.clone();
            let request = RegisterImage {
                name: Some(name.clone()),
                os: Some(os.clone()),
                architecture: Some(part.architecture),
                origin: origin.clone(),
                credential: options.credentials.get(&location.cloud()).cloned(),
                ..RegisterImage::new(scope, location.clone(), image.clone(), Via::Metadata)
            };
            let registered = self.register(request, &credentials).await?;
            report.registered += 1;
            for warning in registered.warnings {
                report.warnings.push(ImportWarning::Registration {
                    location: location.clone(),
                    warning,
                });
            }
        }
        Ok(())
    }

    /// Makes HEAD say what the release says.
    async fn head_part(&self, mut mci: StoredMci, part: &PartPlan) -> Result<StoredMci, Error> {
        let content = mci.head.content().edited(part.edits(mci.head.content()))?;
        let diff = Diff::between(mci.head.content(), &content);
        if diff.is_empty() {
            return Ok(mci);
        }
        if mci.is_edited()? {
            return Err(ImportError::HeadEdited {
                mci: part.name.clone(),
            }
            .into());
        }
        mci.head = mci.head.edited(content);
        self.put_mci(mci.clone()).await?;
        self.audit_edit(&mci, &diff).await?;
        Ok(mci)
    }

    /// Makes the release a revision, with the channel of its stream pointing there. Where a person
    /// has committed just that already, it is that revision.
    async fn commit_part(
        &self,
        mci: StoredMci,
        release: &ReleasePlan,
        part: &PartPlan,
        report: &mut ImportReport,
    ) -> Result<RevisionNumber, Error> {
        let time = Some(release.released_at);
        let late = match mci.last {
            Some(last) => self.released_at(&mci, last.number).await? > time,
            None => false,
        };
        let mci = self.head_part(mci, part).await?;
        let committed = if mci.is_edited()? { None } else { mci.last };
        let (mci, number) = if let Some(last) = committed {
            (mci, last.number)
        } else {
            let (mci, revision) = self.commit(mci, part.message.clone(), time, None).await?;
            (mci, revision.number())
        };
        let import = StoredImport {
            lineage: mci.lineage,
            revision: number,
            images: part.images,
            released_at: release.released_at,
            at: self.now,
        };
        let (at, parts) = (partition_of(&mci.scope)?, import_parts(&mci, release));
        IMPORTS
            .insert(&self.tx, &at, parts, &KeptImport(import))
            .await?;
        let channel_moved = self.advance(&mci, release, number, report).await?;
        if late || !channel_moved {
            report.warnings.push(ImportWarning::OutOfOrder {
                mci: part.name.clone(),
                release: release.release.clone(),
                revision: number,
                channel_moved,
            });
        }
        Ok(number)
    }

    /// Points the channel of a stream to a revision, unless it points to a later release; tells
    /// whether it points nowhere later.
    async fn advance(
        &self,
        mci: &StoredMci,
        release: &ReleasePlan,
        number: RevisionNumber,
        report: &mut ImportReport,
    ) -> Result<bool, Error> {
        let Ok(name) = ChannelName::parse(release.stream.as_str()) else {
            let stream = release.stream.clone();
            report.warnings.push(ImportWarning::NoChannel { stream });
            return Ok(true);
        };
        if let Some(channel) = self.channel(mci, &name).await? {
            if channel.current() == number {
                return Ok(true);
            }
            // Where a person pointed it to a revision of her own, it stays.
            match self.imported_at(mci, release, channel.current()).await? {
                Some(there) if there <= release.released_at => {}
                _ => return Ok(false),
            }
        }
        let marks = self.revision(mci, number).await?.marks;
        self.move_channel(mci, name, number, &marks).await?;
        Ok(true)
    }

    /// When the release was made that a stream's import put into a revision.
    async fn imported_at(
        &self,
        mci: &StoredMci,
        release: &ReleasePlan,
        number: RevisionNumber,
    ) -> Result<Option<Timestamp>, Error> {
        let parts = Parts::from((mci.lineage.to_string(), release.stream.as_str()));
        let imports = self
            .all(&IMPORTS, &partition_of(&mci.scope)?, parts)
            .await?;
        let found = imports.iter().find(|kept| kept.0.revision == number);
        Ok(found.map(|kept| kept.0.released_at))
    }

    async fn released_at(
        &self,
        mci: &StoredMci,
        number: RevisionNumber,
    ) -> Result<Option<Timestamp>, Error> {
        Ok(self.revision(mci, number).await?.revision.released_at())
    }
}

fn import_parts(mci: &StoredMci, release: &ReleasePlan) -> Parts {
    let lineage = mci.lineage.to_string();
    Parts::from((lineage, release.stream.as_str(), release.release.as_str()))
}
