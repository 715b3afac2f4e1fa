use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By IBM's page "Cloud Resource Names", the SDK's `ImageIdentity` and what the API answers.
pub(super) fn grammar() -> Grammar {
    let id = "r[0-9]{3}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let region = "[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)+";
    let crn = format!("crn:v1:[a-z0-9]{{1,63}}:public:is:{region}:a/[0-9a-f]{{32}}::image:{id}");
    let href = format!("https://{region}(?:\\.private)?\\.iaas\\.cloud\\.ibm\\.com/v1/images/{id}");
    Grammar {
        cloud: Cloud::Ibm,
        pattern: format!("{id}|{crn}|{href}"),
        besides: region_fits_a_location,
        ids: &[
            "r006-36c4e271-037a-4ad0-94f0-f0ae11cc79da",
            "crn:v1:bluemix:public:is:us-south:a/811f8abfbd32425597dc7ba40da98fa6::image:r006-0e578411-53ab-44ba-a0f8-d003d0011993",
            "crn:v1:staging:public:is:us-south-stage01:a/823bd195e9fd4f0db40ac2e1bffef3e0::image:r134-e2a3594d-eef0-4e20-bbcb-d9ca8a2fc9fa",
            "https://eu-fr2.iaas.cloud.ibm.com/v1/images/r006-3bfa4c4f-9c9e-454b-83fb-2f473cc015bd",
            "https://eu-es.private.iaas.cloud.ibm.com/v1/images/r050-3bfa4c4f-9c9e-454b-83fb-2f473cc015bd",
        ],
        pieces: &[
            "r006-",
            "0e578411-53ab-44ba-a0f8-d003d0011993",
            "crn:v1:",
            ":public:is:",
            "us-south",
            "us-south-1",
            "-of-nine-words-which-are-more-than-a-location-has-room-for-in-it",
            ":a/",
            "811f8abfbd32425597dc7ba40da98fa6",
            "::image:",
            "https://",
            ".private",
            ".iaas.cloud.ibm.com/v1/images/",
        ],
    }
}

fn region_fits_a_location(text: &str) -> bool {
    let region = match text.strip_prefix("https://") {
        Some(host) => host.split('.').next(),
        None => text.split(':').nth(5),
    };
    region.is_none_or(|region| region.len() <= 63)
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::Ibm,
        "R006-36C4E271-037A-4AD0-94F0-F0AE11CC79DA",
        "r006-36c4e271-037a-4ad0-94f0-f0ae11cc79da",
    ),
    (
        Cloud::Ibm,
        "http://us-south.iaas.cloud.ibm.com/v1/images/r006-36c4e271-037a-4ad0-94f0-f0ae11cc79da?version=2024-01-01&generation=2",
        "https://us-south.iaas.cloud.ibm.com/v1/images/r006-36c4e271-037a-4ad0-94f0-f0ae11cc79da",
    ),
    (
        Cloud::Ibm,
        "http://crn:v1:bluemix:public:is:us-south:a/811f8abfbd32425597dc7ba40da98fa6::image:r006-0e578411-53ab-44ba-a0f8-d003d0011993",
        "crn:v1:bluemix:public:is:us-south:a/811f8abfbd32425597dc7ba40da98fa6::image:r006-0e578411-53ab-44ba-a0f8-d003d0011993",
    ),
    (
        Cloud::Ibm,
        "crn:v1:bluemix:public:is:us-south-1:a/811f8abfbd32425597dc7ba40da98fa6::image:r006-0e578411-53ab-44ba-a0f8-d003d0011993",
        "crn:v1:bluemix:public:is:us-south:a/811f8abfbd32425597dc7ba40da98fa6::image:r006-0e578411-53ab-44ba-a0f8-d003d0011993",
    ),
    (
        Cloud::Ibm,
        "https://us-south-stage02.iaasdev.cloud.ibm.com/v1/images/r134-e2a3594d-eef0-4e20-bbcb-d9ca8a2fc9fa",
        "r134-e2a3594d-eef0-4e20-bbcb-d9ca8a2fc9fa",
    ),
    (
        Cloud::Ibm,
        "https://cloud.ibm.com/infrastructure/compute/image/us-south~r006-36c4e271-037a-4ad0-94f0-f0ae11cc79da/overview",
        "r006-36c4e271-037a-4ad0-94f0-f0ae11cc79da",
    ),
];
