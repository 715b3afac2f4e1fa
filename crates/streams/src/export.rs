//! Writing a document.

use crate::{ArchitectureImages, StreamDocument};
use atlas_image_id::Cloud;

/// Writes a reduced CoreOS stream document: the stream, its date and its images, no disk files.
///
/// The text is always the same for equal documents: two blanks of indentation, sorted keys below
/// the first level, a line end at the end. [`parse`](crate::parse) reads the same document from it.
/// What `parse` left out with a warning is not in the document, so it is not written.
#[must_use]
pub fn export(document: &StreamDocument) -> String {
    let mut out = Pretty::default();
    out.object(None, |out| {
        out.field("stream", document.stream().as_str());
        out.object(Some("metadata"), |out| {
            if let Some(moment) = document.last_modified() {
                out.field("last-modified", &moment.to_string());
            }
            if let Some(generator) = document.generator() {
                out.field("generator", generator.as_str());
            }
        });
        out.object(Some("architectures"), |out| {
            for (architecture, images) in document.architectures() {
                out.object(Some(architecture.as_str()), |out| {
                    out.object(Some("images"), |out| write_images(out, images));
                });
            }
        });
    });
    out.text.push('\n');
    out.text
}

fn write_images(out: &mut Pretty, images: &ArchitectureImages) {
    let mut aws = images
        .by_location()
        .iter()
        .filter(|(location, _)| location.cloud() == Cloud::Aws)
        .filter_map(|(location, image)| Some((location.region()?, image)))
        .peekable();
    if aws.peek().is_some() {
        out.object(Some("aws"), |out| {
            out.object(Some("regions"), |out| {
                for (region, image) in aws {
                    out.object(Some(region), |out| {
                        out.field("release", image.release().as_str());
                        out.field("image", image.id().as_str());
                    });
                }
            });
        });
    }
    for image in images.by_location().values() {
        if let Some((project, name)) = image.project_and_name() {
            out.object(Some("gcp"), |out| {
                out.field("release", image.release().as_str());
                out.field("project", project);
                if let Some(family) = image.family() {
                    out.field("family", family.as_str());
                }
                out.field("name", name);
            });
        }
    }
}

/// A writer of objects and texts, which is all that these documents have. Unlike `serde_json`'s it
/// cannot fail.
#[derive(Default)]
struct Pretty {
    text: String,
    depth: usize,
    /// Whether the object that is open holds something already.
    begun: bool,
}

impl Pretty {
    fn object(&mut self, key: Option<&str>, fill: impl FnOnce(&mut Self)) {
        if let Some(key) = key {
            self.key(key);
        }
        self.text.push('{');
        self.depth += 1;
        self.begun = false;
        fill(self);
        self.depth -= 1;
        if self.begun {
            self.line();
        }
        self.text.push('}');
        self.begun = true;
    }

    fn field(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    fn key(&mut self, key: &str) {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
        self.line();
        self.string(key);
        self.text.push_str(": ");
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(core::iter::repeat_n("  ", self.depth));
    }

    fn string(&mut self, text: &str) {
        self.text
            .push_str(&serde_json::Value::from(text).to_string());
    }
}
