using System.Text;
using ProxSharp.Authentication;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Api;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>The keys that a simulated backup server keeps for tapes and for sync jobs: real keys, with their fingerprints and dates.</summary>
public sealed class EncryptionKeyTests : IAsyncLifetime
{
    private readonly SimulatedClock _time = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
    private PbsSimulator _simulator = null!;
    private PbsClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TapeEncryptionKeys Keys => _client.Tape.EncryptionKeys;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { TimeProvider = _time, Delays = false }, Token);
        _client = new PbsClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(_simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
            Trust = ServerTrust.Pin(_simulator.Fingerprint),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task TapeKey_IsListedWithItsDatesAndChangesItsPassphrase()
    {
        long made = _time.GetUtcNow().ToUnixTimeSeconds();
        string first = await Keys.CreateAsync(new ConfigTapeEncryptionKeysCreateRequest { Password = "passphrase", Hint = "the usual", Kdf = KeyDerivation.Pbkdf2 }, Token);
        string second = await Keys.CreateAsync(new ConfigTapeEncryptionKeysCreateRequest { Password = "passphrase", Hint = "another" }, Token);
        _time.Advance(TimeSpan.FromHours(1));
        ConfigTapeEncryptionKeysUpdateRequest Change(string password) => new() { Password = password, NewPassword = "passphrase-2", Hint = "the new", Kdf = KeyDerivation.Pbkdf2 };

        Assert.NotEqual(first, second);
        Assert.Contains("passphrase", await RefusalAsync(() => Keys.UpdateAsync(first, Change("wrong-one"), Token)), StringComparison.Ordinal);
        await Keys.UpdateAsync(first, Change("passphrase"), Token);

        ConfigTapeEncryptionKeysItem key = (await Keys.ListAsync(Token)).Single(key => key.Fingerprint == first);
        Assert.Equal((made, made + 3600, "the new", KeyDerivation.Pbkdf2), (key.Created, key.Modified, key.Hint, key.Kdf));
        Assert.Equal((made, KeyDerivation.Scrypt), ((await Keys.GetAsync(second, Token)).Modified, (await Keys.GetAsync(second, Token)).Kdf));
        await Keys.DeleteAsync(second, cancellationToken: Token);
        Assert.Equal($"tape encryption key '{second}' does not exist.", await RefusalAsync(() => Keys.GetAsync(second, Token)));
    }

    [Fact]
    public async Task TapeKey_ThatIsBrought_HasItsOwnFingerprint()
    {
        using CryptConfig key = new(Enumerable.Range(0, CryptConfig.KeySize).Select(static value => (byte)value).ToArray());
        KeyFile file = KeyFile.Create(key, KeyDerivationKind.Pbkdf2, "passphrase"u8, _time.GetUtcNow().AddDays(-9), "old");
        ConfigTapeEncryptionKeysCreateRequest Bring(string password) => new() { Password = password, Key = Encoding.UTF8.GetString(file.ToJson()) };

        Assert.NotNull(await RefusalAsync(() => Keys.CreateAsync(Bring("wrong-one"), Token)));
        Assert.Equal(key.Fingerprint.ToString(), await Keys.CreateAsync(Bring("passphrase"), Token));
        Assert.Equal($"encryption key '{key.Fingerprint}' already exists.", await RefusalAsync(() => Keys.CreateAsync(Bring("passphrase"), Token)));
        Assert.Equal(_time.GetUtcNow().AddDays(-9).ToUnixTimeSeconds(), Assert.Single(await Keys.ListAsync(Token)).Created);
    }

    [Fact]
    public async Task TapeKeys_HaveADigest()
    {
        string fingerprint = await Keys.CreateAsync(new ConfigTapeEncryptionKeysCreateRequest { Password = "passphrase", Hint = "h", Kdf = KeyDerivation.Pbkdf2 }, Token);
        string stale = new('0', 64);
        string digest = (await _client.Api.Config.TapeEncryptionKeys.ListAsync(cancellationToken: Token)).Digest!;

        await Assert.ThrowsAsync<ProxmoxConflictException>(() => Keys.DeleteAsync(fingerprint, new ConfigTapeEncryptionKeysDeleteRequest { Digest = stale }, Token));
        await Keys.DeleteAsync(fingerprint, new ConfigTapeEncryptionKeysDeleteRequest { Digest = digest }, Token);

        Assert.Empty(await Keys.ListAsync(Token));
    }

    [Fact]
    public async Task SyncKey_HasADateAndGoesToTheArchive()
    {
        await _client.EncryptionKeys.CreateAsync(new ConfigEncryptionKeysCreateRequest { Id = "offsite" }, Token);
        ConfigEncryptionKeysItem key = Assert.Single(await _client.EncryptionKeys.ListAsync(cancellationToken: Token));
        Assert.Equal(("offsite", _time.GetUtcNow().ToUnixTimeSeconds(), 95), (key.Id, key.Created, key.Fingerprint!.Length));
        Assert.Equal("encryption key 'offsite' already exists.", await RefusalAsync(() => _client.EncryptionKeys.CreateAsync(new ConfigEncryptionKeysCreateRequest { Id = "offsite" }, Token)));

        await _client.EncryptionKeys.CreateByIdAsync("offsite", cancellationToken: Token);

        Assert.Empty(await _client.EncryptionKeys.ListAsync(cancellationToken: Token));
        Assert.NotNull(Assert.Single(await _client.EncryptionKeys.ListAsync(new ConfigEncryptionKeysListRequest { IncludeArchived = true }, Token)).ArchivedAt);
        await _client.EncryptionKeys.DeleteAsync("offsite", cancellationToken: Token);
        Assert.Empty(await _client.EncryptionKeys.ListAsync(new ConfigEncryptionKeysListRequest { IncludeArchived = true }, Token));
    }

    /// <summary>What the server says to a call; null if it does as it is told.</summary>
    private static async Task<string?> RefusalAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (ProxmoxApiException exception)
        {
            return exception.ServerMessage;
        }
    }
}
