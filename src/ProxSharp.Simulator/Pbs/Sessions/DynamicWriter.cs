using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Writes a dynamic index.</summary>
internal sealed class DynamicWriter(int id, string name) : IndexWriter(id, name), IDisposable
{
    private readonly DynamicIndexBuilder _index = new();

    public override string Kind => "dynamic";

    public override void Append(long offset, int size, Sha256Digest digest)
    {
        if (offset != _index.Size)
        {
            throw new ApiFault(400, FormattableString.Invariant($"dynamic writer '{Name}' append chunk failed - got strange chunk offset ({_index.Size} != {offset})"));
        }

        _index.Add(size, digest);
        Appended++;
    }

    public override (byte[] File, Guid Id, long Length) Finish(long chunkCount, long size, Sha256Digest checksum, DateTimeOffset now)
    {
        CheckCount(Appended, chunkCount);
        CheckSize(_index.Size, size);
        CheckSum(checksum, _index.ComputeChecksum());
        Guid id = Guid.NewGuid();
        return (_index.Build(id, now).ToArray(), id, _index.Size);
    }

    public void Dispose() => _index.Dispose();
}
