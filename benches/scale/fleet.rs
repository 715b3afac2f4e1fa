//! A fleet of image records that a generator makes: always the same for a number.

use cloud_atlas::{
    AddCredential, Atlas, RegisterImage, Session,
    image::{ImageName, OsFacts, Via},
    image_id::{Cloud, CloudLocation, ImageId},
    scope::Scope,
};
use std::{collections::BTreeSet, error::Error, path::Path};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The scopes of the fleet: two accounts of five environments each. Every tenth image goes to each.
pub(crate) fn scopes() -> Outcome<Vec<Scope>> {
    let names = (0..10).map(|number| format!("/team-{}/env-{}", number % 2, number / 2));
    names.map(|name| Ok(name.parse()?)).collect()
}

/// How many images of each scope are of the family [`RARE`], in a fleet of any size.
pub(crate) const RARES: u64 = 100;
/// A family that few images have.
pub(crate) const RARE: &str = "golden";

/// Image records a commit.
const BATCH: u64 = 2_000;
const FAMILIES: [&str; 5] = ["ubuntu", "debian", "fedora-coreos", "rhel", "amazon-linux"];
const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-central-1", "ap-south-1"];

/// A store in a file, with that many image records.
pub(crate) async fn make(path: &Path, count: u64) -> Outcome<Atlas> {
    let atlas = Atlas::init(&format!("redb:{}", path.display())).await?;
    let admin = atlas.act_as(&"admin".parse()?);
    let scopes = scopes()?;
    let mut made = BTreeSet::new();
    for scope in &scopes {
        if let Some(account) = scope.account_scope()
            && made.insert(account.clone())
        {
            furnish(&admin, account).await?;
        }
        admin.add_scope(scope).await?;
    }
    let mut number = 0;
    while number < count {
        let batch = number..count.min(number + BATCH);
        let images = batch.map(|number| image(&scopes, number));
        admin
            .register_images(images.collect::<Outcome<_>>()?)
            .await?;
        number += BATCH;
    }
    Ok(atlas)
}

async fn furnish(admin: &Session, account: Scope) -> Outcome<()> {
    admin.add_scope(&account).await?;
    for cloud in [Cloud::Aws, Cloud::Gcp] {
        let name = cloud.as_str().parse()?;
        let credential = AddCredential::new(account.clone(), cloud, name, "vault:fleet".parse()?);
        admin.add_credential(credential).await?;
    }
    Ok(())
}

/// The image of a number: most are AMIs, every fifth is of Google's cloud.
pub(crate) fn image(scopes: &[Scope], number: u64) -> Outcome<RegisterImage> {
    let nth = |among: usize| usize::try_from(number / 10).map_or(0, |nth| nth % among);
    let (location, id) = if nth(5) == 4 {
        let text = format!("projects/team-images/global/images/image-{number}");
        (
            CloudLocation::parse("gcp")?,
            ImageId::parse(Cloud::Gcp, &text)?,
        )
    } else {
        let region = REGIONS.get(nth(REGIONS.len())).copied().unwrap_or_default();
        // Ids of a cloud come in no order.
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8;
        let text = format!("ami-0{mixed:014x}{:02x}", number & 0xff);
        let location = CloudLocation::parse(&format!("aws/{region}"))?;
        (location, ImageId::parse(Cloud::Aws, &text)?)
    };
    let at = usize::try_from(number % 10)?;
    let scope = scopes.get(at).cloned().ok_or("ten scopes are needed")?;
    let family = if number / 10 < RARES {
        RARE
    } else {
        FAMILIES
            .get(nth(FAMILIES.len()))
            .copied()
            .unwrap_or_default()
    };
    let mut request = RegisterImage::new(scope, location, id, Via::Form);
    let version = format!("{}.{}", 20 + number % 7, number % 1_000);
    request.os = Some(OsFacts::parse(
        family,
        &format!("{}", 20 + number % 7),
        &version,
    )?);
    request.name = Some(ImageName::parse(&format!(
        "{family} {version} build {number}"
    ))?);
    Ok(request)
}
