//! Which MultiCloud Image, and which of its settings.

use super::{
    LaunchAsk, LaunchFrom, LaunchRefusal, LaunchStep, LinkName, LinkSays, LinkSource, MciChoice,
    OverrideField, OverrideMark, TemplateSource, Witness, target_of,
};
use crate::{LinkError, Source, TraceStep};
use atlas_base::Timestamp;
use atlas_history::{LineageId, Revision};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::Setting;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet};

/// Why it is this MultiCloud Image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ChosenBy {
    /// The launch began with it.
    Itself,
    /// It is the default link.
    Default,
    /// The caller named it among the links.
    Name,
    /// The caller named it, linked or not.
    Override,
}

/// The MultiCloud Image and the setting that were chosen, with the overrides in it.
#[derive(Debug, Clone)]
#[must_use]
pub struct Chosen<'a> {
    pub(super) source: Source<'a>,
    pub(super) by: ChosenBy,
    pub(super) template: Option<TemplateSource<'a>>,
    /// Its links to HEADs.
    pub(super) head_links: Vec<LinkName>,
    pub(super) location: &'a CloudLocation,
    pub(super) served_by: &'a CloudLocation,
    pub(super) setting: Cow<'a, Setting>,
    pub(super) overridden: Vec<OverrideMark>,
}

impl Chosen<'_> {
    /// The image that it is about: whoever keeps records loads those of it.
    pub fn image(&self) -> &ImageId {
        self.setting.image()
    }

    /// The location of the setting that serves: the one asked for, or one around it.
    pub fn served_by(&self) -> &CloudLocation {
        self.served_by
    }

    /// The setting, with the overrides in it.
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    /// When the revision of the MultiCloud Image was committed; none for HEAD.
    pub fn committed(&self) -> Option<Timestamp> {
        self.source.revision.map(Revision::time)
    }

    /// The lineage of the MultiCloud Image.
    pub fn lineage(&self) -> LineageId {
        self.source.lineage
    }
}

/// A source and the setting of it that serves.
type Serving<'a> = (Source<'a>, &'a CloudLocation, &'a Setting);

