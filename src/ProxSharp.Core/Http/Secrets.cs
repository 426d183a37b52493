using System.Text;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>Knows which parameters are secrets and keeps them out of texts.</summary>
internal static class Secrets
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "***";

    // A name that holds one of these anywhere is a secret's.
    private static readonly string[] s_parts = ["password", "passwd", "secret", "ticket", "credential", "csrf"];

    // A name that has one of these as a word of its own is a secret's: "otp" is one, "hotplug" is not.
    private static readonly HashSet<string> s_words = new(StringComparer.OrdinalIgnoreCase) { "token", "otp", "hmac", "privkey", "authkey" };

    // Whole names, with hyphens.
    private static readonly HashSet<string> s_whole = new(StringComparer.OrdinalIgnoreCase)
    {
        "key", "keys", "tfa-challenge", "challenge", "keyring", "private", "private-key", "encryption-key", "client-key", "sid-key", "license", "target-endpoint",
    };

    // Names under which a secret may stand, depending on the call: settings of plugins, headers, proxies with a password, files, logins.
    private static readonly HashSet<string> s_doubtful = new(StringComparer.OrdinalIgnoreCase)
    {
        "value", "response", "code", "state", "data", "header", "headers", "otel-headers", "http-proxy", "proxy", "input-data", "content",
    };

    // Names that hold one of the words above but no secret.
    private static readonly HashSet<string> s_harmless = new(StringComparer.OrdinalIgnoreCase) { "token-name", "token-id" };

    /// <summary>Tells whether the value of a parameter must not be shown.</summary>
    public static bool IsSecret(string name)
    {
        string plain = name.Replace('_', '-');
        if (s_harmless.Contains(plain))
        {
            return false;
        }

        return s_whole.Contains(plain)
            || s_doubtful.Contains(plain)
            || s_parts.Any(part => plain.Contains(part, StringComparison.OrdinalIgnoreCase))
            || plain.Split('-').Any(s_words.Contains);
    }

    /// <summary>Replaces the values of secret parameters wherever they stand in a text.</summary>
    public static string Redact(string text, ApiParameters parameters)
    {
        foreach (ApiParameter parameter in parameters)
        {
            // Very short values would tear holes into innocent words, and a doubtful one that is short is a word itself ("started").
            int shortest = s_doubtful.Contains(parameter.Name.Replace('_', '-')) ? 12 : 4;
            if (parameter.Text.Length >= shortest && IsSecret(parameter.Name))
            {
                text = text.Replace(parameter.Text, Mask, StringComparison.Ordinal);
            }
        }

        return text;
    }

    /// <summary>Writes parameters for a log, secrets masked and long values cut.</summary>
    public static string Describe(ApiParameters parameters)
    {
        StringBuilder text = new();
        foreach (ApiParameter parameter in parameters)
        {
            text.Append(text.Length > 0 ? " " : "").Append(parameter.Name).Append('=');
            text.Append(IsSecret(parameter.Name) ? Mask : parameter.Text.Length > 100 ? $"{parameter.Text[..100]}..." : parameter.Text);
        }

        return text.ToString();
    }
}
