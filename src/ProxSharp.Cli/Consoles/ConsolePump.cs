using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Consoles;

/// <summary>Carries what is typed to a console on the server, and what it shows to the terminal, until one of them ends or the user leaves.</summary>
internal static class ConsolePump
{
    /// <summary>The key that leaves: Ctrl and ].</summary>
    public const byte DetachKey = 0x1d;

    /// <summary>Carries.</summary>
    /// <param name="session">The console on the server.</param>
    /// <param name="console">The terminal here.</param>
    /// <param name="cancellationToken">Leaves.</param>
    /// <returns>True if the user left, false if the console ended.</returns>
    public static async Task<bool> RunAsync(Stream session, IConsoleHost console, CancellationToken cancellationToken)
    {
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // A read that waits for the keyboard cannot be broken off: it is left behind when the console ends.
        Task<bool> typing = Task.Run(() => TypeAsync(session, console.OpenInput(), console.IsInputTerminal, leave.Token), CancellationToken.None);
        Task showing = ShowAsync(session, console.OpenOutput(), leave.Token);
        Task first = await Task.WhenAny(typing, showing).ConfigureAwait(false);
        if (first == typing && await typing.ConfigureAwait(false))
        {
            await leave.CancelAsync().ConfigureAwait(false);
            return true;
        }

        await showing.ConfigureAwait(false);
        return false;
    }

    // Returns true if the user left; false at the end of input, after which the console may still have much to say.
    private static async Task<bool> TypeAsync(Stream session, Stream input, bool isTerminal, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1024];
        while (true)
        {
            int count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            int detach = isTerminal ? buffer.AsSpan(0, count).IndexOf(DetachKey) : -1;
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

    private static async Task ShowAsync(Stream session, Stream output, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await session.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
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
