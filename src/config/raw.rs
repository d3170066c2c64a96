//! The settings as they are written, before they are checked: defaults, file and environment laid over each other.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::Limits;
use crate::error::{Error, Result};

/// The commented defaults, compiled in.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Variables without a section; all others name theirs (`BELLHOP_HTTP__LISTEN`).
const WITHOUT_SECTION: [&str; 2] = ["BELLHOP_DATA_DIR", "BELLHOP_LOG"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub data_dir: String,
    pub log: String,
    pub http: RawHttp,
    pub store: RawStore,
    pub bus: RawBus,
    pub auth: RawAuth,
    pub live: Limits,
    pub email: RawEmail,
    pub web_push: RawWebPush,
    pub sms: RawSms,
    pub webhooks: RawWebhooks,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHttp {
    pub listen: String,
    pub public_url: String,
    pub allowed_origins: String,
    pub workers: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStore {
    pub url: String,
    pub readers: u32,
    pub migrate: bool,
    pub events_days: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBus {
    pub url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAuth {
    pub jwt_secret: String,
    pub jwks_url: String,
    pub jwks_file: String,
    pub issuer: String,
    pub audience: String,
    pub algorithms: String,
    pub admin_key: String,
    pub session_hours: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEmail {
    pub url: String,
    pub from: String,
    pub admin: String,
    pub on_schedule: bool,
    pub dkim_domain: String,
    pub dkim_selector: String,
    pub dkim_private_key: String,
    pub ca_file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWebPush {
    pub private_key: String,
    pub subject: String,
    pub allowed_hosts: String,
    pub service_worker: String,
    pub onesignal_url: String,
    pub onesignal_app_id: String,
    pub onesignal_api_key: String,
    pub onesignal_origin: String,
    pub onesignal_service_worker: String,
    pub beams_url: String,
    pub beams_instance_id: String,
    pub beams_primary_key: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSms {
    pub url: String,
    pub account_sid: String,
    pub auth_token: String,
    pub from: String,
    pub max_segments: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWebhooks {
    pub allowed_hosts: String,
}

impl Raw {
    /// Lays `file` over the defaults and `environment` over that.
    pub fn read(file: Option<&Path>, environment: HashMap<String, String>) -> Result<Raw> {
        let mut layers =
            config::Config::builder().add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml));
        if let Some(file) = file {
            layers = layers.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let ours = environment.into_iter().filter(|(name, _)| is_setting(name)).collect();
        let environment =
            config::Environment::with_prefix("BELLHOP").prefix_separator("_").separator("__").source(Some(ours));
        let merged = layers.add_source(environment).build().and_then(config::Config::try_deserialize);
        merged.map_err(|error| Error::Config(error.to_string()))
    }
}

fn is_setting(name: &str) -> bool {
    WITHOUT_SECTION.contains(&name) || (name.starts_with("BELLHOP_") && name.contains("__"))
}
