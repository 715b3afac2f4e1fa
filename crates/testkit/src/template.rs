//! Strategies for references and channel names.

use crate::{base, scope};
use atlas_history::{LineageId, RevisionNumber};
use atlas_template::{ChannelName, Reference, Selector, Target};
use proptest::{option, prelude::*};
use semver::VersionReq;

/// The name of a channel.
pub fn channel_name() -> impl Strategy<Value = ChannelName> {
    "[a-z][a-z0-9-]{0,8}".prop_filter_map("a reserved word", |text| ChannelName::parse(&text).ok())
}

/// What follows the `@` of a reference.
pub fn selector() -> impl Strategy<Value = Selector> {
    let requirement = "[\\^~=><][0-9]{1,2}(\\.[0-9](\\.[0-9](-rc\\.[0-9])?)?)?(, <=[0-9]{2})?|\\*"
        .prop_filter_map("no requirement", |text| VersionReq::parse(&text).ok());
    prop_oneof![
        Just(Selector::Head),
        Just(Selector::Latest),
        (1_u32..)
            .prop_filter_map("zero", RevisionNumber::new)
            .prop_map(Selector::Number),
        channel_name().prop_map(Selector::Channel),
        requirement.prop_map(Selector::Requirement),
    ]
}

/// A reference in any of its forms.
pub fn reference() -> impl Strategy<Value = Reference> {
    let named = (option::of(scope::scope()), base::name())
        .prop_map(|(scope, name)| Target::Named { scope, name });
    let lineage = any::<u128>().prop_map(|bits| Target::Lineage(LineageId::from_u128(bits)));
    (
        prop_oneof![3 => named, 1 => lineage],
        option::of(selector()),
    )
        .prop_map(|(target, selector)| Reference { target, selector })
}
