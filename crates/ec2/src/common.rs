//! Parameters that several actions have.

use crate::{
    Ec2Error, ErrorCode, SnapshotRef, VirtualizationType, VolumeType,
    parameter::{At, Parameter, ParameterText, Shape, parameters},
};
use atlas_image::{
    CloudText, Device, Devices, Firmware, LabelKey, LabelValue, Labels, LaunchPermission,
    OrganizationArn, TooManyLabels, Virtualization,
};
use atlas_scope::AccountNumber;
use core::num::NonZeroU32;
use std::collections::BTreeMap;

parameters! {
    /// A filter as it is asked for: see [`Filters`](crate::Filters).
    FilterParameter {
        maybe name: String = "Name";
        list values: String = "Value";
    }

    /// A tag; one to take away goes with any value where none is said.
    TagParameter {
        needed key: LabelKey = "Key";
        maybe value: LabelValue = "Value";
    }

    /// Tags for what is made.
    TagSpecification {
        maybe resource_type: String = "ResourceType";
        list tags: TagParameter = "Tag";
    }

    /// A device of an image or an instance.
    BlockDeviceMapping {
        maybe device_name: CloudText = "DeviceName";
        maybe virtual_name: CloudText = "VirtualName";
        /// Whatever it says, the device of this name is left out.
        maybe no_device: String = "NoDevice";
        maybe ebs: EbsBlockDevice = "Ebs";
    }

    /// The volume behind a device.
    EbsBlockDevice {
        maybe snapshot_id: SnapshotRef = "SnapshotId";
        maybe volume_size: u32 = "VolumeSize";
        maybe volume_type: VolumeType = "VolumeType";
        maybe delete_on_termination: bool = "DeleteOnTermination";
        maybe encrypted: bool = "Encrypted";
        maybe iops: u32 = "Iops";
        maybe throughput: u32 = "Throughput";
        maybe kms_key_id: CloudText = "KmsKeyId";
        maybe outpost_arn: String = "OutpostArn";
        maybe availability_zone: String = "AvailabilityZone";
        maybe availability_zone_id: String = "AvailabilityZoneId";
        maybe volume_initialization_rate: u32 = "VolumeInitializationRate";
        maybe ebs_card_index: u32 = "EbsCardIndex";
    }

    /// A text in a structure of its own.
    TextValue { maybe value: String = "Value"; }

    /// A flag in a structure of its own.
    FlagValue { maybe value: bool = "Value"; }
}

impl BlockDeviceMapping {
    /// The device as the domain has it; the volume's place is not ours to choose.
    pub fn to_device(&self) -> Device {
        let nonzero = |number: Option<u32>| number.and_then(NonZeroU32::new);
        let mut device = Device::default();
        device.name.clone_from(&self.device_name);
        device.virtual_name.clone_from(&self.virtual_name);
        device.left_out = self.no_device.is_some();
        if let Some(ebs) = &self.ebs {
            let text = |text: &str| CloudText::parse(text).ok();
            device.snapshot = ebs.snapshot_id.as_ref().and_then(|id| text(id.as_str()));
            device.size_gb = nonzero(ebs.volume_size);
            device.volume_type = ebs.volume_type.and_then(|kind| text(kind.as_str()));
            device.delete_on_termination = ebs.delete_on_termination;
            device.encrypted = ebs.encrypted;
            device.iops = nonzero(ebs.iops);
            device.throughput_mib = nonzero(ebs.throughput);
            device.key.clone_from(&ebs.kms_key_id);
        }
        device
    }

    /// All devices of a request.
    ///
    /// # Errors
    ///
    /// Two have the same name, or they are too many.
    pub fn to_devices(mappings: &[Self]) -> Result<Devices, Ec2Error> {
        let devices = mappings.iter().map(Self::to_device).collect();
        Devices::new(devices)
            .map_err(|error| Ec2Error::new(ErrorCode::InvalidBlockDeviceMapping, error.to_string()))
    }
}

impl TagSpecification {
    /// The tags for one kind of resource, such as `image`.
    ///
    /// # Errors
    ///
    /// A kind is none of `allowed`, or there are too many tags.
    pub fn labels(all: &[Self], kind: &str, allowed: &[&str]) -> Result<Labels, Ec2Error> {
        let mut tags = BTreeMap::new();
        for specification in all {
            let Some(found) = specification.resource_type.as_deref() else {
                let message = "Tag specification resource type must have a value";
                return Err(Ec2Error::invalid_value(message));
            };
            if !allowed.contains(&found) {
                let found = atlas_base::quoted(found).to_string().replace('`', "'");
                let message =
                    format!("{found} is not a valid taggable resource type for this operation.");
                return Err(Ec2Error::invalid_value(message));
            }
            if specification.tags.is_empty() {
                let message = "Tag specification must have at least one tag";
                return Err(Ec2Error::invalid_value(message));
            }
            if found == kind {
                tags.extend(TagParameter::pairs(&specification.tags)?);
            }
        }
        Labels::new(tags).map_err(too_many)
    }
}

