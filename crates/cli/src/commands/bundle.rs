//! Images of servers: `atlas image bundle`, `atlas image cleanup`.

use crate::{
    args::Global,
    commands::{candidates::InventoryArgs, image::with_option},
    exit::{Failure, Run},
    print::{Out, warn},
};
use cloud_atlas::{
    BundleImage,
    base::{Name, Tag},
    image::{
        AgentFacts, AgentText, CloudServer, CloudText, Disk, DiskKind, ImageDescription, ImageName,
        OriginText, OsFacts, ServerState, cleanup_for, cleanup_lists,
    },
    image_id::{CloudLocation, ImageId},
};
use core::num::NonZeroU32;
use pollster::FutureExt as _;

/// Order an image of a server's root disk, to be registered at --scope when a host has made it
///
/// The server is looked up in the inventory. Where none knows its location, say what is so:
/// --operational, --launched-from and --left-out.
#[derive(Debug, clap::Args)]
pub(crate) struct Bundle {
    /// Where the server runs, such as aws/us-east-1
    location: CloudLocation,
    /// The cloud's id of the server, such as i-0123456789abcdef0
    server: OriginText,
    /// What the record is called; needed for GCP, OpenStack and VMware
    #[arg(long)]
    name: Option<ImageName>,
    /// What the image is for
    #[arg(long, value_name = "TEXT")]
    description: Option<ImageDescription>,
    /// The operating system: FAMILY/GENERATION/VERSION [default: that of the image it was launched from]
    #[arg(long, value_name = "OS", value_parser = super::image::os)]
    os: Option<OsFacts>,
    /// Whether lower scopes see the record [default: yes, but not in environments]
    #[arg(long, value_name = "BOOL")]
    shared: Option<bool>,
    /// Tags, such as team:owner=web
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// The credential to use, where several fit
    #[arg(long, value_name = "NAME")]
    credential: Option<Name>,
    /// Keep the server running while its disk is read
    #[arg(long)]
    no_reboot: bool,
    /// The size of the packages that are to be part of it, in gigabytes
    #[arg(long, value_name = "GB")]
    packages: Option<NonZeroU32>,
    /// The `ServerTemplate` and its revision that the server runs, such as web@4
    #[arg(long, value_name = "REF")]
    template: Option<OriginText>,
    /// The MultiCloud Image and its revision that the server was launched from
    #[arg(long, value_name = "REF")]
    mci: Option<OriginText>,
    /// The clean-up list that was applied to the server, as `atlas image cleanup` calls it
    #[arg(long, value_name = "LIST")]
    cleaned_with: Option<OriginText>,
    /// The server is operational; where an inventory knows it, that counts
    #[arg(long)]
    operational: bool,
    /// The id of the image that the server was launched from
    #[arg(long, value_name = "IMAGE")]
    launched_from: Option<String>,
    /// A disk of the server that is not its root disk; several may be named
    #[arg(long, value_name = "DEVICE")]
    left_out: Vec<CloudText>,
    #[command(flatten)]
    inventory: InventoryArgs,
}

impl Bundle {
    /// The server as it was described; nothing where it was not.
    fn described(&self) -> Result<Option<CloudServer>, Failure> {
        if !self.operational {
            return Ok(None);
        }
        let (location, id) = (self.location.clone(), self.server.clone());
        let cloud = location.cloud();
        let mut server = CloudServer::new(location, id, ServerState::Operational);
        let image = self.launched_from.as_deref();
        let image = image.map(|text| ImageId::parse(cloud, text)).transpose();
        server.image_id = image.map_err(Failure::misused)?;
        let devices = self.left_out.iter().cloned();
        server.devices = devices
            .map(|name| Disk::new(name, DiskKind::Volume))
            .collect();
        Ok(Some(server))
    }

    pub(crate) fn order(self, global: &Global, out: &mut Out) -> Run {
        let described = self.described()?;
        let session = self.inventory.session(global)?;
        let mut request = BundleImage::new(global.scope.clone(), self.location, self.server);
        request.name = self.name;
        request.description = self.description;
        request.os = self.os;
        request.shared = self.shared;
        request.tags = self.tags.into_iter().collect();
        request.credential = self.credential;
        request.no_reboot = self.no_reboot;
        request.packages_gb = self.packages;
        request.template = self.template;
        request.mci = self.mci;
        request.cleaned_with = self.cleaned_with;
        let ordered = session.bundle(request, described).block_on();
        let ordered = ordered.map_err(with_option)?;
        for warning in &ordered.warnings {
            warn(warning);
        }
        super::work::told(&ordered.order, "ordered", out)
    }
}

/// Show what to remove from a server before it is bundled, as commands for root
#[derive(Debug, clap::Args)]
pub(crate) struct Cleanup {
    /// The agent on the server, such as `right_link`
    #[arg(long, value_name = "KIND", requires = "version")]
    agent: Option<AgentText>,
    /// The version of the agent, such as 5.8
    #[arg(long, requires = "agent")]
    version: Option<AgentText>,
}

impl Cleanup {
    pub(crate) fn show(self, out: &mut Out) -> Run {
        let mut lists: Vec<_> = cleanup_lists().iter().collect();
        if let (Some(kind), version) = (self.agent, self.version) {
            let agent = AgentFacts::installed_as(kind, version);
            let found = cleanup_for(cleanup_lists(), &agent);
            let none = || Failure::refused(format!("there is no clean-up list for {agent}"));
            lists = vec![found.ok_or_else(none)?];
        }
        for list in lists {
            out.one(list, |out| {
                writeln!(out, "# {}", list.name)?;
                for step in list.steps {
                    writeln!(out, "{} # {}", step.command, step.what)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
