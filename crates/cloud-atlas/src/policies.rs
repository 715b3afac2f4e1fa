//! Policies of launches: kept at a scope, and holding there and below.

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    tables::{KeptPolicy, POLICIES, StoredPolicy, partition_of, policy_parts},
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_scope::{Permission, Scope};
use atlas_store::Query;
use atlas_template::Policy;
use serde::Serialize;

/// A policy and the scope that it is kept at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PolicyView {
    /// Where it is kept; it holds there and below.
    pub scope: Scope,
    /// What it asks for.
    #[serde(flatten)]
    pub policy: Policy,
}

impl Session {
    /// Keeps a policy at a scope, in place of one of the same name there (AWS: allowed images, for
    /// one cloud). It holds there and below, beside all others that do: what a higher one refuses
    /// no lower one allows.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not.
    pub async fn set_policy(&self, scope: &Scope, policy: Policy) -> Result<PolicyView, Error> {
        self.write(|unit| {
            let (scope, policy) = (scope.clone(), policy.clone());
            async move {
                unit.enter(Permission::PolicyManage, &scope).await?;
                let (at, parts) = (partition_of(&scope)?, policy_parts(&scope, &policy.name));
                let before = POLICIES.get(&unit.tx, &at, parts.clone()).await?;
                let before = before.map(|kept| kept.0.policy);
                if before.as_ref() != Some(&policy) {
                    let kept = KeptPolicy(StoredPolicy {
                        scope: scope.clone(),
                        policy: policy.clone(),
                    });
                    POLICIES.put(&unit.tx, &at, parts, &kept).await?;
                    let text = canonical::to_string(&policy)?;
                    let change = match before {
                        None => Change::made(&text),
                        Some(before) => Change::between(&canonical::to_string(&before)?, &text),
                    };
                    let (action, name) = (Permission::PolicyManage, &policy.name);
                    unit.audit(action, &scope, name, change).await?;
                }
                Ok(PolicyView { scope, policy })
            }
        })
        .await
    }

    /// Takes a policy of a scope away.
    ///
    /// # Errors
    ///
    /// The scope has none of that name, or the caller may not.
    pub async fn remove_policy(&self, scope: &Scope, name: &Name) -> Result<(), Error> {
        self.write(|unit| {
            let (scope, name) = (scope.clone(), name.clone());
            async move {
                unit.enter(Permission::PolicyManage, &scope).await?;
                let (at, parts) = (partition_of(&scope)?, policy_parts(&scope, &name));
                let Some(kept) = POLICIES.get(&unit.tx, &at, parts.clone()).await? else {
                    return Err(NotFound::at(Noun::Policy, &name, &scope).into());
                };
                POLICIES.delete(&unit.tx, &at, parts).await?;
                let change = Change::removed(&canonical::to_string(&kept.0.policy)?);
                unit.audit(Permission::PolicyManage, &scope, &name, change)
                    .await
            }
        })
        .await
    }

    /// The policies that hold at a scope: those of the scope itself and of all above it, the nearest
    /// first, by name.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see its policies, or the page is none of this list.
    pub async fn policies(&self, at: &Scope, paging: &Paging) -> Result<Page<PolicyView>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::PolicyView, at).await?;
        let queries = at.lineage().map(|scope| kept_at(&scope));
        let queries = queries.collect::<Result<Vec<_>, _>>()?;
        unit.page(&POLICIES, queries, paging, |kept| Ok(view(kept)))
            .await
    }

    /// The policy of a name that holds at a scope, the nearest one.
    ///
    /// # Errors
    ///
    /// There is none, or the caller may not see it.
    pub async fn policy(&self, name: &Name, at: &Scope) -> Result<PolicyView, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::PolicyView, at).await?;
        for scope in at.lineage() {
            let parts = policy_parts(&scope, name);
            let found = POLICIES
                .get(&unit.tx, &partition_of(&scope)?, parts)
                .await?;
            if let Some(kept) = found {
                return Ok(view(kept));
            }
        }
        Err(NotFound::new(Noun::Policy, name, at).into())
    }
}

fn view(KeptPolicy(StoredPolicy { scope, policy }): KeptPolicy) -> PolicyView {
    PolicyView { scope, policy }
}

fn kept_at(scope: &Scope) -> Result<Query, Error> {
    Ok(Query::all(&partition_of(scope)?).prefix(scope.as_str()))
}

impl Unit {
    /// The policies that hold at a scope, those of the highest scope first.
    pub(crate) async fn policies_above(&self, scope: &Scope) -> Result<Vec<Policy>, Error> {
        let mut policies = Vec::new();
        for scope in scope.lineage() {
            let found = self.every(&POLICIES, kept_at(&scope)?).await?;
            let found = found.into_iter().map(|kept| kept.0.policy);
            policies.splice(0..0, found);
        }
        Ok(policies)
    }
}
