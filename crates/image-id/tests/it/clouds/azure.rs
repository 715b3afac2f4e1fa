use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By the command line's list of aliases, the validators of Terraform's provider, Azure's rules for
/// resource names and the storage service's rules for containers and blobs.
pub(super) fn grammar() -> Grammar {
    let version = "(?:[0-9]{1,10}\\.[0-9]{1,10}\\.[0-9]{1,10}|(?i:latest))";
    let part = |most: usize| format!("[A-Za-z0-9._-]{{0,{}}}[A-Za-z0-9_-]", most - 1);
    let (publisher, other) = (part(50), part(128));
    let urn = |mark: &str| [&publisher, &other, &other, version].join(mark);

    let hex = "[0-9A-Fa-f]";
    let uuid = format!("{hex}{{8}}-{hex}{{4}}-{hex}{{4}}-{hex}{{4}}-{hex}{{12}}");
    let group = "[A-Za-z0-9_.()-]{0,89}[A-Za-z0-9_()-]";
    let managed = "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?";
    let gallery = "[A-Za-z0-9](?:[A-Za-z0-9_.]{0,78}[A-Za-z0-9_])?";
    let definition = "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?";
    let unique = "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,115}[A-Za-z0-9_])?";
    let image = format!("(?i:/images/){definition}(?:(?i:/versions/){version})?");
    let own = format!(
        "(?i:/subscriptions/){uuid}(?i:/resourceGroups/){group}(?i:/providers/Microsoft\\.Compute/)"
    );
    let arm = format!("{own}(?:(?i:images/){managed}|(?i:galleries/){gallery}{image})");
    let foreign = format!("(?i:/(?:shared|community)Galleries/){unique}{image}");

    let escape = format!("%{hex}{{2}}");
    let no_dot = format!("(?:[A-Za-z0-9_~!$'()*+,;=:@-]|{escape})");
    let any = format!("(?:[A-Za-z0-9_~!$'()*+,;=:@.-]|{escape})");
    let folder = format!("(?:{no_dot}{any}*|\\.{no_dot}{any}*|\\.\\.{any}+)/");
    let host =
        "\\.blob\\.core\\.(?:windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net|cloudapi\\.de)/";
    let container = "(?:\\$root|[a-z0-9]+(?:-[a-z0-9]+)*)/";
    let vhd = format!("https?://[a-z0-9]{{3,24}}{host}{container}(?:{folder})*{any}+\\.vhd");

    let aliases = format!("(?i:{})", ALIASES.join("|"));
    let forms = [urn(":"), urn("/"), aliases, arm, foreign, vhd];
    Grammar {
        cloud: Cloud::Azure,
        pattern: forms.join("|"),
        besides,
        ids: &[
            "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest",
            "debian/debian-11/11-backports-gen2/0.20241202.1949",
            "a:b.c:_:LATEST",
            "Win2022AzureEditionCore",
            "ubuntu2204",
            "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg-1_(a).b/providers/Microsoft.Compute/images/My.Image_",
            "/SUBSCRIPTIONS/0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E/resourcegroups/RG/providers/microsoft.compute/galleries/my_gallery.1/images/ubuntu-22.04/versions/2024.02.19",
            "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i",
            "/SharedGalleries/0a2c89a7-a44e-4cd0-b6ec-868432ad1d13-TESTGALLERY/Images/i/Versions/latest",
            "/communityGalleries/cocopodvm-d0e4f35f-5530-4b9c-8596-112487cdea85/images/podvm_image0",
            "/communityGalleries/g/images/i/versions/2147483647.0.00",
            "https://abc.blob.core.windows.net/vhds/os/a%20b.vhd",
            "http://sga1.blob.core.chinacloudapi.cn/$root/.x/..y/z.vhd",
            "https://abc.blob.core.usgovcloudapi.net/my-vhds-1/(a)+~.vhd",
            "https://abc.blob.core.cloudapi.de/vhds/..vhd",
        ],
        pieces: &[
            ":latest",
            "/latest",
            ":1.0.0",
            "/versions/",
            "/images/",
            "galleries/",
            "/sharedGalleries/",
            "/communityGalleries/",
            "/providers/Microsoft.Compute/",
            "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/",
            "2147483648",
            "00000000001",
            "an-offer-of-fifty-characters-as-long-as-publishers",
            "forty-characters-of-a-name-twice-make-80",
            "https://abc.blob.core.windows.net/",
            ".vhd",
            "%2F",
            "/../",
        ],
    }
}

/// Of `vm/_alias.py` in azure-cli 2.91.0.
const ALIASES: [&str; 16] = [
    "AzureLinux4",
    "AzureLinux4Arm64",
    "AzureLinux4Gen1",
    "CentOS85Gen2",
    "Debian11",
    "FlatcarLinuxFreeGen2",
    "OpenSuseLeap154Gen2",
    "RHELRaw8LVMGen2",
    "SuseSles15SP3",
    "Ubuntu2204",
    "Win2012Datacenter",
    "Win2012R2Datacenter",
    "Win2016Datacenter",
    "Win2019Datacenter",
    "Win2022AzureEditionCore",
    "Win2022Datacenter",
];