impl<'a> LaunchAsk<'a> {
    /// Chooses the MultiCloud Image and its setting.
    ///
    /// # Errors
    ///
    /// No link serves the location, or not the one that is meant; or an override cannot stand there.
    pub fn choose(&self) -> Result<Chosen<'a>, LaunchRefusal> {
        self.decide(&mut |_| {})
    }

    pub(super) fn decide(&self, witness: Witness<'_>) -> Result<Chosen<'a>, LaunchRefusal> {
        let mut head_links = Vec::new();
        let (serving, by, template) = match self.from {
            LaunchFrom::Mci(source) => {
                source_step(&source, witness);
                (self.of_mci(source, witness)?, ChosenBy::Itself, None)
            }
            LaunchFrom::Template {
                template,
                links,
                mci,
            } => {
                let (serving, by) = self.of_template(&template, links, mci, witness)?;
                source_step(&serving.0, witness);
                let heads = template.content.content().head_links().into_iter();
                head_links.extend(heads.map(|lineage| name_of(links, lineage)));
                (serving, by, Some(template))
            }
        };
        let (source, served_by, setting) = serving;
        witness(&|| {
            LaunchStep::Mci(TraceStep::Setting {
                asked: self.location.clone(),
                served_by: served_by.clone(),
            })
        });
        let (setting, mut overridden) = self.overrides.applied(setting, served_by)?;
        if by == ChosenBy::Override {
            let nickname = |source: &Source<'_>| source.content.content().nickname().to_string();
            overridden.insert(
                0,
                OverrideMark {
                    field: OverrideField::Mci,
                    inherited: None,
                    now: Some(nickname(&source)),
                },
            );
        }
        for mark in &overridden {
            witness(&|| LaunchStep::Override(mark.clone()));
        }
        Ok(Chosen {
            source,
            by,
            template,
            head_links,
            location: self.location,
            served_by,
            setting,
            overridden,
        })
    }

    fn of_mci(
        &self,
        source: Source<'a>,
        witness: Witness<'_>,
    ) -> Result<Serving<'a>, LaunchRefusal> {
        let served = self.serving(source);
        served.ok_or_else(|| {
            let asked = || self.location.clone();
            witness(&|| LaunchStep::Mci(TraceStep::NoSetting { asked: asked() }));
            let content = source.content.content();
            LaunchRefusal::MciNotSupported {
                mci: content.nickname().clone(),
                revision: source.number(),
                location: self.location.clone(),
                supported: content.settings().keys().cloned().collect(),
            }
        })
    }

    fn serving(&self, source: Source<'a>) -> Option<Serving<'a>> {
        let content = source.content.content();
        let (served_by, setting) = content.serving(self.location)?;
        Some((source, served_by, setting))
    }

    /// The link that is meant, if it serves (RightScale: the default one, or the one that was
    /// chosen).
    fn of_template(
        &self,
        template: &TemplateSource<'a>,
        links: &'a [LinkSource<'a>],
        mci: MciChoice<'a>,
        witness: Witness<'_>,
    ) -> Result<(Serving<'a>, ChosenBy), LaunchRefusal> {
        witness(&|| LaunchStep::Template {
            name: template.name().clone(),
            lineage: template.lineage,
            revision: template.number(),
            content: template.content.digest(),
        });
        if let (Some(revision), Some(mark)) = (template.number(), &template.marks.revoked) {
            return Err(LaunchRefusal::TemplateRevoked {
                template: template.name().clone(),
                revision,
                mark: Box::new(mark.clone()),
            });
        }
        let content = template.content.content();
        let default = content.default_link();
        for link in content.links() {
            witness(&|| {
                let source = links.iter().find(|source| source.lineage == link.lineage);
                LaunchStep::Link {
                    link: name_of(links, link.lineage),
                    target: link.target.clone(),
                    is_default: link.is_default,
                    says: self.says(source),
                }
            });
        }
        let (lineage, by) = match mci {
            MciChoice::Override(source) => {
                let step = || LaunchStep::Chosen {
                    link: LinkName::of(&source),
                    by: ChosenBy::Override,
                };
                witness(&step);
                return Ok((self.of_mci(source, witness)?, ChosenBy::Override));
            }
            MciChoice::Unsaid => (default, ChosenBy::Default),
            MciChoice::Linked(lineage) => (Some(lineage), ChosenBy::Name),
        };
        let Some(lineage) = lineage else {
            let template = template.name().clone();
            return Err(LaunchRefusal::NoLinks { template });
        };
        if content.link(lineage).is_none() {
            return Err(LaunchRefusal::NotLinked {
                template: template.name().clone(),
                asked: lineage,
                links: content
                    .links()
                    .map(|it| name_of(links, it.lineage))
                    .collect(),
            });
        }
        let meant = links.iter().find(|link| link.lineage == lineage);
        let serving = meant
            .and_then(|link| link.state.ok())
            .and_then(|source| self.serving(source));
        if let Some(serving) = serving {
            witness(&|| LaunchStep::Chosen {
                link: name_of(links, lineage),
                by,
            });
            return Ok((serving, by));
        }
        Err(self.refused(template, links, lineage, by))
    }

    /// Why the link that is meant does not serve, and which links do.
    fn refused(
        &self,
        template: &TemplateSource<'a>,
        links: &'a [LinkSource<'a>],
        lineage: LineageId,
        by: ChosenBy,
    ) -> LaunchRefusal {
        let sources = || links.iter().filter_map(|link| link.state.ok());
        let serving = sources().filter(|source| self.serving(*source).is_some());
        let serving: Vec<_> = serving
            .map(|source| name_of(links, source.lineage))
            .collect();
        let name = template.name().clone();
        let link = name_of(links, lineage);
        let meant = links.iter().find(|source| source.lineage == lineage);
        let broken = match meant.map(|link| link.state) {
            None => Some(LinkError::NoMci { lineage }),
            Some(Err(error)) => Some(error.clone()),
            Some(Ok(_)) => None,
        };
        if let Some(error) = broken {
            return LaunchRefusal::LinkBroken {
                template: name,
                link,
                target: target_of(template, lineage),
                error,
                serving,
            };
        }
        let location = self.location.clone();
        if serving.is_empty() {
            let supported: BTreeSet<_> = sources()
                .flat_map(|source| source.content.content().settings().keys().cloned())
                .collect();
            return LaunchRefusal::NotSupported {
                template: name,
                revision: template.number(),
                location,
                supported: supported.into_iter().collect(),
                link,
            };
        }
        LaunchRefusal::LinkNotSupported {
            template: name,
            link,
            by,
            location,
            serving,
        }
    }

    fn says(&self, link: Option<&LinkSource<'a>>) -> LinkSays {
        match link.map(|link| link.state) {
            None => LinkSays::Hidden,
            Some(Err(error)) => LinkSays::Broken {
                reason: error.to_string(),
            },
            Some(Ok(source)) => match self.serving(source) {
                Some((_, served_by, _)) => LinkSays::Serves {
                    served_by: served_by.clone(),
                },
                None => LinkSays::NoSetting {
                    settings: source
                        .content
                        .content()
                        .settings()
                        .keys()
                        .cloned()
                        .collect(),
                },
            },
        }
    }
}

fn source_step(source: &Source<'_>, witness: Witness<'_>) {
    witness(&|| {
        LaunchStep::Mci(TraceStep::Source {
            mci: source.content.content().nickname().clone(),
            lineage: source.lineage,
            revision: source.number(),
            content: source.content.digest(),
        })
    });
}

/// The name of a link, as far as it is visible: that of today, which references look for.
fn name_of(links: &[LinkSource<'_>], lineage: LineageId) -> LinkName {
    let found = links.iter().find(|link| link.lineage == lineage);
    let nickname = |source: Source<'_>| source.content.content().nickname().clone();
    LinkName {
        lineage,
        name: found.and_then(|link| {
            let today = link.name.cloned();
            today.or_else(|| link.state.ok().map(nickname))
        }),
    }
}
