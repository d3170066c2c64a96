//! The rows of `tests/data/alerts.csv` as JSON that the engine and a running server take alike.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Where the administrative emails go in every row.
pub const ADMIN_ADDRESS: &str = "admin@example.com";

/// One case, ready to be played.
pub struct Row {
    /// `ALERT-001`, also the ticket's id.
    pub case: String,
    /// What `PUT /api/v1/directory` takes.
    pub directory: Value,
    /// What lies over the stored settings.
    pub settings: Value,
    /// What happened before, oldest first: `type` and `data`.
    pub before: Vec<(&'static str, Value)>,
    /// What happens.
    pub kind: &'static str,
    /// Its `data`.
    pub data: Value,
    /// For whom the email goes out at once.
    pub expected: BTreeSet<String>,
}

/// Every row.
pub fn all() -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(include_str!("../../../tests/data/alerts.csv").as_bytes());
    let names = reader.headers().expect("the file has a head").clone();
    let row = |record: csv::StringRecord| {
        let cells = names.iter().zip(&record).map(|(name, cell)| (name.to_owned(), cell.to_owned()));
        build(&Cells(cells.collect()))
    };
    reader.records().map(|record| row(record.expect("the file is CSV"))).collect()
}

struct Cells(std::collections::HashMap<String, String>);

impl Cells {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).expect("the column is there")
    }

    fn words(&self, name: &str) -> Vec<&str> {
        self.get(name).split_whitespace().collect()
    }

    fn more(&self) -> Map<String, Value> {
        let text = self.get("more");
        if text.is_empty() { Map::new() } else { serde_json::from_str(text).expect("`more` is JSON") }
    }
}

fn build(cells: &Cells) -> Row {
    let more = cells.more();
    let (kind, data, before) = happening(cells, &more);
    Row {
        case: cells.get("case").to_owned(),
        directory: directory(cells, &more),
        settings: json!({"alerts": switches(&cells.words("switches_on")), "coverage": {"active": false}}),
        before,
        kind,
        data,
        expected: cells.words("expected").into_iter().map(str::to_owned).collect(),
    }
}

fn directory(cells: &Cells, more: &Map<String, Value>) -> Value {
    let (vacation, inactive) = (cells.words("on_vacation"), cells.words("inactive"));
    let homes = [
        ("support", &["mgr", "alice", "bob"][..]),
        ("billing", &["bmgr", "carol", "dave"]),
        ("sales", &["out", "lead", "tom", "tina", "am", "exa", "exb"]),
    ];
    let mut agents = Vec::new();
    for (department, members) in homes {
        for id in members {
            let is_admin = more.get("admin_email_belongs_to_agent").is_some_and(|agent| agent == id);
            let status = match () {
                () if vacation.contains(id) => "vacation",
                () if inactive.contains(id) => "inactive",
                () => "active",
            };
            let email = if is_admin { ADMIN_ADDRESS.to_owned() } else { address(id) };
            let access = match *id {
                "exa" => json!([{"department": "support", "alerts": true}]),
                "exb" => json!([{"department": "support", "alerts": false}]),
                _ => json!([]),
            };
            agents.push(json!({"id": id, "name": id, "email": email, "department": department, "status": status,
                               "extended_access": access}));
        }
    }
    let here = cells.get("department");
    let department = |id: &str, manager: Value| {
        let is_here = id == here;
        let manager = if is_here { more.get("dept_manager").cloned().unwrap_or(manager) } else { manager };
        let mode = if is_here { cells.get("recipients_mode") } else { "extended" };
        json!({"id": id, "name": id, "manager": manager, "alert_recipients": mode})
    };
    let flags = more.get("team_member_alert_flags").cloned();
    let flags = flags.unwrap_or_else(|| json!({"lead": true, "tom": true, "tina": false}));
    let flags = flags.as_object().cloned().unwrap_or_default();
    let members: Vec<Value> = flags.iter().map(|(agent, alerts)| json!({"agent": agent, "alerts": alerts})).collect();
    let lead = more.get("team_lead").cloned().unwrap_or_else(|| json!("lead"));
    let manager = more.get("org_account_manager").map_or(Value::Null, |agent| json!({"agent": agent}));
    json!({
        "agents": agents,
        "departments": [department("support", json!("mgr")), department("billing", json!("bmgr")),
                        department("sales", Value::Null)],
        "teams": [{"id": "T", "name": "T", "lead": lead, "members": members,
                   "alerts": !more.contains_key("team_alerts_disabled")}],
        "contacts": [{"id": "OWNER", "name": "Owner", "email": "owner@example.org", "account_manager": manager}],
    })
}

