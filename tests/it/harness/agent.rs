//! An agent as a test asks for one: `hub.agent("ana").department("support").connect().await`.

use serde_json::{Value, json};

use super::{Browser, TestHub};

/// An agent who is not in the directory yet.
pub struct AgentBuilder<'a> {
    hub: &'a TestHub,
    id: String,
    record: Value,
}

impl<'a> AgentBuilder<'a> {
    pub(super) fn new(hub: &'a TestHub, id: &str) -> AgentBuilder<'a> {
        let name = format!("{}{}", id[..1].to_uppercase(), &id[1..]);
        let record =
            json!({"id": id, "name": name, "email": format!("{id}@example.com"), "role": "agent", "status": "active"});
        AgentBuilder { hub, id: id.to_owned(), record }
    }

    /// agent, pm, admin.
    pub fn role(self, role: &str) -> Self {
        self.with("role", json!(role))
    }

    /// active, vacation, inactive.
    pub fn status(self, status: &str) -> Self {
        self.with("status", json!(status))
    }

    /// Primary department.
    pub fn department(self, department: &str) -> Self {
        self.with("department", json!(department))
    }

    /// Any member of the directory's record.
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.record[member] = value;
        self
    }

    /// Puts the agent into the directory.
    pub async fn create(self) -> String {
        self.hub.directory(json!({"agents": [self.record]})).await;
        self.id
    }

    /// Puts the agent into the directory and opens a browser.
    pub async fn connect(self) -> Browser {
        let hub = self.hub;
        let id = self.create().await;
        hub.browser(&id).await
    }
}
