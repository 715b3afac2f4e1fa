//! CoreOS stream metadata, as the builders of Fedora CoreOS and its relatives publish it.

use crate::{
    Family, Generator, Release, StreamArch, StreamDocument, StreamError, StreamImage, StreamName,
    StreamWarning,
    fields::{Object, count_files},
    ids,
    json::shown,
    parse::Reading,
};
use atlas_base::Timestamp;
use atlas_image_id::CloudLocation;

/// Reads a document whose form is known.
pub(crate) fn read(document: &Object<'_>) -> Result<Reading, StreamError> {
    let mut warnings = Vec::new();
    document.warn_unknown(&["stream", "metadata", "architectures"], &mut warnings);
    let stream = document.required_word("stream", StreamName::parse)?;
    let (date, generator) = metadata(document, &mut warnings)?;
    let mut reading = Reading {
        document: StreamDocument::new(stream)
            .with_last_modified(date)
            .with_generator(generator),
        warnings,
        files: 0,
    };
    for entry in document.required_object("architectures")?.objects() {
        let (key, object) = entry?;
        let architecture = StreamArch::parse(key).map_err(|cause| StreamError::Word {
            path: object.path(),
            value: shown(key),
            cause,
        })?;
        object.warn_unknown(&["artifacts", "images"], &mut reading.warnings);
        reading.files += object
            .node("artifacts")
            .map_or(0, |node| count_files(node, "location"));
        reading.document.add_architecture(architecture.clone());
        if let Some(images) = object.object("images")? {
            read_images(&architecture, &images, &mut reading)?;
        }
    }
    Ok(reading)
}

fn metadata(
    document: &Object<'_>,
    warnings: &mut Vec<StreamWarning>,
) -> Result<(Option<Timestamp>, Option<Generator>), StreamError> {
    let key = "last-modified";
    let Some(metadata) = document.object("metadata")? else {
        warnings.push(StreamWarning::DateUnknown {
            path: document.path_of("metadata"),
        });
        return Ok((None, None));
    };
    metadata.warn_unknown(&[key, "generator"], warnings);
    let text = metadata.text(key)?;
    if text.is_none() {
        warnings.push(StreamWarning::DateUnknown {
            path: metadata.path_of(key),
        });
    }
    let date = text.map(|text| {
        Timestamp::parse(text).map_err(|cause| StreamError::Time {
            path: metadata.path_of(key),
            value: shown(text),
            cause,
        })
    });
    Ok((
        date.transpose()?,
        metadata.word("generator", Generator::parse)?,
    ))
}

fn read_images(
    architecture: &StreamArch,
    images: &Object<'_>,
    reading: &mut Reading,
) -> Result<(), StreamError> {
    for cloud in images
        .keys()
        .filter(|cloud| !matches!(*cloud, "aws" | "gcp"))
    {
        let path = images.path_of(cloud);
        reading.warnings.push(StreamWarning::UnknownCloud {
            path,
            cloud: shown(cloud),
        });
    }
    if let Some(aws) = images.object("aws")? {
        aws.warn_unknown(&["regions"], &mut reading.warnings);
        for entry in aws.required_object("regions")?.objects() {
            let (region, object) = entry?;
            object.warn_unknown(&["release", "image"], &mut reading.warnings);
            let location = ids::aws_location(region, &object)?;
            let release = object.required_word("release", Release::parse)?;
            let image = StreamImage::new(ids::ami(&object, "image")?, release);
            put(architecture, location, image, &object, reading)?;
        }
    }
    if let Some(gcp) = images.object("gcp")? {
        read_gcp(architecture, &gcp, reading)?;
    }
    Ok(())
}

fn read_gcp(
    architecture: &StreamArch,
    gcp: &Object<'_>,
    reading: &mut Reading,
) -> Result<(), StreamError> {
    gcp.warn_unknown(
        &["release", "project", "family", "name"],
        &mut reading.warnings,
    );
    let others = reading.document.architectures().get(architecture);
    let assumed = others.and_then(|others| others.release()).cloned();
    let release = match (gcp.word("release", Release::parse)?, assumed) {
        (Some(release), _) => release,
        (None, Some(release)) => {
            let path = gcp.path_of("release");
            let warning = StreamWarning::ReleaseAssumed {
                path,
                release: release.clone(),
            };
            reading.warnings.push(warning);
            release
        }
        (None, None) => gcp.required_word("release", Release::parse)?,
    };
    let image = StreamImage::new(ids::gcp_image(gcp, "name")?, release)
        .with_family(gcp.word("family", Family::parse)?);
    put(architecture, ids::gcp_location(gcp)?, image, gcp, reading)
}

/// Puts an image that was just read into the document.
pub(crate) fn put(
    architecture: &StreamArch,
    location: CloudLocation,
    image: StreamImage,
    object: &Object<'_>,
    reading: &mut Reading,
) -> Result<(), StreamError> {
    let value = image.id().to_string();
    let inserted = reading
        .document
        .insert(architecture.clone(), location, image);
    inserted.map(drop).map_err(|refusal| StreamError::NotFixed {
        path: object.path(),
        value: format!("{value} in {}", refusal.location()),
        allowed: "an AMI in a region of AWS, or an image of a project of Google Cloud",
    })
}
