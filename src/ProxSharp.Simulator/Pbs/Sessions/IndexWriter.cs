using ProxSharp.Backup.Formats;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>An index that a session writes. Guarded by the session.</summary>
internal abstract class IndexWriter(int id, string name)
{
    public int Id { get; } = id;

    /// <summary>The stored name of the archive.</summary>
    public string Name { get; } = name;

    /// <summary>What was uploaded for this index.</summary>
    public UploadCount Uploads { get; private set; }

    /// <summary>How many chunks were appended.</summary>
    public long Appended { get; protected set; }

    /// <summary><c>dynamic</c> or <c>fixed</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Counts an uploaded chunk.</summary>
    /// <exception cref="ApiFault">A chunk of this size does not belong here.</exception>
    public virtual void Register(int size, long stored, bool isDuplicate) => Uploads += new UploadCount(1, size, stored, isDuplicate ? 1 : 0);

    /// <summary>Appends a chunk.</summary>
    /// <exception cref="ApiFault">It does not fit there.</exception>
    public abstract void Append(long offset, int size, Sha256Digest digest);

    /// <summary>Checks what the client believes to have written, and makes the index.</summary>
    /// <returns>The index as a file, its id and its length.</returns>
    /// <exception cref="ApiFault">The client is wrong.</exception>
    public abstract (byte[] File, Guid Id, long Length) Finish(long chunkCount, long size, Sha256Digest checksum, DateTimeOffset now);

    protected ApiFault CloseFailed(string reason) => new(400, $"{Kind} writer '{Name}' close failed - {reason}");

    protected void CheckCount(long expected, long got)
    {
        if (expected != got)
        {
            throw CloseFailed(FormattableString.Invariant($"unexpected chunk count ({expected} != {got})"));
        }
    }

    protected void CheckSize(long expected, long got)
    {
        if (expected != got)
        {
            throw CloseFailed(FormattableString.Invariant($"unexpected file size ({expected} != {got})"));
        }
    }

    protected void CheckSum(Sha256Digest expected, Sha256Digest got)
    {
        if (expected != got)
        {
            throw CloseFailed("got unexpected checksum");
        }
    }
}
