//! Image records.

use crate::{
    AgentFacts, Architecture, CloudText, CredentialId, Devices, Ec2Facts, Firmware, GuestFacts,
    ImageDescription, ImageName, Labels, Lifecycle, Origin, OsFacts, Protection, Verification,
    Virtualization, Warning,
};
use atlas_base::{Tag, Timestamp};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_scope::{PrincipalId, Scope};
use core::num::NonZeroU32;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::collections::BTreeSet;

atlas_base::id_type! {
    /// Names an image record.
    pub struct ImageRecordId("img-");
}

/// What is known about exactly one image in one cloud location (Scalr: a 1:1 mapping).
///
/// Records are made by [`register`](crate::register) and read from where they were stored; the
/// stored form is one JSON object. An id of a grammar that is no longer read comes back as
/// [`ImageId::Legacy`], so that every stored record can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ImageRecord(Fields);

/// The fields, in the order of the stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    pub(crate) id: ImageRecordId,
    pub(crate) scope: Scope,
    pub(crate) location: CloudLocation,
    #[serde(deserialize_with = "keep_text")]
    pub(crate) image_id: ImageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) credential: Option<CredentialId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<ImageName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<ImageDescription>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) os: Option<OsFacts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) architecture: Option<Architecture>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size_gb: Option<NonZeroU32>,
    #[serde(default)]
    pub(crate) agent: AgentFacts,
    #[serde(default)]
    pub(crate) init_agent: AgentFacts,
    #[serde(default, skip_serializing_if = "GuestFacts::is_empty")]
    pub(crate) guest: GuestFacts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) firmware: Option<Firmware>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) virtualization: Option<Virtualization>,
    #[serde(default, skip_serializing_if = "Devices::is_empty")]
    pub(crate) devices: Devices,
    #[serde(default, skip_serializing_if = "Ec2Facts::is_empty")]
    pub(crate) ec2: Box<Ec2Facts>,
    pub(crate) shared: bool,
    #[serde(default)]
    pub(crate) lifecycle: Lifecycle,
    #[serde(default)]
    pub(crate) origin: Origin,
    #[serde(default)]
    pub(crate) verification: Verification,
    #[serde(default, skip_serializing_if = "Protection::is_off")]
    pub(crate) protection: Protection,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) tags: BTreeSet<Tag>,
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub(crate) labels: Labels,
    pub(crate) created: Timestamp,
    pub(crate) created_by: PrincipalId,
}

impl ImageRecord {
    pub(crate) fn new(fields: Fields) -> Self {
        Self(fields)
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.0
    }

    pub(crate) fn into_fields(self) -> Fields {
        self.0
    }

    /// Its own id, which never changes.
    pub fn id(&self) -> ImageRecordId {
        self.0.id
    }

    /// The scope that holds it; writing it needs a permission here or above.
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// Where the image is.
    pub fn location(&self) -> &CloudLocation {
        &self.0.location
    }

    /// The cloud's own id of the image; it never changes.
    pub fn image_id(&self) -> &ImageId {
        &self.0.image_id
    }

    /// The credential it was registered with; none for images of the repository.
    pub fn credential(&self) -> Option<CredentialId> {
        self.0.credential
    }

    /// Its name, 1 to 255 characters; the image id where it has none (Scalr).
    pub fn name(&self) -> &str {
        self.0
            .name
            .as_ref()
            .map_or(self.0.image_id.as_str(), ImageName::as_str)
    }

    /// The name it was given, if it was.
    pub fn given_name(&self) -> Option<&ImageName> {
        self.0.name.as_ref()
    }

    /// What it is for, at most 4,096 characters.
    pub fn description(&self) -> Option<&ImageDescription> {
        self.0.description.as_ref()
    }

    /// The operating system inside; none while it is unknown.
    pub fn os(&self) -> Option<&OsFacts> {
        self.0.os.as_ref()
    }

    /// The processor architecture; none while it is unknown.
    pub fn architecture(&self) -> Option<Architecture> {
        self.0.architecture
    }

    /// The size in gigabytes, at least 1.
    pub fn size_gb(&self) -> Option<NonZeroU32> {
        self.0.size_gb
    }

