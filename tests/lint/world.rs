//! A chain before it is written, and what is done with it then.

use crate::certificates::Certificate;
use crate::keys::{Key, Keys};

/// The name that every leaf is for, and that is asked for, unless a case says otherwise.
pub const HOST: &str = "server.test";

/// Root, intermediates and leaf, each issued by the one before.
#[derive(Clone)]
pub struct World {
    pub root: Certificate,
    /// From the root down.
    pub intermediates: Vec<Certificate>,
    pub leaf: Certificate,
    /// Certificates besides, each with its issuer.
    pub others: Vec<(Certificate, Certificate)>,
    /// What is sent, and what is trusted.
    pub arrange: fn(&Written) -> Arranged,
    pub client: bool,
    pub host: &'static str,
}

/// A world in DER.
pub struct Written {
    pub root: Vec<u8>,
    pub intermediates: Vec<Vec<u8>>,
    pub leaf: Vec<u8>,
    pub others: Vec<Vec<u8>>,
}

/// The chain as sent, and the anchors.
pub type Arranged = (Vec<Vec<u8>>, Vec<Vec<u8>>);

/// What every stack is asked.
pub struct Case {
    pub name: String,
    pub chain: Vec<Vec<u8>>,
    pub anchors: Vec<Vec<u8>>,
    pub client: bool,
    pub host: String,
    /// The file of the leaf's key.
    pub key: String,
}

impl World {
    pub fn new(intermediates: usize) -> Self {
        let keys = [Key::Intermediate, Key::Second, Key::Third];
        let names = ["intermediate", "second", "third"];
        Self {
            root: Certificate::ca("root", Key::Root),
            intermediates: names.iter().zip(keys).take(intermediates).map(|(n, k)| Certificate::ca(n, k)).collect(),
            leaf: Certificate::leaf(HOST, Key::Leaf),
            others: Vec::new(),
            arrange: as_it_should_be,
            client: false,
            host: HOST,
        }
    }

    /// Whoever issued the leaf.
    pub fn issuer(&mut self) -> &mut Certificate {
        self.intermediates.last_mut().unwrap_or(&mut self.root)
    }

    pub fn case(&self, name: &str, now: i64, keys: &Keys) -> Case {
        let mut issuer = &self.root;
        let mut intermediates = Vec::new();
        for intermediate in &self.intermediates {
            intermediates.push(intermediate.der(issuer, now, keys));
            issuer = intermediate;
        }
        let written = Written {
            root: self.root.der(&self.root, now, keys),
            intermediates,
            leaf: self.leaf.der(issuer, now, keys),
            others: self.others.iter().map(|(other, issuer)| other.der(issuer, now, keys)).collect(),
        };
        let (chain, anchors) = (self.arrange)(&written);
        Case {
            name: name.to_owned(),
            chain,
            anchors,
            client: self.client,
            host: self.host.to_owned(),
            key: keys.path(self.leaf.key),
        }
    }
}

/// The leaf first, then upwards without the root.
pub fn as_it_should_be(written: &Written) -> Arranged {
    (upwards(written), vec![written.root.clone()])
}

pub fn upwards(written: &Written) -> Vec<Vec<u8>> {
    [&written.leaf].into_iter().chain(written.intermediates.iter().rev()).cloned().collect()
}
