#![doc = include_str!("../../../README.md")]

#[cfg(feature = "redb")]
mod address;
mod atlas;
mod cache;
mod care;
mod channels;
mod check;
mod clock;
mod credentials;
mod error;
mod events;
mod export;
mod images;
mod import;
mod launch;
mod mci_views;
mod mcis;
mod open;
mod people;
mod scopes;
mod session;
mod states;
mod stored;
mod tables;
mod unit;
mod upgrade;

pub use crate::{
    atlas::{Atlas, Builder},
    check::{FileReport, StoreReport},
    clock::{Clock, IdSource, RandomIds, SystemClock},
    error::{Error, ErrorKind, NotFound, Noun},
    events::AuditEvent,
    export::ExportError,
    images::{ImageCursor, ImageList, ImageQuery},
    import::{
        ImportError, ImportOptions, ImportProgress, ImportReport, ImportWarning, ImportedRelease,
    },
    launch::{Explained, LaunchRequest},
    mci_views::{LogEntry, MciSummary, MciView},
    open::{OpenError, StoreInfo},
    session::Session,
    upgrade::UpgradeReport,
};

pub use atlas_base as base;
pub use atlas_history as history;
pub use atlas_image as image;
pub use atlas_image::{AddCredential, RegisterImage};
pub use atlas_image_id as image_id;
pub use atlas_mci as mci;
pub use atlas_scope as scope;
pub use atlas_store as store;
pub use atlas_store::{LoadError, MigrateError, MigrationProgress};
#[cfg(feature = "redb")]
pub use atlas_store_redb as store_redb;
pub use atlas_streams as streams;
pub use atlas_template as template;
