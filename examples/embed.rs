//! The engine inside another program: register an image, commit a MultiCloud Image, ask what to
//! launch. Run it with `cargo run --example embed`.
#![expect(clippy::print_stdout, reason = "an example talks to a person")]

use cloud_atlas::image::{OsFacts, Via};
use cloud_atlas::image_id::{CloudLocation, ImageId};
use cloud_atlas::mci::{HeadEdit, Setting};
use cloud_atlas::{AddCredential, Atlas, LaunchRequest, RegisterImage, template::Reference};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    pollster::block_on(async {
        // `redb:atlas.redb` keeps it in a file; `memory:` forgets it with the process.
        let atlas = Atlas::init("memory:").await?;
        let admin = atlas.act_as(&"admin".parse()?);

        // Who: an account, and a designer in it.
        let (acme, dana) = ("/acme".parse()?, "dana".parse()?);
        admin.add_scope(&acme).await?;
        admin.add_principal(&dana).await?;
        let designer = "designer".parse()?;
        admin.grant(&dana, &designer, &acme, None).await?;
        let dana = atlas.act_as(&dana);

        // What: an image of one region, behind a credential whose secret is kept elsewhere.
        let tokyo = CloudLocation::parse("aws/ap-northeast-1")?;
        let (name, secret) = ("aws-main".parse()?, "vault:acme/aws".parse()?);
        let credential = AddCredential::new(acme.clone(), tokyo.cloud(), name, secret);
        dana.add_credential(credential).await?;
        let ami = ImageId::parse(tokyo.cloud(), "ami-0123456789abcdef0")?;
        let mut ask = RegisterImage::new(acme.clone(), tokyo.clone(), ami.clone(), Via::Form);
        ask.os = Some(OsFacts::parse("fedora-coreos", "44", "44.20260707.3.1")?);
        dana.register_image(ask).await?;

        // One name for it, with a committed revision that never changes.
        let web = Reference::parse("web-base v1")?;
        dana.create_mci(&acme, "web-base v1".parse()?).await?;
        let setting = Setting::new(ami).with_instance_type("m7i.large".parse()?);
        let edits = vec![HeadEdit::set(tokyo.clone(), setting)];
        dana.edit_mci(&web, &acme, edits, None).await?;
        let message = "first images".parse()?;
        dana.commit_mci(&web, &acme, message, None).await?;

        // Which image do we launch in Tokyo?
        let request = LaunchRequest::new(web, tokyo, acme);
        let plan = &dana.resolve(&request).await?.plan;
        assert_eq!(plan.image.as_str(), "ami-0123456789abcdef0");
        println!("{} from revision {:?}", plan.image, plan.revision);
        Ok(())
    })
}
