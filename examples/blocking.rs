//! The engine in a program without an async runtime: a store in a file, and plain threads that ask
//! what to launch while a release goes on. Run it with `cargo run --example blocking`.
#![expect(clippy::print_stdout, reason = "an example talks to a person")]

use cloud_atlas::{
    AddCredential, ImageQuery, LaunchRequest, LineageKind, Paging, RegisterImage,
    blocking::{Atlas, Session},
    image::{OsFacts, Via},
    image_id::{CloudLocation, ImageId},
    mci::{HeadEdit, Setting},
    scope::Scope,
    template::Reference,
};
use std::{error::Error, thread};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const REGIONS: [&str; 3] = ["aws/us-east-1", "aws/eu-west-1", "aws/ap-northeast-1"];

fn main() -> Done<()> {
    let folder = tempfile::tempdir()?;
    let store = format!("redb:{}", folder.path().join("atlas.redb").display());
    let atlas = Atlas::init(&store)?;
    let admin = atlas.act_as(&"admin".parse()?);
    let acme: Scope = "/acme".parse()?;
    admin.add_scope(&acme)?;
    let (cloud, name) = (CloudLocation::parse(REGIONS[0])?.cloud(), "main".parse()?);
    let secret = "vault:acme/aws".parse()?;
    admin.add_credential(AddCredential::new(acme.clone(), cloud, name, secret))?;
    admin.create_mci(&acme, "web".parse()?)?;
    release(&admin, &acme, 1)?;

    // A session is cheap to clone and may be used by several threads at once.
    thread::scope(|scope| {
        let launches = REGIONS.map(|region| {
            let (session, acme) = (admin.clone(), &acme);
            scope.spawn(move || launch(&session, acme, region))
        });
        release(&admin, &acme, 2)?;
        for launched in launches {
            println!("{}", launched.join().map_err(|_| "a thread is gone")??);
        }
        Done::Ok(())
    })?;
    drop((admin, atlas));

    // Whoever opens it next finds what was committed.
    let admin = Atlas::open(&store)?.act_as(&"admin".parse()?);
    let images = admin.images(&ImageQuery::new(acme.clone()), &Paging::default())?;
    assert_eq!(images.items.len(), 2 * REGIONS.len());
    println!("now {}", launch(&admin, &acme, REGIONS[0])?);
    Ok(())
}

/// Registers an image for each region, and commits them as one revision that is stable from then on.
fn release(who: &Session, acme: &Scope, number: u64) -> Done<()> {
    let web = Reference::parse("web")?;
    let mut edits = Vec::new();
    for (region, at) in REGIONS.iter().zip(1_u64..) {
        let location = CloudLocation::parse(region)?;
        let ami = ImageId::parse(location.cloud(), &format!("ami-{at:08x}{number:09x}"))?;
        let mut ask = RegisterImage::new(acme.clone(), location.clone(), ami.clone(), Via::Form);
        ask.os = Some(OsFacts::parse("debian", "13", &format!("13.{number}"))?);
        who.register_image(ask)?;
        let setting = Setting::new(ami).with_instance_type("m7i.large".parse()?);
        edits.push(HeadEdit::set(location, setting));
    }
    who.edit_mci(&web, acme, edits, None)?;
    who.commit_mci(&web, acme, format!("release {number}").parse()?, None)?;
    who.assign_channel(&"stable".parse()?, LineageKind::Mci, &web, acme)?;
    Ok(())
}

/// Asks what to launch: the images of the first release or of the second, and never of both.
fn launch(who: &Session, acme: &Scope, region: &str) -> Done<String> {
    let location = CloudLocation::parse(region)?;
    let request = LaunchRequest::new(Reference::parse("web@stable")?, location, acme.clone());
    let plan = &who.resolve(&request)?.plan;
    let revision = plan.revision.ok_or("a channel names a revision")?;
    Ok(format!("{region}: {} of revision {revision}", plan.image))
}
