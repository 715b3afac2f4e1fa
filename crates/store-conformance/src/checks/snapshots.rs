//! What snapshots see.

use crate::{
    bench::{Bench, all, delete, everything, key, names, one, put, text},
    failure::{Verdict, same},
};

pub(crate) async fn snapshots_stay_fixed(bench: &Bench<'_>) -> Verdict {
    let (kept, changed, gone, new) = (key("a")?, key("b")?, key("c")?, key("d")?);
    bench
        .write(vec![put(&kept, "0"), put(&changed, "0"), put(&gone, "0")])
        .await?;
    let snapshot = bench.snapshot().await?;
    let before = all(&*snapshot, &everything()?, false).await?;
    for round in 1..20 {
        let value = round.to_string();
        bench
            .write(vec![put(&changed, &value), put(&new, &value)])
            .await?;
        bench.write(vec![delete(&gone)]).await?;
        let after = all(&*snapshot, &everything()?, false).await?;
        same(
            "a range of an old snapshot",
            &names(&after),
            &names(&before),
        )?;
        same(
            "a range of an old snapshot, versions and all",
            &after,
            &before,
        )?;
        for (key, expected) in [(&changed, Some("0")), (&gone, Some("0")), (&new, None)] {
            let found = one(&*snapshot, key).await?.as_ref().map(text);
            let what = format!("key {key} of an old snapshot");
            same(&what, &found, &expected.map(str::to_owned))?;
        }
    }
    Ok(())
}

pub(crate) async fn snapshots_see_acknowledged_commits(bench: &Bench<'_>) -> Verdict {
    bench.on_threads(bench.harness.writers, |thread| async move {
        let key = key(&format!("thread{thread}"))?;
        for round in 0..bench.harness.rounds {
            let value = round.to_string();
            bench.write(vec![put(&key, &value)]).await?;
            same(
                "a snapshot taken after a commit",
                &bench.text(&key).await?,
                &Some(value),
            )?;
        }
        Ok(())
    })?;
    Ok(())
}
