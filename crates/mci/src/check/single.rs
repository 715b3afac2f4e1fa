//! What single settings, or the tags of a content, show.

use super::{CheckCode, CheckRules, Finding, Groups};
use crate::{Content, Facts, Fit, ImageFacts, RegisteredImage, Setting};
use atlas_image::LifecycleState;
use atlas_image_id::CloudLocation;
use std::collections::BTreeMap;

pub(super) fn check(
    content: &Content,
    facts: &Facts,
    rules: &CheckRules<'_>,
    found: &mut Vec<Finding>,
) {
    let mut noted = Noted::default();
    let tag = rules.agent_tag.as_ref();
    let tagged = tag.is_some_and(|tag| content.tags().contains(tag));
    for (location, setting) in content.settings() {
        match facts.get(location) {
            None => {}
            Some(ImageFacts::Unregistered) => {
                let image = setting.image().to_string();
                noted.note(CheckCode::ImageUnregistered, image, location);
            }
            Some(ImageFacts::Registered(image)) => {
                noted.agent(location, setting, image, tagged, rules);
                noted.record(location, setting, image, rules);
            }
        }
    }
    found.extend(
        noted
            .0
            .into_iter()
            .filter_map(|(code, parts)| Finding::of(code, parts)),
    );
}

/// What was noted, by its code.
#[derive(Default)]
struct Noted(BTreeMap<CheckCode, Groups>);

impl Noted {
    fn note(&mut self, code: CheckCode, value: String, location: &CloudLocation) {
        let parts = self.0.entry(code).or_default();
        parts.entry(value).or_default().push(location.clone());
    }

    /// What concerns agents.
    fn agent(
        &mut self,
        location: &CloudLocation,
        setting: &Setting,
        image: &RegisteredImage,
        tagged: bool,
        rules: &CheckRules<'_>,
    ) {
        let id = || setting.image().to_string();
        let tag = rules.agent_tag.as_ref();
        match image.agent.is_installed() {
            Some(true) => {
                if let Some(tag) = tag.filter(|_| !tagged) {
                    self.note(CheckCode::AgentUntagged, tag.to_string(), location);
                }
            }
            Some(false) => {
                if let Some(tag) = tag.filter(|_| tagged) {
                    self.note(CheckCode::AgentTagUnfounded, tag.to_string(), location);
                }
                if rules.needs_agent {
                    self.note(CheckCode::AgentMissing, id(), location);
                }
            }
            None if rules.needs_agent => self.note(CheckCode::AgentUnknown, id(), location),
            None => {}
        }
    }

    /// What concerns the record of the image.
    fn record(
        &mut self,
        location: &CloudLocation,
        setting: &Setting,
        image: &RegisteredImage,
        rules: &CheckRules<'_>,
    ) {
        let id = setting.image();
        match image.state {
            LifecycleState::Active => {}
            LifecycleState::Deprecated => {
                self.note(CheckCode::ImageDeprecated, id.to_string(), location);
            }
            state => {
                let value = format!("{id}, which is {state}");
                self.note(CheckCode::ImageDisabled, value, location);
            }
        }
        if rules.shared && image.private {
            self.note(CheckCode::ImagePrivate, id.to_string(), location);
        }
        if image.os.is_none() {
            self.note(CheckCode::OsUnknown, id.to_string(), location);
        }
        if let Some(newer) = &image.newer {
            let value = format!("{newer} instead of {id}");
            self.note(CheckCode::NewerImage, value, location);
        }
        let fit = rules
            .instance_types
            .judge_setting(location, setting, image.architecture);
        let code = match fit {
            Ok(Fit::Unjudged | Fit::Fits) => return,
            Ok(Fit::Late(_)) => CheckCode::InstanceTypeLate,
            Err(_) => CheckCode::InstanceTypeMisfit,
        };
        if let (Some(instance_type), Some(architecture)) =
            (setting.instance_type(), image.architecture)
        {
            let value = format!("{instance_type} for {architecture}");
            self.note(code, value, location);
        }
    }
}
