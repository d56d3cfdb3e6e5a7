#!/usr/bin/env python3
"""Writes records.kv, client_hello.kv, server_hello.kv and flight.kv; SOURCE.md says what their keys mean."""

from pathlib import Path

HERE = Path(__file__).parent


def vec(size, *parts):
    body = b"".join(parts)
    return len(body).to_bytes(size, "big") + body


def u16(*values):
    return b"".join(v.to_bytes(2, "big") for v in values)


def record(content_type, content, version=0x0303):
    return bytes([content_type]) + u16(version) + vec(2, content)


def message(msg_type, *body):
    return bytes([msg_type]) + vec(3, *body)


def handshake(msg_type, *body):
    return record(22, message(msg_type, *body))


def ext(kind, body=b""):
    return u16(kind) + vec(2, body)


SHARE = bytes([9]) * 32
RANDOM = bytes([0x5A]) * 32
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
X25519, P256, P384, X448 = 0x1D, 0x17, 0x18, 0x1E


def shares(*entries):
    return ext(51, vec(2, *(u16(group) + vec(2, share) for group, share in entries)))


CLIENT = {
    "server_name": ext(0, vec(2, b"\0" + vec(2, b"server.test"))),
    "groups": ext(10, vec(2, u16(X25519))),
    "schemes": ext(13, vec(2, u16(0x0403))),
    "versions": ext(43, vec(1, u16(0x0304))),
    "shares": shares((X25519, SHARE)),
}


def client_hello(legacy=0x0303, random=RANDOM, suites=(0x1301,), compression=b"\0", more=b"", **changes):
    extensions = b"".join({**CLIENT, **changes}.values()) + more
    return message(
        1, u16(legacy), random, vec(1), vec(2, u16(*suites)), vec(1, compression), vec(2, extensions)
    )


def ch(**changes):
    return record(22, client_hello(**changes), 0x0301)


def server_hello(
    random=RANDOM, legacy=0x0303, session=b"", suite=0x1301, compression=0, version=ext(43, u16(0x0304)), more=None
):
    if more is None:
        more = ext(51, u16(X25519) + vec(2, SHARE))
    return handshake(
        2, u16(legacy), random, vec(1, session), u16(suite), bytes([compression]), vec(2, version, more)
    )


def retry(more=ext(51, u16(P256)), **changes):
    return server_hello(random=RETRY, more=more, **changes)


def encrypted_extensions(*extensions):
    return handshake(8, vec(2, *extensions))


def certificate_request(context=b"", extensions=ext(13, vec(2, u16(0x0403)))):
    return handshake(13, vec(1, context), vec(2, extensions))


def certificate(*certs, context=b"", extensions=b""):
    return handshake(11, vec(1, context), vec(3, *(vec(3, cert) + vec(2, extensions) for cert in certs)))


def certificate_verify(scheme, signature=bytes([7]) * 70):
    return handshake(15, u16(scheme), vec(2, signature))


def compressed(algorithm, length, body):
    return handshake(25, u16(algorithm), length.to_bytes(3, "big"), vec(3, body))


# What leaves bytes as they are.
AS_IS = 0xFF03


def new_session_ticket(*extensions):
    return handshake(4, bytes.fromhex("00000e10 00000000"), vec(1), vec(2, b"ticket"), vec(2, *extensions))


CCS = record(20, b"\1")
USER_CANCELED = record(21, b"\1\x5a")

