//! Long work in batches: how far each is.

use crate::{
    Error, NotFound, Noun, Session,
    tables::{JOBS, KeptJob, partition_of},
    unit::{Change, Unit},
};
use atlas_base::{Digest, Timestamp};
use atlas_scope::{Permission, PrincipalId, Scope};
use serde::{Deserialize, Serialize};

atlas_base::id_type! {
    /// The id of a [`Job`]. It comes from the work itself, so that the same work has one job,
    /// whoever does it.
    pub struct JobId("job-");
}

impl JobId {
    /// The id of the job of some input.
    pub(crate) fn of(input: &Digest) -> Self {
        let bytes = input.as_bytes().iter().take(16);
        Self::from_u128(bytes.fold(0, |bits, &byte| bits << 8 | u128::from(byte)))
    }
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum JobKind {
    /// Imports stream documents.
    Import,
    /// Deletes what stood beside a MultiCloud Image that is gone.
    DeleteMci,
    /// The same of a ServerTemplate.
    DeleteTemplate,
}

impl JobKind {
    /// The name of it: `import`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::DeleteMci => "delete-mci",
            Self::DeleteTemplate => "delete-template",
        }
    }

    /// What it takes to do it, or to forget it.
    fn permission(self) -> Permission {
        match self {
            Self::Import => Permission::ImageRegister,
            Self::DeleteMci => Permission::MciDelete,
            Self::DeleteTemplate => Permission::TemplateDelete,
        }
    }
}

/// Work that takes several commits and is not finished. It lies in the store from its first commit
/// to its last, each of which moves it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// The digest of all that the work is given: documents and options.
    pub input: Digest,
    /// Where it works.
    pub scope: Scope,
    /// What it makes or deletes: for an import, how the MultiCloud Images begin.
    pub subject: String,
    /// When it was begun.
    pub begun: Timestamp,
    /// By whom.
    pub by: PrincipalId,
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}

impl Session {
    /// The jobs that are not finished: of an account with its environments, of one environment, or
    /// of what belongs to no account. There are few; by id.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not see its events.
    pub async fn jobs(&self, scope: &Scope) -> Result<Vec<Job>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::EventView, scope).await?;
        let kept = unit.all(&JOBS, &partition_of(scope)?, ()).await?;
        let jobs = kept.into_iter().map(|kept| kept.0);
        Ok(jobs.filter(|job| scope.contains(&job.scope)).collect())
    }

    /// Removes a job of a scope or of one below. What it has done stays; the same work begins anew,
    /// and finds that done already.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the caller may not do there what it does.
    pub async fn forget_job(&self, id: JobId, from: &Scope) -> Result<Job, Error> {
        self.write(|unit| {
            let from = from.clone();
            async move {
                unit.enter(Permission::EventView, &from).await?;
                let found = unit.job(id, &from).await?;
                let Some(job) = found.filter(|job| from.contains(&job.scope)) else {
                    return Err(NotFound::new(Noun::Job, id, &from).into());
                };
                unit.require(job.kind.permission(), &job.scope).await?;
                JOBS.delete(&unit.tx, &partition_of(&from)?, id.to_string())
                    .await?;
                let before = format!("{} of {} steps", job.done, job.total);
                unit.audit_job(&job, Change::between(&before, &"forgotten"))
                    .await?;
                Ok(job)
            }
        })
        .await
    }
}

impl Unit {
    /// A job that lies in the partition of a scope.
    pub(crate) async fn job(&self, id: JobId, scope: &Scope) -> Result<Option<Job>, Error> {
        let found = JOBS
            .get(&self.tx, &partition_of(scope)?, id.to_string())
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    /// Writes how far a job is; it is removed where that is the end.
    pub(crate) async fn put_job(&self, job: &Job) -> Result<(), Error> {
        let (at, parts) = (partition_of(&job.scope)?, job.id.to_string());
        if job.done < job.total {
            let kept = KeptJob(job.clone());
            return Ok(JOBS.put(&self.tx, &at, parts, &kept).await?);
        }
        JOBS.delete(&self.tx, &at, parts).await?;
        self.audit_job(job, Change::between(&"begun", &"finished"))
            .await
    }

    pub(crate) async fn audit_job(&self, job: &Job, change: Change) -> Result<(), Error> {
        let permission = job.kind.permission();
        self.audit(permission, &job.scope, job.id, change).await
    }
}
