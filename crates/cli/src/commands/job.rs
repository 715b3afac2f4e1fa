//! `atlas job`: work in batches that is not finished.

use crate::{
    args::Global,
    exit::Run,
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::{Job, JobId};
use pollster::FutureExt as _;

/// Work in batches that is under way, or was stopped: the same import, or the same delete by the
/// lineage id, goes on with one
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// List the jobs at --scope; of an account, with its environments
    List,
    /// Forget a job at --scope or below; what it has done stays
    Forget {
        /// Such as job-75c055e9850e4b9c81f6920b4b2f91e6
        id: JobId,
    },
}

pub(crate) fn run(command: &JobCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    match command {
        JobCommand::List => {
            let jobs = session.jobs(&global.scope).block_on()?;
            let headers = ["ID", "KIND", "SUBJECT", "SCOPE", "BEGUN", "BY", ">STEPS"];
            out.list(&jobs, &Columns::new("no jobs", &headers, row))
        }
        JobCommand::Forget { id } => {
            let session = global.confirmed(session, |session| {
                let jobs = session.jobs(&global.scope).block_on()?;
                let found = jobs.into_iter().find(|job| job.id == *id);
                Ok(found.map(|job| format!("forget {id}, {} {}", job.kind.as_str(), job.subject)))
            })?;
            session.forget_job(*id, &global.scope).block_on()?;
            out.removed("job", id)
        }
    }
}

fn row(job: &Job) -> Vec<String> {
    vec![
        job.id.to_string(),
        job.kind.as_str().to_owned(),
        job.subject.clone(),
        job.scope.to_string(),
        job.begun.to_string(),
        job.by.to_string(),
        format!("{} of {}", job.done, job.total),
    ]
}
