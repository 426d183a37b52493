using System.Reflection;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Reading;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Runs;

/// <summary>Backups made and read by threads that wait.</summary>
public sealed class SynchronousTests
{
    private static readonly BackupGroupPath s_group = BackupGroupPath.Parse("host/web1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The classes whose asynchronous methods all have twins.</summary>
    public static TheoryData<Type> Faces =>
        [typeof(DatastoreBackups), typeof(DatastoreSnapshotExtensions), typeof(BackupSource), typeof(BackupEnvironment), typeof(LocalDatastore),
            typeof(SnapshotReader), typeof(SnapshotArchive)];

    [Theory]
    [MemberData(nameof(Faces))]
    public void AsynchronousMethods_All_HaveATwinWithTheSameParameters(Type type)
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        MethodInfo[] methods = [.. type.GetMethods(Public).Where(static method => method.Name.EndsWith("Async", StringComparison.Ordinal))];
        Assert.NotEmpty(methods);
        Assert.All(methods, method =>
        {
            Type[] parameters = [.. method.GetParameters().Select(static parameter => parameter.ParameterType)];
            Assert.NotNull(type.GetMethod(method.Name[..^"Async".Length], Public, parameters));
        });
    }

    [Theory]
    [InlineData(ChangeDetectionMode.Legacy)]
    [InlineData(ChangeDetectionMode.Data)]
    public async Task Backup_TreeImageAndFile_AreReadBack(ChangeDetectionMode mode)
    {
        await using BackupServer server = await BackupServer.StartAsync();
        using TestFolder folder = new();
        byte[] image = FakeBackup.Random(9 << 20, 1);
        byte[] large = FakeBackup.Random(5 << 20, 2);
        File.WriteAllBytes(folder["disk"], image);
        Directory.CreateDirectory(Path.Combine(folder["tree"], "sub"));
        File.WriteAllBytes(Path.Combine(folder["tree"], "sub", "large.bin"), large);
        File.WriteAllText(Path.Combine(folder["tree"], "a.txt"), "hello");
        BackupSource tree = BackupSource.Directory("root", folder["tree"], null, mode);
        Assert.Equal(large.Length + 5, tree.Measure(Cancel).Bytes);

        BackupResult first = server.Store.Backup(
            s_group, [tree, BackupSource.Image("disk", folder["disk"]), BackupSource.Blob("web.conf", "x=1"u8.ToArray())], In(server), Cancel);
        server.Store.UploadBackupLog(first.Snapshot, "done"u8.ToArray(), server.Namespace, cancellationToken: Cancel);
        using SnapshotReader snapshot = Open(server, first);
        Assert.Equal("x=1"u8.ToArray(), snapshot.ReadBlob("web.conf", Cancel));
        Assert.Equal("done"u8.ToArray(), snapshot.ReadBlob("client.log", Cancel));
        Assert.True(snapshot.Verify(null, Cancel).IsIntact);

        snapshot.RestoreFile("disk", folder["copy"], null, Cancel);
        Assert.Equal(image, File.ReadAllBytes(folder["copy"]));
        using MemoryStream copied = new();
        snapshot.CopyTo("disk", copied, null, Cancel);
        Assert.Equal(image, copied.ToArray());
        using Stream stream = snapshot.OpenStream("disk", Cancel);
        Assert.Equal(image, ReadAll(stream));

        snapshot.Restore("root.pxar", folder["restored"], null, null, Cancel);
        Assert.Equal(large, File.ReadAllBytes(Path.Combine(folder["restored"], "sub", "large.bin")));
        AssertBrowsed(snapshot.OpenArchive("root", Cancel), folder, large);
    }

    [Fact]
    public async Task CompareWith_NextSnapshot_TellsWhatChanged()
    {
        await using BackupServer server = await BackupServer.StartAsync();
        using TestFolder folder = new();
        Directory.CreateDirectory(folder["tree"]);
        File.WriteAllText(Path.Combine(folder["tree"], "a.txt"), "hello");
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        BackupSource[] sources = [BackupSource.Directory("root", folder["tree"])];
        BackupResult older = server.Store.Backup(s_group, sources, In(server) with { Time = time }, Cancel);
        File.WriteAllText(Path.Combine(folder["tree"], "b.txt"), "new");
        BackupResult newer = server.Store.Backup(s_group, sources, In(server) with { Time = time.AddHours(1) }, Cancel);
        using SnapshotReader before = Open(server, older);
        using SnapshotReader after = Open(server, newer);
        IEnumerable<SnapshotChange> changes = after.OpenArchive("root", Cancel).CompareWith(before.OpenArchive("root", Cancel), null, Cancel);
        Assert.Contains(changes, static change => change.Path == "b.txt");
    }

    [Fact]
    public async Task Backup_SourceIsMissing_ThrowsWhatTheAsynchronousOneThrows()
    {
        await using BackupServer server = await BackupServer.StartAsync();
        using TestFolder folder = new();
        BackupSource[] sources = [BackupSource.Image("disk", folder["none"])];
        Assert.Throws<BackupSourceException>(() => server.Store.Backup(s_group, sources, In(server), Cancel));
        Assert.Empty(await server.Snapshots.ListAsync(cancellationToken: Cancel));
    }

    [Fact]
    public async Task Backup_IsCancelled_LeavesNothing()
    {
        await using BackupServer server = await BackupServer.StartAsync();
        using CancellationTokenSource source = new();
        using MemoryStream endless = new(new byte[1 << 20]);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => server.Store.Backup(s_group, [BackupSource.Image("disk", endless, 1 << 20)], In(server), source.Token));
        Assert.Empty(await server.Snapshots.ListAsync(cancellationToken: Cancel));
    }

    private static BackupOptions In(BackupServer server) => new() { Namespace = server.Namespace };

    private static SnapshotReader Open(BackupServer server, BackupResult result)
        => server.Store.OpenSnapshot(result.Snapshot, new SnapshotOpenOptions { Namespace = result.Namespace }, Cancel);

    private static void AssertBrowsed(SnapshotArchive archive, TestFolder folder, byte[] large)
    {
        Assert.Equal(["a.txt", "sub"], archive.List(cancellationToken: Cancel).Select(static entry => entry.Path));
        Assert.Contains(archive.Walk(cancellationToken: Cancel), static entry => entry.Path == "sub/large.bin");
        Assert.Single(archive.Search([PathPattern.Parse("*.bin")], cancellationToken: Cancel));
        Assert.Null(archive.Find("/none", Cancel));
        Assert.Throws<SnapshotFileNotFoundException>(() => archive.Get("/none", Cancel));
        using Stream file = archive.OpenFile(archive.Get("/sub/large.bin", Cancel), Cancel);
        Assert.Equal(large, ReadAll(file));
        using MemoryStream tar = new();
        archive.WriteTar(tar, null, Cancel);
        Assert.True(tar.Length > large.Length);
        TreeExtractResult result = archive.Restore(folder["again"], null, null, Cancel);
        Assert.Equal(2, result.Files);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using MemoryStream bytes = new();
        Span<byte> part = new byte[100_000];
        while (stream.Read(part) is var read and > 0)
        {
            bytes.Write(part[..read]);
        }

        return bytes.ToArray();
    }
}
