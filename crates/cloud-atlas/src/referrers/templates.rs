//! ServerTemplates that link what holds an image.

use super::States;
use crate::{
    Error,
    tables::{KeptLineage, MCIS, partition_of},
    unit::Unit,
};
use atlas_history::LineageId;
use atlas_image::{ImageRecord, Referrer, ReferrerKind, Usage};
use atlas_scope::{Permission, Scope, visible};
use atlas_template::LinkedState;
use std::collections::{BTreeMap, BTreeSet};

/// The links of templates to MultiCloud Images, read once where several images are looked at: with
/// the state that each means today.
#[derive(Debug, Default)]
pub(crate) struct Linking {
    known: BTreeMap<(Scope, LineageId), Vec<(LinkedState, Referrer)>>,
}

/// The state of a MultiCloud Image that a referrer is; none where it is something else.
pub(crate) fn mci_state(referrer: &Referrer) -> Option<(LineageId, LinkedState)> {
    let state = match referrer.kind {
        ReferrerKind::MciHead => LinkedState::Head,
        // INVARIANT: a revision is called by name and number.
        ReferrerKind::MciRevision => {
            let number = referrer.name.rsplit('@').next()?;
            LinkedState::Revision(number.parse().ok()?)
        }
        _ => return None,
    };
    // INVARIANT: a state of a lineage is called by the lineage's id.
    Some((referrer.id.parse().ok()?, state))
}

impl Unit {
    /// Whom it hits when an image goes: who refers to it, and the templates that link a state of a
    /// MultiCloud Image with it (HCP Packer; ours).
    pub(crate) async fn hit_by(
        &self,
        record: &ImageRecord,
        from: &Scope,
        states: &mut States,
        linking: &mut Linking,
    ) -> Result<Usage, Error> {
        let may_delete = self.may_delete(record).await?;
        let mut uses = self.usage_among(record, from, may_delete, states).await?;
        let mut hit = BTreeSet::new();
        for used in &uses.found {
            if let Some((lineage, state)) = mci_state(used) {
                let key = (used.scope.clone(), lineage);
                if !linking.known.contains_key(&key) {
                    let links = self.links_to(&key, from).await?;
                    linking.known.insert(key.clone(), links);
                }
                let links = linking.known.get(&key).into_iter().flatten();
                hit.extend(
                    links
                        .filter(|link| link.0 == state)
                        .map(|link| link.1.clone()),
                );
            }
        }
        uses.found.extend(hit);
        Ok(uses.of(record, may_delete))
    }

    /// The links of templates to a lineage that a scope holds.
    async fn links_to(
        &self,
        (scope, lineage): &(Scope, LineageId),
        from: &Scope,
    ) -> Result<Vec<(LinkedState, Referrer)>, Error> {
        let at = partition_of(scope)?;
        let kept = MCIS.get(&self.tx, &at, lineage.to_string()).await?;
        let Some(KeptLineage(mci)) = kept else {
            return Ok(Vec::new());
        };
        let mut known = None;
        let mut links = Vec::new();
        let above = self.sight(Permission::TemplateView).await?;
        for (partition, account) in self.partitions_below(scope).await? {
            let found = self.linking(&mci, &partition, &mut known).await?;
            if found.is_empty() {
                continue;
            }
            let sight = self.sight_into(&above, &account).await?;
            for (template, states) in found {
                let seen = visible(&template.scope, template.shared, from)
                    || sight.sees(self, &template.scope);
                for link in states {
                    let Some(used) = link.used else { continue };
                    let state = match link.state {
                        LinkedState::Head => "head".to_owned(),
                        LinkedState::Revision(number) => number.to_string(),
                    };
                    let referrer = Referrer {
                        scope: template.scope.clone(),
                        kind: ReferrerKind::Template,
                        name: format!("{}@{state}", template.name()),
                        id: template.lineage.to_string(),
                        visible: seen,
                    };
                    links.push((used, referrer));
                }
            }
        }
        Ok(links)
    }
}
