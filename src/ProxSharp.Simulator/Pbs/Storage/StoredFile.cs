using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>A file of a snapshot, parsed if it is an index.</summary>
internal sealed record StoredFile(byte[] Content, IChunkIndex? Index)
{
    /// <summary>Opens a file.</summary>
    /// <exception cref="ApiFault">There is none, it is damaged, or its name ends in nothing that is known.</exception>
    public static StoredFile Open(Datastore store, SnapshotKey snapshot, string file)
    {
        string path = store.PathOf($"{snapshot.Folder}/{file}");
        byte[]? content = store.Read(snapshot, file);
        string? kind = file.EndsWith(".didx", StringComparison.Ordinal) ? "dynamic"
            : file.EndsWith(".fidx", StringComparison.Ordinal) ? "fixed"
            : file.EndsWith(".blob", StringComparison.Ordinal) ? null
            : throw new ApiFault(400, $"unknown archive type: \"{file}\"");
        if (kind is null)
        {
            return new StoredFile(content ?? throw new ApiFault(404, $"open file \"{path}\" failed - not found"), null);
        }

        if (content is null)
        {
            throw new ApiFault(400, $"Unable to open {kind} index \"{path}\" - No such file or directory (os error 2)");
        }

        try
        {
            return new StoredFile(content, kind == "dynamic" ? DynamicIndex.Parse(content) : FixedIndex.Parse(content));
        }
        catch (ProxmoxProtocolException exception)
        {
            throw new ApiFault(400, $"Unable to open {kind} index \"{path}\" - {exception.Message}");
        }
    }
}
