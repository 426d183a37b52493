using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxSharp.Backup.Formats.Json;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>A file with an encryption key, protected by a passphrase or not (spec 6.1).</summary>
/// <example>
/// <code>
/// KeyFile file = KeyFile.Parse(File.ReadAllBytes("encryption-key.json"));
/// using CryptConfig key = file.Unlock("my passphrase"u8);
/// </code>
/// </example>
public sealed class KeyFile
{
    /// <summary>The length of the shortest passphrase: 5 bytes.</summary>
    public const int ShortestPassphrase = 5;

    private const string What = "key file";
    private const int WrappedSize = CryptConfig.NonceSize + CryptConfig.TagSize + CryptConfig.KeySize;

    private readonly byte[] _data;

    private KeyFile(KeyDerivation? derivation, DateTimeOffset created, DateTimeOffset modified, byte[] data)
    {
        Derivation = derivation;
        Created = created;
        Modified = modified;
        _data = data;
    }

    /// <summary>How the key is protected.</summary>
    public KeyDerivationKind Kind => Derivation?.Kind ?? KeyDerivationKind.None;

    /// <summary>When the key was made, to the second.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>When the file was last written, to the second.</summary>
    public DateTimeOffset Modified { get; }

    /// <summary>What tells the key from others; null in very old files.</summary>
    public KeyFingerprint? Fingerprint { get; private init; }

    /// <summary>What helps to remember the passphrase; null if there is nothing.</summary>
    public string? Hint { get; private init; }

    internal KeyDerivation? Derivation { get; }

    /// <summary>The key itself if it is not protected, else nonce, tag and the encrypted key.</summary>
    internal ReadOnlyMemory<byte> Data => _data;

    /// <summary>Reads a key file.</summary>
    /// <param name="source">The JSON text in UTF-8.</param>
    /// <exception cref="ProxmoxProtocolException">The bytes are no key file.</exception>
    public static KeyFile Parse(ReadOnlySpan<byte> source)
    {
        JsonElement root = JsonInput.ReadObject(source, What);
        KeyDerivation? derivation = JsonInput.TryGet(root, "kdf", out JsonElement kdf) ? KeyDerivation.Read(kdf) : null;
        byte[] data = KeyFileText.ReadBase64(JsonInput.RequireString(root, "data", What), "data");
        int expected = derivation is null ? CryptConfig.KeySize : WrappedSize;
        if (data.Length != expected)
        {
            throw Malformed.At(0, FormattableString.Invariant($"'data' of the key file has {data.Length} bytes, not {expected}."));
        }

        string? fingerprint = JsonInput.OptionalString(root, "fingerprint", What);
        if (fingerprint is not null && !KeyFingerprint.TryParse(fingerprint, out _))
        {
            throw Malformed.At(0, "'fingerprint' of the key file is none.");
        }

        DateTimeOffset created = KeyFileText.ReadTime(JsonInput.RequireString(root, "created", What), "created");
        DateTimeOffset modified = KeyFileText.ReadTime(JsonInput.RequireString(root, "modified", What), "modified");
        return new KeyFile(derivation, created, modified, data)
        {
            Fingerprint = fingerprint is null ? null : KeyFingerprint.Parse(fingerprint, null),
            Hint = JsonInput.OptionalString(root, "hint", What),
        };
    }

    /// <summary>Reads a key file out of a text for paper, as <see cref="ToPaperText"/> writes it.</summary>
    /// <exception cref="ProxmoxProtocolException">The text holds no key file.</exception>
    public static KeyFile ParsePaperText(ReadOnlySpan<char> text) => Parse(Encoding.UTF8.GetBytes(KeyFileText.FromPaper(text).ToString()));

    /// <summary>Makes a key file.</summary>
    /// <param name="key">The key to keep.</param>
    /// <param name="kind">How to protect it.</param>
    /// <param name="passphrase">In UTF-8; empty if and only if the key is not protected.</param>
    /// <param name="now">The time to write into the file; its offset is written too.</param>
    /// <param name="hint">What helps to remember the passphrase; stands in the file for all to read.</param>
    /// <exception cref="ArgumentException">The passphrase is too short, or there is one and nothing to protect.</exception>
    public static KeyFile Create(CryptConfig key, KeyDerivationKind kind, ReadOnlySpan<byte> passphrase, DateTimeOffset now, string? hint = null) =>
        Protect(key, kind, passphrase, now, now, hint);

