//! One release, one transaction.

use super::{
    ImportError, ImportOptions, ImportProgress, ImportReport, ImportWarning, ImportedRelease,
    plan::{PartPlan, ReleasePlan, plan},
    work::Work,
};
use crate::{
    Error, NewLineage, NotFound, Noun, Session,
    kind::Mci,
    stored::{StoredImport, StoredMci},
    tables::{IMPORTS, KeptImport, partition_of},
    unit::Unit,
};
use atlas_base::Timestamp;
use atlas_history::RevisionNumber;
use atlas_image::{Credential, Look, RegisterImage};
use atlas_mci::Diff;
use atlas_scope::Permission;
use atlas_store::Parts;
use atlas_streams::StreamDocument;
use atlas_template::ChannelName;
use std::sync::Arc;

impl Session {
    /// Registers every image of some stream documents, and makes one revision a release and
    /// architecture, in the order of their release times.
    ///
    /// Each release commits whole or not at all: records, revisions, channel. A release that was
    /// imported before changes nothing. All documents are checked before the first one is written,
    /// and so is whether the store's limits admit each release;
    /// [`ImportOptions::in_batches`] says what is done where they do not.
    ///
    /// # Errors
    ///
    /// A document cannot be imported, a release exceeds the store's limits, no credential for one
    /// of its clouds reaches the scope, or the caller may not.
    pub async fn import_streams(
        &self,
        documents: &[StreamDocument],
        options: &ImportOptions,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, Error> {
        let mut report = ImportReport::default();
        let plans = plan(documents, options, &mut report.warnings)?;
        let work = Arc::new(Work::new(plans, options));
        if options.in_batches {
            return self.import_in_batches(work, report, progress).await;
        }
        // Everything once in one transaction that is dropped: what would be refused in the middle
        // is refused before anything is written.
        let rehearsal = self.read().await?;
        let capability = self.atlas.shared.store.capability();
        for release in &work.releases {
            rehearsal.lap().await?;
            rehearsal.import(release, &work).await?;
            let weight = rehearsal.tx.weight();
            if weight.writes > 0 {
                let admitted = capability.admits(&weight);
                admitted.map_err(|error| release.too_large(error, false))?;
            }
        }
        drop(rehearsal);
        let total = work.releases.len();
        for done in 0..total {
            progress(ImportProgress { done, total });
            let written = self
                .write(|unit| {
                    let work = Arc::clone(&work);
                    async move {
                        match work.releases.get(done) {
                            Some(release) => unit.import(release, &work).await,
                            None => Ok(ImportReport::default()),
                        }
                    }
                })
                .await?;
            report.add(written);
        }
        progress(ImportProgress { done: total, total });
        Ok(report)
    }
}

/// A MultiCloud Image that a release goes to, where there is one already, and the revision that
/// holds the release already.
#[derive(Debug, Clone)]
pub(super) struct Before {
    mci: Option<StoredMci>,
    pub(super) revision: Option<RevisionNumber>,
}

impl Unit {
    /// Refuses unless the scope is there, and the caller holds what every step of an import needs.
    pub(super) async fn may_import(&self, options: &ImportOptions) -> Result<(), Error> {
        let scope = &options.scope;
        self.require(Permission::ImageRegister, scope).await?;
        self.require(Permission::MciEdit, scope).await?;
        if options.commit {
            self.require(Permission::MciCommit, scope).await?;
            self.require(Permission::ChannelAssign, scope).await?;
        }
        match self.scope_record(scope).await? {
            Some(_) => Ok(()),
            None => Err(NotFound::new(Noun::Scope, scope, scope).into()),
        }
    }

    /// A whole release.
    async fn import(&self, release: &ReleasePlan, work: &Work) -> Result<ImportReport, Error> {
        let options = &work.options;
        self.may_import(options).await?;
        let credentials = self.credentials_near(&options.scope).await?;
        let mut report = ImportReport::default();
        for part in &release.parts {
            let before = self.before(release, part, options).await?;
            let registered = report.registered;
            if before.revision.is_none() {
                for (location, setting) in &part.settings {
                    let request = part.request(release, location, setting, options)?;
                    self.register_once(request, &credentials, &mut report)
                        .await?;
                }
            }
            let made = report.registered - registered;
            Box::pin(self.seal(release, part, work, (before, made), &mut report)).await?;
        }
        Ok(report)
    }

    /// What there is of a part of a release.
    pub(super) async fn before(
        &self,
        release: &ReleasePlan,
        part: &PartPlan,
        options: &ImportOptions,
    ) -> Result<Before, Error> {
        let mci = self.by_name::<Mci>(&options.scope, &part.name).await?;
        let revision = match &mci {
            Some(mci) => self.imported(mci, release, part).await?,
            None => None,
        };
        Ok(Before { mci, revision })
    }

    /// All of a part of a release but its images, of which so many were registered for it.
    pub(super) async fn seal(
        &self,
        release: &ReleasePlan,
        part: &PartPlan,
        work: &Work,
        (before, made): (Before, usize),
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        let scope = &work.options.scope;
        let mci = if let Some(mci) = before.mci {
            mci
        } else {
            self.require(Permission::MciCreate, scope).await?;
            let new = NewLineage::new(scope.clone(), part.name.clone());
            self.new_lineage(&new).await?
        };
        let lineage = mci.lineage;
        let mut revision = before.revision;
        let mut unchanged = revision.is_some();
        if revision.is_none() {
            if work.options.commit {
                revision = Some(self.commit_part(mci, release, part, report).await?);
            } else {
                let generation = mci.head.generation();
                let mut after = generation;
                if work.newest.get(&part.name) == Some(&release.key()) {
                    after = self.head_part(mci, part).await?.head.generation();
                }
                unchanged = made == 0 && after == generation;
            }
        }
        report
            .releases
            .push(release.told(part, lineage, revision, unchanged));
        Ok(())
    }

    /// What there is to tell of a part of a release that is done with.
    pub(super) async fn told(
        &self,
        release: &ReleasePlan,
        part: &PartPlan,
        options: &ImportOptions,
    ) -> Result<Option<ImportedRelease>, Error> {
        let before = self.before(release, part, options).await?;
        let told = |mci: StoredMci| release.told(part, mci.lineage, before.revision, true);
        Ok(before.mci.map(told))
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

    /// Registers an image, unless a scope above has registered it.
    pub(super) async fn register_once(
        &self,
        request: RegisterImage,
        credentials: &[Credential],
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        let location = request.location.clone();
        let known = self
            .records_above(&request.scope, &location, &request.image_id)
            .await?;
        if !known.is_empty() {
            return Ok(());
        }
        let registered = self.register(request, Look::Unasked, credentials).await?;
        report.registered += 1;
        for warning in registered.warnings {
            let location = location.clone();
            let warning = ImportWarning::Registration { location, warning };
            report.warnings.push(warning);
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
        if mci.is_edited() {
            return Err(ImportError::HeadEdited {
                mci: part.name.clone(),
            }
            .into());
        }
        // The document says what its images are for: their records are not looked up.
        let types = &self.shared.instance_types;
        content.admit(mci.head.content(), &part.known(&content), types)?;
        mci.set_head(mci.head.edited(content))?;
        self.put_lineage(mci.clone()).await?;
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
        let committed = if mci.is_edited() { None } else { mci.last };
        let (mci, number) = if let Some(last) = committed {
            (mci, last.number)
        } else {
            let (mci, revision) =
                Box::pin(self.commit(mci, part.message.clone(), time, None)).await?;
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
