//! Answers, action by action.

use crate::{
    AccountAttributeItem, DeviceItem, GroupItem, ImageAttribute, ImageItem, ImportTaskItem,
    InstanceChangeItem, InstanceItem, ProductCodeItem, RegionItem, ReservationItem, SnapshotDetail,
    SnapshotItem, TagItem, VolumeItem, VolumePermissionItem, ZoneItem,
    image_item::TagPair,
    xml::{Element, Xml, elements},
};
use atlas_image::LaunchPermission;
use atlas_scope::AccountNumber;

/// An answer to a request that was done.
pub trait Response {
    /// The action that it answers.
    fn action(&self) -> &'static str;

    /// Writes what the answer says, within its root.
    #[doc(hidden)]
    fn write(&self, body: &mut Body);

    /// The document, `Content-Type: text/xml;charset=UTF-8`.
    fn to_xml(&self, request_id: &str) -> String {
        let mut body = Body(Xml::new());
        body.0.open_response(self.action(), request_id);
        self.write(&mut body);
        body.0.close_response(self.action());
        body.0.finish()
    }
}

/// A document that is being written.
#[derive(Debug)]
pub struct Body(Xml);

/// [`ImagesDescribed`], written image by image: not all of them need be at hand at once.
///
/// ```
/// use atlas_ec2::{ImagesDescribed, ImagesDocument, Response as _};
///
/// let (images, next_token) = (Vec::new(), Some("next".to_owned()));
/// let whole = ImagesDescribed { images, next_token };
/// let mut document = ImagesDocument::begin("id");
/// let begun = document.take();
/// assert_eq!(begun + &document.finish(Some("next")), whole.to_xml("id"));
/// ```
#[derive(Debug)]
pub struct ImagesDocument(Xml);

impl ImagesDocument {
    /// An answer without images.
    pub fn begin(request_id: &str) -> Self {
        let mut xml = Xml::new();
        xml.open_response("DescribeImages", request_id);
        xml.open("imagesSet");
        Self(xml)
    }

    /// One image more.
    pub fn add(&mut self, image: &ImageItem<'_>) {
        image.write("item", &mut self.0);
    }

    /// What of the document is written and was not taken yet, for whoever sends it piece by piece.
    pub fn take(&mut self) -> String {
        self.0.take()
    }

    /// The document, or what of it was not taken, where there is more to be asked for with its token.
    pub fn finish(self, next_token: Option<&str>) -> String {
        let Self(mut xml) = self;
        xml.close("imagesSet");
        xml.element("nextToken", &next_token);
        xml.close_response("DescribeImages");
        xml.finish()
    }
}

macro_rules! responses {
    ($($name:ident = $action:literal;)*) => {$(
        impl Response for $name<'_> {
            fn action(&self) -> &'static str {
                $action
            }

            fn write(&self, body: &mut Body) {
                self.write_elements(&mut body.0);
            }
        }
    )*};
}

elements! {
    /// Answers `DescribeImages`.
    ImagesDescribed<'a> {
        images: Vec<ImageItem<'a>> = "imagesSet";
        next_token: Option<String> = "nextToken";
    }

    /// Answers `DeregisterImage`.
    ImageDeregistered<'a> {
        is_done: bool = "return";
        /// Only where snapshots were to be deleted too.
        snapshots: Option<Vec<DeletedSnapshot<'a>>> = "deleteSnapshotResultSet";
    }

    /// What became of a snapshot that was to be deleted with its image.
    DeletedSnapshot<'a> {
        snapshot_id: &'a str = "snapshotId";
        /// `success`, `skipped`, `missing-permissions`, `internal-error`, `client-error`.
        return_code: &'a str = "returnCode";
    }

    /// Answers `DescribeTags`.
    TagsDescribed<'a> {
        tags: Vec<TagItem<'a>> = "tagSet";
        next_token: Option<String> = "nextToken";
    }

    /// Answers `DescribeRegions`.
    RegionsDescribed<'a> { regions: Vec<RegionItem<'a>> = "regionInfo"; }

    /// Answers `DescribeAvailabilityZones`.
    ZonesDescribed<'a> { zones: Vec<ZoneItem<'a>> = "availabilityZoneInfo"; }

    /// Answers `DescribeAccountAttributes`.
    AccountAttributesDescribed<'a> { attributes: Vec<AccountAttributeItem<'a>> = "accountAttributeSet"; }

    /// Answers `DescribeSnapshots`.
    SnapshotsDescribed<'a> {
        snapshots: Vec<SnapshotItem<'a>> = "snapshotSet";
        next_token: Option<String> = "nextToken";
    }

    /// Answers `DescribeSnapshotAttribute`: of the two lists the one that is asked for.
    SnapshotAttributeDescribed<'a> {
        snapshot_id: &'a str = "snapshotId";
        product_codes: Option<Vec<ProductCodeItem<'a>>> = "productCodes";
        create_volume_permissions: Option<Vec<VolumePermissionItem<'a>>> = "createVolumePermission";
    }

    /// Answers `ImportImage`.
    ImportBegun<'a> {
        import_task_id: &'a str = "importTaskId";
        architecture: Option<&'a str> = "architecture";
        description: Option<&'a str> = "description";
        encrypted: Option<bool> = "encrypted";
        hypervisor: Option<&'a str> = "hypervisor";
        image_id: Option<&'a str> = "imageId";
        kms_key_id: Option<&'a str> = "kmsKeyId";
        license_type: Option<&'a str> = "licenseType";
        platform: Option<&'a str> = "platform";
        progress: Option<&'a str> = "progress";
        snapshots: Vec<SnapshotDetail<'a>> = "snapshotDetailSet";
        status: &'a str = "status";
        status_message: Option<&'a str> = "statusMessage";
        tags: Vec<TagPair<'a>> = "tagSet";
        usage_operation: Option<&'a str> = "usageOperation";
    }

    /// Answers `DescribeImportImageTasks`.
    ImportTasksDescribed<'a> {
        tasks: Vec<ImportTaskItem<'a>> = "importImageTaskSet";
        next_token: Option<String> = "nextToken";
    }

    /// Answers `RunInstances`: one reservation.
    InstancesRun<'a> {
        reservation_id: &'a str = "reservationId";
        owner_id: AccountNumber = "ownerId";
        groups: Vec<GroupItem<'a>> = "groupSet";
        instances: Vec<InstanceItem<'a>> = "instancesSet";
    }

    /// Answers `DescribeInstances`.
    InstancesDescribed<'a> {
        reservations: Vec<ReservationItem<'a>> = "reservationSet";
        next_token: Option<String> = "nextToken";
    }

    /// Answers `TerminateInstances`.
    InstancesTerminated<'a> { instances: Vec<InstanceChangeItem<'a>> = "instancesSet"; }

    /// Answers `DescribeVolumes`.
    VolumesDescribed<'a> {
        volumes: Vec<VolumeItem<'a>> = "volumeSet";
        next_token: Option<String> = "nextToken";
    }
}

