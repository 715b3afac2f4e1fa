//! The facade over this engine: the same as over any other.

use crate::support;
use atlas_test_servers::Etcd;
use cloud_atlas::{
    AddCredential, Atlas, Error, LaunchRequest, OpenError, RegisterImage,
    image::{OsFacts, Via},
    image_id::{CloudLocation, ImageId},
    mci::{HeadEdit, Setting},
    template::Reference,
};

const AMI: &str = "ami-0123456789abcdef0";

async fn furnish(atlas: &Atlas) -> Result<(), Box<dyn std::error::Error>> {
    let admin = atlas.act_as(&"admin".parse()?);
    let acme = "/acme".parse()?;
    admin.add_scope(&acme).await?;
    let tokyo = CloudLocation::parse("aws/ap-northeast-1")?;
    let (name, secret) = ("aws-main".parse()?, "vault:acme/aws".parse()?);
    let credential = AddCredential::new(acme.clone(), tokyo.cloud(), name, secret);
    admin.add_credential(credential).await?;
    let ami = ImageId::parse(tokyo.cloud(), AMI)?;
    let mut image = RegisterImage::new(acme.clone(), tokyo.clone(), ami.clone(), Via::Form);
    image.os = Some(OsFacts::parse("fedora-coreos", "44", "44.20260707.3.1")?);
    admin.register_image(image).await?;
    let web = Reference::parse("web")?;
    admin.create_mci(&acme, "web".parse()?).await?;
    let setting = Setting::new(ami).with_instance_type("m7i.large".parse()?);
    let edits = vec![HeadEdit::set(tokyo, setting)];
    admin.edit_mci(&web, &acme, edits, None).await?;
    let message = "first images".parse()?;
    admin.commit_mci(&web, &acme, message, None).await?;
    Ok(())
}

async fn launched(atlas: &Atlas) -> Result<String, Box<dyn std::error::Error>> {
    let tokyo = CloudLocation::parse("aws/ap-northeast-1")?;
    let request = LaunchRequest::new(Reference::parse("web")?, tokyo, "/acme".parse()?);
    let launch = atlas.act_as(&"admin".parse()?).resolve(&request).await?;
    Ok(launch.plan.image.as_str().to_owned())
}

async fn dump(atlas: &Atlas) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    let keep = |line: &str| {
        lines.push(line.to_owned());
        Ok(())
    };
    atlas.dump(keep, &|_| {}).await?;
    Ok(lines)
}

#[test]
fn an_image_is_found_on_whatever_engine_and_dumps_go_between_them()
-> Result<(), Box<dyn std::error::Error>> {
    // One server with wide limits and one with its own, which is enough for all but a whole release.
    let plain = Etcd::start()?;
    let narrow = format!("etcd://{}", plain.host());
    let wide = support::url();
    pollster::block_on(async {
        let first = Atlas::init(&wide).await?;
        assert!(first.small_limits().is_empty());
        furnish(&first).await?;
        assert_eq!(launched(&first).await?, AMI);
        drop(first);
        let first = Atlas::open(&wide).await?;
        let lines = dump(&first).await?;
        for url in [&*narrow, "memory:"] {
            let second = Atlas::init(url).await?;
            let given = || Ok(lines.clone().into_iter().map(Ok));
            second.load(given, &|_| {}).await?;
            assert_eq!(dump(&second).await?, lines, "{url}");
            assert_eq!(launched(&second).await?, AMI, "{url}");
        }
        // And back, from what another engine wrote.
        let back = Atlas::init(&support::url()).await?;
        let given = || Ok(lines.clone().into_iter().map(Ok));
        back.load(given, &|_| {}).await?;
        assert_eq!(dump(&back).await?, lines);
        let again = Atlas::init(&wide).await;
        let is_there = |error: &Error| matches!(error, Error::Open(OpenError::Etcd(_)));
        assert!(again.is_err_and(|error| is_there(&error)));
        Ok(())
    })
}
