//! Image records and cloud credentials: what may be registered, where, and why not.
//!
//! ```
//! use atlas_base::{Name, Timestamp};
//! use atlas_image::{
//!     AddCredential, AddCredentialFacts, CredentialId, ImageRecordId, Look, OsFacts, RegisterFacts,
//!     RegisterImage, SecretRef, Via, add_credential, register,
//! };
//! use atlas_image_id::{Cloud, CloudLocation, ImageId};
//! use atlas_scope::Scope;
//!
//! let now = Timestamp::parse("2026-07-21T14:07:12Z")?;
//! let credential = add_credential(
//!     AddCredential {
//!         scope: Scope::parse("/acme")?,
//!         cloud: Cloud::Aws,
//!         installation: None,
//!         name: Name::parse("main")?,
//!         secret: SecretRef::parse("vault:aws/main")?,
//!     },
//!     &AddCredentialFacts { same_name: None, id: CredentialId::from_u128(1), now },
//! )?;
//!
//! let request = RegisterImage {
//!     os: Some(OsFacts::parse("ubuntu", "24", "24.04")?),
//!     ..RegisterImage::new(
//!         Scope::parse("/acme/prod")?,
//!         CloudLocation::parse("aws/us-east-1")?,
//!         ImageId::parse(Cloud::Aws, "ami-0ae8605ed708e3c3e")?,
//!         Via::Form,
//!     )
//! };
//! let facts = RegisterFacts {
//!     credentials: &[credential],
//!     same_image: &[],
//!     look: Look::Unasked,
//!     id: ImageRecordId::from_u128(1),
//!     by: "dana".parse()?,
//!     now,
//! };
//! let registered = register(request.clone(), &facts)?;
//! assert_eq!(registered.record.name(), "ami-0ae8605ed708e3c3e");
//! assert!(registered.warnings.is_empty());
//!
//! let above = RegisterImage { scope: Scope::global(), ..request };
//! assert_eq!(
//!     register(above, &facts).unwrap_err().to_string(),
//!     "no credential for `aws/us-east-1` reaches `/`: register the image at or below `/acme`, \
//!      or add a credential at `/`"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every decision is a function over values: it asks no cloud and no store, and it keeps no
//! secret. Whether the caller may do it is decided before, by `atlas-scope`.
//!
//! | type | is |
//! |---|---|
//! | [`ImageRecord`], [`ImageRecordId`] | what is known about one image in one cloud location |
//! | [`Credential`], [`SecretRef`] | the right to use a cloud at a scope, and where its secret is kept |
//! | [`RegisterImage`], [`register`] | a new record, or one of [`RegisterError`] |
//! | [`BulkReader`] | a file of many images, line by line |
//! | [`copy`], [`promote`] | a record elsewhere in the cloud, or one level up |
//! | [`RoleMap`] | one image a location, all of one system |
//! | [`check_agent`] | whether an image may serve what has scripts |
//! | [`form`] | what a registration needs, cloud by cloud |
//! | [`AddCredential`], [`add_credential`], [`remove_credential`] | credentials come and go |
//! | [`LaunchPermission`], [`LaunchPermissions`] | to whom a record is opened beside the tree |
//! | [`nearest`], [`Records`] | which of several records of one image counts |
//! | [`Lifecycle`], [`Origin`], [`Verification`] | how a record lives, where it came from, whether anyone looked |
//! | [`CloudImage`], [`CloudServer`], [`CloudNetwork`], [`Look`] | what a cloud says it holds, as an inventory tells it |
//! | [`candidates`], [`discover`] | what could be registered; what lacks its counterpart |
//! | [`BundleImage`], [`bundle`], [`CleanupList`] | an image of a server's root disk, and what is removed before |
//! | [`WorkOrder`], [`take_work`], [`report_work`] | work that a host does in a cloud |
//! | [`deprecate`], [`disable`], [`delete`], [`restore`], [`purge`] and what takes them back | the steps of a record's life, or one of [`LifeError`] |
//! | [`DiskImage`], [`begin_disk_image`], [`settle_devices`], [`make_ready`] | what the repository makes and keeps, from the first byte on |
//! | [`Plan`], [`PlanItem`] | what a change would do, as data, before anything is done |
//! | [`plan_revoke`], [`revoke`], [`undo_revoke`] | an image is disabled with all that was made from it, and enabled again |
//! | [`plan_retention`], [`RetentionPolicy`] | which images are kept and which may go, with every reason |
//! | [`Protection`], [`protect`], [`unprotect`] | what keeps a record from being deleted |
//! | [`Referrer`], [`Usage`] | who refers to a record, and what the caller is told of it |
//! | [`EditImage`], [`edit`], [`share`], [`unshare`] | what may change after registration |
//! | [`Labels`], [`LabelChange`] | keys with a value each, beside the tags |
//! | [`SnapshotRecord`], [`add_snapshot`], [`delete_snapshot`] | snapshots that devices of images name |
//! | [`OsFacts`], [`Architecture`], [`AgentFacts`], [`GuestFacts`] | what is inside the image |
//! | [`Devices`], [`Firmware`], [`Virtualization`], [`Ec2Facts`] | the machine that it makes |
//! | [`Warning`] | what is allowed and still worth saying |

mod agent;
mod architecture;
mod bulk;
mod bundle;
mod checksum;
mod cleanup;
mod cloud;
mod copy;
mod credential;
mod device;
mod discover;
mod disk_image;
mod ec2;
mod edit;
mod form;
mod guest;
mod label;
mod launch_permission;
mod life;
mod lifecycle;
mod nearest;
mod network;
mod origin;
mod os;
mod plan;
mod promote;
mod protection;
mod record;
mod referrer;
mod register;
mod retention;
mod revoke;
mod role_map;
mod sharing;
mod snapshot;
mod spelled;
mod text;
mod warning;
mod word;
mod work;

