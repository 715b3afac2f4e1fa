//! `ImportImage` and `DescribeImportImageTasks` (Symphony: images of files and URLs).

use crate::ec2::{
    asking::{Answer, Asking},
    double::{fresh, tags},
    failure::Ec2Failure,
    fault::About,
    imports::{Ec2Imports, Made},
    listing::Part,
};
use atlas_ec2::{
    DescribeImportImageTasks, Ec2Error, ErrorCode, Filters, ImportBegun, ImportImage,
    ImportTaskField, ImportTaskItem, ImportTasksDescribed, SnapshotDetail, ec2_architecture,
};
use cloud_atlas::{
    BringDisk, DiskRefusal, Error, ImageLookup, Paging,
    base::Digest,
    image::{
        Architecture, DiskImage, DiskImageError, DiskImageState, ImageDescription, ImageName,
        ImportDiskImage, Labels,
    },
    image_id::ImageId,
};
use std::collections::BTreeMap;

/// What every task is called.
const PREFIX: &str = "import-ami-";

fn offered<'a>(asking: &'a Asking<'_>) -> Result<&'a Ec2Imports, Ec2Error> {
    asking.api.imports.as_ref().ok_or_else(|| {
        let message = format!("The action {} is not offered here.", asking.action);
        Ec2Error::new(ErrorCode::UnsupportedOperation, message)
    })
}

/// `ImportImage`: the answer says that it has begun.
pub(crate) async fn import(asking: &Asking<'_>, ask: ImportImage) -> Result<Answer, Ec2Error> {
    let imports = offered(asking)?;
    let labels = ask.labels()?;
    let (request, sources) = read(asking, imports, &ask)?;
    asking.before(asking.scope()).await?;
    let name = request.name.clone();
    let before = match (&name, &ask.client_token) {
        (Some(name), Some(_)) => {
            let found = asking.session.disk_images_named(name, asking.scope()).await;
            let found = found.map_err(|error| asking.told(&error, About::Request))?;
            found.into_iter().next()
        }
        _ => None,
    };
    let image = match before {
        Some(before) if before.asked != request.devices => {
            let message = "The client token was used with another request.";
            let code = ErrorCode::IdempotentParameterMismatch;
            return Err(Ec2Error::new(code, message));
        }
        Some(before) if !matches!(before.state, DiskImageState::Failed { .. }) => before,
        before => begin(asking, imports, request, sources, labels.clone(), before).await?,
    };
    let task = item(&image, tags(&labels));
    Ok(asking.answer(&ImportBegun {
        import_task_id: task.import_task_id,
        architecture: task.architecture,
        description: task.description,
        encrypted: None,
        hypervisor: None,
        image_id: task.image_id,
        kms_key_id: None,
        license_type: None,
        platform: ask.platform.as_deref(),
        progress: task.progress,
        snapshots: task.snapshots,
        status: task.status,
        status_message: task.status_message,
        tags: task.tags,
        usage_operation: None,
    }))
}

type Read = (ImportDiskImage, Vec<Box<dyn BringDisk>>);

/// What a request asks for, in the words of the engine.
fn read(asking: &Asking<'_>, imports: &Ec2Imports, ask: &ImportImage) -> Result<Read, Ec2Error> {
    if ask.encrypted == Some(true) || ask.kms_key_id.is_some() {
        let message = "Images are not encrypted when they are imported here.";
        return Err(Ec2Error::new(ErrorCode::UnsupportedOperation, message));
    }
    if ask.disk_containers.is_empty() {
        return Err(Ec2Error::missing_parameter("DiskContainer"));
    }
    let (mut devices, mut sources) = (Vec::new(), Vec::new());
    for (number, container) in (1..).zip(&ask.disk_containers) {
        let (asked, bring) = imports.source(number, container)?;
        devices.push(asked);
        sources.push(bring);
    }
    let (scope, location) = (asking.scope().clone(), asking.location.clone());
    let mut request = ImportDiskImage::new(scope, location, devices);
    let name = ImageName::parse(&name(asking, ask.client_token.as_deref()));
    request.name = Some(name.map_err(|_| Ec2Error::internal())?);
    let invalid = |name: &str, text: &str, told: String| {
        Ec2Error::invalid_parameter(name, text, &format!("It is no such thing: {told}."))
    };
    if let Some(text) = &ask.description {
        let read = ImageDescription::parse(text);
        let read = read.map_err(|error| invalid("Description", text, error.to_string()))?;
        request.description = Some(read);
    }
    if let Some(text) = &ask.architecture {
        let read = Architecture::parse(text);
        let read = read.map_err(|error| invalid("Architecture", text, error.to_string()))?;
        request.architecture = Some(read);
    }
    request.firmware = ask.boot_mode.map(atlas_ec2::BootMode::firmware);
    Ok((request, sources))
}

