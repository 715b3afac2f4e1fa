use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By the discovery document of compute v1, whose patterns for names and projects are these.
pub(super) fn grammar() -> Grammar {
    let label = "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?";
    let project = format!(
        "(?:(?:[-a-z0-9]{{1,63}}\\.)*(?:{label}):)?(?:[0-9]{{1,63}}|[a-z0-9](?:[-a-z0-9]{{0,61}}[a-z0-9])?)"
    );
    let image = format!("(?:{label}|[1-9][0-9]{{0,19}})");
    let global = format!("global/images/(?:{image}|family/{label})");
    let resource =
        format!("(?:{global}|global/machineImages/{image}|zones/{label}/imageFamilyViews/{label})");
    let host = "https://(?:www|compute)\\.googleapis\\.com/compute/(?:v1|beta|alpha)/|//compute\\.googleapis\\.com/";
    let scalr = format!("{project}/(?:{global}|global/machineImages/{image})");
    Grammar {
        cloud: Cloud::Gcp,
        pattern: format!(
            "(?:{host})?projects/{project}/{resource}|{global}|family/{label}|{scalr}"
        ),
        // A project called `projects` is not read in Scalr's form, where people forget the project.
        besides: |text| {
            !text.starts_with("projects/global/images/")
                && !text.starts_with("projects/global/machineImages/")
        },
        ids: &[
            "https://www.googleapis.com/compute/v1/projects/p/global/images/family/f",
            "https://compute.googleapis.com/compute/beta/projects/debian-cloud/global/images/x-1",
            "//compute.googleapis.com/projects/p/global/machineImages/m",
            "projects/google.com:p-1/zones/us-central1-a/imageFamilyViews/f",
            "projects/a.b-c.example:123/global/images/2365868823508405185",
            "projects/p/global/images/family",
            "p/global/images/123",
            "google.com:p/global/machineImages/m-1",
            "family/global/images/x",
            "global/global/images/family/x",
            "global/images/x",
            "global/images/family/x",
            "family/x",
        ],
        pieces: &[
            "projects/",
            "global/images/",
            "family/",
            "global/machineImages/",
            "zones/",
            "/imageFamilyViews/",
            "https://www.googleapis.com/compute/v1/",
            "//compute.googleapis.com/",
            "google.com:",
            "12345678901234567890",
            "https://compute.googleapis.com/compute/alpha/",
            "https://",
            "http://",
            "://",
            "//",
            "compute/v1/",
            "projects/projects/",
            "global/",
            "-global/images/",
            ".com:",
            "a-name-of-sixty-three-characters-which-is-as-long-as-one-can-be1",
        ],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::Gcp,
        "http://www.googleapis.com/compute/v1beta15/projects/p/global/images/x",
        "projects/p/global/images/x",
    ),
    (
        Cloud::Gcp,
        "projects/debian-cloud/global/images/families/debian-12",
        "projects/debian-cloud/global/images/family/debian-12",
    ),
    (
        Cloud::Gcp,
        "projects/P/global/images/Debian_12",
        "projects/p/global/images/debian-12",
    ),
    (
        Cloud::Gcp,
        "https://console.cloud.google.com/compute/imagesDetail/projects/ml-images/global/images/c0-common-v20240128?project=my-own",
        "projects/ml-images/global/images/c0-common-v20240128",
    ),
    (
        Cloud::Gcp,
        "compute/v1/projects/p/zones/us-central1-a/imagefamilyviews/f",
        "projects/p/zones/us-central1-a/imageFamilyViews/f",
    ),
    (
        Cloud::Gcp,
        "https://content.googleapis.com/compute/v1/p/global/images/x",
        "projects/p/global/images/x",
    ),
    (
        Cloud::Gcp,
        "projects/p/images/x",
        "projects/p/global/images/x",
    ),
    (
        Cloud::Gcp,
        "projects/p/regions/us-east1/images/x/",
        "projects/p/global/images/x",
    ),
    (
        Cloud::Gcp,
        "p/Global/Family/f",
        "projects/p/global/images/family/f",
    ),
    (Cloud::Gcp, "images/family/f", "global/images/family/f"),
    (Cloud::Gcp, "projects/global/images/x", "global/images/x"),
    (
        Cloud::Gcp,
        "projects%2Fgoogle.com%3Ap%2Fglobal%2Fimages%2Fx",
        "projects/google.com:p/global/images/x",
    ),
    (
        Cloud::Gcp,
        "projects/p/global/images/debian-7-wheezy-v20130723.",
        "projects/p/global/images/debian-7-wheezy-v20130723",
    ),
    (
        Cloud::Gcp,
        "projects/p/global/images/x/setLabels",
        "projects/p/global/images/x",
    ),
    (
        Cloud::Gcp,
        "--image-family=debian-12 --image-project=debian-cloud",
        "projects/debian-cloud/global/images/family/debian-12",
    ),
];
