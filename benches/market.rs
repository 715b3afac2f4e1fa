//! The marketplace: a durable import of a large template, and the look for updates of many imports.

use atlas_benches::{Claim, is_quick, median, seconds};
use cloud_atlas::{
    AddCredential, Atlas, CommitTemplate, ImportPublication, LineageKind, PublishAsk, PublishTo,
    RegisterImage, Session, TemplateChange,
    image::{OsFacts, Via},
    image_id::{Cloud, CloudLocation, ImageId},
    market::{Admit, PublicationRef},
    mci::{HeadEdit, Setting},
    scope::Scope,
};
use core::hint::black_box;
use pollster::block_on;

type Fault = Box<dyn std::error::Error>;

/// The MultiCloud Images that the template links, and the settings of each.
const LINKS: usize = 10;
const SETTINGS: usize = 100;

fn main() -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| format!("redb:{}", folder.path().join(name).display());
    block_on(import_of_a_template(&at("import.redb")))?;
    block_on(look_for_updates(&at("updates.redb")))
}

fn places() -> Result<Vec<CloudLocation>, Fault> {
    let areas = ["us", "eu", "ap", "sa", "ca"];
    let sides = ["east", "west", "north", "south", "central"];
    let mut places = Vec::new();
    for number in 1..5 {
        for area in areas {
            for side in sides {
                places.push(format!("aws/{area}-{side}-{number}").parse()?);
            }
        }
    }
    places.truncate(SETTINGS);
    Ok(places)
}

fn ami(number: usize) -> Result<ImageId, Fault> {
    Ok(ImageId::parse(Cloud::Aws, &format!("ami-{number:017x}"))?)
}

fn set(place: CloudLocation, number: usize) -> Result<HeadEdit, Fault> {
    let setting = Setting::new(ami(number)?).with_instance_type("m7i.large".parse()?);
    Ok(HeadEdit::set(place, setting))
}

async fn opened(url: &str) -> Result<(Session, Scope), Fault> {
    let admin = Atlas::init(url).await?.act_as(&"admin".parse()?);
    let acme: Scope = "/acme".parse()?;
    admin.add_scope(&acme).await?;
    Ok((admin, acme))
}

async fn publish(admin: &Session, kind: LineageKind, name: &str) -> Result<PublicationRef, Fault> {
    let (at, scope) = (name.parse()?, "/acme".parse()?);
    let mut ask = PublishAsk::new(kind, at, scope, PublishTo::Everybody, "a bench".parse()?);
    ask.admit = Admit {
        private: true,
        unknown: true,
        widen: false,
    };
    Ok(admin.publish(&ask).await?.publication.reference())
}

async fn committed(admin: &Session, name: &str, edits: Vec<HeadEdit>) -> Result<(), Fault> {
    let (at, acme) = (name.parse()?, "/acme".parse()?);
    admin.edit_mci(&at, &acme, edits, None).await?;
    admin
        .commit_mci(&at, &acme, "a step".parse()?, None)
        .await?;
    Ok(())
}

/// Accounts that import the same template, one after the other.
async fn import_of_a_template(url: &str) -> Result<(), Fault> {
    let (admin, acme) = opened(url).await?;
    let secret = "vault:bench".parse()?;
    let credential = AddCredential::new(acme.clone(), Cloud::Aws, "aws".parse()?, secret);
    admin.add_credential(credential).await?;
    let mut links = Vec::new();
    for number in 0..LINKS {
        let name = format!("web-{number}");
        let (mut images, mut edits) = (Vec::new(), Vec::new());
        for (count, place) in places()?.into_iter().enumerate() {
            let number = number * SETTINGS + count;
            let mut image =
                RegisterImage::new(acme.clone(), place.clone(), ami(number)?, Via::Form);
            image.os = Some(OsFacts::parse("ubuntu", "24.04", "24.04.1")?);
            images.push(image);
            edits.push(set(place, number)?);
        }
        admin.register_images(images).await?;
        admin.create_mci(&acme, name.parse()?).await?;
        committed(&admin, &name, edits).await?;
        links.push(TemplateChange::Link(name.parse()?));
    }
    admin.create_template(&acme, "front".parse()?).await?;
    let front = "front".parse()?;
    admin.edit_template(&front, &acme, links, None).await?;
    let commit = CommitTemplate::new(front, acme, "first".parse()?);
    admin.commit_template(&commit).await?;
    let publication = publish(&admin, LineageKind::Template, "front").await?;
    let mut all = Vec::new();
    for number in 0..if is_quick() { 5 } else { 31 } {
        let account: Scope = format!("/receiver-{number}").parse()?;
        admin.add_scope(&account).await?;
        let ask = ImportPublication {
            publication: publication.into(),
            account,
        };
        all.push(seconds(|| block_on(admin.import_publication(&ask))));
    }
    let claim =
        "import of a template with 10 MultiCloud Images of 100 settings, durable, beside 10 ms";
    Claim::cost(claim, "ms", median(&mut all) * 1e3, 10.0, 1.0).print();
    Ok(())
}

/// One account that imported much, of which one in a hundred has something newer.
async fn look_for_updates(url: &str) -> Result<(), Fault> {
    let (admin, acme) = opened(url).await?;
    let receiver: Scope = "/receiver".parse()?;
    admin.add_scope(&receiver).await?;
    let place = places()?.pop().ok_or("no place")?;
    let many = if is_quick() { 1_000 } else { 10_000 };
    for number in 0..many {
        let name = format!("web-{number}");
        admin.create_mci(&acme, name.parse()?).await?;
        committed(&admin, &name, vec![set(place.clone(), number)?]).await?;
        let publication = publish(&admin, LineageKind::Mci, &name).await?.into();
        let ask = ImportPublication {
            publication,
            account: receiver.clone(),
        };
        admin.import_publication(&ask).await?;
        if number % 100 == 0 {
            committed(&admin, &name, vec![set(place.clone(), number + many)?]).await?;
            publish(&admin, LineageKind::Mci, &name).await?;
        }
    }
    let mut all = Vec::new();
    let mut found = 0;
    for _ in 0..if is_quick() { 5 } else { 31 } {
        let look = || block_on(admin.market_updates(black_box(&receiver)));
        let mut updates = Ok(Vec::new());
        all.push(seconds(|| updates = look()));
        found = updates?.len();
    }
    if found != many / 100 {
        return Err("an update is not found".into());
    }
    let claim = format!("look for updates of {many} imports, beside 50 ms");
    Claim::cost(&claim, "ms", median(&mut all) * 1e3, 50.0, 1.0).print();
    Ok(())
}