# Which alert each is answered with, and the rule.
REASONS = {
    "PlainHttp": ("unexpected_message", "RFC 8446 §5.1"),
    "NotTls": ("unexpected_message", "RFC 8446 §5.1"),
    "Ssl2Hello": ("protocol_version", "RFC 8446 Appendix D.5"),
    "RecordTooLong": ("record_overflow", "RFC 8446 §5.1, §5.2"),
    "EmptyRecord": ("unexpected_message", "RFC 8446 §5.1, §5.4"),
    "TooManyEmptyRecords": ("unexpected_message", "RFC 8446 §5.4"),
    "InnerTypeUnknown": ("unexpected_message", "RFC 8446 §5"),
    "UnprotectedRecord": ("unexpected_message", "RFC 8446 §5"),
    "ProtectedTooEarly": ("unexpected_message", "RFC 8446 §5"),
    "ApplicationDataEarly": ("unexpected_message", "RFC 8446 §5"),
    "Interleaved": ("unexpected_message", "RFC 8446 §5.1"),
    "KeyChangeInsideRecord": ("unexpected_message", "RFC 8446 §5.1"),
    "BadChangeCipherSpec": ("unexpected_message", "RFC 8446 §5"),
    "TooManyChangeCipherSpecs": ("unexpected_message", "RFC 8446 §5"),
    "MessageTooLong": ("illegal_parameter", "RFC 8446 §4"),
    "AlertMalformed": ("decode_error", "RFC 8446 §6"),
    "AlertLevelUnknown": ("illegal_parameter", "RFC 8446 §6"),
    "TooManyWarnings": ("unexpected_message", "RFC 8446 §6.1"),
    "UnexpectedMessage": ("unexpected_message", "RFC 8446 §4, Appendix A"),
    "Malformed": ("decode_error", "RFC 8446 §3, §6.2"),
    "ExtensionTwice": ("decode_error", "RFC 8446 §4.2"),
    "ExtensionDuplicate": ("illegal_parameter", "RFC 8446 §4.2"),
    "ExtensionForbidden": ("illegal_parameter", "RFC 8446 §4.2"),
    "ExtensionMissing": ("missing_extension", "RFC 8446 §9.2"),
    "VersionUnsupported": ("protocol_version", "RFC 8446 §4.2.1"),
    "LegacyVersionTooLow": ("protocol_version", "RFC 8446 Appendix D.5"),
    "CompressionNotNull": ("illegal_parameter", "RFC 8446 §4.1.2, RFC 9846 §4.2.3"),
    "NoCommonSuite": ("handshake_failure", "RFC 8446 §4.1.1"),
    "NoCommonGroup": ("handshake_failure", "RFC 8446 §4.1.1"),
    "NoCommonScheme": ("handshake_failure", "RFC 8446 §4.4.2.2"),
    "NoCommonAuthority": ("handshake_failure", "RFC 8446 §4.2.4"),
    "KeyShareDuplicate": ("illegal_parameter", "RFC 8446 §4.2.8"),
    "KeyShareGroupNotOffered": ("illegal_parameter", "RFC 8446 §4.2.8"),
    "KeyShareBad": ("illegal_parameter", "RFC 8446 §4.2.8.1, §4.2.8.2, §7.4, RFC 10024 §4.2"),
    "SecondHelloChanged": ("illegal_parameter", "RFC 8446 §4.1.2"),
    "SecondHelloShare": ("illegal_parameter", "RFC 8446 §4.2.8"),
    "PskNotLast": ("illegal_parameter", "RFC 8446 §4.2.11"),
    "PskBinderCount": ("illegal_parameter", "RFC 8446 §4.2.11"),
    "NoApplicationProtocol": ("no_application_protocol", "RFC 7301 §3.2"),
    "RecordSizeLimitBad": ("illegal_parameter", "RFC 8449 §4"),
    "MaxFragmentLengthBad": ("illegal_parameter", "RFC 6066 §4"),
    "PeerIsOlder": ("protocol_version", "RFC 8446 §4.2.1, Appendix D.1"),
    "Downgrade": ("illegal_parameter", "RFC 8446 §4.1.3"),
    "SelectedVersionBad": ("illegal_parameter", "RFC 8446 §4.1.4, §4.2.1"),
    "LegacyVersionBad": ("protocol_version", "RFC 9846 §4.2.3"),
    "SessionIdNotEchoed": ("illegal_parameter", "RFC 8446 §4.1.3"),
    "SuiteNotOffered": ("illegal_parameter", "RFC 8446 §4.1.3"),
    "SuiteChanged": ("illegal_parameter", "RFC 8446 §4.1.4"),
    "GroupNotOffered": ("illegal_parameter", "RFC 8446 §4.2.8"),
    "GroupAlreadyShared": ("illegal_parameter", "RFC 8446 §4.2.8"),
    "GroupChanged": ("illegal_parameter", "RFC 8446 §4.2.8"),
    "RetryWithoutChange": ("illegal_parameter", "RFC 8446 §4.1.4"),
    "SecondRetry": ("unexpected_message", "RFC 8446 §4.1.4"),
    "ExtensionUnsolicited": ("unsupported_extension", "RFC 8446 §4.2"),
    "AlpnNotOffered": ("illegal_parameter", "RFC 7301 §3.1"),
    "TlsFlagsNotMinimal": ("illegal_parameter", "draft-ietf-tls-tlsflags §2"),
    "RecordLimitTwice": ("illegal_parameter", "RFC 8449 §5"),
    "ContextNotEmpty": ("illegal_parameter", "RFC 8446 §4.3.2, §4.4.2"),
    "ServerCertificateEmpty": ("decode_error", "RFC 8446 §4.4.2.4"),
    "CertificateCompressionTwice": ("illegal_parameter", "RFC 8879 §3"),
    "CertificateCompressionNotOffered": ("illegal_parameter", "RFC 8879 §4"),
    "CertificateExpandsTooFar": ("bad_certificate", "RFC 8879 §4"),
    "CertificateExpandsWrong": ("bad_certificate", "RFC 8879 §4"),
    "CertificateMalformed": ("bad_certificate", "RFC 5280 §4.1"),
    "ClientCertificateMissing": ("certificate_required", "RFC 8446 §4.4.2.4"),
    "SchemeNotOffered": ("illegal_parameter", "RFC 8446 §4.4.3"),
    "SchemeKeyMismatch": ("illegal_parameter", "RFC 8446 §4.4.3"),
    "SignatureBad": ("decrypt_error", "RFC 8446 §4.4.3"),
    "FinishedMismatch": ("decrypt_error", "RFC 8446 §4.4.4"),
    "KeyUpdateBad": ("illegal_parameter", "RFC 8446 §4.6.3"),
    "TooManyKeyUpdates": ("unexpected_message", "RFC 8446 §4.6.3"),
}

