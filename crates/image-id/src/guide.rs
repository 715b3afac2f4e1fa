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
        Cloud::Oracle => {
            "an Oracle image id looks like `ocid1.image.oc1.eu-frankfurt-1.aaaa…` and stands in the OCID field of the custom image's page"
        }
        Cloud::Alibaba => {
            "an Alibaba Cloud image id looks like `m-0xi73vgiftq4g73n6vpl` and stands in the Image ID column of the ECS console"
        }
        Cloud::Ibm => {
            "an IBM Cloud image id looks like `r006-0e578411-53ab-44ba-a0f8-d003d0011993` and stands in the ID field of the custom image's page"
        }
        Cloud::DigitalOcean => {
            "a DigitalOcean image id is a number such as `119192817` or a slug such as `ubuntu-24-04-x64`, as `doctl compute image list` prints it"
        }
        Cloud::Hetzner => {
            "a Hetzner image id is a number such as `114690387` or a name such as `ubuntu-24.04`, as `hcloud image list` prints it"
        }
        Cloud::Linode => {
            "a Linode image id looks like `linode/debian12` or `private/1337`, as `linode-cli images list` prints it"
        }
        Cloud::Tencent => {
            "a Tencent Cloud image id looks like `img-gvbnzy6f` and stands in the ID/Name column of the image list"
        }
        Cloud::Huawei => {
            "a Huawei Cloud image id is a UUID such as `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e` and stands on the image's page in the IMS console"
        }
        Cloud::Nutanix => {
            "a Nutanix image id is a UUID such as `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e`, the `extId` of the image in Prism Central"
        }
        Cloud::Proxmox => {
            "a Proxmox image id is a VMID such as `9000` or a volume such as `local:iso/debian-12.iso`, as `pvesm list` prints it"
        }
        Cloud::Oci => {
            "an OCI image id looks like `quay.io/fedora/fedora-bootc:43`, with a digest behind `@` where it has to stay the same"
        }
        Cloud::Local => {
            "a local image id looks like `ami-0ae8605ed708e3c3e` and stands in the list of the image repository"
        }
    }
}
