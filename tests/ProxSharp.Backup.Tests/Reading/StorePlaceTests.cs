using System.Runtime.Versioning;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Tests.Files;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Datastores on disk with something else in the place of a file.</summary>
public sealed class StorePlaceTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly BackupSnapshotPath s_snapshot = BackupSnapshotPath.Parse("host/web/2024-05-01T10:11:12Z");

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pipe", "a named pipe")]
    [InlineData("device", "a device")]
    [InlineData("directory", "a directory")]
    [InlineData("loop", "a link that leads to no end")]
    public async Task Open_ManifestThatIsNoFile_SaysWhatItIs(string place, string kind)
    {
        TempTree.RequireLinux();
        string path = Make($"{s_snapshot}", ArchiveName.Manifest, place);
        Task opened = Task.Run(() => new LocalDatastore(_folder.Root).OpenSnapshotAsync(s_snapshot, null, Stop), Stop);
        ProxmoxProtocolException refused = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => opened.WaitAsync(s_patience, Stop));
        Assert.Contains($"{path} is {kind}, and no file of a datastore", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipe", "a named pipe")]
    [InlineData("device", "a device")]
    public async Task ReadChunk_ThatIsNoFile_SaysWhatItIs(string place, string kind)
    {
        TempTree.RequireLinux();
        Sha256Digest digest = Sha256Digest.Parse(new string('a', 64));
        string path = Make(".chunks/aaaa", digest.ToString(), place);
        Task read = Task.Run(() => new ChunkStoreDirectory(_folder.Root).ReadChunkAsync(digest, new System.Buffers.ArrayBufferWriter<byte>(), Stop).AsTask(), Stop);
        ProxmoxProtocolException refused = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => read.WaitAsync(s_patience, Stop));
        Assert.Contains($"{path} is {kind}, and no file of a datastore", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("directory")]
    [InlineData("pipe")]
    [InlineData("loop")]
    public void ListSnapshots_ManifestThatIsNoFile_IsNotLeftOut(string place)
    {
        TempTree.RequireLinux();
        Make($"{s_snapshot}", ArchiveName.Manifest, place);
        Directory.CreateDirectory(_folder["host/web/2024-05-02T10:11:12Z"]);
        Assert.Equal([s_snapshot], new LocalDatastore(_folder.Root).ListSnapshots());
    }

    [Theory]
    [InlineData(UnixFileMode.None)]
    [InlineData(UnixFileMode.UserRead)]
    [UnsupportedOSPlatform("windows")]
    public async Task ListSnapshots_FolderThatMayNotBeEntered_IsNotLeftOut(UnixFileMode mode)
    {
        TempTree.RequireLinux();
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may do everything.");
        Make($"{s_snapshot}", ArchiveName.Manifest, "directory");
        string folder = _folder[$"{s_snapshot}"];
        File.SetUnixFileMode(folder, mode);
        try
        {
            LocalDatastore store = new(_folder.Root);
            Assert.Equal([s_snapshot], store.ListSnapshots());
            await Assert.ThrowsAsync<UnauthorizedAccessException>(() => store.OpenSnapshotAsync(s_snapshot, null, Stop));
        }
        finally
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void ListNamespaces_LinksThatLeadBack_AreNotFollowed()
    {
        TempTree.RequireLinux();
        Directory.CreateDirectory(_folder["ns/a/ns/b"]);
        File.CreateSymbolicLink(_folder["ns/back"], "..");
        File.CreateSymbolicLink(_folder["ns/a/ns/back"], _folder.Root);

        Assert.Equal(["", "a", "a/b"], new LocalDatastore(_folder.Root).ListNamespaces().Select(static found => found.ToString()));
    }

    [Fact]
    public void Lists_PlaceThatLeadsToNoEnd_IsToldOrThrown()
    {
        TempTree.RequireLinux();
        Make($"{s_snapshot}", ArchiveName.Manifest, "directory");
        File.CreateSymbolicLink(_folder["vm"], "vm");
        File.CreateSymbolicLink(_folder["ns"], "ns");
        LocalDatastore store = new(_folder.Root);
        List<string> told = [];

        Assert.Equal([s_snapshot], store.ListSnapshots(skipped: problem => told.Add(problem.Message)));
        Assert.Single(store.ListNamespaces(problem => told.Add(problem.Message)));

        Assert.Equal(2, told.Count);
        Assert.Contains(_folder["vm"], told[0], StringComparison.Ordinal);
        Assert.Contains(_folder["ns"], told[1], StringComparison.Ordinal);
        Assert.Throws<IOException>(() => store.ListSnapshots());
        Assert.Throws<IOException>(() => store.ListNamespaces().ToList());
        Assert.Equal([s_snapshot], store.ListSnapshots(s_snapshot.Group));
    }

    private string Make(string folder, string name, string place)
    {
        Directory.CreateDirectory(_folder[folder]);
        string path = Path.Combine(_folder[folder], name);
        if (place == "directory")
        {
            Directory.CreateDirectory(path);
        }
        else if (place == "loop")
        {
            File.CreateSymbolicLink(path, path);
        }
        else if (place == "device")
        {
            // As a link does that leads out of the datastore.
            File.CreateSymbolicLink(path, "/dev/zero");
        }
        else
        {
            using Descriptor parent = Descriptor.Open(_folder[folder], Libc.ReadOnly);
            Assert.Equal(0, Libc.MakeNode(parent, Libc.Text(System.Text.Encoding.UTF8.GetBytes(name)), 0x1180, 0));
        }

        return path;
    }
}