FILES = {
    "records.kv": [
        ("server", "START", False, "plain HTTP", b"GET / HTTP/1.1\r\n", "PlainHttp"),
        ("client", "WAIT_SH", False, "an answer in plain HTTP", b"HTTP/1.1 400 Bad Request\r\n", "PlainHttp"),
        ("server", "START", False, "a ClientHello of SSL 2.0", bytes.fromhex("802e0103010015"), "Ssl2Hello"),
        ("client", "CONNECTED", False, "what would be a ClientHello of SSL 2.0, after the handshake", bytes.fromhex("802e0103010015"), "NotTls"),
        ("server", "START", False, "the greeting of another protocol", b"SSH-2.0-x\r\n", "NotTls"),
        ("server", "START", False, "a plaintext record of 2^14 + 1 bytes", bytes.fromhex("1603014001"), "RecordTooLong"),
        ("client", "WAIT_EE", False, "a protected record of 2^14 + 257 bytes", bytes.fromhex("1703034101"), "RecordTooLong"),
        ("server", "START", False, "an empty handshake record", record(22, b""), "EmptyRecord"),
        ("client", "WAIT_EE", True, "an empty alert", record(21, b""), "EmptyRecord"),
        ("client", "CONNECTED", True, "33 records without application data", record(23, b"") * 33, "TooManyEmptyRecords"),
        ("client", "WAIT_EE", True, "heartbeat inside of a protected record", record(24, b"\1"), "InnerTypeUnknown"),
        ("client", "WAIT_EE", True, "change_cipher_spec inside of a protected record", CCS, "InnerTypeUnknown"),
        ("client", "WAIT_EE", False, "EncryptedExtensions in plaintext", encrypted_extensions(), "UnprotectedRecord"),
        ("client", "WAIT_EE", False, "a plaintext alert after ServerHello", record(21, b"\2\x28"), "UnprotectedRecord"),
        ("server", "CONNECTED", False, "a plaintext alert after the handshake", record(21, b"\2\x28"), "UnprotectedRecord"),
        ("server", "START", False, "a protected record before any key", record(23, b"\0" * 32), "ProtectedTooEarly"),
        ("client", "WAIT_EE", True, "application data before EncryptedExtensions", record(23, b"data"), "ApplicationDataEarly"),
        ("client", "WAIT_FINISHED", True, "application data before the server's Finished", record(23, b"data"), "ApplicationDataEarly"),
        ("server", "WAIT_CERT", True, "application data before the client's Certificate", record(23, b"data"), "ApplicationDataEarly"),
        ("server", "WAIT_FINISHED", True, "application data before the client's Finished", record(23, b"data"), "ApplicationDataEarly"),
        ("server", "START", False, "an alert between the halves of a ClientHello", record(22, client_hello()[:9]) + record(21, b"\2\x28"), "Interleaved"),
        ("client", "WAIT_SH", False, "change_cipher_spec between the halves of a ServerHello", server_hello()[:5][:3] + vec(2, server_hello()[5:14]) + CCS, "Interleaved"),
        ("client", "CONNECTED", True, "application data between the halves of a KeyUpdate", record(22, b"\x18\0") + record(23, b"data"), "Interleaved"),
        ("server", "START", False, "a ClientHello and the start of another message in one record", record(22, client_hello() + b"\x0b"), "KeyChangeInsideRecord"),
        ("client", "CONNECTED", True, "a KeyUpdate and the start of another message in one record", record(22, message(24, b"\0") + b"\x18"), "KeyChangeInsideRecord"),
        ("server", "START", False, "change_cipher_spec before the ClientHello", CCS, "BadChangeCipherSpec"),
        ("client", "WAIT_SH", False, "change_cipher_spec with another value", record(20, b"\2"), "BadChangeCipherSpec"),
        ("client", "WAIT_EE", False, "change_cipher_spec of two bytes", record(20, b"\1\1"), "BadChangeCipherSpec"),
        ("client", "CONNECTED", False, "change_cipher_spec after the handshake", CCS, "BadChangeCipherSpec"),
        ("client", "WAIT_SH", False, "33 times change_cipher_spec", CCS * 33, "TooManyChangeCipherSpecs"),
        ("server", "START", False, "a ClientHello of 2^17 + 2^9 bytes", record(22, b"\x01\x02\x02\0"), "MessageTooLong"),
        ("server", "WAIT_FINISHED", True, "a Finished of 2^24 - 1 bytes", record(22, b"\x14\xff\xff\xff"), "Malformed"),
        ("client", "CONNECTED", True, "a KeyUpdate of 2^18 bytes", record(22, b"\x18\x04\0\0"), "Malformed"),
        ("server", "START", False, "an alert of one byte", record(21, b"\2"), "AlertMalformed"),
        ("client", "CONNECTED", True, "two alerts in one record", record(21, b"\1\x5a\1\0"), "AlertMalformed"),
        ("server", "START", False, "an alert of level 3", record(21, b"\3\x28"), "AlertLevelUnknown"),
        ("client", "CONNECTED", True, "close_notify of level 0", record(21, b"\0\0"), "AlertLevelUnknown"),
        ("server", "START", False, "5 times user_canceled", USER_CANCELED * 5, "TooManyWarnings"),
        ("server", "CONNECTED", True, "5 times user_canceled in protected records", USER_CANCELED * 5, "TooManyWarnings"),
    ],
    "client_hello.kv": [
        ("server", "START", False, title, input, reason)
        for title, input, reason in [
            ("Finished instead of ClientHello", handshake(20, b"\0" * 32), "UnexpectedMessage"),
            ("a ClientHello that ends in its random", handshake(1, u16(0x0303), b"\0" * 9), "Malformed"),
            ("bytes behind the extensions", handshake(1, client_hello()[4:], b"\0"), "Malformed"),
            ("the same extension twice", ch(more=CLIENT["groups"]), "ExtensionTwice"),
            ("an extension of CertificateRequest", ch(more=ext(48, vec(2))), "ExtensionForbidden"),
            ("no signature_algorithms", ch(schemes=b""), "ExtensionMissing"),
            ("no supported_groups", ch(groups=b""), "ExtensionMissing"),
            ("no key_share", ch(shares=b""), "ExtensionMissing"),
            ("500 extensions, two of them the same", ch(more=b"".join(ext(0x3A00 + n % 499) for n in range(500))), "ExtensionTwice"),
            ("500 extensions, one of them of CertificateRequest", ch(more=b"".join(ext(0x3A00 + n) for n in range(499)) + ext(48, vec(2))), "ExtensionForbidden"),
            ("TLS 1.2 without supported_versions", ch(versions=b""), "VersionUnsupported"),
            ("supported_versions with TLS 1.2 only", ch(versions=ext(43, vec(1, u16(0x0303)))), "VersionUnsupported"),
            ("legacy_version of SSL 3.0", ch(legacy=0x0300), "LegacyVersionTooLow"),
            ("DEFLATE beside null", ch(compression=b"\1\0"), "CompressionNotNull"),
            ("only TLS_AES_128_CCM_SHA256", ch(suites=(0x1304,)), "NoCommonSuite"),
            ("only x448", ch(groups=ext(10, vec(2, u16(X448))), shares=shares((X448, bytes([9]) * 56))), "NoCommonGroup"),
            ("only ed25519, for a server with a key on P-256", ch(schemes=ext(13, vec(2, u16(0x0807)))), "NoCommonScheme"),
            ("no authority of the server's certificate", ch(more=ext(47, vec(2, vec(2, b"\x30\0")))), "NoCommonAuthority"),
            ("certificate_authorities without any", ch(more=ext(47, vec(2))), "Malformed"),
            ("signed_certificate_timestamp with a body", ch(more=ext(18, b"\0")), "Malformed"),
            ("two shares of x25519", ch(shares=shares((X25519, SHARE), (X25519, SHARE))), "KeyShareDuplicate"),
            ("two shares of x25519, which is listed twice", ch(groups=ext(10, vec(2, u16(X25519, X25519))), shares=shares((X25519, SHARE), (X25519, SHARE))), "KeyShareDuplicate"),
            ("a share of a group that is not listed", ch(shares=shares((P256, b"\4" * 65))), "KeyShareGroupNotOffered"),
            ("a share of x25519 that is all zeros", ch(shares=shares((X25519, bytes(32)))), "KeyShareBad"),
            ("a share of x25519 with 31 bytes", ch(shares=shares((X25519, SHARE[1:]))), "KeyShareBad"),
            ("another random in the second ClientHello", ch(shares=shares()) + ch(random=bytes(32)), "SecondHelloChanged"),
            ("another cipher suite in the second ClientHello", ch(shares=shares()) + ch(suites=(0x1302,)), "SecondHelloChanged"),
            ("no share in the second ClientHello", ch(shares=shares()) * 2, "SecondHelloShare"),
            ("pre_shared_key is not the last extension", ch(more=ext(45, vec(1, b"\1")) + ext(41, vec(2, vec(2, b"id") + bytes(4)) + vec(2, vec(1, bytes(32)))) + ext(21, b"\0")), "PskNotLast"),
            ("pre_shared_key without an identity", ch(more=ext(45, vec(1, b"\1")) + ext(41, vec(2) + vec(2, vec(1, bytes(32))))), "Malformed"),
            ("a binder of 31 bytes", ch(more=ext(45, vec(1, b"\1")) + ext(41, vec(2, vec(2, b"id") + bytes(4)) + vec(2, vec(1, bytes(31))))), "Malformed"),
            ("bytes behind the binders", ch(more=ext(45, vec(1, b"\1")) + ext(41, vec(2, vec(2, b"id") + bytes(4)) + vec(2, vec(1, bytes(32))) + b"\0")), "Malformed"),
            ("two binders for one identity", ch(more=ext(45, vec(1, b"\1")) + ext(41, vec(2, vec(2, b"id") + bytes(4)) + vec(2, vec(1, bytes(32)) * 2))), "PskBinderCount"),
            ("ALPN with a protocol that the server does not speak", ch(more=ext(16, vec(2, vec(1, b"http/1.1")))), "NoApplicationProtocol"),
            ("an algorithm twice in compress_certificate", ch(more=ext(27, vec(1, u16(1, 2, 1)))), "CertificateCompressionTwice"),
            ("compress_certificate without an algorithm", ch(more=ext(27, vec(1))), "Malformed"),
            ("record_size_limit of 63", ch(more=ext(28, u16(63))), "RecordSizeLimitBad"),
            ("max_fragment_length with the value 5", ch(more=ext(1, b"\5")), "MaxFragmentLengthBad"),
        ]
    ],
    "server_hello.kv": [
        ("client", "WAIT_SH", False, title, input, reason)
        for title, input, reason in [
            ("ServerHello of TLS 1.2", server_hello(version=b"", more=b""), "PeerIsOlder"),
            ("the downgrade sentinel of TLS 1.2", server_hello(random=RANDOM[:24] + b"DOWNGRD\1", version=b"", more=b""), "Downgrade"),
            ("the downgrade sentinel of TLS 1.1", server_hello(random=RANDOM[:24] + b"DOWNGRD\0", version=b"", more=b""), "Downgrade"),
            ("selected_version TLS 1.2", server_hello(version=ext(43, u16(0x0303))), "SelectedVersionBad"),
            ("selected_version TLS 1.2 in HelloRetryRequest", retry(version=ext(43, u16(0x0303))), "SelectedVersionBad"),
            ("legacy_version TLS 1.3", server_hello(legacy=0x0304), "LegacyVersionBad"),
            ("a session id where none was sent", server_hello(session=b"id"), "SessionIdNotEchoed"),
            ("DEFLATE chosen", server_hello(compression=1), "CompressionNotNull"),
            ("DEFLATE chosen in HelloRetryRequest", retry(compression=1), "CompressionNotNull"),
            ("the same extension twice in ServerHello", server_hello(more=(ext(51, u16(X25519) + vec(2, SHARE))) * 2), "ExtensionDuplicate"),
            ("the same extension twice in HelloRetryRequest", retry(more=ext(51, u16(P256)) * 2), "ExtensionDuplicate"),
            ("TLS_AES_128_CCM_SHA256 chosen", server_hello(suite=0x1304), "SuiteNotOffered"),
            ("another suite than in HelloRetryRequest", retry() + server_hello(suite=0x1302), "SuiteChanged"),
            ("a share of x448", server_hello(more=ext(51, u16(X448) + vec(2, bytes([9]) * 56))), "GroupNotOffered"),
            ("HelloRetryRequest for x448", retry(more=ext(51, u16(X448))), "GroupNotOffered"),
            ("HelloRetryRequest for the group of the share", retry(more=ext(51, u16(X25519))), "GroupAlreadyShared"),
            ("another group than in HelloRetryRequest", retry() + server_hello(), "GroupChanged"),
            ("HelloRetryRequest without key_share and cookie", retry(more=b""), "RetryWithoutChange"),
            ("a second HelloRetryRequest", retry() + retry(more=ext(51, u16(P384))), "SecondRetry"),
            ("a share of x25519 that is all zeros", server_hello(more=ext(51, u16(X25519) + vec(2, bytes(32)))), "KeyShareBad"),
            ("no key_share", server_hello(more=b""), "ExtensionMissing"),
            ("pre_shared_key that was not offered", server_hello(more=ext(51, u16(X25519) + vec(2, SHARE)) + ext(41, u16(0))), "ExtensionUnsolicited"),
            ("ALPN in ServerHello", server_hello(more=ext(16, vec(2, vec(1, b"h2")))), "ExtensionForbidden"),
            ("ticket_request in ServerHello", server_hello(more=ext(51, u16(X25519) + vec(2, SHARE)) + ext(58, b"\2")), "ExtensionForbidden"),
            ("ticket_request in HelloRetryRequest", retry(more=ext(51, u16(P256)) + ext(58, b"\2")), "ExtensionForbidden"),
            ("EncryptedExtensions instead of ServerHello", encrypted_extensions(), "UnexpectedMessage"),
        ]
    ],
    "flight.kv": [
        ("client", "WAIT_EE", True, "the same extension twice in EncryptedExtensions", encrypted_extensions(ext(10, vec(2, u16(X25519))) * 2), "ExtensionTwice"),
        ("client", "WAIT_CERT_CR", True, "the same extension twice in CertificateRequest", certificate_request(extensions=ext(13, vec(2, u16(0x0403))) * 2), "ExtensionDuplicate"),
        ("client", "CONNECTED", True, "the same extension twice in NewSessionTicket", handshake(4, bytes(8), vec(1), vec(2, b"t"), vec(2, ext(42, bytes(4)) * 2)), "ExtensionDuplicate"),
        ("client", "WAIT_EE", True, "use_srtp, which was not offered", encrypted_extensions(ext(14, vec(2, u16(1)) + vec(1))), "ExtensionUnsolicited"),
        ("client", "WAIT_EE", True, "key_share in EncryptedExtensions", encrypted_extensions(ext(51, u16(X25519) + vec(2, SHARE))), "ExtensionForbidden"),
        ("client", "WAIT_EE", True, "an application protocol that was not offered", encrypted_extensions(ext(16, vec(2, vec(1, b"http/1.1")))), "AlpnNotOffered"),
        ("client", "WAIT_EE", True, "record_size_limit of 63", encrypted_extensions(ext(28, u16(63))), "RecordSizeLimitBad"),
        ("client", "WAIT_EE", True, "record_size_limit of 2^14 + 2", encrypted_extensions(ext(28, u16(0x4002))), "RecordSizeLimitBad"),
        ("client", "WAIT_EE", True, "record_size_limit and max_fragment_length", encrypted_extensions(ext(28, u16(0x4001)), ext(1, b"\1")), "RecordLimitTwice"),
        ("client", "WAIT_EE", True, "max_fragment_length other than the one asked for", encrypted_extensions(ext(1, b"\2")), "MaxFragmentLengthBad"),
        ("client", "WAIT_EE", True, "compress_certificate in EncryptedExtensions", encrypted_extensions(ext(27, vec(1, u16(1)))), "ExtensionForbidden"),
        ("client", "WAIT_EE", True, "EndOfEarlyData by a server", handshake(5), "UnexpectedMessage"),
        ("client", "WAIT_CERT_CR", True, "a context in CertificateRequest during the handshake", certificate_request(context=b"\1"), "ContextNotEmpty"),
        ("client", "WAIT_CERT_CR", True, "CertificateRequest without signature_algorithms", certificate_request(extensions=ext(0x3A00)), "ExtensionMissing"),
        ("client", "WAIT_CERT_CR", True, "a server without a certificate", certificate(), "ServerCertificateEmpty"),
        ("client", "WAIT_CERT_CR", True, "a certificate that is an empty SEQUENCE", certificate(b"\x30\0"), "CertificateMalformed"),
        ("client", "WAIT_CERT_CR", True, "an OCSP response that was not asked for", certificate(b"\x30\0", extensions=ext(5, b"\1" + vec(3, b"\x30\0"))), "ExtensionUnsolicited"),
        ("client", "WAIT_CERT_CR", True, "a list of certificate timestamps without any", certificate(b"\x30\0", extensions=ext(18, vec(2))), "Malformed"),
        ("client", "WAIT_CERT_CR", True, "a certificate timestamp without content", certificate(b"\x30\0", extensions=ext(18, vec(2, vec(2, b"\1"), vec(2)))), "Malformed"),
        ("client", "WAIT_CERT_CR", True, "bytes behind a list of certificate timestamps", certificate(b"\x30\0", extensions=ext(18, vec(2, vec(2, b"\1")) + b"\0")), "Malformed"),
        ("client", "WAIT_CERT_CR", True, "two lists of certificate timestamps", certificate(b"\x30\0", extensions=ext(18, vec(2, vec(2, b"\1"))) * 2), "ExtensionDuplicate"),
        ("server", "WAIT_CERT", True, "certificate timestamps that were not asked for", certificate(b"\x30\0", extensions=ext(18, vec(2, vec(2, b"\1")))), "ExtensionUnsolicited"),
        ("server", "WAIT_CERT", True, "a client without a certificate where one is required", certificate(), "ClientCertificateMissing"),
        ("server", "WAIT_CERT", True, "a context in the client's Certificate", certificate(context=b"\1"), "ContextNotEmpty"),
        ("client", "WAIT_CERT_CR", True, "an algorithm twice in compress_certificate of CertificateRequest", certificate_request(extensions=ext(13, vec(2, u16(0x0403))) + ext(27, vec(1, u16(1, 1)))), "CertificateCompressionTwice"),
        *(
            (role, state, True, f"{title}, {what}", compressed(*input), reason)
            for role, state, what in [("client", "WAIT_CERT", "by a server"), ("server", "WAIT_CERT", "by a client")]
            for title, input, reason in [
                ("a certificate compressed by what was not offered", (1, 4, b"zlib"), "CertificateCompressionNotOffered"),
                ("a compressed certificate that announces 2^18 bytes", (AS_IS, 1 << 18, bytes(9)), "CertificateExpandsTooFar"),
                ("a compressed certificate that announces a byte too many", (AS_IS, 5, bytes(4)), "CertificateExpandsWrong"),
                ("a compressed certificate that announces a byte too few", (AS_IS, 4, bytes(5)), "CertificateExpandsWrong"),
                ("a compressed certificate of no bytes", (AS_IS, 4, b""), "Malformed"),
                ("a compressed certificate that is none", (AS_IS, 4, b"none"), "Malformed"),
            ]
        ),
        ("client", "WAIT_CERT", True, "a server without a certificate, compressed", compressed(AS_IS, 4, bytes(4)), "ServerCertificateEmpty"),
        ("server", "WAIT_CERT", True, "a client without a certificate where one is required, compressed", compressed(AS_IS, 4, bytes(4)), "ClientCertificateMissing"),
        ("client", "WAIT_EE", True, "a compressed certificate instead of EncryptedExtensions", compressed(AS_IS, 4, bytes(4)), "UnexpectedMessage"),
        ("server", "WAIT_FINISHED", True, "a compressed certificate instead of Finished", compressed(AS_IS, 4, bytes(4)), "UnexpectedMessage"),
        ("client", "WAIT_CV", True, "CertificateVerify with rsa_pkcs1_sha256", certificate_verify(0x0401), "SchemeNotOffered"),
        ("client", "WAIT_CV", True, "CertificateVerify with ed25519, by a key on P-256", certificate_verify(0x0807), "SchemeKeyMismatch"),
        ("client", "WAIT_CV", True, "a signature that does not verify", certificate_verify(0x0403), "SignatureBad"),
        ("server", "WAIT_CERT", True, "EndOfEarlyData where no early data was accepted", handshake(5), "UnexpectedMessage"),
        ("server", "WAIT_CV", True, "a client's signature that does not verify", certificate_verify(0x0403), "SignatureBad"),
        ("server", "WAIT_CV", True, "Finished instead of the client's CertificateVerify", handshake(20, bytes(32)), "UnexpectedMessage"),
        ("client", "WAIT_FINISHED", True, "verify_data of zeros", handshake(20, bytes(32)), "FinishedMismatch"),
        ("server", "WAIT_FINISHED", True, "verify_data of zeros", handshake(20, bytes(32)), "FinishedMismatch"),
        ("client", "WAIT_FINISHED", True, "an empty Finished", handshake(20), "Malformed"),
        ("client", "WAIT_FINISHED", True, "verify_data that is a byte too long", handshake(20, bytes(33)), "Malformed"),
        ("server", "WAIT_FINISHED", True, "verify_data that is too short", handshake(20, bytes(31)), "Malformed"),
        ("client", "CONNECTED", True, "tls_flags with a byte too many", new_session_ticket(ext(62, vec(1, b"\2\0"))), "TlsFlagsNotMinimal"),
        ("client", "CONNECTED", True, "tls_flags without any", new_session_ticket(ext(62, vec(1))), "Malformed"),
        ("client", "CONNECTED", True, "request_update of 2", handshake(24, b"\2"), "KeyUpdateBad"),
        ("client", "CONNECTED", True, "an empty KeyUpdate", handshake(24), "Malformed"),
        ("server", "CONNECTED", True, "33 times KeyUpdate", handshake(24, b"\0") * 33, "TooManyKeyUpdates"),
        ("client", "CONNECTED", True, "CertificateRequest after the handshake", certificate_request(context=b"\1"), "UnexpectedMessage"),
    ],
}

for name, cases in FILES.items():
    blocks = [
        f'[{title}]\nrole = "{role}"\nstate = "{state}"\nsealed = "{"yes" if sealed else "no"}"\n'
        f'input = {input.hex()}\nreason = "{reason}"\nalert = "{REASONS[reason][0]}"\nsection = "{REASONS[reason][1]}"\n'
        for role, state, sealed, title, input, reason in cases
    ]
    (HERE / name).write_text("# Written by make.py, see SOURCE.md. Not to be edited by hand.\n\n" + "\n".join(blocks))
