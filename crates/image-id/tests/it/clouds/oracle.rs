use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By Oracle's page "Resource Identifiers"; the length of the unique part by OCIDs in public code.
pub(super) fn grammar() -> Grammar {
    let region = "(?:phx|iad|[a-z]+(?:-[a-z]+)+-[1-9][0-9]?)";
    Grammar {
        cloud: Cloud::Oracle,
        pattern: format!("ocid1\\.image\\.oc[1-9][0-9]{{0,2}}\\.{region}\\.[a-z0-9]{{60}}"),
        besides: region_fits_a_location,
        ids: &[
            "ocid1.image.oc1.phx.aaaaaaaaoqj42sokaoh42l76wsyhn3k2beuntrh5maj3gmgmzeyr55zzrwwa",
            "ocid1.image.oc1.iad.aaaaaaaavxqdkuyamlnrdo3q7qa7q3tsd6vnyrxjy3nmdbpv7fs7um53zh5q",
            "ocid1.image.oc1.eu-frankfurt-1.aaaaaaaaqto22mifcsemfb6soqca47ufyqread73zbz44ct7kra5csgy7hka",
            "ocid1.image.oc4.uk-gov-london-1.aaaaaaaa3jm7g2knbd42qbmahxcitawva56svefikpjrlfqjdeiir4vhxdmq",
            "ocid1.image.oc19.eu-frankfurt-2.aaaaaaaayhvdpyuelfyiyc4sl3yiau3xfuetydqyxhwolp5spdftr6egzbvq",
        ],
        pieces: &[
            "ocid1.image.",
            "oc1.",
            "oc123.",
            "phx.",
            "us-ashburn-1.",
            "-gov",
            "-of-nine-words-which-are-more-than-a-location-has-room-for-in-it",
            "..",
            "aaaaaaaaoqj42sokaoh42l76wsyhn3k2beuntrh5maj3gmgmzeyr55zzrwwa",
        ],
    }
}

fn region_fits_a_location(text: &str) -> bool {
    text.split('.')
        .nth(3)
        .is_some_and(|region| region.len() <= 63)
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::Oracle,
        "OCID1.image.OC1.iad.AAAAAAAAVXQDKUYAMLNRDO3Q7QA7Q3TSD6VNYRXJY3NMDBPV7FS7UM53ZH5Q",
        "ocid1.image.oc1.iad.aaaaaaaavxqdkuyamlnrdo3q7qa7q3tsd6vnyrxjy3nmdbpv7fs7um53zh5q",
    ),
    (
        Cloud::Oracle,
        "https://cloud.oracle.com/compute/images/ocid1.image.oc1.iad.aaaaaaaavxqdkuyamlnrdo3q7qa7q3tsd6vnyrxjy3nmdbpv7fs7um53zh5q?region=us-ashburn-1",
        "ocid1.image.oc1.iad.aaaaaaaavxqdkuyamlnrdo3q7qa7q3tsd6vnyrxjy3nmdbpv7fs7um53zh5q",
    ),
    (
        Cloud::Oracle,
        "ocid1:image:oc1:iad:aaaaaaaavxqdkuyamlnrdo3q7qa7q3tsd6vnyrxjy3nmdbpv7fs7um53zh5q",
        "ocid1.image.oc1.iad.aaaaaaaavxqdkuyamlnrdo3q7qa7q3tsd6vnyrxjy3nmdbpv7fs7um53zh5q",
    ),
    (
        Cloud::Oracle,
        "ocid1.image.oc1.phx.aaaaaaaaoqj42sokaoh42l76wsyhn3k2\n  beuntrh5maj3gmgmzeyr55zzrwwa",
        "ocid1.image.oc1.phx.aaaaaaaaoqj42sokaoh42l76wsyhn3k2beuntrh5maj3gmgmzeyr55zzrwwa",
    ),
];
