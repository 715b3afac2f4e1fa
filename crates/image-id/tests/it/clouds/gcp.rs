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
        besides: has_a_project,
        ids: &[
            "https://www.googleapis.com/compute/v1/projects/p/global/images/family/f",
            "https://compute.googleapis.com/compute/beta/projects/debian-cloud/global/images/x-1",
            "//compute.googleapis.com/projects/p/global/machineImages/m",
            "projects/google.com:p-1/zones/us-central1-a/imageFamilyViews/f",
            "projects/a.b-c.example:123/global/images/2365868823508405185",
            "projects/p/global/images/family",
            "p/global/images/123",
            "google.com:p/global/machineImages/m-1",
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
            "a-name-of-sixty-three-characters-which-is-as-long-as-one-can-be1",
        ],
    }
}

/// `projects/` is the word before a project, so no project of that name stands in Scalr's form.
fn has_a_project(text: &str) -> bool {
    let behind = text.strip_prefix("projects/global/").unwrap_or_default();
    !behind.starts_with("images/") && !behind.starts_with("machineImages/")
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
];
