//! ServerTemplates, and from them and a cloud location to exactly one image: references, channels,
//! resolution with its trace, policies, lock files, and the servers that are launched.
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
//! | [`TemplateContent`], [`TemplateEdit`] | what a ServerTemplate holds, and one change of it |
//! | [`TemplateDiff`], [`TemplateMergeDraft`] | what turns one content into another; two contents as one |
//! | [`HeadPlan`], [`UpdatePlan`], [`LinkView`] | what a commit, an update and a view make of links |
//! | [`Xref`], [`check_delete_mci`], [`SharedLineage`] | who uses what, and what stays for it |
//! | [`Reference`] | `[SCOPE:]NAME[@X]`: what people type |
//! | [`Channel`] | a named pointer to a committed revision, with its history |
//! | [`resolve`], [`explain`] | the decision for a MultiCloud Image, and the same with its [`Trace`] |
//! | [`launch`], [`explain_launch`] | the decision with templates and overrides, and its [`LaunchTrace`] |
//! | [`LaunchPlan`], [`Launch`], [`LaunchMatrix`] | what to launch, and the warnings; for all locations |
//! | [`Policy`], [`AgentRequirement`] | what may be launched, as data |
//! | [`LockFile`], [`RegisteredLock`] | plans for many locations that never move |
//! | [`ServerDefinition`], [`Deployment`] | what servers launch with, inherited once |
//! | [`plan_replace`], [`replace()`], [`undo_replace`] | one image in the place of another everywhere, planned first |
//! | [`LaunchReport`], [`TimesComparison`] | how far launches came, and how long it took |

mod agent_version;
mod channel;
mod content;
mod delete;
mod dependencies;
mod deployment;
mod diff;
mod launch;
mod launch_times;
mod lock;
mod matrix;
mod merge;
mod network;
mod policy;
mod reference;
mod replace;
mod resolve;
mod server;
mod sharing;
mod update;
mod view;
mod xref;

pub use crate::{
    agent_version::{AgentRequirement, ParseAgentRequirementError, agent_version},
    channel::{
        Channel, ChannelAccess, ChannelError, ChannelFate, ChannelInUse, ChannelMove, ChannelName,
        OnRevoke, ParseChannelNameError, channels_after_revoke, check_delete_channel, latest,
    },
    content::{
        AgentsMissing, AgentsUnknown, KnownMci, Link, LinkError, LinkTarget, LinkedImage,
        LinkedState, ParseLinkTargetError, ParsePhaseError, ParseScriptRefError, Phase, ScriptRef,
        TemplateContent, TemplateEdit, TemplateEditError, TemplateNotReady,
    },
    delete::{
        DeleteError, Holder, LinkedBy, LinkedElsewhere, MciInUse, StateInUse, check_delete_mci,
        check_delete_template, whole_lineage,
    },
    dependencies::{HeadDependencies, HeadLink, HeadPin, HeadPlan, HeadPlanError, LinkedHead},
    deployment::{
        Deployment, DeploymentError, DeploymentId, OfferedMci, OfferedTemplate, offer_mci,
        offer_template,
    },
    diff::{TemplateApplyError, TemplateDiff, TemplateDiffRow, TemplateUnifiedDiff},
    launch::{
        Chosen, ChosenBy, Launch, LaunchAsk, LaunchFacts, LaunchFrom, LaunchRefusal, LaunchStep,
        LaunchTemplate, LaunchTrace, LinkName, LinkSays, LinkSource, MciChoice, Override,
        OverrideField, OverrideMark, Overrides, TemplateSource, TemplateWarning, ToldInside,
        explain_launch, launch,
    },
    launch_times::{
        LaunchId, LaunchPhase, LaunchReport, LaunchReportError, ParseLaunchPhaseError, PhaseTimes,
        Spread, TimesComparison, TimesRow,
    },
    lock::{
        AnyLock, HeldEntry, HeldImage, HeldRevision, LockChange, LockDiff, LockEntry, LockError,
        LockFile, LockId, LockState, LockToday, LockedError, LockedPlan, RegisterLock,
        RegisterLockError, RegisteredLock, TemplateLock, TemplateLockError, register_lock,
    },
    matrix::{LaunchMatrix, MatrixOutcome, MatrixRow, launch_all},
    merge::{
        ParseTemplatePathError, ParseTemplateValueError, TemplateChoice, TemplateChoices,
        TemplateConflict, TemplateMergeBase, TemplateMergeDraft, TemplateMergeError, TemplatePath,
        TemplateTake, TemplateValue,
    },
    network::{KnownNetworks, NetworkError, check_network, offer_networks},
    policy::{
        ApprovedAncestor, ImageText, ParseImageTextError, PassedOver, Policies, Policy,
        PolicyFacts, PolicyFinding, PolicyMode, PolicyRefused, PolicyRule, PolicySubject,
        PolicyVerdict, SoakedRevision, newest_allowed,
    },
    reference::{ParseReferenceError, Reference, Selector, Target},
    replace::{
        DeprecateOld, HeadReplacement, ParseReplaceKeyError, ReplaceChange, ReplaceError,
        ReplaceFacts, ReplaceFate, ReplaceHead, ReplaceImage, ReplaceItem, ReplaceKey, ReplaceLeft,
        ReplaceLock, ReplaceNote, ReplacePlan, ReplaceRevision, ReplaceRoleMap, ReplaceServer,
        ReplaceStays, ReplaceUndo, ReplaceUndone, ReplaceUses, Replaced, ReplacedImage,
        ReplacedSince, Replacement, UndoReplaceFacts, plan_replace, replace, undo_replace,
    },
    resolve::{
        LaunchPlan, LaunchWarning, ResolveError, Source, Trace, TraceStep, explain, resolve,
    },
    server::{
        AddServer, Follows, Inherited, ReinheritError, ServerChanges, ServerDefinition, ServerEdit,
        ServerError, ServerId, ServerPlan, ServerStart,
    },
    sharing::{LineageInUse, ShareError, SharedLineage},
    update::{LinkUpdate, LinkUpdateStuck, UpdateError, UpdatePlan, UpdateSource},
    view::LinkView,
    xref::{Xref, XrefDot, XrefEdge, XrefMermaid, XrefNode, XrefRow, XrefTree, XrefWay},
};
