//! An import in as many commits as the store's limits need, with a job that tells how far it is.

use super::{
    ImportError, ImportProgress, ImportReport, ImportedRelease, Resumed,
    work::{Step, Work},
    write::Before,
};
use crate::{
    Error, Session,
    job::{Job, JobId, JobKind},
    unit::{Change, Unit},
};
use atlas_base::{Digest, Timestamp};
use atlas_image::Credential;
use atlas_store::{Footprint, StoreError};
use std::sync::Arc;

impl Session {
    /// As [`Session::import_streams`], release by release in batches that the limits admit.
    pub(super) async fn import_in_batches(
        &self,
        work: Arc<Work>,
        mut report: ImportReport,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, Error> {
        let input = work.input()?;
        let id = JobId::of(&input);
        // Everything once in one transaction that is dropped, as for an import in whole releases.
        let mut rehearsed = self.read().await?.rehearse(&work, input).await?;
        while rehearsed.changes || rehearsed.there {
            let Some((job, there)) = self.begin(&work, input, rehearsed.there).await? else {
                // Somebody else has finished it meanwhile.
                rehearsed = self.read().await?.rehearse(&work, input).await?;
                continue;
            };
            if there {
                report.resumed = Some(Resumed {
                    begun: job.begun,
                    by: job.by.clone(),
                    done: job.done,
                });
            }
            let course = Course {
                work: Arc::clone(&work),
                weights: rehearsed.weights.into(),
                id,
                begun: job.begun,
                at: job.done,
                made: 0,
                most: usize::MAX,
            };
            report = self.take_batches(course, &job, report, progress).await?;
            break;
        }
        let total = work.releases.len();
        progress(ImportProgress { done: total, total });
        report.releases = self.read().await?.told_all(&work, report.releases).await?;
        Ok(report)
    }

    /// Batch after batch until the job is finished.
    async fn take_batches(
        &self,
        mut course: Course,
        job: &Job,
        mut report: ImportReport,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, Error> {
        while course.at < job.total {
            progress(course.progress());
            let batch = self
                .write(|unit| {
                    let course = course.clone();
                    async move { unit.batch(&course).await }
                })
                .await;
            match batch {
                Ok(Some(batch)) => {
                    report.add(batch.report);
                    (course.at, course.made) = (batch.done, batch.made);
                    course.most = usize::MAX;
                }
                // Somebody else has finished it, or had it forgotten.
                Ok(None) => {
                    let left = self.read().await?.rehearse(&course.work, job.input).await?;
                    if left.changes || left.there {
                        return Err(ImportError::JobGone { job: job.id }.into());
                    }
                    break;
                }
                // A step grew after it was weighed: somebody else writes here too.
                Err(Error::Store(StoreError::TooLarge { .. })) if course.most > 1 => {
                    course.most = (course.weights.len().min(course.most) / 2).max(1);
                }
                Err(Error::Store(error @ StoreError::TooLarge { .. })) => {
                    let release = course.release().and_then(|at| course.work.releases.get(at));
                    return Err(match release {
                        Some(release) => release.too_large(error, true),
                        None => error.into(),
                    });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(report)
    }

    /// Writes the job of an import, unless it is there, which is told; none where it was seen and
    /// is gone.
    async fn begin(
        &self,
        work: &Arc<Work>,
        input: Digest,
        seen: bool,
    ) -> Result<Option<(Job, bool)>, Error> {
        self.write(|unit| {
            let work = Arc::clone(work);
            async move {
                unit.may_import(&work.options).await?;
                let job = unit.new_job(&work, input);
                if let Some(there) = unit.job(job.id, &job.scope).await? {
                    return Ok(Some((there, true)));
                }
                if seen {
                    return Ok(None);
                }
                unit.put_job(&job).await?;
                unit.audit_job(&job, Change::made(&"begun")).await?;
                Ok(Some((job, false)))
            }
        })
        .await
    }
}

/// An import in batches on its way.
#[derive(Debug, Clone)]
struct Course {
    work: Arc<Work>,
    /// What each step asks of the store, as it was when the import began.
    weights: Arc<[Footprint]>,
    id: JobId,
    begun: Timestamp,
    /// The steps that are known to be done.
    at: u64,
    /// The images that were registered for the release under way.
    made: usize,
    /// The most steps of the next batch.
    most: usize,
}

impl Course {
    fn progress(&self) -> ImportProgress {
        let total = self.work.releases.len();
        let done = self.release().unwrap_or(total);
        ImportProgress { done, total }
    }

    /// The release under way; none at the end.
    fn release(&self) -> Option<usize> {
        let at = usize::try_from(self.at).ok()?;
        self.work.steps().get(at).map(Step::release)
    }
}

/// What a batch has done.
struct Batch {
    report: ImportReport,
    /// Steps done, with those before.
    done: u64,
    made: usize,
}

/// An import that was tried out.
struct Rehearsal {
    /// What each step asks of the store; nothing for those that are done.
    weights: Vec<Footprint>,
    /// Whether anything is to be done.
    changes: bool,
    /// Whether its job is there.
    there: bool,
}

/// What the steps of a release share.
struct Start {
    credentials: Vec<Credential>,
    /// A value a part.
    before: Vec<Before>,
}

impl Unit {
    fn new_job(&self, work: &Work, input: Digest) -> Job {
        Job {
            id: JobId::of(&input),
            kind: JobKind::Import,
            input,
            scope: work.options.scope.clone(),
            subject: work.options.name.to_string(),
            begun: self.now,
            by: self.who.clone(),
            done: 0,
            total: u64::try_from(work.steps().len()).unwrap_or(u64::MAX),
        }
    }

    /// Takes every step that is left, and weighs each as if it were a commit of its own.
    async fn rehearse(&self, work: &Work, input: Digest) -> Result<Rehearsal, Error> {
        let steps = work.steps();
        let mut job = self.new_job(work, input);
        let found = self.job(job.id, &job.scope).await?;
        let there = found.is_some();
        job = found.unwrap_or(job);
        let begin = usize::try_from(job.done).unwrap_or(usize::MAX);
        let mut rehearsal = Rehearsal {
            weights: vec![Footprint::default(); steps.len()],
            changes: false,
            there,
        };
        let (mut report, mut made) = (ImportReport::default(), 0);
        let mut shared: Option<(usize, Start, Footprint)> = None;
        let weights = steps.iter().zip(&mut rehearsal.weights);
        for (step, weight) in weights.skip(begin) {
            let (release, start, base) = match shared.take() {
                Some(shared) if shared.0 == step.release() => shared,
                _ => {
                    self.lap().await?;
                    let start = self.start(work, step.release()).await?;
                    (step.release(), start, self.tx.weight())
                }
            };
            self.tx.lap();
            self.step(work, step, &start, &mut made, &mut report)
                .await?;
            rehearsal.changes |= self.tx.weight().writes > 0;
            job.done = job.done.saturating_add(1);
            self.put_job(&job).await?;
            *weight = self.tx.weight();
            let capability = self.shared.store.capability();
            if let Err(error) = capability.admits(&base.and(*weight)) {
                let release = work.releases.get(release);
                return Err(release.map_or_else(
                    || error.clone().into(),
                    |release| release.too_large(error.clone(), true),
                ));
            }
            shared = Some((release, start, base));
        }
        Ok(rehearsal)
    }

    /// Takes as many steps of a release as the limits admit, from where the job stands; none where
    /// the job is gone, or another one of the same work took its place.
    async fn batch(&self, course: &Course) -> Result<Option<Batch>, Error> {
        let (work, scope) = (&*course.work, &course.work.options.scope);
        let found = self.job(course.id, scope).await?;
        let same = |job: &Job| job.begun == course.begun && job.done >= course.at;
        let Some(mut job) = found.filter(same) else {
            return Ok(None);
        };
        let steps = work.steps();
        let begin = usize::try_from(job.done).unwrap_or(usize::MAX);
        let Some(release) = steps.get(begin).map(Step::release) else {
            let reason = "a job has done more steps than its work has";
            return Err(StoreError::corrupt(reason).into());
        };
        let start = self.start(work, release).await?;
        let before = begin.checked_sub(1).and_then(|last| steps.get(last));
        let mut batch = Batch {
            report: ImportReport::default(),
            done: job.done,
            made: match before {
                Some(before) if before.release() == release => course.made,
                _ => 0,
            },
        };
        let weights = course.weights.iter().copied();
        let of_release = |(step, _): &(&Step<'_>, Footprint)| step.release() == release;
        let steps = steps.iter().zip(weights).skip(begin).take(course.most);
        for (step, weight) in steps.take_while(of_release) {
            let capability = self.shared.store.capability();
            let full = capability.admits(&self.tx.weight().and(weight)).is_err();
            if full && batch.done > job.done {
                break;
            }
            let Batch { report, made, .. } = &mut batch;
            // Boxed, so that who awaits an import needs less stack.
            Box::pin(self.step(work, step, &start, made, report)).await?;
            batch.done = batch.done.saturating_add(1);
        }
        job.done = batch.done;
        self.put_job(&job).await?;
        Ok(Some(batch))
    }

    /// What every batch of a release begins with.
    async fn start(&self, work: &Work, release: usize) -> Result<Start, Error> {
        self.may_import(&work.options).await?;
        let credentials = self.credentials_near(&work.options.scope).await?;
        let mut before = Vec::new();
        if let Some(release) = work.releases.get(release) {
            for part in &release.parts {
                before.push(self.before(release, part, &work.options).await?);
            }
        }
        Ok(Start {
            credentials,
            before,
        })
    }

    async fn step(
        &self,
        work: &Work,
        step: &Step<'_>,
        start: &Start,
        made: &mut usize,
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        let Some(release) = work.releases.get(step.release()) else {
            return Ok(());
        };
        let parts = release.parts.iter().zip(&start.before);
        match *step {
            Step::Image {
                part,
                location,
                setting,
                ..
            } => {
                let mut open = parts
                    .skip(part)
                    .take(1)
                    .filter(|(_, before)| before.revision.is_none());
                if let Some((part, _)) = open.next() {
                    let request = part.request(release, location, setting, &work.options)?;
                    let registered = report.registered;
                    self.register_once(request, &start.credentials, report)
                        .await?;
                    *made += report.registered - registered;
                }
            }
            Step::Seal { .. } => {
                for (part, before) in parts {
                    let sealed = self.seal(release, part, work, (before.clone(), *made), report);
                    Box::pin(sealed).await?;
                }
                *made = 0;
            }
        }
        Ok(())
    }

    /// What this import has done, in the order of the releases, with what was there or was done by
    /// others.
    async fn told_all(
        &self,
        work: &Work,
        done: Vec<ImportedRelease>,
    ) -> Result<Vec<ImportedRelease>, Error> {
        let mut done = done.into_iter().peekable();
        let mut all = Vec::new();
        for release in &work.releases {
            for part in &release.parts {
                let same = |told: &ImportedRelease| {
                    (&told.stream, &told.release) == (&release.stream, &release.release)
                        && told.mci == part.name
                };
                match done.next_if(same) {
                    Some(told) => all.push(told),
                    None => all.extend(self.told(release, part, &work.options).await?),
                }
            }
        }
        Ok(all)
    }
}
