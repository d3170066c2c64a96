//! Templates on their way from one installation to another: every version, and which one is sent.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, dsl::max};

use super::{
    RecordKind, Store,
    connection::{Conn, on_backend, write_transaction},
    records,
    schema::templates,
    templates::{KEPT, in_force},
    types::KeptTemplate,
};
use crate::{
    domain::{Id, template::Template},
    error::{Error, Result},
};

impl Store {
    /// Names of the templates that an administrator ever changed, in no particular order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn changed_templates(&self) -> Result<Vec<Id>> {
        self.read(|conn| {
            let names: Vec<String> =
                templates::table.select(templates::name).distinct().load(conn).map_err(Error::Store)?;
            Ok(names.into_iter().map(Id::from).collect())
        })
        .await
    }

    /// The kept versions of a template, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn kept_templates(&self, name: &Id) -> Result<Vec<KeptTemplate>> {
        let sent = self.record_bodies(RecordKind::Template, vec![name.clone()]).await?.remove(name);
        let sent = sent.and_then(|body| body.get("version")?.as_i64());
        let versions = self.template_versions(name).await?;
        let kept = |template: Template| {
            let Template { id, version, subject, text, html, author, created_at } = template;
            KeptTemplate { id, version, subject, text, html, author, created_at, in_force: sent == Some(version) }
        };
        Ok(versions.into_iter().rev().map(kept).collect())
    }

    /// Takes versions over that are not there yet, under their number or, where another version has it, the next free
    /// one; what was in force where they come from is in force here. Returns how many were new.
    ///
    /// # Errors
    /// When the store cannot be written; nothing is changed then.
    pub async fn put_templates(&self, given: Vec<KeptTemplate>) -> Result<usize> {
        let new = self.writers.run(move |conn, _| Ok((put(conn, &given)?, Vec::new()))).await?;
        self.refresh().await?;
        Ok(new)
    }
}

fn put(conn: &mut Conn, given: &[KeptTemplate]) -> Result<usize> {
    write_transaction(conn, |conn| {
        // Taken first: whoever saves a template at the same time waits.
        let of_all = records::take_version(conn)?;
        let mut edits = Vec::new();
        let mut new = 0;
        for kept in given {
            let known = known(conn, kept)?;
            new += usize::from(known.is_none());
            let version = known.map_or_else(|| take_over(conn, kept), Ok)?;
            if kept.in_force {
                edits.push(in_force(&template(kept, version))?);
            }
        }
        records::apply(conn, &edits, of_all)?;
        Ok(new)
    })
}

/// The number of the version that says the same and was saved at the same time. Its author may have been forgotten.
fn known(conn: &mut Conn, kept: &KeptTemplate) -> Result<Option<i64>> {
    use templates::dsl as t;
    type Saved = (i64, String, String, Option<String>);
    let then = t::templates.filter(t::name.eq(&*kept.id)).filter(t::created_at.eq(kept.created_at));
    let saved: Vec<Saved> =
        then.select((t::version, t::subject, t::text, t::html)).order(t::version).load(conn).map_err(Error::Store)?;
    let is_it = |saved: &Saved| saved.1 == kept.subject && saved.2 == kept.text && saved.3 == kept.html;
    Ok(saved.into_iter().find(is_it).map(|saved| saved.0))
}

fn take_over(conn: &mut Conn, kept: &KeptTemplate) -> Result<i64> {
    use templates::dsl as t;
    let of_name = || t::templates.filter(t::name.eq(&*kept.id));
    let taken: i64 = of_name().filter(t::version.eq(kept.version)).count().get_result(conn).map_err(Error::Store)?;
    let last: Option<i64> = of_name().select(max(t::version)).first(conn).map_err(Error::Store)?;
    let last = last.unwrap_or(0);
    let version = if taken == 0 { kept.version } else { last + 1 };
    let row = (
        t::name.eq(&*kept.id),
        t::version.eq(version),
        t::subject.eq(&kept.subject),
        t::text.eq(&kept.text),
        t::html.eq(&kept.html),
        t::author.eq(&kept.author),
        t::created_at.eq(kept.created_at),
    );
    on_backend!(conn, c => diesel::insert_into(t::templates).values(row).execute(c)).map_err(Error::Store)?;
    let old = of_name().filter(t::version.le(last.max(version) - KEPT));
    diesel::delete(old).execute(conn).map_err(Error::Store)?;
    Ok(version)
}

fn template(kept: &KeptTemplate, version: i64) -> Template {
    let KeptTemplate { id, subject, text, html, author, created_at, .. } = kept.clone();
    Template { id, version, subject, text, html, author, created_at }
}
