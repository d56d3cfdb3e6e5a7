//! Clients of two CAs and three trades, each with a store of tickets, who visit a server and come back.

use super::util::ca::{Ca, NOW, common_name};
use super::util::crl::{Crl, serial};
use super::util::pair::Pair;
use super::util::provider::{Provider, Provides, provider, signer};
use rcgen::{CertificateParams, KeyPair, KeyUsagePurpose, SanType};
use std::cell::Cell;
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, Resumption, ServerConfigBuilder};
use symbolon::resumption::{Declined, PskKind, Shelf, StoredTickets, Ticket, TicketKeys};
use symbolon::x509::{Crls, Profile, Revocation};
use symbolon::{
    Allow, Anchors, ClientAuth, ClientAuthMode, ClientConfig, ClientWith, Credential, Error, Reason, ServerConfig,
    ServerName, ServerWith, Signing, UnixTime,
};

pub const TRADES: [&str; 3] = ["baker.test", "miner.test", "smith.test"];
/// Clients of each trade under each CA: 24 in all, unless public-key operations are slow.
const EACH: usize = if Provider::HAS_RSA { 4 } else { 1 };

/// A root, and an intermediate that issues.
pub struct Authority {
    pub root: Ca,
    pub issuing: Ca,
}

/// A chain in DER, and the key of its leaf.
pub struct Chain {
    pub ders: Vec<Vec<u8>>,
    key: KeyPair,
}

pub struct Client {
    pub name: String,
    /// Counted from 0 in the town.
    pub authority: usize,
    pub trade: &'static str,
    pub chain: Option<Chain>,
    pub shelf: Arc<Shelf<Ticket>>,
}

pub struct Town {
    pub authorities: Vec<Authority>,
    pub server: Chain,
    pub clients: Vec<Client>,
    /// Goes on with each round of visits.
    clock: Cell<UnixTime>,
}

/// What a server goes by.
#[derive(Clone)]
pub struct Rules {
    pub mode: ClientAuthMode,
    /// Counted from 0 in the town.
    pub authorities: Vec<usize>,
    pub trades: Vec<&'static str>,
    pub profile: Profile,
    pub revocation: Revocation,
    pub resumption: Resumption,
}

/// What a handshake comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// By a ticket.
    Resumed,
    /// By certificates.
    Full,
    /// The server refuses the client's certificate, or that there is none.
    Refused(Reason),
}
pub use Meeting::{Full, Refused, Resumed};

impl Authority {
    pub fn new(name: &str) -> Self {
        Self::with(name, |_| (), |_| ())
    }

    pub fn with(
        name: &str,
        root: impl FnOnce(&mut CertificateParams),
        issuing: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let root = Ca::root_with(&format!("{name} root"), |params| {
            params.key_usages.push(KeyUsagePurpose::CrlSign);
            root(params);
        });
        let issuing = root.intermediate_with(&format!("{name} issuing"), |params| {
            params.key_usages.push(KeyUsagePurpose::CrlSign);
            params.use_authority_key_identifier_extension = true;
            issuing(params);
        });
        Self { root, issuing }
    }

    /// A chain for these names.
    pub fn issue(&self, names: &[&str], edit: impl FnOnce(&mut CertificateParams)) -> Chain {
        let key = KeyPair::generate().unwrap();
        let leaf = self.issuing.leaf_of(&key, |params| {
            params.distinguished_name = common_name(names[0]);
            params.subject_alt_names = names.iter().map(|name| SanType::DnsName((*name).try_into().unwrap())).collect();
            params.use_authority_key_identifier_extension = true;
            edit(params);
        });
        Chain { ders: vec![leaf, self.issuing.der.clone()], key }
    }

    /// CRLs of the root and of the intermediate.
    pub fn crls(&self, of_root: &[Vec<u8>], of_issuing: &[Vec<u8>]) -> [Vec<u8>; 2] {
        [(&self.root, of_root), (&self.issuing, of_issuing)].map(|(ca, serials)| {
            let serials: Vec<&[u8]> = serials.iter().map(Vec::as_slice).collect();
            Crl::of(ca, &serials).sign(ca)
        })
    }
}

impl Chain {
    pub fn credential(&self) -> Credential {
        Credential::new(&self.ders, Signing::Local(signer(&self.key.serialize_der()))).unwrap()
    }

    pub fn serial(&self) -> Vec<u8> {
        serial(&self.ders[0])
    }
}

impl Client {
    fn new(name: String, authority: usize, trade: &'static str, chain: Option<Chain>) -> Self {
        Self { name, authority, trade, chain, shelf: Arc::new(Shelf::new(4, 8)) }
    }

