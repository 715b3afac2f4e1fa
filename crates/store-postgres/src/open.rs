//! From a URL to a store: is there one, is it ours, and may we?

use crate::{
    Address, Found, OpenError, Options, Place,
    pool::Pool,
    sql::{BEGIN, COMMIT, CREATE_SCHEMA, CREATE_TABLES, FIND_SCHEMA, INSERT_META, META},
};
use tokio_postgres::{Client, Error, Row, error::SqlState, types::WrongType};

/// The format of the tables. It is raised when an older program would misread them.
const FORMAT: u32 = 1;
/// What the row `store` of `meta` says in every store of ours.
const MARKER: &str = "cloud-atlas";
/// Rows of `meta` that prove the order of the server: in another order than that of the bytes, some
/// two of them change places.
const PROBES: [&str; 9] = [
    "order !",
    "order -b",
    "order 10",
    "order 9",
    "order B",
    "order a",
    "order ab",
    "order é",
    "order €",
];
/// The row of `feeds` that is locked by whoever makes a feed, and by whoever has read across all.
pub(crate) const REGISTRY: &str = "";

/// Makes the tables of a store, all at once or not at all.
pub(crate) async fn create(
    pool: &Pool,
    address: &Address,
    options: &Options,
) -> Result<(), OpenError> {
    let place = address.place();
    let client = pool
        .connect()
        .await
        .map_err(|error| failed(&place, error))?;
    match read_meta(&client).await {
        Ok(Some(meta)) => {
            return Err(if meta.is_ours() {
                OpenError::AlreadyExists { place }
            } else {
                foreign(&place)
            });
        }
        Ok(None) => {}
        Err(error) if is_misfit(&error) => return Err(foreign(&place)),
        Err(error) => return Err(failed(&place, error)),
    }
    write_tables(&client, address, options)
        .await
        .map_err(|error| match error.code().map(SqlState::code) {
            // Somebody else was faster, or there is a table of one of our names.
            Some("23505" | "42P06") => OpenError::AlreadyExists {
                place: place.clone(),
            },
            Some("42P07") => foreign(&place),
            _ => failed(&place, error),
        })
}

async fn write_tables(client: &Client, address: &Address, options: &Options) -> Result<(), Error> {
    client.batch_execute(BEGIN).await?;
    let schema = address.schema();
    if client.query(FIND_SCHEMA, &[&schema]).await?.is_empty() {
        let statement = format!("{CREATE_SCHEMA} \"{schema}\"");
        client.batch_execute(&statement).await?;
    }
    for statement in CREATE_TABLES {
        client.batch_execute(statement).await?;
    }
    let content = options.content.map(|content| content.to_string());
    let format = FORMAT.to_string();
    let mut rows = vec![
        ("store", MARKER),
        ("format", &*format),
        ("writer", env!("CARGO_PKG_VERSION")),
    ];
    if let Some(content) = &content {
        rows.push(("content", content));
    }
    rows.extend(PROBES.map(|name| (name, "")));
    let insert = client.prepare(INSERT_META).await?;
    for (name, value) in rows {
        client.query(&insert, &[&name, &value]).await?;
    }
    let insert = client.prepare(crate::sql::INSERT_FEED).await?;
    client.query(&insert, &[&REGISTRY]).await?;
    client.batch_execute(COMMIT).await
}

/// Looks whether there is a store that this program may use; changes nothing.
pub(crate) async fn look(
    pool: &Pool,
    address: &Address,
    options: &Options,
) -> Result<(), OpenError> {
    let place = address.place();
    let client = pool
        .connect()
        .await
        .map_err(|error| failed(&place, error))?;
    let meta = match read_meta(&client).await {
        Ok(Some(meta)) if meta.is_ours() => meta,
        Ok(None) => return Err(OpenError::NotFound { place }),
        Ok(Some(_)) => return Err(foreign(&place)),
        Err(error) if is_misfit(&error) => return Err(foreign(&place)),
        Err(error) => return Err(failed(&place, error)),
    };
    let newer = |found, supported| OpenError::NewerFormat {
        place: place.clone(),
        found,
        supported,
    };
    let found = meta.row("format").and_then(|text| text.parse().ok());
    match found {
        Some(found) if found > FORMAT => return Err(newer(found, FORMAT)),
        Some(_) => {}
        None => return Err(foreign(&place)),
    }
    if let Some(content) = options.content {
        let noted = meta.row("content").unwrap_or_default();
        match content.format_in(noted) {
            None => {
                return Err(OpenError::NotAStore {
                    place,
                    found: Found::ForeignContent,
                });
            }
            Some(found) if found > content.format() => {
                return Err(newer(found, content.format()));
            }
            Some(_) => {}
        }
    }
    if meta.is_in_byte_order() {
        Ok(())
    } else {
        Err(OpenError::Order { place })
    }
}

/// The rows of `meta`, in the order of the server.
struct Meta(Vec<(String, String)>);

impl Meta {
    fn row(&self, name: &str) -> Option<&str> {
        let row = self.0.iter().find(|(found, _)| found == name)?;
        Some(&row.1)
    }

    fn is_ours(&self) -> bool {
        self.row("store") == Some(MARKER)
    }

    fn is_in_byte_order(&self) -> bool {
        let probes = PROBES.iter().all(|probe| self.row(probe).is_some());
        probes && self.0.is_sorted_by(|(one, _), (next, _)| one < next)
    }
}

/// What `meta` holds; none where there is no such table.
async fn read_meta(client: &Client) -> Result<Option<Meta>, Error> {
    let rows = match client.query(META, &[]).await {
        Ok(rows) => rows,
        // No such table, or no such schema.
        Err(error) if matches!(error.code().map(SqlState::code), Some("42P01" | "3F000")) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let text = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?));
    let rows = rows.iter().map(text).collect::<Result<_, Error>>()?;
    Ok(Some(Meta(rows)))
}

/// Whether a table called `meta` has no such columns as ours.
fn is_misfit(error: &Error) -> bool {
    let code = error.code().map(SqlState::code);
    matches!(code, Some("42703" | "42804" | "42883"))
        || code.is_none() && !error.is_closed() && is_conversion(error)
}

fn is_conversion(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(<dyn std::error::Error>::is::<WrongType>)
}

fn foreign(place: &Place) -> OpenError {
    OpenError::NotAStore {
        place: place.clone(),
        found: Found::ForeignTables,
    }
}

/// What keeps a store from being opened or made.
fn failed(place: &Place, error: Error) -> OpenError {
    let place = place.clone();
    let source = Box::new(error);
    // 28 a password, 3D a database that is not there, 42 a right
    let refusals = ["28", "3D", "42"];
    let class = source.code().and_then(|code| code.code().get(..2));
    if class.is_some_and(|class| refusals.contains(&class)) {
        OpenError::Refused { place, source }
    } else {
        OpenError::Unreachable { place, source }
    }
}
