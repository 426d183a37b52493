using System.Security.Cryptography;
using ProxSharp.Backup.Tests.Fakes;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Takes bytes and keeps their length and digest.</summary>
internal sealed class HashingStream : TakingStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    protected override void Take(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
