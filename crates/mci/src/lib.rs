//! MultiCloud Images: one name for an image in many cloud locations, versioned as a whole
//! (RightScale: MultiCloud Image).
//!
//! ```
//! use atlas_image_id::{Cloud, CloudLocation, ImageId};
//! use atlas_mci::{Content, Diff, HeadEdit, InstanceType, Setting};
//!
//! let tokyo = CloudLocation::parse("aws/ap-northeast-1")?;
//! let image = ImageId::parse(Cloud::Aws, "ami-0123456789abcdef0")?;
//! let setting = Setting::new(image).with_instance_type(InstanceType::parse("m7i.large")?);
//!
//! let empty = Content::new("web-base v1".parse()?);
//! let content = empty.edited([HeadEdit::set(tokyo.clone(), setting)])?;
//! let diff = Diff::between(&empty, &content);
//! assert_eq!(diff.gained(), [&tokyo]);
//! assert_eq!(diff.apply(&empty)?, content);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It decides over values and looks nothing up: an image id without a record is a setting like
//! any other, and whether a record exists is seen where the image is used.
//!
//! | type | is |
//! |---|---|
//! | [`Content`] | nickname, description, tags, and at most one [`Setting`] a cloud location |
//! | [`Setting`] | image, instance type, kernel, ramdisk, user data |
//! | [`HeadEdit`] | one change of HEAD, as a value |
//! | [`Diff`] | what turns one content into another |
//! | [`InstanceTypes`] | which architectures an instance type takes |
//! | [`check`], [`Finding`], [`Deny`] | what is worth saying about a content, and what a commit is refused for |
//! | [`Facts`] | what is known of the images of a content |
//! | [`Matcher`] | settings for a whole cloud from one example |
//! | [`RequiredLocations`] | locations that a lineage may not lose |
//! | [`Suggestion`] | what could stand at a free location |
//! | [`MergeDraft`] | two contents merged from their base, with [`Conflict`]s that [`Choices`] settle |
//! | [`Coverage`] | which locations are served, as a picture |
//! | [`InstanceDefaults`] | the instance type that an import uses where nobody named one |

mod check;
mod content;
mod coverage;
mod diff;
mod edit;
mod facts;
mod fit;
mod free;
mod gate;
mod instance_defaults;
mod matcher;
mod merge;
mod setting;
mod user_data;
mod words;

pub use atlas_image::{Checksum, ParseChecksumError};

pub use crate::{
    check::{
        CheckCode, CheckRules, Denied, Deny, Finding, Found, ParseCheckCodeError, ParseDenyError,
        Severity, check,
    },
    content::{Content, NotReady},
    coverage::{Coverage, CoveragePicture, CoverageRow},
    diff::{
        ApplyError, Change, Diff, DiffCoverage, DiffReport, DiffRow, Misplaced, SettingChange,
        SettingDiff, TagChange, UnifiedDiff,
    },
    edit::{EditError, EditWarning, HeadEdit, ImageAccess, KnownImage},
    facts::{Facts, ImageFacts, RegisteredImage, newer_of_line},
    fit::{Fit, InstanceTypes, LateFit, Misfit, Takes},
    free::{Profile, Suggestion},
    gate::{CoverageLost, RequireError, RequiredLocations},
    instance_defaults::{InstanceDefaults, NoInstanceType},
    matcher::{MatchError, Matcher, Rematch, SummedImage, SummedImages},
    merge::{
        Choice, Choices, Conflict, ConflictKind, ConflictRow, Judge, Merge, MergeBase, MergeDraft,
        MergeError, MergePath, MergeValue, ParseMergePathError, ParseMergeValueError, SettingPart,
        Side, Take,
    },
    setting::{Setting, SettingError},
    user_data::{DiffLine, LineDiff, LineHunk, LineSide, UserData},
    words::{Description, InstanceType, ParseDescriptionError, ParseInstanceTypeError},
};