    /// <summary>Takes the key out.</summary>
    /// <param name="passphrase">In UTF-8; not used if the key is not protected.</param>
    /// <exception cref="BackupKeyException">The passphrase is wrong or too short.</exception>
    /// <exception cref="ProxmoxProtocolException">The fingerprint in the file is of another key.</exception>
    public CryptConfig Unlock(ReadOnlySpan<byte> passphrase = default)
    {
        CryptConfig key = Derivation is null ? new CryptConfig(_data) : Unwrap(Derivation, passphrase);
        if (Fingerprint is { } fingerprint && fingerprint != key.Fingerprint)
        {
            key.Dispose();
            throw Malformed.At(0, $"The key file names the fingerprint {fingerprint.ToShortString()}, which its key does not have.");
        }

        return key;
    }

    /// <summary>Protects the same key anew; <see cref="Created"/> stays.</summary>
    /// <param name="passphrase">The passphrase so far.</param>
    /// <param name="kind">How to protect the key from now on.</param>
    /// <param name="newPassphrase">The passphrase from now on; empty if and only if the key is not protected.</param>
    /// <param name="now">The time to write into the file.</param>
    /// <param name="hint">What helps to remember the new passphrase.</param>
    /// <exception cref="BackupKeyException">The passphrase is wrong or too short.</exception>
    /// <exception cref="ArgumentException">The new passphrase is too short, or there is one and nothing to protect.</exception>
    public KeyFile ChangePassphrase(ReadOnlySpan<byte> passphrase, KeyDerivationKind kind, ReadOnlySpan<byte> newPassphrase, DateTimeOffset now, string? hint = null)
    {
        using CryptConfig key = Unlock(passphrase);
        return Protect(key, kind, newPassphrase, Created, now, hint);
    }

    /// <summary>The JSON text in UTF-8, byte for byte as the official programs write it. Files that hold it should be readable by their owner only.</summary>
    public byte[] ToJson() => Encoding.UTF8.GetBytes(KeyFileText.Write(this));

    /// <summary>A text to print and keep in a safe: the key file between two lines that mark it.</summary>
    /// <param name="subject">A title line; none if null.</param>
    public string ToPaperText(string? subject = null) => KeyFileText.WritePaper(this, subject);

    internal static KeyFile Protect(CryptConfig key, KeyDerivationKind kind, ReadOnlySpan<byte> passphrase, DateTimeOffset created, DateTimeOffset modified, string? hint)
    {
        KeyDerivation? derivation = KeyDerivation.Create(kind);
        if (derivation is null ? !passphrase.IsEmpty : passphrase.Length < ShortestPassphrase)
        {
            throw new ArgumentException(derivation is null ? "A key that is not protected has no passphrase." : "A passphrase has 5 bytes at least.", nameof(passphrase));
        }

        byte[] raw = key.ExportKey();
        byte[] data = derivation is null ? raw : Wrap(derivation, passphrase, raw);
        return new KeyFile(derivation, created, modified, data) { Fingerprint = key.Fingerprint, Hint = hint };
    }

    private static byte[] Wrap(KeyDerivation derivation, ReadOnlySpan<byte> passphrase, byte[] raw)
    {
        byte[] data = new byte[WrappedSize];
        Span<byte> nonce = data.AsSpan(0, CryptConfig.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        byte[] outer = derivation.DeriveKey(passphrase);
        using CryptConfig wrapping = new(outer);
        wrapping.Encrypt(nonce, raw, data.AsSpan(CryptConfig.NonceSize + CryptConfig.TagSize), data.AsSpan(CryptConfig.NonceSize, CryptConfig.TagSize));
        CryptographicOperations.ZeroMemory(outer);
        CryptographicOperations.ZeroMemory(raw);
        return data;
    }

    private CryptConfig Unwrap(KeyDerivation derivation, ReadOnlySpan<byte> passphrase)
    {
        if (passphrase.Length < ShortestPassphrase)
        {
            throw new BackupKeyException("The passphrase is too short; it has 5 bytes at least.");
        }

        byte[] outer = derivation.DeriveKey(passphrase);
        using CryptConfig wrapping = new(outer);
        CryptographicOperations.ZeroMemory(outer);
        Span<byte> raw = stackalloc byte[CryptConfig.KeySize];
        ReadOnlySpan<byte> data = _data;
        if (!wrapping.TryDecrypt(data[..CryptConfig.NonceSize], data[(CryptConfig.NonceSize + CryptConfig.TagSize)..], data.Slice(CryptConfig.NonceSize, CryptConfig.TagSize), raw))
        {
            throw new BackupKeyException(Hint is null ? "The passphrase does not open the key file." : $"The passphrase does not open the key file. Hint: {Hint}");
        }

        CryptConfig key = new(raw);
        CryptographicOperations.ZeroMemory(raw);
        return key;
    }
}
