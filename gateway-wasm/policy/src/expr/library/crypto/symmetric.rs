//! Symmetric ciphers.

use super::{NAMESPACE, bytes, count_cipher, create, disposed, part, write_into};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Array, Object, Value},
};
use dotnet::{
    Exception,
    crypto::{
        self,
        cipher::{Algorithm, Direction, INVALID_KEY_SIZE, INVALID_VECTOR_SIZE, Mode, Padding, Transform},
        cryptographic,
    },
};
use std::{cell::RefCell, fmt, rc::Rc};

/// A cipher and how it is to be used.
pub(crate) struct Cipher {
    algorithm: Algorithm,
    net_type: &'static NetType,
    settings: RefCell<Settings>,
}

#[derive(Clone)]
struct Settings {
    key: Option<Vec<u8>>,
    vector: Option<Vec<u8>>,
    key_bits: i32,
    feedback_bits: i32,
    mode: Mode,
    padding: Padding,
}

impl fmt::Debug for Cipher {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.algorithm)
    }
}

impl Object for Cipher {
    fn net_type(&self) -> Type {
        Type::of(self.net_type)
    }
}

/// The object of a cipher, as `Create(name)` gives it.
pub(crate) fn symmetric(algorithm: Algorithm) -> Value {
    let net_type = if algorithm == Algorithm::Aes { &AES } else { &SYMMETRIC_ALGORITHM };
    Value::object(Cipher {
        algorithm,
        net_type,
        settings: RefCell::new(Settings {
            key: None,
            vector: None,
            key_bits: algorithm.key_bits(),
            feedback_bits: if matches!(algorithm, Algorithm::Rijndael) { algorithm.block_bits() } else { 8 },
            mode: Mode::Cbc,
            padding: Padding::Pkcs7,
        }),
    })
}

impl Cipher {
    /// The key; if there is none yet, it is made.
    fn key(&self, machine: &Machine<'_>) -> Vec<u8> {
        let bits = self.settings.borrow().key_bits;
        let mut settings = self.settings.borrow_mut();
        settings.key.get_or_insert_with(|| self.algorithm.generate_key(bits, &mut || machine.random())).clone()
    }

    /// The vector; if there is none yet, it is made.
    fn vector(&self, machine: &Machine<'_>) -> Vec<u8> {
        let mut settings = self.settings.borrow_mut();
        settings.vector.get_or_insert_with(|| random(machine, self.block_bytes())).clone()
    }

    fn block_bytes(&self) -> usize {
        self.algorithm.block_bits() as usize / 8
    }

    fn set_key(&self, key: Vec<u8>) -> Result<(), Thrown> {
        let bits = i32::try_from(key.len()).unwrap_or(i32::MAX / 8).saturating_mul(8);
        if !self.algorithm.is_valid_key_size(bits) {
            return Err(cryptographic(INVALID_KEY_SIZE).into());
        }
        self.algorithm.check_key(&key)?;
        let mut settings = self.settings.borrow_mut();
        (settings.key, settings.key_bits) = (Some(key), bits);
        Ok(())
    }

    /// What `CreateEncryptor(key, iv)` and `CreateDecryptor(key, iv)` make.
    fn transform(&self, key: &[u8], vector: Option<&[u8]>, direction: Direction) -> Result<Transform, Thrown> {
        let bits = i32::try_from(key.len()).unwrap_or(i32::MAX / 8).saturating_mul(8);
        if !self.algorithm.is_valid_key_size(bits) {
            return Err(Exception::argument(INVALID_KEY_SIZE, "rgbKey").into());
        }
        if vector.is_some_and(|vector| vector.len() != self.block_bytes()) {
            return Err(Exception::argument(INVALID_VECTOR_SIZE, "rgbIV").into());
        }
        self.algorithm.check_key(key)?;
        let settings = self.settings.borrow();
        Ok(Transform::new(self.algorithm, key, vector, settings.mode, settings.padding, settings.feedback_bits, direction)?)
    }

