using System.Net;

namespace ProxSharp.Mcp.Policies;

/// <summary>One spelling for the many that a host has. Names are not looked up: whoever answers could answer otherwise the next time.</summary>
internal static class HostNames
{
    private const string Loopback = "127.0.0.1";

    /// <summary>
    /// Returns the host in lower case, without brackets and without a dot at the end; an address in its shortest form, and <c>127.0.0.1</c> for all that is
    /// this machine itself.
    /// </summary>
    public static string Normalize(string host)
    {
        string text = host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        if (text == "localhost" || text.EndsWith(".localhost", StringComparison.Ordinal))
        {
            return Loopback;
        }

        if (!IPAddress.TryParse(text, out IPAddress? address))
        {
            return text;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

        // The address of no host in particular reaches this machine.
        return IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? Loopback : address.ToString();
    }

    /// <summary>The names that a file for a host may have, without ending; colons of IPv6 are written as hyphens.</summary>
    public static IEnumerable<string> FileNames(string host)
    {
        string name = Normalize(host);
        IEnumerable<string> names = name == Loopback ? [Loopback, "localhost", "--1"] : [name.Replace(':', '-')];

        // A host becomes a part of a file name: what could leave the folder is none.
        return names.Where(static text => text.Length > 0 && text[0] != '.' && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
    }
}