impl TagParameter {
    /// The tags of a request; a missing value is an empty one.
    ///
    /// # Errors
    ///
    /// Two have the same key.
    pub fn pairs(tags: &[Self]) -> Result<BTreeMap<LabelKey, LabelValue>, Ec2Error> {
        let mut pairs = BTreeMap::new();
        for tag in tags {
            let value = match &tag.value {
                Some(value) => value.clone(),
                None => LabelValue::parse("")
                    .map_err(|error| Ec2Error::invalid_value(error.to_string()))?,
            };
            if pairs.insert(tag.key.clone(), value).is_some() {
                let message = format!("Duplicate tag key '{}' specified.", tag.key);
                return Err(Ec2Error::invalid_value(message));
            }
        }
        Ok(pairs)
    }
}

/// `TagLimitExceeded`.
pub(crate) fn too_many(_: TooManyLabels) -> Ec2Error {
    let message = format!(
        "The maximum number of tags for a resource is {}.",
        Labels::MOST
    );
    Ec2Error::new(ErrorCode::TagLimitExceeded, message)
}

impl crate::BootMode {
    /// How the domain calls it.
    pub fn firmware(self) -> Firmware {
        match self {
            Self::LegacyBios => Firmware::Bios,
            Self::Uefi => Firmware::Uefi,
            Self::UefiPreferred => Firmware::UefiPreferred,
        }
    }
}

impl VirtualizationType {
    /// How the domain calls it.
    pub fn virtualization(self) -> Virtualization {
        match self {
            Self::Hvm => Virtualization::Hvm,
            Self::Paravirtual => Virtualization::Paravirtual,
        }
    }
}

/// Whose images are asked for (E03).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Owner {
    /// `self`: the caller's account.
    Myself,
    /// 12 digits.
    Account(AccountNumber),
    /// Any other word of lower-case letters, digits and dashes: `amazon`, `aws-marketplace`.
    Alias(Box<str>),
}

/// Who may launch the images that are asked for (E03).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExecutableBy {
    /// `self`: images that were opened to the caller's account by number.
    Myself,
    /// `all`: public ones.
    Everybody,
    /// 12 digits: that account.
    Account(AccountNumber),
}

fn malformed_user(text: &str) -> Ec2Error {
    let shown = atlas_base::quoted(text).to_string().replace('`', "\"");
    Ec2Error::new(
        ErrorCode::InvalidUserIdMalformed,
        format!("Invalid user id: {shown}"),
    )
}

impl ParameterText for Owner {
    fn read_text(text: &str, _: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text == "self" {
            Ok(Self::Myself)
        } else if let Ok(number) = AccountNumber::parse(text) {
            Ok(Self::Account(number))
        } else if text.len() <= 64
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(is_word)
        {
            Ok(Self::Alias(text.into()))
        } else {
            Err(malformed_user(text))
        }
    }
}

impl ParameterText for ExecutableBy {
    fn read_text(text: &str, _: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        match text {
            "self" => Ok(Self::Myself),
            "all" => Ok(Self::Everybody),
            number => AccountNumber::parse(number)
                .map(Self::Account)
                .map_err(|_| malformed_user(number)),
        }
    }
}

/// To whom one item of a list opens an image: mostly one, and never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grantees(Vec<LaunchPermission>);

impl Grantees {
    /// All of them.
    pub fn all(&self) -> &[LaunchPermission] {
        &self.0
    }
}

impl Parameter for Grantees {
    const SHAPE: &'static Shape = &Shape::Struct(&[
        ("UserId", &Shape::Value),
        ("Group", &Shape::Value),
        ("OrganizationArn", &Shape::Value),
        ("OrganizationalUnitArn", &Shape::Value),
    ]);

    fn read(at: &At<'_>) -> Result<Option<Self>, Ec2Error> {
        let named = GRANTEES.iter().filter_map(|(name, item)| {
            let text = at.below(name).text()?;
            Some(grantee(item, text))
        });
        let named = named.collect::<Result<Vec<_>, _>>()?;
        Ok((!named.is_empty()).then_some(Self(named)))
    }
}

const GRANTEES: [(&str, &str); 4] = [
    ("UserId", "userId"),
    ("Group", "group"),
    ("OrganizationArn", "organizationArn"),
    ("OrganizationalUnitArn", "organizationalUnitArn"),
];

/// Somebody to whom an image is opened, as the item of this name tells.
pub(crate) fn grantee(item: &str, text: &str) -> Result<LaunchPermission, Ec2Error> {
    use LaunchPermission as To;
    let fits = |to: &To| match (item, to) {
        ("userId", To::Account(_)) | ("group", To::Everybody) => true,
        ("organizationArn", To::Organization(arn)) => !arn.is_unit(),
        ("organizationalUnitArn", To::Organization(arn)) => arn.is_unit(),
        _ => false,
    };
    let form = match item {
        "organizationArn" => OrganizationArn::text_form(text, false),
        "organizationalUnitArn" => OrganizationArn::text_form(text, true),
        _ => text.to_owned(),
    };
    let read = To::parse(&form).ok().filter(fits);
    read.ok_or_else(|| Ec2Error::invalid_item_value(text, item))
}

impl crate::BootMode {
    /// EC2's word for how an image starts.
    pub fn of(firmware: Firmware) -> Self {
        match firmware {
            Firmware::Uefi => Self::Uefi,
            Firmware::UefiPreferred => Self::UefiPreferred,
            _ => Self::LegacyBios,
        }
    }
}
