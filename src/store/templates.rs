//! Templates of administrators: every version in a table of its own, the one in force as a record that all nodes hold.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, dsl::max,
};
use serde_json::{Map, Value, json};

use super::{
    Edit, EditChange, RecordKind, Store,
    connection::{Conn, on_backend, write_transaction},
    records,
    schema::templates,
};
use crate::{
    domain::{Id, Millis, erasure::ERASED_ID, template::Template},
    error::{Error, Result},
};

/// Versions kept of each template.
pub(super) const KEPT: i64 = 100;

/// A template to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTemplate {
    /// Its name.
    pub name: Id,
    /// The subject line; empty for text messages.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML; none: made of the plain text.
    pub html: Option<String>,
    /// Who saves it.
    pub author: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = templates)]
struct Row {
    name: String,
    version: i64,
    subject: String,
    text: String,
    html: Option<String>,
    author: String,
    created_at: Millis,
}

impl Store {
    /// Keeps a version and puts it in force, on every node; returns it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_template(&self, new: NewTemplate) -> Result<Template> {
        let now = self.clock.now();
        let saved = self.writers.run(move |conn, _| Ok((save(conn, &new, now)?, Vec::new()))).await?;
        self.refresh().await?;
        Ok(saved)
    }

    /// Puts the shipped template in force again; the versions stay.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn drop_template(&self, name: &Id) -> Result<()> {
        let (id, change) = (name.clone(), EditChange::Delete);
        self.edit(vec![Edit { kind: RecordKind::Template, id, change, pointer: String::new() }]).await.map(drop)
    }

    /// The versions of a template, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn template_versions(&self, name: &Id) -> Result<Vec<Template>> {
        let name = name.clone();
        self.read(move |conn| {
            let rows = templates::table.filter(templates::name.eq(&*name)).order(templates::version.desc()).limit(KEPT);
            let rows: Vec<Row> = rows.select(Row::as_select()).load(conn).map_err(Error::Store)?;
            Ok(rows.into_iter().map(Template::from).collect())
        })
        .await
    }

    /// One version of a template.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn template_version(&self, name: &Id, version: i64) -> Result<Option<Template>> {
        let name = name.clone();
        self.read(move |conn| {
            let row = templates::table.find((&*name, version)).select(Row::as_select());
            let row: Option<Row> = row.first(conn).optional().map_err(Error::Store)?;
            Ok(row.map(Template::from))
        })
        .await
    }

    /// Takes an agent's name off the versions they saved.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_author(&self, agent: &Id) -> Result<usize> {
        let agent = agent.clone();
        let forget = move |conn: &mut Conn| {
            let theirs = templates::table.filter(templates::author.eq(&*agent));
            diesel::update(theirs).set(templates::author.eq(ERASED_ID)).execute(conn).map_err(Error::Store)
        };
        self.writers.run(move |conn, _| Ok((write_transaction(conn, forget)?, Vec::new()))).await
    }
}

fn save(conn: &mut Conn, new: &NewTemplate, now: Millis) -> Result<Template> {
    use templates::dsl as t;
    write_transaction(conn, |conn| {
        let of_all = records::take_version(conn)?;
        let of_name = t::templates.filter(t::name.eq(&*new.name));
        let last: Option<i64> = of_name.select(max(t::version)).first(conn).map_err(Error::Store)?;
        let version = last.unwrap_or(0) + 1;
        let row = (
            t::name.eq(&*new.name),
            t::version.eq(version),
            t::subject.eq(&new.subject),
            t::text.eq(&new.text),
            t::html.eq(&new.html),
            t::author.eq(&new.author),
            t::created_at.eq(now),
        );
        on_backend!(conn, c => diesel::insert_into(t::templates).values(row).execute(c)).map_err(Error::Store)?;
        let old = t::templates.filter(t::name.eq(&*new.name)).filter(t::version.le(version - KEPT));
        diesel::delete(old).execute(conn).map_err(Error::Store)?;
        let NewTemplate { name, subject, text, html, author } = new.clone();
        let template = Template { id: name, version, subject, text, html, author, created_at: now };
        records::apply(conn, &[in_force(&template)?], of_all)?;
        Ok(template)
    })
}

/// What makes a version the one that is sent. The author stands in the table alone, where an erasure finds it.
pub(super) fn in_force(template: &Template) -> Result<Edit> {
    let body = Map::from_iter([
        ("version".to_owned(), json!(template.version)),
        ("subject".to_owned(), json!(template.subject)),
        ("text".to_owned(), json!(template.text)),
        ("html".to_owned(), json!(template.html)),
        ("created_at".to_owned(), Value::from(template.created_at)),
    ]);
    Edit::merge(RecordKind::Template, &template.id, body, String::new())
}

impl From<Row> for Template {
    fn from(row: Row) -> Template {
        let Row { name, version, subject, text, html, author, created_at } = row;
        Template { id: name.into(), version, subject, text, html, author, created_at }
    }
}
