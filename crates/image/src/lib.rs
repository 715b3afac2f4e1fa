//! Image records and cloud credentials: what may be registered, where, and why not.
//!
//! ```
//! use atlas_base::{Name, Timestamp};
//! use atlas_image::{
//!     AddCredential, AddCredentialFacts, CredentialId, ImageRecordId, OsFacts, RegisterFacts,
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
//! | [`form`] | what a registration needs, cloud by cloud |
//! | [`AddCredential`], [`add_credential`], [`remove_credential`] | credentials come and go |
//! | [`nearest`] | which of several records of one image counts |
//! | [`Lifecycle`], [`Origin`], [`Verification`] | how a record lives, where it came from, whether anyone looked |
//! | [`OsFacts`], [`Architecture`], [`AgentFacts`], [`GuestFacts`] | what is inside the image |
//! | [`Devices`], [`Firmware`], [`Virtualization`], [`Ec2Facts`] | the machine that it makes |
//! | [`Warning`] | what is allowed and still worth saying |

mod agent;
mod architecture;
mod bulk;
mod copy;
mod credential;
mod device;
mod ec2;
mod form;
mod guest;
mod lifecycle;
mod nearest;
mod origin;
mod os;
mod promote;
mod record;
mod register;
mod role_map;
mod spelled;
mod text;
mod warning;
mod word;

pub use crate::{
    agent::AgentFacts,
    architecture::{Architecture, ParseArchitectureError},
    bulk::{BulkFileError, BulkFormat, BulkLimits, BulkLine, BulkLineError, BulkReader},
    copy::{CopyError, CopyImage, check_copy, copy},
    credential::{
        AddCredential, AddCredentialError, AddCredentialFacts, Credential, CredentialId,
        Installation, ParseInstallationError, RemoveCredentialError, add_credential,
        remove_credential,
    },
    device::{Device, Devices, DevicesError},
    ec2::{Ec2Facts, ProductCode, StateReason},
    form::{Form, LocationNeed, NameNeed, form},
    guest::GuestFacts,
    lifecycle::{Lifecycle, LifecycleState, ParseLifecycleStateError},
    nearest::{Nearest, nearest},
    origin::{Origin, Verification},
    os::OsFacts,
    promote::{PromoteError, PromoteFacts, promote},
    record::{ImageRecord, ImageRecordId},
    register::{
        AlreadyRegistered, RegisterError, RegisterFacts, RegisterImage, Registered, Via, register,
    },
    role_map::{
        MakeRoleMap, RemoveRoleMapError, RoleImageSet, RoleMap, RoleMapError, RoleMapId, RoleNeeds,
        RoleOs,
    },
    spelled::{ReadImageError, SpelledImage},
    text::{
        AgentText, CloudText, ImageDescription, ImageName, LoginName, OriginText, OsText,
        ParseTextError, Reason, SecretRef, UefiData,
    },
    warning::Warning,
    word::{DeviceBus, DeviceKind, Firmware, ParseWordError, RemoteAccess, Virtualization},
};
