using ProxSharp.Authentication;
using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Guide.Tests;

public sealed class BackupGuide : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prox-guide-").FullName;
    private PbsSimulator _simulator = null!;
    private PbsClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        _client = new PbsClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(_simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
            Trust = ServerTrust.Pin(_simulator.Fingerprint),
        });
        Directory.CreateDirectory(Path.Combine(_folder, "srv", "etc"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "srv", "etc", "hosts"), "127.0.0.1 localhost\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "web.conf"), "name=web\n");
        await File.WriteAllBytesAsync(Path.Combine(_folder, "disk.raw"), new byte[1 << 20]);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _simulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Backup_OfDirectoryDiskAndFile_IsMade()
    {
        PbsClient pbs = _client;
        string srv = Path.Combine(_folder, "srv");
        string disk = Path.Combine(_folder, "disk.raw");
        string conf = Path.Combine(_folder, "web.conf");

        #region create
        Datastore store = pbs.Datastores["store1"];
        BackupSource[] sources =
        [
            BackupSource.Directory("srv", srv, new DirectoryArchiveOptions { Excludes = [PathPattern.Parse("*.tmp")] }),
            BackupSource.Image("disk", disk),
            BackupSource.File("web.conf", conf),
        ];
        BackupResult result = await store.BackupAsync(BackupGroupPath.Parse("host/web"), sources);
        Console.WriteLine($"{result.Snapshot}: {result.BytesTotal} bytes, {result.BytesReused} reused, {result.BytesSent} sent");
        foreach (BackupWarning warning in result.Warnings)
        {
            Console.WriteLine(warning);                                         // what changed or vanished while it was read
        }
        #endregion

        Assert.Equal(4, result.Archives.Count);

        #region watch
        BackupOptions options = new()
        {
            Progress = new Progress<BackupProgress>(now => Console.WriteLine($"{now.Archive}: {now.BytesRead} read, {now.BytesReused} reused, {now.Remaining} left")),
            ChangeDetection = ChangeDetectionMode.Metadata,
            BytesPerSecond = 50_000_000,
            Notes = "before the upgrade",
        };
        #endregion

        BackupResult second = await store.BackupAsync(BackupGroupPath.Parse("host/watched"), sources, options);
        Assert.Null(second.Previous);
    }

    [Fact]
    public async Task Backup_WithAKey_IsEncrypted()
    {
        Datastore store = _client.Datastores["store1"];
        BackupGroupPath group = BackupGroupPath.Parse("host/secret");
        BackupSource[] sources = [BackupSource.Directory("srv", Path.Combine(_folder, "srv"))];
        string path = Path.Combine(_folder, "key.json");

        #region key
        using (CryptConfig fresh = CryptConfig.CreateRandom())
        {
            KeyFile file = KeyFile.Create(fresh, KeyDerivationKind.Scrypt, "a passphrase"u8, DateTimeOffset.Now);
            await File.WriteAllBytesAsync(path, file.ToJson());
        }

        using CryptConfig key = KeyFile.Parse(await File.ReadAllBytesAsync(path)).Unlock("a passphrase"u8);
        BackupResult result = await store.BackupAsync(group, sources, new BackupOptions { Key = key });
        await using SnapshotReader snapshot = await store.OpenSnapshotAsync(result.Snapshot, new SnapshotOpenOptions { Key = key });
        #endregion

        Assert.Equal(ManifestSignature.Valid, snapshot.Signature);
    }

    [Fact]
    public void Backup_OfThreadsThatWait_IsMadeAndRestored()
    {
        Datastore store = _client.Datastores["store1"];
        string srv = Path.Combine(_folder, "srv");
        string target = Path.Combine(_folder, "waited");

        #region wait
        BackupResult result = store.Backup(BackupGroupPath.Parse("host/web"), [BackupSource.Directory("srv", srv)]);
        using SnapshotReader snapshot = store.OpenSnapshot(result.Snapshot);
        snapshot.Restore("srv.pxar", target);
        #endregion

        Assert.True(File.Exists(Path.Combine(target, "etc", "hosts")));
    }

    [Fact]
    public async Task Snapshot_IsRestoredBrowsedAndVerified()
    {
        Datastore store = _client.Datastores["store1"];
        string target = Path.Combine(_folder, "restored");
        string copy = Path.Combine(_folder, "copy.raw");
        BackupSource[] sources = [BackupSource.Directory("srv", Path.Combine(_folder, "srv")), BackupSource.Image("disk", Path.Combine(_folder, "disk.raw"))];
        BackupOptions old = new() { Time = new DateTimeOffset(2026, 2, 1, 2, 0, 0, TimeSpan.Zero) };
        BackupSnapshotPath previous = (await store.BackupAsync(BackupGroupPath.Parse("host/web"), sources, old)).Snapshot;
        await File.WriteAllTextAsync(Path.Combine(_folder, "srv", "new.txt"), "new", TestContext.Current.CancellationToken);
        BackupSnapshotPath path = (await store.BackupAsync(BackupGroupPath.Parse("host/web"), sources)).Snapshot;

        #region restore
        await using SnapshotReader snapshot = await store.OpenSnapshotAsync(path);
        TreeExtractResult tree = await snapshot.RestoreAsync("srv.pxar", target);
        await snapshot.RestoreFileAsync("disk.img", copy, new RestoreFileOptions { Resume = true });
        #endregion

        Assert.Equal(0, tree.WarningCount);

        #region part
        await snapshot.RestoreAsync("srv.pxar", target, new TreeExtractOptions
        {
            Includes = [PathPattern.Parse("/etc/*.conf"), PathPattern.Parse("/etc/hosts")],
            Existing = ExistingFiles.KeepSameContent,
        });
        #endregion

        #region foresee
        TreeExtractResult foretold = await snapshot.RestoreAsync(
            "srv.pxar", target, new TreeExtractOptions { Existing = ExistingFiles.KeepSameTime, DryRun = true });
        RestorePreview plan = foretold.Preview!;
        Console.WriteLine($"{plan.Created} new, {plan.Overwritten} overwritten, {foretold.SkippedEntries} skipped, {plan.Refused} refused");
        #endregion

        Assert.Equal((0, 0, 2), (plan.Created, plan.Overwritten, foretold.KeptFiles));

        #region browse
        SnapshotArchive srv = await snapshot.OpenArchiveAsync("srv");
        await foreach (ArchiveEntry entry in srv.ListAsync("etc"))
        {
            Console.WriteLine($"{entry.Path} {entry.Length}");
        }

        await using Stream hosts = await srv.OpenFileAsync(await srv.GetAsync("/etc/hosts"));
        #endregion

        using StreamReader reader = new(hosts);
        Assert.Equal("127.0.0.1 localhost\n", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        List<string> changes = [];

        #region compare
        await using SnapshotReader older = await store.OpenSnapshotAsync(previous);
        await foreach (SnapshotChange change in srv.CompareWithAsync(await older.OpenArchiveAsync("srv")))
        {
            changes.Add(change.ToString());                                     // Added /new.txt
        }
        #endregion

        Assert.Contains("Added /new.txt", changes);

        #region verify
        SnapshotVerification found = await snapshot.VerifyAsync();
        foreach (FileDamage damage in found.Files.SelectMany(file => file.Damages))
        {
            Console.WriteLine($"{damage.Message}: {string.Join(", ", damage.AffectedPaths)}");
        }
        #endregion

        Assert.True(found.IsIntact);
    }
}
