//! Image ids and regions as the documents give them.

use crate::{StreamError, fields::Object, json::shown};
use atlas_image_id::{Cloud, CloudLocation, GceProject, IdKind, ImageId};

/// The location of an AWS region; the region is the last key on the way to `object`.
pub(crate) fn aws_location(
    region: &str,
    object: &Object<'_>,
) -> Result<CloudLocation, StreamError> {
    CloudLocation::new(Cloud::Aws, None, Some(region), None).map_err(|source| StreamError::Region {
        path: object.path(),
        value: shown(region),
        source,
    })
}

/// The AMI under `key`.
pub(crate) fn ami(object: &Object<'_>, key: &str) -> Result<ImageId, StreamError> {
    const ALLOWED: &str = "an AMI: `ami-` and 8 or 17 lower-case hex digits";
    let text = object.required_text(key)?;
    let id = ImageId::parse(Cloud::Aws, text).map_err(|source| StreamError::ImageId {
        path: object.path_of(key),
        value: shown(text),
        allowed: ALLOWED,
        source,
    })?;
    if id.kind() == IdKind::Ami {
        return Ok(id);
    }
    Err(StreamError::NotFixed {
        path: object.path_of(key),
        value: shown(text),
        allowed: ALLOWED,
    })
}

/// The location of all images of Google Cloud, which are common to its regions (Scalr; I02).
pub(crate) fn gcp_location(object: &Object<'_>) -> Result<CloudLocation, StreamError> {
    CloudLocation::new(Cloud::Gcp, None, None, None).map_err(|source| StreamError::Region {
        path: object.path(),
        value: String::new(),
        source,
    })
}

/// The image of Google Cloud whose parts stand under `project` and `name_key`.
pub(crate) fn gcp_image(object: &Object<'_>, name_key: &str) -> Result<ImageId, StreamError> {
    const PROJECT: &str = "a project such as `fedora-coreos-cloud`";
    const NAME: &str = "an image name: `[a-z]([-a-z0-9]{0,61}[a-z0-9])?`";
    let refuse = |key: &str, text: &str, allowed, source| StreamError::ImageId {
        path: object.path_of(key),
        value: shown(text),
        allowed,
        source,
    };
    let project = object.required_text("project")?;
    let name = object.required_text(name_key)?;
    GceProject::parse(project).map_err(|source| refuse("project", project, PROJECT, source))?;
    let text = format!("projects/{project}/global/images/{name}");
    let id =
        ImageId::parse(Cloud::Gcp, &text).map_err(|source| refuse(name_key, name, NAME, source))?;
    // The name may not turn the whole into another form, such as `family/…`.
    if id.kind() == IdKind::Image && id.as_str() == text && !name.contains('/') {
        return Ok(id);
    }
    Err(StreamError::NotFixed {
        path: object.path_of(name_key),
        value: shown(name),
        allowed: NAME,
    })
}
