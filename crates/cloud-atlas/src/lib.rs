#![doc = include_str!("../../../README.md")]

mod access_keys;
mod address;
mod ancestry;
mod atlas;
pub mod blocking;
mod bulk;
mod bundles;
mod cache;
mod can;
mod care;
mod channels;
mod check;
mod checking;
mod clock;
mod clones;
mod commits;
mod contents;
mod copies;
mod credentials;
mod deleting;
mod deployments;
mod disk_images;
mod engine;
mod error;
mod event_query;
mod events;
mod export;
mod facts;
mod find;
mod gating;
mod groups;
mod image_query;
mod images;
mod import;
mod job;
mod kind;
mod launch;
mod launch_permissions;
mod launchable;
mod launches;
mod life;
mod limits;
mod lineage_graph;
mod linking;
mod locks;
mod looking;
mod marketplace;
mod marking;
mod matching;
mod mci_diffs;
mod mci_views;
mod mcis;
mod merging;
mod networks;
mod new_images;
mod open;
mod opened;
mod orders;
mod page;
mod people;
mod plans;
mod policies;
#[cfg(feature = "repository")]
mod pools;
mod referrers;
mod releases;
mod rename;
mod role_maps;
mod scopes;
mod servers;
mod session;
mod sharing;
mod sight;
mod snapshots;
mod states;
mod stored;
mod suggesting;
mod tables;
mod template_commits;
mod template_history;
mod template_merging;
mod template_updates;
mod template_views;
mod templates;
mod told;
mod undoing;
mod unit;
mod upgrade;
mod uses;
mod work;
mod xref;

pub use crate::{
    access_keys::KnownAccessKey,
    atlas::{Atlas, Builder},
    bulk::{ManyRegistered, RefusedImage},
    bundles::BundleOrdered,
    care::Loader,
    channels::{ChannelList, ChannelView},
    check::{FileReport, StoreReport},
    checking::CheckOptions,
    clock::{Clock, IdSource, RandomIds, SystemClock},
    clones::{CloneMci, MciCloned},
    commits::NewLineage,
    deleting::LineageDeleted,
    deployments::{DeploymentView, MakeDeployment},
    disk_images::DiskQuotaView,
    engine::shown_address,
    error::{
        DiskRefusal, Error, ErrorKind, LockRefusal, MarketRefusal, NotFound, Noun, PlanRefusal,
        ServerRefusal, TemplateRefusal, TemplateRefused,
    },
    event_query::EventQuery,
    events::AuditEvent,
    export::ExportError,
    find::FoundImage,
    groups::{GroupDeleted, GroupRef, GroupView, InvitationView},
    image_query::{AgentState, ImageQuery, OsFilter},
    import::{
        ImportError, ImportOptions, ImportProgress, ImportReport, ImportWarning, ImportedRelease,
        Resumed,
    },
    job::{Job, JobId, JobKind},
    kind::LineageKind,
    launch::{Explained, LaunchBase, LaunchRequest, LaunchSubject},
    launchable::{ImageLookup, KeepImage, LaunchableImage},
    launches::ReportLaunch,
    life::{ImageChange, Retention},
    limits::SmallLimit,
    lineage_graph::{GraphBounds, LineageGraph},
    locks::{LockHolder, LockRef, LockUpdate, LockedLaunch},
    looking::{CandidateQuery, Candidates},
    marketplace::{
        HeadOfferView, ImportPublication, ImportView, ImportedHere, MarketDiff, MarketUpdate,
        MarketUpdated, OfferHead, ParsePublicationChoiceError, PublicationChoice,
        PublicationImported, PublishAsk, PublishTo, SubscriptionView,
    },
    marking::{MarkedRevision, RevokedRevision},
    matching::{Matched, MatcherView},
    mci_diffs::MciDiff,
    mci_views::{LogEntry, MciSummary, MciView},
    merging::{MciMerge, MergeMci, MergeOutcome, TheirRevision},
    new_images::{DuplicateImage, ImageDeregistered, ImageMade, NewImage, SnapshotFate},
    open::{OpenError, StoreInfo},
    orders::WorkRequest,
    page::{Page, PageCursor, Paging},
    plans::{
        AppliedPlan, PlanDone, PlanId, PlanUndone, ReplaceApplied, ReplacementUndone, RevokeApplied,
    },
    policies::PolicyView,
    releases::Released,
    servers::{
        AddServer, Behind, NetworkWarning, Reinherited, ServerNext, ServerOffer, ServerQuery,
        ServerRef, ServerView, ServerWarning, StartWarning,
    },
    session::Session,
    sharing::LineageShared,
    snapshots::{KeepSnapshot, Labelled, SnapshotQuery},
    suggesting::Suggested,
    template_commits::{CommitTemplate, TemplateCommitted},
    template_history::{CloneTemplate, TemplateCloned, TemplateRestored, TemplateUndone},
    template_merging::{MergeTemplate, TemplateMerge},
    template_updates::{LinkStep, TemplateUpdated, TemplateUpdates},
    template_views::{TemplateDiffView, TemplateSummary, TemplateView},
    templates::{TemplateChange, TemplateWithMci},
    undoing::{MciRestored, MciUndone},
    upgrade::UpgradeReport,
    work::{TakeWork, WorkQuery, WorkReported},
    xref::{XrefSubject, XrefView},
};
#[cfg(feature = "repository")]
pub use crate::{
    disk_images::{
        BringDisk, BringError, BroughtDisk, DiskImageDeleted, DiskImageImported, DiskImageLeft,
        DiskWatch, FileDisk, ImportDiskOptions, OpenedDevice, OpenedDiskImage, PoolsCleaned,
        PoolsVerified, UrlDisk, VolumeDisk,
    },
    pools::Pools,
};

pub use atlas_base as base;
#[cfg(feature = "disk")]
pub use atlas_disk as disk;
#[cfg(feature = "repository")]
pub use atlas_fetch as fetch;
pub use atlas_history as history;
pub use atlas_image as image;
pub use atlas_image::{AddCredential, BundleImage, RegisterImage, ReportWork};
pub use atlas_image_id as image_id;
pub use atlas_inventory as inventory;
pub use atlas_inventory::Inventory;
pub use atlas_market as market;
pub use atlas_mci as mci;
#[cfg(feature = "repository")]
pub use atlas_repository as repository;
pub use atlas_scope as scope;
pub use atlas_store as store;
pub use atlas_store::{CursorError, LoadError, MigrateError, MigrationProgress, ParseCursorError};
#[cfg(feature = "etcd")]
pub use atlas_store_etcd as store_etcd;
#[cfg(feature = "postgres")]
pub use atlas_store_postgres as store_postgres;
#[cfg(feature = "redb")]
pub use atlas_store_redb as store_redb;
pub use atlas_streams as streams;
pub use atlas_template as template;
