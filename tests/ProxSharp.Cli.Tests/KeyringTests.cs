using System.Runtime.InteropServices;
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
