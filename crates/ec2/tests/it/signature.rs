//! Who signed a request.

mod botocore;
mod laws;
mod messages;
mod published;
mod refusals;

mod seeds;
mod signer;
mod vectors;

use atlas_base::Timestamp;
use atlas_ec2::signature::{BodyDigest, SecretKey, SignatureError, Verified};
use signer::Request;
use vectors::{ACCESS_KEY, SECRET};

const NOW: &str = "2015-08-30T12:36:00Z";

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Asks who signed a request, at a time, where one key is known.
fn verify_at(request: &Request, now: &str) -> Result<Verified, SignatureError> {
    let secret = SecretKey::parse(SECRET).unwrap();
    let signed = request.read(moment(now))?;
    let known = (signed.access_key_id().as_str() == ACCESS_KEY).then_some(&secret);
    signed.verify(BodyDigest::of(&request.body), known)
}

fn verify(request: &Request) -> Result<Verified, SignatureError> {
    verify_at(request, NOW)
}