    /// All of some bytes at once: what APIM's `Encrypt` and `Decrypt` do with arrays.
    pub(crate) fn run(
        &self,
        machine: &mut Machine<'_>,
        input: &[u8],
        key_and_vector: Option<(Vec<u8>, Option<Vec<u8>>)>,
        direction: Direction,
    ) -> Result<Value, Thrown> {
        let (key, vector) = key_and_vector.unwrap_or_else(|| (self.key(machine), Some(self.vector(machine))));
        let mut transform = self.transform(&key, vector.as_deref(), direction)?;
        count_cipher(machine, &transform, input.len())?;
        let output = transform.finish(input, &mut || machine.random())?;
        bytes(machine, output)
    }

    /// `EncryptCbc` and its like: the mode is in the name, the key is the object's.
    fn one_shot(
        &self,
        machine: &mut Machine<'_>,
        input: &[u8],
        vector: Option<&[u8]>,
        (mode, padding, feedback_bits): (Mode, Padding, i32),
        direction: Direction,
    ) -> Result<Value, Thrown> {
        if vector.is_some_and(|vector| vector.len() != self.block_bytes()) {
            return Err(Exception::argument(INVALID_VECTOR_SIZE, "iv").into());
        }
        if direction == Direction::Encrypt {
            self.ciphertext_length(input.len(), (mode, padding, feedback_bits))?;
        }
        let key = self.key(machine);
        let mut transform = Transform::new(self.algorithm, &key, vector, mode, padding, feedback_bits, direction)?;
        count_cipher(machine, &transform, input.len())?;
        let output = transform.finish(input, &mut || machine.random())?;
        bytes(machine, output)
    }

    /// `GetCiphertextLengthCbc` and its like.
    fn ciphertext_length(&self, length: usize, (mode, padding, feedback_bits): (Mode, Padding, i32)) -> Result<Value, Thrown> {
        let (unit, what) = match mode {
            Mode::Cfb => (usize::try_from(feedback_bits / 8).unwrap_or(0), "feedback"),
            _ => (self.block_bytes(), "block"),
        };
        let unit = unit.max(1);
        let over = length % unit;
        let padded = match padding {
            Padding::None if over != 0 => {
                let message = format!("The specified plaintext size is not valid for the padding and {what} size.");
                return Err(Exception::argument(&message, "plaintextLength").into());
            }
            Padding::None => length,
            Padding::Zeros if over == 0 => length,
            _ => length.saturating_add(unit - over),
        };
        Ok(Value::Int32(i32::try_from(padded).unwrap_or(i32::MAX)))
    }
}

