using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ProxSharp.Authentication;

/// <summary>A secret that a program prints, such as a password manager.</summary>
internal sealed class CommandSecret : SecretSource
{
    private const int Limit = 64 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _command;
    private readonly string[] _arguments;

    public CommandSecret(string command, IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(arguments);
        _command = command;
        _arguments = [.. arguments];
    }

    /// <inheritdoc/>
    public override string Read(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource patience = Patience(cancellationToken);
        using Process process = Start();
        using CancellationTokenRegistration killing = patience.Token.UnsafeRegister(static state => Kill((Process)state!), process);
        StringBuilder output = new();
        char[] buffer = new char[4096];
        while (process.StandardOutput.Read(buffer, 0, buffer.Length) is int count and > 0)
        {
            Append(output, buffer.AsSpan(0, count));
        }

        process.WaitForExit();
        return Result(process, output, patience.Token, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource patience = Patience(cancellationToken);
        using Process process = Start();
        using CancellationTokenRegistration killing = patience.Token.UnsafeRegister(static state => Kill((Process)state!), process);
        StringBuilder output = new();
        char[] buffer = new char[4096];
        while (await process.StandardOutput.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) is int count and > 0)
        {
            Append(output, buffer.AsSpan(0, count));
        }

        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return Result(process, output, patience.Token, cancellationToken);
    }

    /// <inheritdoc/>
    public override string ToString() => $"exec:{_command}";

    private static CancellationTokenSource Patience(CancellationToken cancellationToken)
    {
        CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        return patience;
    }

    private Process Start()
    {
        ProcessStartInfo start = new(_command, _arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"The command {_command} for the secret did not start.");
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"The command {_command} for the secret cannot be run: {exception.Message}", exception);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself between the time-out and the kill.
        }
    }

    // More than a secret can need is read, so that the program can end, but not kept.
    private static void Append(StringBuilder output, ReadOnlySpan<char> text) => output.Append(text[..Math.Min(text.Length, Limit - output.Length)]);

    private string Result(Process process, StringBuilder output, CancellationToken patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (patience.IsCancellationRequested)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The command {_command} for the secret did not end within {s_patience.TotalSeconds:0} seconds."));
        }

        return process.ExitCode == 0
            ? FirstLine(output.ToString(), ToString())
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The command {_command} for the secret failed with exit code {process.ExitCode}."));
    }
}
