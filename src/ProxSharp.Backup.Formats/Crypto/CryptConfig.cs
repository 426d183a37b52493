using System.Security.Cryptography;
using System.Text;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>An unlocked encryption key with all that is derived from it (spec 6.2). Safe for use by several threads at once.</summary>
/// <remarks>Keep it secret; <see cref="Dispose"/> wipes the key.</remarks>
public sealed class CryptConfig : IDisposable
{
    /// <summary>The length of a key: 32 bytes.</summary>
    public const int KeySize = 32;

    /// <summary>The length of a nonce: 16 bytes, not the usual 12 (spec 6.3).</summary>
    public const int NonceSize = 16;

    /// <summary>The length of an authentication tag: 16 bytes.</summary>
    public const int TagSize = GcmEngine.TagSize;

    private const int IdKeyIterations = 10;
    private static readonly byte[] s_idKeySalt = "_id_key"u8.ToArray();

    private readonly byte[] _key;
    private readonly byte[] _idKey;
    private readonly GcmEngine _engine;
    private bool _disposed;

    /// <summary>Takes a key.</summary>
    /// <param name="key">The 32 bytes of the key; they are copied.</param>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public CryptConfig(ReadOnlySpan<byte> key)
        : this(key, GcmEngine.Create)
    {
    }

    internal CryptConfig(ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, GcmEngine> engine)
    {
        if (key.Length != KeySize)
        {
            throw new ArgumentException("An encryption key has 32 bytes.", nameof(key));
        }

        _key = key.ToArray();
        _idKey = Rfc2898DeriveBytes.Pbkdf2(key, s_idKeySalt, IdKeyIterations, HashAlgorithmName.SHA256, KeySize);
        _engine = engine(key);
        Span<byte> fingerprint = stackalloc byte[Sha256Digest.Size];
        ComputeDigest(SHA256.HashData(Encoding.ASCII.GetBytes("Proxmox Backup Encryption Key Fingerprint"))).CopyTo(fingerprint);
        Fingerprint = new KeyFingerprint(fingerprint);
    }

    /// <summary>What tells this key from others.</summary>
    public KeyFingerprint Fingerprint { get; }

    /// <summary>Makes a new random key.</summary>
    public static CryptConfig CreateRandom()
    {
        Span<byte> key = stackalloc byte[KeySize];
        RandomNumberGenerator.Fill(key);
        CryptConfig created = new(key);
        CryptographicOperations.ZeroMemory(key);
        return created;
    }

    /// <summary>Computes the digest that names an encrypted chunk: SHA-256 of the plain data and the id key behind it (spec 5.2).</summary>
    public Sha256Digest ComputeDigest(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(data);
        hash.AppendData(_idKey);
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        hash.GetHashAndReset(digest);
        return new Sha256Digest(digest);
    }

    /// <summary>Computes the tag that signs a text: HMAC-SHA256 under the id key (spec 6.2).</summary>
    public Sha256Digest ComputeSignature(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<byte> tag = stackalloc byte[Sha256Digest.Size];
        HMACSHA256.HashData(_idKey, data, tag);
        return new Sha256Digest(tag);
    }

    /// <summary>Encrypts with AES-256-GCM.</summary>
    /// <param name="nonce">16 bytes (or 12) that were never used with this key before.</param>
    /// <param name="plaintext">What to encrypt.</param>
    /// <param name="ciphertext">Takes as many bytes; may be the plaintext's own memory.</param>
    /// <param name="tag">Takes 16 bytes.</param>
    /// <exception cref="ArgumentException">A span does not have the length it needs, or memory overlaps in part.</exception>
    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Check(nonce, plaintext, ciphertext, tag);
        _engine.Encrypt(nonce, plaintext, ciphertext, tag);
    }

    /// <summary>Decrypts with AES-256-GCM and checks the tag.</summary>
    /// <param name="nonce">The nonce used to encrypt.</param>
    /// <param name="ciphertext">What to decrypt.</param>
    /// <param name="tag">The 16 bytes of the tag.</param>
    /// <param name="plaintext">Takes as many bytes as the ciphertext has; may be its own memory. Holds zeros if the tag is wrong.</param>
    /// <returns>False if the tag is wrong: another key, or changed bytes.</returns>
    /// <exception cref="ArgumentException">A span does not have the length it needs, or memory overlaps in part.</exception>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Check(nonce, ciphertext, plaintext, tag);
        Span<byte> expected = stackalloc byte[TagSize];
        _engine.Decrypt(nonce, ciphertext, plaintext, expected);
        if (CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            return true;
        }

        CryptographicOperations.ZeroMemory(plaintext);
        return false;
    }

    /// <summary>The 32 bytes of the key, in an array of their own. Wipe it after use.</summary>
    public byte[] ExportKey()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. _key];
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_idKey);
        _engine.Dispose();
    }

    /// <summary>Shows the fingerprint, never the key.</summary>
    public override string ToString() => Fingerprint.ToString();

    internal byte[] ExportIdKey() => [.. _idKey];

    private static void Check(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, ReadOnlySpan<byte> output, ReadOnlySpan<byte> tag)
    {
        if (nonce.Length is not (NonceSize or 12))
        {
            throw new ArgumentException("A nonce has 16 bytes, or 12.", nameof(nonce));
        }

        if (tag.Length != TagSize)
        {
            throw new ArgumentException("A tag has 16 bytes.", nameof(tag));
        }

        if (output.Length != input.Length)
        {
            throw new ArgumentException("Input and output must have the same length.", nameof(output));
        }

        if (input.Overlaps(output, out int distance) && distance != 0)
        {
            throw new ArgumentException("Input and output may be the same memory, but not overlap in part.", nameof(output));
        }
    }
}
