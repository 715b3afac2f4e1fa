//! The steps that plan a change, apply it, and take it back.

use super::{
    player::{Player, chosen, scope},
    steps::Step,
};
use crate::{
    plans::{replacing, revoking},
    support::{ami, p},
};
use cloud_atlas::{
    image::{CopyImage, ImageRecord, PlanItem},
    template::ReplaceChange,
};

impl Player {
    /// Whatever a plan said is what is done, and nothing else.
    pub(super) async fn plan(&mut self, step: &Step) {
        let admin = self.admin.clone();
        match step {
            Step::Copy(index) => {
                let Some((account, of)) = chosen(&self.records, *index) else {
                    return;
                };
                self.images += 1;
                let copy = CopyImage::new(p("aws/us-west-2"));
                let (at, number) = (scope(account), self.images);
                let copied = admin.copy_image(of, &at, copy, ami(number));
                let copied = copied.await.map(|made| made.record.id());
                if let Some(record) = self.tell(copied) {
                    self.records.push((account, record));
                }
            }
            Step::RevokeByPlan(index, is_taken_back) => {
                let Some((account, of)) = chosen(&self.records, *index) else {
                    return;
                };
                let (ask, at) = (revoking(of), scope(account));
                let plan = admin.plan_revoke(&ask, &at).await;
                let Some(plan) = self.tell(plan) else { return };
                let said: Vec<_> = plan.changes().map(|item| item.record).collect();
                let done = admin.apply_revoke(&plan, &at).await.unwrap();
                let disabled: Vec<_> = done.disabled.iter().map(ImageRecord::id).collect();
                assert_eq!(disabled, said);
                self.counts[2] += said.len();
                let left = admin.plan_revoke(&ask, &at).await.unwrap();
                assert_eq!(left.changes().count(), 0);
                if let Some(id) = done.plan.filter(|_| *is_taken_back) {
                    let undone = admin.undo_revocation(id, &at).await;
                    self.tell(undone);
                    let again = admin.plan_revoke(&ask, &at).await.unwrap();
                    let again: Vec<_> = again.changes().map(|item| item.record).collect();
                    assert_eq!(again, said);
                }
            }
            Step::ReplaceByPlan(old, new, is_taken_back) => {
                let Some((account, old)) = chosen(&self.records, *old) else {
                    return;
                };
                let own = self.records.iter().filter(|it| it.0 == account);
                let own: Vec<_> = own.copied().collect();
                let Some((_, new)) = chosen(&own, *new) else {
                    return;
                };
                let at = scope(account);
                let ask = replacing(old, new, &at);
                let plan = admin.plan_replace(&ask, &at).await;
                let Some(plan) = self.tell(plan) else { return };
                let said: Vec<_> = plan.changes().map(PlanItem::key).collect();
                let done = admin.apply_replace(&plan, &at).await.unwrap();
                let changed: Vec<_> = done.changes.iter().map(ReplaceChange::key).collect();
                assert_eq!(changed, said);
                self.counts[2] += said.len();
                let left = admin.plan_replace(&ask, &at).await.unwrap();
                assert_eq!(left.changes().count(), 0);
                if let Some(id) = done.plan.filter(|_| *is_taken_back) {
                    let undone = admin.undo_replacement(id, &at).await;
                    self.tell(undone);
                    let again = admin.plan_replace(&ask, &at).await.unwrap();
                    let again: Vec<_> = again.changes().map(PlanItem::key).collect();
                    assert_eq!(again, said);
                }
            }
            _ => {}
        }
    }
}
