using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Secrets;

/// <summary>
/// The keyring of the user's desktop, through the program that every system has for it: <c>secret-tool</c> of libsecret on Linux, <c>security</c> on
/// macOS, or through the Credential Manager of Windows, which needs none. Secrets go through pipes, never through arguments.
/// </summary>
/// <param name="run">Runs programs.</param>
/// <param name="isMac">True on macOS.</param>
/// <param name="vault">What is asked in place of a program; null where there is none.</param>
internal sealed class Keyring(ProgramRunner run, bool isMac, ISecretVault? vault = null)
{
    private const string Service = "prox";

    // As long as a program that prints a secret has: somebody may have to unlock the keyring.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>The keyring of this machine.</summary>
    public static Keyring OfThisMachine { get; } = new(
        ProgramResult.RunAsync, OperatingSystem.IsMacOS(), OperatingSystem.IsWindows() ? new CredentialManager() : null);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    private string Program => isMac ? "security" : "secret-tool";

    /// <summary>Returns a secret.</summary>
    /// <exception cref="InvalidOperationException">It is not there, or there is no keyring.</exception>
    public async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        if (vault is not null)
        {
            return vault.Read(name) is { Length: > 0 } known ? known : throw NoEntry(name);
        }

        return await FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw NoEntry(name);
    }

    /// <summary>Stores a secret, and reads it once to see that it is there; one of that name is replaced.</summary>
    /// <exception cref="InvalidOperationException">There is no keyring, it refuses, or it has not kept the secret.</exception>
    public async Task StoreAsync(string name, string secret, CancellationToken cancellationToken)
    {
        if (vault is not null)
        {
            vault.Store(name, secret);
            return;
        }

        // macOS takes whole commands from its input, so that the secret is no argument that others could see.
        ProgramResult? result = isMac
            ? await RunAsync(
                ["-i"], $"add-generic-password -U -s {Service} -a {Quoted(name)} -w {Quoted(secret)}\n", cancellationToken).ConfigureAwait(false)
            : await RunAsync(["store", "--label", $"prox: {name}", "service", Service, "account", name], secret, cancellationToken).ConfigureAwait(false);
        Check(result);
        string? kept = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        if (kept != secret.TrimEnd('\n', '\r'))
        {
            throw new InvalidOperationException(
                $"The keyring did not keep the entry '{name}': '{Program}' took it, and gives {(kept is null ? "nothing" : "another text")} back.");
        }
    }

    /// <summary>Removes a secret.</summary>
    /// <exception cref="InvalidOperationException">There is no keyring, or it refuses.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (vault is not null)
        {
            vault.Delete(name);
            return;
        }

        string[] arguments = isMac ? ["delete-generic-password", "-s", Service, "-a", name] : ["clear", "service", Service, "account", name];
        Check(await RunAsync(arguments, "", cancellationToken).ConfigureAwait(false));
    }

    // Null where there is no such entry.
    private async Task<string?> FindAsync(string name, CancellationToken cancellationToken)
    {
        string[] arguments = isMac ? ["find-generic-password", "-s", Service, "-a", name, "-w"] : ["lookup", "service", Service, "account", name];
        ProgramResult result = await RunAsync(arguments, "", cancellationToken).ConfigureAwait(false) ?? throw Missing();
        string secret = result.Output.TrimEnd('\n', '\r');
        return result.ExitCode == 0 && secret.Length > 0 ? secret : null;
    }

    private async Task<ProgramResult?> RunAsync(string[] arguments, string input, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(s_patience, Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await run(Program, arguments, input, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The keyring did not answer within a minute: '{Program}' was ended.");
        }
    }

    private static InvalidOperationException NoEntry(string name) => new($"The keyring has no entry '{name}'.");

    private void Check(ProgramResult? result)
    {
        if (result is null)
        {
            throw Missing();
        }

        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"The keyring refuses: {result.Errors.Trim()}");
        }
    }

    private InvalidOperationException Missing() => new(
        isMac ? "The program 'security' is missing." : "The program 'secret-tool' is missing: install libsecret-tools, or use env:, file: or exec: instead.");

    private static string Quoted(string text) => text.Any(static c => c is '\n' or '\r')
        ? throw new CliException(CliError.Usage("A secret with line breaks cannot go into this keyring", "Use file: instead"))
        : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