responses! {
    ImagesDescribed = "DescribeImages";
    ImageDeregistered = "DeregisterImage";
    TagsDescribed = "DescribeTags";
    RegionsDescribed = "DescribeRegions";
    ZonesDescribed = "DescribeAvailabilityZones";
    AccountAttributesDescribed = "DescribeAccountAttributes";
    SnapshotsDescribed = "DescribeSnapshots";
    SnapshotAttributeDescribed = "DescribeSnapshotAttribute";
    ImportBegun = "ImportImage";
    ImportTasksDescribed = "DescribeImportImageTasks";
    InstancesRun = "RunInstances";
    InstancesDescribed = "DescribeInstances";
    InstancesTerminated = "TerminateInstances";
    VolumesDescribed = "DescribeVolumes";
}

/// Answers `CreateImage`, `RegisterImage` and `CopyImage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageMade<'a> {
    /// The action.
    pub action: &'static str,
    /// The new image.
    pub image_id: &'a str,
}

impl Response for ImageMade<'_> {
    fn action(&self) -> &'static str {
        self.action
    }

    fn write(&self, body: &mut Body) {
        body.0.element("imageId", self.image_id);
    }
}

/// Answers what is done or refused and says nothing more: `return` is `true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The action.
    pub action: &'static str,
}

impl Response for Done {
    fn action(&self) -> &'static str {
        self.action
    }

    fn write(&self, body: &mut Body) {
        body.0.element("return", &true);
    }
}

/// The value of one attribute of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeValue<'a> {
    /// A text, such as a description; none where nothing is said.
    Text(Option<&'a str>),
    /// Launch permissions, in the order in which they were given.
    LaunchPermissions(&'a [LaunchPermission]),
    /// Product codes.
    ProductCodes(Vec<ProductCodeItem<'a>>),
    /// Devices.
    Devices(Vec<DeviceItem<'a>>),
}

/// Answers `DescribeImageAttribute`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageAttributeDescribed<'a> {
    /// The image.
    pub image_id: &'a str,
    /// The attribute that was asked for.
    pub attribute: ImageAttribute,
    /// Its value.
    pub value: AttributeValue<'a>,
}

impl Response for ImageAttributeDescribed<'_> {
    fn action(&self) -> &'static str {
        "DescribeImageAttribute"
    }

    fn write(&self, body: &mut Body) {
        let xml = &mut body.0;
        xml.element("imageId", self.image_id);
        let name = self.attribute.as_str();
        match &self.value {
            AttributeValue::Text(text) => {
                xml.open(name);
                xml.element("value", text);
                xml.close(name);
            }
            AttributeValue::LaunchPermissions(to) => {
                let items: Vec<_> = to.iter().map(Grantee).collect();
                xml.element(name, &items);
            }
            AttributeValue::ProductCodes(codes) => xml.element(name, codes),
            AttributeValue::Devices(devices) => xml.element(name, devices),
        }
    }
}

struct Grantee<'a>(&'a LaunchPermission);

impl Element for Grantee<'_> {
    fn write(&self, name: &str, xml: &mut Xml) {
        let (item, text) = match self.0 {
            LaunchPermission::Everybody => ("group", "all".to_owned()),
            LaunchPermission::Account(number) => ("userId", number.to_string()),
            LaunchPermission::Organization(arn) if arn.is_unit() => {
                ("organizationalUnitArn", arn.as_str().to_owned())
            }
            LaunchPermission::Organization(arn) => ("organizationArn", arn.as_str().to_owned()),
            // Groups of accounts are ours, and no client of EC2 knows them.
            _ => return,
        };
        xml.open(name);
        xml.element(item, text.as_str());
        xml.close(name);
    }
}
