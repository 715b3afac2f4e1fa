//! What an inventory says, held against what a person says.

use crate::{AMI, credential, location, looked, now, request};
use atlas_image::{
    Architecture, CloudImage, ImageRecord, Look, RegisterError, RegisterImage, Registered,
    Verification,
};
use atlas_image_id::ImageId;
use core::num::NonZeroU32;

fn found(request: &RegisterImage) -> CloudImage {
    let mut image = CloudImage::new(request.location.clone(), request.image_id.clone());
    image.name = Some("in the cloud".parse().unwrap());
    image.architecture = Some(Architecture::Aarch64);
    image.size_gb = NonZeroU32::new(8);
    image
}

fn with(request: RegisterImage, look: Look) -> Result<Registered, RegisterError> {
    let anywhere = credential(1, "/", request.location.as_str(), "main");
    looked(request, &[anywhere], &[], look)
}

#[test]
fn i07_an_image_that_is_there_is_verified_and_fills_in_what_is_open() {
    let mut ask = request("/acme", "aws/us-east-1", AMI);
    ask.name = None;
    let look = Look::Found(Box::new(found(&ask)));
    let record = with(ask.clone(), look.clone()).unwrap().record;
    assert_eq!(record.verification(), Verification::Verified { at: now() });
    assert_eq!(record.name(), "in the cloud");
    assert_eq!(record.architecture(), Some(Architecture::Aarch64));
    assert_eq!(record.size_gb(), NonZeroU32::new(8));
    // What a person says stands, where it does not contradict the cloud.
    ask.name = Some("mine".parse().unwrap());
    ask.size_gb = NonZeroU32::new(9);
    let record = with(ask.clone(), look.clone()).unwrap().record;
    assert_eq!(
        (record.name(), record.size_gb()),
        ("mine", NonZeroU32::new(9))
    );
    ask.architecture = Some(Architecture::X86_64);
    assert_eq!(
        with(ask.clone(), look),
        Err(RegisterError::OtherArchitecture {
            image_id: ask.image_id,
            stated: Architecture::X86_64,
            found: Architecture::Aarch64,
        })
    );
}

#[test]
fn i07_the_cloud_gives_the_name_that_a_form_needs() {
    let uuid = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    let mut ask = request("/acme", "openstack/RegionOne", uuid);
    ask.name = None;
    assert!(matches!(
        with(ask.clone(), Look::Unasked),
        Err(RegisterError::NameMissing { .. })
    ));
    let look = Look::Found(Box::new(found(&ask)));
    assert_eq!(with(ask, look).unwrap().record.name(), "in the cloud");
}

#[test]
fn i07_an_image_that_is_not_there_is_refused() {
    let mut ask = request("/acme", "aws/us-east-1", AMI);
    for unverified in [false, true] {
        ask.unverified = unverified;
        assert_eq!(
            with(ask.clone(), Look::Missing),
            Err(RegisterError::NotInCloud {
                image_id: ImageId::parse(atlas_image_id::Cloud::Aws, AMI).unwrap(),
                location: location("aws/us-east-1"),
            })
        );
    }
}

#[test]
fn m19_an_image_that_is_closed_is_refused_with_words_of_its_own() {
    let ask = request("/acme", "aws/us-east-1", AMI);
    let mut image = found(&ask);
    image.closed = true;
    assert_eq!(
        with(ask, Look::Found(Box::new(image))),
        Err(RegisterError::NoAccess {
            image_id: ImageId::parse(atlas_image_id::Cloud::Aws, AMI).unwrap(),
            location: location("aws/us-east-1"),
        })
    );
}

#[test]
fn i07_without_an_inventory_the_record_says_that_nobody_looked() {
    let record = with(request("/acme", "aws/us-east-1", AMI), Look::Unasked);
    let record: ImageRecord = record.unwrap().record;
    assert_eq!(record.verification(), Verification::Unverified);
}

#[test]
fn i10_an_image_of_vmware_is_one_of_the_candidates_unless_it_is_said_otherwise() {
    let mut ask = request("/acme", "vmware/DC1", "vm-42");
    assert!(matches!(
        with(ask.clone(), Look::Missing),
        Err(RegisterError::NotInCloud { .. })
    ));
    ask.unverified = true;
    let record = with(ask.clone(), Look::Missing).unwrap().record;
    assert_eq!(record.verification(), Verification::Unverified);
    // The name is prefilled, and amendable.
    ask.unverified = false;
    ask.name = None;
    let look = Look::Found(Box::new(found(&ask)));
    assert_eq!(with(ask, look).unwrap().record.name(), "in the cloud");
}
