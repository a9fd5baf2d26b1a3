//! Symmetric ciphers: `SymmetricAlgorithm` and what its encryptors and decryptors do.

use crate::{
    Exception, Result,
    crypto::{Random, cryptographic, fill},
};
use aes::{Aes128, Aes192, Aes256};
use des::{
    Des, TdesEde2, TdesEde3,
    cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser, InOutBuf, KeyInit},
};
use rc2::Rc2;

/// The ciphers that .NET has, by the name of their class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Algorithm {
    Aes,
    Des,
    Rc2,
    Rijndael,
    TripleDes,
}

/// How blocks are chained; the numbers are those of `CipherMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Mode {
    Cbc = 1,
    Ecb = 2,
    Cfb = 4,
}

/// What fills the last block; the numbers are those of `PaddingMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Padding {
    None = 1,
    Pkcs7 = 2,
    Zeros = 3,
    AnsiX923 = 4,
    Iso10126 = 5,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Direction {
    Encrypt,
    Decrypt,
}

impl Algorithm {
    /// The cipher of a name, as `SymmetricAlgorithm.Create` has it, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Some(match name.strip_prefix("system.security.cryptography.").unwrap_or(&name) {
            "aes" | "aescryptoserviceprovider" | "aesmanaged" => Algorithm::Aes,
            "des" => Algorithm::Des,
            "rc2" => Algorithm::Rc2,
            "rijndael" => Algorithm::Rijndael,
            "symmetricalgorithm" if name.len() > "symmetricalgorithm".len() => Algorithm::Rijndael,
            "tripledes" => Algorithm::TripleDes,
            "3des" | "triple des" if !name.starts_with("system.") => Algorithm::TripleDes,
            _ => return None,
        })
    }

    /// Bits of a block.
    pub fn block_bits(self) -> i32 {
        match self {
            Algorithm::Aes | Algorithm::Rijndael => 128,
            Algorithm::Des | Algorithm::Rc2 | Algorithm::TripleDes => 64,
        }
    }

    /// Bits of a key that .NET makes.
    pub fn key_bits(self) -> i32 {
        match self {
            Algorithm::Aes | Algorithm::Rijndael => 256,
            Algorithm::Des => 64,
            Algorithm::Rc2 => 128,
            Algorithm::TripleDes => 192,
        }
    }

    /// `ValidKeySize`
    pub fn is_valid_key_size(self, bits: i32) -> bool {
        match self {
            Algorithm::Aes | Algorithm::Rijndael => matches!(bits, 128 | 192 | 256),
            Algorithm::Des => bits == 64,
            Algorithm::Rc2 => (40..=128).contains(&bits) && bits % 8 == 0,
            Algorithm::TripleDes => matches!(bits, 128 | 192),
        }
    }

    /// Makes a key that is not a weak one.
    pub fn generate_key(self, bits: i32, random: Random<'_>) -> Vec<u8> {
        let mut key = vec![0; usize::try_from(bits / 8).unwrap_or(0)];
        // Weak keys are so few that a second try is never needed; a source that repeats itself must not hold us up.
        for _ in 0..4 {
            fill(&mut key, random);
            if self.check_key(&key).is_ok() {
                break;
            }
        }
        key
    }

    /// Refuses weak keys.
    ///
    /// # Errors
    /// A `CryptographicException` for one that is.
    pub fn check_key(self, key: &[u8]) -> Result<()> {
        let parity = |key: &[u8]| key.iter().map(|byte| byte & 0xfe).collect::<Vec<u8>>();
        match self {
            Algorithm::Des if des_is_weak(&parity(key), &DES_WEAK) => Err(weak("weak", "DES")),
            Algorithm::Des if des_is_weak(&parity(key), &DES_SEMI_WEAK) => Err(weak("semi-weak", "DES")),
            Algorithm::TripleDes => {
                let key = parity(key);
                let parts: Vec<&[u8]> = key.chunks(8).collect();
                let repeats = parts.windows(2).any(|parts| matches!(parts, [one, other] if one == other));
                if repeats { Err(weak("weak", "TripleDES")) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }
}

fn weak(how: &str, name: &str) -> Exception {
    cryptographic(format!("Specified key is a known {how} key for '{name}' and cannot be used."))
}

fn des_is_weak(key: &[u8], keys: &[u64]) -> bool {
    let Ok(key) = key.try_into().map(u64::from_be_bytes) else { return false };
    keys.iter().any(|weak| weak & 0xfefe_fefe_fefe_fefe == key)
}

const DES_WEAK: [u64; 4] = [0x0101_0101_0101_0101, 0xfefe_fefe_fefe_fefe, 0x1f1f_1f1f_0e0e_0e0e, 0xe0e0_e0e0_f1f1_f1f1];

const DES_SEMI_WEAK: [u64; 12] = [
    0x01fe_01fe_01fe_01fe,
    0xfe01_fe01_fe01_fe01,
    0x1fe0_1fe0_0ef1_0ef1,
    0xe01f_e01f_f10e_f10e,
    0x01e0_01e0_01f1_01f1,
    0xe001_e001_f101_f101,
    0x1ffe_1ffe_0efe_0efe,
    0xfe1f_fe1f_fe0e_fe0e,
    0x011f_011f_010e_010e,
    0x1f01_1f01_0e01_0e01,
    0xe0fe_e0fe_f1fe_f1fe,
    0xfee0_fee0_fef1_fef1,
];

impl Mode {
    /// The mode of a number of `CipherMode`, if it is one that .NET has.
    pub fn from_number(number: i64) -> Option<Self> {
        [Mode::Cbc, Mode::Ecb, Mode::Cfb].into_iter().find(|mode| *mode as i64 == number)
    }
}

impl Padding {
    /// The padding of a number of `PaddingMode`.
    pub fn from_number(number: i64) -> Option<Self> {
        [Padding::None, Padding::Pkcs7, Padding::Zeros, Padding::AnsiX923, Padding::Iso10126]
            .into_iter()
            .find(|padding| *padding as i64 == number)
    }
}

/// A cipher with its key, its mode and its padding: what `CreateEncryptor` and `CreateDecryptor` give.
pub struct Transform {
    cipher: Box<dyn Block>,
    mode: Mode,
    padding: Padding,
    direction: Direction,
    /// How many bytes are enciphered at a time: a block, or the feedback.
    unit: usize,
    start: Vec<u8>,
    chain: Vec<u8>,
    /// The last block that was given to a decryptor: it may turn out to have the padding.
    held: Vec<u8>,
}

impl Transform {
    /// A transform. The key and the vector have sizes that were checked before; `feedback_bits` is for `CFB` only.
    ///
    /// # Errors
    /// A `CryptographicException` if there is no such cipher, or the mode needs a vector and there is none.
    pub fn new(
        algorithm: Algorithm,
        key: &[u8],
        vector: Option<&[u8]>,
        mode: Mode,
        padding: Padding,
        feedback_bits: i32,
        direction: Direction,
    ) -> Result<Self> {
        let cipher = block_cipher(algorithm, key).ok_or_else(invalid_key_size)?;
        let size = cipher.size();
        let start = match (mode, vector) {
            (Mode::Ecb, _) => Vec::new(),
            (_, Some(vector)) if vector.len() == size => vector.to_vec(),
            (_, Some(_)) => return Err(cryptographic(INVALID_VECTOR_SIZE)),
            (_, None) => {
                return Err(cryptographic("The cipher mode specified requires that an initialization vector (IV) be used."));
            }
        };
        let unit = match mode {
            Mode::Cfb if feedback_bits == 8 => 1,
            Mode::Cfb
                if feedback_bits == algorithm.block_bits() && algorithm != Algorithm::Rc2 && algorithm != Algorithm::Des =>
            {
                size
            }
            Mode::Cfb => {
                let message = format!("The specified feedback size '{feedback_bits}' for CipherMode 'CFB' is not supported.");
                return Err(cryptographic(message));
            }
            _ => size,
        };
        Ok(Self { cipher, mode, padding, direction, unit, chain: start.clone(), start, held: Vec::new() })
    }

    /// `InputBlockSize` and `OutputBlockSize`: the bytes that come in and go out at a time.
    pub fn unit(&self) -> usize {
        self.unit
    }

    /// How often the cipher runs for so many bytes, which is what they cost.
    pub fn blocks(&self, length: usize) -> u64 {
        (length / self.unit) as u64 + 1
    }

    /// `TransformBlock`: whole blocks, with more to come. A decryptor that removes padding keeps the last one back.
    pub fn update(&mut self, input: &[u8]) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.held);
        bytes.extend(input);
        if self.direction == Direction::Decrypt && !matches!(self.padding, Padding::None | Padding::Zeros) {
            self.held = bytes.split_off(bytes.len().saturating_sub(self.unit));
        }
        self.run(&mut bytes);
        bytes
    }

    /// `TransformFinalBlock`: the rest, and the padding. After it the transform starts anew.
    ///
    /// # Errors
    /// A `CryptographicException` if the last block is not whole, or its padding is not what it should be.
    pub fn finish(&mut self, input: &[u8], random: Random<'_>) -> Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.held);
        bytes.extend(input);
        let result = match self.direction {
            Direction::Encrypt => self.pad(&mut bytes, random).map(|()| self.run(&mut bytes)),
            Direction::Decrypt if !bytes.len().is_multiple_of(self.unit) => Err(cryptographic(PARTIAL_BLOCK)),
            Direction::Decrypt => {
                self.run(&mut bytes);
                self.unpad(&mut bytes)
            }
        };
        self.chain.clone_from(&self.start);
        result.map(|()| bytes)
    }

    /// Enciphers or deciphers whole units in place.
    fn run(&mut self, bytes: &mut [u8]) {
        match (self.mode, self.direction) {
            (Mode::Ecb, Direction::Encrypt) => self.cipher.encrypt(bytes),
            (Mode::Ecb, Direction::Decrypt) => self.cipher.decrypt(bytes),
            (Mode::Cbc, Direction::Encrypt) => {
                for block in bytes.chunks_exact_mut(self.unit) {
                    exclusive_or(block, &self.chain);
                    self.cipher.encrypt(block);
                    self.chain.copy_from_slice(block);
                }
            }
            (Mode::Cbc, Direction::Decrypt) => {
                let ciphertext = bytes.to_vec();
                self.cipher.decrypt(bytes);
                for (block, cipherblock) in bytes.chunks_exact_mut(self.unit).zip(ciphertext.chunks_exact(self.unit)) {
                    exclusive_or(block, &self.chain);
                    self.chain.copy_from_slice(cipherblock);
                }
            }
            (Mode::Cfb, direction) => {
                for piece in bytes.chunks_exact_mut(self.unit) {
                    let mut mask = self.chain.clone();
                    self.cipher.encrypt(&mut mask);
                    let before = piece.to_vec();
                    exclusive_or(piece, &mask);
                    self.chain.drain(..self.unit.min(self.chain.len()));
                    self.chain.extend_from_slice(if direction == Direction::Encrypt { piece } else { &before });
                }
            }
        }
    }

    fn pad(&self, bytes: &mut Vec<u8>, random: Random<'_>) -> Result<()> {
        let over = bytes.len() % self.unit;
        let count = self.unit - over;
        // A unit is at most a block of 16 bytes.
        let number = count as u8;
        let length = bytes.len() + count;
        match self.padding {
            Padding::None if over == 0 => return Ok(()),
            Padding::None => return Err(cryptographic(PARTIAL_BLOCK)),
            Padding::Zeros if over == 0 => return Ok(()),
            Padding::Zeros => bytes.resize(length, 0),
            Padding::Pkcs7 => bytes.resize(length, number),
            Padding::AnsiX923 => {
                bytes.resize(length - 1, 0);
                bytes.push(number);
            }
            Padding::Iso10126 => {
                let mut filler = vec![0; count - 1];
                fill(&mut filler, random);
                bytes.extend(filler);
                bytes.push(number);
            }
        }
        Ok(())
    }

    fn unpad(&self, bytes: &mut Vec<u8>) -> Result<()> {
        if bytes.is_empty() || matches!(self.padding, Padding::None | Padding::Zeros) {
            return Ok(());
        }
        let invalid = || cryptographic(INVALID_PADDING);
        let last = bytes.last().copied().ok_or_else(invalid)?;
        let count = usize::from(last);
        if count == 0 || count > self.unit {
            return Err(invalid());
        }
        let filler = bytes.get(bytes.len().saturating_sub(count)..bytes.len() - 1).ok_or_else(invalid)?;
        let expected = match self.padding {
            Padding::Pkcs7 => Some(last),
            Padding::AnsiX923 => Some(0),
            _ => None,
        };
        if expected.is_some_and(|expected| filler.iter().fold(0, |differs, byte| differs | (byte ^ expected)) != 0) {
            return Err(invalid());
        }
        bytes.truncate(bytes.len() - count);
        Ok(())
    }
}

