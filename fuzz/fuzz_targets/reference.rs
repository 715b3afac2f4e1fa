//! What people type to name a MultiCloud Image, its states and its sizes, and of what a
//! ServerTemplate holds.
#![no_main]

use atlas_image::NetworkName;
use atlas_mci::{Description, InstanceType};
use atlas_template::{
    AgentRequirement, ChannelName, LinkTarget, Reference, ScriptRef, TemplatePath, TemplateValue,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Reference::parse(text) {
        Ok(reference) => {
            let shown = reference.to_string();
            assert_eq!(Reference::parse(&shown).as_ref(), Ok(&reference), "{shown}");
        }
        Err(error) => assert!(error.at() <= text.len()),
    }
    if let Ok(channel) = ChannelName::parse(text) {
        assert_eq!(channel.as_str(), text);
    }
    if let Ok(instance_type) = InstanceType::parse(text) {
        assert_eq!(instance_type.as_str(), text);
    }
    if let Ok(description) = Description::parse(text) {
        assert_eq!(description.as_str(), text);
    }
    match LinkTarget::parse(text) {
        Ok(target) => assert_eq!(target.to_string(), text),
        Err(error) => assert!(error.at() <= text.len()),
    }
    match ScriptRef::parse(text) {
        Ok(script) => assert_eq!(script.as_str(), text),
        Err(error) => assert!(error.at() <= text.len()),
    }
    match NetworkName::parse(text) {
        Ok(network) => assert_eq!(network.as_str(), text),
        Err(error) => assert!(error.at() <= text.len()),
    }
    match AgentRequirement::parse(text) {
        Ok(wanted) => assert_eq!(AgentRequirement::parse(&wanted.to_string()), Ok(wanted)),
        Err(error) => assert!(error.at() <= text.len()),
    }
    // The first line is a path, the rest its value.
    let (path, value) = text.split_once('\n').unwrap_or((text, ""));
    match TemplatePath::parse(path) {
        Ok(path) => match TemplateValue::parse(&path, value) {
            Ok(found) => {
                let shown = serde_json::to_string(&found).expect("a value has a text");
                let shown: String = serde_json::from_str(&shown).expect("it is a text");
                assert_eq!(TemplateValue::parse(&path, &shown), Ok(found));
            }
            Err(error) => assert!(error.at() <= value.len()),
        },
        Err(error) => assert!(error.at() <= path.len()),
    }
});
