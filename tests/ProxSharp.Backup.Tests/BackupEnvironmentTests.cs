using ProxSharp.Authentication;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Tests;

public sealed class BackupEnvironmentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("proxsharp-environment").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_PlainVariables_MakeTheOptionsOfAClient()
    {
        BackupEnvironment environment = Read(
            ("PBS_REPOSITORY", "backup@pbs!ci@[2001:db8::1]:8008:tank"), ("PBS_PASSWORD", "secret\nsecond line"), ("PBS_FINGERPRINT", string.Join(':', Enumerable.Repeat("aB", 32))));
        ProxmoxClientOptions options = environment.CreateOptions();
        Assert.Equal("tank", environment.Repository!.Datastore);
        Assert.Equal("https://[2001:db8::1]:8008/", options.Endpoints[0].BaseAddress.ToString());
        Assert.Equal("secret", environment.Password!.Read(Cancel));
        Assert.NotSame(ProxmoxCredentials.None, options.Credentials);
    }

    [Fact]
    public void Read_PartsOfARepository_MakeOneWhereNoWholeOneIsSet()
    {
        (string, string)[] parts = [("PBS_SERVER", "2001:db8::1"), ("PBS_PORT", "8008"), ("PBS_DATASTORE", "tank"), ("PBS_AUTH_ID", "backup@pbs!ci")];
        Assert.Equal("backup@pbs!ci@[2001:db8::1]:8008:tank", Read(parts).Repository!.ToString());
        Assert.Equal("root@pam@localhost:8007:tank", Read(("PBS_DATASTORE", "tank"), ("PBS_SERVER", "")).Repository!.ToString());
        Assert.Equal("other:store", Read([("PBS_REPOSITORY", "other:store"), .. parts]).Repository!.ToString());
        Assert.Null(Read(("PBS_SERVER", "host"), ("PBS_AUTH_ID", "backup@pbs")).Repository);
        Assert.Throws<FormatException>(() => Read(("PBS_DATASTORE", "tank"), ("PBS_PORT", "70000")));
        Assert.Throws<FormatException>(() => Read(("PBS_DATASTORE", "tank"), ("PBS_SERVER", "a b")));
    }

    [Fact]
    public void Read_Nothing_SaysWhatToSet()
    {
        BackupEnvironment environment = Read();
        Assert.Contains("PBS_REPOSITORY", Assert.Throws<InvalidOperationException>(() => environment.CreateOptions()).Message, StringComparison.Ordinal);
        environment = Read(("PBS_REPOSITORY", "host:tank"));
        Assert.Contains("PBS_PASSWORD", Assert.Throws<InvalidOperationException>(() => environment.Connect()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralKindsOfASecret_TakesTheFirstInOrder()
    {
        string file = Write("password", "from file\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("from file", Read(("PBS_PASSWORD_FILE", file), ("PBS_PASSWORD_CMD", "echo no")).Password!.Read(Cancel));
        Assert.Equal("direct", Read(("PBS_PASSWORD", "direct"), ("PBS_PASSWORD_FILE", file)).Password!.Read(Cancel));
        Assert.Equal("two words", Read(("PBS_PASSWORD_CMD", "echo 'two words'")).Password!.Read(Cancel));
        Write("proxmox-backup-client.password", "from systemd", UnixFileMode.UserRead);
        Assert.Equal("from systemd", Read(("CREDENTIALS_DIRECTORY", _folder)).Password!.Read(Cancel));
    }

    [Fact]
    public void Read_EmptyVariable_IsAsIfNotSet()
    {
        string file = Write("password", "from file\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("from file", Read(("PBS_PASSWORD", ""), ("PBS_PASSWORD_FD", ""), ("PBS_PASSWORD_FILE", file)).Password!.Read(Cancel));
    }

    /// <summary>Secrets that are mounted into a container have such modes, and the official client takes them.</summary>
    [Theory]
    [InlineData("PBS_PASSWORD_FILE", 0b100_100_100)]
    [InlineData("PBS_PASSWORD_FILE", 0b110_100_000)]
    [InlineData("CREDENTIALS_DIRECTORY", 0b100_100_000, false)]
    public async Task Read_FileThatOthersMayRead_IsTakenWithAWarning(string variable, int mode, bool isTold = true)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are for Unix.");
        string file = Write("proxmox-backup-client.password", "shared", (UnixFileMode)mode);
        List<string> warnings = [];
        BackupEnvironment environment = BackupEnvironment.Read(
            name => name == variable ? (variable.EndsWith("_FILE", StringComparison.Ordinal) ? file : _folder) : name == "XDG_CONFIG_DIRS" ? "/nowhere" : null, warnings.Add);

        Assert.Empty(warnings);
        Assert.Equal("shared", environment.Password!.Read(Cancel));
        Assert.Equal("shared", await environment.Password.ReadAsync(Cancel));
        // The folder of a service keeps others out; the modes in it are those that systemd gives.
        Assert.Equal(isTold ? 1 : 0, warnings.Count);
        Assert.All(warnings, warning => Assert.Contains(file, warning, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_FileThatOthersMayWrite_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are for Unix.");
        string file = Write("password", "shared", (UnixFileMode)0b110_110_100);
        Assert.Contains("0664", Assert.Throws<InvalidOperationException>(() => Read(("PBS_PASSWORD_FILE", file)).Password!.Read(Cancel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Descriptor_CanBeAskedTwice()
    {
        string file = Write("password", "by number\nmore", UnixFileMode.UserRead);
        using FileStream open = File.OpenRead(file);
        SecretSource secret = Read(("PBS_PASSWORD_FD", open.SafeFileHandle.DangerousGetHandle().ToString(System.Globalization.CultureInfo.InvariantCulture))).Password!;
        Assert.Equal("by number", secret.Read(Cancel));
        Assert.Equal("by number", secret.Read(Cancel));
    }

    [Fact]
    public void Read_DescriptorThatIsNotOpen_SaysHowToOpenIt()
    {
        SecretSource secret = Read(("PBS_PASSWORD_FD", "987")).Password!;
        string message = Assert.Throws<InvalidOperationException>(() => secret.Read(Cancel)).Message;
        Assert.Equal("PBS_PASSWORD_FD names the open file 987, which is not open for reading: open it for the program, as with 987<FILE behind the command.", message);
    }

    [Theory]
    [InlineData("", "which is empty")]
    [InlineData("\nsecret", "the first line of which is empty")]
    public void Read_DescriptorWithoutASecret_SaysWhatIsEmpty(string content, string expected)
    {
        string file = Write("password", content, UnixFileMode.UserRead);
        using FileStream open = File.OpenRead(file);
        string number = open.SafeFileHandle.DangerousGetHandle().ToString(System.Globalization.CultureInfo.InvariantCulture);
        SecretSource secret = Read(("PBS_PASSWORD_FD", number)).Password!;

        string message = Assert.Throws<InvalidOperationException>(() => secret.Read(Cancel)).Message;

        Assert.Equal($"PBS_PASSWORD_FD names the open file {number}, {expected}.", message);
    }

    [Theory]
    [InlineData("PBS_PASSWORD", "")]
    [InlineData("PBS_PASSWORD_FD", "x")]
    [InlineData("PBS_REPOSITORY", "a b")]
    public void Read_NonsenseValue_IsSaid(string name, string value) => Assert.Throws<FormatException>(() => Read((name, value)));

    [Fact]
    public async Task UnlockKeyAsync_DefaultKey_IsUnlockedByTheEnvironment()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        Directory.CreateDirectory(Path.Combine(_folder, "proxmox-backup"));
        byte[] json = KeyFile.Create(key, KeyDerivationKind.Pbkdf2, "passphrase"u8, DateTimeOffset.UnixEpoch).ToJson();
        await File.WriteAllBytesAsync(Path.Combine(_folder, "proxmox-backup", "encryption-key.json"), json, Cancel);

        using CryptConfig unlocked = await Read(("XDG_CONFIG_HOME", _folder), ("PBS_ENCRYPTION_PASSWORD", "passphrase")).UnlockKeyAsync(cancellationToken: Cancel);
        Assert.Equal(key.Fingerprint, unlocked.Fingerprint);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Read(("XDG_CONFIG_HOME", _folder)).UnlockKeyAsync(cancellationToken: Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Read().UnlockKeyAsync(cancellationToken: Cancel));
    }

    [Fact]
    public void Read_RememberedFingerprints_AreFoundByHost()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "proxmox-backup"));
        File.WriteAllText(Path.Combine(_folder, "proxmox-backup", "fingerprints"), "pbs1 aa:bb\n\nother\n");
        Assert.Equal([new("pbs1", "aa:bb")], Read(("XDG_CONFIG_DIRS", $"/nowhere:{_folder}")).KnownFingerprints);
    }

    private static BackupEnvironment Read(params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> all = variables.ToDictionary(static variable => variable.Name, static variable => variable.Value);
        all.TryAdd("XDG_CONFIG_DIRS", "/nowhere");
        return BackupEnvironment.Read(name => all.GetValueOrDefault(name));
    }

    private string Write(string name, string text, UnixFileMode mode)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }
}
