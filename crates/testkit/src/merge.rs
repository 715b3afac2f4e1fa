//! Strategies for contents that have grown apart, and for histories of several lineages.

use crate::{base, mci};
use atlas_base::{Name, Tag};
use atlas_image_id::{Cloud, CloudLocation, IdKind, ImageId};
use atlas_mci::{Content, HeadEdit, InstanceType, Setting, UserData};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};

/// A change that is made where it can be made, and changes nothing elsewhere.
#[derive(Debug, Clone)]
pub enum Touch {
    /// Any edit.
    Edit(HeadEdit),
    /// Another part of the setting at a location, if there is one.
    Part(CloudLocation, PartTouch),
}

/// Another part of a setting.
#[derive(Debug, Clone)]
pub enum PartTouch {
    /// Another image.
    Image(ImageId),
    /// Another instance type.
    InstanceType(InstanceType),
    /// Another kernel, or none.
    Kernel(Option<ImageId>),
    /// Other user data, or none.
    UserData(Option<UserData>),
    /// Another line in user data that is text, in place of the line there or before it.
    Line {
        /// Where.
        at: Index,
        /// What.
        line: String,
        /// Whether the line there goes.
        is_other: bool,
    },
}

/// A base, and two contents that were made from it.
#[derive(Debug, Clone)]
pub struct Sides {
    /// What both were made from.
    pub base: Content,
    /// One side.
    pub ours: Content,
    /// The other.
    pub theirs: Content,
}

/// A step in the life of some lineages. Indices are taken modulo what there is.
#[derive(Debug, Clone)]
pub enum Step {
    /// HEAD of a lineage is edited.
    Edit(Index, Vec<Touch>),
    /// HEAD of a lineage is committed.
    Commit(Index),
    /// A revision of a lineage becomes a new one.
    Clone(Index, Index),
    /// A revision of a lineage, the third index, is merged into HEAD of another.
    Merge {
        /// Into which lineage.
        into: Index,
        /// From which.
        from: Index,
        /// Which of its revisions.
        revision: Index,
        /// Whether conflicts go to HEAD's side.
        is_ours: bool,
    },
}

/// A content after some touches.
pub fn touched(content: &Content, touches: &[Touch]) -> Content {
    let mut content = content.clone();
    for touch in touches {
        let edit = match touch {
            Touch::Edit(edit) => Some(edit.clone()),
            Touch::Part(location, part) => content
                .settings()
                .get(location)
                .map(|setting| HeadEdit::set(location.clone(), part.applied(setting.clone()))),
        };
        content = content.edited(edit).unwrap_or(content);
    }
    content
}

impl PartTouch {
    fn applied(&self, setting: Setting) -> Setting {
        match self {
            Self::Image(image) => setting.with_image(image.clone()),
            Self::InstanceType(instance_type) => setting.with_instance_type(instance_type.clone()),
            Self::Kernel(kernel) => setting.with_kernel(kernel.clone()),
            Self::UserData(data) => setting.with_user_data(data.clone()),
            Self::Line { at, line, is_other } => {
                let text = setting.user_data().and_then(UserData::as_text);
                let mut lines: Vec<_> = text.unwrap_or_default().lines().collect();
                let at = at.index(lines.len() + 1);
                if *is_other && at < lines.len() {
                    lines.remove(at);
                }
                lines.insert(at, line);
                let text = format!("{}\n", lines.join("\n"));
                setting.with_user_data(UserData::new(text.as_bytes()))
            }
        }
    }
}

/// A tag, mostly one of few.
fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        4 => select(&["a", "b", "c", "provides:rs_agent_type=right_link"][..])
            .prop_filter_map("no tag", |text| Tag::parse(text).ok()),
        1 => base::tag(),
    ]
}

/// User data of a few lines, which are often the same ones.
fn lines() -> impl Strategy<Value = UserData> {
    vec(
        select(&["#!/bin/sh", "apt update", "apt install web", "start", ""][..]),
        1..8,
    )
    .prop_filter_map("empty", |lines| UserData::new(lines.join("\n").as_bytes()))
}

/// Another part of the setting at a location.
fn part_at(location: CloudLocation) -> BoxedStrategy<Touch> {
    let cloud = location.cloud();
    let image = mci::setting_at(&location).prop_map(|it| PartTouch::Image(it.image().clone()));
    let user_data = prop_oneof![
        3 => lines().prop_map(Some),
        1 => option::of(mci::user_data()),
    ]
    .prop_map(PartTouch::UserData);
    let line = (any::<Index>(), "[a-d]", any::<bool>());
    let line = line.prop_map(|(at, line, is_other)| PartTouch::Line { at, line, is_other });
    let instance_type = mci::instance_type().prop_map(PartTouch::InstanceType);
    let kernel = option::of("[0-9a-f]{8}").prop_map(move |digits| {
        let text = digits.map(|digits| format!("aki-{digits}"));
        let kernel = text.and_then(|text| ImageId::parse(cloud, &text).ok());
        PartTouch::Kernel(kernel.filter(|kernel| kernel.kind() == IdKind::Kernel))
    });
    let kernel_weight = if cloud == Cloud::Aws { 2 } else { 0 };
    prop_oneof![
        3 => image,
        2 => instance_type,
        kernel_weight => kernel,
        2 => user_data,
        4 => line,
    ]
    .prop_map(move |part| Touch::Part(location.clone(), part))
    .boxed()
}

