using System.Buffers;
using System.Text;

namespace ProxSharp.Authentication;

/// <summary>An API token.</summary>
internal sealed class ApiTokenCredentials : ProxmoxCredentials
{
    private static readonly SearchValues<char> s_ends = SearchValues.Create("=: \t\r\n");

    private readonly SecretSource _secret;
    private string? _header;
    private string? _backupHeader;

    public ApiTokenCredentials(string id, SecretSource secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(secret);
        int at = id.LastIndexOf('@');
        int mark = id.LastIndexOf('!');
        if (at <= 0 || mark <= at + 1 || mark == id.Length - 1 || id.AsSpan(mark).ContainsAny(s_ends))
        {
            throw new ArgumentException($"'{Shown(id)}' is not the id of an API token: write it as user@realm!name, and the secret on its own.", nameof(id));
        }

        User = id;
        _secret = secret;
    }

    /// <inheritdoc/>
    public override string User { get; }

    /// <summary>The value of the Authorization header.</summary>
    public string GetHeader(ProxmoxProduct product, CancellationToken cancellationToken)
        => Known(product) ?? Keep(product, _secret.Read(cancellationToken));

    /// <inheritdoc cref="GetHeader"/>
    public async ValueTask<string> GetHeaderAsync(ProxmoxProduct product, CancellationToken cancellationToken)
        => Known(product) ?? Keep(product, await _secret.ReadAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override string ToString() => $"API token {User} with secret ***";

    private string? Known(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? _backupHeader : _header;

    // Proxmox: PVE puts = between id and secret, PBS a colon, and PBS percent-decodes the secret.
    private string Keep(ProxmoxProduct product, string secret)
    {
        Check(secret);
        return product == ProxmoxProduct.BackupServer
            ? _backupHeader = $"PBSAPIToken={User}:{Escape(secret)}"
            : _header = $"PVEAPIToken={User}={secret}";
    }

    // Somebody who passes "user@realm!name=secret" must not find the secret in a log.
    private static string Shown(string id)
    {
        int end = id.AsSpan().IndexOfAny(s_ends);
        return end < 0 ? id : id[..end] + "***";
    }

    private static void Check(string secret)
    {
        if (secret.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0)
        {
            throw new ArgumentException("The secret of the API token contains spaces or control characters: it must be the "
                + "bare value that was shown when the token was created.");
        }
    }

    private static string Escape(string secret)
    {
        StringBuilder text = new(secret.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(secret))
        {
            bool plain = value is > 0x20 and < 0x7f && !"\"#<>`?{}%"u8.Contains(value);
            _ = plain ? text.Append((char)value) : text.Append('%').Append(Convert.ToHexString([value]));
        }

        return text.ToString();
    }
}