fn random(machine: &Machine<'_>, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    crypto::fill(&mut bytes, &mut || machine.random());
    bytes
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Cipher>, Thrown> {
    call.this_object()
}

/// An argument of type `PaddingMode`, for a call that names it.
fn padding(call: &Call<'_, '_>, at: usize) -> Result<Padding, Thrown> {
    let padding = Padding::from_number(call.enumeration(at)?);
    padding.ok_or_else(|| {
        Exception::argument_out_of_range("Specified padding mode is not valid for this algorithm.", "paddingMode").into()
    })
}

/// The last argument of `EncryptCfb` and its like.
fn feedback(call: &Call<'_, '_>, at: usize) -> Result<i32, Thrown> {
    let bits = call.int(at)?;
    if bits <= 0 {
        return Err(Exception::argument_must_be("a non-negative and non-zero value", "feedbackSizeInBits", bits.into()).into());
    }
    if bits % 8 != 0 {
        let message = "The value specified in bits must be a whole number of bytes.";
        return Err(Exception::argument(message, "feedbackSizeInBits").into());
    }
    Ok(bits)
}

fn vector_or_null(call: &Call<'_, '_>, at: usize) -> Result<Option<Vec<u8>>, Thrown> {
    if call.value(at).is_null() { Ok(None) } else { call.bytes(at, "rgbIV").map(Some) }
}

fn new_transform(call: &mut Call<'_, '_>, direction: Direction) -> Result<Value, Thrown> {
    let cipher = this(call)?;
    let (key, vector) = match call.arguments.len() {
        0 => (cipher.key(call.machine), Some(cipher.vector(call.machine))),
        _ => (call.bytes(0, "rgbKey")?, vector_or_null(call, 1)?),
    };
    let transform = cipher.transform(&key, vector.as_deref(), direction)?;
    Ok(Value::object(CryptoTransform(RefCell::new(Some(transform)))))
}

fn cbc(call: &mut Call<'_, '_>, text: &str, direction: Direction) -> Result<Value, Thrown> {
    let (input, vector, padding) = (call.bytes(0, text)?, call.bytes(1, "iv")?, padding(call, 2)?);
    this(call)?.one_shot(call.machine, &input, Some(&vector), (Mode::Cbc, padding, 0), direction)
}

fn ecb(call: &mut Call<'_, '_>, text: &str, direction: Direction) -> Result<Value, Thrown> {
    let (input, padding) = (call.bytes(0, text)?, padding(call, 1)?);
    this(call)?.one_shot(call.machine, &input, None, (Mode::Ecb, padding, 0), direction)
}

fn cfb(call: &mut Call<'_, '_>, text: &str, direction: Direction) -> Result<Value, Thrown> {
    let (input, vector) = (call.bytes(0, text)?, call.bytes(1, "iv")?);
    let (padding, feedback) = (padding(call, 2)?, feedback(call, 3)?);
    this(call)?.one_shot(call.machine, &input, Some(&vector), (Mode::Cfb, padding, feedback), direction)
}

fn plaintext_length(call: &Call<'_, '_>) -> Result<usize, Thrown> {
    super::not_negative(call.int(0)?, "plaintextLength")
}

/// `System.Security.Cryptography.SymmetricAlgorithm`
pub static SYMMETRIC_ALGORITHM: NetType = NetType {
    namespace: NAMESPACE,
    name: "SymmetricAlgorithm",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row(
            "static SymmetricAlgorithm Create(string algName)",
            |call| create(call, &SYMMETRIC_ALGORITHM),
            "The cipher of a name: `AES`, `DES`, `TripleDES`, `RC2`, `Rijndael`; null for other names",
        ),
        row(
            "byte[] Key",
            |call| {
                let key = this(call)?.key(call.machine);
                bytes(call.machine, key)
            },
            "The key; one that nobody can guess, if none was set",
        ),
        row(
            "set byte[] Key",
            |call| {
                let key = call.bytes(0, "value")?;
                this(call)?.set_key(key)?;
                Ok(Value::Null)
            },
            "Sets the key",
        ),
        row(
            "byte[] IV",
            |call| {
                let vector = this(call)?.vector(call.machine);
                bytes(call.machine, vector)
            },
            "The initialization vector; one that nobody can guess, if none was set",
        ),
        row(
            "set byte[] IV",
            |call| {
                let (cipher, vector) = (this(call)?, call.bytes(0, "value")?);
                if vector.len() != cipher.block_bytes() {
                    return Err(cryptographic(INVALID_VECTOR_SIZE).into());
                }
                cipher.settings.borrow_mut().vector = Some(vector);
                Ok(Value::Null)
            },
            "Sets the initialization vector, which is as long as a block",
        ),
        row("int KeySize", |call| Ok(Value::Int32(this(call)?.settings.borrow().key_bits)), "The length of the key in bits"),
        row(
            "set int KeySize",
            |call| {
                let (cipher, bits) = (this(call)?, call.int(0)?);
                if !cipher.algorithm.is_valid_key_size(bits) {
                    return Err(cryptographic(INVALID_KEY_SIZE).into());
                }
                let mut settings = cipher.settings.borrow_mut();
                (settings.key, settings.key_bits) = (None, bits);
                Ok(Value::Null)
            },
            "Sets the length of the key in bits; the key is another then",
        ),
        row("int BlockSize", |call| Ok(Value::Int32(this(call)?.algorithm.block_bits())), "The length of a block in bits"),
        row(
            "set int BlockSize",
            |call| {
                let cipher = this(call)?;
                if call.int(0)? == cipher.algorithm.block_bits() {
                    cipher.settings.borrow_mut().vector = None;
                    return Ok(Value::Null);
                }
                if cipher.algorithm == Algorithm::Rijndael {
                    let message = "BlockSize must be 128 in this implementation.";
                    return Err(Thrown::new("PlatformNotSupportedException", message));
                }
                Err(cryptographic("Specified block size is not valid for this algorithm.").into())
            },
            "Sets the length of a block in bits, to what it is",
        ),
        row(
            "int FeedbackSize",
            |call| Ok(Value::Int32(this(call)?.settings.borrow().feedback_bits)),
            "How many bits `CFB` does at a time",
        ),
        row(
            "set int FeedbackSize",
            |call| {
                let (cipher, bits) = (this(call)?, call.int(0)?);
                if bits <= 0 || bits > cipher.algorithm.block_bits() || bits % 8 != 0 {
                    return Err(cryptographic("Specified feedback size is not valid for this algorithm.").into());
                }
                cipher.settings.borrow_mut().feedback_bits = bits;
                Ok(Value::Null)
            },
            "Sets how many bits `CFB` does at a time: 8 or a block",
        ),
        row(
            "CipherMode Mode",
            |call| Ok(Value::Enum(&super::names::CIPHER_MODE, this(call)?.settings.borrow().mode as i64)),
            "How blocks are chained; `CBC` if nothing else was set",
        ),
        row(
            "set CipherMode Mode",
            |call| {
                let mode = Mode::from_number(call.enumeration(0)?);
                let mode = mode.ok_or_else(|| cryptographic("Specified cipher mode is not valid for this algorithm."))?;
                this(call)?.settings.borrow_mut().mode = mode;
                Ok(Value::Null)
            },
            "Sets how blocks are chained: `CBC`, `ECB` or `CFB`",
        ),
        row(
            "PaddingMode Padding",
            |call| Ok(Value::Enum(&super::names::PADDING_MODE, this(call)?.settings.borrow().padding as i64)),
            "What fills the last block; `PKCS7` if nothing else was set",
        ),
        row(
            "set PaddingMode Padding",
            |call| {
                let padding = Padding::from_number(call.enumeration(0)?);
                let padding = padding.ok_or_else(|| cryptographic("Specified padding mode is not valid for this algorithm."))?;
                this(call)?.settings.borrow_mut().padding = padding;
                Ok(Value::Null)
            },
            "Sets what fills the last block",
        ),
        row(
            "bool ValidKeySize(int bitLength)",
            |call| Ok(Value::Bool(this(call)?.algorithm.is_valid_key_size(call.int(0)?))),
            "True if a key may have so many bits",
        ),
        row(
            "void GenerateKey()",
            |call| {
                let cipher = this(call)?;
                cipher.settings.borrow_mut().key = None;
                cipher.key(call.machine);
                Ok(Value::Null)
            },
            "Makes a new key",
        ),
        row(
            "void GenerateIV()",
            |call| {
                let cipher = this(call)?;
                cipher.settings.borrow_mut().vector = None;
                cipher.vector(call.machine);
                Ok(Value::Null)
            },
            "Makes a new initialization vector",
        ),
        row(
            "ICryptoTransform CreateEncryptor()",
            |call| new_transform(call, Direction::Encrypt),
            "What encrypts with the key and the vector",
        ),
        row(
            "ICryptoTransform CreateEncryptor(byte[] rgbKey, byte[] rgbIV)",
            |call| new_transform(call, Direction::Encrypt),
            "What encrypts with another key and vector",
        ),
        row(
            "ICryptoTransform CreateDecryptor()",
            |call| new_transform(call, Direction::Decrypt),
            "What decrypts with the key and the vector",
        ),
        row(
            "ICryptoTransform CreateDecryptor(byte[] rgbKey, byte[] rgbIV)",
            |call| new_transform(call, Direction::Decrypt),
            "What decrypts with another key and vector",
        ),
        row(
            "byte[] EncryptCbc(byte[] plaintext, byte[] iv, PaddingMode paddingMode = PaddingMode.PKCS7)",
            |call| cbc(call, "plaintext", Direction::Encrypt),
            "Encrypts with the key in the mode `CBC`",
        ),
        row(
            "byte[] DecryptCbc(byte[] ciphertext, byte[] iv, PaddingMode paddingMode = PaddingMode.PKCS7)",
            |call| cbc(call, "ciphertext", Direction::Decrypt),
            "Decrypts with the key in the mode `CBC`",
        ),
        row(
            "byte[] EncryptEcb(byte[] plaintext, PaddingMode paddingMode)",
            |call| ecb(call, "plaintext", Direction::Encrypt),
            "Encrypts with the key in the mode `ECB`",
        ),
        row(
            "byte[] DecryptEcb(byte[] ciphertext, PaddingMode paddingMode)",
            |call| ecb(call, "ciphertext", Direction::Decrypt),
            "Decrypts with the key in the mode `ECB`",
        ),
        row(
            "byte[] EncryptCfb(byte[] plaintext, byte[] iv, PaddingMode paddingMode = PaddingMode.None, int feedbackSizeInBits = 8)",
            |call| cfb(call, "plaintext", Direction::Encrypt),
            "Encrypts with the key in the mode `CFB`",
        ),
        row(
            "byte[] DecryptCfb(byte[] ciphertext, byte[] iv, PaddingMode paddingMode = PaddingMode.None, int feedbackSizeInBits = 8)",
            |call| cfb(call, "ciphertext", Direction::Decrypt),
            "Decrypts with the key in the mode `CFB`",
        ),
        row(
            "int GetCiphertextLengthCbc(int plaintextLength, PaddingMode paddingMode = PaddingMode.PKCS7)",
            |call| this(call)?.ciphertext_length(plaintext_length(call)?, (Mode::Cbc, padding(call, 1)?, 0)),
            "How long text is after encryption in the mode `CBC`",
        ),
        row(
            "int GetCiphertextLengthEcb(int plaintextLength, PaddingMode paddingMode)",
            |call| this(call)?.ciphertext_length(plaintext_length(call)?, (Mode::Ecb, padding(call, 1)?, 0)),
            "How long text is after encryption in the mode `ECB`",
        ),
        row(
            "int GetCiphertextLengthCfb(int plaintextLength, PaddingMode paddingMode = PaddingMode.None, int feedbackSizeInBits = 8)",
            |call| this(call)?.ciphertext_length(plaintext_length(call)?, (Mode::Cfb, padding(call, 1)?, feedback(call, 2)?)),
            "How long text is after encryption in the mode `CFB`",
        ),
        row("void Clear()", end, "Forgets the key"),
        row("void Dispose()", end, "Forgets the key, as `using` does"),
    ],
    missing: &[
        "LegalBlockSizes",
        "LegalKeySizes",
        "TryDecryptCbc",
        "TryDecryptCfb",
        "TryDecryptEcb",
        "TryEncryptCbc",
        "TryEncryptCfb",
        "TryEncryptEcb",
    ],
    doc: "The base of all ciphers with one key for both ways",
};

