//! `atlas deployment`: servers that belong together.

use crate::{
    args::Global,
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out, moment},
};
use clap::Subcommand;
use cloud_atlas::{DeploymentView, MakeDeployment, base::Name, mci::Description};
use pollster::FutureExt as _;

/// A deployment holds server definitions that belong together; one called `default` is at every
/// scope
#[derive(Debug, Subcommand)]
pub(crate) enum DeploymentCommand {
    /// Make a deployment at --scope, without servers yet
    Make(Make),
    /// List the deployments that are seen from --scope
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a deployment
    Show {
        /// Its name
        name: Name,
    },
    /// Give a deployment another name; its servers stay in it
    Rename {
        /// Its name
        name: Name,
        /// The other name
        to: Name,
    },
    /// Show a deployment with its servers to lower scopes
    Share {
        /// Its name
        name: Name,
    },
    /// Hide a deployment with its servers from lower scopes
    Unshare {
        /// Its name
        name: Name,
    },
    /// Delete a deployment that holds no servers
    Delete {
        /// Its name
        name: Name,
    },
}

/// Make a deployment at --scope, without servers yet
#[derive(Debug, clap::Args)]
pub(crate) struct Make {
    /// What it is called, one a scope
    name: Name,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<Description>,
    /// Whether lower scopes see it [default: yes, but not in environments]
    #[arg(long, value_name = "BOOL")]
    shared: Option<bool>,
}

pub(crate) fn run(command: DeploymentCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let scope = &global.scope;
    match command {
        DeploymentCommand::Make(make) => {
            let mut request = MakeDeployment::new(scope.clone(), make.name);
            request.description = make.description.unwrap_or_default();
            request.shared = make.shared;
            let view = session.make_deployment(request).block_on()?;
            out.one(&view, |out| {
                writeln!(out, "made the deployment {} at {}", view.name, view.scope)
            })
        }
        DeploymentCommand::List { page } => {
            let headers = ["DEPLOYMENT", "SCOPE", "SINCE", "DESCRIPTION"];
            let columns = Columns::new("no deployments", &headers, row);
            page.show(&columns, out, |page| {
                session.deployments(scope, page).block_on()
            })
        }
        DeploymentCommand::Show { name } => {
            out.fields(&session.deployment(&name, scope).block_on()?)
        }
        DeploymentCommand::Rename { name, to } => {
            let renamed = session.rename_deployment(&name, scope, &to).block_on()?;
            out.one(&renamed, |out| {
                writeln!(out, "the deployment {name} is called {to} now")
            })
        }
        DeploymentCommand::Share { name } => {
            let view = session.share_deployment(&name, scope).block_on()?;
            out.one(&view, |out| {
                writeln!(out, "shared the deployment {name} at {}", view.scope)
            })
        }
        DeploymentCommand::Unshare { name } => {
            let view = session.unshare_deployment(&name, scope).block_on()?;
            out.one(&view, |out| {
                writeln!(out, "unshared the deployment {name} at {}", view.scope)
            })
        }
        DeploymentCommand::Delete { name } => {
            let session = global.confirmed(session, |session| {
                let at = session.deployment(&name, scope).block_on()?.scope;
                Ok(Some(format!("delete the deployment {name} at {at}")))
            })?;
            session.delete_deployment(&name, scope).block_on()?;
            out.removed("deployment", &name)
        }
    }
}

fn row(deployment: &DeploymentView) -> Vec<String> {
    vec![
        deployment.name.to_string(),
        deployment.scope.to_string(),
        deployment.created.map(moment).unwrap_or_default(),
        deployment
            .description
            .as_str()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
    ]
}
