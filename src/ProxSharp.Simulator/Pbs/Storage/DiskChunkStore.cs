using System.Globalization;
using ProxSharp.Backup.Formats;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Chunks in a folder of the machine: <c>.chunks/abcd/abcd…</c>; the time of a chunk's last use is the file's access time.</summary>
internal sealed class DiskChunkStore : ChunkStore
{
    public const string FolderName = ".chunks";

    private const int PrefixLength = 4;

    private readonly string _root;

    public DiskChunkStore(string datastore)
    {
        _root = Path.Combine(datastore, FolderName);
        foreach ((_, long length) in All)
        {
            Counted(1, length);
        }
    }

    public override IEnumerable<StoredChunk> All =>
        Find("*").Where(static file => Sha256Digest.TryParse(file.Name, out _)).Select(static file => new StoredChunk(Sha256Digest.Parse(file.Name, CultureInfo.InvariantCulture), file.Length));

    public override int BadCount => Find("*.bad").Count();

    public override byte[]? Read(Sha256Digest digest)
    {
        string file = PathOf(digest);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    public override long? Length(Sha256Digest digest)
    {
        FileInfo file = new(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    public override bool Touch(Sha256Digest digest, DateTimeOffset now)
    {
        string file = PathOf(digest);
        if (!File.Exists(file))
        {
            return false;
        }

        File.SetLastAccessTimeUtc(file, now.UtcDateTime);
        return true;
    }

    public override DateTimeOffset LastTouched(Sha256Digest digest) => new(File.GetLastAccessTimeUtc(PathOf(digest)), TimeSpan.Zero);

    public override int RemoveBad()
    {
        int removed = 0;
        foreach (FileInfo bad in Find("*.bad").ToArray())
        {
            if (File.Exists(Path.Combine(bad.DirectoryName!, bad.Name[..(Sha256Digest.Size * 2)])))
            {
                bad.Delete();
                removed++;
            }
        }

        return removed;
    }

    protected override long? Put(Sha256Digest digest, byte[] blob, DateTimeOffset now)
    {
        string file = PathOf(digest);
        long? before = Length(digest);
        if (before is null)
        {
            // Proxmox: all 65536 folders exist from the start; here they are made when they are needed.
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }

        string temporary = file + ".tmp_" + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(temporary, blob);
        File.SetLastAccessTimeUtc(temporary, now.UtcDateTime);
        File.Move(temporary, file, overwrite: true);
        return before;
    }

    protected override long? Take(Sha256Digest digest)
    {
        long? length = Length(digest);
        File.Delete(PathOf(digest));
        return length;
    }

    protected override void KeepBad(Sha256Digest digest, byte[] blob)
    {
        string file = PathOf(digest);
        int number = 0;
        string Name() => string.Create(CultureInfo.InvariantCulture, $"{file}.{number}.bad");
        while (File.Exists(Name()))
        {
            number++;
        }

        File.WriteAllBytes(Name(), blob);
    }

    private IEnumerable<FileInfo> Find(string pattern)
    {
        DirectoryInfo root = new(_root);
        return root.Exists ? root.EnumerateDirectories().SelectMany(folder => folder.EnumerateFiles(pattern)) : [];
    }

    private string PathOf(Sha256Digest digest)
    {
        string name = digest.ToString();
        return Path.Combine(_root, name[..PrefixLength], name);
    }
}
