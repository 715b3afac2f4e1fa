//! What people type to name a MultiCloud Image, its states and its sizes.
#![no_main]

use atlas_mci::{Description, InstanceType};
use atlas_template::{ChannelName, Reference};
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
});
