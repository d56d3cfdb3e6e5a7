//! Options that several commands have, and the configurations that they come to.

use crate::explain::unhex;
use crate::files;
use crate::stop::{Stop, tell};
use crate::ticket_keys::LiveKeys;
use crate::watch::{TraceFormat, Watch};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use symbolon::config::{Brotli, CertificateCompression, EarlyData, Resumption, Zlib};
use symbolon::crypto::{Crypto, HashAlgorithm, Ring};
use symbolon::resumption::{Psk, SingleUseKeys};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};
use symbolon::x509::{Crls, Purpose, Revocation};
use symbolon::{Anchors, Credential, Side, UnixTime};

/// What both roles may restrict, and how they are watched.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Application protocols, preferred first (RFC 7301).
    #[arg(long, value_name = "P,..", value_delimiter = ',')]
    pub(crate) alpn: Vec<String>,
    /// Cipher suites by their IANA names, preferred first.
    #[arg(long, value_name = "SUITE,..", value_delimiter = ',', value_parser = suite)]
    pub(crate) suites: Vec<CipherSuite>,
    /// Key exchange groups by their IANA names, preferred first [default: X25519MLKEM768,x25519,secp256r1,secp384r1].
    #[arg(long, value_name = "GROUP,..", value_delimiter = ',', value_parser = group)]
    pub(crate) groups: Vec<NamedGroup>,
    /// Signature schemes that the peer may prove itself with, by their IANA names, preferred first.
    #[arg(long, value_name = "SCHEME,..", value_delimiter = ',', value_parser = scheme)]
    pub(crate) sigalgs: Vec<SignatureScheme>,
    /// Puts values that mean nothing among what is offered (GREASE, RFC 8701), to see whether the peer passes over them.
    #[arg(long)]
    pub(crate) grease: bool,
    #[command(flatten)]
    pub(crate) compression: CompressionOptions,
    #[command(flatten)]
    pub(crate) psk: PskOptions,
    /// Appends the secrets to this file (RFC 9850), for tools such as Wireshark.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
    /// Prints on standard error what happens: the handshake as RFC 8446 draws it, or an object a line.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) trace: Option<TraceFormat>,
    /// Time for the handshake as a whole, and for connecting.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

impl Settings {
    /// What is recorded today should stay secret, so that unless told otherwise we prefer a hybrid with ML-KEM, as browsers do.
    pub(crate) fn groups(&self) -> Vec<NamedGroup> {
        match self.groups.is_empty() {
            true => [&[NamedGroup::X25519MLKEM768], Ring::new().default_groups()].concat(),
            false => self.groups.clone(),
        }
    }

    /// Whoever watches a connection of `side`.
    pub(crate) fn watch(&self, side: Side, number: u64) -> Result<Watch, Stop> {
        let key_log = self.keylog.as_deref().map(files::key_log).transpose()?;
        Ok(Watch::new(side, number, self.trace, key_log))
    }
}

/// Sets on a builder of either role what was restricted.
macro_rules! restrict {
    ($builder:expr, $settings:expr) => {{
        let settings = $settings;
        $builder
            .alpn(&settings.alpn)
            .suites(settings.suites.clone())
            .groups(settings.groups())
            .schemes(settings.sigalgs.clone())
            .grease(settings.grease)
            .certificate_compression(settings.compression.algorithms())
            .psks(settings.psk.psks()?)
            .psk_ke(settings.psk.psk_ke)
            .build()
            .map_err($crate::stop::Stop::usage)
    }};
}
pub(crate) use restrict;

