//! What `atlas-image` promises, proved from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests stop at the first surprise"
)]

mod bulk;
mod bundling;
mod copying;
mod credentials;
mod discovering;
mod disk_images;
mod edits;
mod facts;
mod guests;
mod labels;
mod laws;
mod life;
mod messages;
mod nearest;
mod networks;
mod opening;
mod plans;
mod promoting;
mod records;
mod registering;
mod retaining;
mod revoking;
mod role_maps;
mod steps;
mod usage;
mod verifying;
mod words;
mod working;

use atlas_base::Timestamp;
use atlas_image::{
    AddCredential, AddCredentialFacts, Credential, CredentialId, ImageRecord, ImageRecordId, Look,
    OsFacts, RegisterError, RegisterFacts, RegisterImage, Registered, SecretRef, Via,
    add_credential, register,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;

const AMI: &str = "ami-0ae8605ed708e3c3e";

fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

fn location(text: &str) -> CloudLocation {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-07-21T14:07:12Z").unwrap()
}

/// A credential for the cloud and the installation of `for_location`.
fn credential(number: u128, at: &str, for_location: &str, name: &str) -> Credential {
    let location = location(for_location);
    let request = AddCredential {
        scope: scope(at),
        cloud: location.cloud(),
        installation: location.installation().map(|text| text.parse().unwrap()),
        name: name.parse().unwrap(),
        secret: SecretRef::parse("vault:cloud/main").unwrap(),
    };
    let id = CredentialId::from_u128(number);
    add_credential(
        request,
        &AddCredentialFacts {
            same_name: None,
            id,
            now: now(),
        },
    )
    .unwrap()
}

/// A request with a name and an operating system, as a person gives one.
fn request(at: &str, in_location: &str, image_id: &str) -> RegisterImage {
    let location = location(in_location);
    let image_id = ImageId::parse(location.cloud(), image_id).unwrap();
    RegisterImage {
        name: Some("web base".parse().unwrap()),
        os: Some(OsFacts::parse("ubuntu", "24", "24.04").unwrap()),
        ..RegisterImage::new(scope(at), location, image_id, Via::Form)
    }
}

/// Decides with these credentials and records of the same image.
fn decided(
    request: RegisterImage,
    credentials: &[Credential],
    same_image: &[ImageRecord],
) -> Result<Registered, RegisterError> {
    looked(request, credentials, same_image, Look::Unasked)
}

/// The same, with what an inventory says of the image.
fn looked(
    request: RegisterImage,
    credentials: &[Credential],
    same_image: &[ImageRecord],
    look: Look,
) -> Result<Registered, RegisterError> {
    let facts = RegisterFacts {
        credentials,
        same_image,
        look,
        id: ImageRecordId::from_u128(77),
        by: "dana".parse().unwrap(),
        now: now(),
    };
    register(request, &facts)
}

/// Registers where a credential at `/` reaches every location.
fn registered(request: RegisterImage) -> Registered {
    let anywhere = credential(1, "/", request.location.as_str(), "main");
    decided(request, &[anywhere], &[]).unwrap()
}

/// A record of an AMI at this scope, with this number as its id.
fn record(number: u128, at: &str, shared: bool) -> ImageRecord {
    let mut request = request(at, "aws/us-east-1", AMI);
    request.shared = Some(shared);
    let json = serde_json::to_string(&registered(request).record).unwrap();
    let own = ImageRecordId::from_u128(number).to_string();
    serde_json::from_str(&json.replace(&ImageRecordId::from_u128(77).to_string(), &own)).unwrap()
}

fn codes(registered: &Registered) -> Vec<&'static str> {
    codes_of(&registered.warnings)
}

fn codes_of(warnings: &[atlas_image::Warning]) -> Vec<&'static str> {
    warnings.iter().map(atlas_image::Warning::code).collect()
}
