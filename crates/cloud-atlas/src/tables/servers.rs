//! Deployments, the servers that are defined in them, and their launches.

use crate::{
    events::micros,
    stored::{StoredLaunch, StoredServer, UsedImage, place},
};
use atlas_base::Name;
use atlas_history::RevisionRef;
use atlas_scope::Scope;
use atlas_store::{Index, Parts, Record, Table};
use atlas_template::{Deployment, DeploymentId, ServerId};
use serde::{Deserialize, Serialize};

kept! {
    KeptDeployment(Deployment) = 1;
    KeptServer(StoredServer) = 1;
    KeptLaunch(StoredLaunch) = 1;
}

/// By scope and name.
pub(crate) const DEPLOYMENTS: Table<KeptDeployment> = Table::new(
    "deployment",
    &[Index::unique("id", |kept| {
        vec![Parts::from(kept.0.id.to_string())]
    })],
);

pub(crate) fn deployment_parts(scope: &Scope, name: &Name) -> Parts {
    Parts::from((scope.as_str(), name.as_str()))
}

/// By id.
///
/// Who asks what uses a template, a MultiCloud Image or an image reads the rows of that one.
pub(crate) const SERVERS: Table<KeptServer> = Table::new(
    "server",
    &[
        Index::unique("name", |kept| {
            let server = &kept.0.definition;
            vec![server_name_parts(server.deployment(), server.name())]
        }),
        Index::many("scope", |kept| vec![Parts::from(kept.0.scope.as_str())]),
        Index::many("template", |kept| {
            let template = kept.0.definition.inherited().template.iter();
            template
                .map(|template| Parts::from(template.lineage.to_string()))
                .collect()
        }),
        Index::many("mci", |kept| {
            let inherited = kept.0.definition.inherited();
            vec![Parts::from(inherited.lineage.to_string())]
        }),
        Index::many("image", |kept| {
            let image = kept.0.image();
            image
                .map(|UsedImage(key, at)| Parts::from((key.as_str(), at.as_str())))
                .into_iter()
                .collect()
        }),
    ],
);

pub(crate) fn server_name_parts(deployment: DeploymentId, name: &Name) -> Parts {
    Parts::from((deployment.to_string(), name.as_str()))
}

/// By id: launches of servers, those of servers that are gone too.
pub(crate) const LAUNCHES: Table<KeptLaunch> = Table::new(
    "launch",
    &[
        Index::many("server", |kept| {
            vec![launch_server_parts(kept.0.report.server()).and(micros(kept.0.since))]
        }),
        Index::many("template", |kept| {
            let template = kept.0.report.template().into_iter();
            template.map(launch_template_parts).collect()
        }),
    ],
);

pub(crate) fn launch_server_parts(server: ServerId) -> Parts {
    Parts::from(server.to_string())
}

pub(crate) fn launch_template_parts(revision: RevisionRef) -> Parts {
    Parts::from((
        revision.lineage.to_string(),
        u64::from(revision.number.get()),
    ))
}

impl StoredServer {
    /// The image that it launches with next time, as images are looked for; none where what it
    /// inherited and what it overrides do not fit, which no server is kept with.
    pub(crate) fn image(&self) -> Option<UsedImage> {
        let plan = self.definition.plan().ok()?;
        let image = plan.setting.image();
        Some(UsedImage::new(&place(&plan.served_by, image), image))
    }
}
