//! CRLs as they are kept: checked once, and their entries sorted, so that a look-up costs a binary search.

use super::{
    Crl, Revoked,
    index::{Index, Slot},
    names_directory, scope,
};
use crate::{
    crypto::{Crypto, fingerprint},
    fault::{Detail, Fault, Reason},
    x509::{
        Anchor, Anchors, LoadError, UnixTime, load, pem,
        revocation::{Issuer, Judge},
        spki,
    },
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;
use scope::{Reasons, Scope, Subject};

/// The CRLs that a configuration goes by. A clone shares them.
///
/// What is kept of one is its header and 23 bytes for each entry, if the certificate of its issuer was at hand when it was
/// loaded, so that its signature could be checked then. If not, it is checked whenever a chain with such an issuer is judged,
/// and the CRL has to be kept whole for that: for large CRLs, have the issuer's certificate in the same file.
#[derive(Clone, Default)]
pub struct Crls(Arc<[Arc<List>]>);

impl fmt::Debug for Crls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Crls {
    /// All CRLs of a PEM file. Certificates in it, and `issuers`, are tried as their issuers, by which nobody is trusted:
    /// a CRL only counts for certificates whose issuer has the key that signed it.
    ///
    /// A CRL that is well-formed but can't be used (see [`Crl::check`]) is taken, and certificates of its issuer are then
    /// refused for its reason, or of unknown status.
    ///
    /// # Errors
    /// [`LoadError`]: no CRL in it, or one that can't be read.
    pub fn from_pem<C: Crypto>(crypto: &C, text: &[u8], issuers: &Anchors) -> Result<Self, LoadError> {
        let (mut lists, mut certificates, mut other) = (Vec::new(), Vec::new(), None);
        for block in pem::blocks(text) {
            let block = block?;
            match block.label.as_str() {
                load::CRL => lists.push(block),
                load::CERTIFICATE => certificates.push(block),
                _ => {
                    other.get_or_insert(block);
                }
            }
        }
        if lists.is_empty() {
            return Err(LoadError::without("CRL", text, certificates.into_iter().next().or(other)));
        }
        let beside = Anchors::from_der(certificates.iter().map(|block| block.der.as_slice()))?;
        let issuers: Vec<Anchor<'_>> = beside.iter().chain(issuers.iter()).collect();
        let ders = lists.iter().map(|block| (Some(block.line), block.der.as_slice()));
        Self::load(crypto, ders, &issuers)
    }

    /// CRLs in DER; `issuers` as for [`Crls::from_pem`].
    ///
    /// # Errors
    /// [`LoadError`]: one can't be read.
    pub fn from_der<C: Crypto>(crypto: &C, lists: &[&[u8]], issuers: &Anchors) -> Result<Self, LoadError> {
        let issuers: Vec<Anchor<'_>> = issuers.iter().collect();
        Self::load(crypto, lists.iter().map(|der| (None, *der)), &issuers)
    }

    fn load<'a, C: Crypto>(
        crypto: &C,
        ders: impl Iterator<Item = (Option<usize>, &'a [u8])>,
        issuers: &[Anchor<'_>],
    ) -> Result<Self, LoadError> {
        let list = |(index, (line, der)): (usize, (Option<usize>, &[u8]))| {
            List::load(crypto, der, issuers).map(Arc::new).map_err(|fault| LoadError::of_crl(index, line, &fault))
        };
        let lists: Arc<[Arc<List>]> = ders.enumerate().map(list).collect::<Result<_, _>>()?;
        Ok(Self::joined([Self(lists)]))
    }

    /// All of these together.
    #[must_use]
    pub fn joined(crls: impl IntoIterator<Item = Self>) -> Self {
        let mut lists: Vec<Arc<List>> = crls.into_iter().flat_map(|crls| crls.0.to_vec()).collect();
        lists.sort_by(|a, b| a.issuer.cmp(&b.issuer));
        Self(lists.into())
    }

    /// The CRLs, those of one issuer beside each other.
    pub fn iter(&self) -> impl Iterator<Item = &List> {
        self.0.iter().map(Arc::as_ref)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What they say, in 32 bytes: the same wherever the same CRLs are loaded, in whatever order.
    pub(crate) fn fingerprint<C: Crypto>(&self, crypto: &C) -> [u8; 32] {
        let mut digests: Vec<[u8; 32]> = self.0.iter().map(|list| list.fingerprint).collect();
        digests.sort_unstable();
        digests.dedup();
        fingerprint(crypto, "CRLs", digests)
    }

    /// Those of an issuer, whose whole Name in DER this is.
    fn of(&self, issuer: &[u8]) -> &[Arc<List>] {
        let from = self.0.partition_point(|list| *list.issuer < *issuer);
        let behind = self.0.get(from..).unwrap_or_default();
        behind.get(..behind.partition_point(|list| *list.issuer == *issuer)).unwrap_or_default()
    }

    /// Whether `certificate` is not revoked (RFC 5280 §6.3.3), and since when that is known: the oldest thisUpdate of what it
    /// was told by, and the first nextUpdate.
    ///
    /// # Errors
    /// [`Reason::CertificateRevoked`]; any other reason tells why the CRLs don't say.
    pub(in crate::x509) fn judge<C: Crypto>(
        &self,
        certificate: &Subject<'_>,
        issuer: &Issuer<'_>,
        judge: &mut Judge<'_, C>,
    ) -> Result<(UnixTime, Option<UnixTime>), Fault> {
        if self.is_empty() {
            return Err(Reason::RevocationUnknown.into());
        }
        let mut told = Reasons::NONE;
        let mut nearest: Option<Fault> = None;
        let (mut oldest, mut first): (Option<UnixTime>, Option<UnixTime>) = (None, None);
        // [5280-6.3.3-1]
        for list in self.of(certificate.issuer) {
            match list.judge(certificate, issuer, judge) {
                Ok(reasons) => {
                    told = told.with(reasons);
                    oldest = Some(oldest.map_or(list.this_update, |oldest| oldest.min(list.this_update)));
                    first = [first, list.next_update].into_iter().flatten().min();
                }
                // The first certificate that is revoked is revoked, whatever the others say.
                Err(fault) if matches!(fault.reason(), Reason::CertificateRevoked | Reason::CertificateBudget) => {
                    return Err(fault);
                }
                Err(fault) => {
                    if nearest.as_ref().is_none_or(|nearest| nearest.reason() == Reason::CrlScope) {
                        nearest = Some(fault);
                    }
                }
            }
        }
        match (oldest, nearest) {
            // [5280-6.3.3-2]
            (Some(oldest), _) if told == Reasons::ALL => Ok((oldest, first)),
            (_, Some(fault)) => Err(fault),
            (Some(_), None) => Err(Reason::CrlReasons.into()),
            (None, None) => Err(Fault::from(Reason::CrlIssuerWrong).field("issuer")),
        }
    }
}

/// One CRL of [`Crls`].
pub struct List {
    /// The whole Name in DER.
    issuer: Box<[u8]>,
    number: Box<[u8]>,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    /// Of the whole CRL.
    fingerprint: [u8; 32],
    signed: Signed,
    /// extnValue of issuingDistributionPoint.
    scope: Option<Box<[u8]>>,
    /// Why it can't be used at all; it has no entries then.
    unusable: Option<(Reason, &'static str)>,
    entries: Index,
}

/// What is known of the signature.
enum Signed {
    /// It was made with this key, a whole SubjectPublicKeyInfo.
    By(Box<[u8]>),
    /// Nothing: the CRL, whole.
    Unknown(Box<[u8]>),
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("issuer", &format_args!("{}", self.issuer()))
            .field("this_update", &format_args!("{}", self.this_update))
            .field("entries", &self.entries.len())
            .field("unusable", &self.unusable)
            .finish_non_exhaustive()
    }
}

impl List {
    fn load<C: Crypto>(crypto: &C, der: &[u8], issuers: &[Anchor<'_>]) -> Result<Self, Fault> {
        let crl = Crl::parse(der)?;
        let scope = crl.scope()?;
        let (entries, unusable) = match crl.check().and_then(|()| index(&crl, scope.as_ref())) {
            Ok(entries) => (entries, None),
            Err(fault) if fault.reason() == Reason::CrlMalformed => return Err(fault),
            Err(fault) => (Index::default(), Some((fault.reason(), fault.place().field))),
        };
        let signer =
            |issuer: &&Anchor<'_>| issuer.subject == crl.issuer.der() && crl.verify(crypto, issuer.spki).is_ok();
        Ok(Self {
            issuer: crl.issuer.der().into(),
            number: crl.number().unwrap_or_default().into(),
            this_update: crl.this_update,
            next_update: crl.next_update,
            fingerprint: fingerprint(crypto, "CRL", [der]),
            signed: match issuers.iter().find(signer) {
                Some(issuer) => Signed::By(issuer.spki.into()),
                None => Signed::Unknown(der.into()),
            },
            scope: crl.extensions.scope.map(Into::into),
            unusable,
            entries,
        })
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> crate::x509::Name<'_> {
        crate::x509::Name::parse(&self.issuer).unwrap_or(crate::x509::Name::new(&[], &[]))
    }

    /// cRLNumber, big-endian; empty if it has none.
    #[must_use]
    pub fn number(&self) -> &[u8] {
        &self.number
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// By when the next one will be there.
    #[must_use]
    pub fn next_update(&self) -> Option<UnixTime> {
        self.next_update
    }

    /// Why it can't be used for any certificate, if so.
    #[must_use]
    pub fn unusable(&self) -> Option<Reason> {
        self.unusable.map(|(reason, _)| reason)
    }

    /// Whether its signature was checked when it was loaded; else it is checked, and hashed, whenever it is used.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        matches!(self.signed, Signed::By(_))
    }

    /// How many certificates of its issuer it revokes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it revokes none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// The entry for a serialNumber, given as the content of its INTEGER: with the zero in front of a high bit, which
    /// [`Certificate::serial`](crate::x509::Certificate::serial) leaves out.
    #[must_use]
    pub fn find(&self, serial: &[u8]) -> Option<Revoked> {
        self.entries.find(serial)
    }

    /// The reasons for which it tells that `certificate` is not revoked.
    fn judge<C: Crypto>(
        &self,
        certificate: &Subject<'_>,
        issuer: &Issuer<'_>,
        judge: &mut Judge<'_, C>,
    ) -> Result<Reasons, Fault> {
        if let Some((reason, field)) = self.unusable {
            return Err(Fault::from(reason).field(field));
        }
        // [5280-6.3.3-3]
        if !issuer.crl_sign {
            return Err(Fault::from(Reason::CrlSignNotAllowed).field("cRLSign"));
        }
        self.signed_by(issuer, judge)?;
        let scope = self.scope.as_deref().map(Scope::read).transpose()?;
        let reasons = scope::reasons(scope.as_ref(), certificate)?;
        // A certificate that is revoked stays so, however old the CRL.
        if let Some(Revoked { since, reason }) = self.find(certificate.serial) {
            let detail = Detail::Revoked { since: since.0, reason };
            return Err(Fault::from(Reason::CertificateRevoked).detail(detail));
        }
        // [5280-5.1.2.4-1] [5280-5.1.2.5-1]
        let Some(next_update) = self.next_update else {
            return Err(Fault::from(Reason::CrlStale).field("nextUpdate (it has none)"));
        };
        judge.is_current(self.this_update, next_update, Reason::CrlNotYetValid, Reason::CrlStale)?;
        Ok(reasons)
    }

    /// [5280-6.3.3-4]
    fn signed_by<C: Crypto>(&self, issuer: &Issuer<'_>, judge: &mut Judge<'_, C>) -> Result<(), Fault> {
        match &self.signed {
            Signed::By(spki) if **spki == *issuer.spki => Ok(()),
            Signed::By(_) => Err(Fault::from(Reason::CrlIssuerWrong).field("key")),
            Signed::Unknown(der) => {
                judge.budget.signature()?;
                Crl::parse(der)?.verify(judge.crypto, issuer.spki)
            }
        }
    }
}

impl Crl<'_> {
    /// Whether the key in this SubjectPublicKeyInfo signed it.
    fn verify<C: Crypto>(&self, crypto: &C, spki: &[u8]) -> Result<(), Fault> {
        let key = spki::strong_key(spki)?;
        spki::verify(crypto, self.signature_algorithm, key, self.tbs, self.signature)
            .map_err(|field| Fault::from(Reason::CrlSignatureBad).field(field))
    }
}

/// The entries that are about certificates of the CRL's own issuer.
fn index(crl: &Crl<'_>, scope: Option<&Scope<'_>>) -> Result<Index, Fault> {
    let indirect = scope.is_some_and(|scope| scope.indirect);
    let mut slots = Vec::new();
    // [5280-5.3.3-1] An entry without certificateIssuer is of the same issuer as the one before.
    let mut own = true;
    for entry in crl.entries() {
        let entry = entry?;
        // [5280-5.3-1] Outside of indirect CRLs, certificateIssuer has no meaning, and is critical.
        if entry.unprocessed || (entry.certificate_issuer.is_some() && !indirect) {
            return Err(Fault::from(Reason::CrlCriticalUnknown).field("crlEntryExtensions"));
        }
        if let Some(issuer) = entry.certificate_issuer {
            own = names_directory(issuer, crl.issuer.der()).map_err(|fault| fault.because(Reason::CrlMalformed))?;
        }
        if own && let Some(slot) = Slot::of(&entry) {
            slots.push(slot);
        }
    }
    Ok(Index::of(slots))
}
