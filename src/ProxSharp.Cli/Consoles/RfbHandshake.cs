using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Consoles;

/// <summary>The beginning of the RFB protocol on both sides of the bridge: versions and passwords. What follows is passed on as it is.</summary>
internal static class RfbHandshake
{
    private const byte NoPassword = 1;
    private const byte VncPassword = 2;
    private const int VersionLength = 12;
    private const int LongestReason = 4096;

    /// <summary>Logs in at a server.</summary>
    /// <exception cref="CliException">It refuses.</exception>
    /// <exception cref="EndOfStreamException">It hung up.</exception>
    public static async Task LogInAsync(Stream server, string password, CancellationToken cancellationToken)
    {
        byte[] version = await ReadAsync(server, VersionLength, cancellationToken).ConfigureAwait(false);
        if (!version.AsSpan().StartsWith("RFB "u8))
        {
            throw Refused("the server does not speak RFB");
        }

        await server.WriteAsync("RFB 003.008\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        int count = (await ReadAsync(server, 1, cancellationToken).ConfigureAwait(false))[0];
        if (count == 0)
        {
            throw Refused(await ReasonAsync(server, cancellationToken).ConfigureAwait(false));
        }

        byte[] kinds = await ReadAsync(server, count, cancellationToken).ConfigureAwait(false);
        if (kinds.Contains(VncPassword))
        {
            await server.WriteAsync(new[] { VncPassword }, cancellationToken).ConfigureAwait(false);
            byte[] challenge = await ReadAsync(server, RfbPassword.ChallengeLength, cancellationToken).ConfigureAwait(false);
            await server.WriteAsync(RfbPassword.Answer(challenge, password), cancellationToken).ConfigureAwait(false);
        }
        else if (kinds.Contains(NoPassword))
        {
            await server.WriteAsync(new[] { NoPassword }, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            throw Refused("it offers no way to log in that is known here");
        }

        byte[] result = await ReadAsync(server, 4, cancellationToken).ConfigureAwait(false);
        if (BinaryPrimitives.ReadUInt32BigEndian(result) != 0)
        {
            throw Refused(await ReasonAsync(server, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Lets a viewer log in.</summary>
    /// <param name="viewer">The viewer.</param>
    /// <param name="password">What it must know.</param>
    /// <param name="open">Is called when it does, before it is told so; what goes wrong then is what the viewer is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True if it is in, false if the password was wrong.</returns>
    /// <exception cref="EndOfStreamException">It hung up.</exception>
    public static async Task<bool> AdmitAsync(Stream viewer, string password, Func<Task> open, CancellationToken cancellationToken)
    {
        await viewer.WriteAsync("RFB 003.008\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        byte[] version = await ReadAsync(viewer, VersionLength, cancellationToken).ConfigureAwait(false);
        bool isOld = version.AsSpan().StartsWith("RFB 003.003"u8);
        bool takesReason = version.AsSpan().StartsWith("RFB 003.008"u8);
        if (isOld)
        {
            await viewer.WriteAsync(new byte[] { 0, 0, 0, VncPassword }, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await viewer.WriteAsync(new byte[] { 1, VncPassword }, cancellationToken).ConfigureAwait(false);
            await ReadAsync(viewer, 1, cancellationToken).ConfigureAwait(false);
        }

        byte[] challenge = RandomNumberGenerator.GetBytes(RfbPassword.ChallengeLength);
        await viewer.WriteAsync(challenge, cancellationToken).ConfigureAwait(false);
        byte[] answer = await ReadAsync(viewer, RfbPassword.ChallengeLength, cancellationToken).ConfigureAwait(false);
        if (!CryptographicOperations.FixedTimeEquals(answer, RfbPassword.Answer(challenge, password)))
        {
            await RefuseAsync(viewer, "The password is wrong.", takesReason, cancellationToken).ConfigureAwait(false);
            return false;
        }

        try
        {
            await open().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProxmoxException or CliException or EndOfStreamException)
        {
            await RefuseAsync(viewer, e.Message, takesReason, cancellationToken).ConfigureAwait(false);
            throw;
        }

        await viewer.WriteAsync(new byte[4], cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task RefuseAsync(Stream viewer, string reason, bool takesReason, CancellationToken cancellationToken)
    {
        byte[] text = takesReason ? Encoding.UTF8.GetBytes(reason) : [];
        byte[] refusal = new byte[takesReason ? 8 + text.Length : 4];
        refusal[3] = 1;
        if (takesReason)
        {
            BinaryPrimitives.WriteInt32BigEndian(refusal.AsSpan(4), text.Length);
            text.CopyTo(refusal, 8);
        }

        await viewer.WriteAsync(refusal, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> ReasonAsync(Stream server, CancellationToken cancellationToken)
    {
        byte[] length = await ReadAsync(server, 4, cancellationToken).ConfigureAwait(false);
        int count = (int)Math.Min(LongestReason, BinaryPrimitives.ReadUInt32BigEndian(length));
        return Encoding.UTF8.GetString(await ReadAsync(server, count, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static CliException Refused(string why) => new(new CliError
    {
        Code = "vnc",
        ExitCode = ExitCodes.Error,
        Message = $"The screen cannot be opened: {why}",
        Hint = "Look at the task's log: prox task list --failed",
    });
}