    /// The agent that runs scripts.
    pub fn agent(&self) -> &AgentFacts {
        &self.0.agent
    }

    /// The agent that sets a server up at its first boot: cloud-init, cloudbase-init.
    pub fn init_agent(&self) -> &AgentFacts {
        &self.0.init_agent
    }

    /// How a person reaches the server that is launched from it.
    pub fn guest(&self) -> &GuestFacts {
        &self.0.guest
    }

    /// How it starts, where that is known.
    pub fn firmware(&self) -> Option<Firmware> {
        self.0.firmware
    }

    /// How its processor is shared, where that is known.
    pub fn virtualization(&self) -> Option<Virtualization> {
        self.0.virtualization
    }

    /// Its devices; none where they are not known.
    pub fn devices(&self) -> &Devices {
        &self.0.devices
    }

    /// What EC2 says of it beyond what every cloud does.
    pub fn ec2(&self) -> &Ec2Facts {
        &self.0.ec2
    }

    /// Whether lower scopes see it.
    pub fn shared(&self) -> bool {
        self.0.shared
    }

    /// Where it stands on its way from active to deleted.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.0.lifecycle
    }

    /// How it came to be.
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// The image that it was copied from in the cloud's own words, and where that one is (AWS: the
    /// source image and its region); none where the cloud does not say.
    pub fn source_image(&self) -> Option<(CloudLocation, ImageId)> {
        let (own, facts) = (&self.0.location, &self.0.ec2);
        let image = ImageId::parse(own.cloud(), facts.source_image.as_ref()?.as_str()).ok()?;
        let region = facts.source_region.as_ref().map(CloudText::as_str);
        let region = region.or_else(|| own.region());
        let at = CloudLocation::new(own.cloud(), own.installation(), region, None).ok()?;
        let same = (&at, &image) == (own, &self.0.image_id);
        (!same).then_some((at, image))
    }

    /// Whether an inventory has confirmed that the image exists.
    pub fn verification(&self) -> Verification {
        self.0.verification
    }

    /// Whether it can be deleted.
    pub fn protection(&self) -> Protection {
        self.0.protection
    }

    /// Its tags, in order.
    pub fn tags(&self) -> &BTreeSet<Tag> {
        &self.0.tags
    }

    /// Its labels.
    pub fn labels(&self) -> &Labels {
        &self.0.labels
    }

    /// When it was registered.
    pub fn created(&self) -> Timestamp {
        self.0.created
    }

    /// Who registered it.
    pub fn created_by(&self) -> &PrincipalId {
        &self.0.created_by
    }

    /// The same record in another state of its life.
    #[must_use]
    pub fn with_lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.0.lifecycle = lifecycle;
        self
    }

    /// The same record, made by a request with this token.
    #[must_use]
    pub fn asked_with(mut self, token: CloudText) -> Self {
        self.0.ec2.client_token = Some(token);
        self
    }

    /// The same record with some of its fields changed.
    pub(crate) fn changed(&self, change: impl FnOnce(&mut Fields)) -> Self {
        let mut record = self.clone();
        change(&mut record.0);
        record
    }

    /// What whoever shows the record says about it: that its stored id, or the operating system
    /// inside, is not known.
    pub fn warnings(&self) -> Vec<Warning> {
        let legacy = matches!(self.0.image_id, ImageId::Legacy(_)).then(|| Warning::LegacyId {
            image_id: self.0.image_id.clone(),
        });
        let os = self.0.os.is_none().then_some(Warning::OsUnknown);
        legacy.into_iter().chain(os).collect()
    }
}

impl<'de> Deserialize<'de> for ImageRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::deserialize(deserializer)?;
        let text = fields.image_id.as_str();
        fields.image_id = ImageId::from_stored(fields.location.cloud(), text);
        Ok(Self(fields))
    }
}

/// Keeps the text of an id until the location, and so the cloud, has been read too.
///
/// The grammar of [`Cloud::Local`] changes no text, so none is lost on the way.
fn keep_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ImageId, D::Error> {
    struct Text;

    impl de::Visitor<'_> for Text {
        type Value = ImageId;

        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("an image id")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<ImageId, E> {
            Ok(ImageId::from_stored(Cloud::Local, text))
        }
    }

    deserializer.deserialize_str(Text)
}
