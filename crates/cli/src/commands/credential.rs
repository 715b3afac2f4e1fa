//! `atlas credential`: the right to use a cloud at a scope.

use crate::{
    args::Global,
    exit::Run,
    pages::{PageArgs, find},
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::{
    base::Name,
    image::{AddCredential, Credential, Installation, SecretRef},
    image_id::Cloud,
};
use pollster::FutureExt as _;

/// A credential opens a cloud to --scope and below; images are registered only where one reaches
#[derive(Debug, Subcommand)]
pub(crate) enum CredentialCommand {
    /// Add a credential at --scope
    Add {
        /// What it is called
        name: Name,
        /// For which cloud: aws, azure, gcp, openstack or vmware
        #[arg(long)]
        cloud: Cloud,
        /// For which installation, where the cloud has several
        #[arg(long)]
        installation: Option<Installation>,
        /// Where the secret is kept, such as vault:acme/aws; never the secret itself
        #[arg(long, value_name = "REFERENCE")]
        secret: SecretRef,
    },
    /// List the credentials that reach --scope
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Remove a credential at --scope that no image record uses
    Remove {
        /// What it is called
        name: Name,
    },
}

pub(crate) fn run(command: CredentialCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let scope = &global.scope;
    match command {
        CredentialCommand::Add {
            name,
            cloud,
            installation,
            secret,
        } => {
            let request = AddCredential {
                scope: scope.clone(),
                cloud,
                installation,
                name,
                secret,
            };
            let credential = session.add_credential(request).block_on()?;
            out.one(&credential, |out| {
                writeln!(
                    out,
                    "added {} for {} at {scope}",
                    credential.name(),
                    credential.cloud()
                )
            })
        }
        CredentialCommand::List { page } => {
            let headers = ["CREDENTIAL", "CLOUD", "SCOPE", "SECRET AT"];
            let columns = Columns::new("no credentials", &headers, row);
            page.show(&columns, out, |page| {
                session.credentials(scope, page).block_on()
            })
        }
        CredentialCommand::Remove { name } => {
            let session = global.confirmed(session, |session| {
                let read = |page: &_| session.credentials(scope, page).block_on();
                let found = find(read, |it| it.name() == &name && it.scope() == scope)?;
                Ok(found.map(|_| format!("remove the credential {name} at {scope}")))
            })?;
            session.remove_credential(scope, &name).block_on()?;
            out.removed("credential", &name)
        }
    }
}

fn row(credential: &Credential) -> Vec<String> {
    let cloud = match credential.installation() {
        Some(installation) => format!("{}:{installation}", credential.cloud()),
        None => credential.cloud().to_string(),
    };
    vec![
        credential.name().to_string(),
        cloud,
        credential.scope().to_string(),
        credential.secret().to_string(),
    ]
}
