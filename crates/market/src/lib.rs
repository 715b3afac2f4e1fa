//! The marketplace: committed revisions that an account offers to others, who may see them, what an
//! import copies, and what is newer.
//!
//! ```
//! use atlas_base::Timestamp;
//! use atlas_history::{Author, CommitRequest, Head, LineageId, Marks, Message};
//! use atlas_image_id::{Cloud, CloudLocation, ImageId};
//! use atlas_market::{
//!     CatalogueQuery, ImportFacts, Listing, OwnMci, OwnRevision, PublicationLineageId, Publish,
//!     PublishFacts, PublishSubject, ShortText, Viewer, Visibility, import, publish,
//! };
//! use atlas_mci::{Content, HeadEdit, InstanceType, Setting};
//! use atlas_scope::Scope;
//! use std::collections::{BTreeMap, BTreeSet};
//!
//! let (acme, globex) = (Scope::parse("/acme")?, Scope::parse("/globex")?);
//! let (dana, now) = ("dana".parse()?, Timestamp::parse("2026-07-21T14:07:12Z")?);
//!
//! // A committed revision, whose image everybody finds in the marketplace of its cloud.
//! let urn = "Canonical:ubuntu-24_04-lts:server:24.04.202401010";
//! let image = ImageId::parse(Cloud::Azure, urn)?;
//! let setting = Setting::new(image).with_instance_type(InstanceType::parse("Standard_D2s_v5")?);
//! let content = Content::new("web-base".parse()?)
//!     .edited([HeadEdit::set(CloudLocation::parse("azure")?, setting)])?;
//! let lineage = LineageId::from_u128(7);
//! let commit = Head::new(content).commit(lineage, None, CommitRequest {
//!     author: Author::parse("dana")?,
//!     message: Message::parse("first images")?,
//!     time: now,
//!     released_at: None,
//!     seen: None,
//! })?;
//!
//! let of = OwnRevision {
//!     lineage,
//!     scope: &acme,
//!     name: commit.content.content().nickname(),
//!     revision: &commit.revision,
//!     marks: &Marks::default(),
//!     publication: PublicationLineageId::from_u128(1),
//!     published: &[],
//! };
//! let mci = OwnMci { of, content: commit.content.content(), images: &BTreeMap::new() };
//! let request = Publish::new(Visibility::Public, ShortText::parse("Ubuntu for the web")?);
//! let facts = PublishFacts { groups: &[], accounts: &BTreeMap::new(), by: &dana, now };
//! let published = publish(&PublishSubject::Mci(mci), request, facts)?.publication;
//!
//! // Another account finds and imports it: the same number, the same digests.
//! let viewer = Viewer::new(&globex, []);
//! let listing = Listing::of(&[published.clone()], &viewer).ok_or("not listed")?;
//! assert!(CatalogueQuery::default().matches(&listing));
//! let plan = import(published.reference(), &globex, ImportFacts {
//!     publication: Some(&published),
//!     dependencies: &[],
//!     images: &[],
//!     viewer: &viewer,
//!     held: &BTreeMap::new(),
//!     lineages: &[],
//!     taken: &BTreeSet::new(),
//!     by: &dana,
//!     now,
//! })?;
//! assert_eq!(plan.copies[0].digest, commit.revision.digest());
//! assert_eq!(plan.lineages[0].name.as_str(), "web-base");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every decision is a function over values. Who may publish or import is decided before, by
//! `atlas-scope`; the bytes of a revision are copied by whoever keeps them.
//!
//! | type | is |
//! |---|---|
//! | [`Publication`], [`PublicationRef`], [`SeenPublication`] | a revision that is offered, its name, and what a stranger may know of it |
//! | [`Visibility`], [`TargetGroups`], [`Viewer`] | for whom, and who looks |
//! | [`ShortText`], [`LongText`], [`RevisionNotes`] | what its publisher says of it |
//! | [`Publish`], [`PublishSubject`], [`publish`] | a revision becomes a publication, with what it links |
//! | [`AccessCheck`], [`KnownImage`], [`KnownAccount`] | whether those for whom it is meant may launch its images |
//! | [`PublishedImages`], [`ImagesInside`] | what is inside its images; never a record |
//! | [`PublicationState`], [`newest_active`], [`check_unpublished`] | offered, deprecated, offered again; never deleted |
//! | [`HeadOffer`], [`HeadSubscription`] | a HEAD that private groups follow while it moves |
//! | [`Listing`], [`CatalogueQuery`] | the catalogue |
//! | [`import`], [`ImportPlan`], [`ImportedLineage`], [`ImportedRevision`] | read-only copies |
//! | [`check_delete_import`] | what keeps an import |
//! | [`updates`], [`Follower`], [`newest_published`] | what is newer than imports and clones |
//! | [`Importers`] | what a publisher is told of who imported |

mod access;
mod head;
mod image;
mod import;
mod importers;
mod kind;
mod listing;
mod publication;
mod publish;
mod state;
mod text;
mod update;
mod visibility;

pub use crate::{
    access::{
        AccessCheck, AccessReason, AccountAccess, Answer, Audience, CloudAccess, ImageAccess,
        KnownAccount, KnownImage,
    },
    head::{
        HeadOffer, HeadSubscription, OfferHeadError, OfferHeadFacts, OfferedHead, OfferedLineage,
        SubscribeError, SubscribeFacts, offer_head, subscribe,
    },
    image::{ImagesInside, PublishedImage, PublishedImages},
    import::{
        DeleteImport, DeleteImportError, DeletedImport, HeldRevision, ImportError, ImportFacts,
        ImportInUse, ImportPlan, ImportUse, ImportedLineage, ImportedRevision, check_delete_import,
        import, shown_names,
    },
    importers::{Imported, Importers, RevisionImporters},
    kind::LineageKind,
    listing::{CatalogueQuery, Listing},
    publication::{
        ParsePublicationRefError, Publication, PublicationLineageId, PublicationRef,
        SeenPublication,
    },
    publish::{
        AccessRefused, Admit, MovingLink, NarrowPublication, OwnMci, OwnRevision, OwnTemplate,
        Publish, PublishError, PublishFacts, PublishLink, PublishSubject, Published, publish,
    },
    state::{PublicationState, StateError, StillPublished, check_unpublished, newest_active},
    text::{
        LongText, ParseLongTextError, ParseRevisionNotesError, ParseShortTextError, RevisionNotes,
        ShortText,
    },
    update::{Follower, Following, Update, newest_published, updates},
    visibility::{TargetGroups, TargetGroupsError, Viewer, Visibility},
};
