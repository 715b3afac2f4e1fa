//! What ids look like and where people find them.

use crate::Cloud;

/// What an image id of the cloud looks like and where a person finds it (Scalr; I13). Every refusal of
/// an id ends with it, and forms show it.
pub const fn where_to_find(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aws => {
            "an AWS image id looks like `ami-0ae8605ed708e3c3e` and stands in the AMI ID column of the EC2 console"
        }
        Cloud::Azure => {
            "an Azure image id looks like `Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest`, as `az vm image list` prints it, or is the resource ID on the image's page"
        }
        Cloud::Gcp => {
            "a GCP image id looks like `projects/debian-cloud/global/images/debian-12-bookworm-v20240415` and is what stands from `projects/` on in the image's selfLink"
        }
        Cloud::OpenStack => {
            "an OpenStack image id is a UUID such as `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e` and stands in the ID field of the Image section"
        }
        Cloud::Vmware => {
            "a VMware image id looks like `vm-42` or `/DC01/vm/templates/rhel9` and is picked from the list that the cloud credentials give"
        }
        Cloud::Local => {
            "a local image id looks like `ami-0ae8605ed708e3c3e` and stands in the list of the image repository"
        }
    }
}
