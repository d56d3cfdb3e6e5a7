"""Judges the chains of cases.json with Python's ssl and with cryptography.

Prints {"ssl": {"version": .., "verdicts": [..]}, "cryptography": ..}: per chain null for accepted, a string why it is
refused, an object why it was not asked. A string in place of an object says why nothing was asked.
"""

import datetime
import ipaddress
import json
import ssl
import sys


def is_address(host):
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def checking(purpose, case):
    """A context as Python 3.13 makes it by default."""
    context = ssl.create_default_context(purpose, cafile=case["folder"] + "/ca.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def showing(protocol, case):
    """A context of the other end, which sends the chain whatever is wrong with it."""
    context = ssl.SSLContext(protocol)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(case["folder"] + "/chain.pem", case["key"])
    return context


def by_ssl(case, server_case):
    """Shakes hands in memory."""
    try:
        if case["client"]:
            client, server = showing(ssl.PROTOCOL_TLS_CLIENT, case), None
        else:
            client, server = None, showing(ssl.PROTOCOL_TLS_SERVER, case)
    except ssl.SSLError as error:
        return {"not asked": str(error)}
    try:
        if case["client"]:
            server = checking(ssl.Purpose.CLIENT_AUTH, case)
            server.load_cert_chain(server_case["folder"] + "/chain.pem", server_case["key"])
        else:
            client = checking(ssl.Purpose.SERVER_AUTH, case)
    except ssl.SSLError as error:
        return str(error)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    name = None if case["client"] else case["host"]
    try:
        c = client.wrap_bio(to_client, to_server, server_hostname=name)
    except ValueError as error:
        return str(error)
    s = server.wrap_bio(to_server, to_client, server_side=True)
    judge = s if case["client"] else c
    done = {c: False, s: False}
    for _ in range(10):
        for end in (c, s):
            if done[end]:
                continue
            try:
                end.do_handshake()
                done[end] = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                if end is judge:
                    return str(error)
                return {"not asked": str(error)}
        if done[judge]:
            return None
    return {"not asked": "the handshake does not end"}


def by_cryptography(case, x509, verification):
    try:
        with open(case["folder"] + "/ca.pem", "rb") as file:
            store = verification.Store(x509.load_pem_x509_certificates(file.read()))
        with open(case["folder"] + "/chain.pem", "rb") as file:
            chain = x509.load_pem_x509_certificates(file.read())
        builder = verification.PolicyBuilder().store(store).time(datetime.datetime.now(datetime.timezone.utc))
        if case["client"]:
            verifier = builder.build_client_verifier()
        else:
            address = is_address(case["host"])
            subject = x509.IPAddress(address) if address else x509.DNSName(case["host"])
            verifier = builder.build_server_verifier(subject)
        verifier.verify(chain[0], chain[1:])
    except Exception as error:  # Parsers and verifiers raise many kinds; each of them is a refusal.
        return f"{type(error).__name__}: {error}"
    return None


def main():
    with open(sys.argv[1]) as file:
        cases = json.load(file)
    judged = {"ssl": {"version": ssl.OPENSSL_VERSION, "verdicts": [by_ssl(case, cases[0]) for case in cases]}}
    try:
        import warnings

        warnings.simplefilter("ignore")
        from cryptography import __version__, x509
        from cryptography.x509 import verification

        verdicts = [by_cryptography(case, x509, verification) for case in cases]
        judged["cryptography"] = {"version": __version__, "verdicts": verdicts}
    except ImportError as error:
        judged["cryptography"] = f"{error} (tests/lint/setup.sh installs it)"
    print(json.dumps(judged))


main()
