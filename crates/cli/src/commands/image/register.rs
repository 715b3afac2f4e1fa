//! `atlas image register` and `atlas image form`.

use super::{file::FileArgs, warned};
use crate::{
    args::Global,
    commands::candidates::InventoryArgs,
    exit::{Failure, Run},
    print::{Out, quoted},
};
use cloud_atlas::{
    Error,
    base::{Name, Tag},
    image::{
        AgentFacts, Architecture, BundleError, Firmware, ImageDescription, ImageName, LoginName,
        OsFacts, ParseTextError, ReadAgentError, RegisterError, RegisterImage, RemoteAccess,
        SpelledImage, Via, Virtualization, form,
    },
    image_id::Cloud,
};
use core::num::NonZeroU32;
use pollster::FutureExt as _;
use serde::Serialize;

/// Register an image, or all images of a file
///
/// What each cloud needs is told by `atlas image form CLOUD`. Nothing is asked for that is known: the
/// region of an ARN, the datacenter and the name of a template's path, the only credential that fits.
#[derive(Debug, clap::Args)]
pub(crate) struct Register {
    /// Where it is, such as aws/us-east-1 or gcp
    #[arg(required_unless_present = "from")]
    location: Option<String>,
    /// The cloud's id of it
    #[arg(allow_hyphen_values = true, required_unless_present = "from")]
    image: Option<String>,
    /// The operating system: FAMILY/GENERATION/VERSION, such as ubuntu/22.04/22.04.4
    #[arg(long, value_parser = os)]
    os: Option<OsFacts>,
    /// What it is called; needed for GCP, OpenStack and VMware, unless a template's path says it
    #[arg(long)]
    name: Option<ImageName>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<ImageDescription>,
    /// The processor architecture, such as `x86_64`
    #[arg(long)]
    architecture: Option<Architecture>,
    /// Its size in gigabytes
    #[arg(long, value_name = "GB")]
    size: Option<NonZeroU32>,
    /// The agent that runs scripts: installed, absent, unknown, or its KIND/VERSION
    #[arg(long, value_parser = agent, default_value = "installed")]
    agent: AgentFacts,
    /// The agent that sets a server up, such as cloud-init: as --agent
    #[arg(long, value_name = "AGENT", value_parser = agent, default_value = "unknown")]
    init_agent: AgentFacts,
    /// Whether a server asks for its address by DHCP
    #[arg(long, value_name = "BOOL")]
    dhcp: Option<bool>,
    /// How a person gets in: ssh, rdp, vnc
    #[arg(long, value_name = "WAY")]
    access: Vec<RemoteAccess>,
    /// Who logs in; never a password
    #[arg(long, value_name = "NAME")]
    login: Option<LoginName>,
    /// How it starts: bios, uefi, uefi-preferred
    #[arg(long)]
    firmware: Option<Firmware>,
    /// How its processor is shared: hvm, paravirtual
    #[arg(long, value_name = "KIND")]
    virtualization: Option<Virtualization>,
    /// Whether lower scopes see it [default: yes]
    #[arg(long, value_name = "BOOL")]
    shared: Option<bool>,
    /// Tags, such as team:owner=web
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// The credential to use, where several fit
    #[arg(long, value_name = "NAME")]
    credential: Option<Name>,
    /// Take a template of VMware that the inventory does not list
    #[arg(long)]
    unverified: bool,
    #[command(flatten)]
    inventory: InventoryArgs,
    #[command(flatten)]
    file: FileArgs,
}

pub(in crate::commands) fn os(text: &str) -> Result<OsFacts, ParseTextError> {
    OsFacts::read(text)
}

pub(in crate::commands) fn agent(text: &str) -> Result<AgentFacts, ReadAgentError> {
    AgentFacts::read(text)
}

impl Register {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        if let Some(path) = &self.file.from {
            return self.file.register(path, &self.inventory, global, out);
        }
        let session = self.inventory.session(global)?;
        let request = self.request(global)?;
        let registered = session.register_image(request).block_on();
        let registered = registered.map_err(with_option)?;
        warned(&registered.warnings);
        let record = registered.record;
        out.one(&record, |out| {
            writeln!(
                out,
                "registered {} at {} as {}",
                record.image_id(),
                record.location(),
                record.id()
            )
        })
    }

    fn request(self, global: &Global) -> Result<RegisterImage, Failure> {
        // INVARIANT: clap demands both where there is no file.
        let (location, image) = (
            self.location.unwrap_or_default(),
            self.image.unwrap_or_default(),
        );
        let spelled = SpelledImage::read(&location, &image).map_err(Failure::misused)?;
        let scope = global.scope.clone();
        let mut request = RegisterImage::new(scope, spelled.location, spelled.image_id, Via::Form);
        request.region_assumed = spelled.region_assumed;
        request.os = self.os;
        request.name = self.name;
        request.description = self.description;
        request.architecture = self.architecture;
        request.size_gb = self.size;
        request.agent = Some(self.agent);
        request.init_agent = self.init_agent;
        request.guest.dhcp = self.dhcp;
        request.guest.access = self.access.into_iter().collect();
        request.guest.login = self.login;
        request.firmware = self.firmware;
        request.virtualization = self.virtualization;
        request.shared = self.shared;
        request.tags = self.tags.into_iter().collect();
        request.credential = self.credential;
        request.unverified = self.unverified;
        Ok(request)
    }
}

/// A refusal, with the option that would have said what is missing.
pub(in crate::commands) fn with_option(error: Error) -> Failure {
    let (Error::Register(refusal) | Error::Bundle(BundleError::Register(refusal))) = &error else {
        return error.into();
    };
    let option = match refusal {
        RegisterError::OsMissing => {
            "--os FAMILY/GENERATION/VERSION, such as --os ubuntu/24.04/24.04.1"
        }
        RegisterError::NameMissing { .. } => "--name NAME",
        RegisterError::SeveralCredentials { .. } => "--credential NAME",
        _ => return error.into(),
    };
    Failure::refused(format!("{error}, with {option}")).into()
}

/// What a registration needs.
#[derive(Serialize)]
struct Needs {
    cloud: Cloud,
    location: &'static str,
    name: &'static str,
    id: &'static str,
    os: &'static str,
    agent: &'static str,
    credential: &'static str,
    example: String,
}

/// Says what a registration needs in a cloud (Scalr: its form).
pub(super) fn show_form(cloud: Cloud, out: &mut Out) -> Run {
    let form = form(cloud);
    let name = match form.name {
        cloud_atlas::image::NameNeed::Mandatory => " --name web",
        _ => "",
    };
    out.fields(&Needs {
        cloud,
        location: form.location.as_str(),
        name: form.name.as_str(),
        id: form.where_to_find,
        os: "needed, since nobody guesses it: FAMILY/GENERATION/VERSION",
        agent: "installed unless it is said otherwise; a file must state it",
        credential: match cloud {
            Cloud::Local => "none: the permission to write at the scope is enough",
            _ => "one for the cloud at the scope or above it; named where several fit",
        },
        example: format!(
            "atlas image register {} {} --os ubuntu/24.04/24.04.1{name}",
            quoted(form.example_location),
            quoted(form.example_id)
        ),
    })
}