pub use crate::{
    agent::{AgentFacts, AgentMissing, NeededAgent, ReadAgentError, check_agent},
    architecture::{Architecture, ParseArchitectureError},
    bulk::{BulkFileError, BulkFormat, BulkLimits, BulkLine, BulkLineError, BulkReader},
    bundle::{Bundle, BundleError, BundleFacts, BundleImage, Bundled, bundle},
    checksum::{Checksum, ParseChecksumError},
    cleanup::{
        Cleaned, CleanupList, CleanupStep, ParseVersionError, Version, VersionRange, cleanup_for,
        cleanup_lists,
    },
    cloud::{CloudImage, CloudServer, CloudTarget, Disk, DiskKind, Look, ServerState},
    copy::{CopyError, CopyImage, check_copy, check_duplicate, copy, register_copy},
    credential::{
        AddCredential, AddCredentialError, AddCredentialFacts, Credential, CredentialId,
        Installation, ParseInstallationError, RemoveCredentialError, add_credential,
        remove_credential,
    },
    device::{Device, Devices, DevicesError},
    discover::{Candidate, DiscoverFacts, Discovery, candidates, discover},
    disk_image::{
        AskedDevice, BeginFacts, DiskImage, DiskImageError, DiskImageState, DiskImageWarning,
        DiskQuota, DiskUsage, FailureCode, FoundDisk, FoundSource, ImportDiskImage, KeptDevice,
        KeptDeviceId, LeftDevice, MadeDevice, ParseFailureCodeError, QuotaError, Readied,
        ReadyFacts, SettleFacts, advance, begin_disk_image, delete_disk_image, fail_delete,
        fail_import, forget_disk_image, forget_left, make_ready, restart_import, settle_devices,
    },
    ec2::{Ec2Facts, ProductCode, StateReason},
    edit::{EditImage, EditImageError, edit},
    form::{Form, LocationNeed, NameNeed, form},
    guest::{Audience, DeclaredGuest, GuestFact, GuestFacts, GuestWarning, guest_warning},
    label::{LabelChange, LabelKey, LabelValue, Labels, ParseLabelError, TooManyLabels},
    launch_permission::{
        ChangedLaunchPermissions, LaunchPermission, LaunchPermissionError, LaunchPermissionFacts,
        LaunchPermissions, OrganizationArn, ParseLaunchPermissionError, add_launch_permissions,
        change_launch_permissions, remove_launch_permissions,
    },
    life::{
        CloudReport, DeleteFacts, DeleteImage, DeletedImage, LifeError, SameImage, check_delete,
        delete, deprecate, deprecate_anew, disable, enable, mark_gone, purge, refer, report_delete,
        restore, undeprecate,
    },
    lifecycle::{Lifecycle, LifecycleState, ParseLifecycleStateError},
    nearest::{Nearest, Records, nearest, nearest_or_opened},
    network::{CloudNetwork, NetworkName, ParseNetworkNameError},
    origin::{ConvertedFrom, Origin, Verification},
    os::OsFacts,
    plan::{ConfirmError, Moved, MovedItem, PartError, Plan, PlanError, PlanItem, PlanKind},
    promote::{PromoteError, PromoteFacts, promote},
    protection::{Protection, protect, unprotect},
    record::{ImageRecord, ImageRecordId},
    referrer::{Hidden, InUse, Referrer, ReferrerKind, Usage, UsedBy},
    register::{
        AlreadyRegistered, RegisterError, RegisterFacts, RegisterImage, Registered, Via,
        choose_credential, fitting_credentials, register,
    },
    retention::{
        HeldImages, JudgeRetention, ParseRetentionGroupError, RetentionError, RetentionFacts,
        RetentionGroup, RetentionItem, RetentionPlan, RetentionPolicy, RetentionReason, TagKey,
        plan_retention,
    },
    revoke::{
        Revocation, RevokeError, RevokeFacts, RevokeFate, RevokeImage, RevokeItem, RevokeLeft,
        RevokePlan, RevokeRecord, RevokeUndone, RevokeWay, Revoked, RevokedSince, plan_revoke,
        revoke, undo_revoke,
    },
    role_map::{
        MakeRoleMap, RemoveRoleMapError, RoleImageSet, RoleMap, RoleMapError, RoleMapId,
        RoleMapUsers, RoleNeeds, RoleOs,
    },
    sharing::{UnshareError, Unshared, share, unshare},
    snapshot::{
        AddSnapshot, ParseSnapshotIdError, SnapshotError, SnapshotId, SnapshotRecord, add_snapshot,
        delete_snapshot,
    },
    spelled::{ReadImageError, SpelledImage},
    text::{
        AgentText, CloudText, ImageDescription, ImageName, LoginName, OriginText, OsText,
        ParseTextError, Reason, SecretRef, UefiData,
    },
    warning::Warning,
    word::{
        Availability, DeviceBus, DeviceKind, DiskFormat, Firmware, ParseWordError, RemoteAccess,
        Virtualization,
    },
    work::{
        OrderWork, ParseWorkKindError, ReportWork, Reported, WorkAction, WorkError, WorkKind,
        WorkOrder, WorkOrderId, WorkReport, WorkState, cancel_work, order_work, report_work,
        retry_work, take_work,
    },
};