/// Numbers of versions are signed and have 32 bits; containers have 3 to 63 characters.
fn besides(text: &str) -> bool {
    if text.starts_with("http://") || text.starts_with("https://") {
        let container = text.split('/').nth(3).unwrap();
        return (3..=63).contains(&container.len());
    }
    let mut parts = text.rsplit([':', '/']);
    let (last, before) = (parts.next().unwrap(), parts.next().unwrap_or_default());
    if text.starts_with('/') && !before.eq_ignore_ascii_case("versions") {
        return true;
    }
    last.split('.')
        .filter_map(|number| number.parse::<u64>().ok())
        .all(|number| number < 1 << 31)
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    miss(
        "Canonical:UbuntuServer:18.04-LTS:latest:x",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "Canonical::UbuntuServer:18.04-LTS:latest",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "Canonical:UbuntuServer:18.04-LTS:",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "urn:Canonical:UbuntuServer:18.04-LTS:latest",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "Canonical.UbuntuServer.18.04-LTS.latest",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "OpenLogic.CentOS.7.3.7.3.20170925",
        "OpenLogic:CentOS:7.3:7.3.20170925",
    ),
    miss(
        "Canonical, UbuntuServer, 18.04-LTS, latest",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "Canonical UbuntuServer 18.04-LTS latest",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "Canonical/UbuntuServer:18.04-LTS/latest",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "Canonical:UbuntuServer:18.04-LTS:recent",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "Canonical:UbuntuServer:18.04-LTS:18.04.201804262.0",
        "Canonical:UbuntuServer:18.04-LTS:18.04.201804262",
    ),
    miss(
        "Canonical:UbuntuServer:18.04-LTS:v1.0",
        "Canonical:UbuntuServer:18.04-LTS:1.0.0",
    ),
    miss(
        "{\"sku\": \"18.04-LTS\", \"publisher\": \"Canonical\", \"version\": \"latest\", \"offer\": \"UbuntuServer\"}",
        "Canonical:UbuntuServer:18.04-LTS:latest",
    ),
    miss(
        "/Subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/Providers/Microsoft.Compute/Locations/westus/Publishers/Canonical/ArtifactTypes/VMImage/Offers/UbuntuServer/Skus/18.04-LTS/Versions/18.04.202002180",
        "Canonical:UbuntuServer:18.04-LTS:18.04.202002180",
    ),
    miss("Ubuntu 22.04", "Ubuntu2204"),
    miss("ubuntu-2204", "Ubuntu2204"),
    miss("Ubuntu 22.04 LTS", "Ubuntu2204"),
    miss("UbuntuLTS", "Ubuntu2204"),
    miss("Windows Server 2022 Datacenter", "Win2022Datacenter"),
    miss(
        "https://management.azure.com/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x?api-version=2024-07-01",
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x",
    ),
    miss(
        "https://portal.azure.com/#@contoso.onmicrosoft.com/resource/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x/overview",
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x",
    ),
    miss(
        "https://portal.azure.com/#view/X/id/%2Fsubscriptions%2F0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e%2FresourceGroups%2Frg%2Fproviders%2FMicrosoft.Compute%2Fimages%2Fx",
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x",
    ),
    miss(
        "subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x/",
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x",
    ),
    miss(
        "/subscriptions/0b7e48ceeb454f3586a87d1e31c47c3e/resourceGroup/rg/providers/Microsoft.Compute/gallery/g/images/i/versions/recent",
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i/versions/latest",
    ),
    miss(
        "communityGalleries/g/images/i",
        "/communityGalleries/g/images/i",
    ),
    miss(
        "/sharedGallery/g/image/i/version/1.0.0.0",
        "/sharedGalleries/g/images/i/versions/1.0.0",
    ),
    miss(
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/providers/Microsoft.Compute/locations/westus/communityGalleries/g/images/i/versions/1.0.0",
        "/communityGalleries/g/images/i/versions/1.0.0",
    ),
    miss(
        "https://abc.blob.core.windows.net/vhds/a.vhd?sv=2020-08-04&sig=c2VjcmV0",
        "https://abc.blob.core.windows.net/vhds/a.vhd",
    ),
    miss(
        "HTTPS://Abc.blob.core.windows.net:443//VHDs/My Disk.vhd",
        "https://abc.blob.core.windows.net/vhds/My%20Disk.vhd",
    ),
    miss(
        "abc.blob.core.windows.net/vhds/a.vhd",
        "https://abc.blob.core.windows.net/vhds/a.vhd",
    ),
];

const fn miss(text: &'static str, meant: &'static str) -> NearMiss {
    (Cloud::Azure, text, meant)
}
