//! The Query protocol of EC2 as values: requests in, answers out, filters, errors. No socket, no store.
//!
//! ```
//! use atlas_ec2::{
//!     Action, Filters, Form, FormLimits, ImageField, ImageItem, ImageState, ImagesDescribed,
//!     PageToken, Request, Response as _,
//! };
//! use atlas_base::Timestamp;
//! use atlas_scope::AccountNumber;
//!
//! let body = b"Action=DescribeImages&Version=2016-11-15&Owner.1=self\
//!     &Filter.1.Name=name&Filter.1.Value.1=web-*&MaxResults=5";
//! let request = Request::parse(&Form::parse("", body, &FormLimits::default())?)?;
//! let Action::DescribeImages(ask) = &request.action else { unreachable!() };
//!
//! // Filters say by what the images can be looked up, and are asked of what was found.
//! let filters = Filters::<ImageField>::read(&ask.filters)?;
//! assert_eq!(filters.narrowing().name_prefix, Some("web-"));
//! let owner = AccountNumber::parse("123456789012")?;
//! let now = Timestamp::parse("2026-07-21T14:07:12Z")?;
//! let web = ImageItem {
//!     name: "web-1",
//!     ..ImageItem::new("ami-0123456789abcdef0", owner, ImageState::Available, now)
//! };
//! assert!(filters.hold(&web));
//!
//! let next = PageToken::new(request.question.of_caller("123456789012"), "web-1");
//! let answer = ImagesDescribed { images: vec![web], next_token: Some(next.to_string()) };
//! let xml = answer.to_xml("2e3b7a4e-0000-4000-8000-000000000001");
//! assert!(xml.contains("<creationDate>2026-07-21T14:07:12.000Z</creationDate>"));
//!
//! let refused = Form::parse("Action=DescribeImage", b"", &FormLimits::default());
//! let error = Request::parse(&refused?).unwrap_err();
//! assert_eq!(error.message(), "The action DescribeImage is not valid for this web service.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It decides nothing about images: what a request means is for the caller to do, with what the
//! domain has for it. Each type of a request lists its parameters, and each type of an answer its
//! elements, in one table that is read or written as it stands.
//!
//! | type | is |
//! |---|---|
//! | [`Form`], [`FormLimits`] | parameters as a tree, within limits |
//! | [`Request`], [`Action`] | a request, typed and checked as far as the protocol alone can |
//! | [`Ec2Error`], [`ErrorCode`] | a refusal in EC2's words, with its status and document |
//! | [`Filters`], [`Pattern`], [`Narrowing`] | the language of filters, and by what to look images up |
//! | [`ImageItem`], [`SnapshotItem`], … | what answers list |
//! | [`ImagesDescribed`], [`Done`], … | answers; each is a [`Response`] |
//! | [`ImagesDocument`] | the longest of them, written image by image |
//! | [`signature`] | who signed a request, found out as AWS does (Signature Version 4) |
//! | [`PageToken`], [`Question`], [`MaxResults`] | pages |

mod common;
mod error;
mod filter;
mod filtered;
mod form;
mod id;
mod image_item;
mod item;
mod page;
mod parameter;
mod refusal;
mod request;
mod response;
pub mod signature;
mod text;
mod word;
mod xml;

pub use crate::{
    common::{
        BlockDeviceMapping, EbsBlockDevice, ExecutableBy, FilterParameter, FlagValue, Grantees,
        Owner, TagParameter, TagSpecification, TextValue,
    },
    error::{Ec2Error, ErrorCode},
    filter::{
        FilterField, Filtered, Filters, ImageField, ImportTaskField, InstanceField,
        MAX_FILTER_VALUES, MAX_FILTERS, Narrowing, Pattern, RegionField, SnapshotField, TagField,
        VolumeField, ZoneField,
    },
    filtered::ReservedInstance,
    form::{Form, FormLimits},
    id::{ImageRef, ImportTaskRef, InstanceRef, ResourceRef, SnapshotRef, VolumeRef},
    image_item::{
        DeviceItem, ImageItem, ImageState, ProductCodeItem, StateReasonItem, TagPair,
        VolumeOfDevice, deregistration_protection,
    },
    item::*,
    page::{MaxResults, PageToken, Question},
    request::*,
    response::*,
    text::{AmiName, Description, ec2_architecture},
    word::*,
    xml::{NAMESPACE, iso},
};
