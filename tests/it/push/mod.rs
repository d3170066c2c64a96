//! Web push against push services of other makes, and against fakes that refuse what the real ones refuse.

mod addresses;
mod answers;
mod api;
mod fake;
mod peers;
mod providers;
mod sign_out;
mod vendors;

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bellhop::{
    clock::Clock,
    config::WebPushConfig,
    delivery::{
        Outcome,
        web_push::{LookUp, PushMessage, WebPush, WebPushOptions, tag},
    },
    domain::notification::Priority,
    store::PushSubscription,
};
use openssl::{
    bn::BigNumContext,
    ec::{EcGroup, EcKey, PointConversionForm},
    nid::Nid,
};

pub use peers::Service;

use fake::{Fake, Vendor};

/// The key of the senders in these tests.
pub const PRIVATE_KEY: &str = "IQ9Ur0ykXoHS9gzfYX0aBjy9lvdrjx_PFUXmie9YRcY";

/// What a browser keeps of its subscription: the private key and the secret.
pub struct Device {
    pub private_key: String,
    pub p256dh: String,
    pub auth: String,
}

impl Device {
    pub fn new() -> Device {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = EcKey::generate(&group).unwrap();
        let mut context = BigNumContext::new().unwrap();
        let point = key.public_key().to_bytes(&group, PointConversionForm::UNCOMPRESSED, &mut context).unwrap();
        Device {
            private_key: URL_SAFE_NO_PAD.encode(key.private_key().to_vec_padded(32).unwrap()),
            p256dh: URL_SAFE_NO_PAD.encode(point),
            auth: URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()),
        }
    }

    /// As the store has it.
    pub fn at(&self, endpoint: &str) -> PushSubscription {
        PushSubscription {
            id: "s1".to_owned(),
            agent_id: "ana".to_owned(),
            endpoint: endpoint.to_owned(),
            p256dh: self.p256dh.clone(),
            auth: self.auth.clone(),
            device: None,
            label: None,
            user_agent: None,
            created_at: 0,
            last_success_at: None,
            last_error_at: None,
            last_error: None,
            failures: 0,
        }
    }
}

pub fn message() -> PushMessage {
    PushMessage {
        delivery_id: "0196f0a0-0000-7000-8000-000000000001".into(),
        notification_id: Some("0196f0a0-0000-7000-8000-000000000002".into()),
        seq: 7,
        title: "Jane hat dir #123 zugewiesen – 漢字 👩‍👧".to_owned(),
        body: "Login Issue".to_owned(),
        url: Some("https://desk.example.com/tickets/123".to_owned()),
        tag: tag(Some("HD-123"), ""),
        priority: Priority::High,
        unread: 3,
        ttl: Duration::from_secs(86_400),
        renotify: true,
        silent: false,
        lang: Some("de".to_owned()),
        close: Vec::new(),
    }
}

/// Options of a sender that may go to these hosts.
pub fn options(allowed_hosts: &[String]) -> WebPushOptions {
    let config = WebPushConfig {
        allowed_hosts: allowed_hosts.to_vec(),
        private_key: Some(PRIVATE_KEY.to_owned()),
        service_worker: "/sw.js".to_owned(),
        ..WebPushConfig::default()
    };
    WebPushOptions {
        config,
        key: String::new(),
        admin_address: Some("Ops <ops@example.com>".to_owned()),
        public_url: "https://bell.example.com".to_owned(),
        clock: Clock::System,
        look_up: None,
        answer_within: Some(Duration::from_secs(5)),
    }
}

/// Every name is this machine; counts how often it was asked.
pub fn this_machine(asked: Arc<AtomicUsize>) -> LookUp {
    Arc::new(move |_| {
        asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { io::Result::Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    })
}

/// A sender, a device, and a push service between them that is reached under a vendor's own name.
pub struct Rig {
    pub fake: Fake,
    pub sender: WebPush,
    pub subscription: PushSubscription,
    pub asked: Arc<AtomicUsize>,
}

impl Rig {
    pub async fn start(vendor: Vendor) -> Rig {
        Rig::with(vendor, |options| options).await
    }

    pub async fn with(vendor: Vendor, change: impl FnOnce(WebPushOptions) -> WebPushOptions) -> Rig {
        let fake = Fake::start(vendor).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let look_up = Some(this_machine(asked.clone()));
        let options = change(WebPushOptions { look_up, ..options(&[fake.origin()]) });
        let sender = WebPush::new(options).unwrap();
        fake.expects_key(sender.public_key());
        let subscription = Device::new().at(&format!("{}/push/abc", fake.origin()));
        Rig { fake, sender, subscription, asked }
    }

    pub async fn send(&self) -> Outcome {
        self.sender.send(&self.subscription, &message()).await
    }
}