impl std::fmt::Debug for Transform {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transform({:?}, {:?}, {:?})", self.mode, self.padding, self.direction)
    }
}

/// What .NET says of a key of the wrong size.
pub fn invalid_key_size() -> Exception {
    cryptographic(INVALID_KEY_SIZE)
}

/// What .NET says of a key of the wrong size.
pub const INVALID_KEY_SIZE: &str = "Specified key is not a valid size for this algorithm.";

/// What .NET says of a vector of the wrong size.
pub const INVALID_VECTOR_SIZE: &str = "Specified initialization vector (IV) does not match the block size for this algorithm.";

/// What .NET says of padding that cannot be.
pub(super) const INVALID_PADDING: &str = "Padding is invalid and cannot be removed.";

const PARTIAL_BLOCK: &str = "The input data is not a complete block.";

fn exclusive_or(bytes: &mut [u8], mask: &[u8]) {
    for (byte, mask) in bytes.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

/// A block cipher with its key. Bytes that do not fill a block are left as they are.
trait Block {
    fn size(&self) -> usize;
    fn encrypt(&self, bytes: &mut [u8]);
    fn decrypt(&self, bytes: &mut [u8]);
}

impl<T: BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser> Block for T {
    fn size(&self) -> usize {
        T::block_size()
    }

    fn encrypt(&self, bytes: &mut [u8]) {
        let (blocks, _) = Array::slice_as_chunks_mut(bytes);
        self.encrypt_blocks_inout(InOutBuf::from(blocks));
    }

    fn decrypt(&self, bytes: &mut [u8]) {
        let (blocks, _) = Array::slice_as_chunks_mut(bytes);
        self.decrypt_blocks_inout(InOutBuf::from(blocks));
    }
}

fn block_cipher(algorithm: Algorithm, key: &[u8]) -> Option<Box<dyn Block>> {
    fn boxed<T: KeyInit + Block + 'static>(key: &[u8]) -> Option<Box<dyn Block>> {
        T::new_from_slice(key).ok().map(|cipher| Box::new(cipher) as Box<dyn Block>)
    }
    match (algorithm, key.len()) {
        (Algorithm::Aes | Algorithm::Rijndael, 16) => boxed::<Aes128>(key),
        (Algorithm::Aes | Algorithm::Rijndael, 24) => boxed::<Aes192>(key),
        (Algorithm::Aes | Algorithm::Rijndael, 32) => boxed::<Aes256>(key),
        (Algorithm::Des, 8) => boxed::<Des>(key),
        (Algorithm::TripleDes, 16) => boxed::<TdesEde2>(key),
        (Algorithm::TripleDes, 24) => boxed::<TdesEde3>(key),
        (Algorithm::Rc2, 5..=16) => Some(Box::new(Rc2::new_with_eff_key_len(key, key.len() * 8))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"hello, world 1234";

    fn transform(algorithm: Algorithm, key: u8, mode: Mode, padding: Padding, feedback: i32, direction: Direction) -> Transform {
        let key: Vec<u8> = (0..key).collect();
        let vector = [0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];
        let vector = &vector[..algorithm.block_bits() as usize / 8];
        Transform::new(algorithm, &key, Some(vector), mode, padding, feedback, direction).unwrap()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What OpenSSL says.
    #[test]
    fn enciphers_as_others_do() {
        for (algorithm, key, mode, padding, feedback, expected) in [
            (
                Algorithm::Aes,
                16,
                Mode::Cbc,
                Padding::Pkcs7,
                0,
                "b55c1a8f0b2ec77438cb5248b42b311b01becaed0043f887ed9096928a547cea",
            ),
            (
                Algorithm::Aes,
                32,
                Mode::Cbc,
                Padding::Pkcs7,
                0,
                "4b779bd774c0098cf8034dfcb143ce1d28fd4f37f1ef2f740bf79cb10d3734e9",
            ),
            (Algorithm::Aes, 16, Mode::Cfb, Padding::None, 8, "017b575f9b2cc774c9608cad1b77c49888"),
            (Algorithm::TripleDes, 24, Mode::Cbc, Padding::Pkcs7, 0, "32de2f47531a3a3d63770a8b84e4874fdf1a028928f09010"),
            (Algorithm::Rc2, 16, Mode::Cbc, Padding::Pkcs7, 0, "bb9ebcb8105d5395bcb362a7b9416148df8337564c9ddb94"),
            (Algorithm::Des, 8, Mode::Cbc, Padding::Pkcs7, 0, "25cf51f7540f183eaba33f9b4f28a3106bdf14cac3e07411"),
        ] {
            let ciphertext =
                transform(algorithm, key, mode, padding, feedback, Direction::Encrypt).finish(TEXT, &mut || 0).unwrap();
            assert_eq!(hex(&ciphertext), expected, "{algorithm:?} {mode:?}");
            let plaintext = transform(algorithm, key, mode, padding, feedback, Direction::Decrypt).finish(&ciphertext, &mut || 0);
            assert_eq!(plaintext.unwrap(), TEXT);
        }
        let mut cfb = transform(Algorithm::Aes, 16, Mode::Cfb, Padding::Zeros, 128, Direction::Encrypt);
        assert_eq!(hex(&cfb.finish(TEXT, &mut || 0).unwrap()[..17]), "01a18cb405572447b7bfdbe45085f7696e");
    }

    #[test]
    fn every_padding_comes_off() {
        for mode in [Mode::Cbc, Mode::Ecb, Mode::Cfb] {
            for padding in [Padding::Pkcs7, Padding::AnsiX923, Padding::Iso10126, Padding::Zeros] {
                for length in [0, 1, 15, 16, 17, 32] {
                    let text: Vec<u8> = (1..=length).collect();
                    let mut encrypt = transform(Algorithm::Aes, 24, mode, padding, 128, Direction::Encrypt);
                    let mut decrypt = transform(Algorithm::Aes, 24, mode, padding, 128, Direction::Decrypt);
                    // Twice: a transform starts anew after its end.
                    for _ in 0..2 {
                        let ciphertext = encrypt.finish(&text, &mut || 7).unwrap();
                        let mut plaintext = decrypt.update(&ciphertext[..ciphertext.len() / 32 * 16]);
                        plaintext.extend(decrypt.finish(&ciphertext[ciphertext.len() / 32 * 16..], &mut || 7).unwrap());
                        if padding == Padding::Zeros {
                            plaintext.truncate(text.len());
                        }
                        assert_eq!(plaintext, text, "{mode:?} {padding:?} {length}");
                    }
                }
            }
        }
    }

    #[test]
    fn refuses_what_is_not_whole() {
        let error = |padding, direction, bytes: &[u8]| {
            let mut transform = transform(Algorithm::Aes, 16, Mode::Ecb, padding, 0, direction);
            transform.finish(bytes, &mut || 0).map_err(|exception| exception.message.into_owned())
        };
        assert_eq!(error(Padding::None, Direction::Encrypt, &[0; 15]).unwrap_err(), PARTIAL_BLOCK);
        assert_eq!(error(Padding::Pkcs7, Direction::Decrypt, &[0; 15]).unwrap_err(), PARTIAL_BLOCK);
        assert_eq!(error(Padding::Pkcs7, Direction::Decrypt, &[0; 16]).unwrap_err(), INVALID_PADDING);
        assert_eq!(error(Padding::Pkcs7, Direction::Decrypt, &[]).unwrap(), Vec::<u8>::new());
    }

    #[test]
    fn weak_keys_are_refused() {
        let message =
            |algorithm: Algorithm, key: &[u8]| algorithm.check_key(key).map_err(|exception| exception.message.into_owned());
        let weak = "Specified key is a known weak key for 'DES' and cannot be used.";
        assert_eq!(message(Algorithm::Des, &[0; 8]).unwrap_err(), weak);
        assert!(message(Algorithm::Des, &0xe001_e001_f101_f101_u64.to_be_bytes()).unwrap_err().contains("semi-weak"));
        assert!(message(Algorithm::TripleDes, &[[1; 8], [1; 8], [2; 8]].concat()).is_err());
        assert!(message(Algorithm::TripleDes, &[[2; 8], [4; 8], [2; 8]].concat()).is_ok());
    }

    #[test]
    fn names() {
        assert_eq!(Algorithm::from_name("aes"), Some(Algorithm::Aes));
        assert_eq!(Algorithm::from_name("System.Security.Cryptography.TripleDES"), Some(Algorithm::TripleDes));
        assert_eq!(Algorithm::from_name("3DES"), Some(Algorithm::TripleDes));
        assert_eq!((Algorithm::from_name("SymmetricAlgorithm"), Algorithm::from_name("AES-GCM")), (None, None));
    }
}
