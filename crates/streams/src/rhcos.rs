//! The older form: `rhcos.json`, which named the images of one build of Red Hat `CoreOS`.

use crate::{
    Release, StreamArch, StreamDocument, StreamError, StreamImage, StreamName, StreamWarning,
    coreos::put,
    fields::{Object, count_files},
    ids,
    json::shown,
    parse::Reading,
};
use atlas_base::Timestamp;

/// Reads a document whose form is known.
///
/// The form has no stream, no date and no architecture. The stream is named as the later documents
/// of the same product name theirs, by the version of `OpenShift` in the build id: `43.81.…` is
/// `rhcos-4.3`, and `rhcos` alone if the build id begins otherwise. The date is the one in the
/// build id's third part. The architecture is the end of `baseURI` if that names one, else `x86_64`,
/// the only one that early builds had.
pub(crate) fn read(document: &Object<'_>) -> Result<Reading, StreamError> {
    let mut warnings = Vec::new();
    document.warn_unknown(KNOWN, &mut warnings);
    let release = document.required_word("buildid", Release::parse)?;
    let date = date(&release);
    if date.is_none() {
        warnings.push(StreamWarning::DateUnknown {
            path: document.path_of("buildid"),
        });
    }
    let architecture = architecture(document)?;
    let stream = stream(document, &release)?;
    let mut reading = Reading {
        document: StreamDocument::new(stream).with_last_modified(date),
        warnings,
        files: document
            .node("images")
            .map_or(0, |node| count_files(node, "path")),
    };
    reading.document.add_architecture(architecture.clone());
    for entry in document.required_object("amis")?.objects() {
        let (region, object) = entry?;
        object.warn_unknown(&["hvm"], &mut reading.warnings);
        let location = ids::aws_location(region, &object)?;
        let image = StreamImage::new(ids::ami(&object, "hvm")?, release.clone());
        put(&architecture, location, image, &object, &mut reading)?;
    }
    if let Some(gcp) = document.object("gcp")? {
        gcp.warn_unknown(&["image", "project", "url"], &mut reading.warnings);
        if gcp.has("project") {
            let image = StreamImage::new(ids::gcp_image(&gcp, "image")?, release);
            put(
                &architecture,
                ids::gcp_location(&gcp)?,
                image,
                &gcp,
                &mut reading,
            )?;
        } else {
            reading
                .warnings
                .push(StreamWarning::FileNotImage { path: gcp.path() });
        }
    }
    if let Some(azure) = document.object("azure")? {
        azure.warn_unknown(&["image", "url"], &mut reading.warnings);
        reading
            .warnings
            .push(StreamWarning::VhdWithoutLocation { path: azure.path() });
    }
    Ok(reading)
}

fn stream(document: &Object<'_>, release: &Release) -> Result<StreamName, StreamError> {
    let version = release.as_str().split('.').next().unwrap_or_default();
    // `43` is 4.3, and `410` is 4.10.
    let name = match version.split_at_checked(1) {
        Some((major, minor))
            if matches!(minor.len(), 1 | 2)
                && version.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("rhcos-{major}.{minor}")
        }
        _ => "rhcos".to_owned(),
    };
    StreamName::parse(&name).map_err(|cause| StreamError::Word {
        path: document.path_of("buildid"),
        value: shown(release.as_str()),
        cause,
    })
}

/// The moment in a build id's third part: `20190725`, or to the minute `201912110942`.
fn date(release: &Release) -> Option<Timestamp> {
    let part = release.as_str().split('.').nth(2)?;
    // Later builds count behind a dash: `202009222340-0`.
    let part = part.split('-').next()?;
    let day = format!("{}-{}-{}", part.get(..4)?, part.get(4..6)?, part.get(6..8)?);
    let time = match part.len() {
        8 => "00:00".to_owned(),
        12 => format!("{}:{}", part.get(8..10)?, part.get(10..12)?),
        _ => return None,
    };
    Timestamp::parse(&format!("{day}T{time}:00Z")).ok()
}

fn architecture(document: &Object<'_>) -> Result<StreamArch, StreamError> {
    let base = document.text("baseURI")?.unwrap_or_default();
    let last = base
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let known = ["x86_64", "aarch64", "ppc64le", "s390x"];
    let text = known
        .into_iter()
        .find(|known| *known == last)
        .unwrap_or("x86_64");
    StreamArch::parse(text).map_err(|cause| StreamError::Word {
        path: document.path_of("baseURI"),
        value: shown(base),
        cause,
    })
}

/// Every key of the form; those that only describe files and build inputs hold no image.
const KNOWN: &[&str] = &[
    "amis",
    "azure",
    "baseURI",
    "buildid",
    "gcp",
    "images",
    "oscontainer",
    "ostree-commit",
    "ostree-version",
];