/// A change at one of few locations, of a tag, or of a text.
pub fn touch() -> impl Strategy<Value = Touch> {
    prop_oneof![
        2 => mci::edit().prop_map(Touch::Edit),
        2 => tag().prop_map(|tag| Touch::Edit(HeadEdit::AddTag(tag))),
        2 => tag().prop_map(|tag| Touch::Edit(HeadEdit::RemoveTag(tag))),
        2 => mci::location().prop_map(|location| Touch::Edit(HeadEdit::Unset { location })),
        8 => mci::location().prop_flat_map(part_at),
    ]
}

/// A content with more settings than others, some with lines of user data.
pub fn wide_content() -> impl Strategy<Value = Content> {
    let settings = vec(mci::placed_setting(), 4..12);
    (mci::content(), settings, vec(touch(), 0..12)).prop_map(|(content, settings, touches)| {
        let set = |(location, setting)| HeadEdit::set(location, setting);
        let all = content
            .edited(settings.into_iter().map(set))
            .unwrap_or(content);
        touched(&all, &touches)
    })
}

/// A base and two sides with a few changes each.
pub fn sides() -> impl Strategy<Value = Sides> {
    let changes = || vec(touch(), 0..6);
    (wide_content(), changes(), changes()).prop_map(|(base, ours, theirs)| Sides {
        ours: touched(&base, &ours),
        theirs: touched(&base, &theirs),
        base,
    })
}

/// A base, and changes for each side that never touch the same field: the nickname, the tags
/// with an `o` and the locations in AWS are ours, the rest is theirs.
pub fn distant() -> impl Strategy<Value = (Content, Vec<Touch>, Vec<Touch>)> {
    let all = || vec(touch(), 0..12);
    (wide_content(), all(), all()).prop_map(|(base, mut ours, mut theirs)| {
        ours.retain(is_ours);
        theirs.retain(|touch| !is_ours(touch));
        (base, ours, theirs)
    })
}

fn is_ours(touch: &Touch) -> bool {
    match touch {
        Touch::Edit(HeadEdit::SetNickname(_)) => true,
        Touch::Edit(HeadEdit::AddTag(tag) | HeadEdit::RemoveTag(tag)) => tag.as_str().contains('o'),
        Touch::Edit(HeadEdit::Set { location, .. } | HeadEdit::Unset { location })
        | Touch::Part(location, _) => location.cloud() == Cloud::Aws,
        Touch::Edit(_) => false,
    }
}

/// The Nth of the places of a large installation.
pub fn place(number: usize) -> Option<CloudLocation> {
    CloudLocation::parse(&format!("openstack:corp/Region-{number}")).ok()
}

/// A content with this many settings.
pub fn large_content(nickname: Name, settings: usize) -> Content {
    let edits = (0..settings).filter_map(|number| {
        let image = format!("2f0b0a4e-0d7e-4c3d-8d4d-{number:012x}");
        let setting = Setting::new(ImageId::parse(Cloud::OpenStack, &image).ok()?)
            .with_instance_type(InstanceType::parse("m1.large").ok()?)
            .with_user_data(UserData::new(b"#!/bin/sh\napt update\nstart\n"));
        Some(HeadEdit::set(place(number)?, setting))
    });
    let empty = Content::new(nickname);
    empty.edited(edits).unwrap_or(empty)
}

/// A change at one of the places of a large content.
fn place_touch(settings: usize) -> impl Strategy<Value = Touch> {
    // Some places are changed often, so that lineages meet there.
    let number = prop_oneof![3 => 0..8_usize, 1 => 0..settings];
    prop_oneof![
        1 => touch(),
        1 => number.clone().prop_filter_map("no place", |number| {
            let location = place(number)?;
            Some(Touch::Edit(HeadEdit::Unset { location }))
        }),
        6 => number
            .prop_filter_map("no place", place)
            .prop_flat_map(part_at),
    ]
}

/// Histories: lineages of a large content that are edited, cloned and merged.
pub fn steps(settings: usize) -> impl Strategy<Value = Vec<Step>> {
    let index = any::<Index>;
    let step = prop_oneof![
        6 => (index(), vec(place_touch(settings), 1..4)).prop_map(|(at, all)| Step::Edit(at, all)),
        4 => index().prop_map(Step::Commit),
        1 => (index(), index()).prop_map(|(from, revision)| Step::Clone(from, revision)),
        5 => (index(), index(), index(), any::<bool>()).prop_map(
            |(into, from, revision, is_ours)| Step::Merge { into, from, revision, is_ours }
        ),
    ];
    vec(step, 10..60)
}