    /// With this client's credential, store of tickets, and the server's CA.
    pub fn config(&self, town: &Town) -> ClientConfigBuilder<Provider> {
        let builder = ClientConfig::builder(provider()).anchors(town.anchors(&[0])).tickets(self.shelf.clone());
        match &self.chain {
            Some(chain) => builder.credential(chain.credential()),
            None => builder,
        }
    }
}

impl Town {
    pub fn new() -> Self {
        Self::of([Authority::new("north"), Authority::new("south")])
    }

    /// The first CA's intermediate certifies the server too.
    pub fn of(authorities: impl Into<Vec<Authority>>) -> Self {
        let authorities = authorities.into();
        let server = authorities[0].issue(&["server.test", "other.test"], |_| ());
        let mut clients = Vec::new();
        for (at, authority) in authorities.iter().enumerate() {
            for trade in TRADES {
                for number in 0..EACH {
                    let name = format!("{number}.of-{at}.{trade}");
                    let chain = authority.issue(&[&name, trade], |_| ());
                    clients.push(Client::new(name, at, trade, Some(chain)));
                }
            }
        }
        Self { authorities, server, clients, clock: Cell::new(NOW) }
    }

    /// Adds clients that have no certificate.
    pub fn with_strangers(mut self) -> Self {
        for number in 0..EACH {
            self.clients.push(Client::new(format!("stranger {number}"), 0, "none", None));
        }
        self
    }

    /// The first client of this CA.
    pub fn first_of(&self, authority: usize) -> &Client {
        self.clients.iter().find(|client| client.authority == authority).unwrap()
    }

    pub fn anchors(&self, authorities: &[usize]) -> Anchors {
        Anchors::from_der(authorities.iter().map(|at| &self.authorities[*at].root.der)).unwrap()
    }

    /// CRLs of all CAs, in which these are revoked.
    pub fn crls(&self, revoked: &[&Client]) -> Crls {
        self.crls_with(&[], revoked)
    }

    /// The same, and these intermediates.
    pub fn crls_with(&self, authorities: &[usize], revoked: &[&Client]) -> Crls {
        let lists = self.authorities.iter().enumerate().flat_map(|(at, authority)| {
            let issuing = authorities.contains(&at).then(|| serial(&authority.issuing.der));
            let of_here = revoked.iter().filter(|client| client.authority == at);
            let leaves = of_here.filter_map(|client| client.chain.as_ref()).map(Chain::serial);
            authority.crls(&issuing.into_iter().collect::<Vec<_>>(), &leaves.collect::<Vec<_>>())
        });
        let issuers = self.authorities.iter().flat_map(|authority| [&authority.root.der, &authority.issuing.der]);
        let issuers = Anchors::from_der(issuers).unwrap();
        let lists: Vec<_> = lists.collect();
        Crls::from_der(&provider(), &lists.iter().map(Vec::as_slice).collect::<Vec<_>>(), &issuers).unwrap()
    }

    /// A server of these rules.
    pub fn server(&self, rules: &Rules) -> ServerConfigBuilder<Provider> {
        self.server_without_resumption(rules).resumption(rules.resumption.clone())
    }

    pub fn server_without_resumption(&self, rules: &Rules) -> ServerConfigBuilder<Provider> {
        let anchors = self.anchors(&rules.authorities);
        let allow = rules.trades.iter().fold(Allow::nobody(), |allow, trade| allow.or(Allow::dns(*trade)));
        let auth = match rules.mode {
            ClientAuthMode::None => ClientAuth::none(),
            ClientAuthMode::Request => ClientAuth::request(anchors, allow),
            ClientAuthMode::Require => ClientAuth::require(anchors, allow),
        };
        ServerConfig::builder(provider())
            .credential(self.server.credential())
            .client_auth(auth)
            .profile(rules.profile)
            .revocation(rules.revocation.clone())
    }

    /// Everybody visits this server, and is known by certificates, if at all.
    pub fn everybody_arrives(&self, rules: &Rules) {
        let (now, server) = (self.a_minute_later(), Arc::new(self.server(rules).build().unwrap()));
        for client in &self.clients {
            let pair = self.visit(client, &server, now, now);
            assert_eq!((meeting(&pair), declined(&pair)), (Full, (vec![], vec![])), "{}", client.name);
            assert_known(client, rules.mode, &pair);
        }
    }

