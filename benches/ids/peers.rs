//! The libraries and patterns that people use for the same texts, beside our own.

use crate::{each, texts};
use atlas_benches::{Claim, Effort, Pair, versus};
use atlas_image_id::{Cloud, ImageIdRef};
use regex::{Regex, RegexBuilder};
use std::{error::Error, str::FromStr as _};

/// The discovery document's patterns for a project and an image, as one path.
const GCE: &str = r"^(?:https://(?:www|compute)\.googleapis\.com/compute/(?:v1|beta|alpha)/|//compute\.googleapis\.com/)?projects/((?:(?:[-a-z0-9]{1,63}\.)*(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?):)?(?:[0-9]{1,19}|(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)))/global/images/([a-z](?:[-a-z0-9]{0,61}[a-z0-9])?|[1-9][0-9]{0,19})$";

/// Managed images and images of galleries, in any case.
const ARM: &str = r"(?i)^/subscriptions/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/resourceGroups/([-\w._()]{1,90})/providers/Microsoft\.Compute/(?:images/([-\w.]{1,80})|galleries/([\w.]{1,80})/images/([-\w.]{1,80})(?:/versions/([0-9]+\.[0-9]+\.[0-9]+|latest))?)$";

pub(crate) fn claims(effort: Effort) -> Result<(), Box<dyn Error>> {
    let beside = |cloud, texts: &[&'static str], peer: &dyn Fn(&str) -> bool| -> Pair {
        let ours = each(texts, |text| ImageIdRef::parse(cloud, text).is_ok());
        versus(effort, ours, each(texts, peer)).over(texts.len())
    };

    let amis = texts(Cloud::Aws, "ami");
    let pattern = Regex::new("^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$")?;
    let pair = beside(Cloud::Aws, &amis, &|text| pattern.is_match(text));
    let claim = "an AMI id is read, beside 25 ns";
    Claim::cost(claim, "ns", pair.ours * 1e9, 25.0, 1.0).print();
    Claim::nanoseconds("an AMI id is read, beside a regular expression", pair, 1.0).print();

    let uuids = texts(Cloud::OpenStack, "image");
    let pair = beside(Cloud::OpenStack, &uuids, &|text| {
        uuid::Uuid::parse_str(text).is_ok()
    });
    Claim::nanoseconds(
        "an OpenStack id is read, beside the crate `uuid`",
        pair,
        1.0,
    )
    .print();

    let pattern = Regex::new(GCE)?;
    let images: Vec<_> = texts(Cloud::Gcp, "image")
        .into_iter()
        .filter(|text| pattern.is_match(text))
        .collect();
    let pair = beside(Cloud::Gcp, &images, &|text| {
        pattern.captures(text).is_some()
    });
    let claim = "a GCE image is read, beside the discovery document's pattern";
    Claim::nanoseconds(claim, pair, 0.1).print();

    // Its classes are Unicode, as people leave them: the compiled form passes the usual limit.
    let pattern = RegexBuilder::new(ARM).size_limit(64 << 20).build()?;
    let resources: Vec<_> = texts(Cloud::Azure, "")
        .into_iter()
        .filter(|text| pattern.is_match(text))
        .collect();
    let pair = beside(Cloud::Azure, &resources, &|text| {
        pattern.captures(text).is_some()
    });
    let claim = "an ARM id is read, beside a regular expression";
    Claim::nanoseconds(claim, pair, 0.5).print();

    let arns = texts(Cloud::Aws, "image-arn");
    let pair = beside(Cloud::Aws, &arns, &|text| {
        arn::naive::NaiveArn::parse(text).is_ok()
    });
    Claim::nanoseconds("an image ARN is read, beside the crate `arn`", pair, 1.0).print();
    let pair = beside(Cloud::Aws, &arns, &|text| {
        aws_arn::ResourceName::from_str(text).is_ok()
    });
    Claim::nanoseconds(
        "an image ARN is read, beside the crate `aws-arn`",
        pair,
        1.0,
    )
    .print();

    let references = texts(Cloud::Oci, "");
    let pair = beside(Cloud::Oci, &references, &|text| {
        oci_spec::distribution::Reference::try_from(text).is_ok()
    });
    let claim = "an OCI reference is read, beside the crate `oci-spec`";
    Claim::nanoseconds(claim, pair, 0.2).print();
    Ok(())
}