/// The name of a task: that of a token is always the same.
fn name(asking: &Asking<'_>, token: Option<&str>) -> String {
    let digits = token.map(|token| {
        let text = format!("{}\0{}\0{token}", asking.scope(), asking.location);
        let digest = Digest::of("atlas-server/import-token/1", text.as_bytes());
        let digits = digest.as_bytes().iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>().chars().take(17).collect()
    });
    let digits = digits.unwrap_or_else(|| fresh(&asking.session));
    format!("{PREFIX}{digits}")
}

/// Begins an import, or again one that failed.
async fn begin(
    asking: &Asking<'_>,
    imports: &Ec2Imports,
    request: ImportDiskImage,
    sources: Vec<Box<dyn BringDisk>>,
    labels: Labels,
    before: Option<DiskImage>,
) -> Result<DiskImage, Ec2Error> {
    let work = imports.begin();
    // Whoever stops them waits for what has begun before this was asked.
    if imports.is_stopped() {
        return Err(Ec2Error::unavailable());
    }
    let work = work.ok_or_else(|| {
        let message = "There are as many imports under way as there may be. Try again later.";
        Ec2Error::new(ErrorCode::ResourceLimitExceeded, message)
    })?;
    let again = before.is_some();
    let image = if let Some(mut before) = before {
        let (since, done, total) = (asking.now, 0, 0);
        before.state = DiskImageState::Creating { since, done, total };
        before
    } else {
        let begun = asking.session.begin_disk_image(request).await;
        begun.map_err(|error| refused(asking, &error))?
    };
    let made = Made {
        session: asking.session.clone(),
        image: image.clone(),
        sources,
        labels,
        again,
        work,
    };
    let (told, caller) = (asking.api.told.clone(), asking.caller.clone());
    let (request, action) = (asking.request_id.to_owned(), asking.action);
    imports.make(made, move |error| {
        told.tell(&Ec2Failure {
            request: &request,
            action,
            caller: &caller,
            error,
        });
    });
    Ok(image)
}

fn refused(asking: &Asking<'_>, error: &Error) -> Ec2Error {
    match error {
        Error::Disk(DiskRefusal::Image(DiskImageError::Quota(_))) => {
            Ec2Error::new(ErrorCode::ResourceLimitExceeded, error.to_string())
        }
        Error::Disk(DiskRefusal::Image(_)) => Ec2Error::invalid_value(error.to_string()),
        error => asking.told(error, About::Request),
    }
}

