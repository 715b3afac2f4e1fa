//! The table of operations held against the commands: each built-in role tries each command.

mod lines;
mod store;

use self::{
    lines::LINES,
    store::{Named, furnished},
};
use crate::program::{Program, done, words};
use cloud_atlas::scope::{OperationTable, Role, RoleTable};
use std::{fs, thread};

/// A line without its mark.
fn bare(line: &str) -> &str {
    line.trim_start_matches(['?', '~', ' '])
}

/// The operation that a line begins with: the longest that the table knows.
fn operation<'a>(line: &'a str, table: &OperationTable) -> Option<&'a str> {
    let ends = line.match_indices(' ').map(|(at, _)| at);
    let mut ends: Vec<_> = ends.chain([line.len()]).collect();
    ends.reverse();
    let operations = ends.into_iter().filter_map(|end| line.get(..end));
    operations
        .into_iter()
        .find(|name| table.needs(name).is_some())
}

#[test]
fn s07_every_role_can_run_what_the_tables_say_and_nothing_else() {
    let (table, roles) = (OperationTable::built_in(), RoleTable::built_in());
    let (program, named) = furnished();
    let mut tried: Vec<_> = LINES
        .iter()
        .map(|line| operation(bare(line), &table).expect(line))
        .collect();
    tried.sort_unstable();
    let is_command = |name: &&str| name.starts_with(|first: char| first.is_lowercase());
    let all = table.operations().map(|(name, _)| name).filter(is_command);
    assert_eq!(
        tried,
        all.collect::<Vec<_>>(),
        "each operation has its line"
    );
    for role in roles.roles() {
        fs::create_dir(program.path(&format!("out-{role}"))).unwrap();
        done(
            &program,
            &[
                &format!("principal add a-{role}"),
                &format!("grant add {role} a-{role} --scope /"),
            ],
        );
    }
    let wrong = thread::scope(|scope| {
        let (program, named, table, allowing) = (&program, &named, &table, &roles);
        let running: Vec<_> = roles
            .roles()
            .map(|role| scope.spawn(move || row(program, named, table, (role, allowing))))
            .collect();
        let rows = running.into_iter().flat_map(|row| row.join().unwrap());
        rows.collect::<Vec<_>>()
    });
    assert!(
        wrong.is_empty(),
        "{} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What a role was let do that it may not, or not let do that it may.
fn row(
    program: &Program,
    named: &Named,
    table: &OperationTable,
    (role, roles): (&Role, &RoleTable),
) -> Vec<String> {
    let store = program.path(&format!("{role}.redb"));
    let address = format!("redb:{}", store.display());
    let who = format!("a-{role}");
    let mut wrong = Vec::new();
    for line in LINES {
        let mut text = bare(line).replace("{role}", role.as_str());
        let needs = operation(&text, table).and_then(|name| table.needs(name));
        let needs = needs.unwrap();
        for (name, id) in named {
            text = text.replace(&format!("{{{name}}}"), id);
        }
        // Each cell has the store as it was made.
        fs::copy(program.path("a.redb"), &store).unwrap();
        let global = ["--store", &address, "--as", &who];
        let ran = program.run(&[&global[..], &words(&text)].concat());
        let missing = format!("the permission `{needs}` is missing");
        let is_right = if roles.allows(role, needs) {
            ran.code == 0 || line.starts_with('?') && !ran.err.contains(&missing)
        } else {
            ran.code == 1 && (line.starts_with('~') || ran.err.contains(&missing))
        };
        if !is_right {
            wrong.push(format!("{role}: {line}\n{}", ran.shown()));
        }
    }
    wrong
}