/// How certificates are compressed (RFC 8879).
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct CompressionOptions {
    /// Compresses our certificate for peers that take it, and takes theirs so: preferred first [default: certificates stay as they
    /// are].
    #[arg(long, value_name = "ALGORITHM,..", value_delimiter = ',')]
    compress_certificates: Vec<Compress>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Compress {
    Zlib,
    Brotli,
}

impl CompressionOptions {
    pub(crate) fn algorithms(&self) -> impl Iterator<Item = Arc<dyn CertificateCompression>> {
        self.compress_certificates.iter().map(|algorithm| -> Arc<dyn CertificateCompression> {
            match algorithm {
                Compress::Zlib => Arc::new(Zlib),
                Compress::Brotli => Arc::new(Brotli),
            }
        })
    }
}

/// What both ends were given outside of TLS (RFC 8446 §4.2.11).
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PskOptions {
    /// A PSK that the peer has too, for suites with SHA-256: its identity and its secret, or with ID:@FILE the file that holds the
    /// secret, which other processes can't see then. May be given again.
    #[arg(long, value_name = "ID:HEX")]
    psk: Vec<String>,
    /// Lets PSKs and tickets do without a key exchange where the two ends have no group in common. Who learns the PSK later can
    /// then read everything.
    #[arg(long)]
    pub(crate) psk_ke: bool,
}

impl PskOptions {
    pub(crate) fn psks(&self) -> Result<Vec<Psk>, Stop> {
        self.psk.iter().map(|text| psk(text)).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.psk.is_empty()
    }
}

/// What is wrong is said without the secret, which a parser of clap's would print.
fn psk(text: &str) -> Result<Psk, Stop> {
    let hint = "write ID:HEX, the secret as 32 hexadecimal digits or more; openssl rand -hex 32 makes one";
    let (identity, digits) = text.rsplit_once(':').ok_or_else(|| Stop::usage("--psk: there is no colon").hint(hint))?;
    let wrong = |what: &dyn std::fmt::Display| Stop::usage(format_args!("--psk {identity:?}: {what}")).hint(hint);
    let held = digits.strip_prefix('@').map(|file| files::read(Path::new(file))).transpose()?;
    let held = held.as_deref().map(|bytes| std::str::from_utf8(bytes).unwrap_or_default().trim());
    let secret = unhex(held.unwrap_or(digits)).ok_or_else(|| wrong(&"the secret is not hexadecimal"))?;
    Psk::external(identity.as_bytes(), &secret, HashAlgorithm::Sha256).map_err(|error| wrong(&error))
}

/// How clients come back to a server.
#[derive(Args)]
pub(crate) struct TicketOptions {
    /// The keys of tickets: lines of 64 hexadecimal digits, of which the first seals and all open. Servers with the same file take
    /// each other's tickets. It is read again when it changes [default: a new key every day, known to nobody else].
    #[arg(long, value_name = "FILE", conflicts_with = "no_tickets")]
    ticket_keys: Option<PathBuf>,
    /// Tickets after a full handshake, unless the client says how many it wants.
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(..=8))]
    tickets: u8,
    /// Gives out no tickets, and takes none.
    #[arg(long, conflicts_with = "tickets")]
    no_tickets: bool,
    /// Takes up to so many bytes of early data from clients that come back, unless they showed a certificate [default: none]. Who
    /// records it can send it again, to each server that has the keys.
    #[arg(long, value_name = "BYTES", conflicts_with = "no_tickets", value_parser = clap::value_parser!(u32).range(1..))]
    early_data: Option<u32>,
}

/// Room for ClientHellos with early data, each of which is remembered for some seconds; 8 bytes each.
const MOST_EARLY: usize = 1 << 17;

impl TicketOptions {
    /// The keys, unless there are to be no tickets.
    pub(crate) fn keys(&self) -> Result<Option<LiveKeys>, Stop> {
        (!self.no_tickets).then(|| LiveKeys::new(self.ticket_keys.as_deref())).transpose()
    }

    /// Whether early data is asked for.
    pub(crate) fn takes_early_data(&self) -> bool {
        self.early_data.is_some()
    }

    pub(crate) fn resumption(&self, keys: &LiveKeys) -> Resumption {
        let resumption = Resumption::stateless(keys.shared()).count(self.tickets);
        let Some(max) = self.early_data else { return resumption };
        let started = match &self.ticket_keys {
            Some(path) => {
                tell(format_args!(
                    "early data can be replayed once at each other server that has the keys of {}",
                    path.display()
                ));
                UnixTime::now()
            }
            // Nobody can have used a ticket of keys that were not there.
            None => UnixTime(0),
        };
        resumption.early_data(EarlyData::new(max, Arc::new(SingleUseKeys::new(MOST_EARLY, started))))
    }
}

/// How revocation of the peer's certificate is looked at.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StatusOptions {
    /// CRLs, and perhaps the certificates of their issuers (PEM), or one CRL in DER. May be given again.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Whether a peer is refused if nothing tells that its certificate is not revoked [default: require with --crl, else it is not
    /// looked at]. The peer is asked to staple an OCSP response.
    #[arg(long, value_name = "MODE")]
    revocation: Option<Mode>,
}

