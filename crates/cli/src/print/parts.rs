//! The parts of an image id, as `atlas id parse` tells them.

use cloud_atlas::image_id::{
    AwsAccountId, AwsImageId, AwsRegion, AzureGallery, AzureImageId, GceProject, GcpImageId,
    ImageId, OciDigest, ProxmoxImageId, SsmSelector, VmwareImageId,
};

/// The parts of an id with their names, in the order of its text.
pub(crate) fn parts(id: &ImageId) -> Vec<(&'static str, String)> {
    let mut parts = Parts(Vec::new());
    match id {
        ImageId::Aws(id) => parts.aws(id),
        ImageId::Azure(id) => parts.azure(id),
        ImageId::Gcp(id) => parts.gcp(id),
        ImageId::OpenStack(id) => parts.put("uuid", id.as_str()),
        ImageId::Vmware(id) => parts.vmware(id),
        ImageId::Local(id) => parts.put("digits", id.digits()),
        ImageId::Huawei(id) => parts.put("uuid", id.as_str()),
        ImageId::Nutanix(id) => parts.put("uuid", id.as_str()),
        ImageId::DigitalOcean(id) => {
            parts.number("number", id.number());
            parts.maybe("slug", id.slug());
        }
        ImageId::Hetzner(id) => {
            parts.number("number", id.number());
            parts.maybe("name", id.name());
        }
        ImageId::Linode(id) => {
            parts.number("number", id.number());
            parts.maybe("name", id.name());
        }
        ImageId::Proxmox(id) => parts.proxmox(id),
        ImageId::Oci(id) => {
            parts.put("registry", id.registry());
            parts.put("repository", id.repository());
            parts.maybe("tag", id.tag());
            parts.maybe("digest", id.digest().as_ref().map(OciDigest::as_str));
        }
        _ => parts.put("text", id.as_str()),
    }
    parts.0
}

struct Parts(Vec<(&'static str, String)>);

impl Parts {
    fn put(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    fn maybe(&mut self, name: &'static str, value: Option<&str>) {
        self.0.extend(value.map(|value| (name, value.to_owned())));
    }

    fn number(&mut self, name: &'static str, value: Option<u64>) {
        self.0.extend(value.map(|value| (name, value.to_string())));
    }

    fn proxmox(&mut self, id: &ProxmoxImageId) {
        if let Some(vmid) = id.vmid() {
            self.put("vmid", vmid.to_string());
        }
        if let Some(volume) = id.volume() {
            self.put("storage", volume.storage());
            self.put("name", volume.name());
        }
    }

    fn aws(&mut self, id: &AwsImageId) {
        match id {
            AwsImageId::Ami(id) => self.put("digits", id.digits()),
            AwsImageId::Kernel(id) => self.put("digits", id.digits()),
            AwsImageId::Ramdisk(id) => self.put("digits", id.digits()),
            AwsImageId::Arn(arn) => {
                self.put("partition", arn.region().partition().as_str());
                self.put("region", arn.region().as_str());
                let account = arn.account();
                self.maybe("account", account.as_ref().map(AwsAccountId::as_str));
                self.put("image", arn.image().as_str());
            }
            AwsImageId::Ssm(pointer) => {
                self.maybe("region", pointer.region().as_ref().map(AwsRegion::as_str));
                self.put("name", pointer.name());
                match pointer.selector() {
                    Some(SsmSelector::Version(version)) => self.put("version", version),
                    Some(SsmSelector::Label(label)) => self.put("label", label),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn azure(&mut self, id: &AzureImageId) {
        match id {
            AzureImageId::Urn(urn) => {
                self.put("publisher", urn.publisher());
                self.put("offer", urn.offer());
                self.put("sku", urn.sku());
                self.put("version", urn.version());
            }
            AzureImageId::Managed(image) => {
                self.put("subscription", image.subscription().to_string());
                self.put("resource-group", image.resource_group());
                self.put("name", image.name());
            }
            AzureImageId::Gallery(image) => {
                self.put(
                    "owner",
                    match image.owner() {
                        AzureGallery::Shared => "shared",
                        AzureGallery::Community => "community",
                        _ => "own",
                    },
                );
                self.put("gallery", image.gallery());
                self.put("image", image.image());
                self.maybe("version", image.version());
            }
            AzureImageId::Vhd(vhd) => {
                self.put("account", vhd.account());
                self.put("container", vhd.container());
                self.put("blob", vhd.blob());
            }
            _ => {}
        }
    }

    fn gcp(&mut self, id: &GcpImageId) {
        self.maybe("project", id.project().as_ref().map(GceProject::as_str));
        self.maybe("zone", id.zone());
        self.put("name", id.name());
    }

    fn vmware(&mut self, id: &VmwareImageId) {
        match id {
            VmwareImageId::Moref(id) => self.put("value", id.value()),
            VmwareImageId::Template(path) => {
                self.put("datacenter", path.datacenter());
                self.put("name", path.name());
            }
            VmwareImageId::LibraryItem(item) => {
                self.put("library", item.library());
                self.put("item", item.item());
            }
            VmwareImageId::InstanceUuid(id) => self.put("uuid", id.as_str()),
            _ => {}
        }
    }
}
