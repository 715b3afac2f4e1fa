//! Whether somebody may, and who could let her.

use crate::{
    Error, Session,
    tables::{GRANTS, partitions_above},
};
use atlas_scope::{Explanation, Grant, OperationTable, Permission, PrincipalId, Question, Scope};
use std::collections::BTreeSet;

impl Session {
    /// Whether the caller holds a permission at a scope, and why (ours).
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn can(&self, permission: Permission, scope: &Scope) -> Result<Explanation, Error> {
        let unit = self.read().await?;
        let grants = unit.grants_reaching(&self.who, scope).await?;
        let question = Question::new(permission, scope.clone(), self.who.clone());
        Ok(question.explain(&grants, &unit.shared.roles, unit.now))
    }

    /// The permission that a text names: itself (`image.register`), or what a command
    /// (`image register`) or an action of the EC2 API (`RegisterImage`) needs, by the table of
    /// operations of this engine.
    ///
    /// # Errors
    ///
    /// It is none of these.
    pub fn needed_for(&self, operation: &str) -> Result<Permission, Error> {
        let permission = Permission::parse(operation).ok();
        let needed = permission.or_else(|| self.operations().needs(operation));
        needed.ok_or_else(|| Error::UnknownOperation {
            operation: operation.to_owned(),
        })
    }

    /// What each command and each action of the EC2 API needs.
    pub fn operations(&self) -> &OperationTable {
        &self.atlas.shared.operations
    }

    /// Who could give the caller a role at a scope: whoever holds a grant there, or above it, whose
    /// role lets one grant. It is told to whoever may see the grants at that scope; to others, nobody
    /// (ours).
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn givers(&self, scope: &Scope) -> Result<BTreeSet<PrincipalId>, Error> {
        let unit = self.read().await?;
        let own = unit.grants_reaching(&self.who, scope).await?;
        let may = |permission: Permission, at: &Scope, who: &PrincipalId, grants: &[Grant]| {
            let question = Question::new(permission, at.clone(), who.clone());
            let decision = question.decide(grants, &unit.shared.roles, unit.now);
            decision.is_allowed()
        };
        let mut givers = BTreeSet::new();
        if !may(Permission::GrantView, scope, &self.who, &own) {
            return Ok(givers);
        }
        for partition in partitions_above(scope)? {
            for kept in unit.all(&GRANTS, &partition, ()).await? {
                let grant = [kept.0];
                let [Grant { principal, .. }] = &grant;
                if may(Permission::GrantManage, scope, principal, &grant) {
                    givers.insert(principal.clone());
                }
            }
        }
        Ok(givers)
    }
}
