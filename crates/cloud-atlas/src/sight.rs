//! Lists over the whole tree of scopes: of each account, what the caller may see.

use crate::{
    Error,
    tables::{SCOPES, partition_of},
    unit::Unit,
};
use atlas_scope::{Grant, Permission, Question, Scope};
use atlas_store::{Key, Partition};

/// What the caller may see in one partition: decided by her grants there and at `/`, which are read
/// once.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    permission: Permission,
    grants: Vec<Grant>,
    /// Whether it is everything.
    pub(crate) all: bool,
    /// Whether the caller holds grants in this very partition.
    pub(crate) own: bool,
}

impl Sight {
    /// Whether the caller may see a scope of this partition.
    pub(crate) fn sees(&self, unit: &Unit, scope: &Scope) -> bool {
        self.all || unit.allows(self.permission, scope, &self.grants)
    }

    /// Whether the caller may see some scope of this partition.
    pub(crate) fn sees_any(&self, unit: &Unit) -> bool {
        let mut scopes = self.grants.iter().map(|grant| &grant.scope);
        self.all || scopes.any(|scope| self.sees(unit, scope))
    }
}

impl Unit {
    /// What the caller may see at `/`.
    pub(crate) async fn sight(&self, permission: Permission) -> Result<Sight, Error> {
        let grants = self.own_grants(&Partition::global()).await?;
        let all = self.allows(permission, &Scope::global(), &grants);
        Ok(Sight {
            permission,
            own: !grants.is_empty(),
            grants: grants.to_vec(),
            all,
        })
    }

    /// What the caller may see in an account. Who sees everything needs no further read.
    pub(crate) async fn sight_into(&self, above: &Sight, account: &Scope) -> Result<Sight, Error> {
        let permission = above.permission;
        if above.all {
            return Ok(Sight {
                permission,
                grants: Vec::new(),
                all: true,
                own: true,
            });
        }
        let own_grants = self.own_grants(&partition_of(account)?).await?;
        let own = !own_grants.is_empty();
        let mut grants = own_grants.to_vec();
        grants.extend(above.grants.iter().cloned());
        let all = self.allows(permission, account, &grants);
        Ok(Sight {
            permission,
            grants,
            all,
            own,
        })
    }

    fn allows(&self, permission: Permission, scope: &Scope, grants: &[Grant]) -> bool {
        let question = Question::new(permission, scope.clone(), self.who.clone());
        let decision = question.decide(grants, &self.shared.roles, self.now);
        decision.is_allowed()
    }
}

/// Where the account of a partition stands in the list of accounts, or stood; none for `/`.
pub(crate) fn account_of(partition: &Partition) -> Result<Option<(Key, Scope)>, Error> {
    if partition.is_global() {
        return Ok(None);
    }
    let text = format!("/{partition}");
    let key = SCOPES.key(&Partition::global(), text.as_str())?;
    // INVARIANT: an account's partition is called as the account is.
    Ok(Scope::parse(&text).ok().map(|account| (key, account)))
}
