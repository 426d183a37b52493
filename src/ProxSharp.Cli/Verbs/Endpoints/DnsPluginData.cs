using System.Buffers;
using System.Text;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Settings of ACME plugins: lines such as <c>CF_Token=...</c>, which hold the keys to somebody's DNS and travel in base64.</summary>
internal static class DnsPluginData
{
    private const string Parameter = "data";

    /// <summary>What helps.</summary>
    public const string Help = "as @FILE, - for standard input or env:NAME, never the lines themselves; base64 of such lines is sent as it is";

    private static readonly SearchValues<char> s_name = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Tells whether a parameter of a call holds such settings.</summary>
    /// <param name="path">The path of the call, or its template.</param>
    /// <param name="name">The parameter.</param>
    public static bool Is(string path, string name) => name == Parameter && path.Contains("/acme/plugins", StringComparison.Ordinal);

    /// <summary>Returns the parameters of a call as they are sent.</summary>
    /// <param name="path">The path of the call.</param>
    /// <param name="parameters">What was typed.</param>
    /// <exception cref="CliException">The settings are no lines of names and values.</exception>
    public static ApiParameters Sent(string path, ApiParameters parameters)
    {
        ApiParameters sent = [];
        foreach (ApiParameter parameter in parameters)
        {
            sent.Add(Is(path, parameter.Name) && parameter.Text != CallText.Hidden ? parameter with { Text = Encoded(parameter.Text) } : parameter);
        }

        return sent;
    }

    /// <summary>Returns lines in base64, and base64 of lines as it is. What a text with a value could be both is not: its equals signs stand inside.</summary>
    /// <exception cref="CliException">It is neither. The message does not repeat it: it is a secret.</exception>
    internal static string Encoded(string text)
    {
        string plain = text.ReplaceLineEndings("\n");
        byte[] bytes = new byte[text.Length];
        string whole = string.Concat(text.Where(static c => !char.IsWhiteSpace(c))).Replace('-', '+').Replace('_', '/');
        whole += (whole.Length % 4) switch { 2 => "==", 3 => "=", _ => "" };
        if (Convert.TryFromBase64String(whole, bytes, out int length) && AreLines(Encoding.UTF8.GetString(bytes, 0, length)))
        {
            return whole;
        }

        return AreLines(plain)
            ? Convert.ToBase64String(Encoding.UTF8.GetBytes(plain.EndsWith('\n') ? plain : plain + "\n"))
            : throw CliException.Usage(
                $"--{Parameter} holds no lines of the form NAME=value", "Each setting of the DNS provider stands on a line of its own, as CF_Token=..., and nothing else does; base64 of such lines is taken, too");
    }

    private static bool AreLines(string text)
    {
        string[] lines = [.. text.Split('\n').Where(static line => line.Trim().Length > 0)];
        return lines.Length > 0 && lines.All(static line => line.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign
            && !char.IsAsciiDigit(line[0]) && line.AsSpan(0, sign).IndexOfAnyExcept(s_name) < 0 && !line.AsSpan(sign).ContainsAnyInRange('\0', '\u001f'));
    }
}
