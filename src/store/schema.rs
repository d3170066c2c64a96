//! The tables, as both sets of migrations make them. One file for SQLite and PostgreSQL.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    meta (id) {
        id -> Integer,
        epoch -> Text,
        version -> BigInt,
    }
}

table! {
    secrets (name) {
        name -> Text,
        value -> Text,
        created_at -> BigInt,
    }
}

table! {
    records (kind, id) {
        kind -> Text,
        id -> Text,
        body -> Text,
        version -> BigInt,
        deleted -> Bool,
    }
}

table! {
    events (source, id) {
        source -> Text,
        id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        ticket_id -> Nullable<Text>,
        accepted_at -> BigInt,
        body -> Text,
        explanation -> Text,
        notified -> Text,
    }
}

table! {
    tickets (id) {
        id -> Text,
        facts -> Text,
        updated_at -> BigInt,
    }
}

table! {
    watches (ticket_id, agent_id) {
        ticket_id -> Text,
        agent_id -> Text,
        active -> Bool,
        auto -> Bool,
        since -> BigInt,
    }
}

table! {
    inboxes (agent_id) {
        agent_id -> Text,
        seq -> BigInt,
        unread -> BigInt,
        unseen -> BigInt,
        seen_seq -> BigInt,
        acked_seq -> BigInt,
        decided_seq -> BigInt,
        floor_seq -> BigInt,
        fallback_due_at -> Nullable<BigInt>,
    }
}

table! {
    notifications (agent_id, seq) {
        agent_id -> Text,
        seq -> BigInt,
        id -> Text,
        changed_seq -> BigInt,
        alert_seq -> BigInt,
        alert_at -> Nullable<BigInt>,
        ticket_id -> Nullable<Text>,
        comment_id -> Nullable<Text>,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
        cleared_at -> Nullable<BigInt>,
        snoozed_until -> Nullable<BigInt>,
        resolved -> Nullable<Text>,
    }
}

table! {
    contents (id) {
        id -> Text,
        agent_id -> Text,
        seq -> BigInt,
        event_source -> Text,
        event_id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        reason -> Text,
        category -> Nullable<Text>,
        priority -> Text,
        title -> Text,
        body -> Text,
        url -> Nullable<Text>,
        actor -> Text,
        ticket_number -> Nullable<Text>,
        ticket_subject -> Nullable<Text>,
        quiet -> Bool,
    }
}

table! {
    deliveries (id) {
        id -> Text,
        event_source -> Text,
        event_id -> Text,
        notification_id -> Nullable<Text>,
        recipient -> Text,
        recipient_kind -> Text,
        channel -> Text,
        purpose -> Text,
        endpoint -> Text,
        stage -> BigInt,
        address -> Nullable<Text>,
        ticket_id -> Nullable<Text>,
        batch -> Text,
        state -> Text,
        why -> Nullable<Text>,
        detail -> Nullable<Text>,
        due_at -> Nullable<BigInt>,
        holder -> Nullable<Text>,
        attempts -> BigInt,
        provider_id -> Nullable<Text>,
        sent_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    delivery_attempts (delivery_id, number) {
        delivery_id -> Text,
        number -> BigInt,
        at -> BigInt,
        took_ms -> BigInt,
        outcome -> Text,
        detail -> Nullable<Text>,
    }
}

table! {
    contact_presence (contact) {
        contact -> Text,
        online -> Bool,
        last_seen -> Nullable<BigInt>,
        known_at -> BigInt,
        emailed_at -> Nullable<BigInt>,
    }
}

table! {
    source_deliveries (source_id) {
        source_id -> Text,
        last_delivery_at -> Nullable<BigInt>,
        last_error_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
    }
}

table! {
    source_people (source_id, external_id) {
        source_id -> Text,
        external_id -> Text,
        name -> Text,
        times -> BigInt,
        last_at -> BigInt,
    }
}

table! {
    push_subscriptions (id) {
        id -> Text,
        agent_id -> Text,
        endpoint_hash -> Text,
        endpoint -> Text,
        p256dh -> Text,
        auth -> Text,
        device -> Nullable<Text>,
        label -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        created_at -> BigInt,
        last_success_at -> Nullable<BigInt>,
        last_error_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        failures -> BigInt,
    }
}

table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        until -> BigInt,
    }
}

table! {
    sms_opt_outs (phone) {
        phone -> Text,
        source -> Text,
        by_whom -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    sms_sent (delivery_id) {
        delivery_id -> Text,
        kind -> Text,
        ticket_id -> Nullable<Text>,
        recipient -> Text,
        day -> BigInt,
        created_at -> BigInt,
    }
}

table! {
    sms_messages (id) {
        id -> Text,
        sid -> Nullable<Text>,
        direction -> Text,
        phone -> Nullable<Text>,
        ticket_id -> Nullable<Text>,
        recipient -> Nullable<Text>,
        status -> Text,
        rank -> BigInt,
        error_code -> Nullable<BigInt>,
        segments -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    webhook_messages (id) {
        id -> Text,
        webhook_id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        body -> Text,
        state -> Text,
        attempts -> BigInt,
        due_at -> Nullable<BigInt>,
        last_status -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    nodes (id) {
        id -> Text,
        until -> BigInt,
    }
}

table! {
    agent_presence (agent_id, node_id) {
        agent_id -> Text,
        node_id -> Text,
        state -> Text,
        since -> BigInt,
        left_at -> Nullable<BigInt>,
    }
}

table! {
    templates (name, version) {
        name -> Text,
        version -> BigInt,
        subject -> Text,
        text -> Text,
        html -> Nullable<Text>,
        author -> Text,
        created_at -> BigInt,
    }
}

table! {
    email_addresses (address) {
        address -> Text,
        score -> BigInt,
        soft_at -> Text,
        suppressed_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        updated_at -> BigInt,
    }
}

table! {
    muted_tickets (agent_id, ticket_id) {
        agent_id -> Text,
        ticket_id -> Text,
        since -> BigInt,
    }
}

table! {
    sign_in_links (hash) {
        hash -> Text,
        agent_id -> Text,
        expires_at -> BigInt,
    }
}

allow_tables_to_appear_in_same_query!(watches, tickets);
allow_tables_to_appear_in_same_query!(notifications, contents);
allow_tables_to_appear_in_same_query!(agent_presence, nodes);
