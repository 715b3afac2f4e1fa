//! Machine image identifiers and cloud locations: parsed exactly, one canonical text, errors with an
//! offset.
//!
//! ```
//! use atlas_image_id::{Cloud, CloudLocation, IdKind, ImageId, Stability};
//!
//! let link = "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/family/debian-12";
//! let id = ImageId::parse(Cloud::Gcp, link)?;
//! assert_eq!(id.as_str(), "projects/debian-cloud/global/images/family/debian-12");
//! assert_eq!((id.kind(), id.stability()), (IdKind::Family, Stability::Moving));
//!
//! let here = CloudLocation::parse("gcp/us-central1")?;
//! assert!(id.check_location(&here).is_ok());
//! assert!(CloudLocation::parse("gcp")?.contains(&here));
//!
//! let error = ImageId::parse(Cloud::Aws, "ami-0AE8605ED708E3C3E").unwrap_err();
//! assert_eq!((error.at(), error.suggestion()), (5, Some("ami-0ae8605ed708e3c3e")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Parsing recognises and splits; it asks no network, and a well-formed id may name nothing. The
//! parsers scan bytes by hand: ASCII only, the whole text, nothing trimmed, at most [`MAX_BYTES`]. The
//! README lists every form of every cloud.
//!
//! | type | is |
//! |---|---|
//! | [`Cloud`] | the clouds |
//! | [`CloudLocation`] | a cloud with its installation, region and compute resource |
//! | [`ImageId`] | an id of any cloud: canonical text, equality key, kind, stability, location rules |
//! | [`ImageIdRef`] | the same as it stands in somebody else's text: reading it allocates nothing |
//! | [`AwsImageId`], [`AzureImageId`], [`GcpImageId`], [`OpenStackImageId`], [`VmwareImageId`], … | the ids of one cloud, with typed parts; those of varying length have a borrowed twin |
//! | [`detect`], [`Detection`] | of which cloud a bare text is, or of which it can be |
//! | [`LenientId`] | an id that was read with a little good will, and what was overlooked |
//! | [`Follows`], [`Missing`] | what a moving pointer follows, what a partial id lacks |
//! | [`LegacyImageId`] | a stored text that today's grammar does not read |
//! | [`ParseImageIdError`], [`ParseLocationError`] | what is wrong, at which byte, what to do |
//!
//! # Decisions
//!
//! Where sources are silent or disagree, this crate says what follows; the pages of the types say more,
//! cloud by cloud. Every row of the tables that the tests hold is decided as the row says.
//!
//! - AWS: upper-case hex is refused though some services take it. An ARN is not equal to its bare id,
//!   and Symphony's 32 digits have no ARN. A parameter's name of several parts begins with `/`.
//! - Azure: a URN's word `latest` is written in lower case. A version has three numbers below 2^31;
//!   Terraform's word `recent` is refused. A gallery name is what both Terraform and the Azure command
//!   line take. Non-ASCII letters in resource groups are refused, though Azure has them. A VHD may have
//!   `http`, which is another address; any query is refused, unseen.
//! - Azure aliases come from [`ALIAS_LIST`] and are expanded where they enter; [`ImageId::kind`] still
//!   says `alias`, and no comparison does.
//! - GCP: a bare name and `PROJECT/NAME` are refused, for they may be an image or a family. Ids that
//!   differ in name and number only are [`Sameness::Undecided`].
//! - VMware: names are ASCII; patterns are refused; `/A/B` is an item of a content library; a UUID is
//!   an `instanceUuid`.
//! - AWS regions are checked against the patterns of their partitions, not against a list.
//! - Oracle: an OCID without a region is refused, though the marketplace has some. The old keys `phx` and
//!   `iad` are the regions `us-phoenix-1` and `us-ashburn-1`.
//! - Numbers, private images and volumes are fixed; slugs of `DigitalOcean`, names of Hetzner and public
//!   images of Linode move, since their clouds renew them under the same name.
//! - OCI: Docker's defaults complete a reference (`docker.io`, `library/`, `latest`). A tag moves; a digest,
//!   with a tag or without, is fixed.

mod alibaba;
mod aws;
mod azure;
mod cloud;
mod detect;
mod digitalocean;
mod error;
mod folded;
mod follows;
mod gcp;
mod guide;
mod hetzner;
mod huawei;
mod ibm;
mod image_id;
mod image_id_ref;
mod kind;
mod lenient;
mod linode;
mod location;
mod near;
mod number;
mod nutanix;
mod oci;
mod openstack;
mod oracle;
mod place;
mod proxmox;
mod scan;
mod tencent;
mod text;
mod uuid;
mod vmware;

pub use crate::{
    alibaba::{AlibabaImageId, AlibabaImageIdRef},
    aws::{
        AmiArn, AmiId, AwsAccountId, AwsImageId, AwsImageIdRef, AwsPartition, AwsRegion, ImageArn,
        ImageArnRef, KernelId, RamdiskId, SsmInKops, SsmInTemplate, SsmPointer, SsmPointerRef,
        SsmSelector, SymphonyUuid,
    },
    azure::{
        ALIAS_LIST, AzureAlias, AzureGallery, AzureImageId, AzureImageIdRef, AzureSubscription,
        AzureUrn, AzureUrnRef, GalleryImage, GalleryImageRef, ManagedImage, ManagedImageRef,
        SlashedUrn, UpperCamelGalleryId, VhdUrl, VhdUrlRef,
    },
    cloud::Cloud,
    detect::{DetectError, Detection, detect},
    digitalocean::{DigitalOceanImageId, DigitalOceanImageIdRef},
    error::{ParseImageIdError, ParseLocationError, Reason},
    follows::{Follows, Missing},
    gcp::{
        GceProject, GceProjectRef, GcpFullName, GcpImageId, GcpImageIdRef, GcpKind, GcpSelfLink,
        GcpShortPath,
    },
    guide::where_to_find,
    hetzner::{HetznerImageId, HetznerImageIdRef},
    huawei::HuaweiImageId,
    ibm::{
        IbmImageId, IbmImageIdRef, ImageCrn, ImageCrnRef, ImageHref, ImageHrefRef, VpcImageId,
        VpcImageIdRef,
    },
    image_id::{ImageId, LegacyImageId},
    image_id_ref::ImageIdRef,
    kind::{IdKind, LocationUse, Sameness, Stability},
    lenient::{Leniency, LenientId},
    linode::{LinodeImageId, LinodeImageIdRef},
    location::{CloudLocation, CompletedLocation},
    nutanix::NutanixImageId,
    oci::{OciDigest, OciFamiliar, OciImageId, OciImageIdRef},
    openstack::OpenStackImageId,
    oracle::{OracleImageId, OracleImageIdRef, OracleRealm, OracleRegion},
    place::{LocationMismatch, MismatchKind, RecordLocation},
    proxmox::{
        ProxmoxContent, ProxmoxDisk, ProxmoxImageId, ProxmoxImageIdRef, ProxmoxVmid,
        ProxmoxVolumeRef,
    },
    tencent::{TencentImageId, TencentImageIdRef},
    uuid::{SimpleUuid, UuidUrn},
    vmware::{
        InstanceUuid, LibraryItem, LibraryItemRef, ReadableName, TemplatePath, TemplatePathRef,
        VmMoref, VmMorefRef, VmwareImageId, VmwareImageIdRef,
    },
};

/// The README's program is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The most bytes a text may have; longer ones are refused before any work.
pub const MAX_BYTES: usize = 2048;
