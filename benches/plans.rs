//! A plan to revoke an image from which much was made, in a large account.

use atlas_benches::{Claim, is_quick, median, seconds};
use cloud_atlas::{
    AddCredential, Atlas, RegisterImage, Session,
    image::{ImageRecordId, Origin, OsFacts, PlanItem, RevokeImage, Via},
    image_id::{Cloud, ImageId},
    mci::{HeadEdit, Setting},
    scope::Scope,
};
use core::hint::black_box;
use pollster::block_on;

type Fault = Box<dyn std::error::Error>;

/// The images of the account that have nothing to do with it.
const OTHERS: usize = 99_000;
/// What was made from the image: copies, and copies of each of these.
const COPIES: usize = 10;
const OF_EACH: usize = 99;
const DESCENDANTS: usize = COPIES + COPIES * OF_EACH;
/// The MultiCloud Images that use some of them.
const USERS: usize = 50;

fn main() -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let url = format!("redb:{}", folder.path().join("bench.redb").display());
    let (admin, image) = block_on(furnish(&url))?;
    let (acme, ask) = (
        "/acme".parse::<Scope>()?,
        RevokeImage {
            image,
            reason: None,
        },
    );
    let plan = block_on(admin.plan_revoke(&ask, &acme))?;
    let used = plan.items().iter().filter(|item| !item.users.is_empty());
    if (plan.changes().count(), used.count()) != (DESCENDANTS + 1, USERS) {
        return Err("the plan has not all of them".into());
    }
    if !plan.items().iter().all(PlanItem::is_change) {
        return Err("something would stay".into());
    }
    let mut all = Vec::new();
    for _ in 0..(if is_quick() { 5 } else { 51 }) {
        all.push(seconds(|| {
            block_on(admin.plan_revoke(black_box(&ask), &acme))
        }));
    }
    let claim =
        "a plan to revoke an image with 1,000 descendants among 100,000 images, beside 100 ms";
    Claim::cost(claim, "ms", median(&mut all) * 1e3, 100.0, 1.0).print();
    Ok(())
}

fn image(number: usize, origin: Origin) -> Result<RegisterImage, Fault> {
    let (acme, place) = ("/acme".parse()?, "aws/us-east-1".parse()?);
    let ami = ImageId::parse(Cloud::Aws, &format!("ami-{number:017x}"))?;
    let mut image = RegisterImage::new(acme, place, ami, Via::Form);
    image.os = Some(OsFacts::parse("ubuntu", "24.04", "24.04.1")?);
    image.origin = origin;
    Ok(image)
}

/// An account with many images, one of which has descendants that are used.
async fn furnish(url: &str) -> Result<(Session, ImageRecordId), Fault> {
    let admin = Atlas::init(url).await?.act_as(&"admin".parse()?);
    let acme: Scope = "/acme".parse()?;
    admin.add_scope(&acme).await?;
    let secret = "vault:bench".parse()?;
    let credential = AddCredential::new(acme.clone(), Cloud::Aws, "aws".parse()?, secret);
    admin.add_credential(credential).await?;
    let others = if is_quick() { OTHERS / 10 } else { OTHERS };
    let mut images = Vec::with_capacity(others);
    for number in 1..=others {
        images.push(image(1_000_000 + number, Origin::Registered)?);
    }
    register(&admin, images).await?;
    let root = register(&admin, vec![image(1, Origin::Registered)?]).await?;
    let root = *root.first().ok_or("no root")?;
    let mut copies = Vec::with_capacity(COPIES);
    for number in 0..COPIES {
        copies.push(image(10 + number, Origin::Copied { from: root })?);
    }
    let mut last = Vec::with_capacity(COPIES * OF_EACH);
    for (copy, from) in register(&admin, copies).await?.into_iter().enumerate() {
        for number in 0..OF_EACH {
            let number = 1000 + copy * OF_EACH + number;
            last.push(image(number, Origin::Copied { from })?);
        }
    }
    register(&admin, last).await?;
    for number in 0..USERS {
        let name = format!("web-{number}");
        let reference = name.parse()?;
        admin.create_mci(&acme, name.parse()?).await?;
        let ami = ImageId::parse(Cloud::Aws, &format!("ami-{:017x}", 1000 + number))?;
        let setting = Setting::new(ami).with_instance_type("m7i.large".parse()?);
        let edits = vec![HeadEdit::set("aws/us-east-1".parse()?, setting)];
        admin.edit_mci(&reference, &acme, edits, None).await?;
        let message = "first".parse()?;
        admin.commit_mci(&reference, &acme, message, None).await?;
    }
    Ok((admin, root))
}

async fn register(
    admin: &Session,
    images: Vec<RegisterImage>,
) -> Result<Vec<ImageRecordId>, Fault> {
    let done = admin.register_each(images, &|_| {}).await?;
    if !done.refused.is_empty() {
        return Err("an image was refused".into());
    }
    let registered = done.registered.into_iter();
    Ok(registered.map(|(_, made)| made.record.id()).collect())
}
