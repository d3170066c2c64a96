//! From a job of the worker to a message of its channel: looks up who it is for, puts the message together, and asks what
//! only the channel knows, whether the address is suppressed, the number opted out, the day's limit reached.

mod email;
mod push;
mod sms;
mod story;

use std::{collections::HashMap, sync::Arc};

use futures_util::future::BoxFuture;

pub use self::{email::EmailSender, push::PushSender, sms::SmsSender};
use super::{Endpoints, Outcome, web_push::WebPush};
use crate::{
    domain::Id,
    error::{Error, Result},
    store::Store,
};

/// A device of an agent at a push service that knows agents by their id.
const ONESIGNAL: &str = "onesignal";
const BEAMS: &str = "beams";

/// Where pushes can go: subscriptions of the agents' browsers, and whichever other services are set up.
pub struct Devices {
    /// The store.
    pub store: Store,
    /// What is set up.
    pub push: Arc<WebPush>,
}

impl Endpoints for Devices {
    fn of<'a>(&'a self, agents: &'a [Id]) -> BoxFuture<'a, Result<HashMap<Id, Vec<String>>>> {
        Box::pin(async move {
            let mut known = self.store.push_endpoints(agents.to_vec()).await?;
            let others = [(ONESIGNAL, self.push.onesignal().is_some()), (BEAMS, self.push.beams().is_some())];
            for (name, _) in others.iter().filter(|(_, is_set_up)| *is_set_up) {
                agents.iter().for_each(|agent| known.entry(agent.clone()).or_default().push((*name).to_owned()));
            }
            Ok(known)
        })
    }
}

/// The store is out: nothing was sent, and it is tried again.
fn store_failed(error: &Error) -> Outcome {
    Outcome::Later { why: "store_unavailable", detail: error.code().to_owned(), after: None }
}
