//! What a line says, before it is understood.

use super::BulkLineError;
use crate::{
    AgentFacts, Devices, Ec2Facts, OsFacts, ReadImageError, RegisterImage, RemoteAccess,
    SpelledImage, Via,
};
use atlas_base::Tag;
use atlas_scope::Scope;
use core::{fmt, num::NonZeroU32, str::FromStr};
use serde::Deserialize;
use serde_json::Number;

/// The texts of a line, by their fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Given {
    pub(super) scope: Option<String>,
    pub(super) location: Option<String>,
    pub(super) image: Option<String>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) os: Option<String>,
    pub(super) architecture: Option<String>,
    pub(super) size_gb: Option<Number>,
    pub(super) agent: Option<String>,
    pub(super) init_agent: Option<String>,
    pub(super) dhcp: Option<bool>,
    pub(super) access: Vec<String>,
    pub(super) login: Option<String>,
    pub(super) firmware: Option<String>,
    pub(super) virtualization: Option<String>,
    pub(super) shared: Option<bool>,
    pub(super) tags: Vec<String>,
    pub(super) credential: Option<String>,
    pub(super) devices: Devices,
    pub(super) ec2: Box<Ec2Facts>,
}

/// The fields that a cell of a CSV file can hold.
pub(super) const COLUMNS: &[&str] = &[
    "scope",
    "location",
    "image",
    "name",
    "description",
    "os",
    "architecture",
    "size_gb",
    "agent",
    "init_agent",
    "dhcp",
    "access",
    "login",
    "firmware",
    "virtualization",
    "shared",
    "tags",
    "credential",
];

impl Given {
    pub(super) fn from_json(line: &[u8]) -> Result<Self, BulkLineError> {
        if !line.starts_with(b"{") {
            return Err(BulkLineError::line("expected a JSON object"));
        }
        serde_json::from_slice(line).map_err(|error| {
            let told = error.to_string();
            let what = told.split(" at line ").next().unwrap_or(&told);
            let at = error.column();
            BulkLineError::line(format_args!("{what}, at character {at} of the line"))
        })
    }

    /// Puts the text of a cell where its column says; an empty cell says nothing.
    pub(super) fn put(&mut self, column: &'static str, cell: &str) -> Result<(), BulkLineError> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(());
        }
        let said = || Some(cell.to_owned());
        let several = || cell.split(';').map(|one| one.trim().to_owned()).collect();
        match column {
            "scope" => self.scope = said(),
            "location" => self.location = said(),
            "image" => self.image = said(),
            "name" => self.name = said(),
            "description" => self.description = said(),
            "os" => self.os = said(),
            "architecture" => self.architecture = said(),
            "size_gb" => {
                let wrong = "expected a whole number of gigabytes, at least 1";
                let number = cell
                    .parse()
                    .map_err(|_| BulkLineError::field(column, wrong))?;
                self.size_gb = Some(number);
            }
            "agent" => self.agent = said(),
            "init_agent" => self.init_agent = said(),
            "dhcp" => self.dhcp = Some(yes_or_no(column, cell)?),
            "access" => self.access = several(),
            "login" => self.login = said(),
            "firmware" => self.firmware = said(),
            "virtualization" => self.virtualization = said(),
            "shared" => self.shared = Some(yes_or_no(column, cell)?),
            "tags" => self.tags = several(),
            "credential" => self.credential = said(),
            _ => {}
        }
        Ok(())
    }

    /// What is asked for.
    pub(super) fn request(self, scope: &Scope) -> Result<RegisterImage, BulkLineError> {
        let missing = |field, example| {
            let message =
                format_args!("it is not stated: give one such as `{example}`").to_string();
            BulkLineError::field(field, message)
        };
        let location = self
            .location
            .ok_or_else(|| missing("location", "aws/us-east-1"))?;
        let image = self
            .image
            .ok_or_else(|| missing("image", "ami-0ae8605ed708e3c3e"))?;
        let spelled = SpelledImage::read(&location, &image).map_err(|error| {
            let field = match error {
                ReadImageError::Location(_) => "location",
                ReadImageError::Image(_) | ReadImageError::OtherCloud { .. } => "image",
            };
            BulkLineError::field(field, error)
        })?;
        let scope = read("scope", self.scope.as_deref())?.unwrap_or_else(|| scope.clone());
        let mut request = RegisterImage::new(scope, spelled.location, spelled.image_id, Via::Bulk);
        request.region_assumed = spelled.region_assumed;
        request.name = read("name", self.name.as_deref())?;
        request.description = read("description", self.description.as_deref())?;
        request.os = read_with("os", self.os.as_deref(), OsFacts::read)?;
        request.architecture = read("architecture", self.architecture.as_deref())?;
        request.size_gb = self.size_gb.as_ref().map(gigabytes).transpose()?;
        request.agent = read_with("agent", self.agent.as_deref(), AgentFacts::read)?;
        request.init_agent = read_with("init_agent", self.init_agent.as_deref(), AgentFacts::read)?
            .unwrap_or_default();
        request.guest.dhcp = self.dhcp;
        for way in self.access {
            let way = read::<RemoteAccess>("access", Some(&way))?;
            request.guest.access.extend(way);
        }
        request.guest.login = read("login", self.login.as_deref())?;
        request.firmware = read("firmware", self.firmware.as_deref())?;
        request.virtualization = read("virtualization", self.virtualization.as_deref())?;
        request.shared = self.shared;
        for tag in self.tags {
            request.tags.extend(read::<Tag>("tags", Some(&tag))?);
        }
        request.credential = read("credential", self.credential.as_deref())?;
        request.devices = self.devices;
        request.ec2 = self.ec2;
        Ok(request)
    }
}

fn gigabytes(number: &Number) -> Result<NonZeroU32, BulkLineError> {
    let number = number
        .as_u64()
        .and_then(|number| u32::try_from(number).ok());
    number.and_then(NonZeroU32::new).ok_or_else(wrong_size)
}

fn wrong_size() -> BulkLineError {
    BulkLineError::field(
        "size_gb",
        "expected a whole number of gigabytes, at least 1",
    )
}

fn yes_or_no(column: &'static str, cell: &str) -> Result<bool, BulkLineError> {
    match cell {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err(BulkLineError::field(column, "expected true or false")),
    }
}

fn read<T: FromStr<Err: fmt::Display>>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, BulkLineError> {
    read_with(field, text, T::from_str)
}

fn read_with<T, E: fmt::Display>(
    field: &'static str,
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, BulkLineError> {
    let read = text.map(read).transpose();
    read.map_err(|error| BulkLineError::field(field, error))
}
