//! What a commit writes, and its end.

use super::{
    COMMIT, Call, Commit, Committed, FeedPosition, Head, Heads, Key, Meaning, Param, Partition,
    Reach, Session, Statement, StoreError, Work, Write, call, command, engine, meaning, misread,
    number, pipelined, rows, sent, text,
};
use std::collections::BTreeMap;

impl Work {
    /// Writes everything and commits, in one trip.
    pub(super) async fn write(
        &self,
        session: &Session,
        reach: &Reach<'_>,
        heads: &Heads,
    ) -> Result<Committed, StoreError> {
        let Commit { writes, token, .. } = &self.commit;
        let mut committed = Committed {
            id: rows::commit_id(*token),
            positions: BTreeMap::new(),
        };
        let mut calls = Vec::with_capacity(writes.len().saturating_add(8));
        for (name, keys) in &reach.written {
            let head = heads.get(*name).copied().ok_or_else(misread)?;
            let place = head.newest.next();
            let partition = Partition::parse(name).map_err(|_| misread())?;
            committed.positions.insert(partition, place);
            self.feed(session, (name, keys), head, place, &mut calls);
        }
        for write in writes {
            let partition = write.key().partition();
            let place = committed.positions.get(&partition).ok_or_else(misread)?;
            self.entry(session, write, *place, &mut calls)?;
        }
        let params: Vec<Param<'_>> = vec![
            Box::new(token.to_string()),
            Box::new(rows::positions(&committed)),
        ];
        let (client, statements) = (session.client(), session.statements());
        calls.push(call(client, &statements.insert_token, params));
        calls.push(command(client, COMMIT));
        let mut answers = pipelined(calls).await;
        let ended = answers.pop().ok_or_else(misread)?;
        let refused = answers.into_iter().find_map(Result::err);
        match (refused, ended) {
            (None, Ok(_)) => Ok(committed),
            (None, Err(error)) => Err(sent(*token, error)),
            // The server ends a transaction without its changes where a statement failed.
            (Some(error), _) if error.as_db_error().is_some() => {
                if meaning(&error) != Meaning::Duplicate || session.client().is_closed() {
                    return Err(engine(error));
                }
                // The token, by another attempt that shares no lock with this one. COMMIT has ended
                // what the statement had spoilt.
                self.settled(session, StoreError::Conflict).await
            }
            (Some(error), _) => Err(StoreError::unknown_outcome(*token, error)),
        }
    }

    /// The entry of a feed, where the feed ends now, and what it forgets.
    fn feed<'a>(
        &self,
        session: &'a Session,
        (name, keys): (&&'a str, &[&Key]),
        head: Head,
        place: FeedPosition,
        calls: &mut Vec<Call<'a>>,
    ) {
        let (client, statements) = (session.client(), session.statements());
        let name: &'a str = name;
        let kept = self.shared.options.feed_retention.max(1);
        let most = kept.saturating_add(kept / 8);
        let mut oldest = head.oldest.as_u64();
        // Many at a time, since each visit to that end costs a commit some pages.
        if place.as_u64().saturating_sub(oldest) > most {
            oldest = place.as_u64().saturating_sub(kept);
            let params = vec![text(name), number(oldest)];
            calls.push(call(client, &statements.expire_feed, params));
        }
        let id: Param<'_> = Box::new(rows::commit_id(self.commit.token).to_string());
        let keys: Param<'_> = Box::new(rows::feed_keys(keys));
        let params = vec![text(name), number(place.as_u64()), id, keys];
        calls.push(call(client, &statements.insert_feed_entry, params));
        let params = vec![text(name), number(place.as_u64()), number(oldest)];
        calls.push(call(client, &statements.update_feed, params));
    }

    /// The row of a key. What the snapshot has shown and nobody has changed since is there, and what
    /// it has shown not to be there is not; of all others it is not known.
    fn entry<'a>(
        &'a self,
        session: &'a Session,
        write: &'a Write,
        place: FeedPosition,
        calls: &mut Vec<Call<'a>>,
    ) -> Result<(), StoreError> {
        let (client, statements) = (session.client(), session.statements());
        let key = write.key();
        let mut add =
            |statement: &'a Statement, params| calls.push(call(client, statement, params));
        let Write::Put { value, .. } = write else {
            add(&statements.delete_entry, vec![text(key.as_str())]);
            return Ok(());
        };
        let value = str::from_utf8(value).map_err(|_| misread())?;
        let params = vec![text(key.as_str()), number(place.as_u64()), text(value)];
        match self.commit.reads.keys.get(key) {
            Some(Some(_)) if self.present.contains(key) => add(&statements.update_entry, params),
            Some(None) => add(&statements.insert_entry, params),
            _ => {
                add(&statements.delete_entry, vec![text(key.as_str())]);
                add(&statements.insert_entry, params);
            }
        }
        Ok(())
    }
}