fn address(agent: &str) -> String {
    format!("{agent}@desk.example.com")
}

fn happening(cells: &Cells, more: &Map<String, Value>) -> (&'static str, Value, Vec<(&'static str, Value)>) {
    let list = |cell: &str| if cell.is_empty() { json!([]) } else { json!([cell]) };
    let none_if_empty = |cell: &str| if cell.is_empty() { Value::Null } else { json!(cell) };
    let (agent, team) = (cells.get("assigned_agent"), cells.get("assigned_team"));
    let owner = more.get("ticket_owner_address_is_agent").and_then(Value::as_str);
    let owner = owner.map_or("owner@example.org".to_owned(), address);
    let closed = more.contains_key("ticket_closed");
    let ticket = json!({
        "id": cells.get("case"), "number": "1", "subject": "Login Issue", "department": cells.get("department"),
        "status": if closed { "closed" } else { "open" }, "assignees": list(agent), "team": none_if_empty(team),
        "customer": {"id": "OWNER", "name": "Owner", "email": owner},
    });
    let by_customer = matches!(cells.get("event"), "new_ticket" | "new_message");
    let actor = match cells.get("actor") {
        "" if by_customer => json!({"kind": "customer", "id": "OWNER", "name": "Owner"}),
        "" => json!({"kind": "system"}),
        id => json!({"kind": "agent", "id": id}),
    };
    let mut data = json!({"actor": actor, "ticket": ticket, "message": {"id": "m1", "text": "It does not work."}});
    for (column, member) in [
        ("message_is_auto_reply", "auto_reply"),
        ("message_is_bounce", "bounce"),
        ("already_overdue", "already_overdue"),
        ("alerts_disabled", "alerts_disabled"),
        ("alert_requested", "alert"),
    ] {
        if let Some(value) = more.get(column) {
            data[member] = value.clone();
        }
    }
    if more.contains_key("filter_or_api_autorespond_false") {
        data["autorespond"] = json!(false);
    }
    let mut replies = cells.words("agent_replies_oldest_first");
    let kind = match cells.get("event") {
        "new_ticket" => "ticket.created",
        "new_message" => "message.received",
        "note" => "note.added",
        "agent_reply" => {
            replies.pop();
            "reply.sent"
        }
        "assigned" => {
            data["assigned"] = json!({"agents": list(agent), "team": none_if_empty(team)});
            "ticket.assigned"
        }
        "transfer" => {
            data["from_department"] = json!("sales");
            "ticket.transferred"
        }
        "overdue" => "ticket.overdue",
        other => panic!("{other} is no event of the file"),
    };
    let reply = |agent: &&str| {
        let ticket = json!({"id": cells.get("case")});
        ("reply.sent", json!({"actor": {"kind": "agent", "id": agent}, "ticket": ticket}))
    };
    (kind, data, replies.iter().map(reply).collect())
}

/// Every switch, on where the file says so.
fn switches(on: &[&str]) -> Value {
    let is_on = |prefix: &str, suffix: &str| on.contains(&&*format!("{prefix}_alert_{suffix}"));
    let group = |prefix: &str, members: &[(&str, &str)]| {
        let of = |(name, suffix): &(&str, &str)| ((*name).to_owned(), json!(is_on(prefix, suffix)));
        Value::Object(members.iter().map(of).collect())
    };
    let (manager, members) = (("department_manager", "dept_manager"), ("department_members", "dept_members"));
    let (active, admin) = (("active", "active"), ("admin", "admin"));
    let (assigned, last) = (("assigned", "assigned"), ("last_respondent", "laststaff"));
    let account = ("account_manager", "acct_manager");
    json!({
        "new_ticket": group("ticket", &[active, admin, manager, members, account]),
        "new_message": group("message", &[active, last, assigned, manager, account]),
        "internal_activity": group("note", &[active, last, assigned, manager]),
        "assignment": group("assigned", &[active, ("agent", "staff"), ("team_lead", "team_lead"),
                                          ("team_members", "team_members")]),
        "transfer": group("transfer", &[active, assigned, manager, members]),
        "overdue": group("overdue", &[active, admin, assigned, manager, members]),
    })
}
