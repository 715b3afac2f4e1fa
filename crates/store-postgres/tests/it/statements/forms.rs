//! The forms of SQL that a statement may have.

use sqlparser::{
    ast::{
        BinaryOperator, ColumnOption, DataType, Expr, FromTable, LimitClause, LockType, ObjectType,
        OrderByKind, Query, Select, SelectItem, Set, SetExpr, Statement, TableFactor,
        TableWithJoins, TimezoneInfo, Value,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
};

type Allowed = Result<String, String>;

/// Whether a text, of one or several statements, has only allowed forms.
///
/// What is allowed is written anew from the parts of the tree that may be there, and parsed: if it
/// is the same tree, then there was nothing else in it.
pub(crate) fn allowed(text: &str) -> Result<(), String> {
    // The name of a schema follows.
    let text = if text == "CREATE SCHEMA" {
        "CREATE SCHEMA \"a\""
    } else {
        text
    };
    for statement in parse(text)? {
        let again = rewritten(&statement)?;
        if parse(&again)? != [statement.clone()] {
            return Err(format!("only this of it is allowed: {again}"));
        }
    }
    Ok(())
}

fn parse(text: &str) -> Result<Vec<Statement>, String> {
    Parser::parse_sql(&PostgreSqlDialect {}, text).map_err(|error| error.to_string())
}

fn rewritten(statement: &Statement) -> Allowed {
    match statement {
        Statement::StartTransaction { .. } => Ok("BEGIN".into()),
        Statement::Commit { .. } => Ok("COMMIT".into()),
        Statement::Rollback { .. } => Ok("ROLLBACK".into()),
        Statement::Set(Set::SetTransaction { .. }) => {
            let levels = ["READ COMMITTED, READ WRITE", "REPEATABLE READ, READ ONLY"];
            let forms = levels.map(|level| format!("SET TRANSACTION ISOLATION LEVEL {level}"));
            let same =
                |form: &String| parse(form).is_ok_and(|parsed| parsed == [statement.clone()]);
            forms.into_iter().find(same).ok_or_else(|| other(statement))
        }
        Statement::Set(Set::SingleAssignment { values, .. }) => match values.as_slice() {
            [milliseconds] => Ok(format!(
                "SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"
            )),
            _ => Err(other(statement)),
        },
        Statement::Query(query) => select(query),
        Statement::Insert(insert) => {
            let columns: Vec<String> = insert.columns.iter().map(ToString::to_string).collect();
            let source = insert.source.as_ref().ok_or("no values")?;
            let SetExpr::Values(values) = &*source.body else {
                return Err(other(&source.body));
            };
            let [row] = values.rows.as_slice() else {
                return Err("not one row".into());
            };
            let values = row.iter().map(value).collect::<Result<Vec<_>, _>>()?;
            let (table, columns) = (&insert.table, columns.join(", "));
            let values = values.join(", ");
            Ok(format!("INSERT INTO {table} ({columns}) VALUES ({values})"))
        }
        Statement::Update(update) => {
            let sets = update.assignments.iter().map(|set| {
                let value = value(&set.value)?;
                Ok(format!("{} = {value}", set.target))
            });
            let sets = sets.collect::<Result<Vec<_>, String>>()?.join(", ");
            let table = table(&update.table)?;
            Ok(format!(
                "UPDATE {table} SET {sets}{}",
                condition(update.selection.as_ref())?
            ))
        }
        Statement::Delete(delete) => {
            let FromTable::WithFromKeyword(from) = &delete.from else {
                return Err(other(statement));
            };
            let [from] = from.as_slice() else {
                return Err("not one table".into());
            };
            let condition = condition(delete.selection.as_ref())?;
            Ok(format!("DELETE FROM {}{condition}", table(from)?))
        }
        Statement::CreateSchema { schema_name, .. } => Ok(format!("CREATE SCHEMA {schema_name}")),
        Statement::CreateTable(created) => {
            let columns = created.columns.iter().map(|column| {
                let mut text = format!("{} {}", column.name, kind(&column.data_type)?);
                for option in &column.options {
                    match &option.option {
                        ColumnOption::NotNull => text.push_str(" NOT NULL"),
                        ColumnOption::PrimaryKey(_) => text.push_str(" PRIMARY KEY"),
                        ColumnOption::Collation(_) => text.push_str(" COLLATE \"C\""),
                        option => return Err(other(option)),
                    }
                }
                Ok(text)
            });
            let mut parts = columns.collect::<Result<Vec<_>, _>>()?;
            let primary = |text: &String| text.starts_with("PRIMARY KEY (");
            let constraints = created.constraints.iter().map(ToString::to_string);
            parts.extend(constraints.filter(primary));
            Ok(format!(
                "CREATE TABLE {} ({})",
                created.name,
                parts.join(", ")
            ))
        }
        Statement::CreateIndex(index) => {
            let name = index.name.as_ref().ok_or("an index without a name")?;
            let columns: Vec<_> = index.columns.iter().map(ToString::to_string).collect();
            let (table, columns) = (&index.table_name, columns.join(", "));
            Ok(format!("CREATE INDEX {name} ON {table} ({columns})"))
        }
        Statement::Drop {
            object_type: ObjectType::Table,
            ..
        } => Err("tables stay".into()),
        statement => Err(other(statement)),
    }
}

fn select(query: &Query) -> Allowed {
    let SetExpr::Select(select) = &*query.body else {
        return Err(other(&query.body));
    };
    let Select {
        projection,
        from,
        selection,
        ..
    } = &**select;
    let columns = projection.iter().map(|item| match item {
        SelectItem::UnnamedExpr(Expr::Identifier(column)) => Ok(column.to_string()),
        item => Err(other(item)),
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?.join(", ");
    let [from] = from.as_slice() else {
        return Err("not one table".into());
    };
    let mut text = format!("SELECT {columns} FROM {}", table(from)?);
    text.push_str(&condition(selection.as_ref())?);
    if let Some(order) = &query.order_by {
        let OrderByKind::Expressions(columns) = &order.kind else {
            return Err(other(order));
        };
        let columns = columns.iter().map(|column| match &column.expr {
            Expr::Identifier(_) => Ok(column.to_string()),
            expression => Err(other(expression)),
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?.join(", ");
        text += &[" ORDER BY ", &columns].concat();
    }
    if let Some(LimitClause::LimitOffset {
        limit: Some(limit), ..
    }) = &query.limit_clause
    {
        text += &[" LIMIT ", &value(limit)?].concat();
    }
    for lock in &query.locks {
        text.push_str(match lock.lock_type {
            LockType::Update => " FOR UPDATE",
            LockType::Share => " FOR SHARE",
        });
    }
    Ok(text)
}

fn table(table: &TableWithJoins) -> Allowed {
    match &table.relation {
        TableFactor::Table { name, .. } => Ok(name.to_string()),
        relation => Err(other(relation)),
    }
}

fn condition(expression: Option<&Expr>) -> Allowed {
    expression.map_or(Ok(String::new()), |expression| {
        Ok(format!(" WHERE {}", comparison(expression)?))
    })
}

fn comparison(expression: &Expr) -> Allowed {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq};
    let Expr::BinaryOp { left, op, right } = expression else {
        return Err(other(expression));
    };
    match (&**left, op) {
        (left, And) => Ok(format!("{} AND {}", comparison(left)?, comparison(right)?)),
        (Expr::Identifier(column), Eq | Gt | GtEq | Lt | LtEq) => {
            Ok(format!("{column} {op} {}", value(right)?))
        }
        _ => Err(other(expression)),
    }
}

/// A parameter, zero, the time, or a day before it.
fn value(expression: &Expr) -> Allowed {
    match expression {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => Ok(name.clone()),
            Value::Number(number, _) if number == "0" => Ok("0".into()),
            value => Err(other(value)),
        },
        Expr::Function(_) => Ok("CURRENT_TIMESTAMP".into()),
        Expr::BinaryOp { .. } => Ok("CURRENT_TIMESTAMP - INTERVAL '24 hours'".into()),
        expression => Err(other(expression)),
    }
}

fn kind(kind: &DataType) -> Allowed {
    match kind {
        DataType::Text
        | DataType::BigInt(None)
        | DataType::Timestamp(None, TimezoneInfo::WithTimeZone) => Ok(kind.to_string()),
        kind => Err(other(kind)),
    }
}

fn other(part: &impl std::fmt::Debug) -> String {
    format!("not on the list: {part:?}")
}