/// The same, our own certificates, and what goes beside certificates.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct CertificateOptions {
    /// Our certificate and its intermediates (PEM). May be given again, each with its --key: the first that fits what the peer
    /// accepts is shown, and before others one for the name that a client asks for, or under an authority that the peer names.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Vec<PathBuf>,
    /// The key of the certificate (PEM: PKCS#8, PKCS#1 or SEC1).
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Vec<PathBuf>,
    #[command(flatten)]
    status: StatusOptions,
    /// An OCSP response (DER) for our first certificate, for peers that ask for it.
    #[arg(long, value_name = "FILE", requires = "cert")]
    staple: Option<PathBuf>,
    /// Certificate timestamps (a SignedCertificateTimestampList, RFC 6962) for our first certificate, for peers that ask for them.
    #[arg(long, value_name = "FILE", requires = "cert")]
    timestamps: Option<PathBuf>,
    /// Asks the peer for certificate timestamps, and says how many came. They are not verified.
    #[arg(long)]
    pub(crate) ask_timestamps: bool,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It is refused.
    Require,
    /// It is accepted, and told to be of unknown status.
    Soft,
}

impl StatusOptions {
    /// `issuers` are those of the CRLs. Who gives something that tells of revocation, as a staple that is there already, wants
    /// it to be looked at.
    pub(crate) fn policy(&self, issuers: &Anchors, stapled: bool) -> Result<Revocation, Stop> {
        let crls = self.crl.iter().map(|path| files::crls(path, issuers)).collect::<Result<Vec<_>, _>>()?;
        let crls = Crls::joined(crls);
        Ok(match self.revocation {
            None if self.crl.is_empty() && !stapled => Revocation::off(),
            Some(Mode::Require) | None => Revocation::require(crls).ask_staple(),
            Some(Mode::Soft) => Revocation::soft(crls).ask_staple(),
        })
    }
}

impl CertificateOptions {
    pub(crate) fn policy(&self, issuers: &Anchors) -> Result<Revocation, Stop> {
        self.status.policy(issuers, false)
    }

    /// Whether the peer's certificate is looked at.
    pub(crate) fn concerns_peer(&self) -> bool {
        self.status.revocation.is_some() || !self.status.crl.is_empty()
    }

    /// Our credentials, the first with what goes beside it.
    pub(crate) fn credentials(&self) -> Result<Vec<Credential>, Stop> {
        if self.cert.len() != self.key.len() {
            let (certs, keys) = (self.cert.len(), self.key.len());
            return Err(Stop::usage(format_args!("{certs} --cert and {keys} --key: each certificate needs its key")));
        }
        let mut all = Vec::new();
        for (at, (cert, key)) in self.cert.iter().zip(&self.key).enumerate() {
            let mut credential = files::credential(cert, key)?;
            if let Some(path) = self.staple.as_deref().filter(|_| at == 0) {
                credential = files::staple(credential, path)?;
            }
            if let Some(path) = self.timestamps.as_deref().filter(|_| at == 0) {
                credential = files::timestamps(credential, path)?;
            }
            all.push(credential);
        }
        Ok(all)
    }
}

/// A chain in a file, and what is asked of it.
#[derive(clap::Args)]
pub(crate) struct ChainOptions {
    /// The chain as a peer would send it: the leaf first (PEM, or DER if it is one certificate).
    #[arg(value_name = "CHAIN.pem")]
    pub(crate) chain: PathBuf,
    /// The CAs that the chain may lead to (PEM, or one in DER) [default: those that the system trusts].
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Whose chain it is.
    #[arg(long, value_enum, default_value = "server")]
    pub(crate) purpose: Role,
    /// The name that a server's certificate must be for; without it names are not checked.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Whose chain of certificates is judged.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Role {
    Server,
    Client,
}

impl Role {
    pub(crate) fn purpose(self) -> Purpose {
        match self {
            Self::Server => Purpose::Server,
            Self::Client => Purpose::Client,
        }
    }
}

/// A positive number of seconds, perhaps with a fraction.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    seconds_or_none(text)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "not a number of seconds above 0, and at most 86400".to_owned())
}

/// The same, or 0.
pub(crate) fn seconds_or_none(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| *time <= Duration::from_secs(86_400))
        .ok_or_else(|| "not a number of seconds, and at most 86400".to_owned())
}

fn suite(name: &str) -> Result<CipherSuite, String> {
    named(name, CipherSuite::from_name, Ring::new().suites())
}

fn group(name: &str) -> Result<NamedGroup, String> {
    named(name, NamedGroup::from_name, Ring::new().groups())
}

fn scheme(name: &str) -> Result<SignatureScheme, String> {
    named(name, SignatureScheme::from_name, Ring::new().schemes())
}

fn named<T: Copy + PartialEq + ToString>(
    name: &str,
    from_name: impl Fn(&str) -> Option<T>,
    ours: &[T],
) -> Result<T, String> {
    from_name(name).filter(|value| ours.contains(value)).ok_or_else(|| {
        let ours: Vec<String> = ours.iter().map(ToString::to_string).collect();
        format!("not one of {}", ours.join(", "))
    })
}
