//! Strategies for references, channel names and contents of ServerTemplates.

use crate::{base, scope};
use atlas_history::{LineageId, RevisionNumber};
use atlas_template::{
    ChannelName, LinkTarget, Phase, Reference, ScriptRef, Selector, Target, TemplateContent,
    TemplateEdit,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
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

/// What a link means, mostly one of few.
pub fn link_target() -> impl Strategy<Value = LinkTarget> {
    let few = select(&["head", "latest", "1", "2", "3", "production"][..]);
    prop_oneof![
        4 => few.prop_filter_map("no target", |text| LinkTarget::parse(text).ok()),
        1 => channel_name().prop_map(LinkTarget::Channel),
    ]
}

/// A lineage, mostly one of few.
pub fn linked_lineage() -> impl Strategy<Value = LineageId> {
    (1_u128..6).prop_map(LineageId::from_u128)
}

/// Scripts, which are often the same ones, some of them twice.
pub fn scripts() -> impl Strategy<Value = Vec<ScriptRef>> {
    let script = prop_oneof![
        6 => "[a-f]".prop_filter_map("no script", |text| ScriptRef::parse(&text).ok()),
        1 => "[!-~é]{1,9}".prop_filter_map("no script", |text| ScriptRef::parse(&text).ok()),
    ];
    vec(script, 0..7)
}

fn phase() -> impl Strategy<Value = Phase> {
    select(&Phase::ALL[..])
}

/// An edit, which may be refused.
pub fn template_edit() -> impl Strategy<Value = TemplateEdit> {
    let script = scripts().prop_filter_map("none", |list| list.into_iter().next());
    prop_oneof![
        1 => base::name().prop_map(TemplateEdit::SetName),
        1 => crate::mci::description().prop_map(TemplateEdit::SetDescription),
        6 => (linked_lineage(), link_target())
            .prop_map(|(lineage, target)| TemplateEdit::Link { lineage, target }),
        4 => (linked_lineage(), link_target())
            .prop_map(|(lineage, target)| TemplateEdit::Retarget { lineage, target }),
        3 => linked_lineage().prop_map(|lineage| TemplateEdit::Unlink { lineage }),
        3 => linked_lineage().prop_map(|lineage| TemplateEdit::MakeDefault { lineage }),
        2 => (phase(), scripts())
            .prop_map(|(phase, scripts)| TemplateEdit::SetScripts { phase, scripts }),
        4 => (phase(), script, option::of(1_usize..5))
            .prop_map(|(phase, script, place)| TemplateEdit::AddScript { phase, script, place }),
        4 => (phase(), 1_usize..5)
            .prop_map(|(phase, place)| TemplateEdit::RemoveScript { phase, place }),
    ]
}

/// A content after those of some edits that can be made.
pub fn template_touched(content: &TemplateContent, edits: &[TemplateEdit]) -> TemplateContent {
    let mut content = content.clone();
    for edit in edits {
        content = content.edited([edit.clone()]).unwrap_or(content);
    }
    content
}

/// The content of a template with a few links and scripts, or none.
pub fn template_content() -> impl Strategy<Value = TemplateContent> {
    (base::name(), vec(template_edit(), 0..24))
        .prop_map(|(name, edits)| template_touched(&TemplateContent::new(name), &edits))
}

/// A base and two sides with a few changes each.
pub fn template_sides() -> impl Strategy<Value = [TemplateContent; 3]> {
    let changes = || vec(template_edit(), 0..6);
    (template_content(), changes(), changes()).prop_map(|(base, ours, theirs)| {
        let sides = [ours, theirs].map(|edits| template_touched(&base, &edits));
        let [ours, theirs] = sides;
        [base, ours, theirs]
    })
}