    /// Everybody comes back, and meets what `expected` says: also why the ticket is not used, if it is not. A second time all resume
    /// who were not refused.
    pub fn everybody_returns(&self, rules: &Rules, expected: impl Fn(&Client) -> (Meeting, Option<Declined>)) {
        let (now, server) = (self.a_minute_later(), Arc::new(self.server(rules).build().unwrap()));
        let mut met = Vec::new();
        for client in &self.clients {
            let pair = self.visit(client, &server, now, now);
            let (meets, why) = expected(client);
            assert_eq!(meeting(&pair), meets, "{}", client.name);
            assert_eq!(declined(&pair), (vec![], why.into_iter().collect()), "{}", client.name);
            assert_known(client, rules.mode, &pair);
            met.push(meets);
        }
        let now = self.a_minute_later();
        for (client, met) in self.clients.iter().zip(met) {
            let pair = self.visit(client, &server, now, now);
            let again = if met == Full { Resumed } else { met };
            assert_eq!(meeting(&pair), again, "{} the second time", client.name);
            assert_known(client, rules.mode, &pair);
        }
    }

    pub fn now(&self) -> UnixTime {
        self.clock.get()
    }

    pub fn a_minute_later(&self) -> UnixTime {
        self.clock.set(UnixTime(self.clock.get().0 + 60));
        self.clock.get()
    }

    pub fn visit(
        &self,
        client: &Client,
        server: &Arc<ServerConfig<Provider>>,
        here: UnixTime,
        there: UnixTime,
    ) -> Pair {
        let config = Arc::new(client.config(self).build().unwrap());
        visit(&config, server, here, there)
    }
}

impl Rules {
    /// Both CAs, all trades, and nobody without a certificate.
    pub fn new(resumption: Resumption) -> Self {
        Self {
            mode: ClientAuthMode::Require,
            authorities: vec![0, 1],
            trades: TRADES.to_vec(),
            profile: Profile::Private,
            revocation: Revocation::off(),
            resumption,
        }
    }
}

/// With the state in the tickets, and with the server.
pub fn both_kinds() -> [Rules; 2] {
    [stateless(), Resumption::stored(Arc::new(StoredTickets::new(1000, 1 << 20)))].map(Rules::new)
}

/// Tickets of keys that nobody else has.
pub fn stateless() -> Resumption {
    Resumption::stateless(Arc::new(TicketKeys::generate(&provider()).unwrap()))
}

/// A handshake with `server.test`, by the clocks of the client and of the server.
pub fn visit(
    client: &Arc<ClientConfig<Provider>>,
    server: &Arc<ServerConfig<Provider>>,
    here: UnixTime,
    there: UnixTime,
) -> Pair {
    visit_host("server.test", client, server, here, there)
}

pub fn visit_host(
    host: &str,
    client: &Arc<ClientConfig<Provider>>,
    server: &Arc<ServerConfig<Provider>>,
    here: UnixTime,
    there: UnixTime,
) -> Pair {
    let host = ServerName::dns(host).unwrap().into_owned();
    let mut pair = Pair::new(ClientWith::new(client.clone(), host, here), ServerWith::new(server.clone(), there));
    pair.run();
    pair
}

/// What a handshake came to, which both ends agree on.
pub fn meeting(pair: &Pair) -> Meeting {
    if let Some(error) = pair.server.error {
        let Error::Refused(refusal) = error else { panic!("{error}") };
        assert!(matches!(pair.client.error, Some(Error::PeerAlert(_))), "{:?}", pair.client.error);
        return Refused(refusal.reason);
    }
    pair.assert_connected();
    let psk = pair.server.conn.negotiated().psk;
    assert_eq!(pair.client.conn.negotiated().psk, psk);
    assert!(matches!(psk, None | Some(PskKind::Resumption)));
    if psk.is_some() { Resumed } else { Full }
}

/// Why tickets were not used: at the client, and at the server.
pub fn declined(pair: &Pair) -> (Vec<Declined>, Vec<Declined>) {
    (pair.client.seen.declined.clone(), pair.server.seen.declined.clone())
}

/// Each end knows the other as whom it is.
fn assert_known(client: &Client, mode: ClientAuthMode, pair: &Pair) {
    if pair.server.error.is_some() {
        return;
    }
    let shows = client.chain.is_some() && mode != ClientAuthMode::None;
    let names = pair.server.conn.peer().map(|peer| peer.dns().map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(names, shows.then(|| vec![client.name.clone(), client.trade.to_owned()]));
    let names: Vec<&str> = pair.client.conn.peer().unwrap().dns().collect();
    assert_eq!(names, ["server.test", "other.test"]);
}
