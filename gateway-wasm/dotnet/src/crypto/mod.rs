//! System.Security.Cryptography: hashes, keys, ciphers, certificates.
