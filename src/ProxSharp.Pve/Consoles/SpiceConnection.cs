using System.Globalization;
using System.Text;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Consoles;

/// <summary>
/// What a SPICE viewer needs to connect. The password is good for 30 s, the right to pass the proxy for 40 s: hand it to the viewer at once.
/// </summary>
public sealed class SpiceConnection
{
    private readonly List<KeyValuePair<string, string>> _settings = [];

    internal SpiceConnection(NodesCreateSpiceShellResult result)
    {
        Host = result.Host;
        Proxy = result.Proxy;
        TlsPort = (int)result.TlsPort;
        Password = result.Password;
        Title = result.Title ?? "";
        HostSubject = result.HostSubject ?? "";
        CertificateAuthority = result.Ca?.Replace("\\n", "\n", StringComparison.Ordinal) ?? "";
        Add("type", result.Type);
        Add("title", result.Title);
        Add("host", result.Host);
        Add("proxy", result.Proxy);
        Add("tls-port", result.TlsPort.ToString(CultureInfo.InvariantCulture));
        Add("host-subject", result.HostSubject);
        Add("ca", result.Ca);
        Add("password", result.Password);
        Add("secure-attention", result.SecureAttention);
        Add("toggle-fullscreen", result.ToggleFullscreen);
        Add("release-cursor", result.ReleaseCursor);
        Add("delete-this-file", result.DeleteThisFile is { } delete ? delete ? "1" : "0" : null);
        foreach ((string name, System.Text.Json.JsonElement value) in result.Extra.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Add(name, value.ToString());
        }
    }

    /// <summary>The name the viewer asks the proxy for; it holds a ticket and is a secret.</summary>
    public string Host { get; }

    /// <summary>The address of the proxy, for example <c>http://pve1.example.org:3128</c>.</summary>
    public string Proxy { get; }

    /// <summary>The port for TLS behind the proxy.</summary>
    public int TlsPort { get; }

    /// <summary>The password of the session. It is a secret.</summary>
    public string Password { get; }

    /// <summary>The title of the viewer's window.</summary>
    public string Title { get; }

    /// <summary>The subject the server's certificate must have.</summary>
    public string HostSubject { get; }

    /// <summary>The certificate of the cluster's authority in PEM form.</summary>
    public string CertificateAuthority { get; }

    /// <summary>All settings as the viewer's file names them, secrets among them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings => _settings;

    /// <summary>
    /// Returns the text of a <c>.vv</c> file, which <c>remote-viewer</c> opens: the same as the server gives below <c>/api2/spiceconfig</c>. It holds
    /// secrets; the viewer deletes the file when it has read it.
    /// </summary>
    public string ToVvFile()
    {
        StringBuilder text = new("[virt-viewer]\n");
        foreach ((string name, string value) in _settings)
        {
            text.Append(name).Append('=').Append(value).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Returns title and proxy, without secrets.</summary>
    public override string ToString() => $"{Title} through {Proxy}";

    // A line break in a value would begin another setting.
    private void Add(string name, string? value)
    {
        if (value is not null)
        {
            _settings.Add(new KeyValuePair<string, string>(name, value.ReplaceLineEndings("\\n")));
        }
    }
}
