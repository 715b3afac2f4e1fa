//! Ten thousand disk images in pages, beside their image records in the same store.

use super::Fault;
use atlas_benches::{Claim, Effort, is_quick, versus};
use cloud_atlas::{
    Atlas, DiskWatch, FileDisk, ImageQuery, ImportDiskOptions, Paging, Pools, Session,
    image::{AskedDevice, ConvertedFrom, DiskFormat, ImportDiskImage},
    repository::{Pool, PoolName},
    scope::Scope,
};
use pollster::block_on;
use std::{path::Path, sync::Arc};

/// The page that is looked at: neither the first nor the last.
const PAGE: usize = 100;

pub(super) fn listed(folder: &Path) -> Result<(), Fault> {
    let images = if is_quick() { 300 } else { 10_000 };
    let store = folder.join("listed.redb");
    let kept = folder.join("listed");
    std::fs::create_dir(&kept)?;
    let pools = Pools::new([(PoolName::DEFAULT, Pool::plain(&kept)?)]);
    let init = Atlas::builder().with_pools(pools);
    let url = format!("redb:{}", store.display());
    let admin = block_on(init.init(&url))?.act_as(&"admin".parse()?);
    let scope: Scope = "/acme".parse()?;
    block_on(admin.add_scope(&scope))?;
    for number in 0..images {
        block_on(keep(&admin, &scope, number))?;
    }

    // Both stand at the middle of what they list.
    let query = ImageQuery::new(scope.clone());
    let (mut disk_page, mut record_page) = (Paging::of(PAGE), Paging::of(PAGE));
    for _ in 0..images / PAGE / 2 {
        let page = block_on(admin.disk_images(&scope, &disk_page))?;
        disk_page = page.following().ok_or("there are more disk images")?;
        let page = block_on(admin.images(&query, &record_page))?;
        record_page = page.following().ok_or("there are more image records")?;
    }
    let pair = versus(
        Effort::from_arguments(),
        || block_on(admin.disk_images(&scope, &disk_page)).map(|page| page.items.len()),
        || block_on(admin.images(&query, &record_page)).map(|page| page.items.len()),
    );
    let claim = "a page of 100 of 10,000 disk images, beside one of their image records";
    Claim::seconds(claim, pair, 1.1).print();
    Ok(())
}

async fn keep(admin: &Session, scope: &Scope, number: usize) -> Result<(), Fault> {
    let mut disk = vec![0; 4096];
    disk.splice(510..512, [0x55, 0xaa]);
    let from = ConvertedFrom::File {
        name: "disk.raw".parse()?,
    };
    let device = AskedDevice::new(from, DiskFormat::Raw, PoolName::DEFAULT.as_str().parse()?);
    let mut request = ImportDiskImage::new(scope.clone(), "local/main".parse()?, vec![device]);
    request.name = Some(format!("image {number}").parse()?);
    let source = Box::new(FileDisk::new(Arc::new(disk)));
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    let kept = admin.import_disk_image(request, vec![source], &options, &watch);
    kept.await?;
    Ok(())
}
