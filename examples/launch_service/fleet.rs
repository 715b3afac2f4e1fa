//! A fleet to launch: a template with one MultiCloud Image in a few regions, and its lock.

use cloud_atlas::{
    Atlas, CommitTemplate, LineageKind, Session, TemplateChange,
    image_id::{Cloud, ImageId},
    mci::{HeadEdit, Setting},
    scope::Scope,
    template::{AnyLock, Reference},
};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Where the fleet runs.
pub(crate) const REGIONS: [&str; 8] = [
    "aws/us-east-1",
    "aws/us-west-2",
    "aws/eu-west-1",
    "aws/eu-central-1",
    "aws/ap-northeast-1",
    "aws/ap-south-1",
    "aws/sa-east-1",
    "aws/ca-central-1",
];

/// A fleet, who keeps it, and who launches it.
pub(crate) struct Fleet {
    pub(crate) scope: Scope,
    pub(crate) web: Reference,
    pub(crate) designer: Session,
    pub(crate) launcher: Session,
    /// Of the template `front`, which links `web` by a channel.
    pub(crate) lock: AnyLock,
}

/// Makes a store with a fleet in it.
pub(crate) async fn fleet(url: &str) -> Made<Fleet> {
    let atlas = Atlas::init(url).await?;
    let admin = atlas.act_as(&"admin".parse()?);
    let scope: Scope = "/acme".parse()?;
    admin.add_scope(&scope).await?;
    let member = async |who: &str, role: &str| {
        let who = who.parse()?;
        admin.add_principal(&who).await?;
        admin.grant(&who, &role.parse()?, &scope, None).await?;
        Made::Ok(atlas.act_as(&who))
    };
    let designer = member("dana", "designer").await?;
    let launcher = member("fleet", "actor").await?;
    let web: Reference = "web".parse()?;
    designer.create_mci(&scope, "web".parse()?).await?;
    commit(&designer, &web, &scope, 1).await?;
    let lock = locked_template(&designer, &web, &scope).await?;
    Ok(Fleet {
        scope,
        web,
        designer,
        launcher,
        lock,
    })
}

async fn locked_template(who: &Session, web: &Reference, scope: &Scope) -> Made<AnyLock> {
    let (front, stable) = ("front".parse::<Reference>()?, "stable".parse()?);
    who.assign_channel(&stable, LineageKind::Mci, web, scope)
        .await?;
    who.create_template(scope, "front".parse()?).await?;
    let link = vec![TemplateChange::Link("web@stable".parse()?)];
    who.edit_template(&front, scope, link, None).await?;
    let commit = CommitTemplate::new(front.clone(), scope.clone(), "first".parse()?);
    who.commit_template(&commit).await?;
    let regions = REGIONS.into_iter().map(str::parse);
    let regions = regions.collect::<Result<Vec<_>, _>>()?;
    let lock = who.lock_template(&front, None, scope, Some(&regions));
    Ok(lock.await?.into())
}

/// Commits another image in every region.
pub(crate) async fn commit(
    who: &Session,
    web: &Reference,
    scope: &Scope,
    number: usize,
) -> Made<()> {
    let mut edits = Vec::new();
    for (place, region) in REGIONS.into_iter().enumerate() {
        let ami = format!("ami-{:017x}", number * REGIONS.len() + place);
        let setting = Setting::new(ImageId::parse(Cloud::Aws, &ami)?);
        let setting = setting.with_instance_type("m7i.large".parse()?);
        edits.push(HeadEdit::set(region.parse()?, setting));
    }
    who.edit_mci(web, scope, edits, None).await?;
    who.commit_mci(web, scope, "another day".parse()?, None)
        .await?;
    Ok(())
}
