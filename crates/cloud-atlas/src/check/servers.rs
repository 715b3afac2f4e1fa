//! Deployments, servers and launches against each other.

use super::Care;
use crate::{
    Error,
    tables::{DEPLOYMENTS, LAUNCHES, SERVERS, deployment_parts},
};
use atlas_store::{Key, Walk};

impl Care<'_> {
    /// Each lies where it is looked for; every server is in a deployment, and launches what was
    /// decided when it was kept. A launch outlives its server.
    pub(super) async fn servers(&mut self) -> Result<(), Error> {
        let (partition, mut wrong) = (self.partition, Vec::new());
        let mut problems = Vec::new();
        self.table(&DEPLOYMENTS, |key, kept| {
            let parts = deployment_parts(&kept.0.scope, &kept.0.name);
            wrong.extend(misplaced(key, DEPLOYMENTS.key(partition, parts)));
        })
        .await?;
        self.table(&SERVERS, |key, kept| {
            let server = &kept.0.definition;
            if let Err(error) = server.plan() {
                problems.push(format!("{}: {error}", server.id()));
            }
            let expected = SERVERS.key(partition, server.id().to_string());
            wrong.extend(misplaced(key, expected));
        })
        .await?;
        self.table(&LAUNCHES, |key, kept| {
            let id = kept.0.report.id().to_string();
            wrong.extend(misplaced(key, LAUNCHES.key(partition, id)));
        })
        .await?;
        for (found, expected) in wrong {
            self.place(&found, &expected?);
        }
        self.report.findings.extend(problems);
        self.homes().await
    }

    /// Every server is in a deployment.
    async fn homes(&mut self) -> Result<(), Error> {
        let space = format!("{}.id", DEPLOYMENTS.space());
        let mut walk = Walk::new(self.snapshot, self.partition, &SERVERS)?;
        while let Some(page) = walk.next().await? {
            let servers: Vec<_> = page.into_iter().filter_map(|(_, kept)| kept.ok()).collect();
            let rows = servers.iter().map(|kept| {
                let id = kept.0.definition.deployment().to_string();
                Key::builder(self.partition, &space).text(&id).build()
            });
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let found = self.snapshot.get(&rows).await?;
            for (kept, row) in servers.iter().zip(found) {
                let server = &kept.0.definition;
                if row.is_none() {
                    let deployment = server.deployment();
                    self.find(format!(
                        "{}: its deployment {deployment} is missing",
                        server.id()
                    ));
                }
            }
        }
        Ok(())
    }
}

/// A record that lies elsewhere than where it is looked for.
fn misplaced<E>(found: &Key, expected: Result<Key, E>) -> Option<(Key, Result<Key, E>)> {
    let is_here = expected.as_ref().is_ok_and(|expected| expected == found);
    (!is_here).then(|| (found.clone(), expected))
}
