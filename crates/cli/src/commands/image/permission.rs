//! `atlas image permission`: to whom an image is opened beside the tree of scopes.

use super::warned;
use crate::{
    args::Global,
    exit::Run,
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::image::{ChangedLaunchPermissions, ImageRecordId, LaunchPermission};
use pollster::FutureExt as _;

/// Launch permissions: who sees and launches an image beside the scopes below it
///
/// WHO is all, an account number of 12 digits, an account group of the image's account such as
/// grp-0123456789abcdef0123456789abcdef, or the ARN of an organisation of AWS, which is kept for
/// clients of its API.
#[derive(Debug, Subcommand)]
pub(crate) enum PermissionCommand {
    /// List to whom an image is opened
    List {
        /// The image record
        record: ImageRecordId,
    },
    /// Open an image to some more
    Add {
        /// The image record
        record: ImageRecordId,
        /// all, an account number, an account group or an ARN
        #[arg(required = true)]
        who: Vec<LaunchPermission>,
    },
    /// Close an image to some
    Remove {
        /// The image record
        record: ImageRecordId,
        /// all, an account number, an account group or an ARN
        #[arg(required = true)]
        who: Vec<LaunchPermission>,
    },
    /// Close an image to everybody but the scopes that see it
    Reset {
        /// The image record
        record: ImageRecordId,
    },
}

pub(crate) fn run(command: PermissionCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let from = &global.scope;
    match command {
        PermissionCommand::List { record } => {
            let found = session.launch_permissions(record, from).block_on()?;
            if out.is_json() {
                return out.fields(&found);
            }
            let columns = Columns::new("opened to nobody", &["OPENED TO"], row);
            out.list(&found.permissions, &columns)
        }
        PermissionCommand::Add { record, who } => {
            let changed = session.add_launch_permissions(record, &who, from);
            let changed = changed.block_on()?;
            warned(&changed.warnings);
            tell(&changed, "opened", "it was open to them already", out)
        }
        PermissionCommand::Remove { record, who } => {
            let changed = session.remove_launch_permissions(record, &who, from);
            tell(
                &changed.block_on()?,
                "closed",
                "it was not open to them",
                out,
            )
        }
        PermissionCommand::Reset { record } => {
            let changed = session.reset_launch_permissions(record, from);
            tell(&changed.block_on()?, "closed", "it was open to nobody", out)
        }
    }
}

fn row(permission: &LaunchPermission) -> Vec<String> {
    vec![permission.to_string()]
}

fn tell(changed: &ChangedLaunchPermissions, did: &str, else_say: &str, out: &mut Out) -> Run {
    let ChangedLaunchPermissions {
        permissions,
        changed,
        ..
    } = changed;
    out.one(permissions, |out| {
        if changed.is_empty() {
            return writeln!(out, "nothing changed: {else_say}");
        }
        let who: Vec<_> = changed.iter().map(ToString::to_string).collect();
        writeln!(out, "{did} {} to {}", permissions.image, who.join(", "))
    })
}
