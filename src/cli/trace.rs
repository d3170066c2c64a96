//! `bellhop trace EVENT-ID`: the way of one event, step by step.

use super::offline::open;
use crate::{
    config::Config,
    delivery::{Step, timeline},
    domain::{Id, time},
    error::{Error, Result},
    store::SourcesOfEvent,
};

/// Prints the steps of an event, a line each.
pub async fn trace(config: Config, id: String, source: Option<String>) -> Result<()> {
    let store = open(&config).await?;
    let id = Id::from(id);
    let sources = match source {
        Some(source) => vec![Id::from(source)],
        None => match store.sources_of_event(&id).await? {
            SourcesOfEvent::These(sources) => sources,
            SourcesOfEvent::TooMany => {
                return Err(Error::Conflict("there are many sources: say which one with --source".to_owned()));
            }
        },
    };
    let mut found = false;
    for source in sources {
        let Some(event) = store.kept_event(&source, &id).await? else { continue };
        found = true;
        println!("{} {} from {}", event.kind, event.id, event.source);
        let trace = store.trace(&event, None).await?;
        for step in timeline(Some(&event), &trace) {
            println!("{}", line(&step));
        }
    }
    store.close().await;
    if found { Ok(()) } else { Err(Error::NotFound("event")) }
}

fn line(step: &Step) -> String {
    let at = step.at.map_or("-".to_owned(), time::to_rfc3339);
    let recipient = step.recipient.as_deref().unwrap_or("-");
    let channel = step.channel.as_deref().unwrap_or("-");
    let rest: Vec<&str> = step.why.as_deref().into_iter().chain(step.detail.as_deref()).collect();
    format!("{at:<24}  {recipient:<16}  {channel:<8}  {:<9}  {}", step.what, rest.join(": ")).trim_end().to_owned()
}
