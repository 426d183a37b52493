using System.Net;
using System.Net.Sockets;
using ProxSharp.Pve.Consoles;

namespace ProxSharp.Cli.Consoles;

/// <summary>
/// A port on this machine behind which a viewer finds the screen of a guest. The ticket is only asked for when a viewer has logged in: it is good for
/// seconds, and people are not that fast. Viewers log in with a password of the bridge, and the bridge with that of the ticket.
/// </summary>
/// <param name="listener">The port; it listens already.</param>
/// <param name="password">What viewers must know.</param>
/// <param name="open">Opens the screen.</param>
internal sealed class VncBridge(TcpListener listener, string password, Func<CancellationToken, Task<VncSession>> open)
{
    // Guessing is not to pay: the next call of the command has another password.
    private const int MostWrongPasswords = 3;

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What viewers must know. It is a secret of the user.</summary>
    public string Password { get; } = password;

    /// <summary>Serves one viewer to its end. Others that know no password, or hang up before they gave one, do not count.</summary>
    /// <returns>False if too many wrong passwords came.</returns>
    public async Task<bool> ServeAsync(CancellationToken cancellationToken)
    {
        int wrong = 0;
        while (wrong < MostWrongPasswords)
        {
            using TcpClient viewer = await listener.AcceptTcpClientAsync(cancellationToken).ConfigureAwait(false);
            viewer.NoDelay = true;
            NetworkStream stream = viewer.GetStream();
            await using (stream.ConfigureAwait(false))
            {
                switch (await ServeAsync(stream, cancellationToken).ConfigureAwait(false))
                {
                    case true:
                        return true;
                    case false:
                        wrong++;
                        break;
                    default:
                        break;
                }
            }
        }

        return false;
    }

    // True if a viewer was served, false if its password was wrong, null if it hung up before.
    private async Task<bool?> ServeAsync(NetworkStream viewer, CancellationToken cancellationToken)
    {
        VncSession? screen = null;
        try
        {
            bool isIn = await RfbHandshake.AdmitAsync(
                viewer,
                Password,
                async () =>
                {
                    screen = await open(cancellationToken).ConfigureAwait(false);
                    await RfbHandshake.LogInAsync(screen, screen.Password, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            if (isIn)
            {
                await PassOnAsync(viewer, screen!, cancellationToken).ConfigureAwait(false);
            }

            return isIn;
        }
        catch (Exception e) when (screen is null && e is IOException or EndOfStreamException)
        {
            return null;
        }
        finally
        {
            if (screen is not null)
            {
                await screen.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task PassOnAsync(NetworkStream viewer, VncSession screen, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task first = await Task.WhenAny(CopyAsync(viewer, screen, end.Token), CopyAsync(screen, viewer, end.Token)).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await first.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    // A side that is gone is the usual end of a session.
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ProxmoxConnectionException or ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
    }
}
