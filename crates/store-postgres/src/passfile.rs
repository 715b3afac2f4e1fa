//! Passwords in a file, as PostgreSQL's own programs keep them.

use crate::OpenError;
use std::{fs, io, path::Path};

/// For whom a password is looked up: hosts with their ports, a database and a user.
pub(crate) struct Wanted<'a> {
    pub(crate) hosts: &'a [(String, u16)],
    pub(crate) database: &'a str,
    pub(crate) user: &'a str,
}

/// The password of the first line of a file that fits, if one does. A line is
/// `host:port:database:user:password`, with `*` for any and a backslash before a `:` or a backslash
/// that belongs to a field; `#` begins a comment.
pub(crate) fn password(file: &Path, wanted: &Wanted<'_>) -> Result<Option<String>, OpenError> {
    let text = read(file).map_err(|source| OpenError::PasswordFile {
        file: file.to_owned(),
        source,
    })?;
    let fitting = text.lines().map(fields).find_map(|fields| {
        let [host, port, database, user, password] = <[String; 5]>::try_from(fields).ok()?;
        let is = |field: &str, wanted: &str| field == "*" || field == wanted;
        let at = |(name, number): &(String, u16)| is(&host, name) && is(&port, &number.to_string());
        let fits =
            wanted.hosts.iter().any(at) && is(&database, wanted.database) && is(&user, wanted.user);
        fits.then_some(password)
    });
    Ok(fitting)
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever gives a URL with a file wants it read"
)]
fn read(file: &Path) -> io::Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other(
                "others than its owner may read or change it: `chmod 600` it",
            ));
        }
    }
    fs::read_to_string(file)
}

/// The fields of a line; of a comment or an empty line, one.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let field = match letter {
            '#' if fields.len() == 1 && fields.iter().all(String::is_empty) => break,
            // The password goes to the end of the line.
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => letters.next(),
            letter => Some(letter),
        };
        if let Some(last) = fields.last_mut() {
            last.extend(field);
        }
    }
    fields
}
