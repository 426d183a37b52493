using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Consoles;

/// <summary>Carries what is typed to a console on the server, and what it shows to the terminal, until one of them ends or the user leaves.</summary>
/// <param name="time">The clock that quiet is measured by.</param>
/// <param name="idle">How long a console may be silent after the end of a script before it is left.</param>
internal sealed class ConsolePump(TimeProvider time, TimeSpan idle)
{
    private const byte EndOfInput = 0x04;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private long _heard;
    private byte _lastTyped = (byte)'\n';

    /// <summary>The key that leaves: Ctrl and ].</summary>
    public const byte DetachKey = 0x1d;

    /// <summary>Carries.</summary>
    /// <param name="session">The console on the server.</param>
    /// <param name="console">The terminal here.</param>
    /// <param name="cancellationToken">Leaves.</param>
    /// <returns>How it ended.</returns>
    public async Task<ConsoleEnd> RunAsync(Stream session, IConsoleHost console, CancellationToken cancellationToken)
    {
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // A read that waits for the keyboard cannot be broken off: it is left behind when the console ends.
        Task<bool> typing = Task.Run(() => TypeAsync(session, console.OpenInput(), console.IsInputTerminal, leave.Token), CancellationToken.None);
        Task showing = ShowAsync(session, console.OpenOutput(), leave.Token);
        Task first = await Task.WhenAny(typing, showing).ConfigureAwait(false);
        if (first != typing)
        {
            await showing.ConfigureAwait(false);

            // What a signal has ended was not ended by the other side.
            cancellationToken.ThrowIfCancellationRequested();
            return ConsoleEnd.Closed;
        }

        ConsoleEnd end = await typing.ConfigureAwait(false)
            ? ConsoleEnd.Left
            : await EndAsync(session, showing, leave.Token).ConfigureAwait(false);
        if (end != ConsoleEnd.Closed)
        {
            await leave.CancelAsync().ConfigureAwait(false);
        }

        await showing.ConfigureAwait(false);
        return end;
    }

    // A console is a terminal and does not hear that a pipe has ended. Ctrl-D says so: a shell that waits for a command ends, and nobody finds it open
    // later. A guest then asks for the next login and goes on for ever, so that what is silent is left. What ran when the first Ctrl-D came may have
    // swallowed it, hence the second one.
    private async Task<ConsoleEnd> EndAsync(Stream session, Task showing, CancellationToken cancellationToken)
    {
        TimeSpan pause = s_pause < idle ? s_pause : idle;
        _heard = time.GetTimestamp();
        byte[] end = _lastTyped is (byte)'\n' or (byte)'\r' ? [EndOfInput] : [(byte)'\n', EndOfInput];
        foreach ((TimeSpan quiet, byte[] keys) in ((TimeSpan, byte[])[])[(pause, end), (idle, [EndOfInput]), (pause, [])])
        {
            if (!await IsQuietAsync(showing, quiet, cancellationToken).ConfigureAwait(false))
            {
                return ConsoleEnd.Closed;
            }

            await session.WriteAsync(keys, cancellationToken).ConfigureAwait(false);
            await session.FlushAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _heard, time.GetTimestamp());
        }

        return ConsoleEnd.Silent;
    }

    // Waits until nothing came for a while; false if the console ended first.
    private async Task<bool> IsQuietAsync(Task showing, TimeSpan quiet, CancellationToken cancellationToken)
    {
        while (time.GetElapsedTime(Volatile.Read(ref _heard)) is { } silent && silent < quiet)
        {
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task pause = Task.Delay(quiet - silent, time, ended.Token);
            if (await Task.WhenAny(showing, pause).ConfigureAwait(false) == showing)
            {
                await ended.CancelAsync().ConfigureAwait(false);
                return false;
            }

            await pause.ConfigureAwait(false);
        }

        return !showing.IsCompleted;
    }

    // Returns true if the user left; false at the end of input, after which the console may still have much to say.
    private async Task<bool> TypeAsync(Stream session, Stream input, bool isTerminal, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1024];
        while (true)
        {
            int count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            int detach = isTerminal ? buffer.AsSpan(0, count).IndexOf(DetachKey) : -1;
            _lastTyped = count > 0 ? buffer[count - 1] : _lastTyped;
            if (count == 0 || detach == 0)
            {
                return detach == 0 && count > 0;
            }

            await session.WriteAsync(buffer.AsMemory(0, detach > 0 ? detach : count), cancellationToken).ConfigureAwait(false);
            if (detach > 0)
            {
                return true;
            }
        }
    }

    private async Task ShowAsync(Stream session, Stream output, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await session.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                Volatile.Write(ref _heard, time.GetTimestamp());
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The user left.
        }
    }
}
