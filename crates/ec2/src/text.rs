//! Texts of requests, as the domain has them.

use crate::{Ec2Error, ErrorCode, parameter::ParameterText};
use atlas_image::{
    Architecture, CloudText, ImageDescription, ImageName, LabelKey, LabelValue, UefiData,
};

/// The name of an image as EC2 allows it: 3 to 128 of ``A-Za-z0-9 ()[]./-'@_`` (AWS).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmiName(ImageName);

impl AmiName {
    /// Checks a text.
    ///
    /// # Errors
    ///
    /// `InvalidAMIName.Malformed`.
    pub fn parse(text: &str) -> Result<Self, Ec2Error> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b" ()[]./-'@_".contains(&byte);
        let fits = (3..=128).contains(&text.len()) && text.bytes().all(is_known);
        let name = fits.then(|| ImageName::parse(text).ok()).flatten();
        name.map(Self).ok_or_else(|| {
            let rule = "AMI names must be between 3 and 128 characters long, and may contain letters, \
                        numbers, spaces, and the characters ( ) [ ] . / - ' @ _";
            Ec2Error::new(ErrorCode::InvalidAmiNameMalformed, rule)
        })
    }

    /// The name.
    pub fn name(&self) -> &ImageName {
        &self.0
    }
}

impl ParameterText for AmiName {
    fn read_text(text: &str, _: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        Self::parse(text)
    }
}

/// A description: at most 255 characters; a blank one says nothing (AWS).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description(Option<ImageDescription>);

impl Description {
    /// The most characters that EC2 takes.
    pub const MAX_CHARACTERS: usize = 255;

    /// The description, if it says anything.
    pub fn text(&self) -> Option<&ImageDescription> {
        self.0.as_ref()
    }
}

impl ParameterText for Description {
    fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        let refuse = || {
            let expected = "Expected at most 255 printable characters.";
            Ec2Error::invalid_parameter(&name(), text, expected)
        };
        if text.chars().count() > Self::MAX_CHARACTERS {
            return Err(refuse());
        }
        let text = ImageDescription::parse(text).map_err(|_| refuse())?;
        Ok(Self(Some(text)))
    }
}

macro_rules! domain {
    ($($ty:ty = $expected:literal;)*) => {$(
        impl ParameterText for $ty {
            fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
                Self::parse(text).map_err(|_| Ec2Error::invalid_parameter(&name(), text, $expected))
            }
        }
    )*};
}

domain! {
    CloudText = "Expected 1 to 255 printable characters.";
    UefiData = "Expected 1 to 65536 printable characters.";
    LabelValue = "Tag value exceeds the maximum length of 256 characters";
}

impl ParameterText for LabelKey {
    fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        let refuse = |expected| Err(Ec2Error::invalid_parameter(&name(), text, expected));
        if text
            .get(..4)
            .is_some_and(|head| head.eq_ignore_ascii_case("aws:"))
        {
            return refuse("Tag keys starting with 'aws:' are reserved for internal use");
        }
        let refused = || refuse("Tag keys have 1 to 128 characters");
        Self::parse(text).or_else(|_| refused())
    }
}

impl ParameterText for Architecture {
    fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        let known = Self::parse(text)
            .ok()
            .filter(|known| ec2_architecture(*known) == text);
        known.ok_or_else(|| {
            let expected = "Expected one of: i386, x86_64, arm64, x86_64_mac, arm64_mac.";
            Ec2Error::invalid_parameter(&name(), text, expected)
        })
    }
}

/// EC2's word for an architecture; our own for one that EC2 does not have.
pub const fn ec2_architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Aarch64 => "arm64",
        other => other.as_str(),
    }
}
