using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Secrets;

namespace ProxSharp.Cli.Tests;

/// <summary>The Credential Manager of Windows: its rules on a fake everywhere, the real one where there is one.</summary>
public sealed class KeyringTests
{
    [Fact]
    public async Task Keyring_WithAVault_AsksItAndRunsNoProgram()
    {
        FakeVault vault = new();
        Keyring keyring = new(static (_, _, _, _) => throw new InvalidOperationException("No program is to run."), isMac: false, vault);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        await Assert.ThrowsAsync<InvalidOperationException>(() => keyring.ReadAsync("lab", cancellationToken));
        await keyring.StoreAsync("lab", "s3cret", cancellationToken);
        await keyring.StoreAsync("lab", "s3cret-2", cancellationToken);

        Assert.Equal("s3cret-2", await keyring.ReadAsync("lab", cancellationToken));
        await keyring.DeleteAsync("lab", cancellationToken);
        InvalidOperationException missing = await Assert.ThrowsAsync<InvalidOperationException>(() => keyring.ReadAsync("lab", cancellationToken));
        Assert.Contains("no entry 'lab'", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keyring_ProgramThatHangs_IsGivenUpAfterAMinute()
    {
        FakeTimeProvider time = new();
        bool isEnded = false;
        Keyring keyring = new(
            async (_, _, _, end) =>
            {
                using CancellationTokenRegistration ended = end.Register(() => isEnded = true);
                await Task.Delay(Timeout.InfiniteTimeSpan, end);
                return null;
            },
            isMac: false)
        { Time = time };

        Task storing = keyring.StoreAsync("lab", "s3cret", TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));

        InvalidOperationException hung = await Assert.ThrowsAsync<InvalidOperationException>(() => storing);
        Assert.Contains("did not answer within a minute: 'secret-tool'", hung.Message, StringComparison.Ordinal);
        Assert.True(isEnded);
    }

    [Theory]
    [InlineData(1, "", "gives nothing back")]
    [InlineData(0, "other\n", "gives another text back")]
    public async Task Keyring_ProgramThatKeepsNothing_IsFoundOut(int exitCode, string output, string expected)
    {
        Keyring keyring = new(
            (_, arguments, _, _) => Task.FromResult<ProgramResult?>(arguments[0] == "store" ? new(0, "", "") : new(exitCode, output, "")), isMac: false);

        InvalidOperationException lost = await Assert.ThrowsAsync<InvalidOperationException>(
            () => keyring.StoreAsync("lab", "s3cret", TestContext.Current.CancellationToken));

        Assert.Contains(expected, lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_ThatFailsBeforeItReads_SaysWhy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a Unix shell.");

        ProgramResult? result = await ProgramResult.RunAsync(
            "sh", ["-c", "exec 0<&-; echo it is locked >&2; exit 3"], new string('x', 1 << 20), TestContext.Current.CancellationToken);

        Assert.Equal(new ProgramResult(3, "", "it is locked\n"), result);
    }

    [Fact]
    public async Task Program_NobodyWaitsFor_IsEnded()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a Unix shell.");
        string folder = Directory.CreateTempSubdirectory("prox-test-").FullName;
        string pipe = Path.Combine(folder, "pipe");
        await Process.Start("mkfifo", [pipe]).WaitForExitAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource interrupt = new();

        Task<ProgramResult?> running = ProgramResult.RunAsync("sh", ["-c", $"exec 3>{pipe}; exec sleep 600"], "", interrupt.Token);
        await using FileStream reader = await Task.Run(
            () => new FileStream(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        // The end of the program closes its side.
        Assert.Equal(-1, await Task.Run(reader.ReadByte, TestContext.Current.CancellationToken).WaitAsync(
            TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
#pragma warning disable CA1416 // The layout is the same on every platform; nothing is called.
    public void Credential_Layout_IsThatOfTheSystem() =>
        Assert.Equal(IntPtr.Size == 8 ? 80 : 52, Marshal.SizeOf<CredentialManager.Credential>());
#pragma warning restore CA1416

    [Fact]
    public void CredentialManager_StoreReadDelete_GivesTheSecretBack()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Skip("The Credential Manager is there on Windows only.");
            return;
        }

        CredentialManager manager = new();
        string name = $"prox-test-{Guid.NewGuid():N}";
        Assert.Null(manager.Read(name));
        manager.Store(name, "gehéim");
        Assert.Equal("gehéim", manager.Read(name));
        manager.Delete(name);
        manager.Delete(name);
        Assert.Null(manager.Read(name));
    }

    private sealed class FakeVault : ISecretVault
    {
        private readonly Dictionary<string, string> _secrets = [];

        public string? Read(string name) => _secrets.GetValueOrDefault(name);

        public void Store(string name, string secret) => _secrets[name] = secret;

        public void Delete(string name) => _secrets.Remove(name);
    }
}