/// `DescribeImportImageTasks`: those of the project of the caller, by their ids.
pub(crate) async fn describe(
    asking: &Asking<'_>,
    ask: DescribeImportImageTasks,
) -> Result<Answer, Ec2Error> {
    offered(asking)?;
    let filters = Filters::<ImportTaskField>::read(&ask.filters)?;
    let part = Part::of(asking, ask.page_size()?, ask.next_token.as_deref())?;
    asking.before(asking.scope()).await?;
    let mut images = BTreeMap::new();
    for id in &ask.import_task_ids {
        let missing = || {
            let message = format!("The import task '{}' does not exist.", id.as_str());
            Ec2Error::new(ErrorCode::InvalidImportTaskIdNotFound, message)
        };
        let name = ImageName::parse(id.as_str()).map_err(|_| missing())?;
        let found = asking
            .session
            .disk_images_named(&name, asking.scope())
            .await;
        let found = found.map_err(|error| asking.told(&error, About::Request))?;
        let mut here = found
            .into_iter()
            .filter(|one| one.location == asking.location);
        let image = here.next().ok_or_else(missing)?;
        images.insert(name.to_string(), image);
    }
    if ask.import_task_ids.is_empty() {
        let mut paging = Some(Paging::of(Paging::MOST));
        while let Some(next) = paging {
            let page = asking.session.disk_images(asking.scope(), &next).await;
            let page = page.map_err(|error| asking.told(&error, About::Request))?;
            paging = page.following();
            let tasks = page.items.into_iter().filter(|image| {
                image.name.as_str().starts_with(PREFIX) && image.location == asking.location
            });
            images.extend(tasks.map(|image| (image.name.to_string(), image)));
        }
    }
    let labels = labels(asking, &images).await?;
    let none = Labels::default();
    let items = images.iter().map(|(name, image)| {
        let labels = labels.get(name).unwrap_or(&none);
        item(image, tags(labels))
    });
    let after = part.after();
    let items = items.filter(|item| {
        let is_behind = after.is_none_or(|after| item.import_task_id > after);
        is_behind && filters.hold(item)
    });
    let (tasks, next_token) = part.cut(items.collect(), |item| item.import_task_id);
    Ok(asking.answer(&ImportTasksDescribed { tasks, next_token }))
}

/// The tags of the images that tasks have made.
async fn labels(
    asking: &Asking<'_>,
    images: &BTreeMap<String, DiskImage>,
) -> Result<BTreeMap<String, Labels>, Ec2Error> {
    let ready = images.values().filter(|image| image.record().is_some());
    let ready: Vec<_> = ready.collect();
    let mut labels = BTreeMap::new();
    for some in ready.chunks(Paging::MOST) {
        let ids: Vec<_> = some.iter().map(|image| ImageId::Local(image.id)).collect();
        let session = &asking.session;
        let found = session.look_up_images(&asking.location, &ids, asking.scope());
        let found = found.await;
        let found = found.map_err(|error| asking.told(&error, About::Request))?;
        for (image, found) in some.iter().zip(found) {
            if let ImageLookup::Here(found) = found {
                labels.insert(image.name.to_string(), found.record.labels().clone());
            }
        }
    }
    Ok(labels)
}

/// A task as EC2 tells it.
fn item<'a>(image: &'a DiskImage, tags: Vec<atlas_ec2::TagPair<'a>>) -> ImportTaskItem<'a> {
    let (status, message, progress) = match &image.state {
        DiskImageState::Creating { done, total, .. } => {
            ("active", Some("converting"), Some(percent(*done, *total)))
        }
        DiskImageState::Ready { .. } => ("completed", None, None),
        DiskImageState::Failed { reason, .. } => ("deleted", Some(reason.as_str()), None),
        DiskImageState::Deleting { .. } => ("deleting", None, None),
        _ => ("deleted", None, None),
    };
    let is_ready = matches!(image.state, DiskImageState::Ready { .. });
    let snapshots = image.asked.iter().map(|asked| SnapshotDetail {
        description: None,
        device_name: None,
        disk_image_size: None,
        format: Some(asked.format.as_str()),
        progress,
        snapshot_id: None,
        status: Some(status),
        status_message: None,
        url: None,
        bucket: None,
    });
    ImportTaskItem {
        import_task_id: image.name.as_str(),
        architecture: image.architecture.map(ec2_architecture),
        description: image.description.as_ref().map(ImageDescription::as_str),
        encrypted: None,
        hypervisor: None,
        image_id: is_ready.then_some(image.id.as_str()),
        kms_key_id: None,
        license_type: None,
        platform: None,
        progress,
        snapshots: snapshots.collect(),
        status,
        status_message: message,
        tags,
        usage_operation: None,
        boot_mode: image
            .firmware
            .map(|firmware| atlas_ec2::BootMode::of(firmware).as_str()),
    }
}

/// How far it is, in words that live as long as they are needed: the tens are told, and the ends.
fn percent(done: u64, total: u64) -> &'static str {
    const TENS: [&str; 10] = ["1", "10", "20", "30", "40", "50", "60", "70", "80", "90"];
    let tens = done.saturating_mul(10).checked_div(total).unwrap_or(0);
    let tens = usize::try_from(tens).unwrap_or(9).min(9);
    TENS.get(tens).copied().unwrap_or("1")
}
