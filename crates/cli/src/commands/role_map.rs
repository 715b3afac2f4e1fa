//! `atlas rolemap`: one image a location, all of one system.

use crate::{
    args::Global,
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, warn},
};
use clap::{Subcommand, ValueEnum};
use cloud_atlas::{
    Error,
    base::Name,
    image::{ImageDescription, ImageRecordId, MakeRoleMap, OsText, RoleMap, RoleMapError, RoleOs},
    image_id::CloudLocation,
};
use pollster::FutureExt as _;

/// A role map gives one image for each location, all of one operating system
#[derive(Debug, Subcommand)]
pub(crate) enum RoleMapCommand {
    /// Make a role map at --scope, without an image yet
    Make(Make),
    /// List the role maps that are seen from --scope
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a role map
    Show {
        /// Its name
        name: Name,
    },
    /// Put an image in, at its location and in the place of the one that stands there
    Set {
        /// The name of the map
        name: Name,
        /// The record of the image
        record: ImageRecordId,
    },
    /// Take the image of a location out
    Unset {
        /// The name of the map
        name: Name,
        /// Such as aws/us-east-1
        location: CloudLocation,
    },
    /// Remove a role map
    Remove {
        /// Its name
        name: Name,
    },
}

/// Make a role map at --scope, without an image yet
#[derive(Debug, clap::Args)]
pub(crate) struct Make {
    /// What it is called
    name: Name,
    /// The operating system of its images: FAMILY/GENERATION, such as ubuntu/24.04
    #[arg(long, value_parser = os)]
    os: RoleOs,
    /// What its images must have
    #[arg(long, value_enum)]
    needs: Vec<Need>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<ImageDescription>,
    /// Whether lower scopes see it [default: yes, but not in environments]
    #[arg(long, value_name = "BOOL")]
    shared: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Need {
    /// The agent that runs scripts
    Agent,
    /// The agent that sets a server up at its first boot
    InitAgent,
}

fn os(text: &str) -> Result<RoleOs, String> {
    let (family, generation) = text
        .split_once('/')
        .ok_or("expected FAMILY/GENERATION, such as ubuntu/24.04")?;
    let read = |text| OsText::parse(text).map_err(|error| error.to_string());
    Ok(RoleOs {
        family: read(family)?,
        generation: read(generation)?,
    })
}

pub(crate) fn run(command: RoleMapCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let scope = &global.scope;
    match command {
        RoleMapCommand::Make(make) => {
            let mut request = MakeRoleMap::new(scope.clone(), make.name, make.os);
            request.needs.agent = make.needs.contains(&Need::Agent);
            request.needs.init_agent = make.needs.contains(&Need::InitAgent);
            request.description = make.description;
            request.shared = make.shared;
            let map = session.make_role_map(request).block_on()?;
            out.one(&map, |out| {
                writeln!(out, "made the role map {} at {}", map.name(), map.scope())
            })
        }
        RoleMapCommand::List { page } => {
            let headers = ["NAME", "SCOPE", "OS", ">IMAGES"];
            let columns = Columns::new("no role maps", &headers, row);
            page.show(&columns, out, |page| {
                session.role_maps(scope, page).block_on()
            })
        }
        RoleMapCommand::Show { name } => out.fields(&session.role_map(&name, scope).block_on()?),
        RoleMapCommand::Set { name, record } => {
            let set = session.set_role_image(&name, scope, record).block_on();
            let set = set.map_err(with_command)?;
            for warning in &set.warnings {
                warn(warning);
            }
            out.one(&set.map, |out| match set.replaced {
                Some(before) => writeln!(out, "{name} has {record} in the place of {before}"),
                None => writeln!(out, "{name} has {record}"),
            })
        }
        RoleMapCommand::Unset { name, location } => {
            let map = session.unset_role_image(&name, scope, &location);
            let map = map.block_on()?;
            out.one(&map, |out| {
                writeln!(out, "{name} has no image in {location}")
            })
        }
        RoleMapCommand::Remove { name } => {
            let session = global.confirmed(session, |session| {
                let found = session.role_map(&name, scope).block_on()?;
                Ok(Some(format!(
                    "remove the role map {name} at {}",
                    found.scope()
                )))
            })?;
            session.remove_role_map(&name, scope).block_on()?;
            out.removed("role-map", &name)
        }
    }
}

/// A refusal, with the command that says what is missing.
fn with_command(error: Error) -> Failure {
    let Error::RoleMap(RoleMapError::OsUnknown { record, .. }) = &error else {
        return error.into();
    };
    let command = format!("atlas image edit {record} --os FAMILY/GENERATION/VERSION");
    Failure::refused(format!("{error}, with {command}")).into()
}

fn row(map: &RoleMap) -> Vec<String> {
    let os = map.os();
    vec![
        map.name().to_string(),
        map.scope().to_string(),
        format!("{} {}", os.family, os.generation),
        map.images().len().to_string(),
    ]
}
