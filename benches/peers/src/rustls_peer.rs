//! rustls with its providers, through the buffered interface that its documentation teaches.

use std::io::{BufRead, Write};
use std::marker::PhantomData;
use std::ops::DerefMut;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{NoServerSessionStorage, ProducesTickets, WebPkiClientVerifier};
use rustls::version::TLS13;
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, HandshakeKind, RootCertStore, ServerConfig, ServerConnection,
    SideData, SupportedCipherSuite,
};

use crate::library::{AwsLcRs, Library, Ring};
use crate::peer::{Cipher, End, Error, Mode, Peer};
use crate::pki::{Credential, Pki, SERVER_NAME};

/// A provider of rustls.
pub trait Provider: Library {
    /// All of it.
    fn all() -> CryptoProvider;
    /// The suite with this cipher.
    fn suite(cipher: Cipher) -> SupportedCipherSuite;
    /// X25519.
    fn x25519() -> &'static dyn SupportedKxGroup;
    /// Stateless tickets.
    fn ticketer() -> Result<Arc<dyn ProducesTickets>, Error>;
}

macro_rules! provider {
    ($library:ty, $module:ident) => {
        impl Provider for $library {
            fn all() -> CryptoProvider {
                $module::default_provider()
            }

            fn suite(cipher: Cipher) -> SupportedCipherSuite {
                match cipher {
                    Cipher::Aes128Gcm => $module::cipher_suite::TLS13_AES_128_GCM_SHA256,
                    Cipher::ChaCha20Poly1305 => $module::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
                }
            }

            fn x25519() -> &'static dyn SupportedKxGroup {
                $module::kx_group::X25519
            }

            fn ticketer() -> Result<Arc<dyn ProducesTickets>, Error> {
                Ok($module::Ticketer::new()?)
            }
        }
    };
}

provider!(Ring, ring);
provider!(AwsLcRs, aws_lc_rs);

/// The configurations of both ends.
pub struct Rustls<P = Ring> {
    provider: PhantomData<P>,
    /// Of the clients.
    pub client: Arc<ClientConfig>,
    /// Of the servers.
    pub server: Arc<ServerConfig>,
    server_name: ServerName<'static>,
}

impl<P: Provider> Peer for Rustls<P> {
    type Client = RustlsEnd<ClientConnection>;
    type Server = RustlsEnd<ServerConnection>;

    fn new(pki: &Pki, mode: Mode, cipher: Cipher) -> Result<Self, Error> {
        let provider = Arc::new(CryptoProvider {
            cipher_suites: vec![P::suite(cipher)],
            kx_groups: vec![P::x25519()],
            ..P::all()
        });
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(pki.root.clone()))?;
        let roots = Arc::new(roots);

        let client = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(roots.clone());
        let mut client = match mode.is_mutual() {
            false => client.with_no_client_auth(),
            true => client.with_client_auth_cert(chain(&pki.client), key(&pki.client)?)?,
        };
        if !mode.resumes() {
            client.resumption = Resumption::disabled();
        }

        let server = ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(&[&TLS13])?;
        let server = match mode.is_mutual() {
            false => server.with_no_client_auth(),
            true => {
                server.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(roots, provider).build()?)
            }
        };
        let mut server = server.with_single_cert(chain(&pki.server), key(&pki.server)?)?;
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        if mode.resumes() {
            server.ticketer = P::ticketer()?;
            server.send_tls13_tickets = 1;
        }

        Ok(Self {
            provider: PhantomData,
            client: Arc::new(client),
            server: Arc::new(server),
            server_name: ServerName::try_from(SERVER_NAME)?,
        })
    }

    fn name() -> String {
        format!("rustls 0.23 + {}", P::NAME)
    }

    fn allocations() -> Option<u64> {
        P::allocations()
    }

    fn heap_bytes() -> usize {
        P::heap_bytes()
    }

    fn client(&self) -> Result<Self::Client, Error> {
        Ok(RustlsEnd(ClientConnection::new(self.client.clone(), self.server_name.clone())?))
    }

    fn server(&self) -> Result<Self::Server, Error> {
        Ok(RustlsEnd(ServerConnection::new(self.server.clone())?))
    }
}

fn chain(credential: &Credential) -> Vec<CertificateDer<'static>> {
    credential.chain.iter().map(|der| CertificateDer::from(der.clone())).collect()
}

fn key(credential: &Credential) -> Result<PrivateKeyDer<'static>, Error> {
    Ok(PrivateKeyDer::try_from(credential.key.clone())?)
}

/// A client or a server.
pub struct RustlsEnd<C>(C);

impl<C> RustlsEnd<C> {
    /// The connection itself.
    pub fn into_connection(self) -> C {
        self.0
    }
}

impl<C, D> End for RustlsEnd<C>
where
    C: DerefMut<Target = ConnectionCommon<D>>,
    D: SideData,
{
    fn advance(&mut self) -> Result<bool, Error> {
        self.0.process_new_packets()?;
        Ok(!self.0.is_handshaking())
    }

    fn is_resumed(&self) -> bool {
        self.0.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    fn send(&mut self, wire: &mut Vec<u8>) -> Result<(), Error> {
        while self.0.wants_write() {
            self.0.write_tls(wire)?;
        }
        Ok(())
    }

    fn recv(&mut self, mut wire: &[u8]) -> Result<(), Error> {
        while !wire.is_empty() {
            self.0.read_tls(&mut wire)?;
        }
        Ok(())
    }

    fn seal(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        Ok(self.0.writer().write_all(plaintext)?)
    }

    fn open(&mut self, _room: &mut [u8]) -> Result<usize, Error> {
        let state = self.0.process_new_packets()?;
        let mut opened = 0;
        while opened < state.plaintext_bytes_to_read() {
            let mut reader = self.0.reader();
            let lent = reader.fill_buf()?.len();
            reader.consume(lent);
            opened += lent;
        }
        Ok(opened)
    }
}
