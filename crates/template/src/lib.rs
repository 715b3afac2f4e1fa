//! From a MultiCloud Image and a cloud location to exactly one image: references, channels,
//! resolution with its trace, and lock files.
//!
//! ```
//! use atlas_base::Timestamp;
//! use atlas_history::{Frozen, LineageId, Marks};
//! use atlas_image_id::{Cloud, CloudLocation, ImageId};
//! use atlas_mci::{Content, HeadEdit, InstanceType, InstanceTypes, Setting};
//! use atlas_scope::Scope;
//! use atlas_template::{Reference, Source, resolve};
//!
//! let reference = Reference::parse("/acme:web-base@production")?;
//! assert_eq!(reference.to_string(), "/acme:web-base@production");
//!
//! let image = ImageId::parse(Cloud::Gcp, "projects/acme/global/images/web-1")?;
//! let setting = Setting::new(image).with_instance_type(InstanceType::parse("n2-standard-2")?);
//! let content = Content::new("web-base".parse()?)
//!     .edited([HeadEdit::set(CloudLocation::parse("gcp")?, setting)])?;
//! let source = Source {
//!     lineage: LineageId::from_u128(7),
//!     content: &Frozen::new(content)?,
//!     revision: None,
//!     marks: &Marks::default(),
//! };
//! let here = CloudLocation::parse("gcp/europe-west1")?;
//! let types = InstanceTypes::default();
//! let plan = resolve(&source, &here, &[], &types, &Scope::global(), Timestamp::EPOCH)?;
//! assert_eq!(plan.image.as_str(), "projects/acme/global/images/web-1");
//! assert_eq!(plan.served_by.as_str(), "gcp");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything it must know is given to it: it looks nothing up, and the same facts give the same
//! plan.
//!
//! | type | is |
//! |---|---|
//! | [`Reference`] | `[SCOPE:]NAME[@X]`: what people type |
//! | [`Channel`] | a named pointer to a committed revision, with its history |
//! | [`resolve`], [`explain`] | the decision, and the same decision with its [`Trace`] |
//! | [`LaunchPlan`] | what to launch, and the warnings |
//! | [`LockFile`] | plans for many locations that never move |

mod channel;
mod lock;
mod reference;
mod resolve;

pub use crate::{
    channel::{Channel, ChannelError, ChannelMove, ChannelName, ParseChannelNameError},
    lock::{LockEntry, LockError, LockFile, LockState, LockedPlan},
    reference::{ParseReferenceError, Reference, Selector, Target},
    resolve::{
        LaunchPlan, LaunchWarning, ResolveError, Source, Trace, TraceStep, explain, resolve,
    },
};
