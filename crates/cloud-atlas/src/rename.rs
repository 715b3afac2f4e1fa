//! Other names for scopes and principals.

use crate::{
    Error, Session,
    tables::{
        GRANTS, KeptGrant, KeptPrincipal, KeptScope, PRINCIPALS, SCOPES, grant_parts, partition_of,
        partition_of_record, principal_parts,
    },
    unit::{Change, Unit},
};
use atlas_scope::{
    MovedGrant, Permission, PrincipalId, PrincipalRecord, RenamePrincipalFacts, RenameScopeFacts,
    Scope, ScopeRecord, rename_principal, rename_scope,
};
use atlas_store::Partition;

impl Session {
    /// Gives a scope that holds nothing another name beside its own. The grants on it move along, its
    /// access keys, and its quota of disk images; an
    /// account keeps its number, and so what was opened to the number stays open to it. Its trail
    /// begins anew under the new name.
    ///
    /// # Errors
    ///
    /// It is not there or holds something, the name is taken or elsewhere in the tree, it has more
    /// grants on it than one commit of the store can move, or the caller may not.
    pub async fn rename_scope(&self, from: &Scope, to: &Scope) -> Result<ScopeRecord, Error> {
        self.write(|unit| async move {
            let above = from.parent().unwrap_or_else(Scope::global);
            unit.require(Permission::ScopeManage, &above).await?;
            let contents = unit.contents(from).await?;
            let grants = unit.all(&GRANTS, &partition_of(from)?, ()).await?;
            let grants: Vec<_> = grants.into_iter().map(|kept| kept.0).collect();
            let record = unit.scope_record(from).await?;
            let holder = unit.scope_record(to).await?;
            let facts = RenameScopeFacts {
                record: record.as_ref(),
                holder: holder.as_ref(),
                contents: &contents,
                grants: &grants,
                now: unit.now,
            };
            let renamed = rename_scope(from, to, &facts)?;
            unit.move_grants(&renamed.grants).await?;
            unit.forget_default(from).await?;
            unit.move_disk_quota(from, to).await?;
            unit.move_keys_at(from, to).await?;
            let (before, after) = (partition_of_record(from)?, partition_of_record(to)?);
            SCOPES.delete(&unit.tx, &before, from.as_str()).await?;
            let kept = KeptScope(renamed.record.clone());
            SCOPES.insert(&unit.tx, &after, to.as_str(), &kept).await?;
            for name in [from, to] {
                let change = Change::between(from, to);
                unit.audit(Permission::ScopeManage, &above, name, change)
                    .await?;
            }
            unit.admits_grants(renamed.grants.len())?;
            Ok(renamed.record)
        })
        .await
    }

    /// Gives a principal another name. All grants and access keys she holds move along, and with
    /// them the right to administer; what she made and did stays under the old name.
    ///
    /// # Errors
    ///
    /// She is not there, the name is taken, she holds more grants than one commit of the store can
    /// move, or the caller may not.
    pub async fn rename_principal(
        &self,
        from: &PrincipalId,
        to: &PrincipalId,
    ) -> Result<PrincipalRecord, Error> {
        self.write(|unit| async move {
            let global = Scope::global();
            unit.require(Permission::PrincipalManage, &global).await?;
            let record = unit.principal_record(from).await?;
            let holder = unit.principal_record(to).await?;
            let grants = unit.every_grant().await?;
            let facts = RenamePrincipalFacts {
                record: record.as_ref(),
                holder: holder.as_ref(),
                grants: &grants,
            };
            let renamed = rename_principal(from, to, &facts)?;
            unit.move_grants(&renamed.grants).await?;
            unit.move_keys_of(from, to).await?;
            let at = Partition::global();
            PRINCIPALS
                .delete(&unit.tx, &at, principal_parts(from))
                .await?;
            let kept = KeptPrincipal(renamed.record.clone());
            PRINCIPALS
                .insert(&unit.tx, &at, principal_parts(to), &kept)
                .await?;
            for name in [from, to] {
                let change = Change::between(from, to);
                unit.audit(Permission::PrincipalManage, &global, name, change)
                    .await?;
            }
            unit.admits_grants(renamed.grants.len())?;
            Ok(renamed.record)
        })
        .await
    }
}

impl Unit {
    /// Keeps grants under the names they have now.
    async fn move_grants(&self, grants: &[MovedGrant]) -> Result<(), Error> {
        for MovedGrant { before, after } in grants {
            let (from, to) = (partition_of(&before.scope)?, partition_of(&after.scope)?);
            GRANTS.delete(&self.tx, &from, grant_parts(before)).await?;
            let kept = KeptGrant(after.clone());
            GRANTS
                .insert(&self.tx, &to, grant_parts(after), &kept)
                .await?;
        }
        Ok(())
    }
}
