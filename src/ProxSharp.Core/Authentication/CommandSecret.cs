using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ProxSharp.Authentication;

/// <summary>A secret that a program prints, such as a password manager.</summary>
internal sealed class CommandSecret : SecretSource
{
    private const int Limit = 64 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _command;
    private readonly string[] _arguments;
    private readonly TimeSpan _patience;

    public CommandSecret(string command, IEnumerable<string> arguments)
        : this(command, arguments, s_patience)
    {
    }

    /// <summary>Names the program.</summary>
    /// <param name="command">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="patience">How long it may take.</param>
    internal CommandSecret(string command, IEnumerable<string> arguments, TimeSpan patience)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(arguments);
        _command = command;
        _arguments = [.. arguments];
        _patience = patience;
    }

    /// <inheritdoc/>
    public override string Read(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource patience = Patience(cancellationToken);
        using Process process = Start();
        using CancellationTokenRegistration killing = patience.Token.UnsafeRegister(static state => Kill((Process)state!), process);
        StringBuilder output = new();

        // A program that it left behind may hold the pipe open for ever, and reading cannot be broken off: a thread of its own waits.
        using ManualResetEventSlim ended = new();
        Thread reader = new(() => ReadToEnd(process, output, ended)) { IsBackground = true, Name = "secret of a command" };
        reader.Start();
        try
        {
            ended.Wait(patience.Token);
            process.WaitForExit();
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The registration may not have had its turn yet. Result says why: the time is over, or the caller gave up.
            Kill(process);
        }

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
        try
        {
            // A program that it left behind may hold the pipe open for ever, and reading itself cannot be broken off.
            while (await process.StandardOutput.ReadAsync(
                buffer, CancellationToken.None).AsTask().WaitAsync(patience.Token).ConfigureAwait(false) is int count and > 0)
            {
                Append(output, buffer.AsSpan(0, count));
            }

            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The registration may not have had its turn yet. Result says why: the time is over, or the caller gave up.
            Kill(process);
        }

        return Result(process, output, patience.Token, cancellationToken);
    }

    /// <inheritdoc/>
    public override string ToString() => $"exec:{_command}";

    private static void ReadToEnd(Process process, StringBuilder output, ManualResetEventSlim ended)
    {
        try
        {
            char[] buffer = new char[4096];
            while (process.StandardOutput.Read(buffer, 0, buffer.Length) is int count and > 0)
            {
                Append(output, buffer.AsSpan(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // The time is over: the process was disposed of, and nobody waits any more.
        }
        finally
        {
            ended.Set();
        }
    }

    private CancellationTokenSource Patience(CancellationToken cancellationToken)
    {
        CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
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
                CultureInfo.InvariantCulture, $"The command {_command} for the secret did not end within {_patience.TotalSeconds:0.###} seconds."));
        }

        return process.ExitCode == 0
            ? FirstLine(output.ToString(), ToString())
            : throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The command {_command} for the secret failed with exit code {process.ExitCode}."));
    }
}