fn end(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let cipher = this(call)?;
    let mut settings = cipher.settings.borrow_mut();
    (settings.key, settings.vector) = (None, None);
    Ok(Value::Null)
}

/// `System.Security.Cryptography.Aes`
pub static AES: NetType = NetType {
    namespace: NAMESPACE,
    name: "Aes",
    kind: Kind::Class,
    bases: &["SymmetricAlgorithm"],
    members: &[
        row("static Aes Create()", |_| Ok(symmetric(Algorithm::Aes)), "The cipher AES"),
        row(
            "static Aes Create(string algorithmName)",
            |call| create(call, &AES),
            "The cipher of a name, if it is AES; null for names that are none",
        ),
    ],
    missing: &[],
    doc: "The cipher AES",
};

/// What encrypts or decrypts; nothing after its end.
#[derive(Debug)]
struct CryptoTransform(RefCell<Option<Transform>>);

impl Object for CryptoTransform {
    fn net_type(&self) -> Type {
        Type::of(&CRYPTO_TRANSFORM)
    }
}

/// Runs something with the transform of a call.
fn with<T>(
    call: &mut Call<'_, '_>,
    run: impl FnOnce(&mut Machine<'_>, &mut Transform) -> Result<T, Thrown>,
) -> Result<T, Thrown> {
    let this = call.this_object::<CryptoTransform>()?;
    let mut transform = this.0.borrow_mut();
    let transform = transform.as_mut().ok_or_else(|| disposed(&CRYPTO_TRANSFORM))?;
    run(call.machine, transform)
}

fn unit(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    with(call, |_, transform| Ok(Value::Int32(i32::try_from(transform.unit()).unwrap_or(i32::MAX))))
}

/// `System.Security.Cryptography.ICryptoTransform`
pub static CRYPTO_TRANSFORM: NetType = NetType {
    namespace: NAMESPACE,
    name: "ICryptoTransform",
    kind: Kind::Interface,
    bases: &[],
    members: &[
        row(
            "byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)",
            |call| {
                let input = input(call)?;
                let output = with(call, |machine, transform| {
                    count_cipher(machine, transform, input.len())?;
                    Ok(transform.finish(&input, &mut || machine.random())?)
                })?;
                bytes(call.machine, output)
            },
            "Encrypts or decrypts the last bytes, and the padding",
        ),
        row(
            "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, int outputOffset)",
            |call| {
                let input = input(call)?;
                let output = call.object::<Array>(3, "outputBuffer")?;
                let offset = super::not_negative(call.int(4)?, "outputOffset")?;
                call.machine.spend(input.len())?;
                let room = output.len().saturating_sub(offset);
                let written = with(call, |machine, transform| {
                    count_cipher(machine, transform, input.len())?;
                    if input.is_empty() || input.len() % transform.unit() != 0 {
                        let message = "TransformBlock may only process bytes in block sized increments.";
                        return Err(Exception::argument_out_of_range(message, "inputCount").into());
                    }
                    if room < input.len() {
                        return Err(Exception::argument_out_of_range(super::OFF_LENGTH, "outputOffset").into());
                    }
                    Ok(transform.update(&input))
                })?;
                write_into(&output, offset, &written);
                Ok(Value::Int32(i32::try_from(written.len()).unwrap_or(i32::MAX)))
            },
            "Encrypts or decrypts whole blocks into another array; gives how many bytes it wrote",
        ),
        row("int InputBlockSize", unit, "How many bytes are taken at a time"),
        row("int OutputBlockSize", unit, "How many bytes are given at a time"),
        row("bool CanReuseTransform", |_| Ok(Value::Bool(true)), "True: after the last block it starts anew"),
        row("bool CanTransformMultipleBlocks", |_| Ok(Value::Bool(true)), "True: any number of blocks at once"),
        row(
            "void Dispose()",
            |call| {
                call.this_object::<CryptoTransform>()?.0.take();
                Ok(Value::Null)
            },
            "Forgets the key, as `using` does",
        ),
    ],
    missing: &[],
    doc: "What encrypts or decrypts",
};

/// The part of an array that is to be transformed.
fn input(call: &Call<'_, '_>) -> Result<Vec<u8>, Thrown> {
    let length = call.object::<Array>(0, "inputBuffer")?.len();
    let offset = super::not_negative(call.int(1)?, "inputOffset")?;
    let count = super::not_negative(call.int(2)?, "inputCount")?;
    if count > length.saturating_sub(offset) {
        return Err(Exception::argument_out_of_range(super::OFF_LENGTH, "inputCount").into());
    }
    part(call, 0, ["inputBuffer", "inputOffset", "inputCount"])
}
